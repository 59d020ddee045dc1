"""Numbers, dates and names of a sentence against those of the sentences it rests on.

A fact is found, or it stands in the place of another one of its kind (then it differs), or neither.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import permutations
from math import isclose
from typing import Generic, TypeVar

from rag.evidence import names as naming
from rag.evidence import numbers as counting
from rag.evidence import times as dating
from rag.evidence.names import Name
from rag.evidence.numbers import Number
from rag.evidence.parsed import Fact, Laid, Parsed, support
from rag.evidence.times import When
from rag.evidence.tokens import stem
from rag.types import ReasonKind

F = TypeVar("F", bound=Fact)
SURE = (
    2  # what two facts must have in common to stand in one place: words beside them, what they count, a unit
)
SMALL = 10  # so few of anything may be counted by the writer
SURER = 3  # ... where the sentence's own fact does stand somewhere in the source


@dataclass(frozen=True, slots=True)
class Difference:
    """What the answer says and what its source says in the same place: `at` in the passage of `citation`."""

    kind: ReasonKind
    said: str
    source: str
    at: int
    citation: int


@dataclass(slots=True)
class Facts:
    """What became of a sentence's facts: `differ`, the `missing` that stand nowhere in the source, and the workings of
    those that are `calculated` from two of its figures."""

    differ: list[Difference]
    missing: list[str]
    calculated: list[str] = field(default_factory=list)
    operands: set[str] = field(default_factory=set)  # the source's figures in these workings


def compare(laid: Laid, known: Sequence[Name]) -> Facts:
    """Every number, date and name of a sentence; `known` are other names of whom the passage names."""
    found = Facts([], [])
    _sought(found, laid, _Kind("number", lambda one: one.numbers, counting.same, _number_fits))
    _sought(found, laid, _Kind("date", lambda one: one.times, dating.same, _date_fits))
    _names(found, laid, known)
    found.differ += _bounds(laid)
    found.differ = [one for one in found.differ if one.kind != "number" or one.source not in found.operands]
    return found


@dataclass(frozen=True, slots=True)
class _Kind(Generic[F]):
    """A kind of fact: where a sentence has them, whether two are the same, how surely two stand in one place."""

    name: ReasonKind
    of: Callable[[Parsed], Sequence[F]]
    same: Callable[[F, F], bool]
    fits: Callable[[Parsed, F, Parsed, F], int]


def _sought(found: Facts, laid: Laid, kind: _Kind[F]) -> None:
    said, facts = laid.said, kind.of(laid.said)
    for fact in facts:
        held = [(one, other) for one in laid.passage for other in kind.of(one) if kind.same(fact, other)]
        free = [
            (one, other)
            for one in laid.anchors
            for other in kind.of(one)
            if not any(kind.same(mine, other) for mine in facts)
        ]
        best = max(free, key=lambda pair: kind.fits(said, fact, *pair), default=None)
        fit = kind.fits(said, fact, *best) if best else 0
        if held:
            here = max(kind.fits(said, fact, *pair) for pair in held)
            if best and not here and fit >= SURER:
                found.differ.append(_difference(kind.name, fact, *best))
            continue
        if best and fit >= SURE and not _reckoned(fact, laid.passage) and not _rounded(fact, best[1]):
            found.differ.append(_difference(kind.name, fact, *best))
        elif (worked := _calculated(fact, laid.passage)) is not None:
            found.calculated.append(worked[0])
            found.operands |= {one.text for one in worked[1:]}
        elif fact.text.lower() not in _WEAK:
            found.missing.append(fact.text)


def _calculated(fact: Fact, passage: Sequence[Parsed]) -> tuple[str, Number, Number] | None:
    """The working of a figure that is exactly the sum, the difference or the share of two of the source's, of the same
    unit and of the same thing; a share rounded as it is written."""
    if not isinstance(fact, Number) or fact.ordinal or fact.part or fact.range:
        return None
    figures = [
        one
        for parsed in passage
        for one in parsed.numbers
        if _told(one) and not (one.ordinal or one.part or one.range)
    ]
    for one, other in permutations(figures, 2):
        if (one.unit, one.rate) != (other.unit, other.rate) or (not one.unit and one.noun != other.noun):
            continue
        if fact.unit == "%" and one.unit != "%":
            told = fact.text.split()[0].rstrip("%")
            digits = len(told.partition(".")[2])
            if 0 < one.value < other.value and round(100 * one.value / other.value, digits) == fact.value:
                return f"{one.text} of {other.text} = {fact.text}", one, other
            continue
        if (fact.unit, fact.rate) != (one.unit, one.rate) or (not fact.unit and fact.noun != one.noun):
            continue
        for sign, result in (("+", one.value + other.value), ("−", one.value - other.value)):
            if result > 0 and isclose(result, fact.value, rel_tol=1e-9):
                return f"{one.text} {sign} {other.text} = {fact.text}", one, other
    return None


def _told(one: Number) -> bool:
    """Whether a figure says how many: "billions of dollars" does not."""
    return any(part.isdigit() for part in one.text) or counting.worded(one.text.split()[0].lower())


def _rounded(fact: Fact, other: Fact) -> bool:
    """Whether a figure may be about the other: it says that it is no exact one, and they are near."""
    if not isinstance(fact, Number) or not isinstance(other, Number) or not (fact.bound or other.bound):
        return False
    return bool(other.value) and 0.75 <= fact.value / other.value <= 1.34 and fact.bound != ""


def _reckoned(fact: Fact, passage: Sequence[Parsed]) -> bool:
    """Whether a figure may be the sum, the difference or the share of two of the source's."""
    if not isinstance(fact, Number):
        return False
    alike = (other for one in passage for other in one.numbers if not other.ordinal)
    values = {
        other.value for other in alike if fact.unit == "%" or not counting.conflicting(other.unit, fact.unit)
    }
    for one, other in permutations(values, 2):
        results = [one + other, one - other, 100 * one / other if other else 0.0]
        near = 0.005 * fact.value if fact.bound or fact.unit == "%" or fact.digits <= 2 else 1e-6 * fact.value
        if any(result > 0 and abs(result - fact.value) <= near for result in results):
            return True
    return False


# No figures that one would look for in the source.
_WEAK = frozenset("first second third one two half both twice double quarter".split())


def _difference(kind: ReasonKind, fact: Fact, source: Parsed, other: Fact) -> Difference:
    said, theirs = fact.text, other.text
    if isinstance(fact, Number) and isinstance(other, Number) and counting.conflicting(fact.rate, other.rate):
        said, theirs = f"{said} a {fact.rate}", f"{theirs} a {other.rate}"
    return Difference(kind, said, theirs, source.start + other.start, source.citation)


def _number_fits(said: Parsed, fact: Number, source: Parsed, other: Number) -> int:
    """How surely two numbers stand in one place: what they count, their unit, the words beside them."""
    if fact.ordinal != other.ordinal:
        return 0
    beside = support(said, fact, source, other)
    if counting.conflicting(fact.unit, other.unit) and fact.value != other.value:
        return 0
    if bool(fact.unit) != bool(other.unit) and "%" in (fact.unit, other.unit):
        return 0
    if fact.part or other.part:  # a share of something, which may be said in other figures
        return 0
    counted = bool(fact.noun) and fact.noun == other.noun
    plain = fact if not fact.unit else other
    if bool(fact.unit) != bool(other.unit) and plain.noun and not counted:  # 40,000 fish and 11 kilometres
        return 0
    if not counted and not beside:
        return 0
    surely = beside + 2 * counted + (bool(fact.unit) and fact.unit == other.unit)
    if fact.value == other.value > SMALL and beside:  # the same figure, of miles and of kilometres
        surely += 1
    small = fact.value <= SMALL and not fact.unit and not fact.ordinal
    return surely if counted or not small else surely - 2


def _date_fits(said: Parsed, fact: When, source: Parsed, other: When) -> int:
    if not dating.comparable(fact, other):
        return 0
    beside = support(said, fact, source, other)
    return beside + (fact.form == other.form) if beside else 0


def _bounds(laid: Laid) -> Iterator[Difference]:
    """Equal numbers that are limited otherwise, each by its likeliest place."""
    said, anchors = laid.said, laid.anchors
    for fact in said.numbers:
        held = [(one, other) for one in anchors for other in one.numbers if counting.same(fact, other)]
        if not held or any(not counting.bound_differs(fact, other) for _, other in held):
            continue
        source, other = max(held, key=lambda pair: _number_fits(said, fact, *pair))
        if _number_fits(said, fact, source, other) >= 1:
            yield Difference(
                "number", fact.limited, other.limited, source.start + other.start, source.citation
            )


def _names(found: Facts, laid: Laid, known: Sequence[Name]) -> None:
    said, anchors, passage = laid.said, laid.anchors, laid.passage
    stems = [one.stems for one in passage]
    for fact in (one for one in said.names if one.sure):
        held = any(naming.same(fact, other) for one in passage for other in one.names)
        if held or _worded(fact, stems) or any(naming.same(fact, one) for one in known):
            continue
        free = [
            (one, other)
            for one in anchors
            for other in one.names
            if not any(naming.same(mine, other) for mine in said.names) and other.sure and _like(fact, other)
        ]
        best = max(free, key=lambda pair: _name_fits(said, fact, *pair), default=None)
        if best and _name_fits(said, fact, *best) >= SURE:
            found.differ.append(_difference("name", fact, *best))
        else:
            found.missing.append(fact.text)


def _worded(name: Name, stems: Sequence[frozenset[str]]) -> bool:
    """Whether a sentence of the source has all its words, be it without capitals."""
    return any(all(stem(word) in one for word in name.words) for one in stems)


def _like(fact: Name, other: Name) -> bool:
    """Whether the two may be names of one kind: peoples and countries stand against their like only."""
    return bool(fact.known) == bool(other.known)


def _name_fits(said: Parsed, fact: Name, source: Parsed, other: Name) -> int:
    """How surely two names stand in one place: a word in common, the words beside them. A last name alone may be of
    the same person."""
    if set(other.words) <= set(fact.words):
        return 0
    shared = len(set(fact.words) & set(other.words)) if not fact.known else 0
    beside = support(said, fact, source, other)
    return beside + 2 * min(shared, 1) if beside or shared else 0
