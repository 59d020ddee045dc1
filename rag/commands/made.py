"""dateline eval make: test questions made from the library, for a person to accept."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated, Any

import typer

from rag import making, terminal
from rag.commands.flags import HomeFlag, JsonFlag
from rag.jsonable import as_json
from rag.making import Made
from rag.newsroom import Newsroom

Opened = Callable[[Path | None], AbstractContextManager[Newsroom]]
Print = Callable[[bool, Any, Callable[[], object]], None]
Stopping = Callable[[], AbstractContextManager[threading.Event]]
DONE, PARTLY = 0, 4


def add(group: typer.Typer, opened: Opened, show: Print, stopping: Stopping) -> None:
    """Put the command among those of `eval`."""

    @group.command(epilog="Example:  dateline eval make --out made.jsonl --count 40 --seed 7")
    def make(
        out: Annotated[
            Path | None,
            typer.Option(
                "--out", metavar="FILE", help="Where to write the set; else it is kept for the page."
            ),
        ] = None,
        count: Annotated[
            int, typer.Option("--count", help="How many, one in four without an answer.")
        ] = making.COUNT,
        seed: Annotated[int, typer.Option("--seed", help="Another seed, other articles.")] = 1,
        extractive: Annotated[
            bool, typer.Option("--extractive", help="Without the language model that is set.")
        ] = False,
        home: HomeFlag = None,
        as_object: JsonFlag = False,
    ) -> None:
        """Make test questions from the library: who, who said it, how many, when; and near misses without an answer.

        Each rests on a sentence of an article. A run asks those only that a person accepted, on the Evaluate page or by
        writing yes under `accepted`, and reports them apart.
        """
        with opened(home) as room:
            with stopping() as stop, terminal.progress_bar(quiet=as_object) as bar:
                found = making.make(
                    room, count=count, seed=seed, extractive=extractive, stop=stop, progress=bar
                )
            path = making.keep(room, found, seed) if out is None else making.write(found, out)
        told = as_json(found) | {"schema": 1, "file": str(path), "questions": len(found.questions)}
        show(as_object, told, lambda: _print(found, path))
        raise typer.Exit(PARTLY if found.stopped else DONE)


def _print(found: Made, path: Path) -> None:
    out, harmless = terminal.out, terminal.harmless
    none = sum(not one.answerable for one in found.questions)
    by = f"by {harmless(found.model)}" if found.model else "by rules"
    out.print(
        f"{len(found.questions):,} questions made {by} from {found.articles:,} articles, {none:,} without an answer: "
        f"{harmless(str(path))}",
        soft_wrap=True,
    )
    for why, dropped in found.dropped.items():
        if dropped:
            out.print(f"  left out: {dropped:,} {making.WHY[why]}")
    if found.tokens:
        cost = "" if found.cost is None else f", cost {found.cost:.4f}"
        out.print(f"{found.tokens['in']:,} tokens in, {found.tokens['out']:,} out{cost}")
    if found.stopped:
        terminal.err.print("It ended before it was done; what was made is there.")
    out.print("No run asks them before somebody accepts them: the Evaluate page, or yes under `accepted`.")
