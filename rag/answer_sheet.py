"""An answer to take away: Markdown, HTML (one file, no scripts), DOCX, JSON, each sentence with its mark and sources.

All four say the same. No text becomes markup.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

from rag import credits
from rag.jsonable import as_json
from rag.marks import ANSWER, CLOSEST, UNFINISHED, conflict, leads, parts_said, taken_away
from rag.sheets import block, html_source, inline, markdown_source, page
from rag.types import Answer, Citation, Scope, Sentence

Form = Literal["md", "html", "docx", "json"]
NAMES: dict[Form, str] = {"md": "Markdown", "html": "HTML", "docx": "Word", "json": "JSON"}
MIMES: dict[Form, str] = {
    "md": "text/markdown",
    "html": "text/html",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "json": "application/json",
}
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f]")  # they steer a terminal
SAMPLE = "From the sample newsroom: every article is invented."


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence of an answer or the words of a citation, with its mark and the numbers of its sources. `lead` stands
    above it, and `heading` above that."""

    text: str
    mark: str
    cites: tuple[int, ...]
    lead: str | None = None
    heading: str | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """What every form says, in order. `sources`: citation and what has become of it since, None: nothing."""

    title: str
    headline: str | None
    lines: tuple[Line, ...]
    sources: tuple[tuple[Citation, str | None], ...]
    nearest: tuple[str, ...]
    about: tuple[str, ...]
    of: str = "answer"


def as_bytes(
    form: Form, answer: Answer, since: Sequence[str | None], *, at: str | None = None, sample: bool = False
) -> bytes:
    """An answer in one of the forms.

    Args:
        since: for each citation what has become of it, in words; None: nothing.
        at: when it was answered, RFC 3339 in UTC; None where it was not recorded.
        sample: it rests on the sample newsroom.
    """
    if form == "json":
        said = as_json(answer) | {"at": at, "since": list(since), "sample": sample}
        return (json.dumps(said, ensure_ascii=False, indent=1) + "\n").encode()
    sheet = laid_out(answer, since, at=at, sample=sample)
    if form == "docx":
        from rag.answer_docx import as_docx  # its library takes a while to import

        return as_docx(sheet)
    text = as_markdown(sheet) if form == "md" else as_html(sheet)
    return _CONTROL.sub("\ufffd", text).encode()


def laid_out(answer: Answer, since: Sequence[str | None], *, at: str | None, sample: bool) -> Sheet:
    """What every form of it says. Arguments as `as_bytes`."""
    sources = tuple(zip(answer.citations, since, strict=True))
    lines: list[Line] = []
    for apart in answer.disagreements:
        lines += [_line(apart.older, conflict(apart)), _line(apart.newer)]
    above = ({1: ANSWER} if lines else {}) | leads(answer)
    lines += [_line(one, above.get(number)) for number, one in enumerate(answer.sentences, 1)]
    if not answer.sentences:
        cited = list(answer.passages)
        lines += [Line(" ".join(one.quote.split()), "verbatim", (one.number,)) for one in cited]
    unfinished = [_line(one, UNFINISHED if at == 0 else None) for at, one in enumerate(answer.unfinished)]
    nearest = (credits.credit(one.outlet, one.published, one.title, None, None) for one in answer.nearest)
    return Sheet(
        title=" ".join(answer.asked_as.split()),
        headline=_headline(answer),
        lines=(*lines, *unfinished),
        sources=sources,
        nearest=tuple(nearest),
        about=tuple(_about(answer, at, sample)),
    )


def _line(sentence: Sentence, lead: str | None = None) -> Line:
    return Line(sentence.text, taken_away(sentence), sentence.citations, lead)


def _headline(answer: Answer) -> str | None:
    if answer.coverage is not None:
        return answer.coverage.said
    if answer.status == "closest":
        return CLOSEST
    if answer.status == "no_answer_found":
        return f"No answer found in {answer.searched:,} articles. It may be there in other words."
    return None


def _about(answer: Answer, at: str | None, sample: bool) -> list[str]:
    fresh, said = answer.freshness, [SAMPLE] if sample else []
    if answer.status == "answered" and answer.coverage is None:
        origins = answer.origins
        named = f"; origins: {', '.join(origins.named)}" if origins and origins.named else ""
        unclear = f"; {origins.unclear} unclear" if origins and origins.unclear else ""
        said.append(f"{answer.texts} text{'' if answer.texts == 1 else 's'}{named}{unclear}.")
    newest = [f"newest used {credits.day(fresh.newest_cited)}"] if fresh.newest_cited else []
    newest += [f"newest in scope {credits.day(fresh.newest_in_scope)}"] if fresh.newest_in_scope else []
    newest += [f"{fresh.undated_left_out:,} undated left out"] if fresh.undated_left_out else []
    said.append("; ".join([f"Searched {answer.searched:,} articles", *newest]) + ".")
    said += [f"Scope: {'; '.join(one)}." for one in [limits(answer.scope)] if one]
    said.append(f"Written by {answer.model}." if answer.mode == "llm" else "Extractive, no model wrote it.")
    said += [f"{one}." for one in [parts_said(answer)] if one]
    said += answer.warnings
    when = f"{credits.day(at)}, {at[11:16]} UTC" if at else "not recorded"
    return [*said, f"Answered: {when}. Answer {answer.id}, library at sequence {answer.sequence:,}."]


def limits(scope: Scope) -> list[str]:
    """What a scope is limited to, in words."""
    named = {
        "outlets": scope.outlets,
        "not outlets": scope.not_outlets,
        "agencies": scope.agencies,
        "collections": scope.collections,
        "articles": scope.articles,
        "not articles": scope.not_articles,
        "kinds": scope.kinds,
        "language": (scope.language,) if scope.language else (),
    }
    days = [f"{word} {credits.day(day)}" for word, day in (("from", scope.from_), ("to", scope.to)) if day]
    return days + [f"{name} {', '.join(values)}" for name, values in named.items() if values]


def as_markdown(sheet: Sheet) -> str:
    """Headings, numbered statements with their marks, then the sources with the exact words."""
    parts = [f"# {inline(sheet.title)}"]
    parts += [f"**{inline(sheet.headline)}**"] if sheet.headline else []
    for line in sheet.lines:
        parts += [f"## {inline(line.heading)}"] if line.heading else []
        parts += [f"*{inline(line.lead)}*"] if line.lead else []
        cites = "".join(f"\\[{number}\\]" for number in line.cites)
        mark = f"  \n\\[{inline(line.mark)}\\]" if line.mark else ""
        parts.append(f"{block(line.text)} {cites}".rstrip() + mark)
    if sheet.nearest:
        parts += ["## Nearest headlines", "\n".join(f"- {inline(one)}" for one in sheet.nearest)]
    if sheet.sources:
        parts.append("## Sources")
    for cited, since in sheet.sources:
        head = f"\\[{cited.number}\\] {markdown_source(cited, since)}"
        parts += [head, f"> {block(cited.quote)}"]
    parts += [f"## About this {sheet.of}", "\n".join(f"- {inline(one)}" for one in sheet.about)]
    return "\n\n".join(parts) + "\n"


def as_html(sheet: Sheet) -> str:
    """The same as one page without scripts, and nothing that is fetched from elsewhere."""
    parts = [f"<h1>{escape(sheet.title)}</h1>"]
    parts += [f"<p><strong>{escape(sheet.headline)}</strong></p>"] if sheet.headline else []
    for line in sheet.lines:
        parts += [f"<h2>{escape(line.heading)}</h2>"] if line.heading else []
        parts += [f"<p><em>{escape(line.lead)}</em></p>"] if line.lead else []
        cites = " ".join(f'<a href="#s{number}">[{number}]</a>' for number in line.cites)
        mark = f' <span class="mark">[{escape(line.mark)}]</span>' if line.mark else ""
        parts.append(f"<p>{escape(line.text)} {cites}{mark}</p>")
    if sheet.nearest:
        parts.append("<h2>Nearest headlines</h2>" + _list(sheet.nearest))
    if sheet.sources:
        parts.append("<h2>Sources</h2>")
    for cited, since in sheet.sources:
        head = f'<p class="by" id="s{cited.number}">[{cited.number}] {html_source(cited, since)}</p>'
        parts.append(f"{head}<blockquote><p>{escape(' '.join(cited.quote.split()))}</p></blockquote>")
    parts.append(f"<h2>About this {escape(sheet.of)}</h2>" + _list(sheet.about))
    return page(sheet.title, "".join(parts))


def _list(items: Sequence[str]) -> str:
    return "<ul>" + "".join(f"<li>{escape(one)}</li>" for one in items) + "</ul>"
