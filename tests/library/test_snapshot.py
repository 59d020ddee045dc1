"""Who is in scope: every filter, counts of what is left out, and the same scope for the word index."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.library import storing
from rag.library.catalog import Catalog
from rag.library.rows import ToStore
from rag.library.snapshot import InScope, in_scope, load
from rag.library.snapshot_changes import refreshed
from rag.types import Article, Scope

ARTICLES = (
    Article("a", "one", outlet="The Post", published="2026-10-12", kind="report", language="en"),
    Article(
        "b",
        "two",
        outlet="The Mail",
        agency="REUTERS",
        published="2026-10",
        kind="opinion",
        collections=("harbour",),
    ),
    Article("c", "three", outlet="The Post", collections=("harbour", "court")),
    Article("d", "four", published="2026-11-02T23:30:00-05:00", language="en"),
)


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    opened = Catalog(tmp_path / "catalog.sqlite3")
    storing.store(opened, [ToStore(one.id, one, True, (), b"", ()) for one in ARTICLES])
    yield opened
    opened.close()


def inside(catalog: Catalog, scope: Scope, **how: object) -> InScope:
    ids = catalog.known([*scope.articles, *scope.not_articles])
    return in_scope(load(catalog), scope, ids, **how)  # type: ignore[arg-type]


def names(found: InScope) -> str:
    return "".join(article.id for article, ok in zip(ARTICLES, found.mask, strict=True) if ok)


@pytest.mark.parametrize(
    ("scope", "kept"),
    [
        (Scope(), "abcd"),
        (Scope(outlets=("the post",)), "ac"),
        (Scope(not_outlets=("The Post",)), "bd"),
        (Scope(agencies=("reuters",)), "b"),
        (Scope(kinds=("opinion",)), "b"),
        (Scope(language="en"), "ad"),
        (Scope(collections=("harbour",)), "bc"),
        (Scope(articles=("a", "d")), "ad"),
        (Scope(not_articles=("a",)), "bcd"),
        (Scope(from_="2026-10-12", to="2026-10-12"), "ab"),
        (Scope(from_="2026-11-02"), "d"),
        (Scope(to="2026-09-30"), ""),
        (Scope(to="2026-10-31", undated=True), "abc"),
        (Scope(outlets=("The Post",), to="2026-12-31"), "a"),
        (Scope(outlets=("Nobody",)), ""),
    ],
)
def test_each_filter_keeps_what_it_says(catalog: Catalog, scope: Scope, kept: str) -> None:
    assert names(inside(catalog, scope)) == kept


def test_a_dated_scope_counts_the_undated_that_it_leaves_out(catalog: Catalog) -> None:
    assert inside(catalog, Scope(from_="2026-01-01")).undated_left_out == 1
    assert inside(catalog, Scope(from_="2026-01-01", outlets=("The Mail",))).undated_left_out == 0
    assert inside(catalog, Scope(from_="2026-01-01", undated=True)).undated_left_out == 0


def test_a_name_that_means_nothing_is_named(catalog: Catalog) -> None:
    found = inside(catalog, Scope(outlets=("Nobody", "The Post"), articles=("zz",)))
    assert found.unknown == ("Nobody", "zz")


def test_the_edges_of_the_scope_are_the_days_of_its_texts(catalog: Catalog) -> None:
    found = inside(catalog, Scope())
    assert (found.earliest, found.newest, found.articles) == (20261001, 20261102, 4)


def test_as_of_a_day_later_articles_are_out_and_undated_ones_stay(catalog: Catalog) -> None:
    assert names(inside(catalog, Scope(), latest=20261012)) == "abc"


def test_a_hidden_collection_counts_only_while_there_is_nothing_else(catalog: Catalog) -> None:
    found = inside(catalog, Scope(), hidden="harbour")
    assert names(found) == "ad"
    assert found.words is not None
    assert found.words.not_collections == ("harbour",)
    storing.remove(catalog, ["a", "d"])
    assert inside(catalog, Scope(), hidden="harbour").articles == 2


def test_everything_needs_no_word_filter(catalog: Catalog) -> None:
    assert inside(catalog, Scope()).words is None
    found = inside(catalog, Scope(outlets=("the mail",), from_="2026-10-01"))
    assert found.words is not None
    assert (found.words.outlets, found.words.day_from) == (("The Mail",), 20261001)


def test_a_snapshot_is_refreshed_by_the_log_and_a_pinned_one_never(catalog: Catalog) -> None:
    now, pinned = load(catalog), load(catalog, at=2)
    assert len(pinned.keys) == 2
    storing.remove(catalog, ["a"])
    assert refreshed(now, catalog).keys.tolist() == [2, 3, 4]
    assert refreshed(pinned, catalog).keys.tolist() == [1, 2]
    assert refreshed(now, catalog).sequence == 5
