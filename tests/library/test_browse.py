"""The library as a list: by page, sorted, filtered, counted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.library import shelved, storing
from rag.library.browse import Browser
from rag.library.catalog import Catalog
from rag.state import ShelfPage, ShelfSort, Sift
from tests.fakes.library import article, embed, open_catalog

RECORDS = (
    {"title": "Ålesund votes", "outlet": "Post", "published": "2026-11-03", "kind": "report"},
    {"title": "Bridge shut", "outlet": "Mail", "published": "2026-10-12T15:30:00+02:00", "kind": "opinion"},
    {"title": None, "outlet": None, "published": None, "kind": None},
    {"title": "council sits", "outlet": "mail", "published": "2026-10", "kind": "report"},
    {"title": "Bridge opens", "outlet": "Post", "published": "2026-10-12T18:00:00+02:00", "kind": "report"},
)


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    opened = open_catalog(tmp_path)
    storing.store(opened, [article(number, **record) for number, record in enumerate(RECORDS)])
    yield opened
    opened.close()


@pytest.fixture
def browser(catalog: Catalog) -> Browser:
    return Browser(catalog)


def listed(
    browser: Browser,
    sift: Sift | None = None,
    sort: ShelfSort = "date",
    *,
    descending: bool = True,
    page: int = 1,
    size: int = 50,
) -> ShelfPage:
    return browser.listing(sift or Sift(), sort=sort, descending=descending, page=page, size=size)


def ids(found: ShelfPage) -> str:
    return " ".join(row.article_id for row in found.rows)


@pytest.mark.parametrize(
    ("sort", "descending", "expected"),
    [
        ("date", True, "a0 a3 a4 a1 a2"),
        ("date", False, "a3 a1 a4 a0 a2"),
        ("outlet", False, "a3 a1 a0 a4 a2"),
        ("title", False, "a4 a1 a3 a0 a2"),
        ("added", True, "a4 a3 a2 a1 a0"),
        ("added", False, "a0 a1 a2 a3 a4"),
    ],
)
def test_articles_are_sorted_and_what_is_not_stated_comes_last(
    browser: Browser, sort: ShelfSort, descending: bool, expected: str
) -> None:
    assert ids(listed(browser, sort=sort, descending=descending)) == expected


@pytest.mark.parametrize("sort", ["date", "outlet", "title", "added"])
@pytest.mark.parametrize("descending", [True, False])
def test_the_pages_together_are_the_whole_list_from_whichever_end_they_are_read(
    browser: Browser, sort: ShelfSort, descending: bool
) -> None:
    whole = ids(listed(browser, sort=sort, descending=descending))
    pages = [listed(browser, sort=sort, descending=descending, page=page, size=2) for page in (1, 2, 3)]
    assert " ".join(ids(page) for page in pages) == whole
    assert {page.pages for page in pages} == {3}


def test_a_page_past_the_last_is_the_last(browser: Browser) -> None:
    found = listed(browser, page=99, size=2)
    assert (found.page, ids(found)) == (3, "a2")


@pytest.mark.parametrize(
    ("sift", "expected"),
    [
        (Sift(title="bridge"), "a4 a1"),
        (Sift(title="BRIDGE op"), "a4"),
        (Sift(title="alesund"), "a0"),
        (Sift(title="Ålesund"), "a0"),
        (Sift(title="100%_"), ""),
        (Sift(outlets=("Post",)), "a0 a4"),
        (Sift(outlets=("Post", "")), "a0 a4 a2"),
        (Sift(kinds=("opinion",)), "a1"),
        (Sift(kinds=("",)), "a2"),
        (Sift(from_="2026-10-12", to="2026-10-12"), "a3 a4 a1"),
        (Sift(from_="2026-11-01"), "a0"),
        (Sift(to="2026-10-31"), "a3 a4 a1"),
        (Sift(undated=True), "a2"),
        (Sift(from_="2026-11-01", undated=True), "a0 a2"),
        (Sift(title="bridge", outlets=("Mail",)), "a1"),
    ],
)
def test_a_filter_leaves_what_it_says_and_counts_it(browser: Browser, sift: Sift, expected: str) -> None:
    found = listed(browser, sift)
    assert (ids(found), found.total, found.held) == (expected, len(expected.split()), 5)


def test_articles_are_listed_with_what_became_of_them(catalog: Catalog, browser: Browser) -> None:
    storing.remove(catalog, ["a1"])
    storing.store(catalog, [article(9, title="Bridge reopens", published="2026-11-20", supersedes="a4")])
    by_id = {row.article_id: (row.status, row.ended, row.ended_by) for row in listed(browser).rows}
    assert by_id["a1"] == ("withdrawn", "removed", None)
    assert by_id["a4"] == ("superseded", "superseded", "a9")
    assert by_id["a9"] == ("usable", None, None)
    assert ids(listed(browser, Sift(statuses=("withdrawn",)))) == "a1"
    assert ids(listed(browser, Sift(statuses=("superseded", "withdrawn")))) == "a4 a1"
    assert listed(browser, Sift(statuses=("usable",))).total == 4


def test_an_article_is_listed_once_as_its_newest_version(catalog: Catalog, browser: Browser) -> None:
    storing.store(catalog, [article(1, text="Quite another text.", title="Bridge still shut", outlet="Mail")])
    found = listed(browser, Sift(title="bridge shut"))
    assert [(row.article_id, row.version) for row in found.rows] == [("a1", 2)]
    assert listed(browser).total == 5


def test_a_collection_is_found_by_its_whole_name(catalog: Catalog, browser: Browser) -> None:
    shelved.put(catalog, ["a0", "a1"], 'The "flood"')
    shelved.put(catalog, ["a2"], "The")
    assert ids(listed(browser, Sift(collections=("The",)))) == "a2"
    assert ids(listed(browser, Sift(collections=('The "flood"',)))) == "a0 a1"
    assert browser.shelves().collections == (('The "flood"', 2), ("The", 1))


def test_what_can_be_filtered_by_is_counted(browser: Browser) -> None:
    shelves = browser.shelves()
    assert shelves.outlets == (("Post", 2), ("", 1), ("Mail", 1), ("mail", 1))
    assert shelves.kinds == (("report", 3), ("", 1), ("opinion", 1))
    assert (shelves.undated, shelves.held) == (1, 5)


def test_counts_are_made_again_when_articles_change_and_not_when_vectors_come(
    catalog: Catalog, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert listed(browser, Sift(title="bridge")).total == 2
    storing.store(catalog, [article(7, title="A third bridge")])
    assert listed(browser, Sift(title="bridge")).total == 3
    embed(catalog)
    monkeypatch.setattr("rag.library.browse._total", lambda *_: pytest.fail("counted again"))
    assert listed(browser, Sift(title="bridge")).total == 3


def test_articles_over_time_are_told_by_day_and_by_month_where_it_is_long(
    catalog: Catalog, browser: Browser
) -> None:
    days = browser.timeline(Sift())
    assert days.unit == "day"
    assert [(one.period, one.outlet, one.articles) for one in days.periods] == [
        ("2026-10-12", "Mail", 1),
        ("2026-10-12", "Post", 1),
        ("2026-11-03", "Post", 1),
    ]
    assert (days.undated, days.coarse) == (1, 1)
    storing.store(catalog, [article(8, published="2024-02-29", outlet="Post")])
    months = browser.timeline(Sift(outlets=("Post", "mail")))
    assert months.unit == "month"
    assert [one.period for one in months.periods] == ["2024-02", "2026-10", "2026-10", "2026-11"]


def test_a_catalog_made_before_has_its_indexes_made(tmp_path: Path, catalog: Catalog) -> None:
    with catalog.writing() as connection:
        for name in ("versions_newest_first", "versions_by_title", "versions_ended_by"):
            connection.exec_driver_sql(f"DROP INDEX {name}")
        connection.exec_driver_sql("DROP TABLE shelving")
        connection.exec_driver_sql("DROP TABLE away")
    again = Catalog(catalog.path)
    assert ids(listed(Browser(again), sort="title", descending=False)) == "a4 a1 a3 a0 a2"
    shelved.put(again, ["a0"], "Flood")
    again.close()
