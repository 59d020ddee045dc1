"""Work on its way behind a page: a thread does it, the page shows how far, the reader may stop it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Generic, TypeVar

from rag.errors import DatelineError

T = TypeVar("T")


class Behind(Generic[T]):
    """Something that is done on another thread. All attributes may be read while it runs."""

    def __init__(self, work: Callable[[threading.Event], T], run_on: Executor) -> None:
        """`work` is called on the other thread, with the event that is set where it is to stop."""
        self._stop = threading.Event()
        self._future: Future[T] = run_on.submit(work, self._stop)

    @property
    def running(self) -> bool:
        """Whether more may come."""
        return not self._future.done()

    @property
    def stopped(self) -> bool:
        """Whether the reader stopped it."""
        return self._stop.is_set()

    @property
    def error(self) -> DatelineError | None:
        """What ended it before its end, or None. Anything that is no fault of ours to explain comes through."""
        if self.running:
            return None
        try:
            self._future.result()
        except DatelineError as error:
            return error
        return None

    @property
    def result(self) -> T | None:
        """What came of it; None while it runs, or where a fault ended it."""
        return None if self.running or self.error is not None else self._future.result()

    def stop(self) -> None:
        """Do no more of it."""
        self._stop.set()

    def wait(self, seconds: float) -> None:
        """Return when it is over, or after `seconds`."""
        try:
            self._future.exception(seconds)
        except TimeoutError:
            return
