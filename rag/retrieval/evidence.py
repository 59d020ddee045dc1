"""The sentences of the passages found, laid end to end, and which of the question's words each says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.library.rows import HitRow
from rag.retrieval.terms import Floats, Ints, Occurrences, Terms, occurrences

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Measured:
    """Passages to be ranked, the most likely first, (n,) arrays. Meaning is filled in where it is not known yet.

    `each` are the cosines of each passage's sentences, None: not known. `rough` is the convex score, over all
    candidates and not only these; `keys` tells their articles apart. `vectors` are the passages', None: not known.
    """

    hits: Sequence[HitRow]
    cosine: Floats
    words: Floats
    each: Sequence[Array | None]
    rough: Floats
    keys: Ints
    vector: Array | None
    vectors: Sequence[Array | None]


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


def laid_out(asked: Terms, hits: Sequence[HitRow]) -> Sentences:
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
    return Sentences(text, first, whose, follows, said, best_of(said, whose, len(hits)), counts, named)


def _capitals(where: Occurrences, starts: Ints, count: int) -> NDArray[np.bool_]:
    """Words that the passages write with a capital inside their sentences: names, though asked for in lower case."""
    inside = where.at - starts[where.sentence] > 1
    total = np.bincount(where.term[inside], minlength=count)
    capital = np.bincount(where.term[inside], where.capital[inside], minlength=count)
    return (total > 0) & (capital >= 0.7 * total)


def best_of(values: Floats, owner: Ints, count: int) -> Floats:
    """The highest of each owner's values; 0 where all are below. (m, ...) to (count, ...)."""
    return np.maximum(_by_owner(np.maximum, values, owner, count), 0.0)


def sum_of(values: Floats | NDArray[np.float32], owner: Ints, count: int) -> Floats:
    """The sum of each owner's values; 0 where there are none. (m, ...) to (count, ...)."""
    return _by_owner(np.add, values, owner, count)


def _by_owner(what: np.ufunc, values: Floats | NDArray[np.float32], owner: Ints, count: int) -> Floats:
    """A ufunc over each owner's values; far faster than its `at`."""
    found = np.zeros((count, *values.shape[1:]))
    if len(owner):
        order = np.argsort(owner, kind="stable")
        owners, first = np.unique(owner[order], return_index=True)
        found[owners] = what.reduceat(values[order], first, axis=0)
    return found


def share_of(said: Floats, weights: Floats) -> Floats:
    """(n,) share of the words' weight that is said, for (n, t)."""
    total = weights.sum()
    return said @ weights / total if total > 0 else np.zeros(len(said))


def of_best(values: Floats) -> Floats:
    """Divided by the highest, where that is above 0."""
    highest = float(values.max(initial=0.0))
    return values / highest if highest > 0 else values


def places_of_best(values: Floats, owner: Ints) -> Ints:
    """The index of each owner's highest value, in order of owners."""
    order: Ints = np.lexsort((values, owner))
    last: Ints = order[np.append(np.flatnonzero(np.diff(owner[order])), len(order) - 1)]
    return last


def with_neighbours(values: Floats, follows: NDArray[np.bool_], weight: float = 0.3) -> Floats:
    """Each sentence with a part of the one before and the one after it in its passage."""
    out = values.copy()
    linked = np.flatnonzero(follows)
    out[linked] += weight * values[linked + 1]
    out[linked + 1] += weight * values[linked]
    return out
