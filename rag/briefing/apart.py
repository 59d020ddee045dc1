"""Articles that give the figures they lead with differently, whatever their other words, and even where one of them
is told so differently that it stands as a story of its own.

Two leads are held against each other where they count the same (`evidence.figures`) and are of one event: one story by
`stories`, or within a day and a half of each other, with words and names in common. Measured in benchmarks/disputes.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations

from rag.briefing import stories
from rag.briefing.cut import NO_NEWS, Cites
from rag.briefing.stories import StoryArticle
from rag.evidence.figures import Figure, FiguresApart, Stated, differ, lead_figures
from rag.evidence.tokens import tokens
from rag.library.sentences import sentence_ranges
from rag.library.storyline import marks
from rag.reading.dates import day_range, moment
from rag.types import Article, Conflict, ConflictKind

HOUR = 3600.0
LATER = 20 * HOUR  # from which another outlet's figure is news, not a dispute
LONGEST = 14 * 24 * HOUR  # from which it is another matter
NEAR = 36 * HOUR  # within which two stories may be one event
ALIKE, WORDS = (
    stories.ALIKE,
    0.2,
)  # likeness and share of words from which two leads of one story are of one event
_DAYS = frozenset(
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May June July August "
    "September October November December".split()
)
UNDATED = 0.35  # and where one of them is undated
NEAR_ALIKE, NEAR_WORDS = 0.05, 0.15  # and of two stories


def apart(articles: Iterable[tuple[int, Article]]) -> tuple[FiguresApart, ...]:
    """The differences between the leads of articles, each once, the most alike first. A copy that changes a
    figure differs like any other; opinion, letters and sponsored texts are left out.

    Args:
        articles: with their near-duplicate groups; the first 1,500 characters of a text are enough.
    """
    stated = [Stated(article, group, figure) for group, article in articles for figure in leads(article)]
    seen: set[tuple[str, str, float, float]] = set()
    found = []
    for _, one, other in sorted(_alike(stated), key=lambda row: (-round(row[0], 5), row[1].article.id)):
        older, newer = (one, other) if when(one.article) <= when(other.article) else (other, one)
        figure, later = older.figure, newer.figure
        values = sorted((figure.number.value, later.number.value))
        key = (figure.slot, figure.what, values[0], values[1])
        if key not in seen:
            seen.add(key)
            found.append(FiguresApart(kind_of(older.article, newer.article), older, newer))
    return tuple(found)


def leads(article: Article) -> tuple[Figure, ...]:
    """The figures that an article leads with; none of opinion, letters and sponsored texts."""
    if article.kind in NO_NEWS:
        return ()
    return lead_figures(article.text, sentence_ranges(article.text[: stories.READ]), article.published)


def conflicts_of(
    articles: Iterable[tuple[int, Article]], cites: Cites, before: Iterable[Conflict]
) -> Iterator[Conflict]:
    """The same as a briefing tells them, but for those that are told `before`."""
    told = {frozenset((one.reason.said.casefold(), one.reason.source.casefold())) for one in before}
    for one in apart(articles):
        if frozenset((one.reason.said.casefold(), one.reason.source.casefold())) not in told:
            older, newer = (
                cites.cited(side.article, side.figure.start, side.figure.end)
                for side in (one.older, one.newer)
            )
            yield Conflict(one.kind, older, newer, one.reason)


def _alike(stated: list[Stated]) -> Iterator[tuple[float, Stated, Stated]]:
    """Pairs that count one thing and differ, and are of one event, with their likeness."""
    pairs = [(at, to) for at, to in combinations(range(len(stated)), 2) if _differ(stated[at], stated[to])]
    if not pairs:
        return
    likeness = stories.likeness([_read(at, one) for at, one in enumerate(stated)])
    for at, to in pairs:
        one, other, alike = stated[at], stated[to], float(likeness[at, to])
        words, between = _shared(one, other), _between(one, other)
        if not _names_of(one, other) and not _names_of(other, one):
            continue
        near = between is not None and between <= NEAR
        if (alike >= ALIKE and words >= (UNDATED if between is None else WORDS)) or (
            near and alike >= NEAR_ALIKE and words >= NEAR_WORDS
        ):
            yield alike, one, other


def _differ(one: Stated, other: Stated) -> bool:
    if one.article.id == other.article.id or not differ(one.figure, other.figure):
        return False
    between = _between(one, other)
    return between is None or between <= LONGEST


def _between(one: Stated, other: Stated) -> float | None:
    """Seconds between two articles; None where one is undated."""
    if not (one.article.published and other.article.published):
        return None
    return abs(when(one.article) - when(other.article))


def _read(at: int, one: Stated) -> StoryArticle:
    article = one.article
    day = day_range(article.published)[0] if article.published else None
    return StoryArticle(at, article.title or "", article.text[: stories.READ], day, one.group)


def _names_of(one: Stated, other: Stated) -> bool:
    """Whether a name in the one's sentence stands at the beginning of the other's text too."""
    names = {
        word.text for word in tokens(one.figure.said) if word.capital and not word.first and not word.empty
    }
    head = {word.text for word in tokens(other.article.text[: stories.READ])}
    return not (names - _DAYS).isdisjoint(head)


def _shared(one: Stated, other: Stated) -> float:
    """Share of the shorter one's telling words, of headline and sentence, that the other has too."""
    words, others = _words(one), _words(other)
    return len(words & others) / max(1, min(len(words), len(others)))


def _words(one: Stated) -> frozenset[str]:
    figure = one.figure
    own = {word.stem for word in tokens(figure.number.text)}
    told = (*tokens(one.article.title or ""), *tokens(figure.said))
    return frozenset(word.stem for word in told if not word.empty and not word.number) - own


def kind_of(older: Article, newer: Article) -> ConflictKind:
    """Whether two articles dispute something, or the newer brings it up to date or corrects it."""
    if marks(newer).mark == "correction":
        return "correction"
    days = when(newer) - when(older) if newer.published and older.published else 0.0
    own = bool(newer.outlet) and newer.outlet == older.outlet
    if days >= LATER or (own and days > 0) or marks(newer).mark == "update":
        return "update"
    return "disagreement"


def when(article: Article) -> float:
    """Seconds at which an article was published; 0 where it is undated."""
    return moment(article.published) if article.published else 0.0
