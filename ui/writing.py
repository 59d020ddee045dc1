"""A briefing on its way: written by a thread, so that the page can be used meanwhile and the writing be stopped."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor

from rag.briefed import Briefing
from rag.briefs import Progress
from rag.types import Stage
from ui.behind import Behind

Start = Callable[[threading.Event], Iterator[Stage | Progress | Briefing]]


class Writing(Behind[Briefing | None]):
    """Writes behind the page; what was written when it is stopped is there, and is not kept.

    Args:
        start: the writing, which ends early where its event is set.
        keep: puts a briefing away that was written to its end; called on the writing thread.
    """

    def __init__(self, start: Start, keep: Callable[[Briefing], None], run_on: Executor) -> None:
        self._start, self._keep = start, keep
        self.stage = "Reading"
        self.progress: Progress | None = None
        self._began = time.monotonic()
        super().__init__(self._run, run_on)

    def _run(self, stop: threading.Event) -> Briefing | None:
        made = None
        for one in self._start(stop):
            if isinstance(one, Stage):
                self.stage, self.progress = one.name, None
            elif isinstance(one, Progress):
                if self.progress is None or self.progress.stage != one.stage:
                    self._began = time.monotonic()
                self.progress = one
            else:
                made = one
        if made is not None and not stop.is_set():
            self._keep(made)
        return made

    @property
    def left(self) -> float | None:
        """Seconds that the stage is likely to take from now; None while nothing can be told."""
        one = self.progress
        if one is None or not one.total or not one.done:
            return None
        return (time.monotonic() - self._began) / one.done * (one.total - one.done)
