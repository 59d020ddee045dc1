"""A question that asks several things: each part searched and judged by itself, all of them answered together."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import chain as joined
from itertools import zip_longest

from rag.answering.chain import LOCAL, Clock, Ground, Written, finished, model_written, outcome, stays_here
from rag.answering.citations import Numbering
from rag.answering.evidence import checked
from rag.answering.model_writer import ModelWriter
from rag.answering.writer import Judged, Material, Writer
from rag.library.rows import HitRow
from rag.types import AnswerPart, AnswerStatus, Events, Found, Span, Stage

GIVEN = 16  # passages that a model is given for all parts
CLOSEST = 5  # closest passages shown for all parts


def answer_parts(
    question: str,
    parts: Sequence[str],
    search: Callable[[], Sequence[Ground]],
    writer: Callable[[], Writer],
    *,
    model: ModelWriter | None = None,
    notes: tuple[str, ...] = (),
    always_answer: bool = False,
    stop: threading.Event | None = None,
) -> Iterator[Events]:
    """Answer a question by its parts. `search` gives a ground for each, in order, `writer` a writer of its own.

    A model is given the best passages of all parts and the whole question. The rest as `chain.answer_stream` does.
    """
    clock = Clock()
    yield Stage(f"searching {len(parts)} parts")
    grounds = search()
    clock.lap("search")
    yield Stage("choosing sentences")
    writers = [writer() for _ in parts]
    judged = [one.judge(ground.material) for one, ground in zip(writers, grounds, strict=True)]
    statuses = [
        outcome(one.answerability, anything=bool(ground.material.hits), always=always_answer)
        for one, ground in zip(judged, grounds, strict=True)
    ]
    whole = _together(question, grounds)
    best = _judged(judged, statuses)
    attempt = None
    if model is not None and any(status != "no_answer_found" for status in statuses):
        if any(stays_here(model, one, ground.material) for one, ground in zip(judged, grounds, strict=True)):
            notes += (LOCAL,)
        elif stop is not None and stop.is_set():
            return
        else:
            yield Stage(f"{model.chat.model} is writing")
            given = replace(whole.material, hits=whole.material.hits[:GIVEN])
            attempt = yield from model_written(model, given, stop)
            clock.lap("model")
            if attempt.stopped:
                return
    answer = Written(whole, best, Numbering(whole.material.hits), _status(statuses), notes=notes)
    if attempt is not None and attempt.fault is None:
        answer.take(attempt)
        answer.parts = tuple(AnswerPart(*one) for one in zip(parts, statuses, strict=True))
    else:
        yield from _written(answer, parts, statuses, writers, grounds)
    if answer.status == "closest":
        for span, within in best.nearest:
            answer.numbering.number(span, within)
    if attempt is not None and attempt.fault is not None:
        answer.keep(attempt)
    clock.lap("write")
    yield finished(answer, writers[0], model if attempt is not None else None, attempt, clock.timings)


def _written(
    answer: Written,
    parts: Sequence[str],
    statuses: Sequence[AnswerStatus],
    writers: Sequence[Writer],
    grounds: Sequence[Ground],
) -> Iterator[Events]:
    """The sentences of each part in turn, each once; a part without any is told."""
    told: list[tuple[Span, ...]] = []
    made: list[AnswerPart] = []
    for part, status, writer, ground in zip(parts, statuses, writers, grounds, strict=True):
        numbers = []
        for draft in writer.write(ground.material) if status == "answered" else ():
            if draft.spans not in told:
                told.append(draft.spans)
                answer.sentences.append(checked(draft, answer.numbering))
                yield answer.sentences[-1]
            numbers.append(told.index(draft.spans) + 1)
        made.append(AnswerPart(part, status, tuple(numbers)))
    answer.parts = tuple(made)
    if answer.status == "answered":
        answer.notes += tuple(unanswered(one) for one in made if one.status != "answered")


def unanswered(part: AnswerPart) -> str:
    """What is said of a part that found no answer beside others that did."""
    return f"No answer was found to this part: “{part.question}”"


def _status(statuses: Sequence[AnswerStatus]) -> AnswerStatus:
    """Answered where any part is: those that are not are named."""
    for one in ("answered", "closest"):
        if one in statuses:
            return one
    return "no_answer_found"


def _together(question: str, grounds: Sequence[Ground]) -> Ground:
    """All parts' passages, the best of each in turn, each once; what they have in common is of the first."""
    first, hits = grounds[0], list[tuple[HitRow, Found]]()
    seen: set[int] = set()
    for row in zip_longest(*(ground.material.hits for ground in grounds)):
        for pair in row:
            if pair is not None and pair[1].passage_id not in seen:
                seen.add(pair[1].passage_id)
                hits.append(pair)
    warnings = tuple(dict.fromkeys(joined.from_iterable(ground.warnings for ground in grounds)))
    material = Material(question, first.material.vector, hits, first.material.idf)
    asked, found = replace(first.asked, question=question), joined.from_iterable(one.apart for one in grounds)
    return replace(first, asked=asked, material=material, apart=tuple(found), warnings=warnings)


def _judged(judged: Sequence[Judged], statuses: Sequence[AnswerStatus]) -> Judged:
    """The likeliest part's, and the closest passages of those parts that have any, in turn."""
    near = [one.nearest for one, status in zip(judged, statuses, strict=True) if status == "closest"]
    turns = (pair for row in zip_longest(*near) for pair in row if pair is not None)
    nearest = tuple(dict.fromkeys(turns))[:CLOSEST]
    return Judged(max(one.answerability for one in judged), nearest)
