"""The question sets of a home: those kept in its folder `sets`, the starter set, and what one of them can show here."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rag.errors import LibraryError, QuestionSetError, ReadOnly, UsageError
from rag.eval_workers import articles_of
from rag.evaluation import making, sets
from rag.evaluation.placing import placed
from rag.evaluation.power import Smallest, smallest_change
from rag.evaluation.runs import digest
from rag.evaluation.sets import QuestionSet
from rag.expected import Question
from rag.newsroom import SAMPLE, Newsroom

STARTER = Path(__file__).parents[1] / "corpus" / "questions.jsonl"
LONGEST = 80  # characters of a set's file name
BIGGEST = 50_000_000  # bytes


@dataclass(frozen=True, slots=True)
class SetFile:
    """A question set as a file; `starter`: the sample newsroom's, which ships."""

    name: str
    path: Path
    starter: bool = False


@dataclass(frozen=True, slots=True)
class Looked:
    """A set over a library, before any run: how many questions on how many articles or topics, and the smallest change
    that two runs of it can show.

    `lost` questions have evidence that the library does not hold; `moved` some that stands elsewhere than they say;
    `left_out` were made and nobody has accepted them.
    """

    digest: str
    questions: int
    answerable: int
    topics: int
    lost: int
    moved: int
    smallest: Smallest
    left_out: int = 0


def sets_of(room: Newsroom) -> tuple[SetFile, ...]:
    """The sets that can be run, the starter set last."""
    kept = [
        SetFile(path.name, path)
        for path in sorted((room.home / "sets").glob("*"))
        if path.suffix.lower() in sets.ENDINGS and not path.name.startswith(".")
    ]
    ships = [SetFile(STARTER.name, STARTER, starter=True)] if STARTER.exists() else []
    return (*kept, *ships)


def keep_set(room: Newsroom, name: str, data: bytes) -> QuestionSet:
    """Keep a set under its file name, in place of one that has it; one with a fault is not kept, and its faults told.

    Raises:
        QuestionSetError: it cannot be read at all, or its name is no file's.
        ReadOnly, LibraryError: the home cannot be written.
    """
    name = Path(name.replace("\\", "/")).name
    if not name.isprintable() or len(name) > LONGEST or name.startswith("."):
        fault = f"its name must be printable, at most {LONGEST} characters, with no dot first"
        raise QuestionSetError("the question set", fault, "Rename it, like questions.csv.")
    if name == STARTER.name:
        raise QuestionSetError(name, "the starter set is called so", "Rename yours.")
    if len(data) > BIGGEST:
        raise QuestionSetError(name, f"it has {len(data):,} bytes, {BIGGEST:,} at most", "Split it into two.")
    if room.catalog.read_only:
        raise ReadOnly(str(room.home), "it cannot be written", "Keep sets in a home that can.")
    folder = room.home / "sets"
    try:
        folder.mkdir(exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=".new-", dir=folder))
        try:
            (beside / name).write_bytes(data)
            found = sets.check(beside / name)
            if not found.problems:
                (beside / name).replace(folder / name)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
    except OSError as error:
        reason = (error.strerror or "not writable").lower()
        raise LibraryError(
            str(folder), f"the set cannot be kept ({reason})", "Free some room, or mend its rights."
        ) from error
    return found


def look(room: Newsroom, path: Path) -> Looked:
    """What a set can show in this library.

    Raises:
        QuestionSetError: the set cannot be read.
        UsageError: no evidence of it is in this library, or its articles are out of scope.
    """
    questions, left_out = to_ask(path)
    return replace(looked(room, questions, path.name), left_out=left_out)


def to_ask(path: Path, *, unaccepted: bool = False) -> tuple[tuple[Question, ...], int]:
    """The questions of a set that a run asks, and how many it leaves out: made, and accepted by nobody.

    Raises:
        QuestionSetError: the set cannot be read, or all of it is left out.
    """
    every = sets.read(path)
    chosen = every if unaccepted else making.asked(every)
    if not chosen:
        fault = f"none of its {len(every):,} made questions is accepted"
        raise QuestionSetError(
            path.name, fault, "Accept some on the Evaluate page, or run it with --unaccepted."
        )
    return chosen, len(every) - len(chosen)


def looked(room: Newsroom, questions: Sequence[Question], name: str) -> Looked:
    """The same of questions that were read. Raises: UsageError."""
    lost, moved = _standing(room, questions, name)
    about = {one.evidence[0].article if one.evidence else one.id for one in questions}
    answerable = sum(one.answerable for one in questions)
    smallest = smallest_change(len(questions))
    return Looked(digest(questions), len(questions), answerable, len(about), lost, moved, smallest)


def _standing(room: Newsroom, questions: Sequence[Question], name: str) -> tuple[int, int]:
    """How many questions have evidence that the library does not hold, and how many some that moved."""
    article_of, sample_only = articles_of(room), room.questions.sample_only()
    lost = moved = nowhere = aside = 0
    for question in questions:
        there, missing = placed(question, article_of)
        lost += bool(missing)
        nowhere += bool(missing) and len(missing) == len(question.evidence)
        pairs = zip(question.evidence, there.evidence, strict=True)
        found = (article_of(entry.article) for entry in there.evidence if entry.start is not None)
        aside += not sample_only and any(one is not None and SAMPLE in one.collections for one in found)
        moved += any(was.start is not None and now.start not in (None, was.start) for was, now in pairs)
    judged = sum(bool(question.evidence) for question in questions)
    if aside and aside == judged:
        fault = "its articles are the sample newsroom's, which is out of scope beside your own"
        raise UsageError(name, fault, "Run it in a --home that holds the sample alone.")
    if nowhere and nowhere == judged:
        fault = "none of its evidence is in this library: it may be for another"
        raise UsageError(name, fault, "Ingest its articles first, or name their --home.")
    return lost, moved
