"""A sentence that follows its source nearly word for word: each fact against the one in its very place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from rag.evidence import names as naming
from rag.evidence import numbers as counting
from rag.evidence import times as dating
from rag.evidence.facts import Difference
from rag.evidence.names import Name
from rag.evidence.numbers import Number
from rag.evidence.parsed import Parsed
from rag.evidence.times import When
from rag.types import ReasonKind

NEAR = 0.7  # share of a sentence that follows the source word for word
BESIDE = 2  # words and facts in a row, the fact among them, that must agree beside it

Fact = Number | When | Name
Place = tuple[str, Fact | None]
_KINDS: dict[type, ReasonKind] = {Number: "number", When: "date", Name: "name"}


def displaced(said: Parsed, anchors: Sequence[Parsed]) -> Iterator[Difference]:
    """Facts that stand where the source has another of their kind, also where it has them elsewhere."""
    ours = _places(said)
    for source in anchors:
        theirs = _places(source)
        matcher = SequenceMatcher(None, [key for key, _ in ours], [key for key, _ in theirs], autojunk=False)
        blocks = matcher.get_matching_blocks()
        if sum(block.size for block in blocks) < NEAR * len(ours):
            continue
        for block in blocks:
            if block.size <= BESIDE:
                continue
            for step in range(block.size):
                mine, other = ours[block.a + step][1], theirs[block.b + step][1]
                if mine is None or other is None or _same(mine, other):
                    continue
                if not _stands(mine, theirs) or _stands(other, ours):
                    start = source.start + other.start
                    yield Difference(_KINDS[type(mine)], mine.text, other.text, start, source.citation)


def _stands(fact: Fact, places: Sequence[Place]) -> bool:
    """Whether a sentence has a fact anywhere."""
    return any(type(other) is type(fact) and _same(fact, other) for _, other in places if other is not None)


def _places(one: Parsed) -> list[Place]:
    """The words in order by their stems, each fact as one place of its kind."""
    facts: list[Fact] = [*one.numbers, *one.times, *(name for name in one.names if name.sure)]
    found: list[Place] = []
    for word in one.words:
        fact = next((each for each in facts if each.start <= word.start < each.end), None)
        if fact is None:
            found.append((word.stem, None))
        elif not found or found[-1][1] is not fact:
            found.append((f"<{_kind(fact)}>", fact))
    return found


def _kind(fact: Fact) -> str:
    if isinstance(fact, When):
        return f"date {fact.form}"
    if isinstance(fact, Name):
        return "name known" if fact.known else "name"
    return f"number {'th' if fact.ordinal else ''}"


def _same(mine: Fact, other: Fact) -> bool:
    if isinstance(mine, Number) and isinstance(other, Number):
        return counting.same(mine, other)
    if isinstance(mine, When) and isinstance(other, When):
        return dating.same(mine, other)
    if isinstance(mine, Name) and isinstance(other, Name):
        shared = set(mine.words) & set(other.words)
        return bool(shared) or naming.same(mine, other) or naming.same(other, mine)
    return True
