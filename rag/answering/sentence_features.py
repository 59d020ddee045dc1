"""The sentences of the passages found, side by side with the question: one row of numbers each.

They stand on what does not depend on how passages are scored: ranks, raw cosines, raw BM25, and the share of the
question's words, weighted by idf. Without vectors every cosine is 0. About 4 ms for 12 passages.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.answering.asked_for import KINDS, WANTED, Kind, Offer, kind_of, offers
from rag.answering.sentence_form import form
from rag.answering.writer import Material
from rag.retrieval.terms import Occurrences, Terms, occurrences, terms
from rag.types import Span

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

TOUCHING = 12  # characters of white space that may lie between a sentence and the next
_DIGITS = re.compile(r"\d+")
HIGHEST = 2.2  # times its idf a word can weigh in BM25 (k1 + 1)


@dataclass(frozen=True, slots=True)
class Sentences:
    """Every sentence found, once, by article and place in it.

    `hit` is the best passage that holds it, `place` its index there; `article` counts from 0 by best passage;
    `follows`: it stands right behind the row before it; `cosine` is 0 for keyword search only.
    """

    spans: tuple[Span, ...]
    texts: tuple[str, ...]
    hit: Ints
    place: Ints
    article: Ints
    follows: Bools
    cosine: Floats
    vectors: NDArray[np.float32] | None


def sentences_of(material: Material) -> Sentences:
    """The sentences of `material`, one that lies in two passages taken from the better one."""
    order: dict[str, int] = {}
    rows: dict[Span, tuple[int, int, int]] = {}
    for rank, (hit, _) in enumerate(material.hits):
        number = order.setdefault(hit.article.id, len(order))
        for index, (start, end) in enumerate(hit.passage.sentences):
            rows.setdefault(
                Span(hit.passage.article_id, hit.passage.version, start, end), (number, rank, index)
            )
    spans = sorted(rows, key=lambda span: (rows[span][0], span.start))
    table = np.array([rows[span] for span in spans], np.int64).reshape(-1, 3)
    article, best, place = table[:, 0], table[:, 1], table[:, 2]
    follows = np.zeros(len(spans), bool)
    for i in range(1, len(spans)):
        follows[i] = article[i] == article[i - 1] and spans[i].start - spans[i - 1].end <= TOUCHING
    vectors = _vectors(material, best, place)
    cosine = np.zeros(len(spans))
    if vectors is not None and material.vector is not None:
        cosine = (vectors @ material.vector).astype(np.float64)
    return Sentences(
        tuple(spans), tuple(_text(material, span, int(best[i])) for i, span in enumerate(spans)),
        best, place, article, follows, cosine, vectors,
    )  # fmt: skip


def _text(material: Material, span: Span, rank: int) -> str:
    hit, _ = material.hits[rank]
    return hit.text[span.start - hit.passage.start : span.end - hit.passage.start]


def _vectors(material: Material, hits: Ints, place: Ints) -> NDArray[np.float32] | None:
    """(m, dimension), the mean of the others where a passage is not embedded yet; None where none is."""
    if material.vector is None or all(hit.sentences is None for hit, _ in material.hits):
        return None
    vectors = np.zeros((len(hits), len(material.vector)), np.float32)
    known = np.zeros(len(hits), bool)
    for rank, (hit, _) in enumerate(material.hits):
        if hit.sentences is not None:
            rows = np.flatnonzero((hits == rank) & (place < len(hit.sentences)))
            vectors[rows] = hit.sentences.vectors(place[rows])
            known[rows] = True
    if not known.all() and known.any():
        vectors[~known] = vectors[known].mean(axis=0)
    return vectors


@dataclass(frozen=True, slots=True)
class Reading:
    """All that is known of a question's sentences.

    `table` is (m, len(names)); `said` (m, t) how well each sentence says each word of the question; `named` (t,) marks
    words that are names; `weights` (t,) their idf.
    """

    sentences: Sentences
    kind: Kind
    terms: Terms
    said: Floats
    named: Bools
    names: tuple[str, ...]
    table: Floats

    def column(self, name: str) -> Floats:
        """One feature, (m,)."""
        return self.table[:, self.names.index(name)]


def read(material: Material) -> Reading:
    """The features of every sentence found."""
    sentences = sentences_of(material)
    asked = terms(material.question, material.idf)
    text = "\n".join(sentences.texts)
    lengths = np.array([len(one) for one in sentences.texts], np.int64)
    starts = np.concatenate([[0], np.cumsum(lengths + 1)[:-1]]).astype(np.int64) if len(lengths) else lengths
    seen = occurrences(asked, text, starts)
    said = np.zeros((len(lengths), len(asked.stems)))
    np.maximum.at(said, (seen.sentence, seen.term), seen.strength)
    named = _names(asked, seen, starts)
    kind = kind_of(material.question)
    columns: dict[str, Floats] = {}
    columns |= _meaning(sentences, material)
    columns |= _words(sentences, asked, said, named, seen, material)
    columns |= _passages(sentences, asked, material)
    columns |= _offered(kind, text, starts, asked, sentences)
    columns |= form(sentences.texts, [span.start for span in sentences.spans])
    table = np.stack(list(columns.values()), axis=1) if len(lengths) else np.zeros((0, len(columns)))
    return Reading(sentences, kind, asked, said, named, tuple(columns), table)


def _names(asked: Terms, seen: Occurrences, starts: Ints) -> Bools:
    """Words written with a capital in the question, or inside most sentences that say them."""
    times, capital = np.zeros(len(asked.stems)), np.zeros(len(asked.stems))
    inside = seen.at > starts[seen.sentence] + 1 if len(seen.at) else np.zeros(0, bool)
    np.add.at(times, seen.term[inside], 1)
    np.add.at(capital, seen.term[inside], seen.capital[inside])
    return asked.named | ((times > 0) & (capital >= 0.7 * times))


# Neighbours and groups


def _before(values: Floats, sentences: Sentences) -> Floats:
    """Each row's value in the sentence before it, 0 where none stands there."""
    out = np.zeros_like(values)
    out[1:] = values[:-1]
    out[~sentences.follows] = 0
    return out


def _after(values: Floats, sentences: Sentences) -> Floats:
    out = np.zeros_like(values)
    linked = np.flatnonzero(sentences.follows)
    out[linked - 1] = values[linked]
    return out


def _most(values: Floats, groups: Ints) -> Floats:
    """Each row's best value in its group."""
    best = np.full((int(groups.max()) + 1 if len(groups) else 0, *values.shape[1:]), -np.inf)
    np.maximum.at(best, groups, values)
    return best[groups]


# The features


def _meaning(sentences: Sentences, material: Material) -> dict[str, Floats]:
    cosine, vectors = sentences.cosine, sentences.vectors
    centred, lexrank = np.zeros(len(cosine)), np.zeros(len(cosine))
    if vectors is not None and material.vector is not None and len(cosine):
        centre = vectors.mean(axis=0)
        away = vectors - centre
        asked = material.vector - centre
        length = np.linalg.norm(away, axis=1) * np.linalg.norm(asked)
        centred = (away @ asked / np.maximum(length, 1e-6)).astype(np.float64)
        own = np.zeros((int(sentences.article.max()) + 1, vectors.shape[1]), np.float32)
        np.add.at(own, sentences.article, vectors)
        own /= np.maximum(np.linalg.norm(own, axis=1, keepdims=True), 1e-6)
        lexrank = (vectors * own[sentences.article]).sum(axis=1).astype(np.float64)
    return {
        "cosine": cosine,
        "cosine centred": centred,
        "cosine before": _before(cosine, sentences),
        "cosine after": _after(cosine, sentences),
        "cosine of article": _most(cosine, sentences.article),
        "like its article": lexrank,
    }


def _words(
    sentences: Sentences, asked: Terms, said: Floats, named: Bools, seen: Occurrences, material: Material
) -> dict[str, Floats]:
    weights, m = asked.weights, len(said)
    titles = _titles(material, sentences, asked)
    whole = np.maximum(_most(said, sentences.article), titles)
    before, after = _before(said, sentences), _after(said, sentences)
    cover = _cover(said, weights)
    other = _cover(said, weights * ~named)
    rarest = int(np.argmax(weights * ~named)) if len(weights) and (~named).any() else None
    return {
        "words": cover,
        "words, names apart": other,
        "names": _cover(said, weights * named),
        "words with before": _cover(np.maximum(said, before), weights) - cover,
        "words with after": _cover(np.maximum(said, after), weights) - cover,
        "words before": _cover(before, weights),
        "words after": _cover(after, weights),
        "other words, named": other * named.any(),
        "cosine, named": sentences.cosine * named.any(),
        "names with before": _cover(np.maximum(said, before), weights * named),
        "words, names of the article": _cover(np.maximum(said, whole * named), weights) * (other > 0),
        "words of article": _cover(whole, weights),
        "names of article": _cover(whole, weights * named),
        "words of title": _cover(titles, weights),
        "rarest word": said[:, rarest] if rarest is not None else np.zeros(m),
        "pairs": _pairs(asked, seen, sentences, m),
        "question's verb": said[:, -1] if said.shape[1] else np.zeros(m),
        "first word": said[:, 0] if said.shape[1] else np.zeros(m),
        "words of passage": _most(_cover(_most(said, sentences.hit), weights), sentences.hit),
    }


def _cover(said: Floats, weights: Floats) -> Floats:
    """The share of the words' weight that is said; 0 where nothing is asked for."""
    total = weights.sum()
    return said @ weights / total if total > 0 else np.zeros(len(said))


def _titles(material: Material, sentences: Sentences, asked: Terms) -> Floats:
    """(m, t) whether the title of the sentence's article says a word."""
    titles: dict[int, str] = {}
    for rank, article in zip(sentences.hit.tolist(), sentences.article.tolist(), strict=True):
        titles.setdefault(article, material.hits[rank][0].article.title or "")
    text = "\n".join(titles[article] for article in sorted(titles))
    starts = [0]
    for article in sorted(titles)[:-1]:
        starts.append(starts[-1] + len(titles[article]) + 1)
    found = np.zeros((len(titles), len(asked.stems)))
    seen = occurrences(asked, text, np.array(starts, np.int64))
    np.maximum.at(found, (seen.sentence, seen.term), seen.strength)
    return found[sentences.article]


def _pairs(asked: Terms, seen: Occurrences, sentences: Sentences, m: int) -> Floats:
    """The share of neighbouring words of the question that stand close together in a sentence."""
    total = sum(asked.weights[a] + asked.weights[b] for a, b in asked.pairs)
    found = np.zeros(m)
    if not total or not len(seen.at):
        return found
    for a, b in asked.pairs:
        first, second = seen.at[seen.term == a], seen.at[seen.term == b]
        if not len(first) or not len(second):
            continue
        place = np.searchsorted(second, first)
        gap = second[np.minimum(place, len(second) - 1)] - first
        close = (place < len(second)) & (gap > 0) & (gap < len(asked.stems[a]) + 12)
        rows = np.unique(seen.sentence[seen.term == a][close])
        found[rows] += (asked.weights[a] + asked.weights[b]) / total
    return found


def _passages(sentences: Sentences, asked: Terms, material: Material) -> dict[str, Floats]:
    ranks = np.arange(len(material.hits), dtype=np.float64)
    dense = _known([found.dense for _, found in material.hits])
    closest = _known([found.sentence for _, found in material.hits])
    words = np.array([found.words for _, found in material.hits])
    fused = 0.25 * _of_best(dense) + 0.35 * _of_best(closest) + 0.4 * _of_best(words)
    first = np.full(int(sentences.article.max(initial=-1)) + 1, np.inf)
    np.minimum.at(first, sentences.article, ranks[sentences.hit])
    held = np.unique(np.stack([sentences.article, sentences.hit]), axis=1)[0]
    many = np.bincount(held, minlength=len(first))
    return {
        "rank": np.log1p(ranks)[sentences.hit],
        "first": (sentences.hit == 0).astype(np.float64),
        "rank of article": np.log1p(first)[sentences.article],
        "first article": (sentences.article == 0).astype(np.float64),
        "passages of article": np.log1p(many)[sentences.article],
        "likelihood of passage": _likely(np.array([found.score for _, found in material.hits]))[
            sentences.hit
        ],
        "cosine of passage": dense[sentences.hit],
        "score of passage": fused[sentences.hit],
        "score of article": _most(fused[sentences.hit], sentences.article),
        "bm25 of passage": words[sentences.hit] / (HIGHEST * asked.weights.sum() or 1.0),
    }


def _known(values: Sequence[float | None]) -> Floats:
    """What is not known yet is the mean of what is; 0 where nothing is."""
    some = [value for value in values if value is not None]
    mean = sum(some) / len(some) if some else 0.0
    return np.array([mean if value is None else value for value in values], np.float64)


def _likely(scores: Floats) -> Floats:
    """The logarithm of how likely each passage is beside the best, no less than -6; by rank where scores say less."""
    best = scores.max(initial=0.0)
    return np.log(np.maximum(scores / best, math.exp(-6))) if best > 0 else np.zeros(len(scores))


def _of_best(values: Floats) -> Floats:
    best = values.max(initial=0.0)
    return values / best if best > 0 else values * 0.0


def _offered(kind: Kind, text: str, starts: Ints, asked: Terms, sentences: Sentences) -> dict[str, Floats]:
    """Whether a sentence offers what is asked for, or one beside it does."""
    m = len(starts)
    columns = {f"offers for {one}": np.zeros(m) for one in KINDS if WANTED[one]}
    second = np.zeros(m)
    for place, offer in enumerate(WANTED[kind]):
        rows = _found(offer, text, starts, asked)
        there = np.zeros(m)
        there[rows] = 1
        if place == 0:
            columns[f"offers for {kind}"] = there
        else:
            second = there
    best = columns.get(f"offers for {kind}", np.zeros(m))
    fresh = _found("name", text, starts, asked)
    digits = np.searchsorted(starts, [match.start() for match in _DIGITS.finditer(text)], side="right") - 1
    return columns | {
        "offers second": second,
        "offers before": _before(best, sentences),
        "offers after": _after(best, sentences),
        "new names": np.log1p(np.bincount(fresh, minlength=m)),
        "numbers": np.log1p(np.bincount(digits, minlength=m)),
    }


def _found(offer: Offer, text: str, starts: Ints, asked: Terms) -> Ints:
    """The sentence of each thing offered, names that the question already says left out."""
    places = list(offers(text, offer))
    if offer == "name":
        known = re.compile("|".join(re.escape(stem) for stem in asked.stems if len(stem) > 2) or r"(?!)")
        low, begins = text.lower(), set(starts.tolist())
        places = [
            (start, end)
            for start, end in places
            if (start not in begins or " " in text[start:end]) and not known.search(low, start, end)
        ]
    at = np.array([start for start, _ in places], np.int64)
    return np.searchsorted(starts, at, side="right") - 1
