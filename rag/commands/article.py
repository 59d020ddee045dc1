"""The command that prints an article, or the file that it came in: dateline show."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from rag.commands import mend
from rag.commands.flags import HomeFlag, JsonFlag
from rag.commands.shelf import Opened, Print
from rag.errors import UsageError
from rag.jsonable import article_json, as_json
from rag.state import Kept
from rag.terminal import harmless, out
from rag.types import Article


def add(app: typer.Typer, opened: Opened, show: Print) -> None:
    """Put the command into the command line."""

    @app.command(
        name="show",
        epilog="Examples:  dateline show gazette-2026-10-12-bridge    ·    dateline show ID --original > bridge.html",
    )
    def show_article(
        article_id: Annotated[
            str, typer.Argument(metavar="ID", help="An article's id, as `search` prints it.")
        ],
        version: Annotated[int | None, typer.Option("--version", min=1, help="An older version.")] = None,
        original: Annotated[
            bool, typer.Option("--original", help="The file that it was read from, as it came.")
        ] = False,
        home: HomeFlag = None,
        as_object: JsonFlag = False,
    ) -> None:
        """Print an article: its record, its text, its passages (with --json); or the file that it came in."""
        with opened(home) as room:
            found = room.article(article_id, version)
            passages, hand, kept = room.passages(found), room.set_by_hand(found), room.original(found)
            data = room.original_bytes(_there(found, kept)) if original and not as_object else None
        if data is not None:
            _write(data)
            return
        value = {**article_json(found, passages), "set_by_hand": as_json(hand), "original": as_json(kept)}
        show(as_object, value, lambda: mend.print_article(found, len(passages), hand))


def _there(article: Article, kept: Kept | None) -> Kept:
    if kept is None:
        fault = "the file that it was read from is not kept: it was stored before files were, or is too large"
        raise UsageError(article.id[:80], fault, "`dateline show` prints its text.")
    return kept


def _write(data: bytes) -> None:
    """To a file or a pipe as it is; to a terminal without what could steer it."""
    if sys.stdout.isatty():
        out.print(harmless(data.decode("utf-8", "replace")), soft_wrap=True)
    else:
        sys.stdout.buffer.write(data)
