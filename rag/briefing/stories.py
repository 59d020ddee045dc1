"""Articles to stories: those that report one event, or what came of it, by their names, their words and their days.

Average linkage over tf-idf cosines (Manning et al., Introduction to Information Retrieval, chapter 17) in which names
and numbers count three times. On ECB+'s 496 articles of 42 events it beats MiniLM vectors clustered at their best
threshold, and vectors beside the words gain nothing (benchmarks/stories.py), so it is the same with no model.
Deterministic, whatever order the articles come in.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from rag.evidence.tokens import tokens

READ = 1_500  # characters of an article that say what it is about
NAMES = 3.0  # how often a name or a number counts
ALIKE = 0.175  # cosine from which two groups are one story
KEPT = 60  # heaviest words of an article
SMALL = 400  # articles that word counts are taken from at least: in a small scope every word would be common
HALF_LIFE = 120  # days in which the likeness of two articles halves

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class StoryArticle:
    """An article as it is grouped. `day` is yyyymmdd, None where undated; `group` its near-duplicate group."""

    key: int
    title: str
    text: str
    day: int | None
    group: int


def grouped(articles: Sequence[StoryArticle]) -> tuple[tuple[int, ...], ...]:
    """The keys of each story's articles, the most central first; the stories with most articles first.

    A copy stands with its original: only the longest of a near-duplicate group is compared with others. Takes
    n² of memory and time: 5,000 articles take 100 MB and a few seconds.
    """
    by_group: dict[int, list[StoryArticle]] = defaultdict(list)
    for one in sorted(articles, key=lambda one: one.key):
        by_group[one.group].append(one)
    firsts = [max(some, key=lambda one: (len(one.text), -one.key)) for some in by_group.values()]
    if not firsts:
        return ()
    alike = likeness(firsts)
    stories = []
    for members in linked(alike, ALIKE):
        central = alike[np.ix_(members, members)].sum(axis=1)
        order = sorted(range(len(members)), key=lambda at: (-round(float(central[at]), 5), members[at]))
        keys: list[int] = []
        for at in order:
            first = firsts[members[at]]
            copies = [one.key for one in by_group[first.group] if one.key != first.key]
            keys += [first.key, *copies]
        stories.append(tuple(keys))
    return tuple(sorted(stories, key=lambda keys: (-len(keys), keys[0])))


def likeness(articles: Sequence[StoryArticle]) -> Floats:
    """(n, n) cosines of their names and words, less the further apart their days are."""
    bags = [_bag(one) for one in articles]
    seen = Counter(word for bag in bags for word in bag)
    many = max(len(articles), SMALL) + 1
    postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for at, bag in enumerate(bags):
        weights = {word: (1 + np.log(count)) * np.log(many / seen[word]) for word, count in bag.items()}
        heaviest = sorted(weights, key=lambda word: (-weights[word], word))[:KEPT]
        length = float(np.sqrt(sum(weights[word] ** 2 for word in heaviest))) or 1.0
        for word in heaviest:
            if seen[word] > 1:
                postings[word].append((at, weights[word] / length))
    found = np.zeros((len(articles), len(articles)), np.float32)
    for word in sorted(postings):
        places = np.array([at for at, _ in postings[word]])
        values = np.array([weight for _, weight in postings[word]], np.float32)
        found[np.ix_(places, places)] += values[:, None] * values
    return found * _apart(articles)


def _bag(one: StoryArticle) -> dict[str, float]:
    found: dict[str, float] = defaultdict(float)
    for text in (one.title, one.text[:READ]):
        for word in tokens(text):
            if not word.empty:
                named = text[word.start].isupper() or word.number
                found[word.stem] += NAMES if named else 1.0
    return found


def _apart(articles: Sequence[StoryArticle]) -> Floats:
    days = np.array([np.nan if one.day is None else _ordinal(one.day) for one in articles], np.float32)
    apart = np.nan_to_num(np.abs(days[:, None] - days))
    return np.asarray(0.5 ** (apart / HALF_LIFE), np.float32)


def _ordinal(day: int) -> int:
    try:
        return date(day // 10_000, day // 100 % 100 or 1, day % 100 or 1).toordinal()
    except ValueError:
        return 0


def linked(alike: Floats, least: float) -> list[list[int]]:
    """Average linkage by nearest-neighbour chains (Murtagh 1983), cut at `least`: each group's members, in order."""
    many = len(alike)
    near = alike.astype(np.float32, copy=True)
    np.fill_diagonal(near, -1)
    members: list[list[int]] = [[at] for at in range(many)]
    alive, chain, start = np.ones(many, np.bool_), list[int](), 0
    while True:
        if not chain:
            while start < many and not alive[start]:
                start += 1
            if start == many:
                break
            chain = [start]
        top = chain[-1]
        row = near[top]
        best = int(row.argmax())
        if len(chain) > 1 and row[chain[-2]] >= row[best]:
            best = chain[-2]
        if row[best] < least:  # nothing that joins it later can be nearer
            chain.pop()
            alive[top] = False
            near[:, top] = near[top] = -1
        elif len(chain) > 1 and best == chain[-2]:
            del chain[-2:]
            _join(near, members, alive, *sorted((top, best)))
        else:
            chain.append(best)
    return [sorted(some) for some in members if some]


def _join(near: Floats, members: list[list[int]], alive: NDArray[np.bool_], kept: int, gone: int) -> None:
    one, other = len(members[kept]), len(members[gone])
    row = (near[kept] * one + near[gone] * other) / (one + other)
    row[~alive] = -1
    near[gone] = near[:, gone] = -1
    row[[kept, gone]] = -1
    near[kept] = near[:, kept] = row
    members[kept] += members[gone]
    members[gone] = []
    alive[gone] = False
