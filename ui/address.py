"""The question and its scope as a page's address says them: `?q=…&from=2026-10-01&outlet=Mercury&undated=1`, and
the kept answer that is shown: `&answer=ID`.

What a link, the back button or the scope bar says is read here, and nowhere else; what cannot be read is named in a
sentence and left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import get_args

from rag.types import Kind, Reading, Scope

Said = Mapping[str, Sequence[str]]

LISTS = {
    "outlet": "outlets",
    "not_outlet": "not_outlets",
    "agency": "agencies",
    "collection": "collections",
    "kind": "kinds",
    "article": "articles",
    "not_article": "not_articles",
}
ONCE = ("q", "by", "from", "to", "language", "undated", "answer")
LONGEST = 60  # characters of what could not be read that are shown


@dataclass(frozen=True, slots=True)
class Address:
    """What an address says. `answer`: the id of a kept one. `by`: whose quotations. `problems` are sentences about what
    it says in vain."""

    question: str = ""
    scope: Scope = field(default_factory=Scope)
    not_read: frozenset[Reading] = frozenset()
    problems: tuple[str, ...] = ()
    answer: str = ""
    by: str = ""


def read(said: Said) -> Address:
    """Read an address. Never raises."""
    problems: list[str] = []
    for name in said:
        if name not in (*LISTS, *ONCE, "not_read"):
            problems.append(f"{_shown(name)} in the address means nothing here; it was left out.")
    for name in ONCE:
        if len(said.get(name, ())) > 1:
            problems.append(f"{name} stands in the address more than once; the last one counts.")
    one = {name: said[name][-1].strip() for name in ONCE if said.get(name)}
    first, last = (_day(name, one.get(name), problems) for name in ("from", "to"))
    if first and last and first > last:
        problems.append(f"The first day, {first}, is after the last, {last}; both were left out. Swap them.")
        first = last = None
    if one.get("undated", "1") not in ("", "0", "1"):
        problems.append(f"undated={_shown(one['undated'])} in the address must be 1 or 0; it was left out.")
    lists = {LISTS[name]: tuple(dict.fromkeys(filter(None, said.get(name, ())))) for name in LISTS}
    kinds = _known("kind", lists.pop("kinds"), get_args(Kind), problems)
    scope = Scope(
        from_=first,
        to=last,
        kinds=kinds,  # type: ignore[arg-type]  # checked above
        language=one.get("language") or None,
        undated=one.get("undated") == "1",
        **lists,
    )
    not_read = _known("not_read", tuple(said.get("not_read", ())), get_args(Reading), problems)
    unread = frozenset(not_read)
    return Address(one.get("q", ""), scope, unread, tuple(problems), one.get("answer", ""), one.get("by", ""))  # type: ignore[arg-type]


def write(address: Address) -> dict[str, list[str]]:
    """The address as parameters, in one order, without what says nothing."""
    scope = address.scope
    said: dict[str, list[str]] = {
        "q": [address.question],
        "by": [address.by],
        "from": [scope.from_ or ""],
        "to": [scope.to or ""],
    }
    said |= {name: list(getattr(scope, part)) for name, part in LISTS.items()}
    said |= {"language": [scope.language or ""], "undated": ["1" if scope.undated else ""]}
    said |= {"not_read": sorted(address.not_read), "answer": [address.answer]}
    return {name: values for name, values in said.items() if any(values)}


def _day(name: str, said: str | None, problems: list[str]) -> str | None:
    if not said:
        return None
    try:
        return date.fromisoformat(said).isoformat()
    except ValueError:
        problems.append(
            f"{name}={_shown(said)} in the address is no day; it was left out. Write it like {name}=2026-11-12."
        )
        return None


def _known(name: str, said: Sequence[str], known: Sequence[str], problems: list[str]) -> tuple[str, ...]:
    for one in said:
        if one not in known:
            problems.append(
                f"{name}={_shown(one)} in the address means nothing here; it was left out. "
                f"Choose from: {', '.join(known)}."
            )
    return tuple(one for one in dict.fromkeys(said) if one in known)


def _shown(said: str) -> str:
    plain = "".join(letter if letter.isprintable() else " " for letter in said)
    return f"“{plain[:LONGEST]}…”" if len(plain) > LONGEST else f"“{plain}”"
