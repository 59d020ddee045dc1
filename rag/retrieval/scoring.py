"""How candidates are scored: a convex sum of max-normalised scores, the best sentence in the dense part.

Normalised scores only rank; raw cosine and BM25 travel with every passage. Source of the form: Bruch, Gai and Ingber,
"An Analysis of Fusion Functions for Hybrid Retrieval" (2023), arXiv:2210.11934.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.library.rows import HitRow

DENSE = 0.6  # share of meaning against words
SENTENCE = 0.6  # share of the best sentence in the dense part

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Candidates:
    """(n,) arrays of raw scores; NaN in `dense` and `sentence` where a passage has no vector yet.

    `best` is the index of the best sentence, -1 where there is none.
    """

    hits: tuple[HitRow, ...]
    dense: Array
    sentence: Array
    words: Array
    best: NDArray[np.int64]


def scores(question: str, candidates: Candidates, *, meaning: bool) -> NDArray[np.float64]:
    """(n,) fused scores, higher is better. Without meaning: BM25 alone."""
    words = candidates.words.astype(np.float64)
    if not meaning or not len(words):
        return words
    dense = (1 - SENTENCE) * candidates.dense + SENTENCE * candidates.sentence
    dense = predicted(dense.astype(np.float64), words)
    return DENSE * _normalised(dense) + (1 - DENSE) * _normalised(words)


def predicted(dense: NDArray[np.float64], words: NDArray[np.float64]) -> NDArray[np.float64]:
    """Fill in the meaning of passages that are not embedded yet with what their words predict.

    A line fitted by least squares over this question's embedded candidates; their mean where a line cannot be fitted.
    """
    unknown = np.isnan(dense)
    if not unknown.any():
        return dense
    known = ~unknown
    if known.sum() < 2:
        return np.where(unknown, np.nanmean(dense) if known.any() else 0.0, dense)
    x, y = words[known], dense[known]
    spread = float(((x - x.mean()) ** 2).sum())
    slope = float(((x - x.mean()) * (y - y.mean())).sum()) / spread if spread else 0.0
    guess = y.mean() + slope * (words - x.mean())
    return np.where(unknown, np.clip(guess, y.min(), y.max()), dense)


def _normalised(values: NDArray[np.float64]) -> NDArray[np.float64]:
    highest = values.max()
    return values / highest if highest > 0 else values
