"""Grading by hand on the command line: dateline eval grade | grades | sign."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated, Any

import typer

from rag import evaluating, grading, terminal
from rag.commands.flags import HomeFlag, JsonFlag
from rag.errors import DatelineError
from rag.grading import MARKS, Decision, Desk, Graded
from rag.jsonable import as_json
from rag.newsroom import Newsroom

Opened = Callable[[Path | None], AbstractContextManager[Newsroom]]
Print = Callable[[bool, Any, Callable[[], object]], None]
RunsArgument = Annotated[
    list[str], typer.Argument(metavar="RUN…", help="Runs; the answers of several are mixed.")
]
LETTERS = {mark[0]: mark for mark in MARKS}


def add(group: typer.Typer, opened: Opened, show: Print) -> None:
    """Put the commands among those of `eval`."""
    _add_grade(group, opened, show)
    _add_sign(group, opened, show)


def _add_grade(group: typer.Typer, opened: Opened, show: Print) -> None:
    @group.command(epilog="Example:  dateline eval grade base head --grader Maja")
    def grade(
        runs: RunsArgument,
        grader: Annotated[str, typer.Option("--grader", help="Who grades.")],
        home: HomeFlag = None,
        as_object: JsonFlag = False,
    ) -> None:
        """Grade answers one by one, blind and in a random order: right, partly, wrong or harmful, and why.

        Each line is a letter and a reason, as "w it names the wrong bridge"; an empty line passes one over, b goes back
        to the answer before, q ends. The order is another for every grader, and stays. Everything graded is kept at
        once; the same command goes on. Questions and answers are printed on stderr.
        """
        with opened(home) as room:
            _at_the_desk(room, grading.desk(room, runs, grader))
            found = grading.grades_of(room, runs)
        show(as_object, {"schema": 1, **as_json(found)}, lambda: print_graded(found))

    @group.command(epilog="Example:  dateline eval grades base")
    def grades(runs: RunsArgument, home: HomeFlag = None, as_object: JsonFlag = False) -> None:
        """Say what people graded, how far they agree, and where they do not."""
        with opened(home) as room:
            found = grading.grades_of(room, runs)
        show(as_object, {"schema": 1, **as_json(found)}, lambda: print_graded(found))


def _add_sign(group: typer.Typer, opened: Opened, show: Print) -> None:
    @group.command(epilog="Example:  dateline eval sign base head --who Maja --waive s021=2026-12-31")
    def sign(
        base: Annotated[str, typer.Argument(metavar="BASE", help="The run it was held against.")],
        head: Annotated[str, typer.Argument(metavar="HEAD", help="The run that is decided on.")],
        who: Annotated[str, typer.Option("--who", help="Who signs.")],
        waive: Annotated[
            list[str] | None,
            typer.Option(
                "--waive", metavar="ID=DAY", help="A regression that may stand until the end of that day."
            ),
        ] = None,
        reject: Annotated[bool, typer.Option("--reject", help="It may not go in.")] = False,
        why: Annotated[str, typer.Option("--why", help="The reason.")] = "",
        home: HomeFlag = None,
        as_object: JsonFlag = False,
    ) -> None:
        """Sign a decision on a run: who, when, and which regressions are waived until when. The report shows it."""
        waived = [grading.waiver(one) for one in waive or []]
        with opened(home) as room:
            compared = evaluating.compared(room, base, head)
            found = grading.sign(room, compared, who=who, accepted=not reject, why=why, waived=waived)
        show(as_object, {"schema": 1, **as_json(found)}, lambda: print_decisions([found]))


def _at_the_desk(room: Newsroom, desk: Desk) -> None:
    """Grade until nothing is left, or the grader ends it."""
    err, harmless = terminal.err, terminal.harmless
    err.print(f"{len(desk.left):,} of {desk.total:,} answers to grade. q ends.")
    at = 0
    while at < len(desk.left):
        item, asked = desk.left[at]
        question, answer = asked.question, asked.answer
        assert answer is not None
        number = desk.total - len(desk.left) + at + 1
        as_of = f"  [dim]asked as of {harmless(question.as_of)}[/dim]" if question.as_of else ""
        err.print(
            f"\n{number:,} of {desk.total:,}  [bold]{harmless(question.question)}[/bold]{as_of}",
            soft_wrap=True,
        )
        expected = " · ".join(question.answers) if question.answerable else "no answer"
        err.print(f"[dim]expected: {harmless(expected or 'what its evidence says')}[/dim]", soft_wrap=True)
        for quote in dict.fromkeys(entry.quote for entry in question.evidence):
            err.print(f"[dim]evidence: {harmless(quote)}[/dim]", soft_wrap=True)
        err.print(
            harmless(evaluating.text_of(answer)) or f"({answer.status.replace('_', ' ')})", soft_wrap=True
        )
        for cited in evaluating.shown_by(answer):
            source = terminal.credit(cited.title, cited.outlet, cited.published)
            err.print(
                f"[dim]{cited.number} {source}: {harmless(' '.join(cited.quote.split()))}[/dim]",
                soft_wrap=True,
            )
        step = _graded(room, desk, item)
        if step is None:
            return
        at = max(0, at + step)


def _graded(room: Newsroom, desk: Desk, item: tuple[str, str]) -> int | None:
    """Read lines until one grades the answer or passes it over: how many answers to go on; None: the grader ends it."""
    while True:
        terminal.err.print("r(ight) p(artly) w(rong) h(armful), and why; b(ack): ", end="")
        line = sys.stdin.readline()
        mark, _, why = line.strip().partition(" ")
        if not line or mark == "q":
            return None
        if mark in ("", "b"):
            return -1 if mark else 1
        try:
            grading.grade(room, item, desk.grader, LETTERS.get(mark, mark), why)
        except DatelineError as error:
            terminal.err.print(f"[red]{terminal.harmless(str(error))}[/red]", soft_wrap=True)
            continue
        return 1


def print_graded(found: Graded) -> None:
    """The grades by grader, how far two agree, and every critical question by itself."""
    out, harmless = terminal.out, terminal.harmless
    if not found.grades:
        out.print("Nobody has graded it yet: `dateline eval grade RUN --grader NAME`.")
    for grader, marks in found.marks.items():
        said = ", ".join(f"{count:,} {mark}" for mark, count in marks.items())
        out.print(f"[bold]{harmless(grader)}[/bold]  {said}  of {sum(marks.values()):,}", soft_wrap=True)
    for one in found.agreements:
        out.print(f"\n{harmless(evaluating.agreement(one))}", soft_wrap=True)
        for run, question in one.apart:
            out.print(f"  {harmless(question)}  [dim]{harmless(run)}[/dim]")
    if found.critical:
        out.print("\n[bold]Critical questions, each by itself[/bold]")
    for each in found.critical:
        out.print(
            f"{harmless(each.question)}  {each.mark}  [dim]{harmless(each.grader)}: {harmless(each.why)}[/dim]",
            soft_wrap=True,
        )
    for each in found.harmful:
        terminal.err.print(f"[red]Harmful, and critical: {harmless(each.question)}[/red]")


def print_decisions(some: Sequence[Decision]) -> None:
    """Who signed what, when."""
    for one in some:
        terminal.out.print(terminal.harmless(evaluating.decision(one)), soft_wrap=True)
