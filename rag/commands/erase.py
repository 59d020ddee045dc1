"""The command that erases articles for good, and lists the receipts: dateline erase."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from rag.commands.flags import HomeFlag, JsonFlag
from rag.commands.mend import user
from rag.commands.shelf import Opened, Print
from rag.erasures import Erasure
from rag.errors import UsageError
from rag.jsonable import as_json
from rag.newsroom import Newsroom
from rag.terminal import err, harmless, out

WORD = "erase"  # typed at a terminal to go on
LOST = "There is no undo. Your own files, and copies of this folder, are not touched."


def add(app: typer.Typer, opened: Opened, show: Print) -> None:
    """Put the command into the command line."""

    @app.command(
        epilog="Examples:  dateline erase gazette-2026-10-12-bridge --plan    ·    dateline erase ID --yes    ·    "
        "dateline erase    ·    dateline erase --let-back ID"
    )
    def erase(
        article_ids: Annotated[
            list[str] | None, typer.Argument(metavar="[ID…]", help="These articles; none: list the receipts.")
        ] = None,
        plan: Annotated[bool, typer.Option("--plan", help="Only say what would be erased.")] = False,
        yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
        let_back: Annotated[
            bool, typer.Option("--let-back", help="Let these be ingested again that were erased.")
        ] = False,
        home: HomeFlag = None,
        as_object: JsonFlag = False,
    ) -> None:
        """Erase articles for good: texts, versions, vectors, original files, and what was kept of their words.

        There is no undo. They stay out when their files are ingested again, until --let-back. The page must be closed,
        or erase there.
        """
        with opened(home) as room:
            if not article_ids:
                _receipts(room, let_back or plan or yes, as_object, show)
                return
            if let_back:
                back = room.let_back(article_ids)
                line = f"May be ingested again: {harmless(', '.join(back))}."
                show(
                    as_object, {"schema": 1, "let_back": list(back)}, lambda: out.print(line, soft_wrap=True)
                )
                return
            if plan or not yes:
                found = room.erasing(article_ids)
                if plan:
                    show(as_object, _json(found), lambda: _planned(found))
                    return
                _confirm(found, as_object)
            with err.status("Erasing, and writing the catalog and the indexes anew ..."):
                done = room.erase(article_ids, who=user())
        show(as_object, _json(done), lambda: _erased(done))


def _receipts(room: Newsroom, flagged: bool, as_object: bool, show: Print) -> None:
    if flagged:
        raise UsageError("erase", "it names no article", "`dateline list` shows the ids.")
    found = room.erasures()
    show(as_object, {"schema": 1, "erasures": [_json(one) for one in found]}, lambda: _listed(found))


def _confirm(found: Erasure, as_object: bool) -> None:
    """Go on only where somebody at the terminal says so."""
    if as_object or not sys.stdin.isatty():
        raise UsageError(
            "erase", "it cannot be undone, and nobody was asked", "Say --yes, or look with --plan."
        )
    _planned(found)
    if typer.prompt(f"Type {WORD} to go on", default="", show_default=False).strip().lower() != WORD:
        raise UsageError("erase", "it was not confirmed: nothing was erased", f"Type {WORD}, or say --yes.")


def _json(one: Erasure) -> dict[str, object]:
    return {"schema": 1, **as_json(one), "done": dict(one.done)}


def _planned(found: Erasure) -> None:
    out.print("This would be erased for good:")
    _counts(found)
    out.print(LOST, soft_wrap=True)


def _erased(done: Erasure) -> None:
    out.print(f"Erased for good, receipt {done.number}:")
    _counts(done)
    out.print(f"[dim]{LOST}[/dim]", soft_wrap=True)


def _counts(one: Erasure) -> None:
    for said in one.counted:
        out.print(f"  {said}")
    for kin in one.kin:
        out.print(f"  stays, with the same story: {harmless(kin)}", soft_wrap=True)


def _listed(found: Sequence[Erasure]) -> None:
    for one in found:
        who = f" by {harmless(one.who)}" if one.who else ""
        state = "" if one.finished else "  [red]not finished: it goes on when the indexes are free[/red]"
        out.print(
            f"{one.number}  {harmless(', '.join(one.articles))}  [dim]{one.at}{who}[/dim]{state}",
            soft_wrap=True,
        )
        out.print("   " + ", ".join(one.counted), soft_wrap=True)
        if one.let_back:
            out.print(f"   may be ingested again: {harmless(', '.join(one.let_back))}", soft_wrap=True)
    if not found:
        out.print("Nothing was erased here.")
