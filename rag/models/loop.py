"""One asyncio loop on a thread of its own, for calls that must end at once when nobody waits for them any more.

Closing a silent stream from another thread waits for its read timeout; cancelling its task takes milliseconds.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from functools import cache
from typing import TypeVar

Event = TypeVar("Event")

GLANCE = 0.05  # seconds between looks at whether to stop


@cache
def loop() -> asyncio.AbstractEventLoop:
    """The loop, started at first use."""
    started = asyncio.new_event_loop()
    threading.Thread(target=started.run_forever, name="models", daemon=True).start()
    return started


def gathered(
    events: Callable[[], AsyncIterator[Event]], *, stop: threading.Event | None = None
) -> Iterator[Event]:
    """What an asynchronous iterator gives, as it comes. Its task is cancelled when this is closed or `stop` is set.

    Raises:
        whatever the iterator raises.
    """
    told: queue.SimpleQueue[Event | BaseException | None] = queue.SimpleQueue()

    async def produce() -> None:
        try:
            async for event in events():
                told.put(event)
        except BaseException as error:  # it is raised where it is waited for
            told.put(error)
            if isinstance(error, asyncio.CancelledError):
                raise
        else:
            told.put(None)

    task = asyncio.run_coroutine_threadsafe(produce(), loop())
    try:
        while stop is None or not stop.is_set():
            try:
                event = told.get(timeout=GLANCE)
            except queue.Empty:
                continue
            if event is None:
                return
            if isinstance(event, BaseException):
                raise event
            yield event
    finally:
        task.cancel()
