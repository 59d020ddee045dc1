"""What a question's words are, and where they occur in the passages found.

Words are taken as the word index takes them: folded, stemmed, common ones left out. Passages are not tokenised: each
word's stem is looked for in their lower-case text, and what begins with it is stemmed and compared, which costs a
millisecond for a hundred passages.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from rag.library.words import WordIndex, words_of

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Idf = Callable[[Sequence[str]], Sequence[float]]

MOST = 24  # words of a question that are looked up
NEAR = 0.5  # how much "Egyptian" counts where "Egypt" was asked for
STEM = 5  # letters that such words must share
ALIKE = (
    0.82  # how alike a misspelt word must be to the one it stands for: 2 x letters in common over all letters
)

_WORD = re.compile(r"\w+(?:['’]\w+)?")
_NUMBER = re.compile(r"\d")


def idf_of(index: WordIndex) -> Idf:
    """The weight of words in a library: ln(1 + (N - n + 0.5) / (n + 0.5)), as BM25 has it (Robertson 2009)."""
    total = len(index)

    def idf(words: Sequence[str]) -> list[float]:
        counts = (min(count, total) for count in index.document_frequencies(words))
        return [math.log(1 + (total - count + 0.5) / (count + 0.5)) for count in counts]

    return idf


@dataclass(frozen=True, slots=True)
class Terms:
    """A question's words. `weights` (t,) are their idf; `pairs` are neighbours by index."""

    stems: tuple[str, ...]
    weights: Floats
    named: NDArray[np.bool_]
    numeric: NDArray[np.bool_]
    pairs: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Occurrences:
    """Where words stand, (m,) each: sentence (counted over all passages), word, character, how well it matches."""

    sentence: Ints
    term: Ints
    at: Ints
    strength: Floats
    capital: NDArray[np.bool_]


def terms(question: str, idf: Idf | None) -> Terms:
    """The words of a question; without `idf` each weighs 1."""
    said = words_of(question)
    stems = tuple(dict.fromkeys(said))[:MOST]
    index = {stem: place for place, stem in enumerate(stems)}
    weights = np.asarray(idf(stems), np.float64) if idf is not None and stems else np.ones(len(stems))
    capitals = {
        stem(word)
        for before, word in pairwise(["", *_WORD.findall(question)])
        if before and word[0].isupper()
    }
    pairs = dict.fromkeys(
        (index[one], index[two]) for one, two in pairwise(said) if one in index and two in index
    )
    return Terms(
        stems,
        weights,
        np.array([one in capitals for one in stems], bool),
        np.array([bool(_NUMBER.search(one)) for one in stems], bool),
        tuple(pairs),
    )


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """A word as the word index knows it."""
    found = words_of(word)
    return found[0] if found else word.lower()


def occurrences(terms: Terms, text: str, starts: Ints) -> Occurrences:
    """Where the words occur in `text`; `starts` are where its sentences begin, ascending."""
    low = _lower(text)
    at: list[int] = []
    which: list[int] = []
    strength: list[float] = []
    for place, asked in enumerate(terms.stems):
        found = _places(asked, low)
        if not found and len(asked) >= STEM:
            found = _misspelt(asked, low)
        for first, fits in found:
            at.append(first)
            which.append(place)
            strength.append(fits)
    places = np.array(at, np.int64)
    order = np.argsort(places, kind="stable")
    places = places[order]
    sentence = np.searchsorted(starts, places, side="right") - 1
    capital = np.array([text[one].isupper() for one in places.tolist()], bool)
    return Occurrences(
        sentence, np.array(which, np.int64)[order], places, np.array(strength, np.float64)[order], capital
    )


def _lower(text: str) -> str:
    """Lower case, letter for letter: no position moves."""
    low = text.lower()
    if len(low) == len(text):
        return low
    return "".join(one if len(one) == 1 else raw for one, raw in zip(map(str.lower, text), text, strict=True))


def _places(asked: str, low: str) -> list[tuple[int, float]]:
    """Where a word or one of its family begins, and how well it matches."""
    begin = asked[: max(3, len(asked) - 1)] if len(asked) > 3 else asked
    found = []
    for match in re.finditer(re.escape(begin) + r"\w*", low):
        first = match.start()
        if first and low[first - 1].isalnum():
            continue
        if fits := _fits(asked, match[0]):
            found.append((first, fits))
    return found


def _misspelt(asked: str, low: str) -> list[tuple[int, float]]:
    """Where the word stands that a word which is nowhere was probably meant to be: "Tsvangari", "wereckage"."""
    length = len(asked)
    pattern = rf"\b{re.escape(asked[0])}\w{{{length - 2},{length + 3}}}\b"
    words = sorted(set(re.findall(pattern, low)))
    meant = get_close_matches(asked, words, n=1, cutoff=ALIKE)
    return (
        [(match.start(), NEAR) for match in re.finditer(rf"\b{re.escape(meant[0])}\b", low)] if meant else []
    )


@lru_cache(maxsize=100_000)
def _fits(asked: str, word: str) -> float:
    """1 for the same word in any form, less for one of its family, 0 for another."""
    if stem(word) == asked:
        return 1.0
    return NEAR if len(asked) >= STEM and word.startswith(asked) and len(word) - len(asked) <= 4 else 0.0
