"""Why a question came out wrong: the first thing on its way that went amiss."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rag.evaluation.asking import DEEP
from rag.evaluation.citing import cited_by, right
from rag.evaluation.runs import Asked

Why = Literal[
    "failed",
    "not_in_library",
    "not_retrieved",
    "not_used",
    "wrong_span",
    "should_have_declined",
    "should_have_answered",
]
SAYS: dict[Why, str] = {
    "failed": "failed: no answer to judge",
    "not_in_library": "not in the library",
    "not_retrieved": "not retrieved",
    "not_used": "retrieved, but not used",
    "wrong_span": "other words of the right article cited",
    "should_have_declined": "should have declined",
    "should_have_answered": "should have answered",
}


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """`why`, in words `said`; `rank` is where the evidence stood in the search, from 1, where it was found at all."""

    why: Why
    said: str
    rank: int | None


def diagnosis(asked: Asked, given: int) -> Diagnosis | None:
    """Why a question came out wrong; None where it did not, or cannot be judged.

    Args:
        given: how many of the passages found a writer gets; evidence below that rank was not retrieved for it.
    """
    question, answer, rank = asked.question, asked.answer, asked.rank
    if answer is None:
        return Diagnosis("failed", f"failed: {asked.fault or 'it was not asked'}", rank)
    if right(asked) is not False:
        return None
    if not question.answerable:
        return Diagnosis("should_have_declined", SAYS["should_have_declined"], None)
    if question.evidence and len(asked.missing) == len(question.evidence):
        articles = ", ".join(dict.fromkeys(entry.article for entry in question.evidence))
        return Diagnosis("not_in_library", f"not in the library: {articles}, or its words", None)
    if rank is None:
        first = f"the first {asked.looked:,}" if asked.looked >= DEEP else f"the {asked.looked:,}"
        said = f"not retrieved: not among {first} passages found in its scope"
        return Diagnosis("not_retrieved", said, None)
    if not any(asked.held[:given]):
        said = f"not retrieved: the evidence stands at rank {rank:,}, a writer is given {given}"
        return Diagnosis("not_retrieved", said, rank)
    if answer.status != "answered":
        return Diagnosis("should_have_answered", f"should have answered: evidence at rank {rank}", rank)
    articles_cited = {citation.article_id for citation in cited_by(answer)}
    if any(entry.article in articles_cited for entry in question.evidence):
        return Diagnosis(
            "wrong_span", f"other words of the right article cited: evidence at rank {rank}", rank
        )
    return Diagnosis("not_used", f"retrieved at rank {rank}, but not used", rank)
