"""dateline eval feedback: what readers said of answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated, Any

import typer

from rag import feedback, terminal
from rag.commands.flags import HomeFlag, JsonFlag
from rag.feedback import Feedback
from rag.jsonable import as_json
from rag.kept import COMMAND_LINE
from rag.newsroom import Newsroom

Opened = Callable[[Path | None], AbstractContextManager[Newsroom]]
Print = Callable[[bool, Any, Callable[[], object]], None]


def add(group: typer.Typer, opened: Opened, show: Print) -> None:
    """Put the command among those of `eval`."""

    @group.command(name="feedback", epilog="Example:  dateline eval feedback --close 3")
    def listed(
        every: Annotated[bool, typer.Option("--all", help="What is closed, too.")] = False,
        close: Annotated[
            int | None, typer.Option("--close", metavar="NUMBER", help="Close one: it is dealt with.")
        ] = None,
        reopen: Annotated[
            int | None, typer.Option("--reopen", metavar="NUMBER", help="Open one again.")
        ] = None,
        test: Annotated[
            int | None, typer.Option("--test", metavar="NUMBER", help="Make one a question of --set.")
        ] = None,
        set_: Annotated[
            str, typer.Option("--set", metavar="NAME", help="A set that is kept for the page.")
        ] = "feedback.jsonl",
        home: HomeFlag = None,
        as_object: JsonFlag = False,
    ) -> None:
        """List what readers said of answers, newest first: right, wrong, missing source, wrong date."""
        with opened(home) as room:
            for number, closed in ((close, True), (reopen, False)):
                if number is not None:
                    feedback.close(room, number, COMMAND_LINE, closed=closed)
            if test is not None:
                question_id, _ = feedback.to_test(room, test, set_)
                terminal.err.print(f"{question_id} is in {terminal.harmless(set_)}.")
            found = feedback.all_of(room, only_open=not every)
        show(as_object, {"schema": 1, "feedback": as_json(found)}, lambda: _print(found))


def _print(found: Sequence[Feedback]) -> None:
    harmless = terminal.harmless
    for one in found:
        state = f"closed {one.closed} by {harmless(one.closed_by or '')}" if one.closed else "open"
        terminal.out.print(
            f"{one.number}  [bold]{harmless(one.question)}[/bold]  {one.kind.replace('_', ' ')}"
            f"  [dim]{harmless(one.who)}, {one.at} · {state}[/dim]",
            soft_wrap=True,
        )
        if one.note:
            terminal.out.print(f"   {harmless(one.note)}", soft_wrap=True)
    if not found:
        terminal.out.print("No feedback is open.")
