"""One question on its way: its events are gathered by a thread, so that nothing the reader does elsewhere on the
page can cut the answer off, and every redraw shows what is there so far."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future

from rag.types import Answer, Events, Sentence, Stage


class Asking:
    """Gathers the events of one question. All attributes may be read while it runs.

    Args:
        question: what was asked.
        events: starts the asking and yields its events until the event it is given is set; called on the gathering
            thread.
        run_on: where the gathering thread comes from.
    """

    def __init__(
        self, question: str, events: Callable[[threading.Event], Iterator[Events]], run_on: Executor
    ) -> None:
        self.question = question
        self.stage = "Starting"
        self.sentences: tuple[Sentence, ...] = ()
        self._news = threading.Condition()
        self._told = 0
        self._stopped = threading.Event()
        self._future: Future[Answer | None] = run_on.submit(self._gather, events)
        self._future.add_done_callback(lambda _done: self._tell())

    @property
    def running(self) -> bool:
        """Whether more may come."""
        return not (self._future.done() or self._stopped.is_set())

    @property
    def stopped(self) -> bool:
        """Whether the reader stopped it before its answer came."""
        return self._stopped.is_set()

    @property
    def answer(self) -> Answer | None:
        """The answer once it is there; None while running and after a stop.

        Raises:
            DatelineError: what the engine said is wrong; anything else it raised comes through as it is.
        """
        return self._future.result() if self._future.done() and not self.stopped else None

    def stop(self) -> None:
        """Wait no longer: nothing that still comes is shown, and a model that is writing is told to stop."""
        self._stopped.set()
        self._tell()

    def seen(self) -> int:
        """How much has been told so far; hand it to `wait`."""
        return self._told

    def wait(self, seen: int, seconds: float) -> None:
        """Return when there is more than `seen`, when it is over, or after `seconds`."""
        with self._news:
            self._news.wait_for(lambda: self._told > seen or not self.running, seconds)

    def settle(self, seconds: float) -> None:
        """Return when it is over, or after `seconds`."""
        with self._news:
            self._news.wait_for(lambda: not self.running, seconds)

    def _gather(self, events: Callable[[threading.Event], Iterator[Events]]) -> Answer | None:
        answer = None
        for event in events(self._stopped):
            match event:
                case Stage(name):
                    self.stage = name[:1].upper() + name[1:]
                case Sentence():
                    self.sentences += (event,)
                case Answer():
                    answer = event
            self._tell()
            if self._stopped.is_set():
                break
        return answer

    def _tell(self) -> None:
        with self._news:
            self._told += 1
            self._news.notify_all()
