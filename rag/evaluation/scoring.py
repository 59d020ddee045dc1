"""A run's result, worked out of what was kept: every number with how many questions it is of, and its interval."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rag.evaluation import intervals, metrics
from rag.evaluation.citing import right
from rag.evaluation.diagnosis import Diagnosis, diagnosis
from rag.evaluation.making import made
from rag.evaluation.measures import BY_NAME, Value, over_turns
from rag.evaluation.metrics import Interval
from rag.evaluation.runs import Asked, Run

BY_HAND = "(not made)"  # beside the tag `made`
STEPS = 50  # of the curve
Turns = tuple[Asked, ...]
Numbers = dict[str, Interval | None]


@dataclass(frozen=True, slots=True)
class Wrong:
    """A question that came out wrong at least in the half of its turns, as it was asked the first wrong time."""

    asked: Asked
    diagnosis: Diagnosis


@dataclass(frozen=True, slots=True)
class Point:
    """At a threshold of answerability: the shares of answerable questions that would not be answered, and of
    unanswerable ones that would."""

    threshold: float
    not_answered: float
    answered: float


@dataclass(frozen=True, slots=True)
class Result:
    """What a run shows. `numbers` by measure, `tags` the same by tag (with how many questions have it); None: it
    applies to none. `outcomes` counts answers by status, for answerable and unanswerable questions. `auroc` is how
    well answerability tells the two apart; `flips` the share of repeated questions that did not always come out alike.
    """

    run: Run
    asked: int
    answerable: int
    numbers: Numbers
    tags: dict[str, Numbers]
    tag_counts: dict[str, int]
    outcomes: dict[str, dict[str, int]]
    auroc: Interval | None
    curve: tuple[Point, ...]
    why: dict[str, int]
    wrong: tuple[Wrong, ...]
    failed: tuple[Wrong, ...]
    flips: Interval | None
    notes: tuple[str, ...]


def turns_of(asked: Sequence[Asked]) -> tuple[Turns, ...]:
    """What was asked, by question, in the set's order and each in the order of its turns."""
    by_id: dict[str, list[Asked]] = {}
    for one in asked:
        by_id.setdefault(one.question.id, []).append(one)
    return tuple(tuple(sorted(some, key=lambda one: one.turn)) for some in by_id.values())


def result(run: Run, asked: Sequence[Asked]) -> Result:
    """Score a run.

    Args:
        asked: what was asked, in the set's order.
    """
    turns = turns_of(asked)
    rows = [over_turns(some) for some in turns]
    groups = [group_of(some) for some in turns]
    tags = sorted({tag for some in turns for tag in some[0].question.tags})
    tagged = {tag: [i for i, some in enumerate(turns) if tag in some[0].question.tags] for tag in tags}
    by_hand = [i for i, some in enumerate(turns) if not made(some[0].question)]
    if 0 < len(by_hand) < len(turns):  # told apart from what was made
        tagged[BY_HAND] = by_hand
    wrong = [found for some in turns if (found := wrong_of(some, run.setting.given)) is not None]
    return Result(
        run,
        len(turns),
        sum(some[0].question.answerable for some in turns),
        _numbers(rows, groups),
        {tag: _numbers([rows[i] for i in some], [groups[i] for i in some]) for tag, some in tagged.items()},
        {tag: len(some) for tag, some in tagged.items()},
        _outcomes(turns),
        auroc(turns),
        _curve(turns),
        dict(Counter(one.diagnosis.why for one in wrong).most_common()),
        tuple(one for one in wrong if one.diagnosis.why != "failed"),
        tuple(one for one in wrong if one.diagnosis.why == "failed"),
        _flips(turns, groups),
        _notes(run, turns),
    )


def group_of(turns: Turns) -> str:
    """What a question is about, for intervals: its first evidence's article, else itself."""
    question = turns[0].question
    return f"article {question.evidence[0].article}" if question.evidence else f"question {question.id}"


def came_out(turns: Turns) -> bool | None:
    """Right in more than half of the turns that can be judged; None where none can."""
    each = [came for one in turns if (came := right(one)) is not None]
    return sum(each) * 2 > len(each) if each else None


def wrong_of(turns: Turns, given: int) -> Wrong | None:
    """Why a question did not come out right; None where it did, or cannot be judged."""
    if came_out(turns):
        return None
    found = ((one, diagnosis(one, given)) for one in turns)
    return next((Wrong(one, why) for one, why in found if why is not None), None)


def sure(asked: Asked) -> float | None:
    """Answerability; 0 where nothing was found to judge, None where there was nothing to be judged."""
    answer = asked.answer
    if answer is None or (answer.answerability is None and answer.coverage is not None):
        return None
    return answer.answerability or 0.0


def auroc(turns: Sequence[Turns]) -> Interval | None:
    """How often an answerable question has a higher answerability than an unanswerable one, with its interval."""
    judged = [
        (some, score) for some in turns if (score := metrics.mean([sure(one) for one in some])) is not None
    ]
    scores = np.array([score for _, score in judged])
    labels = np.array([some[0].question.answerable for some, _ in judged], dtype=bool)
    return intervals.of_statistic(
        lambda some: metrics.auroc(scores[some].tolist(), labels[some].tolist()),
        [group_of(some) for some, _ in judged],
        n=len(judged),
    )


def _numbers(rows: Sequence[dict[str, Value]], groups: Sequence[str]) -> Numbers:
    return intervals.means({name: [row[name] for row in rows] for name in BY_NAME}, groups)


def _outcomes(turns: Sequence[Turns]) -> dict[str, dict[str, int]]:
    counts = {"answerable": Counter[str](), "unanswerable": Counter[str]()}
    for some in turns:
        kind = "answerable" if some[0].question.answerable else "unanswerable"
        for one in some:
            counts[kind][one.answer.status if one.answer is not None else "failed"] += 1
    return {kind: dict(of.most_common()) for kind, of in counts.items()}


def _curve(turns: Sequence[Turns]) -> tuple[Point, ...]:
    scores = [(some[0].question.answerable, score) for some in turns if (score := sure(some[0])) is not None]
    there = [score for answerable, score in scores if answerable]
    without = [score for answerable, score in scores if not answerable]
    if not there or not without:
        return ()
    return tuple(
        Point(
            at, sum(one < at for one in there) / len(there), sum(one >= at for one in without) / len(without)
        )
        for at in (step / STEPS for step in range(STEPS + 1))
    )


def _flips(turns: Sequence[Turns], groups: Sequence[str]) -> Interval | None:
    flipped: list[float | None] = []
    for some in turns:
        each = [came for one in some if (came := right(one)) is not None]
        flipped.append(float(len(set(each)) > 1) if len(each) > 1 else None)
    return intervals.means({"flips": flipped}, groups)["flips"]


def _notes(run: Run, turns: Sequence[Turns]) -> tuple[str, ...]:
    """What a reader of the numbers must know."""
    notes = []
    if run.finished is None:
        there = sum(len(some) for some in turns)
        notes.append(
            f"Not finished: {there:,} of {run.questions * run.setting.repeat:,} questions were asked."
        )
    seen = {one.answer.sequence for some in turns for one in some if one.answer is not None}
    if len(seen | {run.setting.sequence}) > 1:
        notes.append(
            "The library changed while this run went on: its answers are not all over the same articles."
        )
    if run.meaning is None:
        notes.append("Keyword search only: there was no embedder.")
    elif run.meaning < 1:
        notes.append(f"Only {run.meaning:.1%} of the library could be found by meaning.")
    missing = sum(bool(some[0].missing) for some in turns)
    if missing:
        notes.append(f"{missing:,} questions have evidence that the library does not hold.")
    unjudged = sum(came_out(some) is None and some[0].answer is not None for some in turns)
    if unjudged:
        notes.append(
            f"{unjudged:,} questions name neither evidence nor a telling answer: right or wrong is not known."
        )
    return tuple(notes)
