"""Texts of versions, kept in memory: the passages of one question come from a few articles, and a version never
changes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from threading import Lock

from sqlalchemy import Connection, select

from rag.library.schema import texts

MOST = 30_000_000  # characters, 30 to 120 MB
_AT_ONCE = 500


class KeptTexts:
    """The texts last asked for, up to `most` characters beside those of the question at hand. Safe for threads."""

    def __init__(self, most: int = MOST) -> None:
        self._most, self._size = most, 0
        self._texts: OrderedDict[int, str] = OrderedDict()
        self._lock = Lock()

    def of(self, connection: Connection, keys: Iterable[int]) -> dict[int, str]:
        """The texts of these versions, by key."""
        wanted = set(keys)
        with self._lock:
            found = {key: self._texts[key] for key in wanted if key in self._texts}
            for key in found:
                self._texts.move_to_end(key)
        missing = sorted(wanted - found.keys())
        for first in range(0, len(missing), _AT_ONCE):
            some = texts.c.version_key.in_(missing[first : first + _AT_ONCE])
            for key, text in connection.execute(select(texts.c.version_key, texts.c.text).where(some)):
                found[key] = text
        self._keep({key: found[key] for key in missing if key in found})
        return found

    def _keep(self, read: dict[int, str]) -> None:
        with self._lock:
            for key, text in read.items():
                if key not in self._texts:
                    self._texts[key] = text
                    self._size += len(text)
            while self._size > self._most:
                self._size -= len(self._texts.popitem(last=False)[1])
