"""The command that lays a text beside the library: dateline check."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from rag import marks, terminal
from rag.checked import CheckedText
from rag.commands.flags import (
    CollectionFlag,
    FromFlag,
    HomeFlag,
    JsonFlag,
    NotOutletFlag,
    OutletFlag,
    ToFlag,
    UndatedFlag,
    scope_of,
)
from rag.commands.shelf import NOTHING, Opened, Print
from rag.jsonable import as_json


def add(app: typer.Typer, opened: Opened, show: Print) -> None:
    """Put the command into the command line."""

    @app.command(
        epilog='Examples:  dateline check draft.docx    ·    echo "The bridge closed." | dateline check -'
    )
    def check(
        file: Annotated[str, typer.Argument(metavar="FILE", help="A text, page or document; - reads stdin.")],
        from_: FromFlag = None,
        to: ToFlag = None,
        outlet: OutletFlag = None,
        not_outlet: NotOutletFlag = None,
        collection: CollectionFlag = None,
        undated: UndatedFlag = False,
        home: HomeFlag = None,
        as_object: JsonFlag = False,
    ) -> None:
        """Check a text, a claim or a quotation: what the library has for each sentence, and against it."""
        scope = scope_of(from_, to, outlet, not_outlet, None, collection, None, None, None, None, undated)
        with opened(home) as room:
            text = sys.stdin.read() if file == "-" else room.file_text(Path(file))
            found = room.check(text, scope)
        show(as_object, {"schema": 1, **as_json(found)}, lambda: _print(found))
        raise typer.Exit(0 if found.citations else NOTHING)


def _print(found: CheckedText) -> None:
    for one in found.sentences:
        terminal.print_marked(one.sentence, marks.of_text(one, found.citations))
    terminal.out.print()
    for citation in found.citations:
        terminal.print_citation(citation, quoted=True)
    terminal.out.print(f"\n[dim]{terminal.harmless(marks.of_check(found))}[/dim]")
