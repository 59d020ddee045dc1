"""Clips as a sheet to take away: Markdown, HTML (one file, no scripts), CSV. No text becomes markup or a formula."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape

from rag import credits, links
from rag.kept import Clip
from rag.table import sheet
from rag.types import Citation

COLUMNS = (
    "clip", "text", "mark", "note", "question", "outlet", "published", "headline", "page", "url", "article id",
    "version", "start", "end", "quote", "since", "clipped at",
)  # fmt: skip
_INLINE = re.compile(r"([\\`*_\[\]<>|~&$])")
_BLOCK = re.compile(r"^(#|>|[-+=]|\d+(?=[.)]))")
STYLE = """body { font: 18px/1.5 Georgia, serif; max-width: 42em; margin: 2em auto; padding: 0 1em;
 background: light-dark(#fff, #14191e); color: light-dark(#18212b, #e4e8ec); color-scheme: light dark; }
blockquote { margin: 0; padding-left: 1em; border-left: 3px solid #9a7400; } li { margin-bottom: 1.6em; }
p { margin: .3em 0; overflow-wrap: anywhere; } .by, .mark { font: 15px/1.4 system-ui, sans-serif; }
a { color: light-dark(#0f4c81, #8fbce6); }"""


def as_markdown(clips: Sequence[Clip]) -> str:
    """A heading and each clip as a quotation with its mark, its sources and its note."""
    parts = ["# Clips"]
    for one in clips:
        lines = [f"> {_block(one.said)}"]
        lines += [f"> [{_inline(' '.join(one.mark.split()))}]"] if one.mark else []
        lines += [f"> — {_source(cited, since, markdown=True)}" for cited, since in _sources(one)]
        lines = ["  \n".join(lines)]
        lines += [f"Note: {_inline(' '.join(one.note.split()))}"] if one.note else []
        lines += [f"For: {_inline(' '.join(one.question.split()))}"] if one.question else []
        parts.append("\n\n".join(lines))
    return "\n\n".join(parts) + "\n"


def as_html(clips: Sequence[Clip]) -> str:
    """The same as one page without scripts, and nothing that is fetched from elsewhere."""
    items = "".join(_item(one) for one in clips)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Clips</title>'
        '<meta name="viewport" content="width=device-width">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<style>{STYLE}</style></head><body><h1>Clips</h1><ol>{items}</ol></body></html>\n"
    )


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


def _source(cited: Citation, since: str | None, *, markdown: bool) -> str:
    said = credits.of(cited) + (f" ({since})" if since else "")
    linked = cited.url if links.host(cited.url) else None
    if markdown:
        bare = (linked or "").replace("<", "%3C").replace(">", "%3E")
        return _inline(said) + (f" <{bare}>" if linked else "")
    href = f' <a href="{escape(linked)}" rel="noreferrer">{escape(linked)}</a>' if linked else ""
    return escape(said) + href


def _item(one: Clip) -> str:
    parts = [f"<blockquote><p>{escape(one.said)}</p></blockquote>"]
    parts += [f'<p class="mark">{escape(one.mark)}</p>'] if one.mark else []
    parts += [
        f'<p class="by">— {_source(cited, since, markdown=False)}</p>' for cited, since in _sources(one)
    ]
    parts += [f"<p>{escape(one.note)}</p>"] if one.note else []
    parts += [f'<p class="by">For: {escape(one.question)}</p>'] if one.question else []
    return f"<li>{''.join(parts)}</li>"


def _inline(text: str) -> str:
    return _INLINE.sub(r"\\\1", text)


def _block(text: str) -> str:
    return _BLOCK.sub(
        lambda found: "\\" + found[0] if not found[0].isdigit() else found[0] + "\\", _inline(text)
    )
