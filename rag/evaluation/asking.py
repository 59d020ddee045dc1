"""Ask a set's questions, several at a time: what was found and answered, kept as it comes.

The order in which questions end changes nothing: each stands alone and is kept by its place.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, replace

from rag.errors import ModelError, UsageError
from rag.evaluation import metrics
from rag.evaluation.metrics import READ_WORDS, Place
from rag.evaluation.placing import ArticleOf, placed
from rag.evaluation.runs import Asked, Seen
from rag.expected import Question
from rag.types import (
    Answer,
    Found,
)

DEEP = 1000  # passages looked through for where evidence stands that was not found
BATCH, PATIENCE = 25, 2.0  # answers are kept when so many are there, or after so many seconds

Job = tuple[int, Question, int]  # place in the set, question, turn
Kept = tuple[int, Asked]


@dataclass(frozen=True, slots=True)
class Ways:
    """How questions reach the library. `ask` gives None where it was stopped; `deep` searches without cap and folding.

    Raises (from each): UsageError, ModelError where this question cannot be asked; any other ends the run.
    """

    ask: Callable[[Question], Answer | None]
    search: Callable[[Question], Sequence[Found]]
    deep: Callable[[Question, int], Sequence[Found]]
    article_of: ArticleOf


def asked_once(question: Question, turn: int, ways: Ways) -> Asked | None:
    """One question, asked and searched for. None where it was stopped."""
    began = time.perf_counter()
    question, missing = placed(question, ways.article_of)
    answer, fault, found = None, None, tuple[Found, ...]()
    held: tuple[tuple[int, ...], ...] = ()
    rank, looked = None, 0
    try:
        found = tuple(ways.search(question))
        held = tuple(holding(question, one) for one in found)
        rank, looked = _rank(held), len(found)
        if rank is None and judgeable(question) and len(missing) < max(1, len(question.evidence)):
            deep = ways.deep(question, DEEP)
            rank, looked = _rank([holding(question, one) for one in deep]), len(deep)
        answer = ways.ask(question)
        if answer is None:
            return None
    except (UsageError, ModelError) as error:
        fault = str(error)
    in_words = any(holding(question, one) for one in _first_words(found)) if judgeable(question) else None
    seen = tuple(
        Seen(one.passage.article_id, one.passage.version, one.passage.start, one.passage.end, one.copies)
        for one in found
    )
    seconds = round(time.perf_counter() - began, 4)
    return Asked(question, turn, answer, fault, seen, held, in_words, rank, looked, missing, seconds)


def judgeable(question: Question) -> bool:
    """Whether what is found can be judged: by evidence, or by an answer's words."""
    return bool(question.evidence or metrics.telling(question.answers))


def holding(question: Question, found: Found) -> tuple[int, ...]:
    """Which evidence a passage holds: where its span starts, or its quote in a copy that was folded into the passage.

    Without evidence: 0 where the passage holds an answer's words.
    """
    if not question.evidence:
        return (0,) if metrics.contains_answer(found.text, question.answers) else ()
    place = Place(found.passage.article_id, found.passage.start, found.passage.end)
    [spans] = metrics.covered([place], question.evidence)
    copied = {
        index
        for index, entry in enumerate(question.evidence)
        if entry.start is not None
        and entry.article in found.copies
        and " ".join(entry.quote.split()) in " ".join(found.text.split())
    }
    return tuple(sorted(spans | copied))


def _rank(held: Sequence[Sequence[int]]) -> int | None:
    return next((rank for rank, spans in enumerate(held, 1) if spans), None)


def _first_words(found: Sequence[Found], limit: int = READ_WORDS) -> Iterator[Found]:
    """What was found, cut after its first `limit` words."""
    for one in found:
        if limit <= 0:
            return
        ends = [match.end() for match in re.finditer(r"\S+", one.text)]
        if len(ends) > limit:
            end = ends[limit - 1]
            passage = replace(one.passage, end=one.passage.start + end)
            one = replace(one, passage=passage, text=one.text[:end])
        yield one
        limit -= len(ends)


def ask_all(
    jobs: Sequence[Job],
    one: Callable[[Question, int], Asked | None],
    *,
    pool: Executor,
    workers: int,
    keep: Callable[[Sequence[Kept]], None],
    progress: Callable[[int], None],
    stop: threading.Event,
) -> int:
    """Ask every question and keep each; how many were asked. `one` is called in the pool's workers.

    Once `stop` is set no other is begun, and those that are under way are kept. Where a question ends with an error
    that is not its own, what was asked until then is kept, and it is raised.
    """
    waiting, running = iter(jobs), dict[Future[Asked | None], int]()
    batch: list[Kept] = []
    done, flushed = 0, time.monotonic()
    try:
        while True:
            while len(running) < 2 * workers and not stop.is_set() and (job := next(waiting, None)):
                running[pool.submit(one, job[1], job[2])] = job[0]
            if not running:
                break
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                place = running.pop(future)
                if (asked := future.result()) is not None:
                    batch.append((place, asked))
                    done += 1
            progress(done)
            if len(batch) >= BATCH or time.monotonic() - flushed > PATIENCE:
                keep(batch)
                batch, flushed = [], time.monotonic()
    finally:
        for future in running:
            future.cancel()
        if batch:
            keep(batch)
    return done
