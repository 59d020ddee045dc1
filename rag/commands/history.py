"""The commands about what was asked before: dateline history [show ID | forget ID…]. The history is the command line's
own; a page has others."""

from __future__ import annotations

from typing import Annotated

import typer

from rag import terminal
from rag.commands.flags import HomeFlag, JsonFlag
from rag.commands.shelf import NOTHING, PARTLY, Opened, Print
from rag.errors import LibraryError, NotKept, UsageError
from rag.jsonable import as_json
from rag.kept import COMMAND_LINE, Asked, History
from rag.newsroom import Newsroom
from rag.types import Answer, Reading, Scope


def keep(room: Newsroom, answer: Answer, scope: Scope, not_read: frozenset[Reading]) -> None:
    """Keep an answer in the command line's history; where that fails, the answer stands and stderr says why."""
    try:
        room.keep(answer, COMMAND_LINE, scope=scope, not_read=not_read)
    except LibraryError as error:
        terminal.err.print(
            f"[yellow]The answer was not kept: {terminal.harmless(str(error))}[/yellow]", soft_wrap=True
        )


AfterFlag = Annotated[
    str | None,
    typer.Option(
        "--after",
        metavar="ID|last",
        help="Ask on after this answer of the history: “he”, “there”, “And in Merrin?” are read with what came before.",
    ),
]
BACK = 4  # answers of a conversation


def conversation(room: Newsroom, after: str | None) -> tuple[Answer, ...]:
    """The answer of the command line's history that is named, after those before it, as far as they are kept.

    Raises:
        NotKept: it is not there.
        UsageError: nothing is, and the last one was asked for.
    """
    found: list[Answer] = []
    if after == "last":
        newest = room.history(COMMAND_LINE, limit=1).asked
        if not newest:
            raise UsageError("--after last", "nothing is in the history", "Ask without it first.")
        after = newest[0].id
    while after is not None and len(found) < BACK:
        try:
            found.append(room.kept(after, COMMAND_LINE).answer)
        except NotKept:
            if not found:
                raise
            break
        after = found[-1].after
    return tuple(reversed(found))


def add(app: typer.Typer, opened: Opened, show: Print) -> None:
    """Put the commands into the command line."""
    history = typer.Typer(invoke_without_command=True, no_args_is_help=False)
    app.add_typer(history, name="history")

    @history.callback(epilog="Example:  dateline history --words bridge --json")
    def listed(
        context: typer.Context,
        words: Annotated[str, typer.Option("--words", help="Words of the question.")] = "",
        limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="How many at most.")] = 50,
        home: HomeFlag = None,
        as_object: JsonFlag = False,
    ) -> None:
        """List the questions asked here, newest first; open one again, or forget it."""
        if context.invoked_subcommand is not None:
            return
        with opened(home) as room:
            found = room.history(COMMAND_LINE, words=words, limit=limit)
        show(as_object, {"schema": 1, **as_json(found)}, lambda: _print(found))
        raise typer.Exit(0 if found.asked else NOTHING)

    @history.command(name="show", epilog="Example:  dateline history show 3f0c9a52c1d24f6c8d7e5b9a0c1d2e3f")
    def shown(
        answer_id: Annotated[str, typer.Argument(metavar="ID", help="As `dateline history` lists it.")],
        home: HomeFlag = None,
        as_object: JsonFlag = False,
    ) -> None:
        """Print an answer as it was given, with the versions it cites."""
        with opened(home) as room:
            kept = room.kept(answer_id, COMMAND_LINE)
        answer = as_json(kept.answer) | {"kept": as_json(kept.asked)}
        show(as_object, answer, lambda: _print_kept(kept.asked, kept.answer))

    @history.command(name="forget", epilog="Example:  dateline history forget --all")
    def forgotten(
        answer_ids: Annotated[
            list[str] | None, typer.Argument(metavar="[ID…]", help="As `dateline history` lists them.")
        ] = None,
        everything: Annotated[bool, typer.Option("--all", help="All of them.")] = False,
        home: HomeFlag = None,
        as_object: JsonFlag = False,
    ) -> None:
        """Forget questions with their answers, for good."""
        ids = answer_ids or []
        if bool(ids) == everything:
            raise UsageError(
                "history forget", "it needs ids, or --all", "`dateline history` lists what is there."
            )
        with opened(home) as room:
            gone = {one.asked.id for one in room.forget(COMMAND_LINE, None if everything else ids)}
        missing = [one for one in ids if one not in gone]
        said = {"schema": 1, "forgotten": len(gone), "not_found": missing}
        show(as_object, said, lambda: _print_forgotten(len(gone), missing))
        raise typer.Exit(PARTLY if missing else 0)


def _print(found: History) -> None:
    for one in found.asked:
        out, shared = terminal.out, " · shared" if one.shared else ""
        out.print(f"{terminal.harmless(one.question)}", soft_wrap=True)
        line = f"{one.at} · {one.status.replace('_', ' ')} · {one.mode}{shared}"
        out.print(f"   [dim]{terminal.harmless(line)}  {terminal.harmless(one.id)}[/dim]", soft_wrap=True)
    terminal.out.print(f"[dim]{len(found.asked):,} of {found.total:,} questions[/dim]")


def _print_kept(asked: Asked, answer: Answer) -> None:
    terminal.out.print(f"[bold]{terminal.harmless(asked.question)}[/bold]", soft_wrap=True)
    terminal.out.print(f"[dim]answered {terminal.harmless(asked.at)}, sequence {asked.sequence:,}[/dim]\n")
    terminal.print_answer(answer)


def _print_forgotten(gone: int, missing: list[str]) -> None:
    terminal.out.print(f"{gone:,} forgotten.")
    for one in missing:
        terminal.err.print(f"[yellow]{terminal.harmless(one)} is not in this history.[/yellow]")
