"""The commands that take things back: dateline imports | undo | redo."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated

import typer

from rag.commands import mend
from rag.commands.flags import HomeFlag, JsonFlag
from rag.commands.shelf import Opened, Print
from rag.errors import UsageError
from rag.imports import Import
from rag.jsonable import as_json
from rag.newsroom import Newsroom
from rag.state import Item
from rag.terminal import err, harmless, out, print_item

NAME = "import-"


def add(app: typer.Typer, opened: Opened, show: Print) -> None:
    """Put the commands into the command line."""

    @app.command(epilog="Examples:  dateline imports    ·    dateline imports import-3")
    def imports(
        which: Annotated[
            str | None, typer.Argument(metavar="[IMPORT]", help="This one, with what became of its items.")
        ] = None,
        home: HomeFlag = None,
        as_object: JsonFlag = False,
    ) -> None:
        """List the imports, the last first: each ingest, drop of files or paste is one."""
        with opened(home) as room:
            if which is not None:
                one, items = room.import_items(_number(which))
                value = {"schema": 1, **_json(one), "items": as_json(items)}
                show(as_object, value, lambda: _shown(one, items))
                return
            found = room.imports()
        show(as_object, {"schema": 1, "imports": [_json(one) for one in found]}, lambda: _listed(found))

    @app.command(epilog="Examples:  dateline undo 3    ·    dateline undo import-3")
    def undo(
        which: Annotated[
            str | None,
            typer.Argument(
                metavar="[NUMBER|IMPORT]",
                help="A repair as `mends` lists it, or an import as `imports` does; default: the last repair.",
            ),
        ] = None,
        home: HomeFlag = None,
        as_object: JsonFlag = False,
    ) -> None:
        """Take a repair or an import back: all is as if it had never been made."""
        with opened(home) as room:
            if which is not None and which.startswith(NAME):
                _turn(room, which, as_object, show, room.undo_import, "undone")
                return
            done = room.undo_mend(_repair(which))
        show(as_object, {"schema": 1, **as_json(done)}, lambda: mend.print_undone(done))

    @app.command(epilog="Example:  dateline redo import-3")
    def redo(
        which: Annotated[str, typer.Argument(metavar="IMPORT", help="As `dateline imports` lists it.")],
        home: HomeFlag = None,
        as_object: JsonFlag = False,
    ) -> None:
        """Make an import again that was undone."""
        with opened(home) as room:
            _turn(room, which, as_object, show, room.redo_import, "made again")


def _turn(
    room: Newsroom, which: str, as_object: bool, show: Print, turn: Callable[..., Import], said: str
) -> None:
    with err.status("Looking at its articles ...") as shown:
        done = turn(_number(which), progress=lambda now, of: shown.update(f"Article {now:,} of {of:,}"))
    show(as_object, {"schema": 1, **_json(done)}, lambda: _turned(done, said))


def _number(which: str) -> int:
    number = which.removeprefix(NAME)
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise UsageError(
            f"The import '{which[:40]}'", "there is none of this name", "`dateline imports` lists them."
        )
    return int(number)


def _repair(which: str | None) -> int | None:
    if which is None:
        return None
    if not (which.isascii() and which.isdigit() and len(which) < 10):
        way_out = "Name a repair by its number, or an import as import-3."
        raise UsageError(f"'{which[:40]}'", "it is neither a repair nor an import", way_out)
    return int(which)


def _json(one: Import) -> dict[str, object]:
    return {**as_json(one), "name": one.name, "counts": dict(one.counts)}


def line(one: Import) -> str:
    """An import's counts, as "3 added, 1 failed", and how it stands."""
    counts = ", ".join(f"{many:,} {status}" for status, many in one.counts) or "nothing"
    state = f"; undone {one.undone}" if one.undone else ""
    return counts + ("" if one.ended else "; not ended") + state


def _what(one: Import) -> str:
    """What was ingested, on one line whatever a file is called."""
    return harmless(" ".join(one.what.split())) or "an ingest"


def _listed(found: Sequence[Import]) -> None:
    for one in found:
        who = f" by {harmless(one.who)}" if one.who else ""
        out.print(
            f"{one.name}  {_what(one)}: {harmless(line(one))}  [dim]{one.at}{who}[/dim]",
            soft_wrap=True,
        )
    if not found:
        out.print("No imports yet.")


def _shown(one: Import, items: Sequence[Item]) -> None:
    _listed([one])
    for rule in one.rules:
        out.print(f"[dim]rule {harmless(rule)}[/dim]", soft_wrap=True)
    for item in items:
        print_item(item)


def _turned(done: Import, said: str) -> None:
    out.print(f"{done.name} is {said}: {_what(done)}.", soft_wrap=True)
    for sentence in done.warnings:
        out.print(harmless(sentence), soft_wrap=True)
    if said == "undone":
        out.print(f"[dim]`dateline redo {done.name}` makes it again.[/dim]", soft_wrap=True)
