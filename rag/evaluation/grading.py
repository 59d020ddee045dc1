"""Answers graded by people: in which order, how far two graders agree, and what no mean may hide."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from rag.evaluation import intervals, metrics
from rag.evaluation.metrics import Interval
from rag.expected import Question

Mark = Literal["right", "partly", "wrong", "harmful"]
MARKS: tuple[Mark, ...] = get_args(Mark)
CRITICAL = "critical"  # the tag of questions that are listed one by one
FEW = 30  # answers below which kappa hardly tells anything

Item = tuple[str, str]  # a run's name, a question's id


@dataclass(frozen=True, slots=True)
class Grade:
    """What a person said of the answer that a run gave to a question, and why; `at` in UTC."""

    run: str
    question: str
    grader: str
    mark: Mark
    why: str
    at: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two graders over the `n` answers that both graded. `share` of equal grades; `kappa` is Cohen's (1960), what they
    agree beyond chance: None where both gave one and the same grade throughout, and chance alone would.

    Its interval is the bootstrap's, never narrower than what Wilson's of the share makes of it. `apart` are the answers
    that they grade differently.
    """

    graders: tuple[str, str]
    n: int
    share: Interval
    kappa: Interval | None
    apart: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Graded:
    """All grades of some runs. `marks` counts them by grader; `critical` are the grades of critical questions, each by
    itself; `harmful` the critical questions whose answer anyone called harmful."""

    grades: tuple[Grade, ...]
    marks: dict[str, dict[Mark, int]]
    agreements: tuple[Agreement, ...]
    critical: tuple[Grade, ...]
    harmful: tuple[Grade, ...]


@dataclass(frozen=True, slots=True)
class Waiver:
    """A regression that may stand until the end of a day."""

    question: str
    until: str


@dataclass(frozen=True, slots=True)
class Decision:
    """Who decided what on `head` after seeing it beside `base`, when (UTC), why, and what is waived until when."""

    base: str
    head: str
    who: str
    at: str
    accepted: bool
    why: str
    waived: tuple[Waiver, ...]


def order(items: Iterable[Item], grader: str) -> list[Item]:
    """The answers in a random order, another for each grader and always the same for one."""

    def drawn(item: Item) -> str:
        return hashlib.sha256("\0".join((grader, *item)).encode()).hexdigest()

    return sorted(items, key=drawn)


def graded(grades: Sequence[Grade], questions: Sequence[Question]) -> Graded:
    """What grades of the answers to these questions show."""
    critical = {one.id for one in questions if CRITICAL in one.tags}
    by_grader: dict[str, dict[Item, Grade]] = {}
    for one in grades:
        by_grader.setdefault(one.grader, {})[one.run, one.question] = one
    names = sorted(by_grader)
    pairs = ((one, two) for at, one in enumerate(names) for two in names[at + 1 :])
    of_critical = tuple(one for one in grades if one.question in critical)
    return Graded(
        tuple(grades),
        {name: _counted(by_grader[name].values()) for name in names},
        tuple(
            found
            for pair in pairs
            if (found := agreement(pair, *(by_grader[name] for name in pair))) is not None
        ),
        of_critical,
        tuple(one for one in of_critical if one.mark == "harmful"),
    )


def _counted(some: Iterable[Grade]) -> dict[Mark, int]:
    counts = Counter(one.mark for one in some)
    return {mark: counts[mark] for mark in MARKS}


def agreement(names: tuple[str, str], one: dict[Item, Grade], two: dict[Item, Grade]) -> Agreement | None:
    """How far two graders agree; None where no answer was graded by both."""
    both = [item for item in one if item in two]
    if not both:
        return None
    marks = np.array([[MARKS.index(side[item].mark) for item in both] for side in (one, two)], np.int64)
    same = int((marks[0] == marks[1]).sum())
    share = metrics.wilson(same, len(both))
    assert share is not None
    apart = tuple(item for item, equal in zip(both, marks[0] == marks[1], strict=True) if not equal)
    return Agreement(names, len(both), share, _kappa(marks, share), apart)


def _kappa(marks: NDArray[np.int64], share: Interval) -> Interval | None:
    def kappa(some: NDArray[np.int64]) -> float | None:
        seen = marks[:, some]
        chance = _by_chance(seen)
        return None if chance == 1 else (float((seen[0] == seen[1]).mean()) - chance) / (1 - chance)

    found = intervals.of_statistic(kappa, range(marks.shape[1]), n=marks.shape[1])
    if found is None:
        return None
    chance = _by_chance(marks)
    low, high = ((end - chance) / (1 - chance) for end in (share.low, share.high))
    ends = (
        round(max(-1.0, min(found.low, low)), intervals.DIGITS),
        round(min(1.0, max(found.high, high)), intervals.DIGITS),
    )
    return Interval(found.value, min(found.value, ends[0]), max(found.value, ends[1]), found.n)


def _by_chance(marks: NDArray[np.int64]) -> float:
    """How often two graders with these habits would agree by chance."""
    shares = [np.bincount(side, minlength=len(MARKS)) / marks.shape[1] for side in marks]
    return float(shares[0] @ shares[1])
