"""The files below the paths a user names: walked in order, none of them trusted."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO

from rag.errors import ReadingError

LIMIT = 20_000_000  # bytes of one document, or of one record


@dataclass(frozen=True, slots=True)
class File:
    """A file to read. `walked`: found inside a folder that was named, not named itself."""

    path: Path
    shown: str
    size: int
    walked: bool


@dataclass(frozen=True, slots=True)
class Passed:
    """A path that is not read, and why. `fault` is False where nothing is wrong with that."""

    shown: str
    reason: str
    fault: bool = True


_COMPANIONS = {"planted.json": "what was planted in a sample, not an article"}
_NO_ARTICLES = {
    ".css": "a style sheet, not an article",
    ".js": "a script, not an article",
    ".mjs": "a script, not an article",
    ".map": "a script's source map, not an article",
    ".py": "a program, not an article",
    ".sh": "a program, not an article",
    **dict.fromkeys((".jpg", ".jpeg", ".png", ".gif", ".webp", ".svg", ".ico"), "a picture, not an article"),
    **dict.fromkeys((".mp3", ".wav", ".m4a", ".mp4", ".mov"), "a recording, not an article"),
    **dict.fromkeys((".woff", ".woff2", ".ttf"), "a font, not an article"),
}
_BY_LINE = (".jsonl", ".ndjson")
_UNCOUNTED = (".json", ".csv", ".tsv", ".zip")
_SPECIAL = (
    (stat.S_ISFIFO, "a named pipe, not a file"),
    (stat.S_ISSOCK, "a socket, not a file"),
    (stat.S_ISCHR, "a device, not a file"),
    (stat.S_ISBLK, "a device, not a file"),
)


def shown(path: str | os.PathLike[str]) -> str:
    """A path as a terminal and JSON can show it: bytes that are no text and control characters are escaped."""
    return "".join(
        f"\\x{ord(c) - 0xDC00:02x}" if "\udc80" <= c <= "\udcff" else c if c.isprintable() else ascii(c)[1:-1]
        for c in os.fspath(path)
    )


def walk(paths: Sequence[Path]) -> Iterator[File | Passed]:
    """Every file below `paths`, in the order given and sorted within a folder."""
    for path in paths:
        try:
            status = path.stat()
        except OSError as error:
            yield Passed(shown(path), _trouble(error))
            continue
        except ValueError:
            yield Passed(shown(path), "no path: it holds a NUL character")
            continue
        if stat.S_ISDIR(status.st_mode):
            yield from _folder(path, Path(os.path.realpath(path)))
        else:
            yield _file(path, status, walked=False)


def count_files(paths: Sequence[Path]) -> tuple[int, int]:
    """How many files `read_paths` would read, and their bytes: of an archive, those of what is in it."""
    from rag.reading.zips import unpacked_size

    found = [one for one in walk(paths) if isinstance(one, File)]
    sizes = [unpacked_size(one) if one.path.suffix.lower() == ".zip" else one.size for one in found]
    return len(sizes), sum(sizes)


def count_records(paths: Sequence[Path]) -> int | None:
    """How many rows `read_paths` will give: one for a path, one for a line of JSON lines.

    None where files are among them that hold nobody knows how many until they are read (JSON, CSV, zip).
    """
    count = 0
    for found in walk(paths):
        suffix = found.path.suffix.lower() if isinstance(found, File) else ""
        if suffix in _UNCOUNTED:
            return None
        count += _lines(found) if isinstance(found, File) and suffix in _BY_LINE else 1
    return count


def _lines(file: File) -> int:
    try:
        with open_file(file) as opened:
            return sum(block.count(b"\n") for block in iter(partial(opened.read, 1 << 20), b"")) or 1
    except (ReadingError, OSError):  # reading it says what is wrong
        return 1


def open_file(file: File) -> BinaryIO:
    """Open a regular file for reading, without ever waiting for one that is not.

    Raises:
        ReadingError: it cannot be opened, or has become something else since it was listed.
    """
    flags = (
        os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
    )
    try:
        descriptor = os.open(file.path, flags | (getattr(os, "O_NOFOLLOW", 0) if file.walked else 0))
    except OSError as error:
        raise ReadingError(file.shown, _trouble(error)) from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise ReadingError(file.shown, "not a file any more")
    return os.fdopen(descriptor, "rb")


def megabytes(size: int) -> str:
    """A size as people read it: "25.1 MB"."""
    return f"{size / 1_000_000:.1f} MB"


def _folder(folder: Path, root: Path) -> Iterator[File | Passed]:
    try:
        with os.scandir(folder) as listed:
            entries = sorted(listed, key=lambda entry: os.fsencode(entry.name))
    except OSError as error:
        yield Passed(shown(folder), _trouble(error))
        return
    if not entries:
        yield Passed(shown(folder), "an empty folder", fault=False)
    for entry in entries:
        path = folder / entry.name
        try:
            if entry.name.startswith("."):
                yield Passed(shown(path), "hidden: name it to have it read", fault=False)
            elif entry.is_symlink():
                yield _link(path, root)
            elif entry.is_dir():
                yield from _folder(path, root)
            else:
                yield _file(path, entry.stat(), walked=True)
        except OSError as error:
            yield Passed(shown(path), _trouble(error))


def _link(path: Path, root: Path) -> Passed:
    """Links inside a folder are never followed: what they lead to is read at its own place, or is outside."""
    target = Path(os.path.realpath(path))
    if not target.exists():
        return Passed(shown(path), "a link that leads nowhere")
    if target.is_relative_to(root):
        return Passed(shown(path), "a link to what is read at its own place in the folder", fault=False)
    return Passed(shown(path), "a link that leads out of the folder; name what it leads to, to have it read")


def _file(path: Path, status: os.stat_result, *, walked: bool) -> File | Passed:
    if not stat.S_ISREG(status.st_mode):
        return Passed(
            shown(path), next((what for test, what in _SPECIAL if test(status.st_mode)), "not a file")
        )
    reason = no_article(path.name) if walked else None
    if reason:
        return Passed(shown(path), reason, fault=False)
    return File(path, shown(path), status.st_size, walked)


def no_article(name: str) -> str | None:
    """Why a file of this name, met in a folder or an archive, is no article; None where it may be one."""
    name = name.lower()
    companion = "a README, not an article" if name.split(".")[0] == "readme" else _COMPANIONS.get(name)
    return companion or _NO_ARTICLES.get(Path(name).suffix)


def _trouble(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such file or folder"
    if isinstance(error, PermissionError):
        return "it may not be read by this user"
    return (error.strerror or "it cannot be read").lower()
