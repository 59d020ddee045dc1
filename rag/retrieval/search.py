"""Question to passages: words and meaning together, fused by score, rescored by the best sentence.

One search: candidates by meaning (exact, or Chroma's for the unscoped question on the page) and by words (Tantivy),
joined with the catalog in one read transaction, which drops what is no longer usable or in scope *before* anything is
ranked; then scores, copies folded by passage, and a cap per article.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.library.catalog import Catalog
from rag.library.indexes import Indexes
from rag.library.rows import HitRow
from rag.library.snapshot import InScope, Snapshot
from rag.retrieval.folding import distinct
from rag.retrieval.scoring import Candidates, scores
from rag.types import Found

DEPTH = 200  # candidates from each side at first
DEEPEST = 6_400  # ... and at most, where copies starve other answers

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Searched:
    """What was found, best first, each with its row of the catalog; how many passages in scope matched at all."""

    hits: tuple[tuple[HitRow, Found], ...]
    total: int


@dataclass(frozen=True, slots=True)
class Searcher:
    """The parts that a search stands on. `approximate`: let Chroma serve the unscoped question."""

    catalog: Catalog
    indexes: Indexes
    approximate: bool = False

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
    ) -> Searched:
        """The `k` best passages for a question.

        Args:
            vector: the question's, unit length; None where there is no embedder (words only).
            inside: the rows of `snapshot` that are in scope.
            cap: at most so many passages of one article; None: no cap.
            fold: whether copies of a passage are folded into the best of them.
        """
        depth, at = max(DEPTH, 4 * k), snapshot.sequence if snapshot.pinned else None
        while True:
            pool = self._pool(question, vector, snapshot, inside, depth, at)
            ranked = _ranked(question, pool, vector is not None)
            kept = distinct(ranked, k=k, cap=cap, fold=fold)
            if len(kept) >= k or pool.exhausted or depth >= DEEPEST:
                return Searched(tuple(kept), pool.total)
            depth *= 4

    def _pool(
        self,
        question: str,
        vector: Array | None,
        snapshot: Snapshot,
        inside: InScope,
        depth: int,
        at: int | None,
    ) -> Pool:
        by_words = (
            self.indexes.words.search(question, k=depth, scope=inside.words) if self.indexes.words else None
        )
        ids = list(by_words.passage_ids) if by_words else []
        total, count = (by_words.total if by_words else 0), len(ids)
        near: NDArray[np.int64] = np.zeros(0, np.int64)
        if vector is not None:
            near = self._near(vector, snapshot, inside, depth)
            known = set(ids)
            ids += [one for one in near.tolist() if one not in known]
        rows = self.catalog.hits(ids, at=at)
        mask, row_of = (
            inside.mask,
            snapshot.rows(np.array([row.version_key for row in rows.values()], np.int64)),
        )
        ok = {key: place >= 0 and bool(mask[place]) for key, place in zip(rows, row_of.tolist(), strict=True)}
        hits = [rows[one] for one in ids if ok.get(one, False)]
        words = (
            dict(zip(by_words.passage_ids.tolist(), by_words.scores.tolist(), strict=True))
            if by_words
            else {}
        )
        missing = [hit.passage_id for hit in hits if hit.passage_id not in words]
        if missing and self.indexes.words:
            found = self.indexes.words.scores(question, missing)
            words |= dict(zip(missing, found.tolist(), strict=True))
        candidates = _candidates(hits, words, vector)
        return Pool(candidates, max(total, len(hits)), count < depth and len(near) < depth)

    def _near(self, vector: Array, snapshot: Snapshot, inside: InScope, depth: int) -> NDArray[np.int64]:
        chroma = self.indexes.vectors
        if self.approximate and inside.words is None and chroma is not None:
            ids, _ = chroma.query(vector, depth)
            return np.asarray(ids, np.int64)
        meaning = self.indexes.meaning
        if meaning is None:
            return self._near_in_catalog(vector, snapshot, inside, depth)
        flat = meaning.rows()
        if not len(flat):
            return flat.passage_ids
        places = snapshot.rows(flat.version_keys)
        allowed = places >= 0
        allowed[allowed] = inside.mask[places[allowed]]
        rows, _ = flat.nearest(vector, depth, among=allowed)
        return flat.passage_ids[rows]

    def _near_in_catalog(
        self, vector: Array, snapshot: Snapshot, inside: InScope, depth: int
    ) -> NDArray[np.int64]:
        """The same answer out of the catalog, slower: what serves while the flat file is built anew."""
        cosines = [
            (float(row.vector @ vector), -row.passage_id)
            for row in self.catalog.vectors_of(snapshot.keys[inside.mask].tolist())
            if len(row.vector) == len(vector)
        ]
        return np.array([-one for _, one in heapq.nlargest(depth, cosines)], np.int64)


@dataclass(frozen=True, slots=True)
class Pool:
    """Candidates of one round. `exhausted`: there are no more in scope."""

    candidates: Candidates
    total: int
    exhausted: bool


def _candidates(hits: Sequence[HitRow], words: dict[int, float], vector: Array | None) -> Candidates:
    count = len(hits)
    dense, sentence = np.full(count, np.nan, np.float32), np.full(count, np.nan, np.float32)
    best = np.full(count, -1, np.int64)
    for place, hit in enumerate(hits):
        if vector is None or hit.vector is None:
            continue
        dense[place] = hit.vector @ vector
        if hit.sentences is not None and len(hit.sentences):
            each = hit.sentences @ vector
            best[place] = int(each.argmax())
            sentence[place] = each[best[place]]
        else:
            sentence[place] = dense[place]
    bm25 = np.fromiter((words.get(hit.passage_id, 0.0) for hit in hits), np.float32, count)
    return Candidates(tuple(hits), dense, sentence, bm25, best)


def _ranked(question: str, pool: Pool, meaning: bool) -> list[tuple[HitRow, Found]]:
    candidates = pool.candidates
    fused = scores(question, candidates, meaning=meaning)
    order = np.lexsort((np.array([hit.passage_id for hit in candidates.hits]), -fused))
    return [
        (candidates.hits[place], _found(candidates, place, float(fused[place]))) for place in order.tolist()
    ]


def _found(candidates: Candidates, place: int, score: float) -> Found:
    hit = candidates.hits[place]
    article = hit.article
    embedded = not np.isnan(candidates.dense[place])
    return Found(
        hit.passage_id,
        hit.passage,
        hit.text,
        article.title,
        article.outlet,
        article.agency,
        article.kind,
        article.published,
        article.url,
        article.page,
        score,
        float(candidates.dense[place]) if embedded else None,
        float(candidates.sentence[place]) if embedded else None,
        float(candidates.words[place]),
        int(candidates.best[place]) if embedded and candidates.best[place] >= 0 else None,
    )
