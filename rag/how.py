"""How a question is answered and how a search is listed: what the callers of both may set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rag.retrieval.scoring import FITTED, Ranking
from rag.types import Reading, Sort

CAP = 3  # passages of one article


@dataclass(frozen=True, slots=True)
class How:
    """How to search and answer: `extractive` without the model that is set; `not_read` are the readings of the question
    that are not wanted. Without `parts` a question is asked whole, whatever it asks.

    For measuring: at most `cap` passages of one article (None: no limit), copies folded or not, declining or not,
    another `ranking`.
    Without `syntax` a search is plain words, whatever it looks like, and every question is about the news.
    """

    cap: int | None = CAP
    fold: bool = True
    always_answer: bool = False
    extractive: bool = False
    not_read: frozenset[Reading] = frozenset()
    syntax: bool = True
    parts: bool = True
    ranking: Ranking = FITTED


@dataclass(frozen=True, slots=True)
class Listing:
    """How to list what a search finds: in which order (None: best first; newest first with operators), `k` articles
    with all their passages instead of `k` passages ("exact": only where operators are used), copies folded also where
    operators are used."""

    sort: Sort | None = None
    group: Literal["no", "exact", "all"] = "no"
    fold: bool = False
