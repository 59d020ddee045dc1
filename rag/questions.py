"""One question's way through the open parts: who is in scope, what is found, what an answer stands on."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from rag import standing, told
from rag.answering.chain import Ground
from rag.answering.counting import coverage_answer
from rag.answering.writer import Material
from rag.disputing import disputed
from rag.errors import ModelError
from rag.how import How, Listing
from rag.library import counting, embeddings
from rag.library import snapshot as snapshots
from rag.library.catalog import Catalog
from rag.library.embedder import Embedder, Vector
from rag.library.indexes import Indexes
from rag.library.rows import HitRow, Totals
from rag.library.snapshot import OPEN, InScope, Snapshot
from rag.library.snapshot_changes import refreshed
from rag.library.word_scope import Bars
from rag.retrieval import query as queries
from rag.retrieval.coverage import AboutCoverage, about_coverage
from rag.retrieval.exact import Exact, ExactSearcher, Order, in_order
from rag.retrieval.question import LONGEST, Asked, read_question
from rag.retrieval.search import Searched, Searcher
from rag.retrieval.tree import And, Tree, said
from rag.state import Counts
from rag.types import Answer, Found, Reading, Scope, SearchResult

SAMPLE = (
    "Sample newsroom"  # the collection of the invented articles; it leaves the scope when others are there
)
WRITER_PASSAGES = 12  # what a writer is given
PATIENCE = 1.0  # seconds that a question waits for what was stored before it
WORDS_ONLY = "Searched by words only:"  # why follows: a question could not be embedded
_State = tuple[int, str | None]
EVERYTHING = 1_000  # passages of a search by plain words, where no end is set to it


@dataclass(frozen=True, slots=True)
class _Looked:
    asked: Asked
    searched: Searched
    inside: InScope
    snapshot: Snapshot
    vector: Vector | None
    notes: tuple[str, ...]


class Questions:
    """Finds what questions ask for. Safe for threads.

    Args:
        embedder: gives the embedder, or None with `why_none` saying why.
        kept_here: the collections whose articles it may not be given.
        approximate: let Chroma serve the unscoped question.
        today: the day from which "last week" counts, where the question brings none.
        as_of_today: whether `today` was set, so that later articles are out.
        at: the sequence at which the library is read; None: now. `groups`: the near-duplicate groups then.
        bars: what the catalog hides from the reader, and the indexes are not to find.
    """

    def __init__(
        self,
        catalog: Catalog,
        indexes: Indexes,
        *,
        embedder: Callable[[], Embedder | None],
        why_none: Callable[[], str],
        kept_here: Callable[[], Sequence[str]],
        approximate: bool,
        today: Callable[[], date],
        as_of_today: bool,
        at: int | None = None,
        groups: Mapping[int, int] | None = None,
        bars: Bars = OPEN,
    ) -> None:
        self._bars = bars
        self._catalog, self._indexes = catalog, indexes
        self._embedder, self._why_none, self._kept_here = embedder, why_none, kept_here
        self._back: tuple[tuple[_State, tuple[str, ...]], NDArray[np.int64]] | None = None
        self._searcher = Searcher(catalog, indexes, approximate=approximate, groups=groups)
        self._exactly, self._at = ExactSearcher(catalog), at
        self._today, self._as_of_today = today, as_of_today
        self._snapshot = snapshots.load(catalog, at=at)
        self._totals: tuple[_State, Totals] | None = None

    def snapshot(self) -> Snapshot:
        """Who is usable, now or at the sequence."""
        if self._at is None:
            self._snapshot = refreshed(self._snapshot, self._catalog)
        return self._snapshot

    def inside(self, snapshot: Snapshot, scope: Scope, latest: date | None = None) -> InScope:
        """A scope applied; the sample newsroom is left out of it while there is anything else."""
        known = self._catalog.known([*scope.articles, *scope.not_articles])
        day, hidden = _number(latest), _hidden(scope)
        return snapshots.in_scope(snapshot, scope, known, latest=day, hidden=hidden, bars=self._bars)

    def counts(self, scope: Scope, today: date | None = None) -> Counts:
        """How many articles are in scope, and how many each choice would bring."""
        snapshot, latest = self.snapshot(), self._latest(today)
        known = self._catalog.known([*scope.articles, *scope.not_articles])
        counted = counting.counts(snapshot, scope, known, latest=_number(latest), hidden=_hidden(scope))
        inside = self.inside(snapshot, scope, latest)
        fresh = standing.freshness(self._catalog, snapshot, inside)
        return replace(
            counted,
            earliest=fresh.oldest_in_scope,
            newest=fresh.newest_in_scope,
            unknown=inside.unknown,
        )

    def sample_only(self) -> bool:
        """Whether the library holds the invented sample newsroom and nothing else."""
        snapshot = self.snapshot()
        return 0 < len(snapshot.keys) == len(snapshot.collections.get(SAMPLE, ()))

    def totals(self) -> Totals:
        """Counts of what is usable; counted once for each state of the library."""
        state = self._state()
        if self._totals is None or self._totals[0] != state:
            self._totals = (state, self._catalog.totals(at=self._at))
        return self._totals[1]

    def _state(self) -> _State:
        """Changes with whatever is logged, and where vectors were dropped."""
        return self._catalog.sequence(), self._catalog.fingerprint()

    def search(
        self,
        query: str,
        scope: Scope,
        k: int | None,
        *,
        today: date | None = None,
        how: How | None = None,
        listing: Listing | None = None,
    ) -> SearchResult:
        """The `k` best passages, with the scope that was searched; with operators, passages of all that matches."""
        began = time.perf_counter()
        how, listing = how or How(), listing or Listing()
        reading = queries.read(query) if how.syntax else queries.Reading(None, None)
        if reading.tree is not None:
            return self.exact(query, reading.tree, scope, k, today=today, listing=listing)
        looked = self._look(query, scope, EVERYTHING if k is None else k, today, how)
        return SearchResult(
            looked.asked.question,
            in_order(looked.searched.matching(), listing.sort, group=listing.group == "all"),
            looked.searched.total,
            looked.asked.scope,
            looked.asked.chips,
            looked.inside.articles,
            self.meaning(),
            looked.snapshot.sequence,
            round(time.perf_counter() - began, 4),
            looked.notes,
            reading.said,
            sort=listing.sort or "best",
            undated_left_out=looked.inside.undated_left_out,
        )

    def exact(
        self,
        query: str,
        tree: Tree,
        scope: Scope,
        k: int | None,
        *,
        today: date | None = None,
        listing: Listing,
    ) -> SearchResult:
        """All that matches a search with operators, `k` of it listed (None: all)."""
        began = time.perf_counter()
        snapshot, day = self.snapshot(), today or self._today()
        read_question(query, scope, today=day, outlets=())
        latest = self._latest(today)
        inside = self.inside(snapshot, scope, latest)
        notes = self._notes(snapshot, scope, inside)
        order = Order(k, listing.sort or "newest", listing.group != "no", listing.fold)
        found, words = Exact((), 0, 0, 0, ()), self._indexes.words
        if words is None:
            notes += (
                "The word index is being built anew; nothing can be searched exactly until it is there.",
            )
        elif inside.articles:
            old = snapshots.replaced(self._catalog, at=self._at)
            found = self._exactly.search(
                tree, words, snapshot, inside, order, replaced=(old, self.inside(old, scope, latest))
            )
        return SearchResult(
            " ".join(query.split()),
            found.found,
            found.passages,
            scope,
            (),
            inside.articles,
            None,
            snapshot.sequence,
            round(time.perf_counter() - began, 4),
            notes,
            said(tree),
            exact=True,
            articles=found.articles,
            replaced=found.replaced,
            sort=order.sort,
            outlets=found.outlets,
            undated_left_out=inside.undated_left_out,
        )

    def counted(
        self, question: str, scope: Scope, *, today: date | None = None, how: How | None = None
    ) -> Callable[[], Answer] | None:
        """What answers a question about the coverage itself; None where it is about the news."""
        if how is not None and not how.syntax:
            return None
        outlets = self.snapshot().outlets
        not_read = how.not_read if how is not None else frozenset()
        day = today or self._today()
        about = about_coverage(question, scope, today=day, outlets=outlets, not_read=not_read)
        return None if about is None else lambda: self._counted(question, about, today)

    def _counted(self, question: str, about: AboutCoverage, today: date | None) -> Answer:
        began = time.perf_counter()
        listing = Listing("oldest" if about.asked == "first" else "newest", "all")
        found = self.exact(said(about.tree), about.tree, about.scope, None, today=today, listing=listing)
        phrase = None
        if about.phrase is not None and found.articles:
            both = And((about.tree, about.phrase))
            phrase = self.exact(said(both), both, about.scope, 1, today=today, listing=listing).articles
        snapshot = self.snapshot()
        inside = self.inside(snapshot, about.scope, self._latest(today))
        fresh = standing.freshness(self._catalog, snapshot, inside)
        return coverage_answer(
            " ".join(question.split()),
            about,
            found,
            as_phrase=phrase,
            freshness=replace(fresh, last_added=self.totals().last_added),
            fingerprint=standing.answer_fingerprint(self._catalog),
            seconds=time.perf_counter() - began,
        )

    def ground(
        self,
        question: str,
        scope: Scope,
        *,
        today: date | None = None,
        how: How | None = None,
    ) -> Ground:
        """What an answer can stand on."""
        looked = self._look(question, scope, WRITER_PASSAGES, today, how or How())
        fresh = standing.freshness(self._catalog, looked.snapshot, looked.inside)
        asked, hits = looked.asked, looked.searched.hits
        return Ground(
            asked,
            Material(asked.question, looked.vector, hits, self._searcher.idf()),
            replace(fresh, last_added=self.totals().last_added),
            looked.inside.articles,
            looked.snapshot.sequence,
            standing.answer_fingerprint(self._catalog),
            looked.snapshot.outlets,
            disputed(asked.question, hits, lambda said: self.near(said, asked.scope)),
            looked.notes,
        )

    def grounds(
        self,
        question: str,
        parts: Sequence[str],
        scope: Scope,
        *,
        today: date | None = None,
        how: How | None = None,
    ) -> tuple[Ground, ...]:
        """What each part of a question can stand on, all in the scope that the whole question says."""
        how, day, snapshot = how or How(), today or self._today(), self.snapshot()
        asked = read_question(
            question,
            scope,
            today=day,
            outlets=snapshot.outlets,
            agencies=snapshot.agencies,
            not_read=how.not_read,
        )
        told = replace(how, not_read=frozenset(get_args(Reading)))
        found = [self.ground(part, asked.scope, today=today, how=told) for part in parts]
        return tuple(replace(one, asked=replace(one.asked, chips=asked.chips)) for one in found)

    def near(self, said: str, scope: Scope, *, k: int = WRITER_PASSAGES) -> Sequence[tuple[HitRow, Found]]:
        """The passages nearest to a statement, every word of it a word and nothing else; copies folded, all articles
        alike."""
        how = How(cap=None, not_read=frozenset(get_args(Reading)))
        return self._look(said[:LONGEST], scope, k, None, how).searched.hits

    def rarity(self, words: Sequence[str]) -> Sequence[float] | None:
        """How rare words are in this library; None without a word index."""
        idf = self._searcher.idf()
        return None if idf is None else idf(words)

    def _look(self, question: str, scope: Scope, k: int, today: date | None, how: How) -> _Looked:
        snapshot, day = self.snapshot(), today or self._today()
        asked = read_question(
            question,
            scope,
            today=day,
            outlets=snapshot.outlets,
            agencies=snapshot.agencies,
            not_read=how.not_read,
        )
        inside = self.inside(snapshot, asked.scope, self._latest(today))
        unasked: tuple[Vector | None, tuple[str, ...]] = (None, ())
        by_words = how.ranking.by == "words"
        vector, notes = unasked if by_words else self._vector(asked.question, snapshot, inside)
        notes += self._notes(snapshot, asked.scope, inside)
        searched = self._searcher.search(
            asked.question, vector, snapshot, inside, k=k, cap=how.cap, fold=how.fold, ranking=how.ranking
        )
        return _Looked(asked, searched, inside, snapshot, vector, notes)

    def _latest(self, today: date | None) -> date | None:
        """The day after which articles are out, where one was named."""
        return today or (self._today() if self._as_of_today else None)

    def _notes(self, snapshot: Snapshot, scope: Scope, inside: InScope) -> tuple[str, ...]:
        known = (*snapshot.outlets, *snapshot.agencies, *snapshot.collections)
        notes = tuple(told.unknown(name, known) for name in inside.unknown)
        if not inside.articles and SAMPLE not in scope.collections:
            notes += told.aside(SAMPLE, len(snapshot.collections.get(SAMPLE, ())), len(snapshot.keys))
        return notes + self._behind(snapshot.sequence)

    def meaning(self) -> float | None:
        """The share of the library that can be found by meaning; None without an embedder."""
        embedder, kept = self._embedder(), self._catalog.fingerprint()
        if embedder is None:
            return None
        other = kept is not None and not standing.own(kept, embedder)
        return 0.0 if other else self.totals().meaning

    def _vector(
        self, question: str, snapshot: Snapshot, inside: InScope
    ) -> tuple[Vector | None, tuple[str, ...]]:
        """The question's vector, or None; and why it is searched by words only, all of it or in part."""
        embedder = self._embedder()
        if embedder is None:
            return None, (f"Keyword search only: {self._why_none()}",)
        kept = self._catalog.fingerprint()
        if kept is None:  # nothing to compare it with
            return None, ()
        if not standing.own(kept, embedder):
            return None, (standing.other_vectors(kept, embedder),)
        back = self._kept_back(snapshot, inside)
        notes = (told.found_by_words(back, inside.articles),) if back else ()
        if inside.articles == back:  # then it is not sent either
            return None, notes
        try:
            return embedder.embed_query(question), notes
        except ModelError as error:
            return None, (f"{WORDS_ONLY} {error}", *notes)

    def _kept_back(self, snapshot: Snapshot, inside: InScope) -> int:
        """How many articles in scope have no vectors because they may not be sent for one."""
        collections = tuple(self._kept_here())
        if not collections:
            return 0
        state = (self._state(), collections)
        if self._back is None or self._back[0] != state:
            self._back = (state, embeddings.kept_back(self._catalog, collections))
        rows = snapshot.rows(self._back[1])
        return int(inside.mask[rows[rows >= 0]].sum())

    def _behind(self, sequence: int) -> tuple[str, ...]:
        """Why what was stored last may not be found yet, after a moment's patience."""
        missing = self._indexes.await_words(sequence, PATIENCE)
        follower = self._indexes.follower
        if follower is not None and follower.last_error is not None:
            return (f"What was stored last may not be found yet: {follower.last_error}",)
        if missing:
            return (
                f"What was stored last may not be found yet: the word index is {missing} versions behind.",
            )
        return ()


def _number(day: date | None) -> int | None:
    return snapshots.day_number(day.isoformat()) if day else None


def _hidden(scope: Scope) -> str | None:
    return None if SAMPLE in scope.collections or scope.articles else SAMPLE
