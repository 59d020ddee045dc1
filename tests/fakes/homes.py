"""Homes with their indexes open, here or in another process, and what is found in them."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from rag.library import generations
from rag.library.catalog import Catalog
from rag.library.follow import Follower
from rag.library.generations import Generation
from rag.library.indexes import Indexes, open_indexes
from tests.fakes.library import vector_of

ROOT = Path(__file__).resolve().parents[2]
WAIT = 60.0  # seconds, on a busy machine


@contextmanager
def holding(home: Path, catalog: Catalog, *, chroma: bool = False) -> Iterator[tuple[Indexes, Follower]]:
    """The home's indexes, held by this process."""
    indexes = open_indexes(home, catalog, hold=True, chroma=chroma)
    try:
        assert indexes.follower is not None
        yield indexes, indexes.follower
    finally:
        indexes.close()


def wait_for(seen: Callable[[], bool]) -> None:
    until = time.monotonic() + WAIT
    while not seen():
        assert time.monotonic() < until, "it did not come in time"
        time.sleep(0.02)


def found(indexes: Indexes, word: str) -> int:
    """How many passages hold a word."""
    return indexes.words.search(word, k=5).total if indexes.words is not None else -1


def live(indexes: Indexes, catalog: Catalog) -> list[int]:
    """The usable passages in the flat file."""
    assert indexes.meaning is not None
    rows = indexes.meaning.rows()
    return sorted(rows.passage_ids[np.isin(rows.version_keys, catalog.current_keys())].tolist())


def nearest(indexes: Indexes, number: int, k: int = 5) -> list[int]:
    """Exact search: passage ids."""
    assert indexes.meaning is not None
    rows = indexes.meaning.rows()
    return rows.passage_ids[rows.nearest(vector_of(number), k)[0]].tolist()


def serving(home: Path) -> Generation:
    generation = generations.current(home)
    assert generation is not None
    return generation


def following(home: Path, *roles: str) -> subprocess.Popen[str]:
    """A process that follows in this role, once it has begun."""
    command = [sys.executable, "-m", "tests.fakes.following", str(home), *roles]
    child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert child.stdout is not None
    if child.stdout.readline() != "begin\n":
        raise AssertionError(child.communicate()[1])
    return child


def kill(child: subprocess.Popen[str]) -> Sequence[str]:
    """Kill it -9; the lines it said."""
    child.kill()
    said, faults = child.communicate()
    assert "Traceback" not in faults
    return said.splitlines()
