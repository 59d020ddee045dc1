"""What `dateline eval` prints: what a run can show, its numbers, why questions came out wrong, what changed."""

from __future__ import annotations

from collections.abc import Sequence

from rich.markup import escape

from rag.evaluating import Listed, Planned
from rag.evaluation.citing import cited_by, text_of
from rag.evaluation.comparison import Change, Comparison, Side, Turned, order_of
from rag.evaluation.measures import MEASURES, Part
from rag.evaluation.metrics import Interval
from rag.evaluation.scoring import Result, Wrong
from rag.evaluation.words import BY_CHANCE, PARTS, VERDICTS, can_show, interval, number, of_tags, signed
from rag.terminal import err, harmless, out
from rag.types import Answer

SHOWN = 20  # wrong questions, unless all are asked for
TAGGED = ("right", "hits@5", "evidence_cited")


def print_plan(planned: Planned) -> None:
    """How many questions, and what they can show; on stderr, before the run starts."""
    run, turns, seen = planned.run, planned.run.setting.repeat, planned.looked
    times = f", each {turns} times" if turns > 1 else ""
    err.print(
        f"{run.questions:,} questions of {harmless(run.set_name)}{times}, on {seen.topics:,} articles or topics."
    )
    err.print(can_show(seen.smallest), soft_wrap=True)
    if seen.left_out:
        err.print(f"{seen.left_out:,} made questions are left out: nobody has accepted them.")
    if seen.lost:
        err.print(f"[yellow]{seen.lost:,} questions have evidence that the library does not hold.[/yellow]")
    if seen.moved:
        err.print(
            f"{seen.moved:,} have evidence that stands elsewhere in its article now; it is found again."
        )
    if planned.goes_on:
        err.print(
            f"{run.questions * turns - len(planned.jobs):,} were asked before; {len(planned.jobs):,} are left."
        )


def print_result(result: Result, *, every: bool = False) -> None:
    """A run's numbers, by tag too, and why questions came out wrong."""
    run = result.run
    model = run.setting.model or "extractive, no model"
    out.print(
        f"[bold]{harmless(run.name)}[/bold] · {harmless(run.set_name)} {run.set_digest} · {result.asked:,} questions "
        f"({result.answerable:,} answerable) · {harmless(model)} · sequence {run.setting.sequence:,}"
    )
    for note in result.notes:
        err.print(f"[yellow]{harmless(note)}[/yellow]", soft_wrap=True)
    for part in PARTS:
        _print_part(result, part)
    _print_outcomes(result)
    _print_tags(result)
    _print_wrong(result, every)


def _print_part(result: Result, part: Part) -> None:
    rows = [(m, found) for m in MEASURES if m.part == part and (found := result.numbers[m.name]) is not None]
    if not rows:
        return
    out.print(f"\n[bold]{PARTS[part]}[/bold]")
    for measure, found in rows:
        out.print(_row(measure.name, found, measure.says), soft_wrap=True)


def _row(name: str, found: Interval, says: str) -> str:
    return f"{name:<20}{number(found.value):>8}  {interval(found):<18} of {found.n:<7,} [dim]{escape(says)}[/dim]"


def _print_outcomes(result: Result) -> None:
    out.print("\n[bold]Answers by outcome[/bold]")
    for kind, counts in result.outcomes.items():
        said = ", ".join(f"{count:,} {status.replace('_', ' ')}" for status, count in counts.items())
        out.print(f"{kind:<20}{said or 'none'}")
    if result.auroc is not None:
        out.print(
            _row("AUROC", result.auroc, "answerability tells answerable from unanswerable"), soft_wrap=True
        )
    if result.flips is not None:
        out.print(_row("flips", result.flips, "questions that did not always come out alike"), soft_wrap=True)


def _print_tags(result: Result) -> None:
    if not result.tags:
        return
    out.print(f"\n[bold]By tag[/bold]  ({', '.join(TAGGED)})")
    for tag, numbers in of_tags(result):
        cells = [numbers[name] for name in TAGGED]
        said = "  ".join("–".rjust(8) if one is None else f"{number(one.value):>8}" for one in cells)
        out.print(f"{harmless(tag):<24}{said}   of {result.tag_counts[tag]:,}")


def _print_wrong(result: Result, every: bool) -> None:
    for one in result.failed if every else result.failed[:SHOWN]:
        err.print(
            f"[red]{harmless(one.asked.question.id)}: {harmless(one.diagnosis.said)}[/red]", soft_wrap=True
        )
    if result.failed:
        err.print(f"{len(result.failed):,} questions failed; the same command asks them again.")
    if not result.wrong:
        return
    out.print(f"\n[bold]{len(result.wrong):,} came out wrong[/bold]")
    for why, count in result.why.items():
        out.print(f"{why.replace('_', ' '):<24}{count:,}")
    out.print()
    for one in result.wrong if every else result.wrong[:SHOWN]:
        _print_one(one)
    if not every and len(result.wrong) > SHOWN:
        left = len(result.wrong) - SHOWN
        out.print(f"[dim]and {left:,} more: dateline eval show {harmless(result.run.name)}[/dim]")


def _print_one(one: Wrong) -> None:
    question = one.asked.question
    out.print(
        f"{harmless(question.id)}  {harmless(question.question)}  [dim]{harmless(one.diagnosis.said)}[/dim]",
        soft_wrap=True,
    )


def print_runs(runs: Sequence[Listed]) -> None:
    """The runs, one a line."""
    for one in runs:
        run = one.run
        state = "finished" if run.finished else f"stopped at {one.answers:,}"
        marks = [
            state,
            *([f"{one.failed:,} failed"] if one.failed else []),
            *(["imported"] if run.imported else []),
        ]
        out.print(
            f"{harmless(run.name)}  {run.began} · {harmless(run.set_name)} {run.set_digest}, "
            f"{run.questions:,} questions"
            f" · {harmless(run.setting.model or 'extractive')} · {', '.join(marks)}",
            soft_wrap=True,
        )
    if not runs:
        out.print("No run yet: `dateline eval run --set FILE --name NAME` makes one.")


def print_compared(compared: Comparison, faults: Sequence[str], *, gated: bool) -> None:
    """What changed, regressions first."""
    base, head = (harmless(one.run.name) for one in (compared.base, compared.head))
    out.print(f"[bold]{head}[/bold] beside [bold]{base}[/bold]: {compared.compared:,} questions in both")
    for warning in compared.warnings:
        err.print(f"[yellow]{harmless(warning)}[/yellow]", soft_wrap=True)
    if compared.regressions:
        out.print(f"\n[bold]{len(compared.regressions):,} regressions[/bold]: right in {base}, not in {head}")
    for one in compared.regressions:
        _print_turned(one, base, head)
    out.print(f"\n[bold]Changes[/bold]  ({head} less {base}, 95 % interval)")
    for change in order_of(compared.changes):
        out.print(_change(change), soft_wrap=True)
    if compared.tags:
        out.print(
            f"\n[bold]By tag[/bold], what can be told from chance  [dim]{BY_CHANCE}[/dim]", soft_wrap=True
        )
    for tag, changes in compared.tags.items():
        told = [
            one for one in order_of(changes) if one.verdict in ("better", "worse") and one.name != "seconds"
        ]
        if told:
            out.print(f"\n[bold]{harmless(tag)}[/bold]")
            for change in told:
                out.print(_change(change), soft_wrap=True)
    if compared.improvements:
        ids = ", ".join(harmless(one.id) for one in compared.improvements)
        out.print(f"\n[bold]{len(compared.improvements):,} improvements[/bold]: {ids}", soft_wrap=True)
    for fault in faults:
        err.print(f"[red]Gate: {harmless(fault)}[/red]", soft_wrap=True)
    if gated and not faults:
        out.print("\nGate: passed.")


def _change(change: Change) -> str:
    ends = f"{signed(change.difference.low)} to {signed(change.difference.high)}"
    beside = f"{number(change.base)} → {number(change.head)}"
    differ = f"{change.up:,} up, {change.down:,} down of {change.difference.n:,}"
    return (
        f"{change.name:<20}{signed(change.difference.value):>9}  {ends:<22} {beside:<20}"
        f" [dim]{differ} · {VERDICTS[change.verdict]}[/dim]"
    )


def _print_turned(one: Turned, base: str, head: str) -> None:
    out.print(f"\n{harmless(one.id)}  [bold]{harmless(one.question)}[/bold]", soft_wrap=True)
    for name, side in ((base, one.base), (head, one.head)):
        why = "" if side.diagnosis is None else f"  [dim]{harmless(side.diagnosis.said)}[/dim]"
        out.print(f"  {name}: {_said(side)}{why}", soft_wrap=True)


def _said(side: Side) -> str:
    answer: Answer | None = side.asked.answer
    if answer is None:
        return "–"
    said = text_of(answer) or answer.status.replace("_", " ")
    places = [f"{c.article_id} {c.start}-{c.end}" for c in cited_by(answer)]
    return harmless(said) + (f"  [dim]{harmless('; '.join(places))}[/dim]" if places else "")
