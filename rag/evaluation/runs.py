"""A run of a question set: what it depended on, and what was asked, found and answered, kept whole.

Everything is scored from what is kept here (`scoring.py`), so that a run can be scored anew without asking again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass

from rag.evaluation.records import record_of
from rag.expected import Question
from rag.types import (
    Answer,
)

KIND = "questions"


@dataclass(frozen=True, slots=True)
class Setting:
    """What the numbers of a run depend on beside its questions.

    `fingerprint` stands for embedder, passage rules and version; `sequence` is where the library's log stood; `model`
    is None without a language model; `prompts` are {name: digest}. `k` passages are searched, at most `cap` of one
    article (None: no limit), copies folded or not; a writer is `given` so many of them. `today` is the day that "last
    week" counts from where a question has no `as_of`. `ranking`: fitted is what readers get.
    """

    fingerprint: str
    sequence: int
    model: str | None
    prompts: dict[str, str]
    k: int
    given: int
    cap: int | None
    fold: bool
    always_answer: bool
    repeat: int
    today: str
    ranking: str = "fitted"


@dataclass(frozen=True, slots=True)
class Run:
    """One run. `began` and `finished` are RFC 3339 in UTC; `finished` None: it was stopped, and can go on.

    `set_digest` is over the questions, whatever their file's form or order; `meaning` is the share of the library's
    passages with a vector when it began, None: keyword search only.
    """

    name: str
    began: str
    finished: str | None
    set_name: str
    set_digest: str
    questions: int
    setting: Setting
    meaning: float | None
    kind: str = KIND
    imported: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """A passage that a search found: `article.text[start:end]`; `copies` are articles folded into it."""

    article: str
    version: int
    start: int
    end: int
    copies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, asked once (its `turn`, from 0), with what came of it.

    `question` has its evidence at the place where the library holds it; `missing` are the indices of the evidence
    that it does not hold. `held` tells for each rank of `found` which evidence the passage there holds (without
    evidence: 0 where it holds an answer's words); `in_words` whether the first 1,000 words found hold any. `rank` is
    where the first of it stands, from 1, among the `looked` passages of a search that went deeper where it had to.
    `fault` says why there is no answer; `seconds` is what asking and searching took.
    """

    question: Question
    turn: int
    answer: Answer | None
    fault: str | None
    found: tuple[Seen, ...]
    held: tuple[tuple[int, ...], ...]
    in_words: bool | None
    rank: int | None
    looked: int
    missing: tuple[int, ...]
    seconds: float


def digest(questions: Iterable[Question]) -> str:
    """12 hex digits over a set's records, whatever their order and the form of the file."""
    lines = sorted(json.dumps(record_of(one), sort_keys=True, ensure_ascii=False) for one in questions)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:12]
