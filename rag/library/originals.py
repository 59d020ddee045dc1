"""The files that articles were read from, kept beside the catalog: `originals/ab/abcd…`, named by their sha256.

The catalog is the truth of what an article says; these are for looking it up as it came. So they are not flushed one by
one: what a power cut has left of a file is found by its digest when it is opened.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from sqlalchemy import Connection, delete, func, insert, select

from rag.errors import LibraryError
from rag.library.catalog import AT_ONCE, Catalog
from rag.library.durable import explained
from rag.library.schema import articles, original_of, originals, versions
from rag.reading.read import Original
from rag.state import Kept, Originals

LIMIT = 20_000_000  # bytes of a file that is kept
YOUNG = 3600  # seconds in which a file that no article names may be of an ingest under way


class OriginalFiles:
    """The folder of originals of one home."""

    def __init__(self, home: Path) -> None:
        self._folder = home / "originals"
        self._refused: set[str] = set()

    def path(self, digest: str) -> Path:
        """Where the file with this sha256 is."""
        return self._folder / digest[:2] / digest

    def keep(self, original: Original, line: int | None = None) -> Kept:
        """Keep a file, once however many articles it holds.

        Raises:
            DiskFull, ReadOnly, LibraryError: it is not kept.
        """
        digest, size = original.digest, len(original.data)
        path = self.path(digest)
        with explained(path):
            if not (path.exists() and path.stat().st_size == size):
                path.parent.mkdir(parents=True, exist_ok=True)
                beside = path.with_name(f"{digest}.{os.getpid()}.new")
                try:
                    beside.write_bytes(original.data)
                    beside.replace(path)
                finally:
                    beside.unlink(missing_ok=True)
        return Kept(digest, original.name, size, line)

    def refuse(self, digest: str) -> None:
        """Delete a file and keep it no more: something in it was erased."""
        self._refused.add(digest)
        path = self.path(digest)
        with explained(path):
            path.unlink(missing_ok=True)

    def refused(self, digest: str) -> bool:
        """Whether it is not kept."""
        return digest in self._refused

    def unnamed(self, named: Iterable[str]) -> Iterator[Path]:
        """The files that no article names."""
        wanted = set(named)
        return (path for path in sorted(self._folder.glob("*/*")) if path.name not in wanted)

    def read(self, kept: Kept) -> bytes:
        """A file as it came.

        Raises:
            LibraryError: it is gone or damaged.
        """
        path, way_out = self.path(kept.digest), "Ingest the file again, or take it from a backup."
        try:
            data = path.read_bytes()
        except OSError as error:
            fault = "the original is not there any more"
            raise LibraryError(str(path), fault, way_out) from error
        if hashlib.sha256(data).hexdigest() != kept.digest:
            raise LibraryError(str(path), "the original is damaged", way_out)
        return data

    def sweep(self, named: Iterable[str]) -> int:
        """Delete the files that no article names, but young ones. How many there were."""
        gone = 0
        for path in self.unnamed(named):
            with explained(path):
                if time.time() - path.stat().st_mtime > YOUNG:
                    path.unlink(missing_ok=True)
                    gone += 1
        return gone


def note(connection: Connection, version_key: int, kept: Kept) -> None:
    """Keep which file a version was read from."""
    row = {"digest": kept.digest, "size": kept.size}
    connection.execute(insert(originals).prefix_with("OR IGNORE").values(**row))
    own = {"version_key": version_key, "digest": kept.digest, "name": kept.name, "line": kept.line}
    connection.execute(insert(original_of).values(**own))


def forget(connection: Connection, digests: Sequence[str]) -> None:
    """No version names these files any more."""
    for first in range(0, len(digests), AT_ONCE):
        some = digests[first : first + AT_ONCE]
        connection.execute(delete(original_of).where(original_of.c.digest.in_(some)))
        connection.execute(delete(originals).where(originals.c.digest.in_(some)))


def of_article(catalog: Catalog, article_id: str, version: int) -> Kept | None:
    """The file that a version of an article was read from; None where none was kept."""
    if not catalog.holds(original_of.name):
        return None
    key = select(versions.c.key).join_from(versions, articles)
    key = key.where(articles.c.id == article_id, versions.c.version == version)
    with catalog.reading() as connection:
        return of_version(connection, connection.scalar(key))


def of_version(connection: Connection, version_key: int | None) -> Kept | None:
    """The same by the version's key."""
    asked = select(original_of, originals.c.size).join_from(original_of, originals)
    row = connection.execute(asked.where(original_of.c.version_key == version_key)).first()
    return None if row is None else Kept(row.digest, row.name, row.size, row.line)


def named(catalog: Catalog) -> set[str]:
    """The digests of all files that a version was read from."""
    with catalog.reading() as connection:
        return set(connection.scalars(select(original_of.c.digest).distinct()))


def standing(catalog: Catalog) -> Originals:
    """How many files are kept, and what they take."""
    if not catalog.holds(originals.name):
        return Originals(0, 0, LIMIT)
    with catalog.reading() as connection:
        files, size = connection.execute(
            select(func.count(), func.coalesce(func.sum(originals.c.size), 0)).select_from(originals)
        ).one()
    return Originals(int(files), int(size), LIMIT)
