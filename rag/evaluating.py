"""Runs of question sets over a newsroom: begun, stopped and gone on with, kept in its catalog, scored, handed on."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, get_args

from rag import standing
from rag.answering import prompts
from rag.answering.model_writer import PLACEHOLDERS
from rag.errors import LibraryError, ReadingError, UsageError
from rag.eval_process import Running
from rag.eval_sets import Looked, SetFile, keep_set, look, looked, sets_of, to_ask
from rag.eval_workers import K, asking
from rag.evaluation import sheet
from rag.evaluation.asking import Job, Kept, ask_all
from rag.evaluation.citing import shown_by, text_of
from rag.evaluation.comparison import AUROC, Change, Comparison, Turned, compare, gate, order_of
from rag.evaluation.diagnosis import SAYS
from rag.evaluation.grading import MARKS
from rag.evaluation.measures import BY_NAME, MEASURES
from rag.evaluation.metrics import Interval
from rag.evaluation.power import smallest_change
from rag.evaluation.report import comparison_page, run_page
from rag.evaluation.runs import Asked, Run, Setting
from rag.evaluation.scoring import Result, Wrong, result
from rag.evaluation.words import (
    BY_CHANCE,
    PARTS,
    VERDICTS,
    agreement,
    can_show,
    decision,
    interval,
    number,
    of_tags,
    signed,
)
from rag.how import CAP
from rag.jsonable import SCHEMA, as_json, from_json
from rag.library import grades as kept_grades
from rag.library import runs as kept_runs
from rag.library.ingest import Progress
from rag.newsroom import How, Newsroom
from rag.questions import WRITER_PASSAGES
from rag.retrieval.scoring import By, Ranking

LONGEST = 80  # characters of a run's name
MOST_TURNS = 100
GRADED = ("question", "grader", "mark", "why", "at")  # of a grade, in an exported run


@dataclass(frozen=True, slots=True)
class Planned:
    """A run before it starts or goes on: what is still to be asked, and what its set can show."""

    run: Run
    key: int
    jobs: tuple[Job, ...]
    how: How
    looked: Looked

    @property
    def goes_on(self) -> bool:
        """Whether some of it was asked before."""
        return len(self.jobs) < self.run.questions * self.run.setting.repeat


@dataclass(frozen=True, slots=True)
class Listed:
    """A run in the list of all: how many answers are kept, how many questions failed."""

    run: Run
    answers: int
    failed: int


def refuse_partial(room: Newsroom) -> None:
    """Raises: UsageError where part of the library is hidden from the reader: a run shows what all of it says."""
    if not room.sees_all:
        fault = "runs are made over the whole library, and you may not read all of it"
        raise UsageError("Evaluate", fault, "Ask someone who may, or use `dateline eval`.")


def plan(
    room: Newsroom,
    path: Path,
    name: str,
    *,
    how: How | None = None,
    repeat: int = 1,
    again: bool = False,
    unaccepted: bool = False,
) -> Planned:
    """Begin a run of a set, or find what is left of one that was stopped or in which questions failed.

    Args:
        again: forget a run that has this name, whatever it is.
        unaccepted: ask, too, what was made and nobody has accepted.

    Raises:
        QuestionSetError: the set cannot be read.
        UsageError: another run has this name, or what it depends on has changed since; no evidence of the set is in
            this library.
    """
    refuse_partial(room)
    how = how or How()
    if not name.strip() or len(name) > LONGEST or not name.isprintable():
        raise UsageError(
            "--name", "a run needs a name of at most 80 characters", "Name it like base or new-prompt."
        )
    if not 1 <= repeat <= MOST_TURNS:
        raise UsageError("--repeat", f"it cannot be {repeat}", f"Choose from 1 to {MOST_TURNS}.")
    questions, left_out = to_ask(path, unaccepted=unaccepted)
    if how.ranking.by == "meaning" and not room.meaning():
        fault = "nothing here can be found by meaning"
        raise UsageError("--ranking meaning", fault, "`dateline status` says why.")
    seen = replace(looked(room, questions, path.name), left_out=left_out)
    run = Run(
        name,
        datetime.now(UTC).isoformat(timespec="seconds"),
        None,
        path.name,
        seen.digest,
        len(questions),
        _setting(room, how, repeat),
        room.meaning(),
    )
    old = kept_runs.find(room.catalog, name)
    if old is not None and again:
        kept_runs.forget(room.catalog, old.key)
        old = None
    if old is None:
        key = kept_runs.begin(room.catalog, name, run.began, _written(run))
    else:
        key, run = old.key, _same(_run(old.head), run)
    done = kept_runs.places(room.catalog, key)
    jobs = tuple(
        (place, question, turn)
        for turn in range(repeat)
        for number, question in enumerate(questions)
        if (place := number * repeat + turn) not in done
    )
    return Planned(run, key, jobs, how, seen)


def go(
    room: Newsroom,
    planned: Planned,
    *,
    workers: int,
    progress: Callable[[int], None] = lambda done: None,
    stop: threading.Event | None = None,
) -> Run:
    """Ask what is left. Stopped, everything asked is kept, and the same plan made anew goes on; the run as it stands.

    Raises:
        LibraryError: the library failed underneath; what was asked is kept.
    """
    stop = stop or threading.Event()

    def keep(some: Sequence[Kept]) -> None:
        rows = [kept_runs.Row(place, one.answer is None, _written(one)) for place, one in some]
        kept_runs.keep(room.catalog, planned.key, rows)

    with asking(room, planned.how, stop, workers=workers, questions=len(planned.jobs)) as (pool, one):
        asked = ask_all(
            planned.jobs, one, pool=pool, workers=workers, keep=keep, progress=progress, stop=stop
        )
    if asked < len(planned.jobs):
        return planned.run
    run = replace(planned.run, finished=datetime.now(UTC).isoformat(timespec="seconds"))
    kept_runs.rewrite(room.catalog, planned.key, _written(run))
    return run


def load(room: Newsroom, name: str) -> tuple[Run, tuple[Asked, ...]]:
    """A run with every question as it was asked.

    Raises:
        UsageError: there is no such run.
    """
    found = _named(room, name)
    asked = tuple(
        from_json(Asked, json.loads(row.asked)) for row in kept_runs.answers(room.catalog, found.key)
    )
    return _run(found.head), asked


def scored(room: Newsroom, name: str) -> Result:
    """A run's result, worked out of what was kept. Raises: UsageError."""
    return result(*load(room, name))


def compared(room: Newsroom, base: str, head: str) -> Comparison:
    """Two runs, question by question. Raises: UsageError."""
    return compare(load(room, base), load(room, head))


def listed(room: Newsroom) -> list[Listed]:
    """Every run, newest first."""
    return [Listed(_run(one.head), one.answers, one.failed) for one in kept_runs.all_of(room.catalog)]


def forget(room: Newsroom, name: str) -> None:
    """Take a run out with all its answers. Raises: UsageError."""
    kept_runs.forget(room.catalog, _named(room, name).key)


def exported(room: Newsroom, name: str) -> dict[str, Any]:
    """A run whole, with the grades that people gave, as one JSON object. Raises: UsageError."""
    run, asked = load(room, name)
    rows = kept_grades.of_runs(room.catalog, [_named(room, name).key])
    given = [{field: getattr(row, field) for field in GRADED} for row in rows]
    return {"schema": SCHEMA, "run": as_json(run), "asked": as_json(asked), "grades": given}


def imported(room: Newsroom, path: Path, name: str | None = None) -> Run:
    """Take in a run that was exported, under its own name or another.

    Raises:
        ReadingError: it is not a run as `eval export` writes it.
        UsageError: a run has this name.
    """
    way_out = "It must be what `dateline eval export` wrote."
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        if told["schema"] != SCHEMA:
            raise ReadingError(path.name, f"it is of format {told['schema']!r}", "Update Dateline.")
        run, asked = from_json(Run, told["run"]), tuple(from_json(Asked, one) for one in told["asked"])
        result(run, asked)  # what cannot be scored is no run
        date.fromisoformat(run.setting.today)
        given = _graded(told.get("grades", []), {one.question.id for one in asked})
    except OSError as error:
        reason = (error.strerror or "not readable").lower()
        raise ReadingError(str(path), f"it cannot be read ({reason})", "Check the path.") from error
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise ReadingError(path.name, "it is not an exported run", way_out) from error
    run = replace(run, name=name or run.name, imported=True)
    if kept_runs.find(room.catalog, run.name) is not None:
        raise UsageError(f"run {run.name!r}", "a run has this name", "Take it in under another: --name.")
    key = kept_runs.begin(room.catalog, run.name, run.began, _written(run))
    rows = [kept_runs.Row(place, one.answer is None, _written(one)) for place, one in enumerate(asked)]
    kept_runs.keep(room.catalog, key, rows)
    for grade in given:
        kept_grades.keep(room.catalog, kept_grades.Row(key, **grade))
    return run


def _graded(told: Any, ids: set[str]) -> list[dict[str, str]]:
    """The grades of an exported run. Raises: ValueError, TypeError, KeyError: they are none of it."""
    given = [{field: one[field] for field in GRADED} for one in told]
    for one in given:
        if not all(isinstance(value, str) for value in one.values()):
            raise TypeError("a grade is text")
        if one["mark"] not in MARKS or one["question"] not in ids:
            raise ValueError("no grade of this run")
    return given


def ranking(said: str) -> Ranking:
    """A ranking as `--ranking` and a run's setting say it: a name, after `convex` the share of meaning from 0 to 1.

    Raises:
        UsageError: it is none.
    """
    by, _, share = said.partition(" ")
    if by not in get_args(By):
        raise UsageError("--ranking", f"there is no {said!r}", f"Choose from: {', '.join(get_args(By))}.")
    if not share:
        return Ranking(by)  # type: ignore[arg-type]  # checked above
    try:
        dense = float(share)
    except ValueError:
        dense = -1.0
    if by != "convex" or not 0 <= dense <= 1:
        raise UsageError("--ranking", f"{said!r} names no share of meaning", "Write it like convex 0.6.")
    return Ranking("convex", dense)


def _named(room: Newsroom, name: str) -> kept_runs.Kept:
    found = kept_runs.find(room.catalog, name)
    if found is None:
        raise UsageError(f"run {name!r}", "there is no such run", "`dateline eval runs` lists them.")
    return found


def _setting(room: Newsroom, how: How, repeat: int) -> Setting:
    model = None if how.extractive else room.settings.model
    prompt = prompts.load("answer", placeholders=PLACEHOLDERS) if model is not None else None
    return Setting(
        fingerprint=standing.answer_fingerprint(room.catalog),
        sequence=room.sequence,
        model=model,
        prompts={prompt.name: prompt.digest} if prompt is not None else {},
        k=K,
        given=WRITER_PASSAGES,
        cap=how.cap,
        fold=how.fold,
        always_answer=how.always_answer,
        repeat=repeat,
        today=room.settings.day.isoformat(),
        ranking=how.ranking.by if how.ranking.by != "convex" else f"convex {how.ranking.dense:g}",
    )


def _same(old: Run, new: Run) -> Run:
    """The run that has this name, where it is the same set under the same setting: it goes on."""
    before, now = asdict(old.setting), asdict(new.setting)
    changed = [f"{name} was {before[name]}, is {now[name]}" for name in before if before[name] != now[name]]
    changed = [one for one in changed if not one.startswith("today ")]
    if old.set_digest != new.set_digest:
        changed.insert(0, f"the set was {old.set_name} {old.set_digest}, is {new.set_name} {new.set_digest}")
    if (old.meaning is None) != (new.meaning is None):
        changed.append("one searches by words only, the other by meaning too")
    if changed or old.imported:
        fault = f"a run has this name ({'; '.join(changed) or 'it was imported'})"
        raise UsageError(
            f"run {old.name!r}", fault, "Choose another --name, or forget that run with --again."
        )
    return old


def _written(value: Run | Asked) -> str:
    return json.dumps(as_json(value), ensure_ascii=False)


def _run(head: str) -> Run:
    try:
        return from_json(Run, json.loads(head))
    except (KeyError, TypeError, ValueError) as error:
        raise LibraryError("a run", "another Dateline kept it in a form that this one cannot read") from error


__all__ = [
    "AUROC",
    "BY_CHANCE",
    "BY_NAME",
    "CAP",
    "MEASURES",
    "PARTS",
    "SAYS",
    "VERDICTS",
    "Change",
    "Comparison",
    "How",
    "Interval",
    "Listed",
    "Looked",
    "Planned",
    "Progress",
    "Result",
    "Run",
    "Running",
    "SetFile",
    "Turned",
    "Wrong",
    "agreement",
    "can_show",
    "compared",
    "comparison_page",
    "decision",
    "exported",
    "forget",
    "gate",
    "go",
    "imported",
    "interval",
    "keep_set",
    "listed",
    "load",
    "look",
    "number",
    "of_tags",
    "order_of",
    "plan",
    "ranking",
    "run_page",
    "scored",
    "sets_of",
    "sheet",
    "shown_by",
    "signed",
    "smallest_change",
    "text_of",
]
