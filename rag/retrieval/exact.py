"""A search with operators: exact, over the whole scope, every article and passage that matches.

Operators hold for the article, phrases and NEAR inside its text or its headline. Words come from the word index;
phrases, NEAR and word* are looked for there by stems and then held against the article's own words, since the index
knows stems only and a passage ends where an article does not. A passage is listed where it holds a whole word, phrase
or NEAR that is asked for; an article of which no passage does is listed once, with the passage where one begins, else
with its first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from rag.library.catalog import Catalog
from rag.library.rows import HitRow
from rag.library.snapshot import InScope, Mask, Snapshot
from rag.library.wholes import Listed, Wholes
from rag.library.words import WordIndex
from rag.reading.dates import moment
from rag.retrieval.folding import distinct
from rag.retrieval.look import Look, names_of
from rag.retrieval.matching import holds, spans
from rag.retrieval.tree import Leaf, Tree, leaves, words_in
from rag.types import Found, Sort

AT_ONCE = 500  # passages joined with their articles at a time


@dataclass(frozen=True, slots=True)
class Exact:
    """Passages in the order asked for, up to a limit; how many passages and articles match at all.

    `outlets` counts the articles of each outlet, most first.
    """

    found: tuple[Found, ...]
    passages: int
    articles: int
    replaced: int
    outlets: tuple[tuple[str | None, int], ...]


@dataclass(frozen=True, slots=True)
class Order:
    """How to list what matches: at most `k` passages (None: all), or with `group` the passages of `k` articles."""

    k: int | None
    sort: Sort
    group: bool = False
    fold: bool = False


class ExactSearcher:
    """Searches one library exactly. Safe for threads."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog, self._wholes = catalog, Wholes(catalog)

    def search(
        self,
        tree: Tree,
        words: WordIndex,
        snapshot: Snapshot,
        inside: InScope,
        order: Order,
        *,
        replaced: tuple[Snapshot, InScope] | None = None,
    ) -> Exact:
        """Everything in scope that matches.

        Args:
            replaced: the articles that newer ones replaced, in the same scope: counted apart, never listed.
        """
        look = Look(self._wholes, words, snapshot, inside)
        matched = look.matching(tree, inside.mask)
        listed = self._listed(look, tree, matched, order)
        kept, copies = self._folded(listed, order) if order.fold else (listed, {})
        return Exact(
            self._found(look, tree, _cut(kept, order), copies),
            len(listed),
            len({key for key, _ in listed}),
            self._replaced(tree, replaced) if replaced else 0,
            _outlets(snapshot, [key for key, _ in listed]),
        )

    def _listed(self, look: Look, tree: Tree, matched: Mask, order: Order) -> list[tuple[int, int]]:
        """Version key and passage id of all that matches, in order."""
        keys = look.snapshot.keys[matched]
        hits = look.hits(tree, keys)
        about = self._wholes.listed(keys.tolist())
        if order.sort != "best":
            ranked = _by_date(about, newest=order.sort == "newest")
            return [(key, passage) for key in ranked for passage in sorted(hits.get(key, ()))]
        pairs = [(key, passage) for key, ids in hits.items() for passage in sorted(ids)]
        scores = look.words.scores(words_in(tree), [passage for _, passage in pairs])
        score = dict(zip((passage for _, passage in pairs), scores.tolist(), strict=True))
        best = {key: max(score[one] for one in ids) for key, ids in hits.items()} if order.group else {}
        return sorted(
            pairs, key=lambda pair: (-best.get(pair[0], 0), pair[0] * order.group, -score[pair[1]], pair)
        )

    def _folded(
        self, listed: list[tuple[int, int]], order: Order
    ) -> tuple[list[tuple[int, int]], dict[int, tuple[str, ...]]]:
        """Without passages that a copy listed before says already; the articles of the copies, by passage."""
        rows = self._rows([passage for _, passage in listed])
        there = [pair for pair in listed if pair[1] in rows]
        ranked = [rows[passage] for _, passage in there]
        kept = distinct(ranked, k=len(ranked), cap=None, fold=True)
        return [there[one.place] for one in kept], {there[one.place][1]: one.copies for one in kept}

    def _rows(self, ids: Sequence[int]) -> dict[int, HitRow]:
        rows: dict[int, HitRow] = {}
        for first in range(0, len(ids), AT_ONCE):
            some = self._catalog.hits(ids[first : first + AT_ONCE])
            rows |= {key: replace(row, vector=None, sentences=None) for key, row in some.items()}
        return rows

    def _found(
        self, look: Look, tree: Tree, pairs: list[tuple[int, int]], copies: dict[int, tuple[str, ...]]
    ) -> tuple[Found, ...]:
        ids = [passage for _, passage in pairs]
        rows, wanted = self._rows(ids), leaves(tree)
        scores = dict(zip(ids, look.words.scores(words_in(tree), ids).tolist(), strict=True))
        return tuple(_row(rows[one], scores[one], wanted, copies.get(one, ())) for one in ids if one in rows)

    def _replaced(self, tree: Tree, replaced: tuple[Snapshot, InScope]) -> int:
        snapshot, inside = replaced
        keys = snapshot.keys[inside.mask].tolist()
        names = names_of(snapshot)
        rows = snapshot.rows(snapshot.keys[inside.mask])
        outlet = {key: names[snapshot.outlet[row]] for key, row in zip(keys, rows.tolist(), strict=True)}
        return sum(holds(tree, whole, outlet[key]) for key, whole in self._wholes.of(keys))


def in_order(found: Sequence[Found], sort: Sort | None, *, group: bool) -> tuple[Found, ...]:
    """Passages found by plain words, best first, in the order asked for; with `group` those of an article together."""
    ordered = list(found)
    if sort in ("newest", "oldest"):
        ordered.sort(key=lambda one: _when(one.published, newest=sort == "newest"))
    if group:
        first = {one.passage.article_id: at for at, one in reversed(list(enumerate(ordered)))}
        ordered.sort(key=lambda one: first[one.passage.article_id])
    return tuple(ordered)


def _by_date(about: dict[int, Listed], *, newest: bool) -> list[int]:
    """Version keys in order of publication, undated ones last, those of one moment by id."""
    return sorted(about, key=lambda key: (*_when(about[key].published, newest=newest), about[key].article_id))


def _when(published: str | None, *, newest: bool) -> tuple[bool, float]:
    when = moment(published) if published else 0.0
    return published is None, -when if newest else when


def _cut(pairs: list[tuple[int, int]], order: Order) -> list[tuple[int, int]]:
    if order.k is None:
        return pairs
    if not order.group:
        return pairs[: order.k]
    first = set(list(dict.fromkeys(key for key, _ in pairs))[: order.k])
    return [pair for pair in pairs if pair[0] in first]


def _outlets(snapshot: Snapshot, keys: Sequence[int]) -> tuple[tuple[str | None, int], ...]:
    rows = snapshot.rows(np.unique(np.array(keys, np.int64)))
    codes, counts = np.unique(snapshot.outlet[rows], return_counts=True)
    named = [
        (snapshot.outlets[code] if code >= 0 else None, count)
        for code, count in zip(codes.tolist(), counts.tolist(), strict=True)
    ]
    return tuple(sorted(named, key=lambda one: (-one[1], one[0] is None, one[0] or "")))


def _row(hit: HitRow, score: float, wanted: tuple[Leaf, ...], copies: tuple[str, ...]) -> Found:
    begin = hit.passage.start
    held = tuple((begin + start, begin + end) for start, end in spans(wanted, hit.text))
    return hit.found(score=score, words=score, copies=copies, matches=held)
