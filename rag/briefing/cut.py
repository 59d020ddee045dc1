"""Articles cut into the sentences that a briefing may tell, and sentences cited to their very words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from rag.answering.quotations import in_context
from rag.evidence.check import Source, check
from rag.types import Article, Citation, Kind, Passage, Sentence

MOST = 60  # sentences of one article that are weighed
NO_NEWS: tuple[Kind, ...] = ("opinion", "letter", "sponsored")


@dataclass(frozen=True, slots=True)
class Text:
    """An article of a story with its sentences' ranges, in order; `group` its near-duplicate group."""

    article: Article
    group: int
    ranges: tuple[tuple[int, int], ...]

    @property
    def news(self) -> bool:
        """Whether it may be told as news."""
        return self.article.kind not in NO_NEWS


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence of a text: its place among the text's ranges, and its words with white space folded."""

    text: Text
    place: int
    said: str

    @property
    def start(self) -> int:
        """Where it begins in the article."""
        return self.text.ranges[self.place][0]


def cut(article: Article, group: int, passages: Sequence[Passage]) -> Text:
    """An article with the sentences of its passages, each once."""
    ranges = sorted({one for passage in passages for one in passage.sentences})
    return Text(article, group, tuple(ranges[:MOST]))


def sentences(text: Text) -> list[Told]:
    """The sentences of a text, in order."""
    return [
        Told(text, place, " ".join(text.article.text[start:end].split()))
        for place, (start, end) in enumerate(text.ranges)
    ]


@dataclass(slots=True)
class Cites:
    """Numbers spans in the order in which they are first cited; the same span keeps its number."""

    citations: list[Citation] = field(default_factory=list)
    _numbers: dict[tuple[str, int, int, int], int] = field(default_factory=dict)

    def number(self, article: Article, start: int, end: int) -> int:
        """The number of a range of an article's text."""
        key = (article.id, article.version, start, end)
        if key not in self._numbers:
            self._numbers[key] = len(self.citations) + 1
            about = (
                article.title,
                article.outlet,
                article.agency,
                article.kind,
                article.published,
                article.url,
            )
            self.citations.append(
                Citation(
                    self._numbers[key], article.id, article.version, *about, article.page,
                    start, end, article.text[start:end],
                )
            )  # fmt: skip
        return self._numbers[key]

    def sentence(self, told: Told) -> Sentence:
        """A sentence as it is told: with what it points back to, quotations whole, cited and checked."""
        text, ranges = told.text.article.text, told.text.ranges
        first, last = in_context(text, ranges, told.place)
        start, end = ranges[first][0], ranges[last][1]
        return self.cited(told.text.article, start, end)

    def cited(self, article: Article, start: int, end: int) -> Sentence:
        """The words of a range, cited to it."""
        number = self.number(article, start, end)
        quote = article.text[start:end]
        said = " ".join(quote.split())
        source = Source(
            number, quote, article.published, article.title, article.text, article.language, (), quote
        )
        found = check(said, [source])
        return Sentence(said, (number,), found.attribution, found.evidence, found.quotations)
