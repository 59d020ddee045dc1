"""index.lock: one holder, named at once, and free again however it ended."""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from rag.errors import IndexLocked, LockUnsupported, ReadOnly
from rag.library.lock import IndexLock, holder

HOLD = """
import sys, time
from pathlib import Path
from rag.library.lock import IndexLock
lock = IndexLock(Path(sys.argv[1]))
lock.acquire()
print("held", flush=True)
time.sleep(60)
"""


@contextmanager
def held_by_another(home: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that holds the lock until it is killed."""
    child = subprocess.Popen([sys.executable, "-c", HOLD, str(home)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    try:
        assert child.stdout.readline() == "held\n"
        yield child
    finally:
        child.kill()
        child.wait()
        child.stdout.close()


def test_row_16_a_second_holder_is_refused_at_once_and_told_the_pid(tmp_path: Path) -> None:
    with held_by_another(tmp_path) as child:
        began = time.monotonic()
        with pytest.raises(IndexLocked, match=f"held by process {child.pid}"):
            IndexLock(tmp_path).acquire()
        assert time.monotonic() - began < 2
        assert holder(tmp_path) == child.pid
        assert not IndexLock(tmp_path).try_acquire()


def test_row_17_a_holder_killed_with_9_leaves_the_lock_free_and_its_pid_ignored(tmp_path: Path) -> None:
    with held_by_another(tmp_path) as child:
        child.send_signal(signal.SIGKILL)
        child.wait()
        assert (tmp_path / "index.lock").read_text().strip() == str(child.pid)
        assert holder(tmp_path) is None
        lock = IndexLock(tmp_path)
        lock.acquire()
        assert lock.held
        assert holder(tmp_path) == os.getpid()
        lock.release()


def test_row_18_a_file_system_without_flock_is_named_with_the_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(handle: int, kind: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    for attempt in (IndexLock(tmp_path).acquire, IndexLock(tmp_path).try_acquire):
        with pytest.raises(LockUnsupported, match="local disk"):
            attempt()


def test_the_same_process_cannot_hold_it_twice(tmp_path: Path) -> None:
    lock = IndexLock(tmp_path)
    lock.acquire()
    lock.acquire()
    with pytest.raises(IndexLocked, match=f"process {os.getpid()}"):
        IndexLock(tmp_path).acquire()
    lock.release()
    lock.release()
    assert holder(tmp_path) is None
    assert IndexLock(tmp_path).try_acquire()


def test_nobody_holds_a_home_that_was_never_opened(tmp_path: Path) -> None:
    assert holder(tmp_path) is None


def test_a_child_process_does_not_inherit_it(tmp_path: Path) -> None:
    lock = IndexLock(tmp_path)
    lock.acquire()
    started = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, close_fds=False)
    forked = os.fork()
    if forked == 0:  # pragma: no cover  (in the child)
        time.sleep(30)
        os._exit(0)
    try:
        time.sleep(0.1)
        lock.release()
        assert holder(tmp_path) is None
        assert IndexLock(tmp_path).try_acquire()
    finally:
        os.kill(forked, signal.SIGKILL)
        os.waitpid(forked, 0)
        started.communicate()


@pytest.mark.skipif(os.getuid() != 0, reason="needs to become another user")
def test_row_05_a_home_that_cannot_be_written_is_called_read_only(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    try:
        os.seteuid(65534)
        with pytest.raises(ReadOnly, match="--home"):
            IndexLock(tmp_path).acquire()
    finally:
        os.seteuid(0)
        tmp_path.chmod(0o755)
