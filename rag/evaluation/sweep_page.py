"""A sweep of search settings as one HTML file: a chart of each setting's share with its interval, and the table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from rag.evaluation.metrics import Interval
from rag.evaluation.words import interval, number

LEFT, WIDE, ROW = 190, 420, 26  # pixels of the chart
STYLE = """
:root{color-scheme:light dark;--ink:#1a1a1a;--soft:#5b5b5b;--line:#cfcfcf;--mark:#0b57d0;--page:#fff}
@media(prefers-color-scheme:dark){:root{--ink:#ececec;--soft:#a5a5a5;--line:#444;--mark:#8ab4f8;--page:#151515}}
body{font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--page);max-width:60rem;margin:2rem auto;
padding:0 1rem}
table{border-collapse:collapse}td,th{padding:.25rem .6rem;border-bottom:1px solid var(--line);text-align:right}
td:first-child,th:first-child{text-align:left}.wide{overflow-x:auto}svg text{fill:var(--ink);font:13px system-ui}
svg .soft{fill:var(--soft)}svg line{stroke:var(--line)}svg .ends{stroke:var(--mark)}svg circle{fill:var(--mark)}
"""

Numbers = Mapping[str, Interval | None]
Rows = Sequence[tuple[str, Numbers, float]]


def chart(rows: Rows, measure: str) -> str:
    """An SVG: for each setting the measure from 0 to 1, with its 95 % interval."""
    height = ROW * len(rows) + 34
    parts = [
        f'<svg viewBox="0 0 {LEFT + WIDE + 70} {height}" width="100%" role="img" '
        f'aria-label="{escape(measure)} of each search setting, with its 95 % interval">'
    ]
    for tick in range(0, 11, 2):
        x = LEFT + WIDE * tick / 10
        parts.append(f'<line x1="{x:.0f}" x2="{x:.0f}" y1="4" y2="{height - 24}"/>')
        parts.append(
            f'<text class="soft" x="{x:.0f}" y="{height - 8}" text-anchor="middle">{tick / 10:g}</text>'
        )
    for at, (name, numbers, _) in enumerate(rows):
        y, found = ROW * at + 18, numbers[measure]
        parts.append(f'<text x="{LEFT - 10}" y="{y + 4}" text-anchor="end">{escape(name)}</text>')
        if found is not None:
            low, high, value = (LEFT + WIDE * end for end in (found.low, found.high, found.value))
            parts.append(f'<line class="ends" x1="{low:.1f}" x2="{high:.1f}" y1="{y}" y2="{y}"/>')
            parts.append(f'<circle cx="{value:.1f}" cy="{y}" r="4"/>')
            parts.append(f'<text x="{LEFT + WIDE + 12}" y="{y + 4}">{number(found.value)}</text>')
    return "".join(parts) + "</svg>"


def table(rows: Rows, measures: Sequence[str]) -> str:
    """Every setting with every measure, its interval, and the median seconds of a search."""
    head = "".join(f"<th>{escape(one)}</th>" for one in (*measures, "seconds"))
    body = "".join(
        f"<tr><td>{escape(name)}</td>{''.join(_cell(numbers[one]) for one in measures)}<td>{seconds:.3f}</td></tr>"
        for name, numbers, seconds in rows
    )
    head = f"<tr><th>setting</th>{head}</tr>"
    return f'<div class="wide"><table><thead>{head}</thead><tbody>{body}</tbody></table></div>'


def sweep_page(about: Sequence[str], rows: Rows, measures: Sequence[str], charted: Sequence[str]) -> str:
    """The whole file; nothing in it is fetched."""
    said = "".join(f"<p>{escape(one)}</p>" for one in about)
    charts = "".join(f"<h2>{escape(one)}</h2>{chart(rows, one)}" for one in charted)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Search settings</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head><body>'
        f"<h1>Search settings beside each other</h1>{said}{charts}<h2>All numbers</h2>{table(rows, measures)}"
        "</body></html>\n"
    )


def _cell(found: Interval | None) -> str:
    if found is None:
        return "<td>–</td>"
    return f'<td title="{escape(interval(found))}, of {found.n:,}">{number(found.value)}</td>'
