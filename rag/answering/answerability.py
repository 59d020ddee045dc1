"""Do the sentences found answer the question? A calibrated logistic rule over what the best of them say of it.

Its features stand on the question's words and names, on raw cosines and on agreement, not on how passages are
scored, so it holds when the ranking of passages changes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from rag.answering.ranking import best_rows, rule_for
from rag.answering.sentence_features import Floats, Reading
from rag.answering.writer import Material

ANSWERED = 0.38  # answerability from which sentences are shown as an answer
CLOSEST = 0.15  # ... from which passages are shown as the closest
TOP = 5  # passages whose agreement counts


def answerability(reading: Reading, ranked: Floats, material: Material) -> float:
    """0 to 1; 0 where nothing was found."""
    if not len(ranked):
        return 0.0
    learned = rule_for(reading).answerability
    known = features(reading, ranked, material)
    return 1 / (1 + math.exp(-sum(weight * known[name] for name, weight in learned.items())))


def features(reading: Reading, ranked: Floats, material: Material) -> Mapping[str, float]:
    """What is known of a question's answerability, by name."""
    rows = best_rows(ranked, TOP)
    best = rows[0]
    asked = reading.terms
    share = np.exp(ranked - ranked[best])
    share = share / share.sum()

    def of(name: str, row: int = best) -> float:
        return float(reading.column(name)[row])

    def top(name: str, most: int = 3) -> float:
        return float(reading.column(name)[rows[:most]].max())

    meaning = float(reading.sentences.vectors is not None)
    named = bool(reading.named.any())
    rare = _rarest(reading, ~reading.named)
    rarest_name = _rarest(reading, reading.named)
    article = reading.sentences.article
    here = reading.said[article == article[best]].max(axis=0) if len(asked.stems) else np.zeros(0)
    anywhere = reading.said.max(axis=0) if len(asked.stems) else np.zeros(0)
    missing = asked.weights * (1 - here)
    firsts = np.unique(article, return_index=True)[1]
    covers = np.sort(reading.column("words of article")[firsts])[::-1]
    hits = [hit.article.id for hit, _ in material.hits[:TOP]]
    own = material.hits[int(reading.sentences.hit[best])][0].article.id
    return {
        "bias": 1.0,
        "meaning": meaning,
        "named": float(named),
        "several names": float(int(asked.named.sum()) > 1),
        "terms": math.log1p(len(asked.stems)),
        "best cosine": of("cosine"),
        "highest cosine": float(reading.column("cosine").max()),
        "highest cosine centred": float(reading.column("cosine centred").max()),
        "best passage's cosine": max((found.dense or 0.0 for _, found in material.hits), default=0.0),
        "best words": of("words"),
        "top words": top("words"),
        "highest words": float(reading.column("words").max()),
        "top words, names apart": top("words, names apart"),
        "highest words, names apart": float(reading.column("words, names apart").max()),
        "words, names of the article": top("words, names of the article"),
        "words of article": of("words of article"),
        "names of article": of("names of article") if named else 0.0,
        "unnamed": 0.0 if named else 1.0,
        "names in sentence": top("names"),
        "pairs": top("pairs"),
        "bm25": float(reading.column("bm25 of passage").max()),
        "rarest there": here[rare] if rare is not None else 0.5,
        "rarest anywhere": anywhere[rare] if rare is not None else 0.5,
        "rarest name there": here[rarest_name] if rarest_name is not None else 0.0,
        "rarest name missing": 1 - anywhere[rarest_name] if rarest_name is not None else 0.0,
        "heaviest missing": float(missing.max() / max(asked.weights.max(), 1e-6)) if len(missing) else 0.0,
        "missing": float((here < 0.5).sum() / len(here)) if len(here) else 0.0,
        "agreement": hits.count(own) / len(hits),
        "same as first": float(hits[0] == own),
        "concentration": float(share.max()),
        "evenness": float(-(share * np.log(share + 1e-12)).sum()),
        "margin": float(ranked[best] - np.median(ranked)),
        "offered": float(
            any(reading.column(name)[best] for name in reading.names if name.startswith("offers for"))
        ),
        "alike": _alike(material),
        **_gathered(material, own),
        **_heavy(asked.weights, here, reading.said[rows[:3]].max(axis=0) if len(here) else here),
        "said of it": math.log1p(float((asked.weights * here).sum())),
        "not said of it": math.log1p(float(missing.sum())),
        "said in best": math.log1p(float((asked.weights * reading.said[best]).sum())),
        "bm25 stands out": _stands_out([found.words for _, found in material.hits]),
        "cosine stands out": _stands_out([found.sentence or 0.0 for _, found in material.hits]),
        "words stand out": of("words of article") - float(np.median(covers)),
        "article stands out": of("words of article") - float(covers[1]) if len(covers) > 1 else 0.5,
    }


def _gathered(material: Material, own: str) -> dict[str, float]:
    """How the likelihood of the passages, as the search gives it, is gathered on the best one and on one article."""
    likely = np.array([max(found.score, 1e-6) for _, found in material.hits])
    mine = np.array([hit.article.id == own for hit, _ in material.hits])
    return {
        "passage's share": float(likely.max() / likely.sum()),
        "article's share": float(likely[mine].sum() / likely.sum()),
        "next article": math.log(float(likely[~mine].max(initial=1e-4))),
        "tenth passage": math.log(float(np.sort(likely)[::-1][min(9, len(likely) - 1)])),
    }


def _heavy(weights: Floats, here: Floats, first: Floats) -> dict[str, float]:
    """The weight of words that the article says and does not say, and that the first three sentences do not."""
    unsaid = weights * (first < 0.5)
    return {
        "heaviest said": float((weights * (here >= 0.5)).max(initial=0.0)),
        "heaviest not said": float((weights * (here < 0.5)).max(initial=0.0)),
        "mean weight": float(weights.mean()) if len(weights) else 0.0,
        "heaviest not in first": float(unsaid.max(initial=0.0)),
        "not in first": math.log1p(float(unsaid.sum())),
    }


def _rarest(reading: Reading, among: NDArray[np.bool_]) -> int | None:
    weights = reading.terms.weights * among
    return int(weights.argmax()) if among.any() else None


def _stands_out(values: Sequence[float]) -> float:
    """How far the highest is above the middle one, 0 to 1."""
    highest = max(values, default=0.0)
    return 1 - float(np.median(values)) / highest if highest > 0 else 0.0


def _alike(material: Material) -> float:
    """Mean cosine between the best passages: they speak of one matter."""
    vectors = [hit.vector for hit, _ in material.hits[:TOP] if hit.vector is not None]
    if len(vectors) < 2:
        return 0.0
    together = np.stack(vectors)
    products = together @ together.T
    return float((products.sum() - np.trace(products)) / (len(vectors) * (len(vectors) - 1)))
