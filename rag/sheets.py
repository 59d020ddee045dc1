"""What the sheets to take away share: text that stays text in Markdown and HTML, and sources with their links."""

from __future__ import annotations

import re
from html import escape

from rag import credits, links
from rag.types import Citation

_INLINE = re.compile(r"([\\`*_\[\]<>|~&$])")
_BLOCK = re.compile(r"^(#|>|[-+=]|\d+(?=[.)]))")
STYLE = """body { font: 18px/1.5 Georgia, serif; max-width: 42em; margin: 2em auto; padding: 0 1em;
 background: light-dark(#fff, #14191e); color: light-dark(#18212b, #e4e8ec); color-scheme: light dark; }
blockquote { margin: 0; padding-left: 1em; border-left: 3px solid #9a7400; } li { margin-bottom: 1.6em; }
p { margin: .3em 0; overflow-wrap: anywhere; } .by, .mark { font: 15px/1.4 system-ui, sans-serif; }
a { color: light-dark(#0f4c81, #8fbce6); }"""


def credited(cited: Citation, since: str | None) -> str:
    """Outlet, date, headline, page, and what has become of it since."""
    return credits.of(cited) + (f" ({since})" if since else "")


def linked(cited: Citation) -> str | None:
    """The address of a cited article where it can be a link, else None."""
    return cited.url if links.host(cited.url) else None


def markdown_source(cited: Citation, since: str | None) -> str:
    """A source in a line of Markdown."""
    bare = (linked(cited) or "").replace("<", "%3C").replace(">", "%3E")
    return inline(credited(cited, since)) + (f" <{bare}>" if bare else "")


def html_source(cited: Citation, since: str | None) -> str:
    """A source in a line of HTML."""
    to = escape(linked(cited) or "")
    return escape(credited(cited, since)) + (f' <a href="{to}" rel="noreferrer">{to}</a>' if to else "")


def page(title: str, body: str) -> str:
    """A page of HTML without scripts, and nothing that is fetched from elsewhere. `title` is text, `body` HTML."""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<style>{STYLE}</style></head><body>{body}</body></html>\n"
    )


def inline(text: str) -> str:
    """Text within a line of Markdown; white space folded."""
    return _INLINE.sub(r"\\\1", " ".join(text.split()))


def block(text: str) -> str:
    """Text at the beginning of a line of Markdown."""
    return _BLOCK.sub(
        lambda found: "\\" + found[0] if not found[0].isdigit() else found[0] + "\\", inline(text)
    )
