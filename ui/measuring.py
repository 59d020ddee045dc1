"""Runs that were started on the page: one list for all readers, which outlives every one of their visits."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from rag import evaluating
from rag.errors import UsageError
from rag.evaluating import Running
from ui import room


def start(path: Path, name: str, flags: tuple[str, ...] = ()) -> None:
    """Begin a run, or go on with one that was stopped.

    Raises:
        UsageError: one is under way: two would make each other slow.
        LibraryError: no process can be started.
    """
    refuse_busy()
    room.runs()[name] = Running(room.opened().home, path, name, flags)


def refuse_busy() -> None:
    """Raises: UsageError while a run that was started on the page is under way."""
    busy = under_way()
    if busy is not None:
        raise UsageError(f"run {busy!r}", "it is still under way", "Wait for its end, or stop it.")


def under_way() -> str | None:
    """The name of the run that is asking now."""
    return next((one.name for one in room.runs().values() if one.running), None)


def fault(name: str) -> str | None:
    """Why a run that was started here ended before its end."""
    one = room.runs().get(name)
    return None if one is None else one.fault


@st.cache_resource(show_spinner="Scoring the run", max_entries=6)
def scored(name: str, state: str) -> evaluating.Result:
    """A run's result; `state` is another where more was asked."""
    return evaluating.scored(room.opened(), name)


@st.cache_resource(show_spinner="Comparing the runs", max_entries=4)
def compared(base: str, head: str, states: tuple[str, str]) -> evaluating.Comparison:
    """Two runs beside each other; `states` are others where more was asked."""
    return evaluating.compared(room.opened(), base, head)


def state(one: evaluating.Listed) -> str:
    """Changes with whatever is kept of a run."""
    return f"{one.run.began} {one.run.finished} {one.answers} {one.failed}"
