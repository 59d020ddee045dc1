"""How a run's numbers are said, on the terminal and in a report."""

from __future__ import annotations

from collections.abc import Iterator

from rag.evaluation.comparison import Verdict
from rag.evaluation.grading import FEW, Agreement, Decision
from rag.evaluation.judging import Judged
from rag.evaluation.measures import Part
from rag.evaluation.metrics import Interval
from rag.evaluation.power import Smallest
from rag.evaluation.scoring import Numbers, Result

PARTS: dict[Part, str] = {
    "outcome": "Outcome",
    "finding": "Finding",
    "answering": "Answering",
    "taking": "What it took",
}
VERDICTS: dict[Verdict, str] = {
    "better": "better",
    "worse": "worse",
    "same": "the same",
    "not_told_apart": "not told from chance",
}
BY_CHANCE = "Many tags are many comparisons: one in twenty seems to change where nothing did."


def can_show(smallest: Smallest) -> str:
    """What a set of this size can show."""
    if smallest.least is None:
        return f"With {smallest.n} questions two runs can show no change: nothing could be told from chance."
    points = f"{smallest.least * 100:.1f} points"
    least = f"A change under {points} can never be told from chance"
    if smallest.likely is None:
        return f"{least}; where one question in ten changes, none is told four times in five."
    likely = f"{smallest.likely * 100:.1f} points"
    return f"{least}; where one question in ten changes, a change of {likely} is told four times in five."


def number(value: float) -> str:
    """A value with as many digits as it bears."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3f}"


def signed(value: float) -> str:
    """A difference with its sign; nothing is 0."""
    return "0" if value == 0 else f"{value:+,.0f}" if abs(value) >= 100 else f"{value:+.3f}"


def interval(found: Interval) -> str:
    """The ends of an interval."""
    return f"{number(found.low)} to {number(found.high)}"


def agreement(found: Agreement) -> str:
    """How far two graders agree, and how little few answers tell."""
    share, kappa = found.share, found.kappa
    said = (
        f"{found.graders[0]} and {found.graders[1]} agree on {share.value:.0%} of {found.n:,} answers "
        f"(95 %: {share.low:.0%} to {share.high:.0%})"
    )
    if kappa is None:
        return f"{said}; Cohen's kappa cannot be told, for both gave one grade throughout."
    said += f"; Cohen's kappa {kappa.value:.2f} ({kappa.low:.2f} to {kappa.high:.2f})"
    return f"{said}, of too few answers to rest on." if found.n < FEW else f"{said}."


def decision(one: Decision) -> str:
    """Who decided what, when, why, and what is waived until when."""
    verb = "accepted" if one.accepted else "rejected"
    waived = ", ".join(f"{waiver.question} until {waiver.until}" for waiver in one.waived)
    parts = [f"{one.who} {verb} {one.head} beside {one.base}, {one.at}."]
    parts += [f"Waived: {waived}."] if waived else []
    return " ".join([*parts, *([one.why] if one.why else [])])


def of_tags(result: Result) -> Iterator[tuple[str, Numbers]]:
    """The tags with their numbers, those of most questions first."""
    return iter(sorted(result.tags.items(), key=lambda one: (-result.tag_counts[one[0]], one[0])))


def judged_lines(found: Judged) -> Iterator[str]:
    """What a judge said, in sentences."""
    total = sum(found.marks.values())
    marks = ", ".join(f"{count:,} {mark}" for mark, count in found.marks.items())
    yield f"{found.judge} (prompt {found.prompt}): {marks}, of {total:,} judged; {len(found.not_judged):,} not judged."
    if found.right is not None:
        yield f"Right by this judge: {number(found.right.value)} ({interval(found.right)}, of {total:,})."
    for one in found.agreements:
        yield agreement(one)
    if not found.agreements:
        yield "No person graded the same answers: how far this judge can be trusted is not known."
