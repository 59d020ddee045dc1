"""What a word search is asked and what it answers, without the index itself."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

LAST_DAY = 99991231


@dataclass(frozen=True, slots=True)
class Bars:
    """What a reader may not read: whatever is in one of the collections `closed` and in none of those `opened`."""

    closed: tuple[str, ...] = ()
    opened: tuple[str, ...] = ()

    def hides(self, collections: Collection[str]) -> bool:
        """Whether what is in these collections is hidden."""
        return not set(self.closed).isdisjoint(collections) and set(self.opened).isdisjoint(collections)


@dataclass(frozen=True, slots=True)
class WordScope:
    """What a search may find. Names and ids exactly as stored; empty: no limit. Days are yyyymmdd, inclusive.

    With `day_from` or `day_to`, undated passages are left out unless `undated`. `latest` (as of a day) leaves
    out what is surely later and keeps undated ones.
    """

    outlets: tuple[str, ...] = ()
    not_outlets: tuple[str, ...] = ()
    agencies: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    collections: tuple[str, ...] = ()
    not_collections: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    not_articles: tuple[str, ...] = ()
    day_from: int | None = None
    day_to: int | None = None
    undated: bool = False
    latest: int | None = None
    bars: Bars = field(default_factory=Bars)


@dataclass(frozen=True, slots=True)
class Hits:
    """Passages by score, best first; equal scores by id. `total` counts the matches before the cut to k."""

    passage_ids: NDArray[np.int64]
    scores: NDArray[np.float32]
    total: int
