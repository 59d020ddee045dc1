"""Questions that are watched, and what changed in their answers: frozen values beside `rag.kept`."""

from __future__ import annotations

from dataclasses import dataclass

from rag.types import Answer, AnswerStatus, Citation, Reading, Scope


@dataclass(frozen=True, slots=True)
class Watched:
    """A question that is asked again as the library grows. `answer` is the last one that was told.

    `model`: by the language model; else by extraction, which costs nothing. `asked`: when it was last asked, at which
    `sequence` of the library's log; `fault`: why that did not work. `news`: changes that were not seen yet. Times are
    RFC 3339 in UTC.
    """

    number: int
    question: str
    scope: Scope
    not_read: tuple[Reading, ...]
    model: bool
    at: str
    asked: str
    sequence: int
    answer: Answer
    news: int = 0
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """How an answer to a watched question differs from the one before: sentences and sources that came and went.

    `seen`: its owner has put it away.
    """

    number: int
    watch: int
    question: str
    at: str
    before: AnswerStatus
    after: AnswerStatus
    came: tuple[str, ...]
    went: tuple[str, ...]
    sources_came: tuple[Citation, ...]
    sources_went: tuple[Citation, ...]
    seen: bool = False


@dataclass(frozen=True, slots=True)
class Rerun:
    """What asking watched questions again gave: how many were asked, and what changed."""

    asked: int
    changes: tuple[Change, ...]
    faults: tuple[str, ...] = ()
