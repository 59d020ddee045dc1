"""Articles over time by outlet: a small chart that filters the list when it is pressed, and the same in words."""

from __future__ import annotations

import calendar
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from html import escape
from typing import TYPE_CHECKING, Any

import streamlit as st

from rag.state import Published, Sift, Timeline
from ui import dates, shelf, sifting, words

if TYPE_CHECKING:
    from rag.newsroom import Newsroom

OUTLETS = 5  # told apart in the chart; the others stand together
OTHERS = "other outlets"
LIGHT = ("#0f4c81", "#b8860b", "#5b7f5e", "#9a5b6e", "#6f8aa3", "#a3a9b0")
DARK = ("#6fa8dc", "#e0bf45", "#93b996", "#cf95a6", "#a9bfd4", "#747c85")
KEY = "library_chart"


def page(newsroom: Newsroom, sift: Sift, today: date, on_change: Callable[[], None]) -> None:
    """Draw it for what the filter leaves, days and outlets apart: those are what it sets."""
    timeline = newsroom.timeline(replace(sift, from_=None, to=None, outlets=(), undated=False))
    if len({one.period for one in timeline.periods}) < 2:
        return
    top = [name for name, _ in Counter(_by_outlet(timeline)).most_common(OUTLETS)]
    said = _said(timeline, today)
    with st.expander(said, expanded=False, key="over_time"):
        st.altair_chart(
            _chart(timeline, top),
            width="stretch",
            key=KEY,
            on_select=lambda: _press(timeline, top, on_change),
            selection_mode="bar",
            alt=said,
        )
        st.html(_in_words(timeline, today))


def _by_outlet(timeline: Timeline) -> dict[str, int]:
    counts = Counter[str]()
    for one in timeline.periods:
        counts[one.outlet or shelf.NOT_STATED] += one.articles
    return counts


def _chart(timeline: Timeline, top: list[str]) -> Any:
    import altair as alt  # half a second, and only this page needs it

    names = [*top, OTHERS]
    rows = Counter[tuple[str, str]]()
    for one in timeline.periods:
        name = one.outlet or shelf.NOT_STATED
        rows[one.period, name if name in top else OTHERS] += one.articles
    data = [
        {"period": period, "outlet": name, "articles": count}
        for (period, name), count in sorted(rows.items())
    ]
    used = [name for name in names if any(row["outlet"] == name for row in data)]
    dark = st.context.theme.type == "dark"
    colours = (DARK if dark else LIGHT)[: len(used)]
    ink: Any = {"labelFontSize": 14, "labelColor": "#e4e8ec" if dark else "#18212b"}
    bar = alt.selection_point(name="bar", fields=["period", "outlet"])
    unit = timeline.unit
    return (
        alt.Chart(alt.InlineData(values=data))
        .mark_bar(cursor="pointer")
        .encode(
            x=alt.X("period:O", title=None, axis=alt.Axis(**ink, labelAngle=0, labelOverlap=True)),
            y=alt.Y("sum(articles):Q", title=None, axis=alt.Axis(**ink, tickMinStep=1, tickCount=3)),
            color=alt.Color(
                "outlet:N",
                title=None,
                scale=alt.Scale(domain=used, range=list(colours)),
                legend=alt.Legend(**ink, orient="top", labelLimit=260, columns=3),
            ),
            opacity=alt.condition(bar, alt.value(1), alt.value(0.35)),
            tooltip=[
                alt.Tooltip("period:O", title=unit.capitalize()),
                alt.Tooltip("outlet:N", title="Outlet"),
                alt.Tooltip("articles:Q", title="Articles"),
            ],
        )
        .add_params(bar)
        .properties(height=240)
    )


def _press(timeline: Timeline, top: list[str], on_change: Callable[[], None]) -> None:
    """Filter the list by what was pressed; pressed beside the bars, by nothing of it any more."""
    held = st.session_state
    picked = held[KEY].selection.get("bar") or []
    periods = sorted({str(one["period"]) for one in picked})
    names = {str(one["outlet"]) for one in picked}
    held[sifting.FROM] = _first(periods[0]) if periods else None
    held[sifting.TO] = _last(periods[-1]) if periods else None
    meant = sorted({one.outlet or "" for one in timeline.periods if _named(one, top) in names})
    held[sifting.OUTLETS] = meant
    on_change()


def _named(one: Published, top: list[str]) -> str:
    name = one.outlet or shelf.NOT_STATED
    return name if name in top else OTHERS


def _first(period: str) -> date:
    return date.fromisoformat(period if len(period) > 7 else f"{period}-01")


def _last(period: str) -> date:
    first = _first(period)
    return first if len(period) > 7 else first.replace(day=calendar.monthrange(first.year, first.month)[1])


def _said(timeline: Timeline, today: date) -> str:
    """As "Articles per day by outlet, 3 Oct to 12 Nov; most on 12 Oct: 9"."""
    counts = Counter[str]()
    for one in timeline.periods:
        counts[one.period] += one.articles
    most, number = max(counts.items(), key=lambda pair: (pair[1], pair[0]))
    span = dates.between(min(counts), max(counts), today)
    on = "on" if timeline.unit == "day" else "in"
    return f"Articles per {timeline.unit} by outlet, {span}; most {on} {dates.shown(most, today)}: {number:,}"


def _in_words(timeline: Timeline, today: date) -> str:
    """The chart as a table, for whoever cannot see or press it."""
    by_period: dict[str, list[str]] = {}
    for one in timeline.periods:
        by_period.setdefault(one.period, []).append(f"{one.outlet or shelf.NOT_STATED} {one.articles:,}")
    rows = "".join(
        f"<tr><td>{escape(dates.shown(period, today))}</td><td>{escape(', '.join(said))}</td></tr>"
        for period, said in by_period.items()
    )
    aside = [f"{timeline.undated:,} undated"] if timeline.undated else []
    aside += [f"{words.count(timeline.coarse, 'article')} dated less closely"] if timeline.coarse else []
    left = f"<p>Not in the chart: {escape(', '.join(aside))}.</p>" if aside else ""
    head = f"<tr><th>{timeline.unit.capitalize()}</th><th>Articles by outlet</th></tr>"
    table = f'<table class="items"><thead>{head}</thead><tbody>{rows}</tbody></table>'
    return f"{left}<details><summary>The chart as a table</summary>{table}</details>"
