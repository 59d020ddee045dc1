"""One question on its way: its events are gathered by a thread, so that nothing the reader does elsewhere on the
page can cut the answer off, and every redraw shows what is there so far."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, wait

from rag.errors import DatelineError
from rag.kept import Asked
from rag.types import Answer, Events, Sentence, Stage

LEFT = 1.2  # seconds from the reader's going to the stop: a page loaded again is back sooner
_LOOK = 0.2


class Asking:
    """Gathers the events of one question. All attributes may be read while it runs.

    Args:
        question: what was asked.
        events: starts the asking and yields its events until the event it is given is set; called on the gathering
            thread.
        run_on: where the gathering thread comes from.
        keep: keeps the answer once it is whole, behind what is shown; None: it goes unrecorded.
        asked: under what the answer is kept already.
        owner: who asked.
        before: the answers that it comes after, the oldest first; `as_written`: it takes nothing from them.
    """

    def __init__(
        self,
        question: str,
        events: Callable[[threading.Event], Iterator[Events]],
        run_on: Executor,
        *,
        keep: Callable[[Answer], Asked] | None = None,
        asked: Asked | None = None,
        owner: str = "",
        before: tuple[Answer, ...] = (),
        as_written: bool = False,
    ) -> None:
        self.question, self.owner, self.asked, self.trouble = question, owner, asked, ""
        self.opened = asked is not None
        self.before, self.as_written = before, as_written
        self._keep = keep
        self.stage = "Starting"
        self.sentences: tuple[Sentence, ...] = ()
        self._news = threading.Condition()
        self._told = 0
        self._stopped = threading.Event()
        self._answer: Answer | None = None
        self._attended: Callable[[], bool] | None = None
        self._future: Future[None] = run_on.submit(self._gather, events)
        self._future.add_done_callback(lambda _done: self._tell())

    @property
    def running(self) -> bool:
        """Whether more may come."""
        return not (self._answer or self._future.done() or self._stopped.is_set())

    @property
    def over(self) -> bool:
        """Whether it has ended, its answer kept where it is to be."""
        return self._future.done()

    @property
    def recording(self) -> bool:
        """Whether the answer is or will be kept."""
        return self._keep is not None or self.asked is not None

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
        if self._answer is None and self._future.done() and not self.stopped:
            self._future.result()
        return self._answer

    @property
    def given(self) -> Answer | None:
        """The answer where one has come; None also where it failed."""
        return self._answer

    def stop(self) -> None:
        """Wait no longer: nothing that still comes is shown or kept, and a model that is writing is told to stop."""
        with self._news:
            if self._answer is None:
                self._stopped.set()
        self._tell()

    def attend(self, there: Callable[[], bool]) -> None:
        """From now on the reader is at the page for which `there` holds; gone for `LEFT` seconds, it is stopped.

        A page loaded again takes its question up within that time.
        """
        first, self._attended = self._attended is None, there
        if first and self.running:
            threading.Thread(target=self._watch, name="attended", daemon=True).start()

    def recorded(self, seconds: float) -> bool:
        """Wait until the answer is kept, at most `seconds`; whether something came of it that is not shown yet."""
        before = (self.asked, self.trouble)
        if self._keep is not None and self._answer is not None:
            wait([self._future], seconds)
        return (self.asked, self.trouble) != before

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

    def _gather(self, events: Callable[[threading.Event], Iterator[Events]]) -> None:
        for event in events(self._stopped):
            match event:
                case Stage(name):
                    self.stage = name[:1].upper() + name[1:]
                case Sentence():
                    self.sentences += (event,)
                case Answer():
                    self._take(event)
            self._tell()
            if self._stopped.is_set():
                return
        if self._answer is not None and self._keep is not None:
            try:
                self.asked = self._keep(self._answer)
            except DatelineError as error:
                self.trouble = f"This answer was not kept: {error}"

    def _watch(self) -> None:
        since = None
        while self.running and self._attended is not None:
            if self._attended():
                since = None
            elif since is None:
                since = time.monotonic()
            elif time.monotonic() - since > LEFT:
                self.stop()
            self.settle(_LOOK)

    def _take(self, answer: Answer) -> None:
        """The answer, unless the reader stopped before it came."""
        with self._news:
            if not self._stopped.is_set():
                self._answer = answer

    def _tell(self) -> None:
        with self._news:
            self._told += 1
            self._news.notify_all()
