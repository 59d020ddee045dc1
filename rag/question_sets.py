"""Question sets changed by hand: a question put in, changed, taken out, accepted; each change can be taken back."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rag.errors import LibraryError, QuestionSetError, ReadOnly, UsageError
from rag.eval_sets import keep_set, sets_of
from rag.eval_workers import articles_of
from rag.evaluation import making, sets
from rag.evaluation.making import accepted, made
from rag.evaluation.placing import placed
from rag.evaluation.records import Fault, question_of, record_of
from rag.expected import Evidenced, Question
from rag.newsroom import Newsroom
from rag.types import (
    Answer,
    Scope,
)

FORMS = ("jsonl", "csv")
_changing = threading.Lock()


@dataclass(frozen=True, slots=True)
class Before:
    """A set's file as it was before a change; None: there was none."""

    name: str
    data: bytes | None


def read(room: Newsroom, name: str) -> tuple[Question, ...]:
    """The questions of a kept set, or of the starter set.

    Raises:
        UsageError: there is no such set.
        QuestionSetError: it cannot be read.
    """
    return sets.read(_path(room, name))


def put(room: Newsroom, name: str, question: Question, *, instead_of: str | None = None) -> Before:
    """Add a question, its evidence at its place in the library; or put it where `instead_of` stands. A set that is not
    there is begun.

    Raises:
        QuestionSetError: a field is not what it must be, its evidence is in no article, or its id is taken.
        UsageError: `instead_of` is gone; it is the starter set.
    """
    try:
        question = question_of(record_of(question))
    except Fault as fault:
        raise QuestionSetError(f"the question's {fault.column}", fault.fault, fault.way_out) from fault
    there, missing = placed(question, articles_of(room))
    if missing:
        entry = question.evidence[missing[0]]
        fault_text = f"no article {entry.article!r} in the library holds “{entry.quote}”"
        raise QuestionSetError("the question's evidence", fault_text, "Name its id, and quote its words.")
    with _changing:
        before, questions = _held(room, name)
        at = next((at for at, one in enumerate(questions) if one.id == instead_of), None)
        if instead_of is not None and at is None:
            raise UsageError(f"question {instead_of!r}", f"{name} no longer holds it", "Load the page anew.")
        if there.id != instead_of and any(one.id == there.id for one in questions):
            raise QuestionSetError("the question's id", f"{there.id!r} is taken", "Give it another.")
        rest = questions[:at] if at is not None else questions
        tail = questions[at + 1 :] if at is not None else ()
        return _kept(room, before, (*rest, there, *tail))


def take_out(room: Newsroom, name: str, ids: Sequence[str]) -> Before:
    """Take questions out; a set without any is gone. Raises: UsageError."""
    with _changing:
        before, questions = _held(room, name)
        return _kept(room, before, tuple(one for one in questions if one.id not in set(ids)))


def decide(room: Newsroom, name: str, ids: Sequence[str], said: bool | None) -> Before:
    """Accept (True) or reject made questions, or leave them open again (None). Raises: UsageError."""
    with _changing:
        before, questions = _held(room, name)
        return _kept(
            room,
            before,
            tuple(
                replace(one, extra={**one.extra, making.ACCEPTED: said})
                if one.id in set(ids) and made(one)
                else one
                for one in questions
            ),
        )


def copy(room: Newsroom, name: str) -> str:
    """A set of the home's own that holds the same: how the starter set is changed. Its name."""
    questions = read(room, name)
    taken = {one.name for one in sets_of(room)}
    stem = Path(name).stem
    new = next(one for at in range(1, 10_000) if (one := f"{stem}-{at}.jsonl") not in taken)
    keep_set(room, new, sets.as_jsonl(questions).encode())
    return new


def bring_back(room: Newsroom, before: Before) -> None:
    """Take a change back: the file is as it was before it. Raises: ReadOnly, LibraryError."""
    with _changing:
        if before.data is not None:
            keep_set(room, before.name, before.data)
        else:
            _remove(room, before.name)


def as_file(room: Newsroom, name: str, form: str) -> bytes:
    """A set to take away, as jsonl or csv. Raises: QuestionSetError: CSV cannot hold it."""
    questions = read(room, name)
    return (sets.as_csv(questions) if form == "csv" else sets.as_jsonl(questions)).encode()


def free_id(room: Newsroom, name: str) -> str:
    """An id that no question of the set has."""
    taken = {one.id for one in read(room, name)} if _there(room, name) else set()
    return next(one for at in range(len(taken) + 1, 10**9) if (one := f"q{at:03}") not in taken)


def of_answer(
    answer: Answer,
    scope: Scope,
    question_id: str,
    tags: Sequence[str] = (),
    *,
    right: bool = True,
    note: str = "",
) -> Question:
    """The question of an answer as a test question. Where the answer is `right`, what it cites is the evidence, and a
    question that was not answered has no answer; else the question stands alone, answerable, to be completed."""
    cited = dict.fromkeys(
        Evidenced(one.article_id, one.quote, one.start, one.end) for one in answer.citations
    )
    answered = answer.status == "answered" and answer.coverage is None
    return Question(
        question_id,
        answer.asked_as,
        evidence=tuple(cited) if answered and right else (),
        answerable=answered or answer.coverage is not None or not right,
        scope=scope,
        tags=("from-an-answer", *tags),
        extra={"note": note} if note else {},
    )


def _path(room: Newsroom, name: str) -> Path:
    for one in sets_of(room):
        if one.name == name:
            return one.path
    raise UsageError(f"set {name!r}", "there is no such question set here", "The Evaluate page lists them.")


def _there(room: Newsroom, name: str) -> bool:
    return any(one.name == name for one in sets_of(room))


def _held(room: Newsroom, name: str) -> tuple[Before, tuple[Question, ...]]:
    """A set that may be changed, as its file is now."""
    if room.catalog.read_only:
        raise ReadOnly(str(room.home), "it cannot be written", "Keep sets in a home that can.")
    if not _there(room, name):
        return Before(name, None), ()
    path = _path(room, name)
    if path.parent != room.home / "sets":
        raise UsageError(f"set {name!r}", "the starter set cannot be changed", "Change a copy of it.")
    return Before(name, path.read_bytes()), sets.read(path)


def _kept(room: Newsroom, before: Before, questions: Sequence[Question]) -> Before:
    if not questions:
        _remove(room, before.name)
        return before
    as_csv = before.name.lower().endswith(".csv")
    found = keep_set(
        room, before.name, (sets.as_csv(questions) if as_csv else sets.as_jsonl(questions)).encode()
    )
    if found.problems:
        raise found.problems[0]
    return before


def _remove(room: Newsroom, name: str) -> None:
    try:
        (room.home / "sets" / Path(name).name).unlink(missing_ok=True)
    except OSError as error:
        reason = (error.strerror or "not writable").lower()
        raise LibraryError(name, f"it cannot be removed ({reason})", "Mend its rights.") from error


__all__ = [
    "FORMS",
    "Before",
    "accepted",
    "as_file",
    "bring_back",
    "copy",
    "decide",
    "free_id",
    "made",
    "of_answer",
    "put",
    "read",
    "take_out",
]
