"""What runs behind the page: the follower, and vectors for what other processes stored."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rag.errors import DatelineError
from rag.library.lock import IndexLock

PAUSE = 1.0  # seconds between looks
LONGEST_PAUSE = 60.0  # seconds after fault upon fault: an endpoint that is down is not asked every second
WAIT = 0.25  # seconds between tries for the lock


def embed_lock(home: Path) -> IndexLock:
    """The lock of whoever embeds, so that two processes do not do the same passages."""
    return IndexLock(home, name="embed.lock")


@contextmanager
def waited_for(
    lock: IndexLock, stop: threading.Event | None = None, meanwhile: Callable[[], None] | None = None
) -> Iterator[bool]:
    """Hold a lock once it is free; False where `stop` was set before it was. `meanwhile` is called as long as not."""
    while not lock.try_acquire():
        if stop is not None and stop.is_set():
            yield False
            return
        if meanwhile is not None:
            meanwhile()
        time.sleep(WAIT)
    try:
        yield True
    finally:
        lock.release()


class Upkeep:
    """A background thread that embeds what waits, unless another process is embedding.

    `embed(stop)` embeds until nothing waits or `stop` is set, and returns how many passages it did.
    """

    def __init__(self, lock: IndexLock, embed: Callable[[threading.Event], int]) -> None:
        self._lock, self._embed = lock, embed
        self._stop, self._woken = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="dateline-upkeep", daemon=True)
        self.last_error: DatelineError | None = None

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """Stop after the passage at hand."""
        self._stop.set()
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10)

    def wake(self) -> None:
        """Look again now, also after a fault."""
        self._woken.set()

    def _run(self) -> None:
        pause = PAUSE
        while not self._stop.is_set():
            try:
                if self._lock.try_acquire():
                    try:
                        self._embed(self._stop)
                    finally:
                        self._lock.release()
                self.last_error, pause = None, PAUSE
            except DatelineError as error:
                self.last_error, pause = error, min(pause * 2, LONGEST_PAUSE)
            self._woken.wait(pause)
            if not self._stop.is_set():
                self._woken.clear()
