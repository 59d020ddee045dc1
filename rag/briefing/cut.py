"""Articles cut into the sentences that a briefing may tell, and sentences cited to their very words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from rag.answering.citations import of_article
from rag.answering.evidence import NOT_QUOTED
from rag.answering.quotations import in_context
from rag.evidence import quoted
from rag.evidence.check import Source, check
from rag.types import Article, Citation, Kind, Passage, Sentence

MOST = 60  # sentences of one article that are weighed
SOURCES = 6  # sentences that one of a model is held against
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


@dataclass(frozen=True, slots=True)
class Drafted:
    """A sentence that a model wrote, and the sentences of articles that it is to rest on."""

    said: str
    sources: tuple[Told, ...]


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
            self.citations.append(of_article(article, self._numbers[key], start, end))
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
        return checked(said, [source(number, article, quote)])

    def drafted(self, draft: Drafted) -> Sentence:
        """A sentence that a model wrote, cited to the sentences that it named, and checked against them."""
        cited = [
            (self.number(one.text.article, *one.text.ranges[one.place]), one)
            for one in draft.sources[:SOURCES]
        ]
        told = checked(draft.said, [_around(number, one) for number, one in cited])
        wrong = [one.text for one in told.quotations if one.state in NOT_QUOTED]
        return replace(told, text=quoted.unmarked(told.text, wrong))


def source(number: int, article: Article, quote: str) -> Source:
    """What a sentence is held against: the cited words, in their article."""
    return Source(number, quote, article.published, article.title, article.text, article.language, (), quote)


def _around(number: int, one: Told) -> Source:
    """A sentence that is cited, with the one before and the one after."""
    article, ranges = one.text.article, one.text.ranges[max(0, one.place - 1) : one.place + 2]
    begin, (start, end) = ranges[0][0], one.text.ranges[one.place]
    said = source(number, article, article.text[start:end])
    inner = tuple((first - begin, last - begin) for first, last in ranges)
    return replace(said, text=article.text[begin : ranges[-1][1]], ranges=inner)


def checked(said: str, sources: Sequence[Source]) -> Sentence:
    """A sentence with what checking it against its sources found."""
    found = check(said, sources)
    numbers = tuple(one.citation for one in sources)
    return Sentence(said, numbers, found.attribution, found.evidence, found.quotations)
