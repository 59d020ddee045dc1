"""A sentence read for checking: its words, dates, numbers and names, and what of two sentences stands in one place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from rag.evidence.names import Name, names
from rag.evidence.numbers import Number, numbers
from rag.evidence.times import When, times
from rag.evidence.tokens import Token, tokens

WINDOW = 4  # telling words to each side that make the place of a fact


class Fact(Protocol):
    """What stands somewhere in a sentence."""

    @property
    def start(self) -> int: ...

    @property
    def end(self) -> int: ...

    @property
    def text(self) -> str: ...


@dataclass(frozen=True)
class Parsed:
    """A sentence with its facts. `start` is where it stands in the text it was cut from, a passage of `citation`."""

    text: str
    start: int
    words: tuple[Token, ...]
    times: tuple[When, ...]
    numbers: tuple[Number, ...]
    names: tuple[Name, ...]
    citation: int = 0

    @cached_property
    def telling(self) -> tuple[int, ...]:
        """The indices of the words that say something."""
        return tuple(at for at, word in enumerate(self.words) if not word.empty)

    @cached_property
    def stems(self) -> frozenset[str]:
        """The stems of the telling words."""
        return frozenset(self.words[at].stem for at in self.telling)

    @cached_property
    def plain(self) -> tuple[int, ...]:
        """The indices of the telling words that belong to no fact."""
        facts: list[Fact] = [*self.times, *self.numbers, *self.names]
        inside = [(one.start, one.end) for one in facts]
        return tuple(
            at for at in self.telling if not any(start <= self.words[at].start < end for start, end in inside)
        )

    def near(self, fact: Fact) -> frozenset[str]:
        """The stems of the telling words beside a fact, without its own."""
        before = [at for at in self.telling if self.words[at].end <= fact.start][-WINDOW:]
        after = [at for at in self.telling if self.words[at].start >= fact.end][:WINDOW]
        own = {self.words[at].stem for at in self.telling if fact.start <= self.words[at].start < fact.end}
        return frozenset(self.words[at].stem for at in (*before, *after)) - own


def parse(
    text: str,
    published: str | None,
    *,
    start: int = 0,
    citation: int = 0,
    common: frozenset[str] = frozenset(),
) -> Parsed:
    """Read one sentence. `common`: the words that its article also writes small."""
    words = tokens(text)
    dates = times(text, published)
    taken = [(one.start, one.end) for one in dates]
    named = names(text, words, common)
    inside = [(one.start, one.end) for one in named]
    counted = tuple(one for one in numbers(text, words, taken) if not _within(one, inside))
    named = tuple(one for one in named if not _within(one, taken))
    return Parsed(text, start, words, dates, counted, named, citation)


def _within(fact: Fact, ranges: Sequence[tuple[int, int]]) -> bool:
    return any(start <= fact.start and fact.end <= end for start, end in ranges)


def support(said: Parsed, fact: Fact, source: Parsed, other: Fact) -> int:
    """How many telling words stand beside both."""
    return len(said.near(fact) & source.near(other))


@dataclass(frozen=True, slots=True)
class Laid:
    """A sentence beside what it cites: every sentence of the passages, and the `anchors`, which say most of it."""

    said: Parsed
    passage: tuple[Parsed, ...]
    anchors: tuple[Parsed, ...]
