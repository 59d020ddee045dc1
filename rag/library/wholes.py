"""Whole articles for an exact search: their words in order, their passages' ids, dates and groups, by version key."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

import numpy as np
from sqlalchemy import func, select

from rag.library.catalog import AT_ONCE, Catalog
from rag.library.schema import articles, passages, texts, versions
from rag.library.words import analyzed

MOST = 12_000_000  # characters of the texts whose words are kept, about ten times that in memory


@dataclass(frozen=True, slots=True)
class Run:
    """Words that follow one another: folded, and as the word index knows them."""

    words: tuple[str, ...]
    stems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Whole:
    """An article's words: its headline, its author's line, its text in runs between what belongs to the page."""

    title: Run
    author: Run
    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """What puts an article in order and its copies together."""

    article_id: str
    published: str | None
    group: int


def run_of(text: str | None) -> Run:
    """A text's words."""
    words, stems = analyzed(text or "")
    return Run(tuple(words), tuple(stems))


class Wholes:
    """Reads whole articles; keeps the words of those last read, for a version never changes. Safe for threads."""

    def __init__(self, catalog: Catalog, most: int = MOST) -> None:
        self._catalog, self._most, self._size = catalog, most, 0
        self._kept: OrderedDict[int, tuple[Whole, int]] = OrderedDict()
        self._lock = Lock()

    def of(self, version_keys: Sequence[int]) -> Iterator[tuple[int, Whole]]:
        """Each version's words, in no order. Streams."""
        with self._lock:
            known = [(key, self._kept[key][0]) for key in version_keys if key in self._kept]
        yield from known
        have = {key for key, _ in known}
        v, t = versions.c, texts.c
        asked = select(v.key, v.title, v.author, t.text, t.furniture).join_from(versions, texts)
        for some in _chunks([key for key in version_keys if key not in have]):
            with self._catalog.reading() as connection:
                rows = connection.execute(asked.where(v.key.in_(some))).all()
            for row in rows:
                whole = Whole(run_of(row.title), run_of(row.author), _runs(row))
                self._keep(row.key, whole, len(row.text))
                yield row.key, whole

    def _keep(self, key: int, whole: Whole, size: int) -> None:
        with self._lock:
            if key not in self._kept:
                self._kept[key] = whole, size
                self._size += size
            while self._size > self._most:
                self._size -= self._kept.popitem(last=False)[1][1]

    def listed(self, version_keys: Sequence[int]) -> dict[int, Listed]:
        """Ids, dates and near-duplicate groups."""
        v, a = versions.c, articles.c
        asked = select(v.key, a.id, v.published, func.coalesce(a.group_key, a.key)).join_from(
            versions, articles
        )
        return {key: Listed(*rest) for key, *rest in self._rows(asked, v.key, version_keys)}

    def passages(self, version_keys: Sequence[int]) -> dict[int, list[tuple[int, int, int]]]:
        """Id, start and end of each passage, in order."""
        p = passages.c
        found: dict[int, list[tuple[int, int, int]]] = {}
        asked = select(p.version_key, p.id, p.start, p.end).order_by(p.version_key, p.position)
        for key, *place in self._rows(asked, p.version_key, version_keys):
            found.setdefault(key, []).append((place[0], place[1], place[2]))
        return found

    def openings(self, version_keys: Sequence[int]) -> dict[int, int]:
        """The id of each version's first passage."""
        p = passages.c
        asked = select(p.version_key, p.id).where(p.position == 0)
        return {row.version_key: row.id for row in self._rows(asked, p.version_key, version_keys)}

    def texts(self, version_keys: Sequence[int]) -> Iterator[tuple[int, str]]:
        """Each version's text."""
        t = texts.c
        for row in self._rows(select(t.version_key, t.text), t.version_key, version_keys):
            yield row.version_key, row.text

    def _rows(self, asked: Any, column: Any, keys: Sequence[int]) -> Iterator[Any]:
        for some in _chunks(keys):
            with self._catalog.reading() as connection:
                rows = connection.execute(asked.where(column.in_(some))).all()
            yield from rows


def _runs(row: Any) -> tuple[Run, ...]:
    """The article's own text: what belongs to the page it was copied from is in no passage, and is not searched."""
    runs, begin = [], 0
    for start, end in (*_furniture(row), (len(row.text), len(row.text))):
        if row.text[begin:start].strip():
            runs.append(run_of(row.text[begin:start]))
        begin = end
    return tuple(runs)


def _furniture(row: Any) -> Iterable[tuple[int, int]]:
    return [(start, end) for start, end in np.frombuffer(row.furniture, np.int32).reshape(-1, 2).tolist()]


def _chunks(keys: Sequence[int]) -> Iterator[list[int]]:
    for first in range(0, len(keys), AT_ONCE):
        yield [int(key) for key in keys[first : first + AT_ONCE]]
