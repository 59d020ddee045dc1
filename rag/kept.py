"""What is kept for a reader, frozen: questions with their answers as they were given, gaps, clips.

An `owner` is whose they are: a user whom the proxy names, a browser, or the command line. Times are RFC 3339 in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass

from rag.types import Answer, AnswerStatus, Citation, Mode, Reading, Scope

COMMAND_LINE = "command line"


@dataclass(frozen=True, slots=True)
class Asked:
    """A recorded question. `scope` as it was set, `not_read` the readings of the question that were not wanted.

    `own`: of the reader who looks; another's only where it is shared.
    """

    id: str
    at: str
    question: str
    status: AnswerStatus
    mode: Mode
    sequence: int
    scope: Scope
    not_read: tuple[Reading, ...] = ()
    shared: bool = False
    own: bool = True


@dataclass(frozen=True, slots=True)
class Kept:
    """A recorded question with its whole answer. `asked.id == answer.id`."""

    asked: Asked
    answer: Answer


@dataclass(frozen=True, slots=True)
class History:
    """Recorded questions, newest first; `total` match, of `held` in all."""

    asked: tuple[Asked, ...]
    total: int
    held: int


@dataclass(frozen=True, slots=True)
class Gap:
    """A question that found no answer when it was last asked in this scope, by whomever, `times` in all."""

    question: str
    scope: Scope
    status: AnswerStatus
    times: int
    last: str


@dataclass(frozen=True, slots=True)
class Clip:
    """A sentence or a passage put aside, with the exact words it rests on: `article.text[start:end] == quote` of each.

    `text` is the sentence as an answer said it (white space folded), None where the clip is the cited words themselves.
    `mark` are the words that stood beside it. `question` (or search) and `answer_id`: for what it was clipped.
    `place` counts from 0 in the order the reader gave. `since`: what has become of each cited version, in words, None:
    nothing.
    """

    id: str
    at: str
    text: str | None
    mark: str
    citations: tuple[Citation, ...]
    question: str = ""
    answer_id: str | None = None
    note: str = ""
    place: int = 0
    since: tuple[str | None, ...] = ()

    @property
    def said(self) -> str:
        """What the clip says, white space folded."""
        return self.text if self.text is not None else " ".join(self.citations[0].quote.split())
