"""What the scope bar says: how many articles are in the scope, what is chosen, and what can be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from rag.state import Count, Counts
from rag.types import Scope
from ui import address, dates, words
from ui.address import Address
from ui.contract import Bar, Choice, Chosen, Group, Part, Quick

LABELS = {
    "not_outlet": "not {}",
    "agency": "credits {}",
    "article": "only {}",
    "not_article": "without {}",
}
LANGUAGES = {"de": "German", "en": "English", "es": "Spanish", "fr": "French", "it": "Italian"}


def bar(at: Address, counts: Counts, today: date, problems: Sequence[str] = ()) -> Bar:
    """Everything the scope bar draws."""
    scope = at.scope
    dated = bool(scope.from_ or scope.to)
    left_out = counts.undated if dated and not scope.undated else 0
    unknown = [f"Nothing in the library is called “{name}”." for name in counts.unknown]
    return {
        "said": said(scope, counts, today),
        "question": at.question,
        "scope": address.write(Address(scope=scope)),
        "chosen": _chosen(scope, counts, today),
        "undated": words.left_out(left_out),
        "first": scope.from_,
        "last": scope.to,
        "quick": _quick(scope, today),
        "groups": _groups(scope, counts),
        "problems": [*problems, *unknown],
    }


def said(scope: Scope, counts: Counts, today: date) -> str:
    """As "All 87 articles · 3 Sep to 12 Nov", "12 of 87 articles · 1 Oct to 12 Nov", "None of 87 articles"."""
    of = words.count(counts.of, "article")
    if counts.articles == counts.of and scope.everything:
        first = f"All {of}" if counts.of > 1 else of
    else:
        first = f"{counts.articles:,} of {of}" if counts.articles else f"None of {of}"
    days = dates.between(counts.earliest, counts.newest, today)
    return " · ".join(part for part in (first, days) if part)


def limits(scope: Scope, today: date) -> list[str]:
    """What a scope is limited to, in words: nothing where it is everything."""
    days = dates.between(scope.from_, scope.to, today)
    lists = address.write(Address(scope=replace(scope, from_=None, to=None, undated=False)))
    said = [
        LABELS.get(name, "{}").format(", ".join(spoken(name, one) for one in values))
        for name, values in lists.items()
    ]
    return [*([days] if days else []), *said]


def _chosen(scope: Scope, counts: Counts, today: date) -> list[Chosen]:
    said, chosen = address.write(Address(scope=scope)), list[Chosen]()

    def add(label: str, group: str, *names: str, but: str | None = None) -> None:
        without = {name: [one for one in said[name] if but and one != but] for name in names if name in said}
        chosen.append({"label": label, "group": group, "without": {**said, **without}})

    days = dates.between(scope.from_, scope.to, today)
    if days:
        add(words.begun([days])[0], "dates", "from", "to", "undated")
    if days and scope.undated and counts.undated:
        add(f"with {counts.undated:,} undated", "dates", "undated")
    for name, group, label in (
        ("outlet", "outlets", "{}"),
        ("not_outlet", "outlets", "not {}"),
        ("agency", "outlets", "credits {}"),
        ("collection", "collections", "{}"),
        ("kind", "kinds", "{}"),
        ("language", "languages", "{}"),
    ):
        for value in said.get(name, ()):
            add(label.format(spoken(name, value)), group, name, but=value)
    for name, label in (("article", "chosen by id"), ("not_article", "left out by id")):
        if name in said:
            add(f"{words.count(len(said[name]), 'article')} {label}", "", name)
    return chosen


def spoken(name: str, value: str) -> str:
    """A value of a parameter as a reader says it."""
    if name == "kind":
        return {str(kind): said for kind, said in words.KINDS.items()}.get(value, value)
    return LANGUAGES.get(value.casefold(), value) if name == "language" else value


def _quick(scope: Scope, today: date) -> list[Quick]:
    day = today.isoformat()
    offered: tuple[tuple[str, str | None, str | None], ...] = (
        ("Today", day, day),
        ("Last 7 days", (today - timedelta(days=6)).isoformat(), None),
        ("Last 30 days", (today - timedelta(days=29)).isoformat(), None),
        ("This year", date(today.year, 1, 1).isoformat(), None),
        ("All", None, None),
    )
    return [
        {"label": label, "first": first, "last": last, "on": (scope.from_, scope.to) == (first, last)}
        for label, first, last in offered
    ]


def _groups(scope: Scope, counts: Counts) -> list[Group]:
    outlets = [
        _part("outlet", "Outlet", counts.outlets, scope.outlets, scope.not_outlets),
        _part("agency", "Credits the agency", counts.agencies, scope.agencies),
    ]
    collections = [_part("collection", "Collection", counts.collections, scope.collections)]
    kinds = [_part("kind", "Kind", counts.kinds, scope.kinds)]
    spoken_in = (scope.language,) if scope.language else ()
    languages = [_part("language", "Language", counts.languages, spoken_in)]
    if len(languages[0]["choices"]) < 2 and not scope.language:
        languages = []
    return [
        {"key": key, "label": label, "parts": shown}
        for key, label, parts in (
            ("outlets", "Outlets", outlets),
            ("collections", "Collections", collections),
            ("kinds", "Kinds", kinds),
            ("languages", "Language", languages),
        )
        if (shown := [part for part in parts if part["choices"]])
    ]


def _part(
    name: str, heading: str, counted: Sequence[Count], chosen: Sequence[str], barred: Sequence[str] = ()
) -> Part:
    rest = next((one.articles for one in counted if one.name is None), 0)
    return {
        "name": name,
        "barring": "not_outlet" if name == "outlet" else None,
        "heading": heading,
        "one": name == "language",
        "choices": _choices(name, counted, chosen, barred),
        "rest": f"{rest:,} not stated" if rest else None,
    }


def _choices(
    name: str, counted: Sequence[Count], chosen: Sequence[str], barred: Sequence[str]
) -> list[Choice]:
    """What articles have, and what was chosen though none has it."""
    found = {one.name: one.articles for one in counted if one.name is not None}
    own = {value.casefold(): value for value in found}
    on, out = ({own.get(value.casefold(), value) for value in values} for values in (chosen, barred))
    for value in sorted((on | out) - found.keys()):
        found[value] = 0
    return [
        {
            "value": value,
            "label": spoken(name, value),
            "articles": f"{articles:,}",
            "on": value in on,
            "out": value in out,
        }
        for value, articles in found.items()
    ]
