"""Dateline as the benchmarks use it: through its front door, on a data folder's own files."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from benchmarks.data import Data, Found
from rag import newsroom
from rag.evaluation.metrics import Place
from rag.expected import Question
from rag.newsroom import How, Newsroom
from rag.types import (
    Scope,
)

ANY_DAY = Scope(undated=True)  # the data has few dates: a date in a question must not empty the scope


@contextmanager
def library(data: Data, keep: Path | None) -> Iterator[Newsroom]:
    """A newsroom that holds the articles of `data`.

    Args:
        keep: a folder for the libraries of several sets, used again by the next run; None: gone afterwards.
    """
    with (
        tempfile.TemporaryDirectory() as gone,
        newsroom.open((keep or Path(gone)) / data.folder.name) as room,
    ):
        report = room.ingest([data.folder / "articles.jsonl"])
        failed = [f"{item.source}: {item.reason}" for item in report.items if item.status == "failed"]
        if failed:
            raise SystemExit("not ingested: " + "; ".join(failed))
        yield room


def search(room: Newsroom, question: Question, k: int, *, cap: int | None, fold: bool) -> list[Place]:
    """The places of the passages that Dateline finds; "last week" counts from the question's own day."""
    found = room.search(
        question.question, ANY_DAY, k, today=day_of(question), how=How(cap, fold, syntax=False)
    )
    return [Place(one.passage.article_id, one.passage.start, one.passage.end) for one in found.passages]


def day_of(question: Question) -> date | None:
    """The day a question was asked."""
    return None if question.as_of is None else date.fromisoformat(question.as_of)


def found(room: Newsroom, data: Data, k: int) -> dict[str, dict[str, Found]]:
    """Without folding and cap, and with what ships."""
    ways = {"Dateline": (None, False), "Dateline, folded and capped": (How().cap, True)}
    return {
        name: {q.id: search(room, q, k, cap=cap, fold=fold) for q in data.questions}
        for name, (cap, fold) in ways.items()
    }
