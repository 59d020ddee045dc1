"""Grading by hand over a newsroom's runs, and the signed decision: what is to be graded next, what grades show."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from rag import evaluating
from rag.errors import ReadOnly, UsageError
from rag.evaluation.comparison import Comparison
from rag.evaluation.grading import (
    CRITICAL,
    FEW,
    MARKS,
    Agreement,
    Decision,
    Grade,
    Graded,
    Item,
    Mark,
    Waiver,
    graded,
    order,
)
from rag.evaluation.runs import Asked
from rag.jsonable import as_json, from_json
from rag.library import grades as kept
from rag.library import runs as kept_runs
from rag.newsroom import Newsroom

LONGEST_NAME, LONGEST_WHY = 80, 2_000  # characters


@dataclass(frozen=True, slots=True)
class Desk:
    """What a grader has before them: the answers still to grade, in their own random order, from whichever run."""

    grader: str
    left: tuple[tuple[Item, Asked], ...]
    total: int

    @property
    def next(self) -> tuple[Item, Asked] | None:
        """The answer to grade now."""
        return self.left[0] if self.left else None


def desk(room: Newsroom, names: Sequence[str], grader: str) -> Desk:
    """The answers of these runs that a grader has not graded yet: the first turn of each question that was answered.

    Raises:
        UsageError: there is no such run; the grader has no name.
    """
    grader = _name("--grader", grader)
    asked = {
        (name, one.question.id): one
        for name in dict.fromkeys(names)
        for one in evaluating.load(room, name)[1]
        if one.turn == 0 and one.answer is not None
    }
    done = {(one.run, one.question) for one in _grades(room, names) if one.grader == grader}
    left = tuple((item, asked[item]) for item in order(asked, grader) if item not in done)
    return Desk(grader, left, len(asked))


def grade(room: Newsroom, item: Item, grader: str, mark: str, why: str = "") -> None:
    """Keep what a grader says of an answer, in place of what they said before.

    Raises:
        UsageError: there is no such answer or mark; a name or a reason is too long; harmful without a reason.
        ReadOnly: the home cannot be written.
    """
    grader, why = _name("--grader", grader), why.strip()
    if mark not in MARKS:
        raise UsageError("a grade", f"there is no {mark!r}", f"Choose from: {', '.join(MARKS)}.")
    if len(why) > LONGEST_WHY:
        raise UsageError(
            "a grade", f"its reason has over {LONGEST_WHY:,} characters", "Say it in fewer words."
        )
    if mark == "harmful" and not why:
        raise UsageError("a grade", "harmful needs a reason", "Say what harm it would do.")
    run, question = item
    if not any(one.question.id == question and one.answer for one in evaluating.load(room, run)[1]):
        raise UsageError(
            f"run {run!r}", f"it has no answer to {question!r}", "`dateline eval show` lists them."
        )
    _refuse_read_only(room)
    kept.keep(room.catalog, kept.Row(_key(room, run), question, grader, mark, why, _now()))


def grades_of(room: Newsroom, names: Sequence[str]) -> Graded:
    """What the grades of these runs show. Raises: UsageError."""
    asked = [one for name in dict.fromkeys(names) for one in evaluating.load(room, name)[1]]
    return graded(_grades(room, names), [one.question for one in asked])


def sign(
    room: Newsroom,
    compared: Comparison,
    *,
    who: str,
    accepted: bool,
    why: str = "",
    waived: Sequence[Waiver] = (),
) -> Decision:
    """Sign a decision on a run, after seeing it beside another.

    Raises:
        UsageError: nobody signs; what is waived is no regression, or until a day that is past or none; a harmful answer
            to a critical question cannot be accepted.
        ReadOnly: the home cannot be written.
    """
    base, head = compared.base.run.name, compared.head.run.name
    regressed = {one.id for one in compared.regressions}
    for one in waived:
        if one.question not in regressed:
            fault = f"{one.question!r} is no regression of {head} beside {base}"
            raise UsageError("--waive", fault, "Waive what regressed, or nothing.")
        if _day(one.until) < room.settings.day:
            raise UsageError("--waive", f"{one.until} is past", "Name a day from today on.")
    harmful = grades_of(room, [head]).harmful
    if accepted and harmful:
        ids = ", ".join(dict.fromkeys(one.question for one in harmful))
        fault = f"a harmful answer to a critical question cannot be accepted: {ids}"
        raise UsageError(f"run {head!r}", fault, "Reject it.")
    _refuse_read_only(room)
    found = Decision(
        base, head, _name("--who", who), _now(), accepted, why.strip()[:LONGEST_WHY], tuple(waived)
    )
    kept.sign(room.catalog, _key(room, head), base, json.dumps(as_json(found), ensure_ascii=False))
    return found


def decisions(room: Newsroom, head: str) -> list[Decision]:
    """What was decided on a run, oldest first."""
    return [from_json(Decision, json.loads(said)) for said in kept.signed(room.catalog, head)]


def in_force(room: Newsroom, base: str, head: str) -> frozenset[str]:
    """The regressions of head beside base that are waived today, by the last decision on the two."""
    last = [one for one in decisions(room, head) if one.base == base][-1:]
    today = room.settings.day
    return frozenset(
        one.question for said in last if said.accepted for one in said.waived if _day(one.until) >= today
    )


def waiver(said: str) -> Waiver:
    """As `s021=2026-12-31`. Raises: UsageError."""
    question, _, until = said.rpartition("=")
    if not question:
        raise UsageError("--waive", f"{said!r} names no question", "Write it like s021=2026-12-31.")
    _day(until)
    return Waiver(question, until)


def _day(said: str) -> date:
    try:
        return date.fromisoformat(said)
    except ValueError as error:
        raise UsageError("--waive", f"{said!r} is no day", "Write it like 2026-12-31.") from error


def _grades(room: Newsroom, names: Sequence[str]) -> list[Grade]:
    by_key = {_key(room, name): name for name in names}
    rows = kept.of_runs(room.catalog, list(by_key))
    return [Grade(by_key[one.run], one.question, one.grader, one.mark, one.why, one.at) for one in rows]  # type: ignore[arg-type]  # checked when it was kept


def _key(room: Newsroom, name: str) -> int:
    found = kept_runs.find(room.catalog, name)
    if found is None:
        raise UsageError(f"run {name!r}", "there is no such run", "`dateline eval runs` lists them.")
    return found.key


def _name(thing: str, said: str) -> str:
    said = " ".join(said.split())
    if not said or len(said) > LONGEST_NAME or not said.isprintable():
        raise UsageError(
            thing, f"it takes a name of at most {LONGEST_NAME} characters", "Sign with your name."
        )
    return said


def _refuse_read_only(room: Newsroom) -> None:
    if room.catalog.read_only:
        raise ReadOnly(str(room.home), "it cannot be written", "Grade in a home that can.")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


__all__ = [
    "CRITICAL",
    "FEW",
    "LONGEST_NAME",
    "LONGEST_WHY",
    "MARKS",
    "Agreement",
    "Decision",
    "Desk",
    "Grade",
    "Graded",
    "Mark",
    "Waiver",
    "decisions",
    "desk",
    "grade",
    "grades_of",
    "in_force",
    "sign",
    "waiver",
]
