"""One article as a pane: what the Library page reads, with the passages that it was cut into or without."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from rag.types import Article, Citation, Passage
from ui import clipping
from ui.contract import Pane, Paragraph, empty
from ui.sources import Shelf, Wanted


def of_article(
    article: Article, passages: Sequence[Passage], today: date, *, key: str, whole: frozenset[str]
) -> Pane:
    """The pane of an article that is not withdrawn; its passages, if any, are numbered through."""
    pane = empty(key, "article")
    shelf = Shelf(lambda _id, _version: article, today, whole)
    wanted = [_wanted(article, at, one.start, one.end) for at, one in enumerate(passages, 1)]
    _, pane["sources"] = shelf.cite(wanted or [_wanted(article, 0, 0, 0)])
    pane["citations"], _ = shelf.cite(wanted)
    [source] = pane["sources"]
    source["notice"] = None  # how it stands is told beside it
    if source["paragraphs"] and _words(source["paragraphs"][0]) == article.title and not passages:
        del source["paragraphs"][0]  # it stands above already
    pane["open"] = source["key"] if not wanted else 1
    return pane


def drafts(article: Article, passages: Sequence[Passage]) -> clipping.Drafts:
    """What of it can be clipped with one press: each passage."""
    about = (article.title, article.outlet, article.agency, article.kind, article.published, article.url)
    return clipping.of_citations(
        [
            Citation(
                at, article.id, article.version, *about, article.page, start, end, article.text[start:end]
            )
            for at, one in enumerate(passages, 1)
            for start, end in [(one.start, one.end)]
        ]
    )


def _wanted(article: Article, number: int, start: int, end: int) -> Wanted:
    about = (article.title, article.outlet, article.published, article.kind)
    return Wanted(number, article.id, article.version, *about, start, end, article.text[start:end])


def _words(paragraph: Paragraph) -> str:
    return "".join(one["text"] for one in paragraph["segments"])
