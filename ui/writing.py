"""A briefing on its way: written by a thread, so that the page can be used meanwhile and the writing be stopped."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future

from rag.briefed import Briefing
from rag.briefs import Progress
from rag.errors import DatelineError
from rag.types import Stage

Start = Callable[[threading.Event], Iterator[Stage | Progress | Briefing]]


class Writing:
    """Writes behind the page. All attributes may be read while it runs.

    Args:
        start: the writing, which ends early where its event is set.
        keep: puts a briefing away that was written to its end; called on the writing thread.
    """

    def __init__(self, start: Start, keep: Callable[[Briefing], None], run_on: Executor) -> None:
        self._start, self._keep = start, keep
        self.stage = "Reading"
        self.progress: Progress | None = None
        self._stop, self._began = threading.Event(), time.monotonic()
        self._future: Future[Briefing | None] = run_on.submit(self._run)

    def _run(self) -> Briefing | None:
        made = None
        for one in self._start(self._stop):
            if isinstance(one, Stage):
                self.stage, self.progress = one.name, None
            elif isinstance(one, Progress):
                if self.progress is None or self.progress.stage != one.stage:
                    self._began = time.monotonic()
                self.progress = one
            else:
                made = one
        if made is not None and not self._stop.is_set():
            self._keep(made)
        return made

    @property
    def running(self) -> bool:
        """Whether more may come."""
        return not self._future.done()

    @property
    def stopped(self) -> bool:
        """Whether the reader stopped it: what was written by then is there, and is not kept."""
        return self._stop.is_set()

    @property
    def error(self) -> DatelineError | None:
        """What ended it, or None. Anything that is no fault of ours to explain comes through."""
        if self.running:
            return None
        try:
            self._future.result()
        except DatelineError as error:
            return error
        return None

    @property
    def made(self) -> Briefing | None:
        """What was written; None while it runs, or where a fault ended it."""
        return None if self.running or self.error is not None else self._future.result()

    @property
    def left(self) -> float | None:
        """Seconds that the stage is likely to take from now; None while nothing can be told."""
        one = self.progress
        if one is None or not one.total or not one.done:
            return None
        return (time.monotonic() - self._began) / one.done * (one.total - one.done)

    def stop(self) -> None:
        """Write no more."""
        self._stop.set()

    def wait(self, seconds: float) -> None:
        """Return when it is over, or after `seconds`."""
        try:
            self._future.exception(seconds)
        except TimeoutError:
            return
