"""A .zip of articles, read entry by entry in memory, within limits. Nothing of it is ever written to disk.

What is wrong with the archive as a whole refuses it; what is wrong with an entry is a row, and the rest go on.
"""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from rag.errors import ReadingError
from rag.reading.articles import articles_in
from rag.reading.files import File, megabytes, no_article, open_file, shown
from rag.reading.identity import path_id
from rag.reading.read import Read, reason_of

ENTRIES = 10_000
ENTRY = 50_000_000  # bytes of one entry, unpacked
TOTAL = 500_000_000  # bytes of all entries, unpacked
RATIO = 100  # unpacked to packed: news has 2 to 6, records that repeat themselves up to 40
SMALL = 100_000  # bytes of an entry that may be packed tighter than that
_DIRECTORY = 4_000_000  # bytes of the list of entries
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_DOCUMENTS = (
    b"[Content_Types].xml",
    b"word/document.xml",
    b"xl/workbook.xml",
    b"application/epub+zip",
    b"mimetypeapplication/vnd.oasis",
)
_SPLIT = "Split it into several archives."
_END = struct.Struct("<4s4H2LH")
_END_64 = struct.Struct("<4sQ2H2L4Q")

PathId = Callable[..., str]  # (line) -> the id of an article in a file that has a path


def is_archive(head: bytes) -> bool:
    """Whether a file is a plain zip: not one of the documents that are zips inside."""
    if not head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return False
    return not any(mark in head for mark in _DOCUMENTS)


def unpacked_size(file: File) -> int:
    """The bytes of an archive's entries; the file's own where they cannot be told."""
    try:
        with open_file(file) as stream, _opened(file, stream) as archive:
            return max(file.size, sum(entry.file_size for entry in archive.infolist()))
    except (ReadingError, OSError):
        return file.size


def articles_or_archive(file: File, stream: BinaryIO, own_id: PathId | None, today: date) -> Iterator[Read]:
    """Every article of a file or of a zip's entries, or their faults.

    Args:
        own_id: the id of an article that has none of its own; None: it comes from its text.

    Raises:
        ReadingError: the file as a whole cannot be read.
        OSError: the disk failed in the middle.
    """
    head = stream.read(65536)
    stream.seek(0)
    if is_archive(head):
        yield from _archive(file, stream, with_ids=own_id is not None, today=today)
    else:
        yield from articles_in(file, stream, own_id or (lambda _: None), today)


def _archive(file: File, stream: BinaryIO, *, with_ids: bool, today: date) -> Iterator[Read]:
    with _opened(file, stream) as archive:
        entries = _checked(file, archive)
        if not any(not entry.is_dir() for entry in entries):
            raise ReadingError(file.shown, "an archive with nothing in it")
        for entry in entries:
            if not entry.is_dir():
                yield from _entry(file, archive, entry, with_ids, today)


def _opened(file: File, stream: BinaryIO) -> zipfile.ZipFile:
    count, listed = _announced(stream)
    if count > ENTRIES or listed > _DIRECTORY:
        raise ReadingError(
            file.shown, f"an archive may have {ENTRIES:,} entries, and this one has more", _SPLIT
        )
    stream.seek(0)
    try:
        return zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error, EOFError) as error:
        raise ReadingError(
            file.shown, "a zip archive that is damaged or cut short", "Make it again."
        ) from error


def _announced(stream: BinaryIO) -> tuple[int, int]:
    """How many entries an archive says it has, and the bytes of their list: looked at before any of it is kept."""
    stream.seek(0, io.SEEK_END)
    size = stream.tell()
    stream.seek(max(0, size - 65536 - _END.size - 20 - _END_64.size))
    tail = stream.read()
    counts, sizes = [0], [0]
    at = tail.rfind(b"PK\x05\x06")
    while at >= 0:
        if at + _END.size <= len(tail):
            fields = _END.unpack_from(tail, at)
            counts.append(fields[4])
            sizes.append(fields[5])
        at = tail.rfind(b"PK\x05\x06", 0, at)
    at = tail.rfind(b"PK\x06\x06")
    if 0 <= at <= len(tail) - _END_64.size:
        fields = _END_64.unpack_from(tail, at)
        counts.append(fields[7])
        sizes.append(fields[8])
    return max(counts), max(sizes)


def _checked(file: File, archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    entries = archive.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if len(entries) > ENTRIES:
        fault = f"{len(entries):,} entries, and an archive may have {ENTRIES:,}"
        raise ReadingError(file.shown, fault, _SPLIT)
    if unpacked > TOTAL:
        fault = f"{megabytes(unpacked)} unpacked, and an archive may have {megabytes(TOTAL)}"
        raise ReadingError(file.shown, fault, _SPLIT)
    if unpacked > SMALL and unpacked > RATIO * max(packed, file.size, 1):
        fault = f"it unpacks to over {RATIO} times its size, as no archive of articles does"
        raise ReadingError(file.shown, fault, "Unpack it, and name the files.")
    return entries


def _entry(
    file: File, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, with_ids: bool, today: date
) -> Iterator[Read]:
    name = entry.filename.replace("\\", "/")
    label = f"{file.shown}/{shown(name)}"
    passed = _passed_over(name)
    if passed is not None:
        yield Read(label, reason=passed, skipped=True)
        return
    try:
        data = _unpacked(label, archive, entry, name)
        inside = File(Path(PurePosixPath(name).name), label, len(data), walked=True)
        ids = partial(path_id, file.path / name) if with_ids else (lambda _: None)
        yield from articles_in(inside, io.BytesIO(data), ids, today)
    except ReadingError as error:
        yield Read(label, reason=reason_of(error))


def _passed_over(name: str) -> str | None:
    """Why an entry is none of a reader's files: what a system put in, or a README."""
    parts = PurePosixPath(name).parts
    if "__MACOSX" in parts:
        return "a Mac's own notes on a file, not an article"
    if any(part.startswith(".") and part != ".." for part in parts):
        return "hidden: unpack the archive and name it, to have it read"
    return no_article(parts[-1]) if parts else None


def _unpacked(label: str, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str) -> bytes:
    fault = _refused(entry, name)
    if fault is not None:
        raise ReadingError(label, *fault)
    try:
        with archive.open(entry) as packed:
            data = packed.read(ENTRY + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, ValueError) as error:
        raise ReadingError(label, "it is damaged inside the archive", "Make the archive again.") from error
    if len(data) > ENTRY:
        raise ReadingError(label, *_too_large(len(data)))
    if is_archive(data[:65536]):
        raise ReadingError(
            label, "an archive inside an archive is not opened", "Unpack it, and name its files."
        )
    return data


def _refused(entry: zipfile.ZipInfo, name: str) -> tuple[str, str] | None:
    """Why an entry is not unpacked, and the way out."""
    if name.startswith("/") or name[1:2] == ":" or ".." in name.split("/"):
        return "its name leads out of the archive", "Make the archive again, from inside one folder."
    if stat.S_ISLNK(entry.external_attr >> 16):
        return "a link, and links in an archive are not followed", "Put in the file itself."
    if entry.flag_bits & 0x1:
        return "it is encrypted", "Make the archive without a password."
    if entry.compress_type not in _METHODS:
        return "it is packed in a way that is not read", "Make the archive the usual way (deflate)."
    if entry.file_size > ENTRY:
        return _too_large(entry.file_size)
    if entry.file_size > SMALL and entry.file_size > RATIO * max(1, entry.compress_size):
        return f"it unpacks to over {RATIO} times its size, as no article does", "Put in the file itself."
    return None


def _too_large(size: int) -> tuple[str, str]:
    return f"{megabytes(size)} unpacked, and one entry may have {megabytes(ENTRY)}", "Split it."
