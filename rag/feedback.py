"""Feedback on answers: right, wrong, a missing source, a wrong date; whose it is, and open until somebody closes it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Literal, get_args

from rag import question_sets
from rag.errors import LibraryError, ReadOnly, UsageError
from rag.jsonable import as_json, from_json
from rag.kept import COMMAND_LINE
from rag.library import feedback as kept
from rag.library.erased import erased_ids
from rag.library.erased_words import without
from rag.newsroom import Newsroom
from rag.question_sets import Before
from rag.types import Answer, Scope

Kind = Literal["right", "wrong", "missing_source", "wrong_date"]
KINDS: tuple[Kind, ...] = get_args(Kind)
LONGEST_NOTE = 2_000  # characters


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a reader said of an answer. `who` is the user whom the proxy names, "command line", or "a reader". Times are
    RFC 3339 in UTC; `closed` None: it is open."""

    number: int
    kind: Kind
    note: str
    question: str
    answer_id: str
    who: str
    at: str
    closed: str | None
    closed_by: str | None


def give(
    room: Newsroom, answer: Answer, owner: str, kind: str, note: str = "", *, scope: Scope | None = None
) -> Feedback:
    """Keep what a reader says of an answer, with the answer as it was given. `scope`: as it was set for the question.

    Raises:
        UsageError: there is no such kind, the note is too long, or says nothing where it has to.
        ReadOnly: the home cannot be written.
    """
    note = note.strip()
    if kind not in KINDS:
        raise UsageError("feedback", f"there is no {kind!r}", f"Choose from: {', '.join(KINDS)}.")
    if len(note) > LONGEST_NOTE:
        raise UsageError(
            "feedback", f"its note has over {LONGEST_NOTE:,} characters", "Say it in fewer words."
        )
    if kind != "right" and not note:
        raise UsageError("feedback", "it needs a note", "Say what is wrong, so that somebody can mend it.")
    _refuse_read_only(room)
    out = erased_ids(room.catalog, (one.article_id for one in answer.citations))
    row = kept.Row(
        answer.id,
        owner,
        kind,
        note,
        answer.asked_as,
        json.dumps(without(as_json(answer), out, None), ensure_ascii=False),
        json.dumps(asdict(scope or Scope()), ensure_ascii=False),
        _now(),
    )
    return _feedback(kept.keep(room.catalog, row), row)


def all_of(room: Newsroom, *, only_open: bool = True) -> tuple[Feedback, ...]:
    """What readers said, newest first."""
    if not room.catalog.holds("feedback"):
        return ()
    return tuple(_feedback(number, row) for number, row in kept.rows(room.catalog, only_open=only_open))


def close(room: Newsroom, number: int, owner: str, *, closed: bool = True) -> None:
    """Close feedback, or open it again.

    Raises:
        UsageError: there is no such feedback.
        ReadOnly: the home cannot be written.
    """
    _refuse_read_only(room)
    at, by = (_now(), owner) if closed else (None, None)
    if not kept.close(room.catalog, number, at, by):
        raise _none(number)


def to_test(room: Newsroom, number: int, set_name: str) -> tuple[str, Before]:
    """Put the question of a feedback into a set, as `question_sets.of_answer` makes it; its id, and how to take it
    back. What the answer cited is evidence only where a reader said that it is right; else the question is put
    without any, to be completed.

    Raises:
        UsageError: there is no such feedback or set.
        LibraryError, QuestionSetError: its answer cannot be read any more; it cannot be put.
    """
    row = next((row for at, row in kept.rows(room.catalog, only_open=False) if at == number), None)
    if row is None:
        raise _none(number)
    try:
        answer = from_json(Answer, json.loads(row.answer))
    except (KeyError, TypeError, ValueError) as error:
        raise LibraryError(
            f"feedback {number}", "its answer cannot be read any more", "Ask again."
        ) from error
    fields: dict[str, Any] = {
        name: tuple(one) if isinstance(one, list) else one for name, one in json.loads(row.scope).items()
    }
    scope = Scope(**fields)
    question_id = question_sets.free_id(room, set_name)
    question = question_sets.of_answer(
        answer, scope, question_id, (f"feedback-{row.kind}",), right=row.kind == "right", note=row.note
    )
    return question_id, question_sets.put(room, set_name, question)


def _feedback(number: int, row: kept.Row) -> Feedback:
    closed_by = None if row.closed_by is None else _who(row.closed_by)
    return Feedback(
        number,
        row.kind,  # type: ignore[arg-type]  # checked when it was kept
        row.note,
        row.question,
        row.answer_id,
        _who(row.owner),
        row.at,
        row.closed,
        closed_by,
    )


def _who(owner: str) -> str:
    kind, _, name = owner.partition(":")
    return name if kind == "user" else COMMAND_LINE if owner == COMMAND_LINE else "a reader"


def _none(number: int) -> UsageError:
    return UsageError(
        f"feedback {number}", "there is no such feedback", "`dateline eval feedback --all` lists it."
    )


def _refuse_read_only(room: Newsroom) -> None:
    if room.catalog.read_only:
        raise ReadOnly(str(room.home), "it cannot be written", "Give feedback in a home that can.")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
