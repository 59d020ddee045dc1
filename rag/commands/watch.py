"""The commands about watched questions: dateline watch add | list | run | remove. They are the command line's own; a
page has others, which `watch run` asks again, too."""

from __future__ import annotations

from typing import Annotated

import typer

from rag import terminal
from rag.commands.flags import (
    AgencyFlag,
    CollectionFlag,
    FromFlag,
    HomeFlag,
    JsonFlag,
    KindFlag,
    LanguageFlag,
    NotOutletFlag,
    NotReadFlag,
    OutletFlag,
    ToFlag,
    UndatedFlag,
    readings,
    scope_of,
)
from rag.commands.shelf import NOTHING, PARTLY, Opened, Print
from rag.jsonable import as_json
from rag.kept import COMMAND_LINE
from rag.terminal import err, harmless, out
from rag.types import Citation
from rag.watched import Change, Rerun, Watched


def add(app: typer.Typer, opened: Opened, show: Print) -> None:
    """Put the commands into the command line."""
    watch = typer.Typer(no_args_is_help=True, help="Questions asked again as the library grows.")
    app.add_typer(watch, name="watch")

    @watch.command(
        name="add", epilog='Example:  dateline watch add "How many people were evacuated?" --outlet VPA'
    )
    def added(
        question: Annotated[str, typer.Argument(metavar="QUESTION", help="The question.")],
        model: Annotated[
            bool,
            typer.Option(
                "--model", help="Let the language model answer, every time; it costs what it costs."
            ),
        ] = False,
        from_: FromFlag = None,
        to: ToFlag = None,
        outlet: OutletFlag = None,
        not_outlet: NotOutletFlag = None,
        agency: AgencyFlag = None,
        collection: CollectionFlag = None,
        kind: KindFlag = None,
        language: LanguageFlag = None,
        undated: UndatedFlag = False,
        not_read: NotReadFlag = None,
        home: HomeFlag = None,
        as_object: JsonFlag = False,
    ) -> None:
        """Watch a question: it is asked now, and told again only when its sentences or sources change."""
        scope = scope_of(
            from_, to, outlet, not_outlet, agency, collection, None, None, kind, language, undated
        )
        with opened(home) as room:
            one = room.watch(question, COMMAND_LINE, scope, not_read=readings(not_read), model=model)
        show(as_object, {"schema": 1, **as_json(one)}, lambda: _added(one))

    @watch.command(name="list", epilog="Example:  dateline watch list --json")
    def listed(home: HomeFlag = None, as_object: JsonFlag = False) -> None:
        """List the watched questions."""
        with opened(home) as room:
            found = room.watched(COMMAND_LINE)
        show(as_object, {"schema": 1, "watches": as_json(found)}, lambda: _listed(found))
        raise typer.Exit(0 if found else NOTHING)

    @watch.command(name="run", epilog="Example:  0 6 * * *  dateline watch run")
    def ran(
        extractive: Annotated[
            bool, typer.Option("--extractive", help="Leave out those that a language model answers.")
        ] = False,
        home: HomeFlag = None,
        as_object: JsonFlag = False,
    ) -> None:
        """Ask again what is watched, by everybody here, where the library has changed; say what changed, or nothing."""
        with opened(home) as room:
            done = room.run_watches(models=not extractive)
        show(as_object, {"schema": 1, **as_json(done)}, lambda: _ran(done))
        raise typer.Exit(PARTLY if done.faults else 0)

    @watch.command(name="remove", epilog="Example:  dateline watch remove 3")
    def removed(
        numbers: Annotated[list[int], typer.Argument(metavar="NUMBER…", help="As `watch list` shows them.")],
        home: HomeFlag = None,
        as_object: JsonFlag = False,
    ) -> None:
        """Watch these questions no longer."""
        with opened(home) as room:
            room.unwatch(COMMAND_LINE, numbers)
        line = f"No longer watched: {', '.join(map(str, numbers))}."
        show(as_object, {"schema": 1, "removed": numbers}, lambda: out.print(line))


def _added(one: Watched) -> None:
    out.print(f"Watched as {one.number}. Now:")
    terminal.print_answer(one.answer)


def _listed(found: tuple[Watched, ...]) -> None:
    for one in found:
        news = f", {one.news} changes not put away" if one.news else ""
        model = ", with the model" if one.model else ""
        out.print(
            f"{one.number}  {harmless(one.question)}  [dim]{one.answer.status}{model}{news}; asked {one.asked}[/dim]",
            soft_wrap=True,
        )
        if one.fault:
            out.print(f"   [red]{harmless(one.fault)}[/red]", soft_wrap=True)
    if not found:
        out.print("No question is watched.")


def _ran(done: Rerun) -> None:
    """Nothing where nothing changed: a cron that prints nothing sends nothing."""
    for one in done.changes:
        print_change(one)
    for fault in done.faults:
        err.print(f"[red]{harmless(fault)}[/red]", soft_wrap=True)


def print_change(one: Change) -> None:
    """What changed in an answer, line by line."""
    state = f" ({one.before} before, {one.after} now)" if one.before != one.after else ""
    out.print(f"[bold]{harmless(one.question)}[/bold]{state}", soft_wrap=True)
    for sign, colour, lines in (("-", "red", one.went), ("+", "green", one.came)):
        for line in lines:
            out.print(f"[{colour}]{sign} {harmless(line)}[/{colour}]", soft_wrap=True)
    for word, sources in (("no longer cited", one.sources_went), ("cited now", one.sources_came)):
        for source in sources:
            out.print(f"[dim]{word}: {_source(source)}[/dim]", soft_wrap=True)
    out.print()


def _source(cited: Citation) -> str:
    return f"{terminal.credit(cited.title, cited.outlet, cited.published)} · {harmless(cited.article_id)}"
