"""Numbers of a run as HTML: each with how many questions it is of, its interval, and both drawn on a line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

import streamlit as st

from rag.evaluating import (
    MEASURES,
    PARTS,
    SAYS,
    VERDICTS,
    Change,
    Interval,
    Result,
    Wrong,
    interval,
    number,
    of_tags,
    sheet,
    signed,
)

TAGGED = ("right", "hits@5", "evidence_cited")
SEGMENT = 3.0  # per cent of the line that its dot takes


def numbers(result: Result) -> str:
    """Every measure that applies, part by part, as one table."""
    head = (("Measure", ""), ("Value", "n"), ("95 %", "n"), ("of", "n"), ("", "chart"), ("", "says"))
    parts = []
    for part, name in PARTS.items():
        rows = [
            [
                escape(one.name),
                number(found.value),
                interval(found),
                f"{found.n:,}",
                "" if part == "taking" else line(found, 0, 1),
                escape(one.says),
            ]
            for one in MEASURES
            if one.part == part and (found := result.numbers[one.name]) is not None
        ]
        if rows:
            parts.append(f"<h2>{escape(name)}</h2>{_table(head, rows)}")
    return "".join(parts)


def outcomes(result: Result) -> str:
    """Answers by status, how well answerability tells, and what flipped."""
    rows = [
        (kind, ", ".join(f"{n:,} {status.replace('_', ' ')}" for status, n in counts.items()) or "none")
        for kind, counts in result.outcomes.items()
    ]
    for name, found in (("AUROC of answerability", result.auroc), ("flips", result.flips)):
        if found is not None:
            rows.append((name, f"{number(found.value)} ({interval(found)}), of {found.n:,}"))
    return f"<h2>Answers by outcome</h2>{sheet.pairs(rows)}"


def tags(result: Result) -> str:
    """The measures that matter most by tag; nothing where there is no tag."""
    if not result.tags:
        return ""
    head = [("Tag", ""), ("Questions", "n"), *((name, "n") for name in TAGGED)]
    rows = []
    for tag, found in of_tags(result):
        cells = [
            "–" if (one := found[name]) is None else f"{number(one.value)} ({interval(one)}, of {one.n:,})"
            for name in TAGGED
        ]
        rows.append([escape(tag), f"{result.tag_counts[tag]:,}", *cells])
    return _table(head, rows)


def why(result: Result) -> str:
    """What went amiss, counted, as bars."""
    most = max(result.why.values(), default=1)
    said: dict[str, str] = {str(key): text for key, text in SAYS.items()}
    rows = [
        [
            escape(said[one]),
            f"{count:,}",
            f'<span class="lane"><span class="heap" style="width:{100 * count / most:.1f}%"></span></span>',
        ]
        for one, count in result.why.items()
    ]
    return _table((("Why", ""), ("Questions", "n"), ("", "chart")), rows) if rows else ""


def wrong(one: Wrong) -> str:
    """What was expected, and what was said and cited."""
    return (
        "<details><summary>What was expected, and what was answered</summary>"
        f'<div class="sides"><div><h3>Expected</h3>{sheet.expected(one.asked)}</div>'
        f"<div><h3>Answered</h3>{sheet.answer(one.asked)}</div></div></details>"
    )


def changes(some: Sequence[Change]) -> str:
    """What changed, each with its interval around nothing."""
    head = (("Measure", ""), ("Change", "n"), ("95 %", "n"), ("Base → head", "n"), ("", ""), ("", "chart"))
    rows = []
    for one in some:
        widest = max(abs(one.difference.low), abs(one.difference.high), 0.05)
        kind = {"better": "good", "worse": "bad"}.get(one.verdict, "")
        less = "" if one.more_is_better else " (less is better)"
        differ = f"{one.up:,} up, {one.down:,} down of {one.difference.n:,}"
        rows.append(
            [
                escape(one.name) + less,
                signed(one.difference.value),
                f"{signed(one.difference.low)} to {signed(one.difference.high)}",
                f"{number(one.base)} → {number(one.head)}",
                f'<span class="{kind}">{VERDICTS[one.verdict]}</span> · {differ}',
                line(one.difference, -widest, widest),
            ]
        )
    return _table(head, rows)


def line(found: Interval, low: float, high: float) -> str:
    """A value as a dot and its interval as a bar, from `low` to `high`; the numbers beside it say the same."""
    span = (high - low) or 1.0

    def at(value: float) -> float:
        return 100 * min(1.0, max(0.0, (value - low) / span))

    zero = f'<span class="zero" style="left:{at(0):.1f}%"></span>' if low < 0 < high else ""
    return (
        f'<span class="lane" aria-hidden="true">{zero}'
        f'<span class="range" style="left:{at(found.low):.1f}%;width:{at(found.high) - at(found.low):.1f}%"></span>'
        f'<span class="dot" style="left:{at(found.value):.1f}%"></span></span>'
    )


def _table(head: Iterable[tuple[str, str]], rows: Iterable[Sequence[str]]) -> str:
    return sheet.table(tuple(head), rows, stack=True)


def curve(result: Result) -> Any:
    """Both ways of being wrong over the threshold of answerability, as a chart."""
    import altair as alt  # half a second, and only a run's page needs it

    dark = st.context.theme.type == "dark"
    ink: Any = {"labelFontSize": 14, "titleFontSize": 14}
    ink |= (
        {"labelColor": "#e4e8ec", "titleColor": "#e4e8ec"}
        if dark
        else {"labelColor": "#18212b", "titleColor": "#18212b"}
    )
    names = ("answerable, not answered", "unanswerable, answered")
    data = [
        {"threshold": point.threshold, "share": share, "kind": name}
        for point in result.curve
        for name, share in zip(names, (point.not_answered, point.answered), strict=True)
    ]
    colours = ("#6fa8dc", "#e0bf45") if dark else ("#0f4c81", "#8a6508")
    legend = alt.Legend(
        labelFontSize=14, labelColor=ink["labelColor"], orient="top", labelLimit=320, columns=1
    )
    return (
        alt.Chart(alt.InlineData(values=data))
        .mark_line(strokeWidth=2)
        .encode(
            x=alt.X("threshold:Q", title="threshold of answerability", axis=alt.Axis(**ink, tickCount=5)),
            y=alt.Y("share:Q", title=None, axis=alt.Axis(**ink, format="%", tickCount=3)),
            color=alt.Color(
                "kind:N", title=None, scale=alt.Scale(domain=names, range=colours), legend=legend
            ),
            strokeDash=alt.StrokeDash(
                "kind:N", legend=None, scale=alt.Scale(domain=names, range=[[1, 0], [6, 4]])
            ),
        )
        .properties(background="transparent")
    )
