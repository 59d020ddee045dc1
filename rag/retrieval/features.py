"""What is measured of each candidate before the candidates are ranked: a row of numbers for every passage.

Three kinds of evidence stand beside one another. Of the passage: meaning and words, each raw and as a share of this
question's best (the max-normalised scores of Bruch, Gai and Ingber 2023, arXiv:2210.11934). Of its best sentence: the
sentence that is near in meaning *and* says the question's words. Of its article: questions lean on their article
("Who was arrested?"), so a name may stand in another of its passages. Besides, whether the sentence offers what was
asked for (`offers.py`), and what the first passages found are near to (pseudo-relevance feedback, Rocchio 1971).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.library.rows import HitRow
from rag.library.words import words_of
from rag.retrieval.offers import KINDS, asked_for, offered
from rag.retrieval.terms import Floats, Idf, Ints, Occurrences, Terms, occurrences, terms

Array = NDArray[np.float32]
Columns = dict[str, Floats]

SATURATED = 2.2  # the most that BM25 gives a word, in units of its idf: k1 + 1
FEEDBACK = 5  # first passages that the question is moved towards


@dataclass(frozen=True, slots=True)
class Measured:
    """Passages to be ranked, the most likely first, (n,) arrays. Meaning is filled in where it is not known yet.

    `each` are the cosines of each passage's sentences, None: not known. `rough` is the convex score, over all
    candidates and not only these; `keys` tells their articles apart.
    """

    hits: Sequence[HitRow]
    cosine: Floats
    words: Floats
    each: Sequence[Array | None]
    rough: Floats
    keys: Ints
    vector: Array | None


@dataclass(frozen=True, slots=True)
class Sentences:
    """The sentences of the passages, end to end, (m,) arrays: where each begins, whose it is; which words it says.

    `said` is (m, t), `passage_said` (n, t): 1 where the word stands there, less for one of its family.
    `counts` is (n, t); `follows` tells whether the next sentence is of the same passage.
    """

    text: str
    starts: Ints
    owner: Ints
    follows: NDArray[np.bool_]
    said: Floats
    passage_said: Floats
    counts: Floats
    named: NDArray[np.bool_]


def features(question: str, found: Measured, idf: Idf | None) -> tuple[tuple[str, ...], Floats]:
    """The names of the features, and one row of them for each passage: (n, f)."""
    asked = terms(question, idf)
    sentences = _sentences(asked, found.hits)
    cosines = _cosines(asked, found, sentences)
    columns = _meaning(found, sentences, cosines) | _words(asked, found, sentences)
    articles = _Articles(asked, found, sentences)
    joint = _joint(asked, sentences, cosines, articles)
    columns |= joint.columns | articles.columns(found, columns, joint.columns)
    columns |= _offering(question, asked, sentences, joint.each) | _shape(found, sentences)
    return tuple(columns), np.stack(list(columns.values()), axis=1)


def _sentences(asked: Terms, hits: Sequence[HitRow]) -> Sentences:
    starts: list[int] = []
    owner: list[int] = []
    offset = 0
    for place, hit in enumerate(hits):
        begin = offset - hit.passage.start
        ranges = hit.passage.sentences or ((hit.passage.start, hit.passage.end),)
        starts += [begin + start for start, _ in ranges]
        owner += [place] * len(ranges)
        offset += len(hit.text) + 1
    text = "\n".join(hit.text for hit in hits)
    first, whose = np.array(starts, np.int64), np.array(owner, np.int64)
    where = occurrences(asked, text, first)
    said = np.zeros((len(first), len(asked.stems)))
    counts = np.zeros((len(hits), len(asked.stems)))
    np.maximum.at(said, (where.sentence, where.term), where.strength)
    np.add.at(counts, (whose[where.sentence], where.term), where.strength)
    follows = np.append(whose[1:] == whose[:-1], False)
    named = asked.named | _capitals(where, first, len(asked.stems))
    return Sentences(text, first, whose, follows, said, _best_of(said, whose, len(hits)), counts, named)


def _capitals(where: Occurrences, starts: Ints, count: int) -> NDArray[np.bool_]:
    """Words that the passages write with a capital inside their sentences: names, though asked for in lower case."""
    inside = where.at - starts[where.sentence] > 1
    total = np.bincount(where.term[inside], minlength=count)
    capital = np.bincount(where.term[inside], where.capital[inside], minlength=count)
    return (total > 0) & (capital >= 0.7 * total)


def _best_of(values: Floats, owner: Ints, count: int) -> Floats:
    """The highest of each owner's values; 0 where all are below. (m, ...) to (count, ...)."""
    best = np.zeros((count, *values.shape[1:]))
    np.maximum.at(best, owner, values)
    return best


def _share(said: Floats, weights: Floats) -> Floats:
    """(n,) share of the words' weight that is said, for (n, t)."""
    total = weights.sum()
    return said @ weights / total if total > 0 else np.zeros(len(said))


def _of_best(values: Floats) -> Floats:
    """Divided by the highest, where that is above 0."""
    highest = float(values.max(initial=0.0))
    return values / highest if highest > 0 else values


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
            [np.ones(len(have)), found.cosine[sentences.owner], _share(sentences.said, asked.weights)], 1
        )
        line = np.linalg.lstsq(x[have], cosines[have])[0] if have.sum() > 3 else np.array([0.0, 1.0, 0.0])
        cosines[~have] = np.clip(x[~have] @ line, -1, 1)
    return cosines


def _meaning(found: Measured, sentences: Sentences, cosines: Floats) -> Columns:
    count = len(found.hits)
    best = _best_of(cosines, sentences.owner, count)
    rest = cosines.copy()
    rest[_places_of_best(cosines, sentences.owner)] = -1.0
    second = np.full(count, -1.0)
    np.maximum.at(second, sentences.owner, rest)
    return {
        "cosine": found.cosine,
        "cosine, of the best": _of_best(found.cosine),
        "sentence": best,
        "sentence, of the best": _of_best(best),
        "two sentences": (best + np.where(second > -1, second, best)) / 2,
        "feedback": _feedback(found),
    }


def _places_of_best(values: Floats, owner: Ints) -> Ints:
    """The index of each owner's highest value, in order of owners."""
    order: Ints = np.lexsort((values, owner))
    last: Ints = order[np.append(np.flatnonzero(np.diff(owner[order])), len(order) - 1)]
    return last


def _feedback(found: Measured) -> Floats:
    """Cosine to the question moved towards the first passages found. Without vectors: the passage's own."""
    vectors = [hit.vector for hit in found.hits]
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
        "words, of the best": _of_best(found.words),
        "words, of the possible": found.words / (SATURATED * max(float(asked.weights.sum()), 1e-9)),
        "said": _share(sentences.passage_said, asked.weights),
        "said in a sentence": _best_of(
            _share(sentences.said, asked.weights), sentences.owner, len(found.hits)
        ),
        "names said": _share(sentences.passage_said, asked.weights * sentences.named),
        "numbers said": _share(sentences.passage_said, asked.weights * asked.numeric),
    }


@dataclass(frozen=True, slots=True)
class _Joint:
    """What a sentence is worth by meaning and words together: (m,) `each`, and the columns made of it."""

    each: Floats
    columns: Columns


def _joint(asked: Terms, sentences: Sentences, cosines: Floats, articles: _Articles) -> _Joint:
    count = len(sentences.counts)
    near = _of_best(np.maximum(cosines, 0.0))
    said = _share(sentences.said, asked.weights)
    beyond_names = _share(sentences.said, asked.weights * ~sentences.named)
    filled = _share(np.maximum(sentences.said, articles.names_of(sentences.owner)), asked.weights)
    filled = np.where(beyond_names > 0, filled, 0.0)
    joint, leaning = (near + said) / 2, (near + filled) / 2

    def best(values: Floats) -> Floats:
        return _best_of(values, sentences.owner, count)

    return _Joint(
        joint,
        {
            "joint": best(joint),
            "joint, with neighbours": best(_with_neighbours(joint, sentences.follows)),
            "joint, names from the article": best(leaning),
            "joint, names from the article, with neighbours": best(
                _with_neighbours(leaning, sentences.follows)
            ),
            "product": best(np.maximum(cosines, 0.0) * said),
            "said in a sentence, names from the article": best(filled),
            "pairs": _pairs(asked, sentences),
        },
    )


def _with_neighbours(values: Floats, follows: NDArray[np.bool_], weight: float = 0.3) -> Floats:
    """Each sentence with a part of the one before and the one after it in its passage."""
    out = values.copy()
    linked = np.flatnonzero(follows)
    out[linked] += weight * values[linked + 1]
    out[linked + 1] += weight * values[linked]
    return out


def _pairs(asked: Terms, sentences: Sentences) -> Floats:
    """Share of the question's neighbouring words that stand together in a sentence, by weight."""
    count = len(sentences.counts)
    if not asked.pairs:
        return np.zeros(count)
    one, two = np.array(asked.pairs).T
    together = np.minimum(sentences.said[:, one], sentences.said[:, two])
    return _share(_best_of(together, sentences.owner, count), asked.weights[one] + asked.weights[two])


class _Articles:
    """The articles of the passages: what each says in any of its passages found, and in its title."""

    def __init__(self, asked: Terms, found: Measured, sentences: Sentences) -> None:
        self._asked, self._named = asked, sentences.named
        count = len(found.hits)
        _, every = np.unique(found.keys, return_inverse=True)
        self.count = int(every.max()) + 1
        self.every, self.owner = every, every[:count]
        titles = self._titles(found.hits)
        self.title = titles
        self.said = _best_of(np.maximum(sentences.passage_said, titles), self.owner, self.count)
        tops = np.array([hit.passage.position == 0 for hit in found.hits], bool)
        lead = np.where(tops[:, None], np.maximum(sentences.passage_said, titles), titles)
        self.lead = _best_of(lead, self.owner, self.count)
        self.counts = np.zeros((self.count, len(asked.stems)))
        np.add.at(self.counts, self.owner, sentences.counts)
        self.length = np.bincount(self.owner, [len(hit.text) for hit in found.hits], self.count)

    def _titles(self, hits: Sequence[HitRow]) -> Floats:
        """(n, t) which words the title says."""
        known: dict[str | None, list[bool]] = {None: [False] * len(self._asked.stems)}
        for hit in hits:
            title = hit.article.title
            if title not in known:
                words = frozenset(words_of(title or ""))
                known[title] = [stem in words for stem in self._asked.stems]
        return np.array([known[hit.article.title] for hit in hits], np.float64)

    def names_of(self, passages: Ints) -> Floats:
        """(len, t) which of the question's names stand in the article of each passage."""
        return (self.said * self._named)[self.owner[passages]]

    def columns(self, found: Measured, passage: Columns, joint: Columns) -> Columns:
        """The evidence of each passage's article, (n,) each."""
        weights, owner = self._asked.weights, self.owner
        best = np.full(self.count, -np.inf)
        np.maximum.at(best, self.every, found.rough)
        saturated = self.counts / (self.counts + 0.3 + 0.9 * self.length[:, None] / 3000)
        return {
            "article: best": best[owner],
            "article: said": _share(self.said, weights)[owner],
            "article: names said": _share(self.said, weights * self._named)[owner],
            "article: words": _share(saturated, weights)[owner],
            "article: lead": _share(self.lead, weights)[owner],
            "article: title": _share(self.title, weights),
            "article: cosine": self._cosine(found),
            "article: sentence": _best_of(passage["sentence"], owner, self.count)[owner],
            "article: joint": _best_of(joint["joint, with neighbours"], owner, self.count)[owner],
            "article: found": np.log(np.bincount(self.every, minlength=self.count))[owner],
        }

    def _cosine(self, found: Measured) -> Floats:
        """Cosine of the mean of the article's passages found."""
        vectors = [hit.vector for hit in found.hits]
        known = np.array([vector is not None for vector in vectors], bool)
        if found.vector is None or not known.any():
            total = np.bincount(self.owner, found.cosine, self.count)
            return (total / np.maximum(np.bincount(self.owner, minlength=self.count), 1))[self.owner]
        matrix = np.stack([vector for vector in vectors if vector is not None])
        mean = np.zeros((self.count, matrix.shape[1]))
        np.add.at(mean, self.owner[known], matrix)
        length = np.linalg.norm(mean, axis=1)
        cosine = mean @ found.vector / np.maximum(length, 1e-9)
        return np.where((length > 0)[self.owner], cosine[self.owner], found.cosine)


def _offering(question: str, asked: Terms, sentences: Sentences, joint: Floats) -> Columns:
    """Whether a passage's best sentence, or the one after it, offers what was asked for."""
    count = len(sentences.counts)
    kind = asked_for(question)
    best = _places_of_best(joint, sentences.owner)
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
