"""dateline eval judge: let the language model judge a run's answers, beside the run's own numbers."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated, Any

import typer

from rag import judging, terminal
from rag.commands.flags import HomeFlag, JsonFlag
from rag.jsonable import as_json
from rag.judging import Judged
from rag.newsroom import Newsroom

Opened = Callable[[Path | None], AbstractContextManager[Newsroom]]
Print = Callable[[bool, Any, Callable[[], object]], None]
Stopping = Callable[[], AbstractContextManager[threading.Event]]
DONE, PARTLY = 0, 4


def add(group: typer.Typer, opened: Opened, show: Print, stopping: Stopping) -> None:
    """Put the command among those of `eval`."""

    @group.command(epilog="Example:  dateline eval judge base")
    def judge(
        name: Annotated[str, typer.Argument(metavar="RUN", help="A run's name.")],
        only_show: Annotated[bool, typer.Option("--show", help="Ask nothing, show what was judged.")] = False,
        home: HomeFlag = None,
        as_object: JsonFlag = False,
    ) -> None:
        """Let the model of DATELINE_MODEL judge answers right, partly or wrong, and say how far people agree with it.

        It changes no number of the run and passes no gate. What it fails to judge is told as not judged.
        """
        whole = True
        with opened(home) as room:
            if not only_show:
                with stopping() as stop, terminal.progress_bar(quiet=as_object) as bar:
                    whole = judging.judge(room, name, stop=stop, progress=bar)
            found = judging.judged(room, name)
        show(as_object, {"schema": 1, "judged": as_json(found)}, lambda: _print(found))
        raise typer.Exit(DONE if whole and not any(one.not_judged for one in found) else PARTLY)


def _print(found: Sequence[Judged]) -> None:
    for one in found:
        for line in judging.judged_lines(one):
            terminal.out.print(terminal.harmless(line), soft_wrap=True)
        for question, why in one.not_judged.items():
            terminal.err.print(
                f"[yellow]{terminal.harmless(question)} not judged: {terminal.harmless(why)}[/yellow]",
                soft_wrap=True,
            )
    if not found:
        terminal.out.print("No model has judged it.")
