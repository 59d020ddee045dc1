"""From ranked candidates to `k` distinct passages: copies of a passage folded, a cap per article."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from rag.library.rows import HitRow
from rag.library.said import Said

STORY = 2  # the passages of a near-duplicate group are at most those of so many articles


@dataclass(frozen=True, slots=True)
class Kept:
    """A passage that is kept: its place in the ranking, and the articles whose copies were folded into it."""

    place: int
    copies: tuple[str, ...] = ()


def distinct(ranked: Sequence[HitRow], *, k: int, cap: int | None, fold: bool) -> list[Kept]:
    """The first `k`, best first, that are neither over their article's cap nor say only what a kept copy says.

    A passage is folded only into passages of its article's near-duplicate group that together say every sentence of
    it. The articles of the copies folded into a kept passage stand in its `copies`, those ranked after the k-th too.
    Copies that each add something of their own are not folded, but with a cap they fill no more than `STORY` times it.
    """
    said, taken, told = Said(), Counter[str](), Counter[int]()
    shared = _shared(ranked) if fold else frozenset[int]()
    kept: list[int] = []
    offered: list[int] = []  # for each passage offered, the place in `kept` of what says it
    copies: dict[int, dict[str, None]] = {}
    groups: set[int] = set()
    for at, hit in enumerate(ranked):
        full = len(kept) == k
        copied = hit.group_key in shared
        if full and not (copied and hit.group_key in groups):
            continue
        if not full and cap is not None and taken[hit.article.id] >= cap:
            continue
        into = said.offer(hit.group_key, _sentences(hit)) if copied else said.offer(None, ())
        if into is not None:
            place = offered[into]
            offered.append(place)
            if place < len(kept) and hit.article.id != ranked[kept[place]].article.id:
                copies.setdefault(place, {})[hit.article.id] = None
            continue
        over = full or (copied and cap is not None and told[hit.group_key] >= STORY * cap)
        offered.append(k if over else len(kept))
        if over:
            continue
        taken[hit.article.id] += 1
        told[hit.group_key] += 1
        groups.add(hit.group_key)
        kept.append(at)
    return [Kept(at, tuple(copies.get(place, ()))) for place, at in enumerate(kept)]


def _shared(ranked: Sequence[HitRow]) -> frozenset[int]:
    """The near-duplicate groups of which two articles are among the candidates: nothing else can be folded."""
    first: dict[int, str] = {}
    return frozenset(
        hit.group_key for hit in ranked if first.setdefault(hit.group_key, hit.article.id) != hit.article.id
    )


def _sentences(hit: HitRow) -> list[str]:
    begin = hit.passage.start
    return [hit.text[start - begin : end - begin] for start, end in hit.passage.sentences]
