"""Every group of commands, put into the command line."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager

import typer

from rag.commands import (
    article,
    beat,
    brief,
    check,
    clips,
    erase,
    eval,
    export,
    history,
    mend,
    quotes,
    rules,
    shelf,
    undo,
    upkeep,
    watch,
)
from rag.commands.shelf import Opened, Print


def add(
    app: typer.Typer,
    opened: Opened,
    show: Print,
    stopping: Callable[[], AbstractContextManager[threading.Event]],
) -> None:
    """Put them in, in the order of the help."""
    for group in (
        shelf,
        article,
        check,
        quotes,
        watch,
        beat,
        history,
        export,
        clips,
        rules,
        mend,
        undo,
        erase,
    ):
        group.add(app, opened, show)
    for group in (brief, upkeep, eval):
        group.add(app, opened, show, stopping)
