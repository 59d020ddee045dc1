"""Whether an article holds what a search asks for, and where: a tree held against words in order."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from functools import lru_cache

from rag.library.wholes import Run, Whole
from rag.library.words import analyzed
from rag.retrieval.tree import And, Leaf, Near, Not, Or, Part, Phrase, Tree, Word, field_of

Place = tuple[int, int]  # words from, to (half-open)
_CHUNK = re.compile(r"(?:[A-Z]\.){2,}|\d+(?:,\d{3})+(?!\d)|[^\W_]+")


def holds(tree: Tree, article: Whole, outlet: Run) -> bool:
    """Whether the article is one that the search asks for."""
    match tree:
        case And():
            return all(holds(part, article, outlet) for part in tree.parts)
        case Or():
            return any(holds(part, article, outlet) for part in tree.parts)
        case Not():
            return not holds(tree.part, article, outlet)
        case _:
            return any(places(tree, run) for run in _searched(tree, article, outlet))


def _searched(leaf: Leaf, article: Whole, outlet: Run) -> Iterable[Run]:
    match field_of(leaf):
        case "title":
            return (article.title,)
        case "byline":
            return (article.author,)
        case "outlet":
            return (outlet,)
        case None:
            return (*article.runs, article.title)


def places(tree: Tree, run: Run) -> list[Place]:
    """Where the words stand, in order. What cannot stand in one place (AND, NOT) stands nowhere."""
    match tree:
        case Word():
            return [(at, at + 1) for at, stem in enumerate(run.stems) if stem == tree.stem]
        case Phrase():
            return _phrase(tree.parts, run)
        case Or():
            return sorted({place for part in tree.parts for place in places(part, run)})
        case Near():
            left = places(tree.left, run)
            return _near(left, places(tree.right, run), tree.within) if left else []
        case _:
            return []


def _phrase(parts: tuple[Part, ...], run: Run) -> list[Place]:
    size, rest = len(parts), tuple(enumerate(parts))[1:]
    return [
        (at, at + size)
        for at in _standing(parts[0], run)
        if at + size <= len(run.words) and all(_is(part, run.words[at + beyond]) for beyond, part in rest)
    ]


def _standing(part: Part, run: Run) -> Iterator[int]:
    """Where one word stands; most words are in few texts, so this is what has to be fast."""
    if part.begins:
        yield from (at for at, word in enumerate(run.words) if word.startswith(part.word))
        return
    at = -1
    for _ in range(run.words.count(part.word)):
        at = run.words.index(part.word, at + 1)
        yield at


def _is(part: Part, word: str) -> bool:
    return word.startswith(part.word) if part.begins else word == part.word


def _near(left: list[Place], right: list[Place], within: int) -> list[Place]:
    """From the one to the other, for each two that do not overlap and are at most so many words apart."""
    found: set[Place] = set()
    for one, two in ((left, right), (right, left)):
        starts = [start for start, _ in two]
        for start, end in one:
            for at in range(bisect_left(starts, end), len(two)):
                if two[at][0] - (end - 1) > within:
                    break
                found.add((start, two[at][1]))
    return sorted(found)


def spans(wanted: Iterable[Tree], text: str) -> list[tuple[int, int]]:
    """Where in a text the words stand that are asked for: characters from, to, in order, none twice."""
    run, where = _placed(text)
    found = {
        (where[start][0], where[end - 1][1])
        for tree in wanted
        if field_of(tree) is None
        for place in places(tree, run)
        for start, end in _marked(tree, run, place)
    }
    return sorted(found)


def _marked(tree: Tree, run: Run, place: Place) -> list[Place]:
    """Of a NEAR its two ends; else the whole."""
    if not isinstance(tree, Near):
        return [place]
    inside = Run(run.words[slice(*place)], run.stems[slice(*place)])
    both = places(tree.left, inside) + places(tree.right, inside)
    ends = [(a, b) for a, b in both if a == 0 or b == len(inside.words)]
    return [(place[0] + a, place[0] + b) for a, b in ends]


def _placed(text: str) -> tuple[Run, list[tuple[int, int]]]:
    """The words of a text with the characters where each stands."""
    words: list[str] = []
    stems: list[str] = []
    where: list[tuple[int, int]] = []
    for match in _CHUNK.finditer(text):
        folded, known = _words(match[0])
        words += folded
        stems += known
        where += [match.span()] * len(folded)
    return Run(tuple(words), tuple(stems)), where


@lru_cache(maxsize=1 << 15)
def _words(chunk: str) -> tuple[list[str], list[str]]:
    return analyzed(chunk)
