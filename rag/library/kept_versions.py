"""Versions kept in memory with their texts: the passages of one question come from a few articles, and a version never
changes but in what is set by hand (collections, outlet, date, kind, byline), which is read anew."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import replace
from threading import Lock

from sqlalchemy import Connection, select

from rag.library.mended import FIELDS
from rag.library.schema import versions
from rag.library.selects import article_of, with_text
from rag.types import Article

_BY_HAND = [versions.c.key, *(versions.c[name] for name in FIELDS), versions.c.collections]
MOST = 30_000_000  # characters, 30 to 120 MB
_AT_ONCE = 500


class KeptVersions:
    """The versions last asked for, up to `most` characters beside those of the question at hand. Safe for threads."""

    def __init__(self, most: int = MOST) -> None:
        self._most, self._size = most, 0
        self._kept: OrderedDict[int, Article] = OrderedDict()
        self._lock = Lock()

    def of(self, connection: Connection, keys: Iterable[int]) -> dict[int, Article]:
        """These versions, by key, as they are while they are usable."""
        wanted = set(keys)
        with self._lock:
            found = {key: self._kept[key] for key in wanted if key in self._kept}
            for key in found:
                self._kept.move_to_end(key)
        found |= self._shelved_anew(connection, found)
        missing = sorted(wanted - found.keys())
        for first in range(0, len(missing), _AT_ONCE):
            some = versions.c.key.in_(missing[first : first + _AT_ONCE])
            for row in connection.execute(with_text().where(some)):
                found[row.key] = replace(article_of(row), status="usable")
        self._keep({key: found[key] for key in missing if key in found})
        return found

    def _shelved_anew(self, connection: Connection, found: dict[int, Article]) -> dict[int, Article]:
        """Those of `found` that were changed by hand since they were kept."""
        moved, keys = {}, sorted(found)
        for first in range(0, len(keys), _AT_ONCE):
            some = versions.c.key.in_(keys[first : first + _AT_ONCE])
            for row in connection.execute(select(*_BY_HAND).where(some)):
                now = (*row[1:-1], tuple(json.loads(row.collections)))
                kept = found[row.key]
                if now != tuple(getattr(kept, name) for name in (*FIELDS, "collections")):
                    changed = dict(zip((*FIELDS, "collections"), now, strict=True))
                    moved[row.key] = replace(kept, **changed)
        with self._lock:
            self._kept.update({key: article for key, article in moved.items() if key in self._kept})
        return moved

    def _keep(self, read: dict[int, Article]) -> None:
        with self._lock:
            for key, article in read.items():
                if key not in self._kept:
                    self._kept[key] = article
                    self._size += len(article.text)
            while self._size > self._most:
                self._size -= len(self._kept.popitem(last=False)[1].text)
