"""Row 3: whichever fsync, rename or SQL statement of an ingest fails, the library is fully old or fully new."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from rag.errors import DatelineError
from rag.library import ingest as stages
from tests.faults.given import filled, found, held, opened, stories, text_of, whole, write
from tests.scale import FULL

SAMPLES = 5  # of all moments, where not every one is tried


class Points:
    """Counts the moments at which the disk is asked for something; the one numbered `at` fails."""

    def __init__(self, at: int | None) -> None:
        self.at, self.count, self.failed = at, 0, ""
        self._counting = threading.Lock()

    def pass_by(self, what: str, error: Callable[[], Exception]) -> None:
        """One moment more."""
        with self._counting:
            self.count += 1
            due = self.count == self.at
        if due:
            self.failed = what
            raise error()


@contextmanager
def failing(at: int | None) -> Iterator[Points]:
    """In here the n-th fsync, rename, link or SQL statement of this process fails, once."""
    points = Points(at)

    def guarded(real: Callable[..., Any]) -> Callable[..., Any]:
        def run(*words: Any, **named: Any) -> Any:
            points.pass_by(real.__name__, lambda: OSError(errno.EIO, os.strerror(errno.EIO)))
            return real(*words, **named)

        return run

    def statement(_connection: Any, _cursor: Any, said: str, *_rest: Any) -> None:
        points.pass_by(said.split("\n")[0], lambda: sqlite3.OperationalError("disk I/O error"))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stages, "BATCH_SECONDS", 1e9)  # one batch, however slow the machine is
        for name in ("fsync", "replace", "rename", "link"):
            patch.setattr(os, name, guarded(getattr(os, name)))
        event.listen(Engine, "before_cursor_execute", statement)
        try:
            yield points
        finally:
            event.remove(Engine, "before_cursor_execute", statement)


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home of five articles, beside it a folder in which one has changed and two are new."""
    where = tmp_path_factory.mktemp("before")
    filled(where / "home", where / "articles", range(5))
    write(where / "articles", 2, "The mill of Garth was sold to weavers, word2changed.")
    stories(where / "articles", (5, 6))
    return where


def ingest(home: Path, folder: Path, at: int | None) -> Points:
    """Open, ingest and close, with a moment that fails; only our own errors may come of it."""
    with failing(at) as points:
        try:
            with opened(home) as room:
                room.ingest([folder])
        except DatelineError as error:
            assert str(error)
    return points


def moments(before: Path, where: Path) -> range:
    """All the moments of this ingest, or some of them."""
    shutil.copytree(before / "home", where / "counted")
    count = ingest(where / "counted", before / "articles", None).count
    assert count > 50
    return range(1, count + 1) if FULL else range(1, count + 1, max(1, count // SAMPLES))


@pytest.mark.faults
def test_row_03_whatever_write_fails_the_library_is_old_or_new_and_the_next_ingest_heals(
    before: Path, tmp_path: Path
) -> None:
    old, folder = held(before / "home"), before / "articles"
    new = old | {"a002": "The mill of Garth was sold to weavers, word2changed."}
    new |= {f"a{number:03}": text_of(number) for number in (5, 6)}
    for at in moments(before, tmp_path):
        home = tmp_path / f"home{at}"
        shutil.copytree(before / "home", home)
        points = ingest(home, folder, at)
        assert held(home) in (old, new), (at, points.failed)
        with opened(home) as room:
            assert found(room, "word1x3") == ["a001"], (at, points.failed)
            assert room.ingest([folder]).count("failed") == 0
            assert held(home) == new, (at, points.failed)
            assert [found(room, word) for word in ("word2changed", "word2x1", "word6x0")] == [
                ["a002"],
                [],
                ["a006"],
            ]
            whole(room)
        shutil.rmtree(home)
