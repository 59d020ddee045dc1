"""The commands about import rules: dateline rules list | add | remove | on | off | first | try."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from rag import terminal
from rag.commands.flags import HomeFlag, JsonFlag
from rag.commands.shelf import NOTHING, Opened, Print
from rag.commands.terminal_rules import print_preview, print_rules
from rag.jsonable import as_json
from rag.newsroom import Newsroom
from rag.ruled import Rule

RuleFlag = Annotated[
    list[str] | None,
    typer.Option("--rule", metavar="RULE", help="Use this import rule, this time. May be repeated."),
]
NoRulesFlag = Annotated[
    bool, typer.Option("--no-rules", help="Leave the library's import rules out, this time.")
]
NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="The rule's name.")]


def once(room: Newsroom, texts: Sequence[str] | None, without: bool) -> tuple[Rule, ...]:
    """The rules of one ingest: those that are given before those of the library."""
    given = tuple(Rule(f"--rule {number}", text) for number, text in enumerate(texts or (), 1))
    return given if without else given + room.rules()


def add(app: typer.Typer, opened: Opened, show: Print) -> None:
    """Put the commands into the command line."""
    rules = typer.Typer(
        no_args_is_help=True,
        help="Import rules: take date, outlet, page and more from a file's path, its name or a line of its text.\n\n"
        "A rule is “WHERE: PATTERN”, as in “path: {outlet}/{date:YYYY-MM-DD}_p{page}_*”. WHERE is path, name, "
        "line 3, or line (any of the first 20). Fields are {date} {year} {month} {day} {outlet} {agency} {byline} "
        "{page} {section} {kind} {language}; a date's form is made of YYYY, YY, MM, M, Month, DD and D. * is "
        "anything but a slash, ** any folders. Behind => stands what is always so: “path: wire/** => "
        "outlet=The Gazette; kind=report”. “path regex: …” takes a regular expression with named groups. A rule "
        "fills what the file does not state itself; the first that gives a field decides.",
    )
    app.add_typer(rules, name="rules")

    def tell(room: Newsroom, as_object: bool) -> None:
        kept = room.rules()
        show(as_object, {"schema": 1, "rules": as_json(kept)}, lambda: print_rules(kept))

    @rules.command(name="list")
    def listing(home: HomeFlag = None, as_object: JsonFlag = False) -> None:
        """List the library's import rules in their order."""
        with opened(home) as room:
            tell(room, as_object)

    @rules.command(
        name="add", epilog="Example:  dateline rules add pages 'path: {outlet}/{date:YYYY-MM-DD}_p{page}_*'"
    )
    def add_rule(
        name: NameArgument,
        rule: Annotated[str, typer.Argument(metavar="RULE", help="As “path: {outlet}/*”; in quotes.")],
        override: Annotated[
            bool, typer.Option("--override", help="What it gives goes before what the file states.")
        ] = False,
        home: HomeFlag = None,
        as_object: JsonFlag = False,
    ) -> None:
        """Keep a rule for the ingests that come; one of the same name is replaced."""
        with opened(home) as room:
            room.keep_rule(Rule(name, rule, override))
            tell(room, as_object)

    @rules.command(name="remove")
    def remove(name: NameArgument, home: HomeFlag = None, as_object: JsonFlag = False) -> None:
        """Forget a rule. What it gave stays as it is."""
        with opened(home) as room:
            room.drop_rule(name)
            tell(room, as_object)

    @rules.command(name="on")
    def switch_on(name: NameArgument, home: HomeFlag = None, as_object: JsonFlag = False) -> None:
        """Use a rule again."""
        with opened(home) as room:
            room.switch_rule(name, True)
            tell(room, as_object)

    @rules.command(name="off")
    def switch_off(name: NameArgument, home: HomeFlag = None, as_object: JsonFlag = False) -> None:
        """Keep a rule without using it."""
        with opened(home) as room:
            room.switch_rule(name, False)
            tell(room, as_object)

    @rules.command(name="first")
    def first(name: NameArgument, home: HomeFlag = None, as_object: JsonFlag = False) -> None:
        """Put a rule before all others."""
        with opened(home) as room:
            room.first_rule(name)
            tell(room, as_object)

    @rules.command(
        name="try", epilog="Example:  dateline rules try --rule 'name: {date:YYYYMMDD}_*' archive/"
    )
    def try_out(
        paths: Annotated[list[Path], typer.Argument(metavar="PATH…", help="Files and folders.")],
        rule: RuleFlag = None,
        no_rules: NoRulesFlag = False,
        home: HomeFlag = None,
        as_object: JsonFlag = False,
    ) -> None:
        """Show what an ingest of these files would store: 50 rows, counts, what looks wrong. Nothing is stored."""
        with opened(home) as room, terminal.err.status("Reading, storing nothing ..."):
            found = room.preview(paths, once(room, rule, no_rules))
        show(as_object, {"schema": 1, **as_json(found)}, lambda: print_preview(found))
        raise typer.Exit(0 if found.articles else NOTHING)
