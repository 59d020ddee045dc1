"""The command that writes briefings: dateline brief."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated

import typer

from rag import brief_sheet, terminal
from rag.briefed import Briefing
from rag.briefs import Planned, Progress
from rag.commands.flags import (
    CollectionFlag,
    FromFlag,
    HomeFlag,
    JsonFlag,
    KindFlag,
    NotOutletFlag,
    OutletFlag,
    ToFlag,
    UndatedFlag,
    scope_of,
)
from rag.commands.shelf import NOTHING, Opened, Print
from rag.errors import LibraryError, UsageError
from rag.jsonable import as_json
from rag.kept import COMMAND_LINE

PARTLY = 4
Stopping = Callable[[], AbstractContextManager[threading.Event]]


def add(app: typer.Typer, opened: Opened, show: Print, stopping: Stopping) -> None:
    """Put the command into the command line."""

    @app.command(
        epilog='Examples:  dateline brief --topic "St. Orrin Bridge" --out bridge.html    ·    '
        "dateline brief --from 2026-11-12 --since last --out morning.eml"
    )
    def brief(
        topic: Annotated[str | None, typer.Option("--topic", help="Only what fits these words.")] = None,
        beat: Annotated[
            str | None, typer.Option("--beat", metavar="NAME", help="On a beat: what is new since its last.")
        ] = None,
        template: Annotated[
            str, typer.Option("--template", help="morning-note, backgrounder, who-says-what, or a .md file.")
        ] = "morning-note",
        words: Annotated[int | None, typer.Option("--words", help="Words of the developments.")] = None,
        since: Annotated[
            str | None,
            typer.Option("--since", metavar="last|ID", help="Say what changed since that briefing."),
        ] = None,
        pin: Annotated[
            list[str] | None, typer.Option("--pin", help="Tell this story first, by its id.")
        ] = None,
        leave_out: Annotated[
            list[str] | None, typer.Option("--leave-out", help="Not this story, by its id.")
        ] = None,
        watch: Annotated[
            list[str] | None, typer.Option("--watch", help="A name to tell of, found or not.")
        ] = None,
        stories: Annotated[
            bool, typer.Option("--stories", help="List the stories found, write nothing.")
        ] = False,
        list_: Annotated[bool, typer.Option("--list", help="List the briefings that are kept.")] = False,
        show_: Annotated[
            str | None, typer.Option("--show", metavar="ID", help="Show one that is kept.")
        ] = None,
        forget: Annotated[str | None, typer.Option("--forget", metavar="ID", help="Take one out.")] = None,
        extractive: Annotated[
            bool, typer.Option("--extractive", help="No model writes, also where one is set.")
        ] = False,
        unkept: Annotated[bool, typer.Option("--unkept", help="Do not keep it.")] = False,
        out: Annotated[
            str | None,
            typer.Option("--out", metavar="FILE", help=".md, .html, .docx, .json or .eml; - is stdout."),
        ] = None,
        from_: FromFlag = None,
        to: ToFlag = None,
        outlet: OutletFlag = None,
        not_outlet: NotOutletFlag = None,
        collection: CollectionFlag = None,
        kind: KindFlag = None,
        undated: UndatedFlag = False,
        home: HomeFlag = None,
        as_object: JsonFlag = False,
    ) -> None:
        """Write a briefing over many articles, each sentence cited to its exact words, copies folded.

        It is kept, so that the next one can say what changed. Ctrl-C ends it with what is written by then.
        """
        scope = scope_of(from_, to, outlet, not_outlet, None, collection, None, None, kind, None, undated)
        form = _form(out)
        if beat is not None and (topic is not None or not scope.everything):
            raise UsageError(
                "--beat", "a beat has its own topic and scope", "Leave out --topic and the scope."
            )
        with opened(home) as room:
            if list_:
                some = room.briefings()
                said = {"schema": 1, "briefings": [_named(one) for one in some]}
                show(as_object, said, lambda: _print_list(some))
                return
            if forget is not None:
                room.forget_briefing(forget)
                show(as_object, {"schema": 1, "forgotten": forget}, lambda: terminal.out.print("It is gone."))
                return
            if stories:
                planned = room.brief_plan(topic, scope, template=template, words=words, extractive=extractive)
                show(as_object, {"schema": 1, **as_json(planned)}, lambda: _print_plan(planned))
                raise typer.Exit(0 if planned.stories else NOTHING)
            if show_ is not None:
                made, stopped = room.briefing(show_), False
            else:
                with stopping() as stop, terminal.progress_bar(quiet=as_object) as bar:
                    asked = room.brief_stream(
                        topic,
                        scope,
                        template=template,
                        words=words,
                        since=since,
                        without=leave_out or (),
                        first=pin or (),
                        watched=watch or (),
                        extractive=extractive,
                        beat=beat,
                        stop=stop,
                    )
                    for one in asked:
                        if isinstance(one, Progress):
                            bar(one)
                        elif isinstance(one, Briefing):
                            made = one
                    stopped = stop.is_set()
                if made.stories and not unkept and not room.catalog.read_only:
                    room.keep_briefing(made, COMMAND_LINE)
        _away(out, form, made)
        if out != "-":
            show(
                as_object, {"schema": 1, **as_json(made)}, lambda: print_briefing(made, brief=out is not None)
            )
        raise typer.Exit(PARTLY if stopped or made.coverage.failed else 0 if made.stories else NOTHING)


def _form(out: str | None) -> brief_sheet.Form:
    wanted = "md" if out in (None, "-") else Path(str(out)).suffix.removeprefix(".").lower()
    for form in brief_sheet.FORMS:
        if form == wanted:
            return form
    raise UsageError(
        f"--out {out}", "its ending is no form of a briefing", "Use .md, .html, .docx, .json or .eml."
    )


def _away(out: str | None, form: brief_sheet.Form, made: Briefing) -> None:
    if out is None:
        return
    said = brief_sheet.as_bytes(form, made)
    if out == "-":
        typer.echo(said.decode(), nl=False)
        return
    try:
        Path(out).expanduser().write_bytes(said)
    except OSError as error:
        reason = (error.strerror or "not writable").lower()
        raise LibraryError(out, f"it cannot be written ({reason})", "Name another file.") from error
    terminal.err.print(f"Written: {terminal.harmless(out)}", soft_wrap=True)


def _named(one: Briefing) -> dict[str, object]:
    return {"id": one.id, "title": brief_sheet.title(one), "at": one.at, "stories": len(one.stories)}


def _print_list(some: tuple[Briefing, ...]) -> None:
    out, harmless = terminal.out, terminal.harmless
    if not some:
        out.print("No briefing is kept yet. `dateline brief` writes one.")
    for one in some:
        told = sum(story.told for story in one.stories)
        out.print(
            f"{one.id[:8]}  {one.at[:16].replace('T', ' ')}  {harmless(brief_sheet.title(one))}  {told} stories"
        )


def _print_plan(planned: Planned) -> None:
    out, harmless = terminal.out, terminal.harmless
    for at, one in enumerate(planned.stories):
        if at == planned.told:
            out.print("\n[dim]By their headlines only:[/dim]")
        texts = f"{one.texts:,} text{'' if one.texts == 1 else 's'}"
        copies = f", {one.folded:,} cop{'y' if one.folded == 1 else 'ies'}" if one.folded else ""
        days = (
            " to ".join(dict.fromkeys((day or "")[:10] for day in (one.first, one.last) if day)) or "undated"
        )
        out.print(f"[bold]{harmless(one.headline)}[/bold]  [dim]{harmless(one.id)}[/dim]", soft_wrap=True)
        out.print(f"  {texts}{copies} · {days} · {harmless(', '.join(one.outlets))}", soft_wrap=True)
    if not planned.stories:
        out.print("No article in this scope tells of it.")
    if planned.estimate is not None:
        out.print(f"\n[dim]{harmless(brief_sheet.estimated(planned.estimate))}[/dim]")


def print_briefing(made: Briefing, *, brief: bool = False) -> None:
    """A briefing section by section, then its sources; `brief`: only what it rests on."""
    out, harmless = terminal.out, terminal.harmless
    if brief:
        for said in brief_sheet.covered(made.coverage):
            out.print(f"[dim]{harmless(said)}[/dim]", soft_wrap=True)
        return
    out.print(f"[bold]{harmless(brief_sheet.title(made))}[/bold]")
    for line in brief_sheet.lines(made):
        if line.heading:
            out.print(f"\n[bold]{harmless(line.heading)}[/bold]")
        if line.lead:
            out.print(f"[italic]{harmless(line.lead)}[/italic]", soft_wrap=True)
        cites = "".join(f"[{number}]" for number in line.cites)
        mark = f"[{line.mark}]" if line.mark else ""
        out.print(f"{harmless(line.text)} [dim]{harmless(f'{cites} {mark}')}[/dim]")
    out.print("\n[bold]Sources[/bold]")
    for citation in made.citations:
        terminal.print_citation(citation, quoted=False)
    by = " · ".join([made.model, brief_sheet.took(made)]) if made.model else "extractive, no model"
    out.print(f"\n[dim]{harmless(f'Briefing {made.id[:8]} · {made.seconds:.1f} s · {by}')}[/dim]")
    for warning in made.warnings:
        terminal.err.print(f"[yellow]{harmless(warning)}[/yellow]")
