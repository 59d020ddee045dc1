"""dateline eval sweep: search settings beside each other."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated, Any

import typer

from rag import evaluating, sweeping, terminal
from rag.commands.flags import HomeFlag, JsonFlag
from rag.errors import LibraryError
from rag.jsonable import as_json
from rag.newsroom import Newsroom
from rag.sweeping import Sweep

Opened = Callable[[Path | None], AbstractContextManager[Newsroom]]
Print = Callable[[bool, Any, Callable[[], object]], None]
Stopping = Callable[[], AbstractContextManager[threading.Event]]
DONE, PARTLY = 0, 4


def add(group: typer.Typer, opened: Opened, show: Print, stopping: Stopping) -> None:
    """Put the command among those of `eval`."""

    @group.command(epilog="Example:  dateline eval sweep --set corpus/questions.jsonl --html sweep.html")
    def sweep(
        set_: Annotated[
            Path, typer.Option("--set", metavar="FILE", help="The question set: .jsonl or .csv.")
        ],
        at: Annotated[
            int | None, typer.Option("--at", metavar="SEQUENCE", help="Over the library as it was then.")
        ] = None,
        html: Annotated[
            Path | None, typer.Option("--html", metavar="FILE", help="Write a chart and the table, too.")
        ] = None,
        home: HomeFlag = None,
        as_object: JsonFlag = False,
    ) -> None:
        """Say what each search setting finds: words or meaning alone, convex sums, limits to an article, no folding.

        Nothing is answered and no language model asked; the settings that readers get do not change.
        """
        with opened(home) as room:
            if at is not None:
                room = room.at(at)
            with stopping() as stop, terminal.progress_bar(quiet=as_object) as bar:
                found = sweeping.sweep(room, set_, stop=stop, progress=bar)
        if html is not None:
            _write(html, sweeping.page(found))
        show(as_object, {"schema": 1, **as_json(found)}, lambda: _print(found))
        raise typer.Exit(PARTLY if found.stopped else DONE)


def _print(found: Sweep) -> None:
    out, harmless = terminal.out, terminal.harmless
    for line in sweeping.about(found):
        out.print(harmless(line), soft_wrap=True)
    out.print()
    out.print(
        f"{'':<26}" + "".join(f"{name:>11}" for name in sweeping.MEASURED) + f"{'seconds':>9}", soft_wrap=True
    )
    for one in found.swept:
        cells = (one.numbers[name] for name in sweeping.MEASURED)
        said = "".join(f"{'–' if cell is None else evaluating.number(cell.value):>11}" for cell in cells)
        out.print(f"{one.setting:<26}{said}{one.seconds:>9.3f}", soft_wrap=True)
    if found.stopped:
        terminal.err.print("Stopped: the settings after these were not tried.")


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        reason = (error.strerror or "not writable").lower()
        raise LibraryError(str(path), f"it cannot be written ({reason})", "Name another file.") from error
    terminal.err.print(f"Written: {terminal.harmless(str(path))}", soft_wrap=True)
