"""index.lock: who holds it follows the log and alone writes the indexes.

The kernel's flock decides, so a holder killed with -9 leaves it free; the pid inside only names the holder.
"""

from __future__ import annotations

import errno
import fcntl
import os
import time
import weakref
from functools import cache
from pathlib import Path

from rag.errors import IndexLocked, LockUnsupported
from rag.library.durable import explained

NAME = "index.lock"
_WIDTH = 20  # bytes the pid fills: overwritten in place, which needs no room on a full disk
_PATIENCE = 0.1  # seconds: a reader of the pid may hold the lock shared for an instant
_WITHOUT_FLOCK = frozenset({errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS})
_held: weakref.WeakSet[IndexLock] = weakref.WeakSet()


class IndexLock:
    """A lock of one home, by default the indexes'. Not inherited by children, forked or started."""

    def __init__(self, home: Path, *, name: str = NAME) -> None:
        self.path = home / name
        self._handle: int | None = None

    @property
    def held(self) -> bool:
        """Whether this object holds it."""
        return self._handle is not None

    def acquire(self) -> None:
        """Take the lock, at once or not at all.

        Raises:
            IndexLocked: another process (or another object in this one) holds it; names its pid.
            LockUnsupported: the file system has no flock.
            ReadOnly: the home cannot be written.
        """
        if not self.try_acquire():
            raise held_by(_pid_in(self.path), self.path.parent)

    def try_acquire(self) -> bool:
        """Take the lock if it is free.

        Raises:
            LockUnsupported, ReadOnly, DiskFull: as `acquire`.
        """
        if self._handle is not None:
            return True
        _guard_forks()
        with explained(self.path):
            handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            if not _locked(handle, fcntl.LOCK_EX, self.path):
                os.close(handle)
                return False
            with explained(self.path):
                os.pwrite(handle, str(os.getpid()).ljust(_WIDTH).encode(), 0)
        except BaseException:
            os.close(handle)
            raise
        self._handle = handle
        _held.add(self)
        return True

    def release(self) -> None:
        """Give it back; nothing happens where it is not held."""
        if self._handle is None:
            return
        handle, self._handle = self._handle, None
        _held.discard(self)
        os.pwrite(handle, b" " * _WIDTH, 0)
        os.close(handle)

    def _forget(self) -> None:
        """In a forked child: the parent's lock is not ours. Closing the copy leaves the parent's in force."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def holder(home: Path) -> int | None:
    """The pid of the process that holds the home's indexes, or None. A stale pid is ignored.

    Raises:
        LockUnsupported: the file system has no flock.
    """
    path = home / NAME
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        if _locked(handle, fcntl.LOCK_SH, path):
            return None
    finally:
        os.close(handle)
    return _pid_in(path)


def held_by(pid: int | None, home: Path) -> IndexLocked:
    """The error for a home whose indexes another process holds."""
    who = f"process {pid}" if pid else "another process"
    return IndexLocked(
        str(home),
        f"its indexes are held by {who}",
        "Use that one, or stop it first; `dateline ingest` and `dateline ask` work beside it.",
    )


def _locked(handle: int, kind: int, path: Path) -> bool:
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            fcntl.flock(handle, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                return False
            time.sleep(0.01)
        except OSError as error:
            if error.errno not in _WITHOUT_FLOCK:
                raise
            raise LockUnsupported(
                str(path.parent),
                "its file system has no file locks (flock)",
                "Keep the home on a local disk: name one with --home or DATELINE_HOME.",
            ) from error
        else:
            return True


def _pid_in(path: Path) -> int | None:
    try:
        text = path.read_bytes()[:_WIDTH].strip()
    except FileNotFoundError:
        return None
    return int(text) if text.isdigit() else None


def _forget_all() -> None:
    for lock in list(_held):
        lock._forget()


@cache
def _guard_forks() -> None:
    os.register_at_fork(after_in_child=_forget_all)
