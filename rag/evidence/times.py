"""Dates as news writes them: weekdays, days, months and years, and "yesterday", resolved against publication."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from rag.reading.dates import day_range

Form = Literal["weekday", "day", "month", "year", "relative", "clock"]
Days = tuple[date, date]

_WEEKDAYS = [day.lower() for day in calendar.day_name]
_MONTHS = {
    **{name.lower(): number for number, name in enumerate(calendar.month_name) if name},
    **{name.lower(): number for number, name in enumerate(calendar.month_abbr) if name},
    "sept": 9,
}
_LONG = "January|February|April|June|July|August|September|October|November|December"
_MONTH = rf"(?P<month>{_LONG}|March|May|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b\.?)"
_DAY = r"(?P<day>[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?(?![\d:,.]\d)"
_YEAR = r"(?P<year>1[5-9]\d\d|20\d\d)(?!\d)"
_COUNT = "a|one|two|three|four|five|six|seven|eight|nine|ten|twelve|\\d{1,3}"
_COUNTS = {
    word: n for n, word in enumerate("zero one two three four five six seven eight nine ten".split())
} | {
    "a": 1,
    "twelve": 12,
}


@dataclass(frozen=True, slots=True)
class When:
    """A date in a sentence. `said` is what it says by itself (year, month, day; weekday 0 to 6; minutes of a clock);
    `days` the first and last day it may be, where that can be told."""

    text: str
    start: int
    end: int
    form: Form
    said: tuple[int | str, ...]
    days: Days | None


def times(text: str, published: str | None) -> tuple[When, ...]:
    """The dates of a sentence in order; relative ones are resolved where `published` tells the day."""
    day = _published(published)
    found: list[When] = []
    for pattern, form, read in _FORMS:
        for match in pattern.finditer(text):
            if any(match.start() < one.end and one.start < match.end() for one in found):
                continue
            said, days = read(match, day)
            if said:
                found.append(When(match[0], match.start(), match.end(), form, said, days))
    return tuple(sorted(found, key=lambda one: one.start))


def _published(published: str | None) -> date | None:
    if not published:
        return None
    try:
        first, last = day_range(published)
    except ValueError:
        return None
    return date(first // 10000, first // 100 % 100, first % 100) if first == last else None


Said = tuple[tuple[int | str, ...], Days | None]


def _full(match: re.Match[str], published: date | None) -> Said:
    parts = match.groupdict()
    month, day = _MONTHS[match["month"].lower().rstrip(".")], int(parts.get("day") or 0)
    year = int(parts.get("year") or 0)
    said: tuple[int | str, ...] = (year, month, day)
    known = year or _nearest_year(month, day, published)
    return said, _span(known, month, day) if known else None


def _nearest_year(month: int, day: int, published: date | None) -> int:
    if published is None:
        return 0
    near = [
        one for one in (_span(published.year + step, month, day) for step in (-1, 0, 1)) if one is not None
    ]
    return min((one[0] for one in near), key=lambda one: abs((one - published).days), default=published).year


def _span(year: int, month: int, day: int) -> Days | None:
    try:
        last = day or calendar.monthrange(year, month)[1]
        return date(year, month, day or 1), date(year, month, last)
    except ValueError:
        return None


def _numeric(match: re.Match[str], published: date | None) -> Said:
    days = _span(int(match["year"]), int(match["m"]), int(match["d"]))
    return ((int(match["year"]), int(match["m"]), int(match["d"])), days) if days else ((), None)


def _year(match: re.Match[str], published: date | None) -> Said:
    year = int(match["year"])
    return (year, 0, 0), (date(year, 1, 1), date(year, 12, 31))


def _weekday(match: re.Match[str], published: date | None) -> Said:
    day = _WEEKDAYS.index(match["weekday"].lower())
    if published is None:
        return (day,), None
    back = (published.weekday() - day) % 7
    turn = (match["turn"] or "").lower()
    if turn == "last" and back == 0:
        back = 7
    if turn == "next":
        back -= 7
    on = published - timedelta(days=back)
    return (day,), (on, on)


def _relative(match: re.Match[str], published: date | None) -> Said:
    word = " ".join(match[0].lower().split())
    if published is None:
        return (word,), None
    step = {"yesterday": -1, "last night": -1, "today": 0, "tonight": 0, "this morning": 0, "this afternoon": 0,
            "this evening": 0, "tomorrow": 1, "earlier today": 0, "overnight": 0}.get(word)  # fmt: skip
    if step is not None:
        on = published + timedelta(days=step)
        return (word,), (on, on)
    turn, unit = word.split()[0], word.split()[-1]
    move = {"last": -1, "next": 1}.get(turn, 0)
    if unit == "week":
        monday = published - timedelta(days=published.weekday()) + timedelta(weeks=move)
        return (word,), (monday, monday + timedelta(days=6))
    if unit == "month":
        index = published.year * 12 + published.month - 1 + move
        return (word,), _span(index // 12, index % 12 + 1, 0)
    return (word,), (date(published.year + move, 1, 1), date(published.year + move, 12, 31))


def _ago(match: re.Match[str], published: date | None) -> Said:
    word = " ".join(match[0].lower().split())
    count = match["count"].lower()
    number = int(count) if count.isdigit() else _COUNTS[count]
    unit = match["unit"].lower()
    if published is None:
        return (word,), None
    if unit == "year":
        return (word,), (date(published.year - number, 1, 1), date(published.year - number, 12, 31))
    slack = {"day": 0, "week": 3, "month": 16}[unit]
    on = published - timedelta(days=number * {"day": 1, "week": 7, "month": 30}[unit])
    return (word,), (on - timedelta(days=slack), on + timedelta(days=slack))


def _clock(match: re.Match[str], published: date | None) -> Said:
    if match["word"]:
        return ((12 if match["word"].lower() == "noon" else 0) * 60,), None
    hour, minute = int(match["hour"] or match["hour24"]), int(match["minute"] or match["minute24"] or 0)
    half = (match["half"] or "").lower().replace(".", "")
    if hour > 23 or minute > 59 or (half and hour > 12):
        return (), None
    hour = hour % 12 + 12 * (half == "pm") if half else hour
    return (hour * 60 + minute,), None


_FORMS: list[tuple[re.Pattern[str], Form, Callable[[re.Match[str], date | None], Said]]] = [
    (re.compile(r"\b(?P<year>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)\b"), "day", _numeric),
    (re.compile(rf"\b{_DAY}(?: of)? {_MONTH},?(?: {_YEAR})?", re.I), "day", _full),
    (re.compile(rf"\b{_MONTH} {_DAY}(?:,? {_YEAR})?", re.I), "day", _full),
    (re.compile(rf"\b{_MONTH}(?: of)?,? {_YEAR}", re.I), "month", _full),
    (re.compile(rf"\b(?:(?P<turn>last|next|this) )?(?P<weekday>{'|'.join(_WEEKDAYS)})\b", re.I), "weekday", _weekday),
    (
        re.compile(
            r"(?<![\w.:])(?:(?P<hour>\d{1,2})(?:[:.](?P<minute>\d\d))? ?(?P<half>[ap]\.?m\b\.?)|"
            r"(?P<word>noon|midnight)\b|(?P<hour24>\d{1,2}):(?P<minute24>\d\d)(?![\w:.]))",
            re.I,
        ),
        "clock",
        _clock,
    ),
    (re.compile(rf"\b(?P<count>{_COUNT}) (?P<unit>day|week|month|year)s? (?:ago|earlier)\b", re.I), "relative", _ago),
    (
        re.compile(
            r"\b(?:yesterday|today|tonight|tomorrow|overnight|last night|this (?:morning|afternoon|evening)|"
            r"(?:last|this|next) (?:week|month|year))\b",
            re.I,
        ),
        "relative",
        _relative,
    ),
    (
        re.compile(rf"\b(?P<month>{_LONG}|(?:(?<=in )|(?<=last ))(?:March|May))\b"),
        "month",
        _full,
    ),
    (
        re.compile(
            rf"(?<![\w.,$£€-]){_YEAR}(?![\w%]|,\d| (?:people|men|women|homes|jobs|tons|tonnes|miles|km|dollars)\b)"
        ),
        "year",
        _year,
    ),
]  # fmt: skip


def same(said: When, source: When) -> bool:
    """Whether the two may mean one day: their words agree, or the days they may be overlap."""
    if said.form == "clock" or source.form == "clock":
        return said.form == source.form and said.said == source.said
    if "weekday" in (said.form, source.form) and said.form != source.form:
        return _on_weekday(said, source) or _on_weekday(source, said)
    if said.days and source.days:
        return said.days[0] <= source.days[1] and source.days[0] <= said.days[1]
    if "relative" in (said.form, source.form) or "weekday" in (said.form, source.form):
        return said.form == source.form and said.said == source.said
    return all(
        one == other or not one or not other for one, other in zip(said.said, source.said, strict=True)
    )


def _on_weekday(weekday: When, other: When) -> bool:
    """Whether the other's day is that weekday, within a week of the one nearest before publication."""
    if weekday.form != "weekday" or not weekday.days or not other.days:
        return False
    first, last = other.days
    if first != last:
        return first - timedelta(days=7) <= weekday.days[0] <= last + timedelta(days=7)
    return first.weekday() == weekday.said[0] and abs((first - weekday.days[0]).days) <= 7


def comparable(said: When, source: When) -> bool:
    """Whether a difference between the two can be told: both of a kind, or both resolved to days."""
    if "clock" in (said.form, source.form):
        return said.form == source.form
    if said.form == source.form:
        return said.form != "relative" or bool(said.days and source.days)
    return bool(said.days and source.days)
