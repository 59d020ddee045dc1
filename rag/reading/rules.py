"""Import rules: a record's fields from where a file lies, what it is called, or a line of its text.

A rule as text: `path: {outlet}/{date:YYYY-MM-DD}_p{page}_*`, `name: …`, `line 3: …` (`line:` any of the first 20),
`path regex: …` for a regular expression, and behind ` => ` what is given as it is:
`path: wire/** => outlet=The Gazette; kind=report`. A pattern of a path is held against its end, of a name and a line
against all of it; a regular expression is searched for. What rules give fills what the file does not state; the first
rule that gives a field decides.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import cast, get_args

from rag.errors import UsageError
from rag.reading.agencies import find_agency
from rag.reading.dates import read_date
from rag.reading.fields import kind_of
from rag.reading.patterns import FIELDS, Matched, Pattern, Where, compiled
from rag.reading.read import Read
from rag.ruled import Given, Rule, Ruled
from rag.types import Article, Kind

FIRST_LINES = 20  # of a text that `line:` looks at
_READ = 100_000  # characters of a text in which they are looked for
_LONGEST = 1000  # characters of a rule, and of a value
_BATCH, _CHARACTERS = 64, 4_000_000  # articles and their characters matched at once
_HEAD = re.compile(r"\s*(path|name|line)(?:\s+(\d{1,3}))?(\s+regex)?\s*:\s*", re.I)
_RECORD = {"date": "published", "byline": "author"}
_FIXED = tuple(one for one in FIELDS if one not in ("year", "month", "day"))
_UNDATED = "kept undated"


@dataclass(frozen=True, slots=True)
class _Ready:
    """A rule ready to be held against a file. `line`: which of its text; None: any of the first."""

    rule: Rule
    where: Where
    line: int | None
    pattern: Pattern
    fixed: tuple[tuple[str, str], ...]


def checked(rule: Rule) -> Rule:
    """The rule, if it can be used.

    Raises:
        UsageError: what is wrong with it, and where.
    """
    _ready(rule)
    return rule


class Rules:
    """Rules in their order, ready to use. Raises: UsageError, as `checked` does."""

    def __init__(self, rules: Iterable[Rule], *, today: date) -> None:
        self._ready = [_ready(rule) for rule in rules if rule.on]
        self._today = today

    def __bool__(self) -> bool:
        return bool(self._ready)

    @property
    def names(self) -> tuple[str, ...]:
        """The rules' names, in order."""
        return tuple(one.rule.name for one in self._ready)

    @property
    def digest(self) -> str:
        """12 hex digits over what the rules are; "" where there are none."""
        said = "\n".join(f"{one.rule.override:d} {one.rule.text}" for one in self._ready)
        return hashlib.sha256(said.encode()).hexdigest()[:12] if said else ""

    def over(self, reads: Iterable[Read]) -> Iterator[Read]:
        """What was read, with what the rules give it; its `ruled` says what came from where. Read ahead by a batch."""
        if not self._ready:
            yield from reads
            return
        batch, size = list[Read](), 0
        for read in reads:
            batch.append(read)
            size += len(read.article.text) if read.article else 0
            if len(batch) == _BATCH or size > _CHARACTERS:
                yield from self._applied(batch)
                batch, size = [], 0
        yield from self._applied(batch)

    def _applied(self, batch: Sequence[Read]) -> Iterator[Read]:
        texts = [read for read in batch if read.article is not None]
        found = [_matches(one, texts, self._today) for one in self._ready]
        by_read = iter(zip(*found, strict=True))
        for read in batch:
            yield read if read.article is None else self._with(read, read.article, next(by_read))

    def _with(self, read: Read, article: Article, found: Sequence[Matched | None]) -> Read:
        matched, faults = list[str](), list[str]()
        given: dict[str, tuple[str, Rule]] = {}
        for one, match in zip(self._ready, found, strict=True):
            if match is None:
                continue
            matched.append(one.rule.name)
            faults += [f"the rule '{one.rule.name}': {fault}" for fault in match.faults]
            for field, value in (*match.values.items(), *one.fixed):
                name = _RECORD.get(field, field)
                fit, fault = _fitting(name, value, self._today)
                if fault:
                    faults.append(f"the rule '{one.rule.name}': {fault}")
                if fit is not None and (name not in given or one.rule.override > given[name][1].override):
                    given[name] = (fit, one.rule)
        filled, told = _filled(article, given)
        reason = _remarks(read.reason, article, filled, faults)
        return replace(read, article=filled, reason=reason, ruled=Ruled(tuple(matched), told, tuple(faults)))


def _ready(rule: Rule) -> _Ready:
    try:
        return _parsed(rule)
    except UsageError as error:
        thing = f"The rule '{rule.name}': {error.thing[0].lower()}{error.thing[1:]}"
        raise UsageError(thing, error.fault, error.way_out) from error


def _parsed(rule: Rule) -> _Ready:
    text = rule.text
    if len(text) > _LONGEST or not text.isprintable():
        fault = (
            f"it has over {_LONGEST} characters" if len(text) > _LONGEST else "it holds a control character"
        )
        raise UsageError("The rule's text", fault, "Write it in one shorter line.")
    head = _HEAD.match(text)
    if head is None or (head[2] and (head[1].lower() != "line" or int(head[2]) == 0)):
        way_out = "Begin with path:, name:, line: or line 3:, as in “name: {date:YYYYMMDD}_*”."
        raise UsageError("The rule, character 1", "it does not say where to look", way_out)
    pattern, arrow, fixed = text[head.end() :].partition(" => ")
    if not arrow and pattern.endswith(" =>"):
        pattern, arrow = pattern[:-3], " => "
    where = cast(Where, head[1].lower())
    values = _fixed(fixed, head.end() + len(pattern) + len(arrow)) if arrow else ()
    ready = compiled(pattern.strip(), where, plain=not head[3], at=head.end())
    twice = ready.fields & {name for name, _ in values}
    if twice:
        raise UsageError("The rule", f"it gives '{min(twice)}' twice", "Take it from one place.")
    if not ready.fields and not values:
        fault, way_out = "it gives nothing", "Name a field, as {outlet}, or add => outlet=The Gazette."
        raise UsageError("The rule", fault, way_out)
    return _Ready(rule, where, int(head[2]) if head[2] else None, ready, values)


def _fixed(said: str, at: int) -> tuple[tuple[str, str], ...]:
    found: dict[str, str] = {}
    for part in said.split(";"):
        name, equals, value = part.partition("=")
        name, value = name.strip().lower(), " ".join(value.split())
        thing = f"The rule, character {at + 1}"
        if not equals or not value:
            raise UsageError(thing, "it is not as field=value", "Write => outlet=The Gazette; kind=report.")
        if name not in _FIXED:
            raise UsageError(thing, f"there is no field '{name[:30]}'", f"Fields are: {', '.join(_FIXED)}.")
        if name in found:
            raise UsageError(thing, f"'{name}' is given twice", "Give it once.")
        if name == "date" and read_date(value, today=date(9000, 1, 1))[0] is None:
            raise UsageError(thing, f"'{value[:60]}' is no date", "Write it as 2026-11-12, 2026-11 or 2026.")
        if name == "kind" and kind_of(value) is None:
            raise UsageError(
                thing, f"there is no kind '{value[:40]}'", f"Kinds are: {', '.join(get_args(Kind))}."
            )
        found[name] = value
        at += len(part) + 1
    return tuple(found.items())


def _fitting(name: str, value: str, today: date) -> tuple[str | None, str | None]:
    """A value as the record keeps it, or why it cannot be used."""
    if name == "published":
        found, why = read_date(value, today=today)
        return found, why.replace(f": {_UNDATED}", "") if why else None
    if name == "kind":
        kind = kind_of(value)
        return kind, None if kind else f"unknown kind '{value[:40]}'"
    return value[:_LONGEST], None


def _filled(article: Article, given: dict[str, tuple[str, Rule]]) -> tuple[Article, tuple[Given, ...]]:
    """The article with what the rules give it, and what of that is used."""
    told = []
    for name, (value, rule) in given.items():
        stated = getattr(article, name)
        told.append(Given(name, value, stated, rule.name, stated is None or rule.override))
    used = {one.field: one.value for one in told if one.used}
    if not used:
        return article, tuple(told)
    filled = replace(article, **used)  # type: ignore[arg-type]  # each name is a field of words
    if "section" in used and filled.kind is None:
        filled = replace(filled, kind=kind_of(used["section"]))
    found = find_agency(article.text, article.furniture, outlet=article.outlet, author=article.author)
    if "agency" not in used and article.agency == found:  # found in the text, by whom it belongs to
        again = find_agency(filled.text, filled.furniture, outlet=filled.outlet, author=filled.author)
        filled = replace(filled, agency=again)
    return filled, tuple(told)


def _remarks(reason: str | None, before: Article, after: Article, faults: Sequence[str]) -> str | None:
    """What could not be used: what a rule has mended is none of it any more."""
    parts = reason.split("; ") if reason else []
    if before.published is None and after.published is not None:
        parts = [part for part in parts if not part.endswith(_UNDATED)]
    return "; ".join((*parts, *faults)) or None


def _matches(one: _Ready, reads: Sequence[Read], today: date) -> list[Matched | None]:
    """The first match of a rule in each of the reads."""
    places = [_places(one, read) for read in reads]
    found = iter(one.pattern.matches([said for some in places for said in some], today))
    firsts = []
    for some in places:
        matches = [next(found) for _ in some]
        firsts.append(next((match for match in matches if match is not None), None))
    return firsts


def _places(one: _Ready, read: Read) -> list[str]:
    """What the pattern is held against: of a path, without the file's ending and with it."""
    if one.where == "line":
        lines = _lines(read.article.text) if read.article else []
        wanted = lines[:FIRST_LINES] if one.line is None else lines[one.line - 1 : one.line]
        return [line for line in wanted if line]
    path = re.sub(r"(?<=.):\d+\Z", "", read.source.replace("\\", "/"))
    whole = path if one.where == "path" else path.rpartition("/")[2]
    return list(dict.fromkeys((re.sub(r"(?<=[^/])\.[A-Za-z0-9]{1,8}\Z", "", whole), whole)))


def _lines(text: str) -> list[str]:
    return [line.strip() for line in re.split(r"\r\n|\n|\r", text[:_READ])[:1000]]
