"""The articles of a scope as they are gathered for a briefing: their stories in order, and what they cover."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.briefed import BriefCoverage
from rag.briefing.cut import NO_NEWS
from rag.briefing.write import Written
from rag.errors import UsageError
from rag.library.snapshot import InScope, Snapshot
from rag.reading.dates import moment
from rag.types import Article


@dataclass(frozen=True, slots=True)
class Candidate:
    """A story before it is written: `id` is stable while its most central article is."""

    id: str
    headline: str
    texts: int
    folded: int
    outlets: tuple[str, ...]
    first: str | None
    last: str | None


@dataclass(slots=True)
class Gathered:
    """The articles of a scope as they are read: `heads` have the first characters of their text only."""

    snapshot: Snapshot
    inside: InScope
    keys: list[int]
    over: int
    off_topic: int
    heads: dict[int, tuple[int, Article]]
    stories: list[tuple[int, ...]]
    failed: list[tuple[str, str]]


def weight(keys: Sequence[int], heads: dict[int, tuple[int, Article]]) -> tuple[float, float, int]:
    """Stories that more texts of their own tell come first, of equal ones the newer."""
    own = {heads[key][0] for key in keys if heads[key][1].kind not in NO_NEWS}
    newest = max((moment(one.published) for key in keys if (one := heads[key][1]).published), default=0.0)
    return -len(own), -newest, keys[0]


def ordered(gathered: Gathered, without: Sequence[str], first: Sequence[str]) -> list[tuple[int, ...]]:
    """The stories to tell: pinned ones first, unticked ones left out.

    Raises:
        UsageError: there is no such story.
    """
    ids = {gathered.heads[keys[0]][1].id: keys for keys in gathered.stories}
    for one in (*without, *first):
        if one not in ids:
            raise UsageError(f"the story {one!r}", "there is none in this scope", "`--stories` lists them.")
    pinned = [ids[one] for one in first if one not in without]
    return [*pinned, *(keys for id_, keys in ids.items() if id_ not in without and keys not in pinned)]


def candidate(keys: tuple[int, ...], gathered: Gathered) -> Candidate:
    articles = [gathered.heads[key][1] for key in keys]
    dated = sorted((one.published for one in articles if one.published), key=moment)
    headline = next(
        (one.title for one in articles if one.title and one.kind not in NO_NEWS), articles[0].title
    )
    return Candidate(
        id=articles[0].id,
        headline=" ".join((headline or "Untitled").split()),
        texts=len(keys),
        folded=len(keys) - len({gathered.heads[key][0] for key in keys}),
        outlets=tuple(dict.fromkeys(one.outlet for one in articles if one.outlet)),
        first=dated[0] if dated else None,
        last=dated[-1] if dated else None,
    )


def coverage(gathered: Gathered, written: Written, cited: set[str]) -> BriefCoverage:
    articles = [article for _, article in gathered.heads.values()]
    told = sum(story.texts for story in written.stories if story.told)
    other = sum(story.texts for story in written.stories if not story.told)
    names = sorted({one.outlet or "outlet not stated" for one in articles})
    own = [(name, [one for one in articles if (one.outlet or "outlet not stated") == name]) for name in names]
    dated = sorted((one.published for one in articles if one.published), key=moment)
    return BriefCoverage(
        considered=gathered.inside.articles,
        told=told,
        other=other,
        off_topic=gathered.off_topic,
        unticked=len(gathered.heads) - told - other,
        over=gathered.over,
        cited=len(cited),
        folded=len(articles) - len({group for group, _ in gathered.heads.values()}),
        opinions=sum(one.kind in NO_NEWS for one in articles),
        undated=sum(one.published is None for one in articles),
        undated_left_out=gathered.inside.undated_left_out,
        failed=tuple(gathered.failed),
        outlets=tuple((name, len(some), sum(one.id in cited for one in some)) for name, some in own),
        silent=tuple(name for name in gathered.snapshot.outlets if name not in names),
        earliest=dated[0] if dated else None,
        newest=dated[-1] if dated else None,
    )
