"""The right side of the pane: cited articles, whole, with their marks; and what can no longer be shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from rag import links
from rag.credits import ERASED, SINCE, credit
from rag.errors import NoSuchArticle
from rag.types import Article, Kind
from ui import dates, words
from ui.contract import Cited, Source, SourceState
from ui.cut import Mark, paragraphs

Read = Callable[[str, int | None], Article]

# Characters of article text sent at once; past it, long articles come in part and whole when asked for.
BUDGET = 1_500_000
LONG = 60_000
WINDOW = 12_000
# How far from a cited span the words that say whose word it is are looked for, in characters.
REACH = 600


@dataclass(frozen=True, slots=True)
class Wanted:
    """A span of an article that the left side refers to: what a citation and a found passage have in common.

    `within` is the part of it that counts most: the best sentence of a passage. `beside` are further ranges of the
    article that were asked for.
    """

    number: int
    article_id: str
    version: int | None
    title: str | None
    outlet: str | None
    published: str | None
    kind: Kind | None
    start: int
    end: int
    quote: str
    used_by: tuple[str, ...] = ()
    attributions: tuple[str, ...] = ()
    within: tuple[int, int] | None = None
    beside: tuple[tuple[int, int], ...] = ()
    erased: bool = False

    @property
    def key(self) -> str:
        """Names the version of the article among the pane's sources."""
        return f"{self.article_id}@{self.version}"


@dataclass(slots=True)
class Shelf:
    """The sources of one pane as they are gathered, each article read once."""

    read: Read
    today: date
    whole: frozenset[str] = frozenset()
    _articles: dict[str, Article | None] = field(default_factory=dict)
    _sent: int = 0

    def cite(self, wanted: Sequence[Wanted]) -> tuple[list[Cited], list[Source]]:
        """The citations and their sources, in the order in which they are first cited."""
        by_article: dict[str, list[Wanted]] = {}
        for want in wanted:
            by_article.setdefault(want.key, []).append(want)
        sources = [self._source(key, group) for key, group in by_article.items()]
        return [self._cited(want) for want in wanted], sources

    def _article(self, want: Wanted) -> Article | None:
        if want.key not in self._articles:
            try:
                self._articles[want.key] = self.read(want.article_id, want.version)
            except NoSuchArticle:
                self._articles[want.key] = None
        return self._articles[want.key]

    def _cited(self, want: Wanted) -> Cited:
        article = self._article(want)
        return {
            "number": want.number,
            "label": words.source(want.outlet, want.published, want.kind, self.today),
            "source": want.key,
            "located": located(article, want),
            "since": ERASED if want.erased else SINCE.get(article.status if article is not None else None),
            "quote": " ".join(want.quote.split()),
            "used_by": list(want.used_by),
        }

    def _source(self, key: str, group: Sequence[Wanted]) -> Source:
        want, article = group[0], self._article(group[0])
        if article is None:
            line = words.source(want.outlet, want.published, want.kind, self.today)
            said = credit(want.outlet, want.published, want.title, want.kind, None)
            gone = _header(key, "removed", want.title, line, want.published, said)
            return {**gone, "notice": words.ERASED} if want.erased else gone
        line = words.article_line(article, self.today)
        said = credit(article.outlet, article.published, article.title, article.kind, article.page)
        if article.status == "withdrawn":
            return _header(key, "withdrawn", article.title, line, article.published, said)
        source = _header(key, "shown", article.title, line, article.published, said)
        source["since"] = SINCE.get(article.status)
        site = links.host(article.url)
        source["href"], source["host"] = (article.url, site) if site else (None, None)
        if article.status == "superseded":
            source["notice"] = words.SUPERSEDED
        return self._filled(source, article, group)

    def _filled(self, source: Source, article: Article, group: Sequence[Wanted]) -> Source:
        marks = [Mark(w.number, w.start, w.end) for w in group if w.quote and located(article, w)]
        large = len(article.text) > LONG and self._sent + len(article.text) > BUDGET
        window = WINDOW if large and source["key"] not in self.whole else None
        source["paragraphs"] = paragraphs(
            article.text,
            marks,
            soft=list(_softer(article.text, marks, group)),
            aside=article.furniture,
            window=window,
        )
        source["partial"] = window is not None
        source["stamp"] = f"{article.status} {window} {[(m.number, m.start, m.end) for m in marks]}"
        self._sent += len(article.text) if window is None else 2 * WINDOW
        return source


def _header(
    key: str, state: SourceState, title: str | None, line: str, published: str | None, said: str
) -> Source:
    return {
        "key": key,
        "stamp": state,
        "state": state,
        "title": title or "Untitled",
        "line": line,
        "dated": dates.zoned(published),
        "notice": words.GONE.get(state),
        "href": None,
        "host": None,
        "credit": said,
        "since": None,
        "partial": False,
        "paragraphs": [],
    }


def located(article: Article | None, want: Wanted) -> bool:
    """Whether the quoted words stand in the article where the citation says."""
    if article is None or article.status == "withdrawn":
        return False
    return article.text[want.start : want.end] == want.quote


def _softer(text: str, marks: Sequence[Mark], group: Sequence[Wanted]) -> Iterable[tuple[int, int]]:
    """The best sentences, and where the words that say whose word it is stand nearest to the span, if they do."""
    spans = {mark.number: mark for mark in marks}
    for want in group:
        mark = spans.get(want.number)
        if mark is None:
            continue
        yield from want.beside
        if want.within is not None:
            yield want.within
        for said in want.attributions:
            before = text.rfind(said, max(0, mark.start - REACH), mark.end)
            at = before if before >= 0 else text.find(said, mark.start, mark.end + REACH)
            if at >= 0:
                yield at, at + len(said)
