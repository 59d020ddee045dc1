"""CRC-32 of files, against damage that their own readers never look for."""

from __future__ import annotations

import json
import zlib
from mmap import ACCESS_READ, mmap
from pathlib import Path

_AT_ONCE = 1 << 24  # bytes
_KINDS = ("fast", "fieldnorm", "idx", "pos", "store", "term")  # the files of each of Tantivy's segments
_FOOTER = 8  # bytes at the end of Tantivy's files: the footer's length and a magic number, little-endian


def crc_of(path: Path, size: int | None = None) -> int:
    """CRC-32 of a file, or of its first `size` bytes."""
    crc, left = 0, path.stat().st_size if size is None else size
    if left:
        with path.open("rb") as file:
            while left and (read := file.read(min(_AT_ONCE, left))):
                crc, left = zlib.crc32(read, crc), left - len(read)
    return crc


def words_fault(path: Path) -> str | None:
    """What is wrong with the files of a Tantivy index, or None.

    Tantivy ends each file with a footer, JSON with the CRC-32 of what comes before, but does not look at it when
    it opens them.
    """
    try:
        for segment in json.loads((path / "meta.json").read_bytes())["segments"]:
            name, deletes = segment["segment_id"].replace("-", ""), segment["deletes"]
            kinds = [*_KINDS, f"{deletes['opstamp']}.del"] if deletes else _KINDS
            for kind in kinds:
                if not _intact(path / f"{name}.{kind}"):
                    return f"its .{kind} file is not what was written"
    except FileNotFoundError as error:
        return f"{Path(error.filename).name} is missing"
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        return f"it cannot be read ({type(error).__name__})"
    return None


def _intact(file: Path) -> bool:
    if file.stat().st_size <= _FOOTER:
        return False
    with file.open("rb") as opened, mmap(opened.fileno(), 0, access=ACCESS_READ) as content:
        length = int.from_bytes(content[-_FOOTER:-4], "little")
        footer = json.loads(content[-_FOOTER - length : -_FOOTER])
        with memoryview(content) as view, view[: -_FOOTER - length] as body:
            return bool(zlib.crc32(body) == footer["crc"])
