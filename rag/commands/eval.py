"""The commands that measure: dateline eval run | show | runs | compare | export | import | remove."""

from __future__ import annotations

import json
import math
import sys
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated, Any

import typer

from rag import eval_terminal, evaluating, grading, judging, terminal
from rag.commands import feedback, grade, judge, made, sweep
from rag.commands.flags import HomeFlag, JsonFlag
from rag.errors import LibraryError, UsageError
from rag.evaluating import (
    AUROC,
    BY_NAME,
    CAP,
    Comparison,
    Progress,
    Result,
    comparison_page,
    gate,
    run_page,
)
from rag.jsonable import as_json
from rag.newsroom import How, Newsroom

Opened = Callable[[Path | None], AbstractContextManager[Newsroom]]
Print = Callable[[bool, Any, Callable[[], object]], None]
Stopping = Callable[[], AbstractContextManager[threading.Event]]
DONE, PARTLY = 0, 4
WORKERS = 2

HtmlFlag = Annotated[
    Path | None, typer.Option("--html", metavar="FILE", help="Write the report as one HTML file, too.")
]
NameArgument = Annotated[
    str, typer.Argument(metavar="NAME", help="A run's name; `dateline eval runs` lists them.")
]


def add(app: typer.Typer, opened: Opened, show: Print, stopping: Stopping) -> None:
    """Put the commands into the command line."""
    group = typer.Typer(no_args_is_help=True, help="Measure answers on a question set, and compare two runs.")
    app.add_typer(group, name="eval")
    _add_run(group, opened, show, stopping)
    _add_compare(group, opened, show)
    _add_kept(group, opened, show)
    grade.add(group, opened, show)
    made.add(group, opened, show, stopping)
    feedback.add(group, opened, show)
    sweep.add(group, opened, show, stopping)
    judge.add(group, opened, show, stopping)


def _add_run(group: typer.Typer, opened: Opened, show: Print, stopping: Stopping) -> None:
    @group.command(
        epilog="Example:  dateline eval run --set corpus/questions.jsonl --name base --html base.html"
    )
    def run(
        set_: Annotated[
            Path, typer.Option("--set", metavar="FILE", help="The question set: .jsonl or .csv.")
        ],
        name: Annotated[str, typer.Option("--name", help="What the run is called from now on.")],
        workers: Annotated[
            int,
            typer.Option("--workers", min=1, max=64, help="Questions asked at a time; changes no number."),
        ] = WORKERS,
        repeat: Annotated[
            int, typer.Option("--repeat", min=1, max=100, help="Ask each so often, to see what flips.")
        ] = 1,
        extractive: Annotated[
            bool, typer.Option("--extractive", help="Without the language model that is set.")
        ] = False,
        always_answer: Annotated[
            bool, typer.Option("--always-answer", help="Never decline, for measuring.")
        ] = False,
        cap: Annotated[
            int, typer.Option("--cap", min=0, help="At most so many passages of one article; 0: no limit.")
        ] = CAP,
        fold: Annotated[
            bool, typer.Option("--fold/--no-fold", help="Fold copies of a passage into one.")
        ] = True,
        at: Annotated[
            int | None,
            typer.Option(
                "--at",
                metavar="SEQUENCE",
                help="Over the library as it was then; `dateline status` names it.",
            ),
        ] = None,
        again: Annotated[
            bool, typer.Option("--again", help="Forget a run that has this name, and begin anew.")
        ] = False,
        ranking: Annotated[
            str,
            typer.Option(
                "--ranking", help="fitted (what readers get), words, meaning or convex: to measure."
            ),
        ] = "fitted",
        unaccepted: Annotated[
            bool, typer.Option("--unaccepted", help="Ask made questions, too, that nobody accepted.")
        ] = False,
        html: HtmlFlag = None,
        home: HomeFlag = None,
        as_object: JsonFlag = False,
    ) -> None:
        """Ask every question of a set over the library as it stands, or stood, and keep every answer.

        Ctrl-C stops it, and the same command goes on. Questions that failed are asked again by the same command, too.
        """
        how = How(
            cap=cap or None,
            fold=fold,
            always_answer=always_answer,
            extractive=extractive,
            ranking=evaluating.ranking(ranking),
        )
        with opened(home) as room:
            if at is not None:
                room = room.at(at)
            planned = evaluating.plan(
                room, set_, name, how=how, repeat=repeat, again=again, unaccepted=unaccepted
            )
            eval_terminal.print_plan(planned)
            total = planned.run.questions * repeat
            before = total - len(planned.jobs)
            with stopping() as stop, terminal.progress_bar(quiet=as_object) as bar:
                done = evaluating.go(
                    room,
                    planned,
                    workers=workers,
                    progress=lambda count: bar(Progress("asking", before + count, total)),
                    stop=stop,
                )
            if done.finished is None:
                terminal.err.print("Stopped. What was asked is kept; run the same command to go on.")
            found = evaluating.scored(room, name)
        _write(html, lambda: run_page(found))
        show(as_object, _result_json(found), lambda: eval_terminal.print_result(found))
        raise typer.Exit(PARTLY if done.finished is None or found.failed else DONE)


def _add_compare(group: typer.Typer, opened: Opened, show: Print) -> None:
    @group.command(
        epilog="Example:  dateline eval compare base head --max-regressions 3 --min evidence_cited=0.7"
    )
    def compare(
        base: Annotated[str, typer.Argument(metavar="BASE", help="The run to hold against.")],
        head: Annotated[str, typer.Argument(metavar="HEAD", help="The run under test.")],
        max_regressions: Annotated[
            int | None, typer.Option("--max-regressions", min=0, help="Exit 4 if more questions regressed.")
        ] = None,
        least: Annotated[
            list[str] | None,
            typer.Option("--min", metavar="METRIC=VALUE", help="Exit 4 if HEAD is below. May be repeated."),
        ] = None,
        html: HtmlFlag = None,
        home: HomeFlag = None,
        as_object: JsonFlag = False,
    ) -> None:
        """Say what changed from one run to another: each measure with its interval, regressions first."""
        floors = _floors(least or [])
        with opened(home) as room:
            compared = evaluating.compared(room, base, head)
            by_hand, signed = grading.grades_of(room, [base, head]), grading.decisions(room, head)
            waived = grading.in_force(room, base, head)
            judged = (*judging.judged(room, base), *judging.judged(room, head))
        harmful = [one.question for one in by_hand.harmful if one.run == head]
        faults = gate(compared, max_regressions=max_regressions, least=floors, harmful=harmful, waived=waived)
        gated = max_regressions is not None or bool(floors) or bool(harmful)
        signed = [one for one in signed if one.base == base]
        _write(
            html,
            lambda: comparison_page(
                compared, faults, gated=gated, by_hand=by_hand, decisions=signed, judged=judged
            ),
        )
        told = _comparison_json(compared) | {
            "gate": {"asked": gated, "faults": list(faults), "waived": sorted(waived)}
        }
        told |= {"by_hand": as_json(by_hand), "decisions": as_json(signed)}
        show(as_object, told, lambda: eval_terminal.print_compared(compared, faults, gated=gated))
        raise typer.Exit(PARTLY if faults else DONE)


def _add_kept(group: typer.Typer, opened: Opened, show: Print) -> None:
    @group.command(epilog="Example:  dateline eval runs --json")
    def runs(home: HomeFlag = None, as_object: JsonFlag = False) -> None:
        """List the runs, newest first."""
        with opened(home) as room:
            found = evaluating.listed(room)
        show(as_object, {"schema": 1, "runs": as_json(found)}, lambda: eval_terminal.print_runs(found))

    @group.command(name="show", epilog="Example:  dateline eval show base --html base.html")
    def show_run(
        name: NameArgument, html: HtmlFlag = None, home: HomeFlag = None, as_object: JsonFlag = False
    ) -> None:
        """Score a run anew from its kept answers, and say why each wrong question came out wrong."""
        with opened(home) as room:
            found, by_hand = evaluating.scored(room, name), grading.grades_of(room, [name])
            judged = judging.judged(room, name)
        _write(html, lambda: run_page(found, by_hand, judged))
        show(as_object, _result_json(found), lambda: eval_terminal.print_result(found, every=True))

    @group.command(epilog="Example:  dateline eval export base base.json")
    def export(
        name: NameArgument,
        file: Annotated[str, typer.Argument(metavar="FILE|-", help="Where to write it; - is stdout.")],
        home: HomeFlag = None,
    ) -> None:
        """Write a run whole, with every answer, as JSON."""
        with opened(home) as room:
            told = json.dumps(evaluating.exported(room, name), ensure_ascii=False) + "\n"
        if file == "-":
            sys.stdout.write(told)
        else:
            _write(Path(file), lambda: told)

    @group.command(name="import", epilog="Example:  dateline eval import base.json --name theirs")
    def import_(
        file: Annotated[Path, typer.Argument(metavar="FILE", help="What `eval export` wrote.")],
        name: Annotated[str | None, typer.Option("--name", help="Call it so here.")] = None,
        home: HomeFlag = None,
        as_object: JsonFlag = False,
    ) -> None:
        """Take in a run that was exported elsewhere."""
        with opened(home) as room:
            run = evaluating.imported(room, file, name)
        line = f"{terminal.harmless(run.name)}: {run.questions:,} questions of {terminal.harmless(run.set_name)}."
        show(as_object, {"schema": 1, "run": as_json(run)}, lambda: terminal.out.print(line))

    @group.command(epilog="Example:  dateline eval remove base")
    def remove(name: NameArgument, home: HomeFlag = None, as_object: JsonFlag = False) -> None:
        """Take a run out with all its answers."""
        with opened(home) as room:
            evaluating.forget(room, name)
        line = f"{terminal.harmless(name)} is gone."
        show(as_object, {"schema": 1, "removed": name}, lambda: terminal.out.print(line))


def _floors(said: list[str]) -> dict[str, float]:
    """The floors that --min says. Raises: UsageError."""
    floors = {}
    known = [name for name, measure in BY_NAME.items() if measure.up] + [AUROC]
    for one in said:
        name, _, value = one.partition("=")
        if name not in known:
            raise UsageError("--min", f"there is no {name!r}", f"Choose from: {', '.join(known)}.")
        try:
            floors[name] = float(value)
        except ValueError:
            floors[name] = math.nan
        if not 0 <= floors[name] <= 1:
            raise UsageError("--min", f"{one!r} names no share from 0 to 1", "Write it like hits@5=0.8.")
    return floors


def _write(path: Path | None, text: Callable[[], str]) -> None:
    if path is None:
        return
    try:
        path.write_text(text(), encoding="utf-8")
    except OSError as error:
        reason = (error.strerror or "not writable").lower()
        raise LibraryError(str(path), f"it cannot be written ({reason})", "Name another file.") from error
    terminal.err.print(f"Written: {terminal.harmless(str(path))}", soft_wrap=True)


def _result_json(found: Result) -> dict[str, Any]:
    return {"schema": 1, **as_json(found)}


def _comparison_json(compared: Comparison) -> dict[str, Any]:
    """The comparison, its two results by their numbers only."""
    told = as_json(compared)
    for side in ("base", "head"):
        told[side] = {
            name: told[side][name]
            for name in ("run", "asked", "answerable", "numbers", "auroc", "why", "notes")
        }
    return {"schema": 1, **told}
