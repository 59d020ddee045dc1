"""The command that takes an answer away as a document: dateline export."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from rag import answer_sheet, terminal
from rag.commands.flags import HomeFlag, JsonFlag
from rag.commands.shelf import Opened, Print
from rag.errors import UsageError
from rag.kept import COMMAND_LINE


def add(app: typer.Typer, opened: Opened, show: Print) -> None:
    """Put the command into the command line."""

    @app.command(
        epilog="Examples:  dateline export ANSWER > answer.md    ·    dateline export ANSWER --out answer.docx"
    )
    def export(
        answer_id: Annotated[
            str, typer.Argument(metavar="ANSWER", help="Its id, as `dateline history` lists it.")
        ],
        form: Annotated[
            str | None,
            typer.Option("--as", metavar="md|html|docx|json", help="Its form; else by the file's ending."),
        ] = None,
        out: Annotated[str, typer.Option("--out", metavar="FILE|-", help="Where to; - is stdout.")] = "-",
        home: HomeFlag = None,
        as_object: JsonFlag = False,
    ) -> None:
        """Write a kept answer with its marks and sources into a file: Markdown, HTML, Word or JSON."""
        chosen = _form("json" if as_object else form, out)
        with opened(home) as room:
            kept = room.kept(answer_id, COMMAND_LINE)
            since, sample = room.since(kept.answer.citations), room.status().sample
        said = answer_sheet.as_bytes(chosen, kept.answer, since, at=kept.asked.at, sample=sample)
        _write(out, said)
        if out != "-":
            wrote = {"schema": 1, "out": out, "form": chosen, "bytes": len(said)}
            show(as_object, wrote, lambda: terminal.out.print(f"Written: {terminal.harmless(out)}"))


def _form(named: str | None, out: str) -> answer_sheet.Form:
    wanted = named or Path(out).suffix.removeprefix(".") or "md"
    for form in answer_sheet.NAMES:
        if form == wanted.lower():
            if form == "docx" and out == "-":
                raise UsageError("--as docx", "a Word document does not go to stdout", "Name it with --out.")
            return form
    raise UsageError(f"“{wanted}”", "no answer is written like that", "Use --as md, html, docx or json.")


def _write(out: str, said: bytes) -> None:
    if out == "-":
        sys.stdout.write(said.decode())
        return
    try:
        Path(out).expanduser().write_bytes(said)
    except OSError as error:
        raise UsageError(
            "--out", f"{out} cannot be written ({error.strerror})", "Name another file."
        ) from error
