"""How an evaluation's questions reach a newsroom: several at a time, without a model in processes of their own."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from functools import cache, partial
from pathlib import Path
from types import ModuleType

from rag import newsroom
from rag.answering.chain import INSTEAD
from rag.errors import LibraryError, ModelError, NoSuchArticle
from rag.evaluation.asking import Ways, asked_once
from rag.evaluation.placing import ArticleOf
from rag.evaluation.runs import Asked
from rag.expected import Question
from rag.newsroom import How, Newsroom
from rag.questions import WORDS_ONLY
from rag.settings import Settings
from rag.types import (
    Answer,
    Article,
    Found,
)

K = 20
MANY = 200  # questions from which processes pay for their start
One = Callable[[Question, int], Asked | None]

_mine: list[Ways] = []  # in a worker process: the ways to the library that it opened


@contextmanager
def asking(
    room: Newsroom, how: How, stop: threading.Event, *, workers: int, questions: int
) -> Iterator[tuple[Executor, One]]:
    """A pool, and what to call in it for a question.

    A model, and an embedding model behind an endpoint, are waited for in threads. Without one asking is computing, and
    threads would wait for each other: many questions are asked in processes, each with the library open for itself.

    Raises:
        LibraryError: a worker process was ended from outside.
    """
    alone = workers < 2 or questions < MANY or room.own_embedder
    waited = room.settings.embedding_model is not None or (room.settings.model and not how.extractive)
    if alone or waited:
        with ThreadPoolExecutor(workers, thread_name_prefix="eval") as threads:
            yield threads, partial(_in_thread, ways_of(room, how, stop))
        return
    context = multiprocessing.get_context("spawn")
    try:
        with ProcessPoolExecutor(
            workers, context, _open, (room.home, room.settings, how, room.pinned_at)
        ) as processes:
            with _no_main():
                for _ in range(workers):  # each starts one, since none is idle yet
                    processes.submit(os.getpid)
            yield processes, _in_process
    except BrokenExecutor as error:
        way_out = (
            "What was asked is kept; run the same command to go on, with fewer --workers if memory ran out."
        )
        raise LibraryError("a worker of the run", "it was ended from outside", way_out) from error


@contextmanager
def _no_main() -> Iterator[None]:
    """Processes that start meanwhile do not run again the script that started this one."""
    script = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = script


def _in_thread(ways: Ways, question: Question, turn: int) -> Asked | None:
    return asked_once(question, turn, ways)


def _in_process(question: Question, turn: int) -> Asked | None:
    return asked_once(question, turn, _mine[0])


def _open(home: Path, settings: Settings, how: How, at: int | None) -> None:
    for one in (
        signal.SIGINT,
        signal.SIGTERM,
    ):  # the run's own process decides: what is under way is finished
        signal.signal(one, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    room = newsroom.open(home, settings=settings)
    if at is not None:
        room = room.at(at)
    _mine.append(ways_of(room, how, threading.Event()))


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:  # killed, it can tell no worker to end
        parent.join()
        os._exit(1)


def ways_of(room: Newsroom, how: How, stop: threading.Event) -> Ways:
    def day(question: Question) -> date | None:
        return None if question.as_of is None else date.fromisoformat(question.as_of)

    def ask(question: Question) -> Answer | None:
        events = room.ask_stream(
            question.question, question.scope, today=day(question), how=how, stop=stop, session="eval"
        )
        answer = next((event for event in events if isinstance(event, Answer)), None)
        if answer is not None:
            refuse_instead(answer.warnings)
        return answer

    def search(question: Question, k: int, way: How) -> Sequence[Found]:
        way = replace(way, syntax=False)
        found = room.search(question.question, question.scope, k, today=day(question), how=way)
        refuse_instead(found.warnings)
        return found.passages

    return Ways(
        ask,
        lambda question: search(question, K, how),
        lambda question, k: search(question, k, replace(how, cap=None, fold=False)),
        articles_of(room),
    )


def refuse_instead(warnings: Sequence[str]) -> None:
    """Another writer's answer, or a search by words in place of meaning, says nothing of what is measured.

    Raises:
        ModelError: a model failed, and something stood in for it.
    """
    for one in warnings:
        if one.endswith(INSTEAD) or one.startswith(WORDS_ONLY):
            raise ModelError("what a model was asked for", one.rstrip("."))


def articles_of(room: Newsroom) -> ArticleOf:
    @cache
    def article_of(article_id: str) -> Article | None:
        try:
            article = room.article(article_id)
        except NoSuchArticle:
            return None
        return article if article.status == "usable" else None

    return article_of
