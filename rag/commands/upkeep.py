"""The commands that keep a library in order: dateline embed | repair."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Annotated

import typer

from rag import terminal
from rag.commands.flags import HomeFlag, JsonFlag
from rag.commands.shelf import Opened, Print
from rag.jsonable import as_json
from rag.state import Vectors

DONE, PARTLY = 0, 4


def add(
    app: typer.Typer,
    opened: Opened,
    show: Print,
    stopping: Callable[[], AbstractContextManager[threading.Event]],
) -> None:
    """Put the commands into the command line."""

    @app.command(epilog="Examples:  dateline embed --plan    ·    dateline embed")
    def embed(
        plan: Annotated[
            bool, typer.Option("--plan", help="Only say what it would take: passages, tokens, time, cost.")
        ] = False,
        anew: Annotated[
            bool, typer.Option("--anew", help="Every vector, also those by the model that is set.")
        ] = False,
        home: HomeFlag = None,
        as_object: JsonFlag = False,
    ) -> None:
        """Make the vectors that search by meaning needs: those missing, or all where they are another model's.

        After DATELINE_EMBEDDING_MODEL was set, changed or taken away, the vectors of the model before are of no use
        beside those of the next: this drops them, once the next has answered, and makes all anew. Searches go on by
        words, and by meaning as it follows. Stopped or killed it goes on when run again; it may run beside the page.
        """
        with opened(home) as room:
            todo = room.vectors(anew=anew)
            if plan:
                show(as_object, as_json(todo), lambda: _print_vectors(todo))
                raise typer.Exit(DONE)
            if not as_object:
                _print_vectors(todo)
            with stopping() as stop, terminal.progress_bar(quiet=as_object) as bar:
                made = room.embed(anew=anew, progress=bar, stop=stop)
            left = room.vectors()
        told = {"schema": 1, "made": made, "vectors": as_json(left)}
        show(as_object, told, lambda: _print_made(made, left))
        raise typer.Exit(PARTLY if left.passages else DONE)

    @app.command(epilog="Example:  dateline repair --json")
    def repair(home: HomeFlag = None, as_object: JsonFlag = False) -> None:
        """Find what is wrong with catalog, indexes and vectors; mend it and say what was done.

        Another model's vectors stay: `dateline embed` makes those anew, which may take hours and money.
        """
        with opened(home) as room, terminal.progress_bar(quiet=as_object) as bar:
            found = room.repair(progress=bar)
        told = {"schema": 1, "findings": as_json(found)}
        show(as_object, told, lambda: terminal.print_findings(found))
        raise typer.Exit(PARTLY if any(not finding.mended for finding in found) else DONE)


def _print_vectors(held: Vectors) -> None:
    for one in terminal.vectors_said(held):
        terminal.out.print(terminal.harmless(one[:1].upper() + one[1:]))
    if not held.passages:
        terminal.out.print("Nothing waits for a vector.")


def _print_made(made: int, left: Vectors) -> None:
    terminal.out.print(
        f"{made:,} passages embedded" + (f", {left.passages:,} still to do" if left.passages else "")
    )
