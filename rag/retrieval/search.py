"""Question to passages: words and meaning together, fused by score, rescored by the best sentence.

One search: candidates by meaning (exact, or Chroma's for the unscoped question on the page) and by words (Tantivy),
joined with the catalog in one read transaction, which drops what is no longer usable or in scope *before* anything is
ranked; then scores, copies folded by passage, and a cap per article.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rag.library.catalog import Catalog
from rag.library.indexes import Indexes
from rag.library.rows import HitRow
from rag.library.snapshot import InScope, Snapshot
from rag.retrieval.folding import distinct
from rag.retrieval.scoring import FITTED, Candidates, Ranking, cosines_of, scores
from rag.retrieval.space import Space, Spaces
from rag.retrieval.terms import Idf, idf_of
from rag.types import Found

DEPTH = 200  # candidates from each side at first
DEEPER = 4  # times that where copies starve other answers
DEEPEST = 6_400
# A passage that says none of the words and lies below this cosine, itself and its best sentence, does not match. It
# leaves out 487 of 42,520 passages found for newsqa's questions, and the answer of 1 question of 2,126.
NEAR = 0.20
ROWS_KEPT = 16_000  # passages kept joined in memory, about 8 KB each

Array = NDArray[np.float32]
Ids = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Searched:
    """What was found, best first, each with its row of the catalog; how many passages in scope match at all.

    Where fewer than asked for match, others follow that are only the nearest there is.
    """

    hits: tuple[tuple[HitRow, Found], ...]
    total: int

    def matching(self) -> tuple[Found, ...]:
        """Those found that match: they say a word that was asked for, or are near in meaning."""
        return tuple(
            found
            for _, found in self.hits
            if found.words > 0 or max(found.dense or -1.0, found.sentence or -1.0) >= NEAR
        )


@dataclass(frozen=True, slots=True)
class _Asked:
    """What stays the same while a search looks deeper."""

    question: str
    vector: Array | None
    snapshot: Snapshot
    inside: InScope
    space: Space

    @property
    def compared(self) -> Array | None:
        """The vector that passages are compared with."""
        return None if self.vector is None else self.space.of(self.vector)

    @property
    def at(self) -> int | None:
        return self.snapshot.sequence if self.snapshot.pinned else None


@dataclass(frozen=True, slots=True)
class _Pool:
    """Candidates of one round. `total` counts what matched at all; `whole`: there are no more in scope."""

    candidates: Candidates
    total: int
    whole: bool


class Searcher:
    """Searches one library. Safe for threads.

    Args:
        approximate: let Chroma serve the unscoped question.
        groups: near-duplicate groups by version key, in place of those that the catalog has now.
    """

    def __init__(
        self,
        catalog: Catalog,
        indexes: Indexes,
        *,
        approximate: bool = False,
        groups: Mapping[int, int] | None = None,
    ) -> None:
        self._catalog, self._indexes, self._approximate = catalog, indexes, approximate
        self._groups = groups
        self._spaces = Spaces(catalog)
        self._kept: tuple[tuple[int, str | None], dict[int, HitRow]] = ((-1, None), {})

    def idf(self) -> Idf | None:
        """How rare words are in this library; None without a word index."""
        words = self._indexes.words
        return idf_of(words) if words is not None else None

    def search(
        self,
        question: str,
        vector: Array | None,
        snapshot: Snapshot,
        inside: InScope,
        *,
        k: int,
        cap: int | None,
        fold: bool,
        ranking: Ranking = FITTED,
    ) -> Searched:
        """The `k` best passages for a question.

        Args:
            vector: the question's, unit length; None where there is no embedder (words only).
            inside: the rows of `snapshot` that are in scope.
            cap: at most so many passages of one article; None: no cap.
            fold: whether copies of a passage are folded into the best of them.
            ranking: another than readers get, to be measured beside it.
        """
        if not inside.articles:
            return Searched((), 0)
        space = self._spaces.now()
        asked, depth, idf = _Asked(question, vector, snapshot, inside, space), max(DEPTH, 4 * k), self.idf()
        while True:
            pool = self._pool(asked, depth, by_words=ranking.by != "meaning")
            order, fused = _ranking(asked, pool.candidates, idf, ranking)
            hits = [pool.candidates.hits[place] for place in order]
            kept = distinct(hits, k=k, cap=cap, fold=fold)
            if len(kept) >= k or pool.whole or depth >= DEEPEST:
                found = (_found(pool.candidates, order[one.place], fused, one.copies) for one in kept)
                pairs = tuple((hits[one.place], two) for one, two in zip(kept, found, strict=True))
                return Searched(pairs, pool.total)
            depth *= DEEPER

    def _pool(self, asked: _Asked, depth: int, *, by_words: bool = True) -> _Pool:
        index = self._indexes.words if by_words else None
        found = index.search(asked.question, k=depth, scope=asked.inside.words) if index else None
        worded = found.passage_ids if found else np.zeros(0, np.int64)
        by_meaning = self._nearest(asked, depth)
        only_near = by_meaning[~np.isin(by_meaning, worded)]
        ids = np.concatenate([worded, only_near])
        words = np.zeros(len(ids), np.float32)
        if index is not None and found is not None:
            words[: len(worded)] = found.scores
            words[len(worded) :] = index.scores(asked.question, only_near)
        rows = self._joined(asked, ids.tolist())
        there = [place for place, one in enumerate(ids.tolist()) if one in rows]
        hits = tuple(rows[int(ids[place])] for place in there)
        whole = len(worded) < depth and len(by_meaning) < depth
        candidates = _measured(hits, words[there], asked.compared)
        by_meaning_only = (candidates.words <= 0) & (np.fmax(candidates.dense, candidates.sentence) >= NEAR)
        total = (found.total if found else 0) + int(by_meaning_only.sum())
        return _Pool(candidates, total, whole)

    def _joined(self, asked: _Asked, ids: list[int]) -> dict[int, HitRow]:
        """The candidates with their articles: those that the catalog calls usable and that are in scope.

        Rows are kept while the library stays at one sequence and its vectors are of one model: they cannot have
        changed. Vectors that were dropped for another model's meanwhile are left out.
        """
        state, rows = self._kept
        if state != (asked.snapshot.sequence, asked.space.fingerprint) or len(rows) > ROWS_KEPT:
            rows = {}
            self._kept = ((asked.snapshot.sequence, asked.space.fingerprint), rows)
        missing = [one for one in ids if one not in rows]
        if missing:
            read = self._catalog.hits(missing, at=asked.at)
            same = self._catalog.fingerprint() == asked.space.fingerprint
            rows.update({one: self._grouped(asked.space.row(row, same=same)) for one, row in read.items()})
        found = [rows[one] for one in ids if one in rows]
        places = asked.snapshot.rows(np.array([row.version_key for row in found], np.int64))
        inside = (places >= 0) & asked.inside.mask[places]
        return {row.passage_id: row for row, ok in zip(found, inside.tolist(), strict=True) if ok}

    def _grouped(self, row: HitRow) -> HitRow:
        if self._groups is None:
            return row
        return replace(row, group_key=self._groups.get(row.version_key, row.group_key))

    def _nearest(self, asked: _Asked, depth: int) -> Ids:
        if asked.vector is None:
            return np.zeros(0, np.int64)
        chroma, meaning = self._indexes.vectors, self._indexes.meaning
        if self._approximate and asked.inside.words is None and chroma is not None:
            ids, _ = chroma.query(asked.vector, depth)
            return np.asarray(ids, np.int64)
        if meaning is None:
            return self._nearest_in_catalog(asked, depth)
        flat = meaning.rows()
        if not len(flat):
            return flat.passage_ids
        places = asked.snapshot.rows(flat.version_keys)
        allowed = (places >= 0) & asked.inside.mask[places]
        rows, _ = flat.nearest(asked.vector, depth, among=None if allowed.all() else allowed)
        return flat.passage_ids[rows]

    def _nearest_in_catalog(self, asked: _Asked, depth: int) -> Ids:
        """The same answer out of the catalog, slower: what serves while the flat file is built anew."""
        assert asked.vector is not None
        keys = asked.snapshot.keys[asked.inside.mask].tolist()
        cosines = (
            (float(row.vector @ asked.vector), -row.passage_id)
            for row in self._catalog.vectors_of(keys)
            if len(row.vector) == len(asked.vector)
        )
        return np.array([-one for _, one in heapq.nlargest(depth, cosines)], np.int64)


def _ranking(
    asked: _Asked, candidates: Candidates, idf: Idf | None, ranking: Ranking
) -> tuple[list[int], NDArray[np.float64]]:
    """Places of the candidates, best first, equal ones by passage id; and their scores by place."""
    vector = asked.compared
    meaning = vector is not None
    fused = scores(asked.question, candidates, meaning=meaning, vector=vector, idf=idf, ranking=ranking)
    ids = np.fromiter((hit.passage_id for hit in candidates.hits), np.int64, len(candidates.hits))
    return np.lexsort((ids, -fused)).tolist(), fused


def _measured(hits: tuple[HitRow, ...], words: Array, vector: Array | None) -> Candidates:
    count = len(hits)
    dense, sentence = np.full(count, np.nan, np.float32), np.full(count, np.nan, np.float32)
    best = np.full(count, -1, np.int64)
    each: list[Array | None] = [None] * count
    if vector is not None:
        for place, cosine, cosines in cosines_of(hits, vector):
            dense[place] = sentence[place] = cosine
            if len(cosines):
                best[place], each[place] = cosines.argmax(), cosines
                sentence[place] = cosines[best[place]]
    return Candidates(hits, dense, sentence, words, best, tuple(each))


def _found(candidates: Candidates, place: int, fused: NDArray[np.float64], copies: tuple[str, ...]) -> Found:
    hit = candidates.hits[place]
    embedded = not np.isnan(candidates.dense[place])
    return hit.found(
        score=float(fused[place]),
        words=float(candidates.words[place]),
        dense=float(candidates.dense[place]) if embedded else None,
        sentence=float(candidates.sentence[place]) if embedded else None,
        best_sentence=int(candidates.best[place]) if embedded and candidates.best[place] >= 0 else None,
        copies=copies,
    )
