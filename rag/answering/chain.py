"""Question to answer: search, judge, write, cite. Yields what the page shows as it comes; the last is the Answer."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field, replace

from rag.answering.answerability import ANSWERED, CLOSEST
from rag.answering.citations import Numbering
from rag.answering.disputes import disputes
from rag.answering.evidence import checked
from rag.answering.model_writer import Attempt, ModelWriter
from rag.answering.namesakes import namesakes
from rag.answering.origins import origins
from rag.answering.writer import Judged, Material, Writer
from rag.evidence.figures import FiguresApart
from rag.library.rows import HitRow
from rag.reading.dates import moment
from rag.retrieval.question import Asked
from rag.types import (
    Answer,
    AnswerPart,
    AnswerStatus,
    Citation,
    Events,
    Found,
    Freshness,
    Nearest,
    Sentence,
    Stage,
)

LOCAL = "What answers this best is of a collection that is never sent to a model: this answer was made here."

INSTEAD = "This answer is extractive."  # why stands before it: a model is set and could not write
DECLINED = "The model found no answer in the passages it was given."


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
    apart: Sequence[FiguresApart] = ()
    warnings: tuple[str, ...] = ()


@dataclass(slots=True)
class Clock:
    """Seconds by stage."""

    began: float = field(default_factory=time.perf_counter)
    timings: dict[str, float] = field(default_factory=dict)

    def lap(self, stage: str) -> None:
        """A stage has ended."""
        spent = time.perf_counter() - self.began - sum(self.timings.values())
        self.timings[stage] = round(spent, 4)


def answer_stream(
    search: Callable[[], Ground],
    writer: Writer,
    *,
    model: ModelWriter | None = None,
    notes: tuple[str, ...] = (),
    always_answer: bool = False,
    stop: threading.Event | None = None,
) -> Iterator[Events]:
    """Answer one question.

    With a `model` it writes wherever passages near enough were found; where it fails, `writer` answers, and what the
    model had finished is kept. `notes` are told with the answer; `always_answer` turns declining off, for measuring.
    Where `stop` is set while a model writes, no Answer comes.
    """
    clock = Clock()
    yield Stage("searching")
    ground = search()
    clock.lap("search")
    yield Stage("choosing sentences")
    judged = writer.judge(ground.material)
    status = outcome(judged.answerability, anything=bool(ground.material.hits), always=always_answer)
    attempt = None
    if model is not None and status != "no_answer_found":
        if stays_here(model, judged, ground.material):
            notes += (LOCAL,)
        elif stop is not None and stop.is_set():
            return
        else:
            yield Stage(f"{model.chat.model} is writing")
            attempt = yield from model_written(model, ground.material, stop)
            clock.lap("model")
            if attempt.stopped:
                return
    parts = Written(ground, judged, Numbering(ground.material.hits), status, notes=notes)
    if attempt is not None and attempt.fault is None:
        assert model is not None
        parts.take(attempt)
    elif status == "answered":
        for draft in writer.write(ground.material):
            parts.sentences.append(checked(draft, parts.numbering))
            yield parts.sentences[-1]
    if parts.status == "closest":
        for span, within in judged.nearest:
            parts.numbering.number(span, within)
    if attempt is not None and attempt.fault is not None:
        parts.keep(attempt)
    clock.lap("write")
    yield finished(parts, writer, model if attempt is not None else None, attempt, clock.timings)


def model_written(
    model: ModelWriter, material: Material, stop: threading.Event | None
) -> Generator[Events, None, Attempt]:
    """The model's sentences as they come; returns what came of it."""
    numbering = Numbering(material.hits)
    for event in model.write(material, stop=stop):
        if isinstance(event, Attempt):
            return event
        yield checked(event, numbering)
    raise AssertionError("a model's writing ends with an Attempt")


def stays_here(model: ModelWriter, judged: Judged, material: Material) -> bool:
    """Whether what answers best is of a collection that is never sent."""
    best = {span.article_id for span, _ in judged.nearest[:1]}
    return any(hit.article.id in best and model.kept_here(hit) for hit, _ in material.hits)


def outcome(answerability: float, *, anything: bool, always: bool = False) -> AnswerStatus:
    """The three outcomes, by the calibrated thresholds."""
    if not anything:
        return "no_answer_found"
    if always or answerability >= ANSWERED:
        return "answered"
    return "closest" if answerability >= CLOSEST else "no_answer_found"


@dataclass(slots=True)
class Written:
    """An answer while it is put together."""

    ground: Ground
    judged: Judged
    numbering: Numbering
    status: AnswerStatus
    sentences: list[Sentence] = field(default_factory=list)
    parts: tuple[AnswerPart, ...] = ()
    unfinished: tuple[Sentence, ...] = ()
    notes: tuple[str, ...] = ()

    def take(self, attempt: Attempt) -> None:
        """A model's whole reply is the answer, or says that there is none in what was found."""
        self.sentences = [checked(draft, self.numbering) for draft in attempt.drafts]
        self.status = "answered" if self.sentences else "closest"
        self.notes += (*(() if self.sentences else (DECLINED,)), *attempt.notes)

    def keep(self, attempt: Attempt) -> None:
        """What a model had finished when it failed, behind the answer that stands for it."""
        self.notes += (f"{attempt.fault} {INSTEAD}", *attempt.notes)
        self.unfinished = tuple(checked(draft, self.numbering) for draft in attempt.drafts)


def finished(
    parts: Written,
    writer: Writer,
    model: ModelWriter | None,
    attempt: Attempt | None,
    timings: dict[str, float],
) -> Answer:
    """The answer that was put together."""
    ground, citations = parts.ground, parts.numbering.citations
    hits = ground.material.hits
    claims = parts.status == "answered"
    cited = cited_rows(hits, [citations[n - 1] for one in parts.sentences for n in one.citations])
    newest = max((row.article.published for row in cited if row.article.published), key=moment, default=None)
    by_model = attempt is not None and attempt.fault is None
    found = ground.apart if parts.status != "no_answer_found" else ()
    told_apart = tuple(disputes(found, ground.asked.question, parts.sentences, parts.numbering))
    return Answer(
        id=uuid.uuid4().hex,
        question=ground.asked.question,
        status=parts.status,
        mode="llm" if by_model else writer.mode,
        sentences=tuple(parts.sentences),
        citations=tuple(citations),
        answerability=round(parts.judged.answerability, 4) if hits else None,
        freshness=replace(ground.freshness, newest_cited=newest if claims else None),
        texts=len(cited) if claims else 0,
        origins=origins(cited, ground.outlets) if claims else None,
        nearest=nearest(hits) if parts.status == "no_answer_found" else (),
        scope=ground.asked.scope,
        chips=ground.asked.chips,
        searched=ground.searched,
        sequence=ground.sequence,
        fingerprint=ground.fingerprint,
        model=model.chat.model if model is not None and by_model else writer.model,
        timings={**timings, "total": round(sum(timings.values()), 4)},
        tokens=attempt.tokens if attempt is not None else None,
        cost=attempt.cost if attempt is not None else None,
        warnings=(*ground.warnings, *parts.notes, *_namesakes(parts)),
        prompts={model.prompt.name: model.prompt.digest} if model is not None else {},
        unfinished=parts.unfinished,
        parts=parts.parts,
        disagreements=told_apart,
    )


def _namesakes(parts: Written) -> tuple[str, ...]:
    """What is said of people of one name, where an answer or the closest passages tell of them."""
    if parts.status == "no_answer_found":
        return ()
    articles = {hit.article.id: hit.article for hit, _ in parts.ground.material.hits}
    said = [parts.ground.asked.question, *(one.text for one in parts.sentences)]
    return namesakes(articles.values(), said)


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
