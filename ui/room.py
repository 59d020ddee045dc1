"""The one newsroom of this process, opened at the first visit."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import streamlit as st

from rag import newsroom, settings
from rag.newsroom import Newsroom
from rag.types import Status

# Questions answered at the same time; further ones wait their turn.
AT_ONCE = 4


@st.cache_resource(show_spinner="Opening the library", on_release=lambda room: room.close())
def opened() -> Newsroom:
    """The newsroom of DATELINE_HOME.

    Raises:
        DatelineError: the home cannot be opened; it is tried again at the next visit.
    """
    return newsroom.open(settings.load().home)


def status() -> Status:
    """How the library stands now."""
    return opened().status()


@st.cache_resource(show_spinner=False)
def workers() -> ThreadPoolExecutor:
    """The threads that gather answers."""
    return ThreadPoolExecutor(AT_ONCE, thread_name_prefix="asking")


def today() -> date:
    """The day from which dates are worded."""
    return settings.load().day
