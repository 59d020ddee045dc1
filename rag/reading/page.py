"""One HTML page to its article's text and facts. Runs in a child process that `web` starts, limits and kills.

Frames on stdin and stdout are a length of 4 bytes, big-endian, and as many bytes: the page as UTF-8 one way, a
JSON object the other. The first frame out is {"ready": true}. What goes wrong here ends the process, and `web`
starts another.
"""

from __future__ import annotations

import contextlib
import json
import re
import signal
import struct
import sys
from collections.abc import Iterator
from typing import BinaryIO

from lxml import html as lxml_html
from trafilatura import bare_extraction
from trafilatura.metadata import extract_metadata
from trafilatura.settings import Document
from trafilatura.utils import load_html

from rag.reading.agencies import is_agency

MEMORY = 2_000_000_000  # bytes of address space

_PUBLISHED = (
    "article:published_time",
    "og:published_time",
    "og:article:published_time",
    "datepublished",
    "parsely-pub-date",
    "sailthru.date",
    "publication_date",
    "pubdate",
    "publishdate",
    "dc.date.issued",
    "dcterms.date",
    "dc.date",
    "date",
)
_UPDATED = ("article:modified_time", "og:updated_time", "datemodified", "lastmod", "dcterms.modified")
_NAMES = re.compile(r"(?:[A-Z][\w.’'-]*(?: (?:de|van|von|al|bin|[A-Z][\w.’'-]*)){1,4}(?:; |$))+")
_UNSEEN = re.compile(r"font-size:0(?:px|em|rem|%)?(?:;|!|$)|(?:left|top|text-indent):-\d{4}")
_ARTICLE_TYPE = re.compile(r"(?:Article|BlogPosting|Report|LiveBlogPosting|Review)$")


def read_page(page: str) -> dict[str, object]:
    """The fields of an article record, "text" among them where there is any; dates as lists of what is stated."""
    page = re.sub(r"\A\s*<\?xml[^>]*>", "", page)  # its encoding is no longer true
    if "<html" not in page[:20_000].lower():
        page = f"<html><body>{page}</body></html>"
    tree = load_html(page)
    if tree is None:
        return {}
    linked = _linked_data(tree)
    _drop_hidden(tree)
    said = next((thing for thing in linked if _is_article(thing)), {})
    dated = said or next((thing for thing in linked if "datePublished" in thing), {})
    meta = _meta(tree)
    guessed = extract_metadata(tree, extensive=False)
    outlet = _first(meta, "og:site_name") or _name(said.get("publisher"))
    title = guessed.title or _words(said.get("headline"))
    fields: dict[str, object] = {
        "title": _without_outlet(title, outlet),
        "outlet": outlet,
        "author": _authors(said.get("author")) or _meta_author(meta) or _plausible(guessed.author),
        "url": _address(tree, meta),
        "published": _stated(dated, "datePublished", meta, _PUBLISHED, tree),
        "updated": _stated(dated, "dateModified", meta, _UPDATED, tree),
        "section": _first(meta, "article:section") or _words(said.get("articleSection")),
        "times": [t.get("datetime") for t in tree.iter("time") if t.get("datetime")][:50],
        "type": next((kind for kind in _types(said) if _ARTICLE_TYPE.search(kind)), None),
        "language": tree.get("lang") or _words(said.get("inLanguage")) or _first(meta, "og:locale"),
    }
    fields["text"] = main_text(tree)
    return fields


def main_text(tree: lxml_html.HtmlElement) -> str:
    """The article in a page, paragraphs parted by blank lines; "" where there is none.

    Of trafilatura's settings, favouring precision keeps and drops most (benchmarks/html_reading.py).
    """
    paragraphs = "\n".join(" ".join(p.text_content().split()) for p in tree.iter("p"))
    document = bare_extraction(tree, favor_precision=True, include_comments=False)
    text = document.text if isinstance(document, Document) else None
    return _paragraphs(text or paragraphs)  # a page of a few words is too short for trafilatura


def _drop_hidden(tree: lxml_html.HtmlElement) -> None:
    """Take out what no reader sees and trafilatura leaves in: what is not shown must not be quoted."""
    hidden = [e for e in tree.iter("template") if e.getparent() is not None]
    hidden += tree.xpath("//body//*[@hidden and not(@hidden='until-found')]")
    hidden += [
        e for e in tree.xpath("//body//*[@style]") if _UNSEEN.search("".join(e.get("style").lower().split()))
    ]
    for element in hidden:
        if element.getparent() is not None:
            element.drop_tree()


def _paragraphs(text: str) -> str:
    """Blank lines between paragraphs; none within a list or table."""
    parts: list[str] = []
    for line in filter(None, map(str.strip, text.split("\n"))):
        near = parts and line[:2] in ("- ", "| ", "|") and parts[-1][:2] == line[:2]
        parts += ["\n" if near else "\n\n", line] if parts else [line]
    return "".join(parts)


def _linked_data(tree: lxml_html.HtmlElement) -> list[dict[str, object]]:
    """Everything that the page describes in JSON-LD."""
    found: list[dict[str, object]] = []
    for script in tree.iterfind(".//script[@type='application/ld+json']"):
        with contextlib.suppress(ValueError, RecursionError):  # broken JSON-LD is common, and says nothing
            found += _things(json.loads(script.text or "", strict=False))
    return found


def _types(thing: dict[str, object]) -> list[str]:
    kinds = thing.get("@type")
    return [kind for kind in (kinds if isinstance(kinds, list) else [kinds]) if isinstance(kind, str)]


def _is_article(thing: dict[str, object]) -> bool:
    return any(_ARTICLE_TYPE.search(kind) for kind in _types(thing))


def _things(data: object) -> Iterator[dict[str, object]]:
    for thing in data if isinstance(data, list) else [data]:
        if isinstance(thing, dict):
            yield thing
            graph = thing.get("@graph") or thing.get("mainEntity")
            yield from (
                part for part in (graph if isinstance(graph, list) else [graph]) if isinstance(part, dict)
            )


def _meta(tree: lxml_html.HtmlElement) -> dict[str, list[str]]:
    """name or property, lower-case -> contents in order."""
    found: dict[str, list[str]] = {}
    for element in tree.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop")
        content = (element.get("content") or "").strip()
        if name and content:
            found.setdefault(name.strip().lower(), []).append(content)
    return found


def _first(meta: dict[str, list[str]], name: str) -> str | None:
    return meta[name][0] if name in meta else None


def _stated(
    said: dict[str, object],
    prop: str,
    meta: dict[str, list[str]],
    names: tuple[str, ...],
    tree: lxml_html.HtmlElement,
) -> list[str]:
    """Every date that the page states for `prop`, the surest first. Nothing is guessed from text or address."""
    dates = [_words(said.get(prop)), *(_first(meta, name) for name in names)]
    for element in tree.iterfind(f".//*[@itemprop='{prop}']"):
        dates.append(element.get("datetime") or element.get("content") or element.text)
    marked = {"published", "entry-date"} if prop == "datePublished" else {"updated"}
    times = [t for t in tree.iter("time") if marked & set((t.get("class") or "").split())]
    if prop == "datePublished":
        times += [t for t in tree.iter("time") if "pubdate" in t.attrib]
    if len(times) == 1:  # several belong to comments or to other stories
        dates.append(times[0].get("datetime"))
    return list(dict.fromkeys(d.strip() for d in dates if d and d.strip()))[:8]


def _words(value: object) -> str | None:
    """The first text in a value that may be a list."""
    while isinstance(value, list) and value:
        value = value[0]
    return value.strip() or None if isinstance(value, str) else None


def _name(value: object) -> str | None:
    while isinstance(value, list) and value:
        value = value[0]
    return _words(value.get("name") if isinstance(value, dict) else value)


def _authors(value: object) -> str | None:
    names = [_name(part) for part in (value if isinstance(value, list) else [value])]
    wanted = [name for name in names if name and len(name) > 2 and "://" not in name and not name.isdigit()]
    return ", ".join(dict.fromkeys(wanted)) or None


def _meta_author(meta: dict[str, list[str]]) -> str | None:
    stated = meta.get("author", []) + meta.get("article:author", []) + meta.get("parsely-author", [])
    return _authors(list(stated[:4]))


def _plausible(author: str | None) -> str | None:
    """A byline found by its place in the page, if it looks like names or is an agency's."""
    return author.replace("; ", ", ") if author and (_NAMES.fullmatch(author) or is_agency(author)) else None


def _address(tree: lxml_html.HtmlElement, meta: dict[str, list[str]]) -> str | None:
    """The canonical address, unless it leads to a site's front page only."""
    links = [e.get("href") for e in tree.iterfind(".//link[@rel='canonical']")] + [_first(meta, "og:url")]
    return next((u.strip() for u in links if u and re.match(r"\s*https?://[^/]+/[^?#\s]", u)), None)


def _without_outlet(title: str | None, outlet: str | None) -> str | None:
    if title and outlet and len(title) > len(outlet) + 3 and title.lower().endswith(outlet.lower()):
        return re.sub(r"\s+[-–—|·:]\s*$", "", title[: -len(outlet)]).strip() or title
    return title


def _limit_memory() -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):  # where the system has no such limit
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def _send(out: BinaryIO, value: dict[str, object]) -> None:
    data = json.dumps(value).encode("ascii")
    out.write(struct.pack(">I", len(data)) + data)
    out.flush()


def serve(pages: BinaryIO, out: BinaryIO, seconds: int) -> None:
    """Read pages until there are no more. Ends itself if one takes too long and the parent is gone."""
    _limit_memory()
    _send(out, {"ready": True})
    while len(head := pages.read(4)) == 4:
        page = pages.read(struct.unpack(">I", head)[0]).decode("utf-8")
        if hasattr(signal, "alarm"):
            signal.alarm(seconds)
        _send(out, read_page(page))
        if hasattr(signal, "alarm"):
            signal.alarm(0)


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer, int(sys.argv[1]))
