"""Where the articles that were found for a question, and others on what it asks for, give a figure differently."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rag.answering.asked_for import kind_of
from rag.briefing.apart import apart, leads
from rag.evidence.figures import FiguresApart, asks_for
from rag.library.rows import HitRow
from rag.types import Found

Hits = Sequence[tuple[HitRow, Found]]


def disputed(question: str, hits: Hits, near: Callable[[str], Hits]) -> tuple[FiguresApart, ...]:
    """The differences between the leads of the articles found.

    Where a figure is asked for and one of them leads with it, also of those `near` to that lead: who tells it otherwise
    may use none of the question's words.
    """
    articles = {hit.article.id: (hit.group_key, hit.article) for hit, _ in hits}
    if kind_of(question) in ("number", "money"):
        asked = (
            one
            for _, article in articles.values()
            for one in leads(article)
            if asks_for(question, one, f"{article.title or ''} . {one.said}")
        )
        if (first := next(asked, None)) is not None:
            articles |= {hit.article.id: (hit.group_key, hit.article) for hit, _ in near(first.said)}
    return apart(articles.values())
