"""Files that were read before: where a file is the same and its articles are too, nothing is read again.

A file is known by its sha256, never by its time. It is remembered only when each of its articles went in, and only for
the collection it was put into and the rules it was read by: ours, and the import rules of the library.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path

from sqlalchemy import delete, insert, select

from rag.library.catalog import Catalog
from rag.library.ledger import ledger
from rag.library.schema import files
from rag.reading import Read
from rag.reading.files import LIMIT, File, walk
from rag.reading.read import read_file
from rag.state import Item, ItemStatus

READING_RULES = "r1"  # what reading makes of a file: where that changes, this does, and files are read again
WENT_IN: frozenset[ItemStatus] = frozenset(("added", "changed", "unchanged"))
_RECORDS = (".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".zip")


class Remembered:
    """The files of one ingest: `reads` gives what has to be read, `items` what is unchanged without reading."""

    def __init__(self, catalog: Catalog, *, collection: str | None = None, rules: str = "") -> None:
        self._catalog, self._collection = catalog, collection or ""
        self._read_by = f"{READING_RULES}+{rules}" if rules else READING_RULES
        self.items: list[Item] = []
        self._read: dict[str, tuple[str, list[str]]] = {}

    def reads(self, paths: Sequence[Path], *, today: date) -> Iterator[Read]:
        """Everything below the paths that is not as it was. Files that were read whole are kept for `remember`."""
        for found in walk(paths):
            digest = _digest(found) if isinstance(found, File) and _may_go_in(found) else None
            if not isinstance(found, File) or digest is None:
                yield from read_file(found, today=today)
                continue
            name = f"{self._read_by} {self._collection} {_kept(found.path)}"
            if self._settled(name, digest):
                continue
            sources = []
            for read in read_file(found, today=today):
                sources.append(read.source)
                yield read
            self._read[name] = (digest, sources)

    def _settled(self, name: str, digest: str) -> bool:
        with self._catalog.reading() as connection:
            row = connection.execute(select(files).where(files.c.name == name)).first()
        if row is None or row.digest != digest:
            return False
        items = json.loads(row.items)
        now = self._catalog.contents([article_id for _, article_id, _ in items])
        if any(now.get(article_id) != (content, True) for _, article_id, content in items):
            return False
        self.items += [Item(source, "unchanged", None, article_id) for source, article_id, _ in items]
        return True

    def remember(self, items: Iterable[Item]) -> None:
        """Keep the files whose every article went in without a remark."""
        if not self._read:
            return
        by_source = {item.source: item for item in items}
        contents = self._catalog.contents([item.article_id for item in by_source.values() if item.article_id])
        with ledger(self._catalog) as book:
            for name, (digest, sources) in self._read.items():
                found = [by_source.get(source) for source in sources]
                ids = [one.article_id for one in found if one and one.status in WENT_IN and not one.reason]
                if not ids or len(ids) != len(sources):
                    continue
                kept = [
                    (source, one, contents[one][0])
                    for source, one in zip(sources, ids, strict=True)
                    if one in contents
                ]
                book.connection.execute(delete(files).where(files.c.name == name))
                book.connection.execute(
                    insert(files).values(name=name, digest=digest, items=json.dumps(kept))
                )


def _kept(path: Path) -> str:
    """The absolute path as the catalog can keep it: bytes that are no text are escaped, in quotation marks."""
    said = str(path.absolute())
    return ascii(said) if re.search("[\udc80-\udcff]", said) else said


def _may_go_in(found: File) -> bool:
    """Whether it is worth looking through: a single document over the limit is refused anyway, without reading it."""
    return found.size <= LIMIT or found.path.suffix.lower() in _RECORDS


def _digest(found: File) -> str | None:
    try:
        with found.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:  # reading it says what is wrong
        return None
