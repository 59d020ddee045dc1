"""Question to answer: search, judge, write, cite. Yields what the page shows as it comes; the last is the Answer."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from rag.answering.answerability import ANSWERED, CLOSEST
from rag.answering.citations import Numbering
from rag.answering.origins import origins
from rag.answering.writer import Draft, Judged, Material, Writer
from rag.library.rows import HitRow
from rag.reading.dates import moment
from rag.retrieval.question import Asked
from rag.types import (
    Answer,
    AnswerStatus,
    Citation,
    Events,
    Evidence,
    Found,
    Freshness,
    Nearest,
    Sentence,
    Stage,
)


@dataclass(frozen=True, slots=True)
class Ground:
    """What a search gave to answer from, and what is known about the scope it searched."""

    asked: Asked
    material: Material
    freshness: Freshness
    searched: int
    sequence: int
    fingerprint: str
    outlets: Sequence[str]
    warnings: tuple[str, ...] = ()


@dataclass(slots=True)
class _Clock:
    began: float = field(default_factory=time.perf_counter)
    timings: dict[str, float] = field(default_factory=dict)

    def lap(self, stage: str) -> None:
        spent = time.perf_counter() - self.began - sum(self.timings.values())
        self.timings[stage] = round(spent, 4)


def answer_stream(
    search: Callable[[], Ground], writer: Writer, *, always_answer: bool = False
) -> Iterator[Events]:
    """Answer one question. `always_answer` turns declining off, for measuring."""
    clock = _Clock()
    yield Stage("searching")
    ground = search()
    clock.lap("search")
    yield Stage("choosing sentences")
    judged = writer.judge(ground.material)
    status = outcome(judged.answerability, anything=bool(ground.material.hits), always=always_answer)
    numbering = Numbering(ground.material.hits)
    sentences: list[Sentence] = []
    if status == "answered":
        for draft in writer.write(ground.material):
            sentence = _sentence(draft, numbering)
            sentences.append(sentence)
            yield sentence
    elif status == "closest":
        for span in judged.nearest:
            numbering.number(span)
    clock.lap("write")
    yield _answer(ground, judged, status, sentences, numbering.citations, writer, clock.timings)


def outcome(answerability: float, *, anything: bool, always: bool = False) -> AnswerStatus:
    """The three outcomes, by the calibrated thresholds."""
    if not anything:
        return "no_answer_found"
    if always or answerability >= ANSWERED:
        return "answered"
    return "closest" if answerability >= CLOSEST else "no_answer_found"


def _sentence(draft: Draft, numbering: Numbering) -> Sentence:
    numbers = tuple(numbering.number(span) for span in draft.spans)
    quotes = {" ".join(numbering.citations[number - 1].quote.split()) for number in numbers}
    verbatim = draft.text in quotes
    return Sentence(draft.text, numbers, evidence=Evidence("verbatim") if verbatim else None)


def _answer(
    ground: Ground,
    judged: Judged,
    status: AnswerStatus,
    sentences: list[Sentence],
    citations: list[Citation],
    writer: Writer,
    timings: dict[str, float],
) -> Answer:
    hits = ground.material.hits
    cited = cited_rows(hits, citations)
    claims = status == "answered"
    newest = max((row.article.published for row in cited if row.article.published), key=moment, default=None)
    return Answer(
        id=uuid.uuid4().hex[:12],
        question=ground.asked.question,
        status=status,
        mode=writer.mode,
        sentences=tuple(sentences),
        citations=tuple(citations),
        answerability=round(judged.answerability, 4) if hits else None,
        freshness=replace(ground.freshness, newest_cited=newest if claims else None),
        texts=len({row.article.id for row in cited}) if claims else 0,
        origins=origins(cited, ground.outlets) if claims else None,
        nearest=nearest(hits) if status == "no_answer_found" else (),
        scope=ground.asked.scope,
        chips=ground.asked.chips,
        searched=ground.searched,
        sequence=ground.sequence,
        fingerprint=ground.fingerprint,
        model=writer.model,
        timings={**timings, "total": round(sum(timings.values()), 4)},
        warnings=ground.warnings,
    )


def cited_rows(hits: Sequence[tuple[HitRow, Found]], citations: Sequence[Citation]) -> list[HitRow]:
    """The catalog's rows of the cited articles, one each, in order of citation."""
    by_article = {hit.article.id: hit for hit, _ in reversed(hits)}
    return [by_article[one] for one in dict.fromkeys(citation.article_id for citation in citations)]


def nearest(hits: Sequence[tuple[HitRow, Found]], most: int = 5) -> tuple[Nearest, ...]:
    """Headlines of the nearest articles, each once."""
    seen = dict.fromkeys(
        Nearest(hit.article.id, hit.article.title, hit.article.outlet, hit.article.published)
        for hit, _ in hits
    )
    return tuple(seen)[:most]
