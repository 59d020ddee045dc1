"""What is measured of each candidate before the candidates are ranked: a row of numbers for every passage.

Three kinds of evidence stand beside one another. Of the passage: meaning and words, each raw and as a share of this
question's best (the max-normalised scores of Bruch, Gai and Ingber 2023, arXiv:2210.11934). Of its best sentence: the
sentence that is near in meaning *and* says the question's words. Of its article: questions lean on their article
("Who was arrested?"), so a name may stand in another of its passages. Besides, whether the sentence offers what was
asked for (`offers.py`), and what the first passages found are near to (pseudo-relevance feedback, Rocchio 1971).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from rag.retrieval.articles import Articles
from rag.retrieval.evidence import (
    Measured,
    Sentences,
    best_of,
    laid_out,
    of_best,
    places_of_best,
    share_of,
    sum_of,
    with_neighbours,
)
from rag.retrieval.offers import KINDS, asked_for, offered
from rag.retrieval.terms import Floats, Idf, Terms, terms

Columns = dict[str, Floats]

SATURATED = 2.2  # the most that BM25 gives a word, in units of its idf: k1 + 1
FEEDBACK = 5  # first passages that the question is moved towards


def features(question: str, found: Measured, idf: Idf | None) -> tuple[tuple[str, ...], Floats]:
    """The names of the features, and one row of them for each passage: (n, f)."""
    asked = terms(question, idf)
    sentences = laid_out(asked, found.hits)
    cosines = _cosines(asked, found, sentences)
    columns = _meaning(found, sentences, cosines) | _words(asked, found, sentences)
    articles = Articles(asked, found, sentences)
    joint = _joint(asked, sentences, cosines, articles)
    columns |= joint.columns | articles.columns(found, columns, joint.columns)
    columns |= _pronouns(question, found, articles)
    columns |= _offering(question, asked, sentences, joint.each) | _shape(found, sentences)
    return tuple(columns), np.stack(list(columns.values()), axis=1)


def _cosines(asked: Terms, found: Measured, sentences: Sentences) -> Floats:
    """(m,) each sentence's cosine; where it is not known, what a line over its words and its passage predicts."""
    counts = np.bincount(sentences.owner, minlength=len(found.hits))
    known = [each is not None and len(each) == count for each, count in zip(found.each, counts, strict=True)]
    have = np.array(known, bool)[sentences.owner]
    cosines = np.zeros(len(sentences.owner))
    if have.any():
        cosines[have] = np.concatenate(
            [e for e, ok in zip(found.each, known, strict=True) if ok and e is not None]
        )
    if not have.all():
        x = np.stack(
            [np.ones(len(have)), found.cosine[sentences.owner], share_of(sentences.said, asked.weights)], 1
        )
        line = np.linalg.lstsq(x[have], cosines[have])[0] if have.sum() > 3 else np.array([0.0, 1.0, 0.0])
        cosines[~have] = np.clip(x[~have] @ line, -1, 1)
    return cosines


def _meaning(found: Measured, sentences: Sentences, cosines: Floats) -> Columns:
    count = len(found.hits)
    best = best_of(cosines, sentences.owner, count)
    rest = cosines.copy()
    rest[places_of_best(cosines, sentences.owner)] = -1.0
    second = np.full(count, -1.0)
    np.maximum.at(second, sentences.owner, rest)
    return {
        "cosine": found.cosine,
        "cosine, of the best": of_best(found.cosine),
        "sentence": best,
        "sentence, of the best": of_best(best),
        "two sentences": (best + np.where(second > -1, second, best)) / 2,
        "feedback": _feedback(found),
    }


def _feedback(found: Measured) -> Floats:
    """Cosine to the question moved towards the first passages found. Without vectors: the passage's own."""
    vectors = found.vectors
    known = np.array([vector is not None for vector in vectors], bool)
    if found.vector is None or not known.any():
        return found.cosine
    matrix = np.stack([vector for vector in vectors if vector is not None])
    rough = found.rough[: len(vectors)][known]
    first = np.argsort(-rough, kind="stable")[:FEEDBACK]
    weights = np.exp(8 * (rough[first] - rough[first[0]]))
    moved = found.vector + 0.6 * (weights @ matrix[first]) / weights.sum()
    out = found.cosine.copy()
    out[known] = matrix @ (moved / np.linalg.norm(moved))
    return out


def _words(asked: Terms, found: Measured, sentences: Sentences) -> Columns:
    return {
        "words, of the best": of_best(found.words),
        "words, of the possible": found.words / (SATURATED * max(float(asked.weights.sum()), 1e-9)),
        "said": share_of(sentences.passage_said, asked.weights),
        "said in a sentence": best_of(
            share_of(sentences.said, asked.weights), sentences.owner, len(found.hits)
        ),
        "names said": share_of(sentences.passage_said, asked.weights * sentences.named),
        "numbers said": share_of(sentences.passage_said, asked.weights * asked.numeric),
    }


@dataclass(frozen=True, slots=True)
class _Joint:
    """What a sentence is worth by meaning and words together: (m,) `each`, and the columns made of it."""

    each: Floats
    columns: Columns


def _joint(asked: Terms, sentences: Sentences, cosines: Floats, articles: Articles) -> _Joint:
    count = len(sentences.counts)
    near = of_best(np.maximum(cosines, 0.0))
    said = share_of(sentences.said, asked.weights)
    beyond_names = share_of(sentences.said, asked.weights * ~sentences.named)
    filled = share_of(np.maximum(sentences.said, articles.names_of(sentences.owner)), asked.weights)
    filled = np.where(beyond_names > 0, filled, 0.0)
    joint, leaning = (near + said) / 2, (near + filled) / 2

    def best(values: Floats) -> Floats:
        return best_of(values, sentences.owner, count)

    return _Joint(
        joint,
        {
            "joint": best(joint),
            "joint, with neighbours": best(with_neighbours(joint, sentences.follows)),
            "joint, names from the article": best(leaning),
            "joint, names from the article, with neighbours": best(
                with_neighbours(leaning, sentences.follows)
            ),
            "product": best(np.maximum(cosines, 0.0) * said),
            "said in a sentence, names from the article": best(filled),
            "pairs": _pairs(asked, sentences),
        },
    )


def _pairs(asked: Terms, sentences: Sentences) -> Floats:
    """Share of the question's neighbouring words that stand together in a sentence, by weight."""
    count = len(sentences.counts)
    if not asked.pairs:
        return np.zeros(count)
    one, two = np.array(asked.pairs).T
    together = np.minimum(sentences.said[:, one], sentences.said[:, two])
    return share_of(best_of(together, sentences.owner, count), asked.weights[one] + asked.weights[two])


_HE, _SHE = re.compile(r"\b(?:he|him|his)\b", re.IGNORECASE), re.compile(r"\b(?:she|hers?)\b", re.IGNORECASE)


def _pronouns(question: str, found: Measured, articles: Articles) -> Columns:
    """Of the pronouns "he" and "she" the share that is the question's, in the passage and in its article.

    "What did she say?" asks of an article about a woman. 0 where the question has neither or both.
    """
    he, she = bool(_HE.search(question)), bool(_SHE.search(question))
    if he == she:
        nothing = np.zeros(len(found.hits))
        return {"pronoun": nothing, "article: pronoun": nothing}
    counts = np.array(
        [(len(_HE.findall(hit.text)), len(_SHE.findall(hit.text))) for hit in found.hits], np.float64
    )
    if she:
        counts = counts[:, ::-1]
    whole = sum_of(counts, articles.owner, articles.count)
    share = (counts[:, 0] + 0.5) / (counts.sum(1) + 1)
    return {"pronoun": share, "article: pronoun": ((whole[:, 0] + 0.5) / (whole.sum(1) + 1))[articles.owner]}


def _offering(question: str, asked: Terms, sentences: Sentences, joint: Floats) -> Columns:
    """Whether a passage's best sentence, or the one after it, offers what was asked for."""
    count = len(sentences.counts)
    kind = asked_for(question)
    best = places_of_best(joint, sentences.owner)
    ends = np.append(sentences.starts[1:], len(sentences.text))
    known = tuple(stem for stem in asked.stems if len(stem) > 2)
    offers = np.zeros(count)
    if kind != "other":
        for place, one in enumerate(best.tolist()):
            here = offered(kind, sentences.text[sentences.starts[one] : ends[one]], known)
            if here:
                offers[place] = 1.0
            elif sentences.follows[one]:
                offers[place] = 0.5 * offered(kind, sentences.text[ends[one] : ends[one + 1]], known)
    columns = {"joint, offering": joint[best] * (0.6 + 0.4 * offers) if kind != "other" else joint[best]}
    return columns | {f"offers, asked {one}": offers * (kind == one) for one in KINDS}


def _shape(found: Measured, sentences: Sentences) -> Columns:
    position = np.array([hit.passage.position for hit in found.hits], np.float64)
    length = np.array([len(hit.text) for hit in found.hits], np.float64)
    return {
        "position": np.log1p(position.clip(max=7)),
        "first": (position == 0).astype(np.float64),
        "length": np.log(np.maximum(length, 50) / 900),
    }
