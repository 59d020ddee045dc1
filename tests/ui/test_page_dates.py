from datetime import date

import pytest

from ui import dates

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("published", "said"),
    [
        (None, "undated"),
        ("2024", "2024"),
        ("2026-11", "Nov 2026"),
        ("2026-11-03", "3 Nov"),
        ("2025-11-03", "3 Nov 2025"),
        ("2026-11-11T09:14:00+01:00", "11 Nov, 09:14"),
        ("2026-11-11T23:30:00-05:00", "11 Nov, 23:30"),
        ("2026-11-11T09:14:00Z", "11 Nov, 09:14"),
        ("2026-13-45", "2026-13-45"),
        ("<b>soon</b>", "<b>soon</b>"),
    ],
)
def test_a_date_is_said_as_the_outlet_wrote_it(published: str | None, said: str) -> None:
    assert dates.shown(published, TODAY, time=True) == said


def test_the_time_stands_only_where_it_is_asked_for() -> None:
    assert dates.shown("2026-11-11T09:14:00+01:00", TODAY) == "11 Nov"


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ("2026-01-01", "2026-11-12", "1 Jan to 12 Nov"),
        ("2026-11-12", "2026-11-12T08:00:00Z", "12 Nov"),
        ("2025-10-03", "2026-11-12", "3 Oct 2025 to 12 Nov 2026"),
        ("2025-10", "2025-11-12", "Oct 2025 to 12 Nov 2025"),
        (None, "2026-11-12", "to 12 Nov"),
        ("2026-01-01", None, "from 1 Jan"),
        (None, None, ""),
    ],
)
def test_the_days_covered_are_said_as_far_as_they_are_known(
    first: str | None, last: str | None, said: str
) -> None:
    assert dates.between(first, last, TODAY) == said
