"""The commands that repair articles' records: dateline mend | mends."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from typing import Annotated

import typer

from rag import terminal
from rag.commands.flags import (
    CollectionFlag,
    FromFlag,
    HomeFlag,
    JsonFlag,
    KindFlag,
    OutletFlag,
    ToFlag,
    day_of,
)
from rag.commands.shelf import NOTHING, Opened, Print
from rag.errors import UsageError
from rag.jsonable import as_json
from rag.mends import Mend, Mended, MendPreview, SetByHand
from rag.ruled import NAMED
from rag.state import Sift
from rag.terminal import err, harmless, out
from rag.types import Article

FIELDS = {"date": "published", "byline": "author"}


def add(app: typer.Typer, opened: Opened, show: Print) -> None:
    """Put the commands into the command line."""

    @app.command(
        epilog='Examples:  dateline mend --merge Gazette --merge gazette.example --set outlet="The Gazette"    ·    '
        "dateline mend --plan --outlet Post --undated --set date=2024-03"
    )
    def mend(
        article_ids: Annotated[
            list[str] | None, typer.Argument(metavar="[ID…]", help="These articles.")
        ] = None,
        settings: Annotated[
            list[str] | None,
            typer.Option(
                "--set", metavar="FIELD=VALUE", help="outlet, date, kind or byline; empty: not stated."
            ),
        ] = None,
        merge: Annotated[
            list[str] | None, typer.Option("--merge", help="An outlet's name to merge. May be repeated.")
        ] = None,
        plan: Annotated[bool, typer.Option("--plan", help="Only show what it would change.")] = False,
        title: Annotated[str, typer.Option("--title", help="All with these words in the headline.")] = "",
        from_: FromFlag = None,
        to: ToFlag = None,
        outlet: OutletFlag = None,
        kind: KindFlag = None,
        collection: CollectionFlag = None,
        undated: Annotated[bool, typer.Option("--undated", help="All undated; with days, too.")] = False,
        home: HomeFlag = None,
        as_object: JsonFlag = False,
    ) -> None:
        """Repair many articles' outlet, date, kind or byline at once; `dateline undo` takes it back.

        What the file states is kept beside it. A repair holds for later versions, a merge for articles to come.
        """
        first, last = day_of(from_, "--from"), day_of(to, "--to")
        sift = Sift(
            title,
            tuple(outlet or ()),
            first.isoformat() if first else None,
            last.isoformat() if last else None,
            tuple(kind or ()),
            (),
            tuple(collection or ()),
            undated,
        )
        asked = Mend(
            tuple(_setting(one) for one in settings or ()),
            tuple(merge or ()),
            tuple(article_ids or ()),
            None if sift.everything or article_ids or merge else sift,
        )
        if bool(article_ids) + bool(merge) + (not sift.everything) > 1:
            fault = "ids, --merge and a filter choose articles in different ways"
            raise UsageError("dateline mend", fault, "Use one of them.")
        with opened(home) as room:
            found = room.mend_preview(asked)
            if plan or not found.articles:
                show(as_object, {"schema": 1, **as_json(found)}, lambda: print_preview(found))
                raise typer.Exit(0 if found.articles else NOTHING)
            with terminal.err.status("Repairing ...") as shown:
                done = room.mend(
                    asked, who=user(), progress=lambda now, of: shown.update(f"Repairing {now:,} of {of:,}")
                )
        show(as_object, {"schema": 1, **as_json(done)}, lambda: _made(found, done))

    @app.command(epilog="Example:  dateline mends --json")
    def mends(home: HomeFlag = None, as_object: JsonFlag = False) -> None:
        """List the repairs that were made, the last first."""
        with opened(home) as room:
            found = room.mends()
        show(as_object, {"schema": 1, "mends": as_json(found)}, lambda: _listed(found))


def print_preview(found: MendPreview) -> None:
    """Before and after, then the counts."""
    for row in found.rows:
        out.print(
            f"{harmless(row.title) or 'Untitled'}  [dim]{harmless(row.article_id)}[/dim]", soft_wrap=True
        )
        for field, before, after in row.changes:
            said = f"{harmless(before) or 'not stated'} → {harmless(after) or 'not stated'}"
            out.print(f"    {NAMED.get(field, field)}: {said}", soft_wrap=True)
    out.print(f"{harmless(found.said)}: {found.articles:,} articles would change, {found.same:,} not.")
    for warning in found.warnings:
        err.print(f"[yellow]{harmless(warning)}[/yellow]", soft_wrap=True)


def print_article(article: Article, passages: int, hand: Sequence[SetByHand]) -> None:
    """An article, and what of it was set by hand."""
    terminal.print_article(article, passages)
    for one in hand:
        repairs = ", ".join(str(number) for number in one.mendings)
        said = f"{NAMED.get(one.field, one.field)} set by hand (repair {repairs}); the file states"
        out.print(f"[dim]{said} {harmless(one.stated) or 'none'}[/dim]", soft_wrap=True)


def _setting(said: str) -> tuple[str, str | None]:
    name, equals, value = said.partition("=")
    if not equals:
        raise UsageError("--set", f"{said!r} is not as FIELD=VALUE", "Write it as --set date=2024-03-11.")
    name = name.strip().lower()
    return FIELDS.get(name, name), value.strip() or None


def user() -> str:
    """Who is at the command line."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "command line"


def _made(found: MendPreview, done: Mended) -> None:
    out.print(
        f"Repair {done.id}: {harmless(done.said)}. {found.articles:,} articles changed; "
        f"`dateline undo {done.id}` takes it back.",
        soft_wrap=True,
    )
    for warning in found.warnings:
        err.print(f"[yellow]{harmless(warning)}[/yellow]", soft_wrap=True)


def print_undone(done: Mended) -> None:
    """A repair that was taken back."""
    out.print(f"Repair {done.id} is undone: {harmless(done.said)}.", soft_wrap=True)
    for warning in done.warnings:
        err.print(f"[yellow]{harmless(warning)}[/yellow]", soft_wrap=True)


def _listed(found: Sequence[Mended]) -> None:
    for one in found:
        state = f", undone {one.undone}" if one.undone else ""
        who = f" by {harmless(one.who)}" if one.who else ""
        out.print(
            f"{one.id}. {harmless(one.said)}  [dim]{one.articles:,} articles, {one.at}{who}{state}[/dim]",
            soft_wrap=True,
        )
    if not found:
        out.print("No repairs yet.")
