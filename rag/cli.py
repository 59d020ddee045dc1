"""The command line: dateline ingest | ask | search | status | serve; the other commands are in `rag/commands`.

With --json, stdout is one JSON object; progress and logs go to stderr. Exit: 0 done, answered; 1 fault; 2 usage;
3 closest only, no answer found, nothing found; 4 finished, but something in it failed.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from rag import newsroom, terminal
from rag.commands import every, history, mend, serve
from rag.commands.flags import (
    AgencyFlag,
    ArticleFlag,
    CollectionFlag,
    FromFlag,
    HomeFlag,
    JsonFlag,
    KindFlag,
    LanguageFlag,
    NotArticleFlag,
    NotOutletFlag,
    NotReadFlag,
    OutletFlag,
    TodayFlag,
    ToFlag,
    UndatedFlag,
    day_of,
    order,
    readings,
    scope_of,
)
from rag.commands.rules import NoRulesFlag, RuleFlag, once
from rag.commands.terminal_rules import print_preview
from rag.errors import DatelineError, DiskFull, ReadingError, UsageError
from rag.imports import Started
from rag.jsonable import as_json
from rag.newsroom import How, Listing, Newsroom
from rag.ruled import Preview
from rag.state import Plan
from rag.table import write_csv

DONE, FAULT, USAGE, NOTHING, PARTLY = 0, 1, 2, 3, 4

app = typer.Typer(
    name="dateline",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)


def _version(asked: bool) -> None:
    if asked:
        terminal.out.print(f"dateline {importlib.metadata.version('dateline')}")
        raise typer.Exit


@app.callback()
def dateline(
    _version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Answers over a newsroom's own articles, every sentence tied to the exact words that support it."""


@app.command(epilog="Examples:  dateline ingest articles/    ·    dateline ingest --plan export.jsonl")
def ingest(
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH…", help="Files and folders: txt md html json jsonl csv zip.")
    ],
    plan: Annotated[
        bool, typer.Option("--plan", help="Only say what it would store and take: time, disk, memory.")
    ] = False,
    collection: Annotated[
        str | None, typer.Option("--into", help="Put the articles into this collection.")
    ] = None,
    rule: RuleFlag = None,
    no_rules: NoRulesFlag = False,
    home: HomeFlag = None,
    as_object: JsonFlag = False,
) -> None:
    """Read articles: stored and findable by words at once, by meaning as it follows."""
    with _room(home, new=True) as room:
        planned, rules = room.plan(paths), once(room, rule, no_rules)
        if plan:
            found = room.preview(paths, rules)
            _print(
                as_object, {**as_json(planned), "preview": as_json(found)}, lambda: _planned(planned, found)
            )
            raise typer.Exit(DONE if planned.fits else FAULT)
        if not planned.fits:
            raise _too_little_room(room.home, planned)
        with _stopping() as stop, terminal.progress_bar(quiet=as_object) as bar:
            by = Started(mend.user(), ", ".join(str(path.absolute()) for path in paths))
            report = room.ingest(paths, collection=collection, rules=rules, progress=bar, stop=stop, by=by)
        _print(as_object, as_json(report), lambda: terminal.print_ingest(report))
        if stop.is_set():
            terminal.err.print("Stopped. What is stored is kept; run the same command to go on.")
        behind = report.warnings or stop.is_set()
        raise typer.Exit(PARTLY if report.count("failed") or behind else DONE)


@app.command(
    epilog='Examples:  dateline ask "Who opened the bridge?" --from 2026-09-01 --outlet "The Gazette"    ·    '
    'dateline ask "And when did it close?" --after last'
)
def ask(
    question: Annotated[str, typer.Argument(help="The question; - reads it from stdin.")],
    from_: FromFlag = None,
    to: ToFlag = None,
    outlet: OutletFlag = None,
    not_outlet: NotOutletFlag = None,
    agency: AgencyFlag = None,
    collection: CollectionFlag = None,
    article: ArticleFlag = None,
    not_article: NotArticleFlag = None,
    kind: KindFlag = None,
    language: LanguageFlag = None,
    undated: UndatedFlag = False,
    not_read: NotReadFlag = None,
    today: TodayFlag = None,
    after: history.AfterFlag = None,
    always_answer: Annotated[
        bool, typer.Option("--always-answer", help="Never decline, for measuring.")
    ] = False,
    extractive: Annotated[
        bool, typer.Option("--extractive", help="Without the language model that is set.")
    ] = False,
    unrecorded: Annotated[
        bool, typer.Option("--unrecorded", help="Leave question and answer out of the history.")
    ] = False,
    home: HomeFlag = None,
    as_object: JsonFlag = False,
) -> None:
    """Answer a question with sentences from the articles, each cited to the exact words."""
    scope = scope_of(
        from_, to, outlet, not_outlet, agency, collection, article, not_article, kind, language, undated
    )
    with _room(home) as room:
        how = How(always_answer=always_answer, extractive=extractive, not_read=readings(not_read))
        before = history.conversation(room, after)
        answer = room.ask(_text(question), scope, before, today=day_of(today, "--today"), how=how)
        if not unrecorded:
            history.keep(room, answer, scope, how.not_read)
        later = room.later(answer) if today is None else ()
    said = {**as_json(answer), "later": as_json(later)}
    _print(as_object, said, lambda: terminal.print_answer(answer, later))
    raise typer.Exit(DONE if answer.status == "answered" else NOTHING)


@app.command(
    epilog='Examples:  dateline search "ferry timetable" -k 5    ·    '
    "dateline search '\"ferry strike\" AND NOT outlet:mercury' --sort oldest --csv strike.csv"
)
def search(
    query: Annotated[str, typer.Argument(help="Words, a question, or a query; - reads it from stdin.")],
    k: Annotated[
        int, typer.Option("-k", min=1, max=500, help="How many passages; with --group, articles.")
    ] = 10,
    sort: Annotated[
        str | None,
        typer.Option("--sort", help="best, newest or oldest. Default: best; with operators newest."),
    ] = None,
    group: Annotated[bool, typer.Option("--group", help="Passages of one article together.")] = False,
    fold: Annotated[
        bool, typer.Option("--fold", help="With operators: copies of a passage folded, though counted.")
    ] = False,
    csv: Annotated[
        str | None, typer.Option("--csv", metavar="FILE|-", help="All that was found, as CSV.")
    ] = None,
    from_: FromFlag = None,
    to: ToFlag = None,
    outlet: OutletFlag = None,
    not_outlet: NotOutletFlag = None,
    agency: AgencyFlag = None,
    collection: CollectionFlag = None,
    article: ArticleFlag = None,
    not_article: NotArticleFlag = None,
    kind: KindFlag = None,
    language: LanguageFlag = None,
    undated: UndatedFlag = False,
    not_read: NotReadFlag = None,
    today: TodayFlag = None,
    home: HomeFlag = None,
    as_object: JsonFlag = False,
) -> None:
    """Find passages by words and meaning, best first, and say why each was found.

    With operators the search is exact and boolean: everything in scope that matches, counted.

    * "exact phrase"
    * AND, OR, NOT in capitals, with brackets; words side by side mean AND, -word is NOT word
    * ferry NEAR/5 strike: at most five words apart
    * flood*: any word that begins so
    * title:word, byline:name, outlet:"two words": in the headline, the author's line, the outlet's name

    AND, OR and NOT hold for the article, phrases and NEAR inside its text or its headline. A word finds its other
    forms (ferry, ferries), a phrase does not; case, accents and punctuation never matter. What cannot be read as
    syntax is taken as words, and "Read as" says so.
    """
    scope = scope_of(
        from_, to, outlet, not_outlet, agency, collection, article, not_article, kind, language, undated
    )
    listing, how = Listing(order(sort), "all" if group else "no", fold), How(not_read=readings(not_read))
    with _room(home) as room:
        limit, day = None if csv else k, day_of(today, "--today")
        result = room.search(_text(query), scope, limit, today=day, how=how, listing=listing)
    if csv:
        write_csv(csv, result.passages)
    if csv != "-":
        _print(as_object, as_json(result), lambda: terminal.print_found(result, brief=bool(csv), group=group))
    raise typer.Exit(DONE if result.passages else NOTHING)


@app.command(epilog="Example:  dateline status --json")
def status(home: HomeFlag = None, as_object: JsonFlag = False) -> None:
    """Say how the library and its indexes stand."""
    with _room(home) as room:
        stands = room.status()
    _print(as_object, as_json(stands), lambda: terminal.print_status(stands))


def _planned(planned: Plan, found: Preview) -> None:
    print_preview(found)
    terminal.print_plan(planned)


def _too_little_room(home: Path, planned: Plan) -> DiskFull:
    needed, free = planned.disk / 1e6, planned.disk_free / 1e6
    fault = f"the disk is full: this needs about {needed:,.1f} MB, and {free:,.1f} MB are free"
    return DiskFull(str(home), fault, "Nothing was ingested; free some space, or name another --home.")


def _text(said: str) -> str:
    return sys.stdin.read() if said == "-" else said


@contextmanager
def _room(home: Path | None, *, new: bool = False) -> Iterator[Newsroom]:
    """The library; an empty one is told, lest a mistyped --home pass for it, unless it may be `new`."""
    with newsroom.open(home) as room:
        if not new and room.catalog.sequence() == 0:
            folder = terminal.harmless(str(room.home))
            terminal.err.print(
                f"No articles in {folder} yet: `dateline ingest PATH` brings them in.", soft_wrap=True
            )
        yield room


@contextmanager
def _stopping() -> Iterator[threading.Event]:
    """An event that Ctrl-C and SIGTERM set; a second one ends at once."""
    stop = threading.Event()

    def asked(number: int, _frame: Any) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    before = {number: signal.signal(number, asked) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _print(as_object: bool, value: Any, say: Callable[[], object]) -> None:
    if as_object:
        sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")
    else:
        say()


serve.add(app)
every.add(app, _room, _print, _stopping)


def main() -> None:
    """The command `dateline`. Never a traceback to a user."""
    as_object = "--json" in sys.argv
    try:
        app()
    except DatelineError as error:
        _fail(error, as_object)
    except KeyboardInterrupt:
        terminal.err.print("Stopped.")
        sys.exit(FAULT)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(DONE)


def _fail(error: DatelineError, as_object: bool) -> None:
    if as_object:
        sys.stdout.write(json.dumps({"error": error.as_dict()}, ensure_ascii=False) + "\n")
    else:
        terminal.err.print(f"[red]{terminal.harmless(str(error))}[/red]", soft_wrap=True)
    sys.exit(USAGE if isinstance(error, UsageError | ReadingError) else FAULT)
