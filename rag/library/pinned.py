"""The indexes of a home as they were at a sequence of its log, for runs that later articles must not change.

BM25's statistics are global, so words get an index of their own; vectors are the library's, masked by who reads; the
near-duplicate groups are those that were found when the sequence was first asked for.
"""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path

import numpy as np
from sqlalchemy import func, select

from rag.library.catalog import Catalog
from rag.library.durable import explained
from rag.library.indexes import Indexes
from rag.library.meaning import Meaning
from rag.library.replay import build_words_at
from rag.library.schema import articles, versions
from rag.library.selects import usable
from rag.library.vectors import VectorIndex
from rag.library.words import WordIndex

KEPT = 3  # sequences whose word indexes stay; further ones go, the longest unused first


class PinnedIndexes(Indexes):
    """Made by `open_at`. Nothing follows it, and it holds no lock; closing it is not needed. Safe for threads."""

    def __init__(
        self, live: Indexes, catalog: Catalog, words: WordIndex, groups: dict[int, int], at: int
    ) -> None:
        self.home, self.follower, self._lock = live.home, None, None
        self.groups = groups
        self._words = words
        self._meaning = live.meaning if _whole(live.meaning, catalog, at) else None

    @property
    def words(self) -> WordIndex:
        """The word index of what was usable then."""
        return self._words

    @property
    def meaning(self) -> Meaning | None:
        """The flat file; None where vectors of what has gone since are in the catalog alone."""
        return self._meaning

    @property
    def vectors(self) -> VectorIndex | None:
        """Never: it searches exactly."""
        return None

    def await_words(self, sequence: int, seconds: float) -> int:
        """Nothing is missing."""
        return 0


def open_at(live: Indexes, catalog: Catalog, sequence: int) -> PinnedIndexes:
    """The indexes at a sequence of the log; what was built for it before is opened as it is.

    Raises:
        IndexRefused: the log has no such entry.
        DiskFull, ReadOnly: they cannot be built.
    """
    folder = live.home / "pinned" / str(sequence)
    with explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
        folder.touch()
    words = build_words_at(catalog, sequence, folder / "words")
    groups = _groups(catalog, sequence, folder / "groups.npy")
    _forget_old(folder.parent)
    return PinnedIndexes(live, catalog, words, groups, sequence)


def _groups(catalog: Catalog, sequence: int, path: Path) -> dict[int, int]:
    """The near-duplicate group of each version that was usable, by version key."""
    if not path.exists():
        own = func.coalesce(articles.c.group_key, articles.c.key)
        asked = select(versions.c.key, own).join_from(versions, articles).where(usable(sequence))
        with catalog.reading() as connection:
            rows = np.array([tuple(row) for row in connection.execute(asked)], np.int64).reshape(-1, 2)
        beside = path.with_name(f"new-{path.name}")
        with explained(path):
            np.save(beside, rows)
            beside.replace(path)
    return dict(np.load(path).tolist())


def _whole(meaning: Meaning | None, catalog: Catalog, at: int) -> bool:
    """Whether the flat file has every version that was usable then and is embedded."""
    if meaning is None:
        return False
    asked = select(versions.c.key).where(usable(at), versions.c.embedded.is_not(None))
    with catalog.reading() as connection:
        wanted = np.fromiter(connection.scalars(asked), np.int64)
    return bool(np.isin(wanted, meaning.rows().version_keys).all())


def _forget_old(folder: Path) -> None:
    with suppress(OSError):  # another run may be at it
        used = sorted(folder.iterdir(), key=lambda one: one.stat().st_mtime, reverse=True)
        for old in used[KEPT:]:
            shutil.rmtree(old)
