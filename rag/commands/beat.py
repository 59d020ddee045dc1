"""The commands about beats: dateline beat add | list | remove. `dateline brief --beat NAME` briefs on one."""

from __future__ import annotations

from typing import Annotated

import typer

from rag.answer_sheet import limits
from rag.briefed import Beat
from rag.commands.flags import (
    CollectionFlag,
    FromFlag,
    HomeFlag,
    JsonFlag,
    KindFlag,
    NotOutletFlag,
    OutletFlag,
    UndatedFlag,
    scope_of,
)
from rag.commands.shelf import NOTHING, Opened, Print
from rag.jsonable import as_json
from rag.kept import COMMAND_LINE
from rag.terminal import harmless, out


def add(app: typer.Typer, opened: Opened, show: Print) -> None:
    """Put the commands into the command line."""
    beat = typer.Typer(no_args_is_help=True, help="What is briefed on again and again, with names to watch.")
    app.add_typer(beat, name="beat")

    @beat.command(
        name="add",
        epilog='Example:  dateline beat add Bridge --topic "St. Orrin Bridge" --watch Engelund --days 7    ·    '
        "dateline brief --beat Bridge --out bridge.eml",
    )
    def added(
        name: Annotated[str, typer.Argument(metavar="NAME", help="What it is called.")],
        topic: Annotated[str | None, typer.Option("--topic", help="Only what fits these words.")] = None,
        watch: Annotated[
            list[str] | None, typer.Option("--watch", help="A name to tell of first. May be repeated.")
        ] = None,
        days: Annotated[
            int, typer.Option("--days", help="Read the articles of so many days; 0: all in scope.")
        ] = 7,
        template: Annotated[
            str, typer.Option("--template", help="morning-note, backgrounder, who-says-what, or a .md file.")
        ] = "morning-note",
        words: Annotated[
            int | None, typer.Option("--words", help="Words of the developments. Default: 300, one page.")
        ] = None,
        from_: FromFlag = None,
        outlet: OutletFlag = None,
        not_outlet: NotOutletFlag = None,
        collection: CollectionFlag = None,
        kind: KindFlag = None,
        undated: UndatedFlag = False,
        home: HomeFlag = None,
        as_object: JsonFlag = False,
    ) -> None:
        """Keep a beat, or change one of the same name."""
        scope = scope_of(from_, None, outlet, not_outlet, None, collection, None, None, kind, None, undated)
        made = Beat(name, topic, scope, template, words, days or None, tuple(watch or ()))
        with opened(home) as room:
            kept = room.keep_beat(made, COMMAND_LINE)
        show(as_object, {"schema": 1, **as_json(kept)}, lambda: _print(kept))

    @beat.command(name="list")
    def listed(home: HomeFlag = None, as_object: JsonFlag = False) -> None:
        """List the beats."""
        with opened(home) as room:
            found = room.beats()
        show(as_object, {"schema": 1, "beats": as_json(found)}, lambda: _print_all(found))
        raise typer.Exit(0 if found else NOTHING)

    @beat.command(name="remove")
    def removed(
        name: Annotated[str, typer.Argument(metavar="NAME", help="What it is called.")],
        home: HomeFlag = None,
        as_object: JsonFlag = False,
    ) -> None:
        """Forget a beat; its briefings stay."""
        with opened(home) as room:
            room.forget_beat(name)
        show(as_object, {"schema": 1, "removed": name}, lambda: out.print("It is gone; its briefings stay."))


def _print_all(found: tuple[Beat, ...]) -> None:
    if not found:
        out.print("No beat is kept yet. `dateline beat add NAME --topic …` keeps one.")
    for one in found:
        _print(one)


def _print(one: Beat) -> None:
    about = [one.topic or "everything", *limits(one.scope)]
    about += [f"the last {one.days} days"] if one.days and not one.scope.from_ else []
    about += [f"watching {', '.join(one.watched)}"] if one.watched else []
    out.print(f"[bold]{harmless(one.name)}[/bold]  {harmless('; '.join(about))}", soft_wrap=True)
