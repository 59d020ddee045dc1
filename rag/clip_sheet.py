"""Clips as a sheet to take away: Markdown, HTML (one file, no scripts), CSV. No text becomes markup or a formula."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from rag.kept import Clip
from rag.sheets import block, html_source, inline, markdown_source, page
from rag.table import sheet
from rag.types import Citation

COLUMNS = (
    "clip", "text", "mark", "note", "question", "outlet", "published", "headline", "page", "url", "article id",
    "version", "start", "end", "quote", "since", "clipped at",
)  # fmt: skip


def as_markdown(clips: Sequence[Clip]) -> str:
    """A heading and each clip as a quotation with its mark, its sources and its note."""
    parts = ["# Clips"]
    for one in clips:
        lines = [f"> {block(one.said)}"]
        lines += [f"> [{inline(one.mark)}]"] if one.mark else []
        lines += [f"> — {markdown_source(cited, since)}" for cited, since in _sources(one)]
        lines = ["  \n".join(lines)]
        lines += [f"Note: {inline(one.note)}"] if one.note else []
        lines += [f"For: {inline(one.question)}"] if one.question else []
        parts.append("\n\n".join(lines))
    return "\n\n".join(parts) + "\n"


def as_html(clips: Sequence[Clip]) -> str:
    """The same as one page without scripts, and nothing that is fetched from elsewhere."""
    items = "".join(_item(one) for one in clips)
    return page("Clips", f"<h1>Clips</h1><ol>{items}</ol>")


def as_csv(clips: Sequence[Clip]) -> str:
    """A heading and a row for each source of each clip; `start` and `end` are code points into the article's text.

    White space in texts and quotes is folded; a cell that begins like a formula gets an apostrophe before it.
    """
    return sheet(COLUMNS, (_row(one, *source) for one in clips for source in _sources(one)))


def _row(one: Clip, cited: Citation, since: str | None) -> Iterable[str | int | None]:
    about = (cited.outlet, cited.published, cited.title, cited.page, cited.url)
    place = (cited.article_id, cited.version, cited.start, cited.end, " ".join(cited.quote.split()))
    return (one.place + 1, one.said, one.mark, one.note, one.question, *about, *place, since, one.at)


def _sources(one: Clip) -> list[tuple[Citation, str | None]]:
    since = one.since or (None,) * len(one.citations)
    return list(zip(one.citations, since, strict=True))


def _item(one: Clip) -> str:
    parts = [f"<blockquote><p>{escape(one.said)}</p></blockquote>"]
    parts += [f'<p class="mark">{escape(one.mark)}</p>'] if one.mark else []
    parts += [f'<p class="by">— {html_source(cited, since)}</p>' for cited, since in _sources(one)]
    parts += [f"<p>{escape(one.note)}</p>"] if one.note else []
    parts += [f'<p class="by">For: {escape(one.question)}</p>'] if one.question else []
    return f"<li>{''.join(parts)}</li>"
