"""The follower: keeps every index up with the catalog's log, words first, and mends what is damaged.

Only the holder of `index.lock` has one. Each index is at its own place in the log; words never wait for vectors.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from threading import Event, RLock, Thread

from rag.library.catalog import Catalog
from rag.library.generations import PARTS, Applied, Part
from rag.library.shelf import Shelf
from rag.library.steps import Steps

_POLL = 0.2  # seconds
_YIELD, _IDLE = 0.001, 0.02  # seconds between rounds, where there was something to do and where not
_PATIENCE = 8.0  # seconds that closing waits for the step under way
_LONGEST_WAIT = 60.0  # seconds between attempts after faults


class Follower:
    """Follows while it is open. `chroma`: the vector index too, else words and the flat file alone.

    `last_error` is what stopped the last attempt, None while all is well. `on_event` gets one sentence for each
    thing worth a line in the log.
    """

    def __init__(
        self, shelf: Shelf, catalog: Catalog, *, chroma: bool, on_event: Callable[[str], None] | None = None
    ) -> None:
        self.shelf, self._catalog, self._on_event = shelf, catalog, on_event
        self.parts: tuple[Part, ...] = PARTS if chroma else ("words", "meaning")
        self.last_error: Exception | None = None
        self._working = RLock()
        self._stop, self._paused = Event(), Event()
        self._thread: Thread | None = None
        self._steps = Steps(shelf, catalog, self.parts, self._stop, self._say)

    def catch_up(
        self,
        until: int | None = None,
        budget_seconds: float | None = None,
        *,
        parts: tuple[Part, ...] | None = None,
    ) -> bool:
        """Follow the log up to `until` (default: its end as it is now). Whether that was reached in time.

        Args:
            parts: wait for these only (the others go on as they do); default: all that this follower keeps.

        Raises:
            DatelineError: what stood in the way; it also stays in `last_error` until an attempt succeeds.
        """
        deadline = None if budget_seconds is None else time.monotonic() + budget_seconds
        late = partial(_passed, deadline)
        return self._followed(until, tuple(part for part in self.parts if part in (parts or PARTS)), late)

    def _followed(self, until: int | None, parts: tuple[Part, ...], enough: Callable[[], bool]) -> bool:
        """Round after round; between two, whoever waits for the indexes has them."""
        try:
            target = self._catalog.sequence() if until is None else until
            while True:
                with self._working:
                    if self._there(target, parts):
                        return True
                    if self._stop.is_set() or enough():
                        return False
                    moved = self._steps.round()
                    if self._there(target, parts):
                        return True
                time.sleep(_YIELD if moved else _IDLE)
        except Exception as error:
            self.last_error = error.with_traceback(None)
            raise

    def _there(self, target: int, parts: tuple[Part, ...]) -> bool:
        reached = self._steps.reached(target, parts) and self._steps.count()
        if reached:
            self.last_error = None
        return reached

    def await_words(self, sequence: int, seconds: float) -> None:
        """Let the words reach `sequence`, for at most about so many seconds. Follows itself where no thread does.

        Raises:
            DatelineError: as `catch_up`.
        """
        if self._thread is None or self._paused.is_set():
            self.catch_up(sequence, seconds)
            return
        late = partial(_passed, time.monotonic() + seconds)
        while not (self._steps.reached(sequence, ("words",)) or self._stop.is_set() or late()):
            time.sleep(_IDLE)

    def alone(self) -> AbstractContextManager[bool]:
        """While this is held, only the thread that holds it follows."""
        return self._working

    def renew(self, parts: frozenset[Part], *, until: tuple[Part, ...] | None = None) -> None:
        """Build these parts anew, then catch up (`until` these have; default: all). Raises: DatelineError; what served
        before then serves on."""
        with self._working:
            self._steps.renew(parts)
            self.catch_up(parts=until)

    def start(self) -> None:
        """Follow in the background from now on."""
        if self._thread is None:
            self._thread = Thread(target=self._run, name="follower", daemon=True)
            self._thread.start()

    def pause(self) -> None:
        """Stand still in the background; returns once the round under way is done."""
        self._paused.set()
        with self._working:
            pass

    def resume(self) -> None:
        """Go on in the background."""
        self._paused.clear()

    def close(self) -> bool:
        """Stop after the step under way and close the indexes. Whether it has ended.

        Where that step takes too long, the indexes stay marked as being written, and are probed at the next start.
        """
        self._stop.set()
        if self._thread is not None:
            self._thread.join(_PATIENCE)
            if self._thread.is_alive():
                return False
        with self._working:
            self._steps.forget()
            self.shelf.close(frozenset(self._steps.whole))
        return True

    def vouch(self, part: Part) -> None:
        """The part was found marked as being written, and was then found whole."""
        self._steps.whole.add(part)
        self._steps.counted = False

    @property
    def vectors_ready(self) -> bool:
        """Whether Chroma is whole, up with the flat file, and not being written."""
        steps = self._steps
        vectors, meaning = steps.applied("vectors"), steps.applied("meaning")
        if vectors is None or meaning is None or steps.filling("vectors") or steps.writing == "vectors":
            return False
        return steps.counted and vectors.sequence >= meaning.sequence

    def applied(self, part: Part) -> Applied | None:
        """How far a part is; None while it is not open."""
        return self._steps.applied(part)

    def filling(self, part: Part) -> bool:
        """Whether the part is being filled from nothing."""
        return self._steps.filling(part)

    def _run(self) -> None:
        wait = _POLL
        while not self._stop.wait(wait):
            try:
                up = self._steps.counted and self._steps.reached(self._catalog.sequence(), self.parts)
                if not (up or self._paused.is_set()):
                    self._followed(None, self.parts, self._paused.is_set)
                wait = _POLL
            except Exception as error:  # noqa: BLE001  (kept, shown and tried again: it must not end unseen)
                self.last_error = error.with_traceback(None)
                self._say(str(error))
                wait = min(max(1.0, wait * 2), _LONGEST_WAIT)

    def _say(self, sentence: str) -> None:
        if self._on_event is not None:
            self._on_event(sentence)


def _passed(deadline: float | None) -> bool:
    return deadline is not None and time.monotonic() >= deadline
