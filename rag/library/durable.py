"""Files that are there whole or not at all, and what a fault of the file system is called."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rag.errors import DiskFull, IndexRefused, LibraryError, ReadOnly

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_SAID_FULL = ("disk is full", "No space left", "os error 28", "StorageFull")
_READ_ONLY = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})


def write_whole(path: Path, content: bytes) -> None:
    """Write a file beside `path`, flush it and rename it into place: a reader sees all of it or the old one.

    Raises:
        DiskFull, ReadOnly, LibraryError: the old file is as it was.
    """
    beside = path.with_name(f"{path.name}.new")
    with explained(path):
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        sync_directory(path.parent)


def sync_directory(directory: Path) -> None:
    """Make the names in a directory survive a power cut."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn the file system's faults into ours, each with its way out."""
    try:
        yield
    except OSError as error:
        raise named(error, path) from error


def named(error: OSError, path: Path) -> LibraryError:
    """What a fault of the file system is called here."""
    if error.errno in _FULL:
        return disk_full(path.parent)
    if error.errno in _READ_ONLY:
        return ReadOnly(
            str(path), "it cannot be written", "Make the folder writable, or name another --home."
        )
    return LibraryError(str(path), (error.strerror or str(error)).lower(), "Check the disk, then try again.")


def disk_full(directory: Path) -> DiskFull:
    """The one error for "no room left"."""
    return DiskFull(
        str(directory), "the disk is full", "What was stored is kept; free some space and run it again."
    )


def nearly_full(directory: Path) -> bool:
    """Whether so little room is left that an unclear fault of a library there is a full disk."""
    free = os.statvfs(directory)
    return free.f_bavail * free.f_frsize < 2_000_000


@contextmanager
def adapted(path: Path, what: str, kinds: tuple[type[Exception], ...] = (Exception,)) -> Iterator[None]:
    """Turn the faults of a library's index, its panics among them, into ours.

    Args:
        what: the index, as its user knows it.
        kinds: what the library raises.
    """
    try:
        yield
    except LibraryError:
        raise
    except kinds as error:
        raise _adapted(error, path, what) from error
    except BaseException as error:
        if (
            type(error).__name__ != "PanicException"
        ):  # what a panic in Rust becomes; it has no importable name
            raise
        raise _adapted(error, path, what) from error


def _adapted(error: BaseException, path: Path, what: str) -> LibraryError:
    said = str(error)
    if any(full in said for full in _SAID_FULL) or (path.exists() and nearly_full(path)):
        return disk_full(path)
    return IndexRefused(str(path), f"{what} is damaged ({said[:200]})", "Run `dateline repair`.")
