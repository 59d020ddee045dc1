"""How many articles each choice of a scope holds, within the other choices."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rag.library import counting, storing
from rag.library.catalog import Catalog
from rag.library.rows import ToStore
from rag.library.snapshot import Snapshot, in_scope, load
from rag.state import Count, Counts
from rag.types import Article, Scope

ARTICLES = (
    Article("a", "one", outlet="The Post", published="2026-10-12", kind="report", language="en"),
    Article("b", "two", outlet="The Mail", agency="REUTERS", published="2026-10", kind="opinion"),
    Article("c", "three", outlet="The Post", agency="Reuters", collections=("harbour", "court")),
    Article("d", "four", published="2026-11-02T23:30:00-05:00", kind="report", collections=("harbour",)),
)


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    opened = Catalog(tmp_path / "catalog.sqlite3")
    storing.store(opened, [ToStore(one.id, one, True, (), b"", ()) for one in ARTICLES])
    yield opened
    opened.close()


def counted(catalog: Catalog, scope: Scope, hidden: str | None = None) -> Counts:
    return counting.counts(load(catalog), scope, {}, hidden=hidden)


def said(found: tuple[Count, ...]) -> dict[str | None, int]:
    return {one.name: one.articles for one in found}


def test_without_choices_everything_is_counted_and_what_states_nothing_too(catalog: Catalog) -> None:
    found = counted(catalog, Scope())
    assert (found.articles, found.of, found.undated) == (4, 4, 1)
    assert said(found.outlets) == {"The Post": 2, "The Mail": 1, None: 1}
    assert said(found.kinds) == {"report": 2, "opinion": 1, None: 1}
    assert said(found.languages) == {"en": 1, None: 3}
    assert said(found.collections) == {"harbour": 2, "court": 1}


def test_ways_to_write_an_agency_are_counted_as_one(catalog: Catalog) -> None:
    assert said(counted(catalog, Scope()).agencies) == {"Reuters": 2}
    assert counted(catalog, Scope(agencies=("Reuters",))).articles == 2


def test_a_choice_narrows_the_counts_beside_the_others_and_not_its_own(catalog: Catalog) -> None:
    found = counted(catalog, Scope(outlets=("The Post",)))
    assert found.articles == 2
    assert said(found.outlets) == {"The Post": 2, "The Mail": 1, None: 1}
    assert said(found.kinds) == {"report": 1, "opinion": 0, None: 1}
    assert said(found.collections) == {"harbour": 1, "court": 1}


def test_dates_narrow_every_count_and_the_undated_are_counted_either_way(catalog: Catalog) -> None:
    for undated in (False, True):
        found = counted(catalog, Scope(from_="2026-11-01", undated=undated))
        assert (found.articles, found.undated) == (1 + undated, 1)
    assert said(counted(catalog, Scope(from_="2026-11-01")).outlets) == {
        "The Post": 0,
        "The Mail": 0,
        None: 1,
    }


def test_a_hidden_collection_is_out_of_every_count_but_can_be_chosen(catalog: Catalog) -> None:
    found = counted(catalog, Scope(), hidden="harbour")
    assert (found.articles, found.of) == (2, 2)
    assert said(found.outlets) == {"The Post": 1, "The Mail": 1, None: 0}
    assert said(found.collections) == {"harbour": 2, "court": 1}


SCOPES = (
    Scope(kinds=("report",)),
    Scope(agencies=("Reuters",), to="2026-12-31", undated=True),
    Scope(collections=("harbour",), not_outlets=("The Mail",)),
    Scope(from_="2026-10-01", to="2026-10-31"),
    Scope(outlets=("The Post",), not_outlets=("The Post",)),
)


@pytest.mark.parametrize("scope", SCOPES)
def test_each_count_is_what_choosing_it_gives(catalog: Catalog, scope: Scope) -> None:
    snapshot, found = load(catalog), counted(catalog, scope)

    def chosen(**one: object) -> int:
        return in_scope(snapshot, replace(scope, **one), {}).articles  # type: ignore[arg-type]

    assert found.articles == in_scope(snapshot, scope, {}).articles
    for name, articles in said(found.outlets).items():
        assert name is None or chosen(outlets=(name,), not_outlets=()) == articles
    for name, articles in said(found.agencies).items():
        assert chosen(agencies=(name,)) == articles
    for name, articles in said(found.kinds).items():
        assert name is None or chosen(kinds=(name,)) == articles
    for name, articles in said(found.collections).items():
        assert chosen(collections=(name,)) == articles


def many(articles: int) -> Snapshot:
    random = np.random.default_rng(7)
    names = tuple(f"Outlet {at}" for at in range(300))
    keys = np.arange(1, articles + 1)
    days = (20260101 + random.integers(0, 12, articles) * 100 + random.integers(0, 28, articles)).astype(
        np.int32
    )

    def codes(most: int) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
        return random.integers(-1, most, articles).astype(np.int32)

    rows = {f"c{at}": np.flatnonzero(random.random(articles) < 0.2).astype(np.int32) for at in range(40)}
    return Snapshot(
        sequence=1,
        keys=keys,
        article_keys=keys,
        first=days,
        last=days,
        outlet=codes(300),
        agency=codes(12),
        kind=codes(9),
        language=codes(5),
        outlets=names,
        agencies=tuple(f"Agency {at}" for at in range(12)),
        kinds=tuple(f"kind {at}" for at in range(9)),
        languages=tuple(f"l{at}" for at in range(5)),
        collections=rows,
        row_of=np.arange(-1, articles, dtype=np.int32),
    )


def test_counting_twenty_five_thousand_articles_takes_a_moment() -> None:
    snapshot = many(25_000)
    scope = Scope(from_="2026-03-01", outlets=tuple(snapshot.outlets[:40]), collections=("c1", "c2"))
    spent = []
    for _ in range(20):
        began = time.perf_counter()
        counting.counts(snapshot, scope, {}, hidden="c0")
        spent.append(time.perf_counter() - began)
    # about 5 ms where it was measured; a busy machine may take several times as long
    assert min(spent) < 0.03, f"{min(spent) * 1000:.1f} ms"
