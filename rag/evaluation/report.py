"""A run, and a comparison of two, as one HTML file that can be sent round."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from itertools import chain

from rag.evaluation import sheet
from rag.evaluation.comparison import Change, Comparison, Turned, order_of
from rag.evaluation.diagnosis import SAYS
from rag.evaluation.grading import Decision, Graded
from rag.evaluation.judging import Judged
from rag.evaluation.measures import MEASURES, Part
from rag.evaluation.power import smallest_change
from rag.evaluation.runs import Run
from rag.evaluation.scoring import Result, Wrong
from rag.evaluation.words import (
    BY_CHANCE,
    PARTS,
    VERDICTS,
    agreement,
    can_show,
    decision,
    interval,
    judged_lines,
    number,
    of_tags,
    signed,
)

TAGGED = ("right", "hits@5", "evidence_cited", "citation_precision")
COLUMNS = (("measure", ""), ("value", "n"), ("95 %", "n"), ("of", "n"), ("", "chart"), ("", "says"))
CHANGED = (("measure", ""), ("change", "n"), ("95 %", "n"), ("base → head", "n"), ("", ""), ("", "chart"))


def run_page(result: Result, by_hand: Graded | None = None, judged: Sequence[Judged] = ()) -> str:
    """The report of one run; with what people graded, and what models judged."""
    parts = chain(_run(result), _graded(by_hand), _judged(judged))
    return sheet.page(f"{result.run.name} · Dateline evaluation", parts)


def _graded(by_hand: Graded | None) -> Iterator[str]:
    if by_hand is None or not by_hand.grades:
        return
    yield "<h2>Graded by people, blind</h2>"
    marks = by_hand.marks.items()
    yield sheet.pairs((who, ", ".join(f"{n:,} {mark}" for mark, n in some.items())) for who, some in marks)
    for one in by_hand.agreements:
        yield f"<p>{escape(agreement(one))}</p>"
        if one.apart:
            apart = ", ".join(f"{question} ({run})" for run, question in one.apart)
            yield f'<p class="dim">Graded differently: {escape(apart)}</p>'
    if by_hand.critical:
        yield "<h3>Critical questions, each by itself</h3>"
        yield sheet.pairs(
            (each.question, f"{each.mark}, {each.grader} of {each.run}: {each.why}".rstrip(": "))
            for each in by_hand.critical
        )
    harmful = (f"Harmful, and critical: {each.question}. {each.why}" for each in by_hand.harmful)
    yield sheet.told(harmful, "fault")


def _judged(judged: Sequence[Judged]) -> Iterator[str]:
    """By a model: beside the run's numbers, and in none of them."""
    for one in judged:
        yield f"<h2>{escape(one.run)}, judged by {escape(one.judge)}</h2>"
        yield from (f"<p>{escape(line)}</p>" for line in judged_lines(one))
        yield sheet.pairs((question, f"not judged: {why}") for question, why in one.not_judged.items())


def _run(result: Result) -> Iterator[str]:
    run = result.run
    yield f"<h1>{escape(run.name)}</h1>"
    yield f'<p class="dim">Dateline, answers measured on {escape(run.set_name)}</p>'
    yield sheet.pairs(_about(run, result.asked, result.answerable))
    yield sheet.told(result.notes)
    yield f'<p class="dim">{escape(can_show(smallest_change(result.asked)))}</p>'
    for part in PARTS:
        yield _numbers(result, part)
    yield "<h2>Answers by outcome</h2>" + _outcomes(result)
    if result.curve:
        yield "<h3>At other thresholds</h3>" + sheet.curve(result.curve)
    if result.tags:
        yield "<h2>By tag</h2>" + _tags(result)
    yield f"<h2>{len(result.wrong) + len(result.failed):,} did not come out right</h2>"
    yield sheet.pairs((SAYS[why], f"{count:,}") for why, count in result.why.items())  # type: ignore[index]
    wrong = (*result.failed, *result.wrong)
    yield from (_wrong(one) for one in wrong[: sheet.MOST])
    if len(wrong) > sheet.MOST:
        yield f'<p class="dim">and {len(wrong) - sheet.MOST:,} more, in `dateline eval show`.</p>'


def _about(run: Run, asked: int, answerable: int) -> list[tuple[str, str]]:
    setting = run.setting
    prompts = ", ".join(f"{name} {digest}" for name, digest in setting.prompts.items())
    return [
        ("questions", f"{asked:,}, {answerable:,} of them answerable"),
        ("set", f"{run.set_name}, digest {run.set_digest}"),
        ("written by", setting.model or "extractive, no model"),
        ("prompts", prompts or "none"),
        ("library", f"at sequence {setting.sequence:,}"),
        ("fingerprint", setting.fingerprint),
        ("each asked", f"{setting.repeat} times" if setting.repeat > 1 else "once"),
        ("began", run.began),
        ("finished", run.finished or "not finished"),
    ]


def _numbers(result: Result, part: Part) -> str:
    rows = []
    for measure in MEASURES:
        found = result.numbers[measure.name]
        if measure.part != part or found is None:
            continue
        chart = sheet.bar(found, 0, 1) if part != "taking" else ""
        says = f'<span class="dim">{escape(measure.says)}</span>'
        cells = [escape(measure.name), number(found.value), interval(found), f"{found.n:,}", chart, says]
        rows.append(cells)
    return f"<h2>{PARTS[part]}</h2>" + sheet.table(COLUMNS, rows) if rows else ""


def _outcomes(result: Result) -> str:
    rows = [
        (
            kind,
            ", ".join(f"{count:,} {status.replace('_', ' ')}" for status, count in counts.items()) or "none",
        )
        for kind, counts in result.outcomes.items()
    ]
    for name, found in (("AUROC of answerability", result.auroc), ("flips", result.flips)):
        if found is not None:
            rows.append((name, f"{number(found.value)} ({interval(found)}), of {found.n:,}"))
    return sheet.pairs(rows)


def _tags(result: Result) -> str:
    head = [("tag", ""), ("questions", "n"), *((name, "n") for name in TAGGED)]
    rows = []
    for tag, numbers in of_tags(result):
        cells = [numbers[name] for name in TAGGED]
        said = [
            "–" if one is None else f"{number(one.value)} <small>{interval(one)}, of {one.n:,}</small>"
            for one in cells
        ]
        rows.append([escape(tag), f"{result.tag_counts[tag]:,}", *said])
    return sheet.table(head, rows, stack=True)


def _wrong(one: Wrong) -> str:
    question = one.asked.question
    tags = f' <span class="dim">{escape(", ".join(question.tags))}</span>' if question.tags else ""
    return (
        f"<details><summary><b>{escape(question.id)}</b> {escape(question.question)}<br>"
        f'<span class="bad">{escape(one.diagnosis.said)}</span>{tags}</summary>'
        f'<div class="sides"><div>{sheet.expected(one.asked)}</div><div>{sheet.answer(one.asked)}</div></div></details>'
    )


def comparison_page(
    compared: Comparison,
    faults: Sequence[str] = (),
    *,
    gated: bool = False,
    by_hand: Graded | None = None,
    decisions: Sequence[Decision] = (),
    judged: Sequence[Judged] = (),
) -> str:
    """The report of two runs beside each other; with the gate, whether it was passed; what people graded, what models
    judged; and who signed what."""
    base, head = compared.base.run.name, compared.head.run.name
    parts = chain(_compared(compared, faults, gated), _graded(by_hand), _judged(judged), _decided(decisions))
    return sheet.page(f"{head} beside {base} · Dateline evaluation", parts)


def _decided(decisions: Sequence[Decision]) -> Iterator[str]:
    yield "<h2>Decision</h2>"
    if not decisions:
        yield "<p>Nobody has signed one.</p>"
    for one in decisions:
        yield f"<p>{escape(decision(one))}</p>"


def _compared(compared: Comparison, faults: Sequence[str], gated: bool) -> Iterator[str]:
    base, head = compared.base, compared.head
    yield f"<h1>{escape(head.run.name)} beside {escape(base.run.name)}</h1>"
    yield f'<p class="dim">{compared.compared:,} questions that are in both</p>'
    yield sheet.told(compared.warnings)
    if gated:
        yield (
            sheet.told((f"Gate: {fault}" for fault in faults), "fault") or '<p class="good">Gate: passed.</p>'
        )
    yield f'<p class="dim">{escape(can_show(smallest_change(compared.compared)))}</p>'
    yield f"<h2>{len(compared.regressions):,} regressions</h2>"
    names = base.run.name, head.run.name
    said = f"Right in {names[0]}, not in {names[1]}. What differs is underlined."
    yield f'<p class="dim">{escape(said)}</p>'
    yield from (_turned(one, *names, opened=True) for one in compared.regressions[: sheet.MOST])
    yield "<h2>Changes</h2>" + _changes(order_of(compared.changes))
    if compared.tags:
        yield f'<h2>By tag</h2><p class="dim">{escape(BY_CHANCE)}</p>'
    for tag, changes in compared.tags.items():
        told = [one for one in order_of(changes) if one.name in TAGGED and one.verdict != "same"]
        if told:
            yield f"<h3>{escape(tag)}</h3>" + _changes(told)
    yield f"<h2>{len(compared.improvements):,} improvements</h2>"
    yield from (_turned(one, *names, opened=False) for one in compared.improvements[: sheet.MOST])
    yield "<h2>The runs</h2>"
    for side in (base, head):
        yield f"<h3>{escape(side.run.name)}</h3>" + sheet.pairs(_about(side.run, side.asked, side.answerable))
        if side.flips is not None:
            yield f"<p>Flips: {number(side.flips.value)} ({interval(side.flips)}), of {side.flips.n:,}.</p>"
        yield sheet.told(side.notes)


def _changes(changes: Sequence[Change]) -> str:
    rows = []
    for one in changes:
        widest = max(abs(one.difference.low), abs(one.difference.high), 0.05)
        kind = {"better": "good", "worse": "bad"}.get(one.verdict, "dim")
        differ = f"{one.up:,} up, {one.down:,} down of {one.difference.n:,}"
        rows.append(
            [
                f"{escape(one.name)}{'' if one.more_is_better else ' <small>less is better</small>'}",
                signed(one.difference.value),
                f"{signed(one.difference.low)} to {signed(one.difference.high)}",
                f"{number(one.base)} → {number(one.head)}",
                f'<span class="{kind}">{VERDICTS[one.verdict]}</span><br><small>{differ}</small>',
                sheet.bar(one.difference, -widest, widest),
            ]
        )
    return sheet.table(CHANGED, rows, stack=True)


def _turned(one: Turned, base: str, head: str, *, opened: bool) -> str:
    sides = []
    for name, side, other in ((base, one.base, one.head), (head, one.head, one.base)):
        why = f'<p class="bad">{escape(side.diagnosis.said)}</p>' if side.diagnosis is not None else ""
        sides.append(f"<div><h3>{escape(name)}</h3>{why}{sheet.answer(side.asked, other.asked)}</div>")
    return (
        f"<details{' open' if opened else ''}><summary><b>{escape(one.id)}</b> {escape(one.question)}</summary>"
        f'{sheet.expected(one.base.asked)}<div class="sides">{"".join(sides)}</div></details>'
    )
