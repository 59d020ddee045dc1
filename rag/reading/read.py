"""The front door of reading: paths or bytes in, one `Read` for each article or fault out.

The readers themselves are imported when the first file is read: a question needs none of them.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, partial
from pathlib import Path

from rag.errors import ReadingError
from rag.reading.files import File, Passed, open_file, shown, walk
from rag.reading.identity import path_id
from rag.ruled import Ruled
from rag.types import Article


@dataclass(frozen=True)
class Original:
    """A file as it came. Of a file of records, all of them have the same one."""

    name: str
    data: bytes = field(repr=False)

    @cached_property
    def digest(self) -> str:
        """Its sha256, hex."""
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True, slots=True)
class Read:
    """One article, or why there is none.

    Attributes:
        source: "path", or "path:line" in a file of several records; safe to show.
        article: None where it failed or was passed over.
        reason: without an article, what is wrong and the way out; with one, what of it could not be used
            ("no readable date in 'yesterday': kept undated"), or None.
        given_id: the record carried its id itself; False where it was derived.
        skipped: there is no article, and nothing is wrong with that (a README, a question set in a folder).
        ruled: what import rules made of it; None where none were held against it.
        original: the file that it was read from, as it came; None where that is too large to be kept.
        line: where in it the article is; None in a file that is one article.
    """

    source: str
    article: Article | None = None
    reason: str | None = None
    given_id: bool = False
    skipped: bool = False
    ruled: Ruled | None = None
    original: Original | None = None
    line: int | None = None


def read_paths(paths: Sequence[Path], *, today: date) -> Iterator[Read]:
    """Read files and folders, one file at a time, in order. A bad one is a row; it never raises for one.

    Folders are walked sorted by name. Hidden files, READMEs, question sets and links are passed over with a row.
    """
    for found in walk([Path(path) for path in paths]):
        yield from read_file(found, today=today)


def read_file(found: File | Passed, *, today: date) -> Iterator[Read]:
    """Read one of the files that `walk` found; a path that it passed over is a row."""
    from rag.reading.zips import articles_or_archive

    if isinstance(found, Passed):
        yield Read(found.shown, reason=found.reason, skipped=not found.fault)
        return
    try:
        with open_file(found) as file:
            yield from articles_or_archive(found, file, partial(path_id, found.path), today)
    except ReadingError as error:
        yield Read(found.shown, reason=reason_of(error))
    except OSError as error:
        yield Read(found.shown, reason=f"it could not be read to its end: {error.strerror or error}")


def read_bytes(name: str, data: bytes, *, today: date) -> Iterator[Read]:
    """Read an upload or a paste. Without id or address, an article's id comes from its text."""
    from rag.reading.zips import articles_or_archive

    label = shown(name)
    file = File(Path(name), label, len(data), walked=False)
    try:
        yield from articles_or_archive(file, io.BytesIO(data), None, today)
    except ReadingError as error:
        yield Read(label, reason=reason_of(error))


def reason_of(error: ReadingError) -> str:
    """A fault and its way out as one text."""
    return f"{error.fault}. {error.way_out}" if error.way_out else error.fault
