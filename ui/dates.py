"""Dates for a reader: "11 Nov, 09:14", in the day and zone that the outlet wrote."""

from __future__ import annotations

from datetime import date, datetime

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def shown(published: str | None, today: date, *, time: bool = False, year: bool = False) -> str:
    """`YYYY`, `YYYY-MM`, `YYYY-MM-DD` or RFC 3339 as a reader says it; "undated" for None.

    The year stands only where it is not this one, or `year` asks for it; the time only where `time` asks for it and
    the outlet gave one.
    What is none of these is shown as it was written.
    """
    if published is None:
        return "undated"
    if len(published) == 4 and published.isdigit():
        return published
    try:
        if len(published) == 7:
            first = date.fromisoformat(f"{published}-01")
            return f"{MONTHS[first.month - 1]} {first.year}"
        moment = datetime.fromisoformat(published)
    except ValueError:
        return published
    day = f"{moment.day} {MONTHS[moment.month - 1]}"
    if year or moment.year != today.year:
        day += f" {moment.year}"
    return f"{day}, {moment:%H:%M}" if time and len(published) > 10 else day


def zoned(published: str | None) -> str:
    """The date exactly as it was written, with its zone: for the tooltip behind a short one."""
    return "no date stated" if published is None else published.replace("T", " ")


def between(first: str | None, last: str | None, today: date) -> str:
    """As "1 Jan to 12 Nov", "to 12 Nov", "from 1 Jan", or "" where neither end is known.

    Where one end has another year than this, both say theirs: "3 Oct 2025 to 12 Nov 2026".
    """
    if first and last:
        year = any(one[:4] != str(today.year) for one in (first, last))
        start, end = shown(first, today, year=year), shown(last, today, year=year)
        return start if start == end else f"{start} to {end}"
    if last:
        return f"to {shown(last, today)}"
    return f"from {shown(first, today)}" if first else ""
