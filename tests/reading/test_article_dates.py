from __future__ import annotations

from datetime import date

import pytest

from rag.reading.dates import day_range, moment, parse_published, read_date

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    "written",
    ["2026", "2026-11", "2026-11-12", "2026-11-12T09:14:00Z", "2026-11-12T09:14:00.250-05:00", "1912-04-16"],
)
def test_the_four_forms_stay_as_they_are(written: str) -> None:
    assert parse_published(written, today=TODAY) == written


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("12 November 2026", "2026-11-12"),
        ("12th of November 2026", "2026-11-12"),
        ("Thursday, November 12, 2026", "2026-11-12"),
        ("November 2026", "2026-11"),
        ("2026/11/12", "2026-11-12"),
        ("20261112", "2026-11-12"),
        (20261112, "2026-11-12"),
        (2026, "2026"),
        (date(2026, 11, 12), "2026-11-12"),
        ("12. März 2026", "2026-03-12"),
        ("12 de noviembre de 2026", "2026-11-12"),
        ("Nov. 12, 2026 9:14 a.m. EST", "2026-11-12T09:14:00-05:00"),
        ("Updated 9:14 PM ET, Sun July 12, 2026", "2026-07-12T21:14:00-04:00"),
        ("12 Nov 2026, 09:14 GMT", "2026-11-12T09:14:00Z"),
        ("Thu, 12 Nov 2026 09:14:05 +0100", "2026-11-12T09:14:05+01:00"),
        ("20261112T091400Z", "2026-11-12T09:14:00Z"),
        ("2026-11-12T09:14+0530", "2026-11-12T09:14:00+05:30"),
        ("2026-11-12 12:00 AM", "2026-11-12T00:00"),
        ("2026-11-12 12:30 p.m.", "2026-11-12T12:30"),
        (1762938840, "2025-11-12T09:14:00Z"),
        ("1762938840123", "2025-11-12T09:14:00Z"),
        ("25.11.2025", "2025-11-25"),
        ("11/25/2025", "2025-11-25"),
        ("11/11/2026", "2026-11-11"),
    ],
)
def test_common_spellings_are_read_with_their_precision_and_zone(written: object, read: str) -> None:
    assert parse_published(written, today=TODAY) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-11-12 09:14:00", "2026-11-12T09:14:00"),
        ("12 Nov 2026, 09:14", "2026-11-12T09:14"),
        ("12 Nov 2026, 09:14 IST", "2026-11-12T09:14"),
    ],
)
def test_a_time_without_a_certain_zone_gets_none(written: str, read: str) -> None:
    assert parse_published(written, today=TODAY) == read


@pytest.mark.parametrize(
    "written",
    [
        *("yesterday", "now()", "-5", "0001-01-01T00:00:00", "2026-02-30", "2026-13-01", "12 Nov 26"),
        *("2026-11-12T25:00", "12 Smarch 2026", "about 2025", "2025-11-12 or so", "9" * 5000),
        *(True, {"a": 1}, [], 0, -1, 3.5),
    ],
)
def test_what_is_no_date_leaves_an_article_undated_and_says_so(written: object) -> None:
    found, why = read_date(written, today=TODAY)
    assert found is None
    assert why is not None and why.endswith("kept undated")
    assert len(why) < 120


@pytest.mark.parametrize("written", [None, "", "   "])
def test_a_missing_date_needs_no_remark(written: object) -> None:
    assert read_date(written, today=TODAY) == (None, None)


def test_a_day_that_may_be_two_days_is_not_chosen() -> None:
    assert read_date("03/04/2026", today=TODAY) == (
        None,
        "day and month cannot be told apart in '03/04/2026': kept undated",
    )


def test_later_than_tomorrow_is_undated_and_tomorrow_is_not() -> None:
    assert parse_published("2026-11-23", today=TODAY) == "2026-11-23"
    assert parse_published("2026-11-23T23:00:00-08:00", today=TODAY) == "2026-11-23T23:00:00-08:00"
    for ahead in ("2026-11-24", "2026-12", "2027", "2099"):
        found, why = read_date(ahead, today=TODAY)
        assert found is None
        assert why == f"the date '{ahead}' is later than tomorrow: kept undated"


def test_a_running_year_and_month_are_not_later_than_tomorrow() -> None:
    assert parse_published("2026", today=TODAY) == "2026"
    assert parse_published("2026-11", today=TODAY) == "2026-11"


@pytest.mark.parametrize(
    ("published", "days"),
    [
        ("2026", (20260101, 20261231)),
        ("2026-03", (20260301, 20260331)),
        ("2024-02", (20240201, 20240229)),
        ("2026-11-12", (20261112, 20261112)),
        ("2026-11-12T23:59:00-08:00", (20261112, 20261112)),
        ("2026-11-12T09:14", (20261112, 20261112)),
    ],
)
def test_the_possible_days_are_those_that_the_outlet_wrote(published: str, days: tuple[int, int]) -> None:
    assert day_range(published) == days


@pytest.mark.parametrize("published", ["", "yesterday", "2026-1", "12 November 2026"])
def test_only_the_five_forms_have_days(published: str) -> None:
    with pytest.raises(ValueError, match="five forms"):
        day_range(published)


def test_moments_put_articles_in_order_across_zones_and_precision() -> None:
    assert moment("2026-11-12T09:14:00-05:00") == moment("2026-11-12T14:14:00Z")
    in_order = [
        "2026",
        "2026-11",
        "2026-11-12",
        "2026-11-12T09:14",
        "2026-11-12T09:14:30",
        "2026-11-13T00:00:00+02:00",
    ]
    assert sorted(in_order, key=moment) == in_order
