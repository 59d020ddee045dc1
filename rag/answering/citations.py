"""Spans to numbered citations. `article.text[start:end] == quote`, always; a span that does not hold is refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rag.library.rows import HitRow
from rag.types import Article, Citation, Found, Span


class Numbering:
    """Numbers spans in the order they are first cited; the same span keeps its number."""

    def __init__(self, hits: Sequence[tuple[HitRow, Found]]) -> None:
        self._hits = hits
        self._numbers: dict[Span, int] = {}
        self._cited: list[HitRow] = []
        self.citations: list[Citation] = []

    def number(self, span: Span, within: tuple[int, int] | None = None) -> int:
        """The number of a span's citation, which points to the range `within` it.

        Raises:
            KeyError: the span lies in no passage that was found.
        """
        if span not in self._numbers:
            self.citations.append(replace(self._citation(span, len(self.citations) + 1), within=within))
            self._numbers[span] = len(self.citations)
        return self._numbers[span]

    def lead(self, article: Article, start: int, end: int) -> int:
        """The number of a range of an article that was found, whether or not it lies in a passage that was."""
        for one in self.citations:
            if (one.article_id, one.version, one.start, one.end) == (article.id, article.version, start, end):
                return one.number
        self.citations.append(of_article(article, len(self.citations) + 1, start, end))
        return len(self.citations)

    def hit(self, number: int) -> HitRow:
        """The passage, with its article, that a citation stands in."""
        return self._cited[number - 1]

    def _citation(self, span: Span, number: int) -> Citation:
        for hit, found in self._hits:
            passage = found.passage
            if (passage.article_id, passage.version) != (span.article_id, span.version):
                continue
            if passage.start <= span.start < span.end <= passage.end:
                self._cited.append(hit)
                return cited(found, number, span.start, span.end)
        raise KeyError(span)


def of_article(article: Article, number: int, start: int, end: int) -> Citation:
    """The citation of a range of an article's text."""
    about = (article.title, article.outlet, article.agency, article.kind, article.published, article.url)
    return Citation(
        number, article.id, article.version, *about, article.page, start, end, article.text[start:end]
    )


def cited(found: Found, number: int, start: int, end: int) -> Citation:
    """The citation of a range of an article's text that lies in a passage."""
    passage, begin = found.passage, found.passage.start
    return Citation(
        number,
        passage.article_id,
        passage.version,
        found.title,
        found.outlet,
        found.agency,
        found.kind,
        found.published,
        found.url,
        found.page,
        start,
        end,
        found.text[start - begin : end - begin],
    )
