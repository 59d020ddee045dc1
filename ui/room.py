"""The one newsroom of this process: opened when the server starts, closed when it stops."""

from __future__ import annotations

import logging
import shlex
import shutil
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

import streamlit as st

from rag import newsroom, settings
from rag.errors import DatelineError
from rag.state import Status
from ui import reader

if TYPE_CHECKING:
    from rag.evaluating import Running
    from rag.newsroom import Newsroom
    from ui.asking import Asking

# Questions answered at the same time; further ones wait their turn.
AT_ONCE = 4
PATIENCE = 20.0  # seconds that a stopping server waits for the questions of a run that are under way


def _open() -> Newsroom:
    return newsroom.open(settings=settings.load(), serve=True)


def opened() -> Newsroom:
    """The newsroom of DATELINE_HOME, as whoever reads the page may see it: every page takes it from here.

    Raises:
        DatelineError: the home cannot be opened; it is tried again at the next visit.
    """
    whole, groups = _whole(), reader.groups()
    return whole if groups is None else whole.seen_by(groups)


@st.cache_resource(show_spinner="Opening the library", on_release=lambda room: room.close())
def _whole() -> Newsroom:
    return _open()


@contextmanager
def kept_open() -> Iterator[None]:
    """While the server runs: opened beside its start, so that the first visit need not wait, and closed at its end.

    What keeps the library from opening is told on the page, which tries again.
    """
    held: list[Newsroom] = []

    def open_it() -> None:
        with suppress(DatelineError):
            held.append(_open())
            held[0].status()
            _ = held[0].chat  # its library takes seconds to import

    opening = Thread(target=open_it, name="opening", daemon=True)
    opening.start()
    yield
    opening.join()
    runs.clear()
    _whole.clear()
    for room in held:
        room.close()


def library(*, hurried: bool = False) -> Status:
    """How the library stands, or stood at most three seconds ago.

    Args:
        hurried: an answer waits to be drawn: what this reader was last told will do.
    """
    last: Status | None = st.session_state.get("library")
    if last is None or not hurried:
        last = st.session_state.library = _status(reader.groups())
    return last


# The app is imported before its server runs, which Streamlit takes for a script run by hand and warns of.
logging.getLogger("streamlit.runtime.caching.cache_data_api").setLevel(logging.ERROR)


@st.cache_data(ttl=3, show_spinner=False)
def _status(groups: frozenset[str] | None) -> Status:
    """By who is told: `opened` reads the same groups."""
    return opened().status()


def changed() -> None:
    """Articles came, went or moved: how the library stands is looked at anew."""
    _status.clear()


@st.cache_resource(show_spinner=False)
def workers() -> ThreadPoolExecutor:
    """The threads that gather answers."""
    return ThreadPoolExecutor(AT_ONCE, thread_name_prefix="asking")


@st.cache_resource(show_spinner=False)
def under_way() -> WeakValueDictionary[str, Asking]:
    """Questions on their way, by the id under which their answers will be kept: a page loaded again finds its own."""
    return WeakValueDictionary()


def _end(started: dict[str, Running]) -> None:
    for one in started.values():
        one.stop()
    for one in started.values():
        one.wait(PATIENCE)


@st.cache_resource(show_spinner=False, on_release=_end)
def runs() -> dict[str, Running]:
    """Runs of question sets that were started on the page, by name: they outlive the visit of whoever started them."""
    return {}


def command(what: str) -> str:
    """How a command of `dateline` is called on this machine for this home."""
    program = Path(sys.executable).with_name("dateline")
    found = shutil.which("dateline")
    name = "dateline" if found and Path(found).samefile(program) else shlex.quote(str(program))
    home = settings.load().home
    ours = home == settings.Settings.model_fields["home"].default
    return f"{name} {what}" if ours else f"{name} {what} --home {shlex.quote(str(home))}"


def today() -> date:
    """The day from which dates are worded."""
    return settings.load().day
