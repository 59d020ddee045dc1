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
from rag.evidence.tokens import tokens

ANSWERED = 0.32  # answerability from which sentences are shown as an answer
# ... from which passages are shown as the closest, and a model is asked: 87 % of the starter set's 181 answerable
# questions, in words that are mostly not their articles', and half of 200 about other matters.
CLOSEST = 0.06
HEADLINES = 3  # passages whose headlines are read
_UNHEARD_OF = "\0"  # a word that no passage says


def answerability(reading: Reading, ranked: Floats, material: Material) -> float:
    """0 to 1; 0 where nothing was found."""
    if not len(ranked):
        return 0.0
    learned = rule_for(reading).answerability
    known = features(reading, ranked, material)
    told = 1 / (1 + math.exp(-sum(weight * known.get(name, 0.0) for name, weight in learned.items())))
    return max(told, CLOSEST) if _headlined(material) else told


def _headlined(material: Material) -> bool:
    """Whether a headline of the best passages says all that is asked about: its article is near, whatever words it has
    for the rest ("is fined 3.4 million" above "accepted a penalty of")."""
    asked = {word.stem for word in tokens(material.question) if not word.empty}
    titles = (hit.article.title or "" for hit, _ in material.hits[:HEADLINES])
    return len(asked) > 1 and any(asked <= {word.stem for word in tokens(title)} for title in titles)


def features(reading: Reading, ranked: Floats, material: Material) -> Mapping[str, float]:
    """What is known of a question's answerability, by name. None counts how many articles tell the story."""
    rows = best_rows(ranked, 3)
    return (
        {"bias": 1.0}
        | _sentences(reading, ranked, rows)
        | _words(reading, rows, material)
        | _passages(material)
    )


def _sentences(reading: Reading, ranked: Floats, rows: Sequence[int]) -> dict[str, float]:
    """The best sentence, the best three (`rows`), and how far they stand above the rest."""
    best, share = rows[0], np.exp(ranked - ranked[rows[0]])
    share = share / share.sum()
    firsts = np.unique(reading.sentences.article, return_index=True)[1]

    def of(name: str) -> float:
        return float(reading.column(name)[best])

    def top(name: str) -> float:
        return float(reading.column(name)[list(rows)].max())

    def highest(name: str) -> float:
        return float(reading.column(name).max())

    return {
        "best cosine": of("cosine"),
        "highest cosine": highest("cosine"),
        "highest cosine centred": highest("cosine centred"),
        "best words": of("words"),
        "top words": top("words"),
        "highest words": highest("words"),
        "top words, names apart": top("words, names apart"),
        "highest words, names apart": highest("words, names apart"),
        "words, names of the article": top("words, names of the article"),
        "words of article": of("words of article"),
        "words stand out": of("words of article")
        - float(np.median(reading.column("words of article")[firsts])),
        "names of article": of("names of article"),
        "names in sentence": top("names"),
        "pairs": top("pairs"),
        "bm25": highest("bm25 of passage"),
        "concentration": float(share.max()),
        "evenness": float(-(share * np.log(share + 1e-12)).sum()),
        "margin": float(ranked[best] - np.median(ranked)),
        "offered": float(any(of(name) for name in reading.names if name.startswith("offers for"))),
    }


def _words(reading: Reading, rows: Sequence[int], material: Material) -> dict[str, float]:
    """Which of the question's words and names are said: in the best sentence's article, anywhere, in the first three.

    Weights are shares of the highest idf that the library has, so that its size does not matter.
    """
    asked, named, article = reading.terms, reading.named, reading.sentences.article
    if not len(asked.stems):
        return {"terms": 0.0}
    weights = asked.weights / (material.idf([_UNHEARD_OF])[0] if material.idf is not None else 1.0)
    here, anywhere = reading.said[article == article[rows[0]]].max(axis=0), reading.said.max(axis=0)
    first = reading.said[list(rows)].max(axis=0)
    rare, name = _rarest(reading, ~named), _rarest(reading, named)
    unsaid, unsaid_first = weights * (here < 0.5), weights * (first < 0.5)
    return {
        "terms": math.log1p(len(asked.stems)),
        "named": float(named.any()),
        "several names": float(int(asked.named.sum()) > 1),
        "rarest there": here[rare] if rare is not None else 0.5,
        "rarest anywhere": anywhere[rare] if rare is not None else 0.5,
        "rarest name there": here[name] if name is not None else 0.0,
        "rarest name missing": 1 - anywhere[name] if name is not None else 0.0,
        "missing": float((here < 0.5).mean()),
        "heaviest missing": float((weights * (1 - here)).max() / max(weights.max(), 1e-6)),
        "heaviest said": float((weights * (here >= 0.5)).max()),
        "heaviest not said": float(unsaid.max()),
        "heaviest not in first": float(unsaid_first.max()),
        "not in first": math.log1p(float(unsaid_first.sum())),
        "mean weight": float(weights.mean()),
        "said of it": math.log1p(float((weights * here).sum())),
        "not said of it": math.log1p(float((weights * (1 - here)).sum())),
        "said in best": math.log1p(float((weights * reading.said[rows[0]]).sum())),
    }


def _passages(material: Material) -> dict[str, float]:
    """The best of the passages found, and how far it stands out."""
    return {
        "best passage's cosine": max(found.dense or 0.0 for _, found in material.hits),
        "bm25 stands out": _stands_out([found.words for _, found in material.hits]),
        "cosine stands out": _stands_out([found.sentence or 0.0 for _, found in material.hits]),
    }


def _rarest(reading: Reading, among: NDArray[np.bool_]) -> int | None:
    weights = reading.terms.weights * among
    return int(weights.argmax()) if among.any() else None


def _stands_out(values: Sequence[float]) -> float:
    """How far the highest is above the middle one, 0 to 1."""
    highest = max(values, default=0.0)
    return 1 - float(np.median(values)) / highest if highest > 0 else 0.0
