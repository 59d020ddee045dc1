"""How candidates are ranked: a weighted sum of what `features.py` measures of each.

A first, rough order is the convex sum of max-normalised scores, the best sentence in the dense part (Bruch, Gai and
Ingber 2023, arXiv:2210.11934). The first `TOP` of it are then ordered by a linear model, whose weights were fitted to
the likelihood that a passage with the answer is drawn first (a listwise softmax: Cao et al. 2007, "Learning to Rank").
Scores only rank; raw cosine and BM25 travel with every passage.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from rag.errors import ModelError
from rag.library.rows import HitRow, SentenceVectors
from rag.retrieval.evidence import Measured
from rag.retrieval.features import features
from rag.retrieval.terms import Idf

DENSE = 0.6  # share of meaning against words in the rough order
SENTENCE = 0.6  # share of the best sentence in its dense part
TOP = 120  # candidates that are measured

Array = NDArray[np.float32]
Floats = NDArray[np.float64]


By = Literal["fitted", "words", "meaning", "convex"]


@dataclass(frozen=True, slots=True)
class Ranking:
    """How candidates are found and ranked. `fitted`, by words and meaning and the fitted weights, is what readers get;
    the others are there to be measured beside it: by `words` or by `meaning` alone (the other side finds nothing
    either), or the rough order itself (`convex`), with `dense` as the share of meaning."""

    by: By = "fitted"
    dense: float = DENSE


FITTED = Ranking()


@dataclass(frozen=True, slots=True)
class Candidates:
    """(n,) arrays of raw scores; NaN in `dense` and `sentence` where a passage has no vector yet.

    `best` is the index of the best sentence, -1 where there is none; `each` the cosines of all of a passage's
    sentences, None where they are not known.
    """

    hits: tuple[HitRow, ...]
    dense: Array
    sentence: Array
    words: Array
    best: NDArray[np.int64]
    each: tuple[Array | None, ...]


def cosines_of(hits: Sequence[HitRow], vector: Array) -> Iterator[tuple[int, float, Array]]:
    """The place, the cosine and the sentences' cosines of every passage that the embedder of `vector` embedded.

    No sentences' cosines where that embedder gives none of sentences.
    """
    places, wholes, known = [], [], []
    none = SentenceVectors(np.zeros((0, len(vector)), np.float32), np.zeros(0, np.float32))
    for place, hit in enumerate(hits):
        whole = _comparable(hit.vector, vector)
        if whole is not None:
            places.append(place)
            wholes.append(whole)
            known.append(hit.sentences if hit.sentences is not None else none)
    if not known:
        return
    whole_cosines = (np.stack(wholes) @ vector).tolist()
    rows = np.concatenate([one.rows for one in known]).astype(np.float32)
    cosines = (rows @ vector) * np.concatenate([one.scales for one in known])
    last = np.cumsum([len(one) for one in known]).tolist()
    for place, cosine, one, end in zip(places, whole_cosines, known, last, strict=True):
        yield place, cosine, cosines[end - len(one) : end]


@dataclass(frozen=True, slots=True)
class Weights:
    """A coefficient for each feature, with meaning and for words alone."""

    meaning: dict[str, float]
    words: dict[str, float]
    digest: str


def scores(
    question: str,
    candidates: Candidates,
    *,
    meaning: bool,
    vector: Array | None = None,
    idf: Idf | None = None,
    ranking: Ranking = FITTED,
) -> Floats:
    """(n,) scores, higher is better: 1 for the best, and how likely each other is beside it.

    Args:
        meaning: whether the question has a vector at all; False: ranked by words alone.
        vector: the question's, of unit length; without it the sentences but the best are not compared.
        idf: the weight of each of `words_of(question)` in the whole library; without it all weigh the same.
    """
    if not len(candidates.hits):
        return np.zeros(0)
    if ranking.by in ("meaning", "convex"):
        return rough_scores(candidates, 1.0 if ranking.by == "meaning" else ranking.dense, meaning=meaning)
    found, order = measured(candidates, meaning=meaning, vector=vector)
    names, rows = features(question, found, idf)
    weights = load_weights().meaning if meaning else load_weights().words
    fine = rows @ np.array([weights.get(name, 0.0) for name in names])
    out = np.empty(len(order))
    out[order[: len(fine)]] = fine
    behind = found.rough[len(fine) :]
    out[order[len(fine) :]] = fine.min() - 1 + behind - behind.max(initial=0.0)
    relative: Floats = np.exp(out - out.max())
    return relative


def measured(
    candidates: Candidates, *, meaning: bool, vector: Array | None = None
) -> tuple[Measured, NDArray[np.intp]]:
    """The first candidates of the rough order, and the order of all."""
    words = candidates.words.astype(np.float64)
    rough = rough_scores(candidates, DENSE, meaning=meaning)
    dense = predicted(candidates.dense.astype(np.float64), words) if meaning else np.zeros(len(words))
    order = np.argsort(-rough, kind="stable")
    first = order[:TOP]
    hits = [candidates.hits[place] for place in first.tolist()]
    articles: dict[str, int] = {}
    keys = np.array(
        [articles.setdefault(candidates.hits[place].article.id, len(articles)) for place in order.tolist()]
    )
    vectors = [_comparable(hit.vector, vector) if meaning else None for hit in hits]
    each = [_cosines(candidates, place, meaning=meaning) for place in first.tolist()]
    asked = vector if meaning else None
    return Measured(hits, dense[first], words[first], each, rough[order], keys, asked, vectors), order


def rough_scores(candidates: Candidates, share: float, *, meaning: bool) -> Floats:
    """(n,) convex sums of max-normalised scores, `share` of it meaning; of words alone without any."""
    words = candidates.words.astype(np.float64)
    if not meaning:
        return _normalised(words)
    dense = predicted(candidates.dense.astype(np.float64), words)
    sentence = predicted(candidates.sentence.astype(np.float64), words)
    both = (1 - SENTENCE) * dense + SENTENCE * sentence
    return share * _normalised(both) + (1 - share) * _normalised(words)


def _comparable(passage: Array | None, question: Array | None) -> Array | None:
    """The passage's vector, unless another embedder made it."""
    return (
        passage if passage is not None and question is not None and passage.shape == question.shape else None
    )


def _cosines(candidates: Candidates, place: int, *, meaning: bool) -> Array | None:
    if not meaning:
        return np.zeros(max(1, len(candidates.hits[place].passage.sentences)), np.float32)
    return candidates.each[place]


def predicted(dense: Floats, words: Floats) -> Floats:
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


def _normalised(values: Floats) -> Floats:
    highest = values.max()
    return values / highest if highest > 0 else values


@cache
def load_weights() -> Weights:
    """The weights that `benchmarks/train_scoring.py` made.

    Raises:
        ModelError: the file was changed by hand, or is damaged.
    """
    kept = json.loads(files("rag.retrieval").joinpath("weights.json").read_text("utf-8"))
    weights = Weights(kept["meaning"], kept["words"], kept["digest"])
    if digest(weights.meaning, weights.words) != weights.digest:
        raise ModelError(
            "rag/retrieval/weights.json",
            "it is not as it was made",
            "Install Dateline again, or train it anew.",
        )
    return weights


def digest(meaning: dict[str, float], words: dict[str, float]) -> str:
    """The first 12 hex digits of the sha256 of the weights."""
    return hashlib.sha256(json.dumps([meaning, words], sort_keys=True).encode()).hexdigest()[:12]
