"""The commands about the library's articles: dateline list | remove | restore | collection | compare."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import typer
from rich.markup import escape

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
    known,
)
from rag.errors import UsageError
from rag.jsonable import as_json
from rag.newsroom import Newsroom
from rag.state import Comparison, ShelfPage, ShelfSort, ShelfStatus, Sift

Opened = Callable[[Path | None], AbstractContextManager[Newsroom]]
Print = Callable[[bool, Any, Callable[[], object]], None]
NOTHING, PARTLY = 3, 4
WAYS = ("put", "take-out", "rename", "keep-here", "send", "open")


def add(app: typer.Typer, opened: Opened, show: Print) -> None:
    """Put the commands into the command line."""

    @app.command(name="list", epilog="Example:  dateline list --title bridge --sort outlet --json")
    def listing(
        title: Annotated[str, typer.Option("--title", help="Words of the headline.")] = "",
        from_: FromFlag = None,
        to: ToFlag = None,
        outlet: OutletFlag = None,
        kind: KindFlag = None,
        status: Annotated[
            list[str] | None, typer.Option("--status", help="usable, superseded or withdrawn.")
        ] = None,
        collection: CollectionFlag = None,
        undated: Annotated[bool, typer.Option("--undated", help="The undated; with days, too.")] = False,
        sort: Annotated[str, typer.Option("--sort", help="date, outlet, title or added.")] = "date",
        page: Annotated[int, typer.Option("--page", min=1, help="Which page, of 50 articles.")] = 1,
        home: HomeFlag = None,
        as_object: JsonFlag = False,
    ) -> None:
        """List the library's articles, newest first."""
        known([sort], get_args(ShelfSort), "--sort")
        known(status or (), get_args(ShelfStatus), "--status")
        sift = Sift(
            title,
            tuple(outlet or ()),
            _stated(day_of(from_, "--from")),
            _stated(day_of(to, "--to")),
            tuple(kind or ()),
            tuple(status or ()),  # type: ignore[arg-type]
            tuple(collection or ()),
            undated,
        )
        with opened(home) as room:
            found = room.listing(sift, sort=sort, page=page)  # type: ignore[arg-type]
        show(as_object, {"schema": 1, **as_json(found)}, lambda: _print_listing(found))
        raise typer.Exit(0 if found.rows else NOTHING)

    @app.command(epilog="Example:  dateline remove gazette-2026-10-12-bridge")
    def remove(
        article_ids: Annotated[list[str], typer.Argument(metavar="ID…", help="Ids of articles to withdraw.")],
        home: HomeFlag = None,
        as_object: JsonFlag = False,
    ) -> None:
        """Withdraw articles: no question uses them any more. Ingesting them again brings them back."""
        with opened(home) as room:
            report = room.remove(article_ids)
        show(as_object, as_json(report), lambda: terminal.print_items(report))
        raise typer.Exit(PARTLY if report.count("failed") else 0)

    @app.command(epilog="Example:  dateline restore gazette-2026-10-12-bridge")
    def restore(
        article_ids: Annotated[list[str], typer.Argument(metavar="ID…", help="Ids that were removed.")],
        home: HomeFlag = None,
        as_object: JsonFlag = False,
    ) -> None:
        """Bring back articles that were removed: the same versions, usable again."""
        with opened(home) as room:
            report = room.restore(article_ids)
        show(as_object, as_json(report), lambda: terminal.print_items(report))
        raise typer.Exit(PARTLY if report.count("failed") else 0)

    @app.command(epilog='Example:  dateline collection put "The flood" gazette-2026-10-12-bridge')
    def collection(
        what: Annotated[str, typer.Argument(metavar="|".join(WAYS), help="What to do with it.")],
        name: Annotated[str, typer.Argument(metavar="NAME", help="The collection.")],
        rest: Annotated[
            list[str] | None,
            typer.Argument(metavar="[ID…|NEW]", help="Ids of articles; to rename: the new name."),
        ] = None,
        groups: Annotated[
            str | None, typer.Option("--groups", help="Who may read it: names of groups, with commas.")
        ] = None,
        everyone: Annotated[bool, typer.Option("--everyone", help="Whoever reaches the page may.")] = False,
        home: HomeFlag = None,
        as_object: JsonFlag = False,
    ) -> None:
        """Put articles into a collection, take them out, or give a collection another name.

        keep-here: never send it to a language or embedding model; send: allow that again. open: say who may read it on
        the page, with --groups or --everyone; with neither, tell who may.
        """
        known([what], WAYS, "collection")
        rest = rest or []
        if what == "open":
            with opened(home) as room:
                told = _opened_to(room, name, groups, everyone)
            show(as_object, {"schema": 1, "collection": name, "groups": list(told)}, lambda: _say(name, told))
            return
        if what in ("keep-here", "send"):
            with opened(home) as room:
                kept = room.keep_local(name, what == "keep-here")
            line = "Never sent to a model: " + (terminal.harmless(", ".join(kept)) or "no collection") + "."
            show(as_object, {"schema": 1, "never_sent": list(kept)}, lambda: terminal.out.print(line))
            return
        if not rest and what != "rename":
            raise UsageError(
                f"collection {what}", "it needs the ids of articles", "`dateline list` shows them."
            )
        if what == "rename" and len(rest) != 1:
            raise UsageError(
                "collection rename", "it needs one new name", "Put a name of several words in quotes."
            )
        with opened(home) as room:
            if what == "rename":
                moved = room.rename_collection(name, rest[0])
                line = f"{moved:,} articles are in {terminal.harmless(rest[0])} now."
                show(as_object, {"schema": 1, "moved": moved}, lambda: terminal.out.print(line))
                return
            report = (room.put if what == "put" else room.take_out)(rest, name)
        show(as_object, as_json(report), lambda: terminal.print_items(report))
        raise typer.Exit(PARTLY if report.count("failed") else 0)

    @app.command(epilog="Example:  dateline compare ID@1 ID@2 --by word")
    def compare(
        before: Annotated[str, typer.Argument(metavar="ID[@VERSION]", help="The earlier one.")],
        after: Annotated[str, typer.Argument(metavar="ID[@VERSION]", help="The later one.")],
        by: Annotated[str, typer.Option("--by", help="sentence or word.")] = "sentence",
        home: HomeFlag = None,
        as_object: JsonFlag = False,
    ) -> None:
        """Say what changed from one version of a story to another."""
        known([by], ("sentence", "word"), "--by")
        how: Literal["sentence", "word"] = "word" if by == "word" else "sentence"
        with opened(home) as room:
            compared = room.compare(_version(room, before), _version(room, after), by=how)
        show(as_object, {"schema": 1, **as_json(compared)}, lambda: _print_comparison(compared))


def _opened_to(room: Newsroom, name: str, groups: str | None, everyone: bool) -> tuple[str, ...]:
    """The groups that may read a collection, once it is opened as was said; none: everyone may."""
    if groups is not None and everyone:
        raise UsageError("collection open", "--groups and --everyone were both given", "Give one of them.")
    if groups is not None and not groups.replace(",", "").strip():
        raise UsageError("--groups", "it names no group", "Name one, or say --everyone.")
    if groups is None and not everyone:
        return room.groups_of().get(name, ())
    theirs = room.open_to(name, groups.split(",") if groups else ())
    if theirs and name not in dict(room.shelves().collections):
        terminal.err.print(f"No article is in {terminal.harmless(name)} yet.")
    return theirs


def _say(name: str, groups: tuple[str, ...]) -> None:
    who = f"only {', '.join(groups)}" if groups else "everyone"
    terminal.out.print(terminal.harmless(f"{name} may be read by {who}."))


def _version(room: Newsroom, said: str) -> tuple[str, int]:
    """An id, and the version behind an @; without one, the newest."""
    name, at, number = said.rpartition("@")
    if at and number.isdigit():
        return name, int(number)
    return said, room.article(said).version


def _stated(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _print_listing(listing: ShelfPage) -> None:
    """A page of the library, an article a line."""
    for row in listing.rows:
        what = "removed" if row.ended == "removed" else row.status
        marks: list[str] = [] if what == "usable" else [what]
        marks += [f"{row.copies} copies"] if row.copies else []
        said = f"[dim]{terminal.harmless(row.article_id)}{escape(' · ' + ', '.join(marks)) if marks else ''}[/dim]"
        terminal.out.print(f"{terminal.credit(row.title, row.outlet, row.published)}  {said}")
    terminal.out.print(
        f"[dim]page {listing.page:,} of {listing.pages:,} · {listing.total:,} of {listing.held:,} articles[/dim]"
    )


def _print_comparison(compared: Comparison) -> None:
    """What changed, each run with its sign."""
    if compared.same:
        terminal.out.print("Both are the same.")
    for one in compared.fields:
        terminal.out.print(
            f"{one.field}: [red]− {terminal.harmless(one.before or 'not stated')}[/red]", soft_wrap=True
        )
        terminal.out.print(
            f"{one.field}: [green]+ {terminal.harmless(one.after or 'not stated')}[/green]", soft_wrap=True
        )
    for change in compared.changes:
        said = terminal.harmless(" ".join(change.text.split()))
        if change.op == "removed" and said:
            terminal.out.print(f"[red]− {said}[/red]", soft_wrap=True)
        elif change.op == "added" and said:
            terminal.out.print(f"[green]+ {said}[/green]", soft_wrap=True)
