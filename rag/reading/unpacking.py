"""Unpacking a .zip, apart from the newsroom: the child process of `zips.py`, and what the two say to each other.

The archive is what stands on stdin; what comes out is frames on stdout, an entry each. The child may use so much memory
and so much of the processor and no more, opens no other file, and imports none of our libraries.
"""

from __future__ import annotations

import contextlib
import io
import json
import stat
import struct
import sys
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import PurePosixPath
from typing import IO, BinaryIO

from rag.reading.files import megabytes, no_article

SMALL = 100_000  # bytes of an entry that may be packed tighter than the ratio
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
_LENGTHS = struct.Struct(">IQ")


@dataclass(frozen=True, slots=True)
class Limits:
    """`entry` and `total`: bytes, unpacked; `ratio`: unpacked to packed; `memory`: bytes of address space.

    `seconds`: of the processor.
    """

    entries: int
    entry: int
    total: int
    ratio: int
    memory: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Frame:
    """What the child says: of an entry by its name, that it is passed over, what is wrong with it, or its bytes.

    Without a name it is of the archive as a whole: what refuses it (`fault`), or that it is over (`end`, with the bytes
    of all entries).
    """

    name: str | None = None
    passed: str | None = None
    fault: tuple[str, str] | None = None
    end: int | None = None
    data: bytes = b""

    def write(self, stream: BinaryIO) -> None:
        """Say it."""
        said = json.dumps({**asdict(self), "data": None}).encode()
        stream.write(_LENGTHS.pack(len(said), len(self.data)) + said)
        stream.write(self.data)

    @classmethod
    def read(cls, stream: IO[bytes]) -> Frame | None:
        """What was said, or None where the other side has gone."""
        head = stream.read(_LENGTHS.size)
        if len(head) < _LENGTHS.size:
            return None
        length, size = _LENGTHS.unpack(head)
        said, data = stream.read(length), stream.read(size)
        if len(said) < length or len(data) < size:
            return None
        fields = json.loads(said)
        fault = tuple(fields["fault"]) if fields["fault"] else None
        return cls(fields["name"], fields["passed"], fault, fields["end"], data)


class _Refused(Exception):
    """What is wrong, and the way out."""

    def __init__(self, fault: str, way_out: str) -> None:
        super().__init__(fault)
        self.said = (fault, way_out)


def is_archive(head: bytes) -> bool:
    """Whether a file is a plain zip: not one of the documents that are zips inside."""
    if not head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return False
    return not any(mark in head for mark in _DOCUMENTS)


def main() -> None:
    """Unpack what stands on stdin. Arguments: the limits as JSON; "size" only adds up what it unpacks to."""
    limits, sizing = Limits(**json.loads(sys.argv[1])), "size" in sys.argv[2:]
    _confine(limits)
    for frame in _frames(sys.stdin.buffer, limits, sizing=sizing):
        frame.write(sys.stdout.buffer)


def _confine(limits: Limits) -> None:
    with contextlib.suppress(ImportError):  # Windows has none of these
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (limits.memory, limits.memory))
        resource.setrlimit(resource.RLIMIT_CPU, (limits.seconds, limits.seconds))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _frames(stream: BinaryIO, limits: Limits, *, sizing: bool) -> Iterator[Frame]:
    try:
        with _opened(stream, limits) as archive:
            entries = archive.infolist()
            unpacked = sum(entry.file_size for entry in entries)
            if not sizing:
                _check(stream, entries, limits)
                for entry in entries:
                    if not entry.is_dir():
                        yield _entry(archive, entry, limits)
            yield Frame(end=unpacked)
    except _Refused as error:
        yield Frame(fault=error.said)


def _opened(stream: BinaryIO, limits: Limits) -> zipfile.ZipFile:
    count, listed = _announced(stream)
    if count > limits.entries or listed > _DIRECTORY:
        raise _Refused(f"an archive may have {limits.entries:,} entries, and this one has more", _SPLIT)
    stream.seek(0)
    try:
        return zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error, EOFError) as error:
        raise _Refused("a zip archive that is damaged or cut short", "Make it again.") from error


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


def _check(stream: BinaryIO, entries: list[zipfile.ZipInfo], limits: Limits) -> None:
    """Refuse an archive as a whole."""
    stream.seek(0, io.SEEK_END)
    unpacked = sum(entry.file_size for entry in entries)
    packed = max(sum(entry.compress_size for entry in entries), stream.tell(), 1)
    if len(entries) > limits.entries:
        raise _Refused(f"{len(entries):,} entries, and an archive may have {limits.entries:,}", _SPLIT)
    if unpacked > limits.total:
        fault = f"{megabytes(unpacked)} unpacked, and an archive may have {megabytes(limits.total)}"
        raise _Refused(fault, _SPLIT)
    if unpacked > SMALL and unpacked > limits.ratio * packed:
        fault = f"it unpacks to over {limits.ratio} times its size, as no archive of articles does"
        raise _Refused(fault, "Unpack it, and name the files.")
    if all(entry.is_dir() for entry in entries):
        raise _Refused("an archive with nothing in it", "")


def _entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limits: Limits) -> Frame:
    name = entry.filename.replace("\\", "/")
    passed = _passed_over(name)
    if passed is not None:
        return Frame(name, passed)
    try:
        return Frame(name, data=_unpacked(archive, entry, name, limits))
    except _Refused as error:
        return Frame(name, fault=error.said)
    except MemoryError:
        return Frame(name, fault=("it takes too much memory to unpack", "Put in the file itself."))


def _passed_over(name: str) -> str | None:
    """Why an entry is none of a reader's files: what a system put in, or a README."""
    parts = PurePosixPath(name).parts
    if "__MACOSX" in parts:
        return "a Mac's own notes on a file, not an article"
    if any(part.startswith(".") and part != ".." for part in parts):
        return "hidden: unpack the archive and name it, to have it read"
    return no_article(parts[-1]) if parts else None


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str, limits: Limits) -> bytes:
    _refuse(entry, name, limits)
    try:
        with archive.open(entry) as packed:
            data = packed.read(limits.entry + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, ValueError) as error:
        raise _Refused("it is damaged inside the archive", "Make the archive again.") from error
    if len(data) > limits.entry:
        raise _too_large(len(data), limits)
    if is_archive(data[:65536]):
        raise _Refused("an archive inside an archive is not opened", "Unpack it, and name its files.")
    return data


def _refuse(entry: zipfile.ZipInfo, name: str, limits: Limits) -> None:
    """What is not unpacked at all."""
    if name.startswith("/") or name[1:2] == ":" or ".." in name.split("/"):
        raise _Refused("its name leads out of the archive", "Make the archive again, from inside one folder.")
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise _Refused("a link, and links in an archive are not followed", "Put in the file itself.")
    if entry.flag_bits & 0x1:
        raise _Refused("it is encrypted", "Make the archive without a password.")
    if entry.compress_type not in _METHODS:
        raise _Refused("it is packed in a way that is not read", "Make the archive the usual way (deflate).")
    if entry.file_size > limits.entry:
        raise _too_large(entry.file_size, limits)
    if entry.file_size > SMALL and entry.file_size > limits.ratio * max(1, entry.compress_size):
        fault = f"it unpacks to over {limits.ratio} times its size, as no article does"
        raise _Refused(fault, "Put in the file itself.")


def _too_large(size: int, limits: Limits) -> _Refused:
    fault = f"{megabytes(size)} unpacked, and one entry may have {megabytes(limits.entry)}"
    return _Refused(fault, "Split it.")
