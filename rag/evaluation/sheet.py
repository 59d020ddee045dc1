"""The parts of an HTML report: one file, no script, no address; every text escaped; light and dark, wide and narrow."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from rag.evaluation.citing import shown_by, text_of
from rag.evaluation.metrics import Interval
from rag.evaluation.runs import Asked
from rag.evaluation.scoring import Point
from rag.types import Answer

MOST = 2000  # questions written out; more make a file that no browser likes

CSS = """
:root { color-scheme: light dark; --ink: #1b1f24; --dim: #55606b; --paper: #fff; --rule: #d8dde3; --bar: #2f6690;
  --wash: #f3f5f7; --good: #1d6b3a; --bad: #a5271d; --warn: #7a5200; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ec; --dim: #a3adb8; --paper: #14181d; --rule: #333b44;
  --bar: #7fb2da; --wash: #1d232a; --good: #7ccf96; --bad: #ff9d92; --warn: #e6bd6a; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1040px; padding: 24px 16px 64px; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font: 600 28px/1.2 Georgia, serif; margin: 0 0 4px; }
h2 { font: 600 20px/1.3 Georgia, serif; margin: 36px 0 8px; }
h3 { font-size: 16px; margin: 20px 0 4px; }
p { margin: 4px 0 12px; max-width: 70ch; }
.dim, small { color: var(--dim); font-size: 14px; }
.note { border-left: 3px solid var(--warn); padding: 2px 0 2px 10px; margin: 6px 0; }
.fault { border-left: 3px solid var(--bad); padding: 2px 0 2px 10px; margin: 6px 0; }
.good { color: var(--good); } .bad { color: var(--bad); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 16px; margin: 8px 0; font-size: 15px; }
dt { color: var(--dim); } dd { margin: 0; }
table { border-collapse: collapse; width: 100%; font-size: 15px; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: 6px 12px 6px 0; border-bottom: 1px solid var(--rule); vertical-align: top; }
th { font-weight: 600; } td.n, th.n { text-align: right; white-space: nowrap; }
svg { display: block; max-width: 100%; }
.axis { stroke: var(--rule); } .range { stroke: var(--bar); stroke-width: 2; } .dot { fill: var(--bar); }
.line { fill: none; stroke: var(--bar); stroke-width: 2; } .other { stroke: var(--bad); stroke-dasharray: 5 4; }
svg text { fill: var(--dim); font: 14px system-ui, sans-serif; }
details { border-bottom: 1px solid var(--rule); padding: 8px 0; }
summary { cursor: pointer; } summary:focus-visible { outline: 2px solid var(--bar); outline-offset: 2px; }
blockquote { margin: 4px 0 8px; padding: 4px 0 4px 10px; border-left: 2px solid var(--rule); }
.sides { display: grid; grid-template-columns: 1fr 1fr; gap: 20px; }
.sides > div { background: var(--wash); padding: 10px 12px; min-width: 0; }
mark { background: none; color: inherit; text-decoration: underline; text-decoration-thickness: 2px;
  text-decoration-color: var(--bar); text-underline-offset: 3px; }
@media (max-width: 640px) { .sides, dl { grid-template-columns: 1fr; } .says, .chart { display: none; }
  dt { margin-top: 6px; } th, td { padding-right: 8px; } td.n, th.n { white-space: normal; }
  .stack thead { display: none; } .stack tr { display: grid; grid-template-columns: 1fr 1fr; padding: 8px 0;
    border-bottom: 1px solid var(--rule); } .stack td { border: 0; padding: 1px 8px 1px 0; text-align: left; }
  .stack td.chart { display: none; } .stack td:first-child { grid-column: 1 / -1; font-weight: 600; }
  .stack td[data-of]::before { content: attr(data-of) " "; color: var(--dim); } }
"""


def page(title: str, body: Iterable[str]) -> str:
    """A whole file."""
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{CSS}</style></head>\n<body>\n"
        + "\n".join(body)
        + "\n</body></html>\n"
    )


def pairs(rows: Iterable[tuple[str, str]]) -> str:
    """Names and what stands for them."""
    return f"<dl>{''.join(f'<dt>{escape(name)}</dt><dd>{escape(said)}</dd>' for name, said in rows)}</dl>"


def told(notes: Iterable[str], kind: str = "note") -> str:
    """Sentences that a reader must not miss."""
    return "".join(f'<p class="{kind}">{escape(note)}</p>' for note in notes)


def table(head: Sequence[tuple[str, str]], rows: Iterable[Sequence[str]], *, stack: bool = False) -> str:
    """A table; `head` is each column's name and class; cells are HTML already. `stack`: in a narrow window each row
    stands as a block, its cells named."""
    top = "".join(f'<th scope="col" class="{kind}">{escape(name)}</th>' for name, kind in head)
    lines = "".join(
        "<tr>" + "".join(_cell(*above, cell) for above, cell in zip(head, row, strict=True)) + "</tr>"
        for row in rows
    )
    kind = "stack" if stack else "plain"
    return f'<table class="{kind}"><thead><tr>{top}</tr></thead><tbody>{lines}</tbody></table>'


def _cell(name: str, kind: str, cell: str) -> str:
    named = f' data-of="{escape(name)}"' if name and kind else ""
    return f'<td class="{kind}"{named}>{cell}</td>'


def bar(found: Interval, low: float, high: float) -> str:
    """A value with its interval on a line from `low` to `high`, as a drawing."""
    span = (high - low) or 1.0

    def at(value: float) -> float:
        return round(4 + 152 * min(1.0, max(0.0, (value - low) / span)), 1)

    zero = f'<line class="axis" x1="{at(0)}" y1="1" x2="{at(0)}" y2="17"/>' if low < 0 < high else ""
    return (
        '<svg width="160" height="18" viewBox="0 0 160 18" aria-hidden="true">'
        f'<line class="axis" x1="4" y1="9" x2="156" y2="9"/>{zero}'
        f'<line class="range" x1="{at(found.low)}" y1="9" x2="{at(found.high)}" y2="9"/>'
        f'<circle class="dot" cx="{at(found.value)}" cy="9" r="4"/></svg>'
    )


def curve(points: Sequence[Point]) -> str:
    """Both ways of being wrong over the threshold: not answering what is answerable, answering what is not."""

    def line(values: Iterable[float], kind: str) -> str:
        step = 270 / (len(points) - 1)
        places = " ".join(f"{48 + i * step:.1f},{170 - 160 * value:.1f}" for i, value in enumerate(values))
        return f'<polyline class="line {kind}" points="{places}"/>'

    marks = "".join(
        f'<text x="42" y="{175 - 160 * share:.0f}" text-anchor="end">{share:.0%}</text>'
        f'<line class="axis" x1="48" y1="{170 - 160 * share:.0f}" x2="318" y2="{170 - 160 * share:.0f}"/>'
        for share in (0.0, 0.5, 1.0)
    )
    below = "".join(
        f'<text x="{48 + 270 * at:.0f}" y="192" text-anchor="middle">{at:g}</text>' for at in (0, 0.5, 1)
    )
    said = "Shares of answerable questions not answered and of unanswerable ones answered, by threshold"
    return (
        f'<svg viewBox="0 0 328 200" width="328" role="img" aria-label="{said}">{marks}{below}'
        f"{line((point.not_answered for point in points), '')}"
        f"{line((point.answered for point in points), 'other')}</svg>"
        '<p class="dim">Whole line: answerable, but not answered. Broken line: unanswerable, but answered. '
        "From left to right the threshold of answerability rises.</p>"
    )


def answer(asked: Asked, beside: Asked | None = None, *, sure: bool = True) -> str:
    """What was said and cited; what `beside` does not say or cite is underlined. `sure`: with its answerability."""
    given = asked.answer
    if given is None:
        return f"<p>{escape(asked.fault or 'no answer')}</p>"
    other = beside.answer if beside is not None else None
    status = given.status.replace("_", " ")
    said = escape(status) + (_sure(given) if sure else "")
    said += f" · asked as of {escape(asked.question.as_of)}" if asked.question.as_of else ""
    return f'<p class="dim">{said}</p>{_sentences(given, other)}{_citations(given, other)}'


def expected(asked: Asked) -> str:
    """What a question's record expects."""
    question, rows = asked.question, []
    if not question.answerable:
        return "<p>Expected: no answer.</p>"
    if question.answers:
        rows.append(f"<p>Expected: {escape(' · '.join(question.answers))}</p>")
    for index, entry in enumerate(question.evidence):
        lost = " · not in the library" if index in asked.missing else ""
        rows.append(
            f'<p class="dim">Evidence in {escape(entry.article)}{lost}</p>'
            f"<blockquote>{escape(entry.quote)}</blockquote>"
        )
    return "".join(rows)


def _sure(given: Answer) -> str:
    return "" if given.answerability is None else f" · answerability {given.answerability:.2f}"


def _sentences(given: Answer, other: Answer | None) -> str:
    if given.coverage is not None or not given.sentences:
        said = text_of(given)
        return f"<p>{escape(said or 'Nothing was answered.')}</p>"
    known = {one.text for one in other.sentences} if other is not None else None
    parts = []
    for one in given.sentences:
        numbers = "".join(f"[{number}]" for number in one.citations)
        said = f"{escape(one.text)} <small>{numbers}</small>"
        parts.append(said if known is None or one.text in known else f"<mark>{said}</mark>")
    return f"<p>{' '.join(parts)}</p>"


def _citations(given: Answer, other: Answer | None) -> str:
    places = {(one.article_id, one.start, one.end) for one in shown_by(other)} if other is not None else None
    lines = []
    for one in shown_by(given):
        source = f"{one.outlet or 'outlet not stated'}, {one.published or 'undated'}"
        place = f"[{one.number}] {one.article_id} {one.start}–{one.end} · {source}"
        new = places is not None and (one.article_id, one.start, one.end) not in places
        said = f"<mark>{escape(place)}</mark>" if new else escape(place)
        lines.append(f'<p class="dim">{said}</p><blockquote>{escape(one.quote)}</blockquote>')
    return "".join(lines)
