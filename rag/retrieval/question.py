"""What a question asks for beside its words: dates and outlets said in it, read into the scope as chips.

Careful on purpose: an event's date is no date of publication. "since 1 March", "last week" and "in October" only say
from when on articles count (a story on last week's event may be written today, one on today's announced yesterday),
"before May" until when; undated articles stay in. An outlet counts when the question says that it reported, never by
its name alone; so does an agency that articles credit.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from rag.errors import UsageError
from rag.types import Chip, Reading, Scope

LONGEST = 4_000  # characters of a question


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with the scope that it and the reader's own filters give together."""

    question: str
    scope: Scope
    chips: tuple[Chip, ...]


def read_question(
    question: str,
    scope: Scope,
    *,
    today: date,
    outlets: Sequence[str],
    agencies: Sequence[str] = (),
    not_read: Collection[Reading] = (),
) -> Asked:
    """Read dates, outlets and credited agencies out of a question, but for the readings in `not_read`. What the reader
    filtered already is never overruled.

    Raises:
        UsageError: the question is empty or too long.
    """
    question = " ".join(question.replace("\0", " ").split())
    if not question:
        raise UsageError(
            "The question",
            "it is empty",
            'Ask in a sentence ("Who opened the bridge?"), or name words to search for ("Tarn bridge").',
        )
    if len(question) > LONGEST:
        fault = f"it has {len(question):,} characters, more than {LONGEST:,}"
        raise UsageError("The question", fault, "Ask something shorter; a whole text goes in as an article.")
    chips: list[Chip] = []
    if scope.from_ is None and scope.to is None:
        for chip in _dates(question, today):
            if chip.field in not_read:
                continue
            chips.append(chip)
            scope = replace(scope, undated=True)
            scope = (
                replace(scope, from_=chip.value) if chip.field == "from" else replace(scope, to=chip.value)
            )
    if "outlet" not in not_read and not (scope.outlets or scope.not_outlets or scope.agencies):
        said = _outlet(question, outlets, agencies)
        if said is not None:
            chips.append(said)
            named = (said.value,)
            scope = (
                replace(scope, outlets=named) if said.field == "outlets" else replace(scope, agencies=named)
            )
    return Asked(question, scope, tuple(chips))


MONTHS = "january february march april may june july august september october november december".split()
_MONTH = "(?P<month>" + "|".join(f"{name[:3]}(?:{name[3:]})?" for name in MONTHS) + r")\.?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_WHEN = (
    rf"(?:(?P<iso>\d{{4}}-\d\d(?:-\d\d)?)|{_DAY}\s+(?:of\s+)?{_MONTH}(?:,?\s+{_YEAR})?"
    rf"|{_MONTH.replace('<month>', '<month2>')}\s+{_DAY.replace('<day>', '<day2>')}(?!\d)"
    rf"(?:,?\s+{_YEAR.replace('<year>', '<year2>')})?"
    rf"|{_MONTH.replace('<month>', '<month3>')}(?:\s+{_YEAR.replace('<year>', '<year3>')})?"
    rf"|{_YEAR.replace('<year>', '<year4>')})\b"
)
_SINCE = re.compile(rf"\b(?:since|published after)\s+{_WHEN}", re.IGNORECASE)
_UNTIL = re.compile(rf"\b(?:published before|published until|up to|until)\s+{_WHEN}", re.IGNORECASE)
_IN_MONTH = re.compile(
    rf"\b(?:in|during)\s+(?:{_MONTH}\s+{_YEAR}|(?:this|last)\s+{_MONTH.replace('<month>', '<month2>')})\b",
    re.I,
)
_NUMBERS = {
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "ten": 10,
    "few": 3,
    "couple of": 2,
}
_PAST = re.compile(
    rf"\b(?:in|over|during|within)?\s*the\s+(?:past|last)\s+"
    rf"(?P<count>\d{{1,3}}|{'|'.join(_NUMBERS)})\s+(?P<unit>day|week|month)s?\b",
    re.IGNORECASE,
)
_RELATIVE = re.compile(
    r"\b(?P<said>(?<!as of )today|yesterday|this week|last week|this month|last month|this year|last year|"
    r"(?:the )?past (?:day|week|month|year)|(?:the )?last 24 hours)\b",
    re.IGNORECASE,
)
# What came about today was reported since yesterday; how things stand today ("Is the bridge open today?", "What is he
# charged with as of today?") may have been reported long ago.
_STANDS = re.compile(r"^\W*(?:\w+\s+){0,3}?(?:is|are|can|may|must|do|does|will)\b", re.IGNORECASE)


def _dates(question: str, today: date) -> Iterable[Chip]:
    since = _SINCE.search(question)
    until = _UNTIL.search(question)
    for match, field in ((since, "from"), (until, "to")):
        if match is not None:
            before = match[0].lower().startswith("published before")
            day = _absolute(match, today, last=field == "to" and not before)
            if day is not None:
                day -= timedelta(days=before)
                label = f"published {'since' if field == 'from' else 'until'} {_said(day)}"
                yield Chip(field, day.isoformat(), match[0].strip(), label)
    if since is None and until is None:
        found = _window(question, today)
        if found is not None:
            said, day = found
            yield Chip("from", day.isoformat(), said, f"published since {_said(day)}")


def _window(question: str, today: date) -> tuple[str, date] | None:
    past = _PAST.search(question)
    if past is not None:
        count = _NUMBERS.get(past["count"].lower()) or int(past["count"])
        days = {"day": 1, "week": 7, "month": 31}[past["unit"].lower()] * count
        return past[0].strip(), today - timedelta(days=days)
    month = _IN_MONTH.search(question)
    if month is not None:
        number = _month(month["month"] or month["month2"])
        year = int(month["year"]) if month["year"] else today.year - (number > today.month)
        return month[0].strip(), date(year, number, 1)
    relative = _RELATIVE.search(question)
    if relative is None or (relative["said"].lower() == "today" and _STANDS.match(question)):
        return None
    return relative[0].strip(), _begin(relative["said"].lower().removeprefix("the "), today)


def _begin(said: str, today: date) -> date:
    """From when on articles count: what is said of now may have been announced a while before."""
    monday = today - timedelta(days=today.weekday())
    month = today.replace(day=1)
    return {
        "today": today - timedelta(days=1),
        "yesterday": today - timedelta(days=1),
        "past day": today - timedelta(days=1),
        "last 24 hours": today - timedelta(days=1),
        "this week": monday - timedelta(days=7),
        "last week": monday - timedelta(days=7),
        "past week": today - timedelta(days=7),
        "this month": month - timedelta(days=7),
        "last month": (month - timedelta(days=1)).replace(day=1),
        "past month": today - timedelta(days=31),
        "this year": date(today.year - 1, 12, 1),
        "last year": date(today.year - 1, 1, 1),
        "past year": today - timedelta(days=365),
    }[said]


_THEN = re.compile(rf"\b(?:in|during|on)\s+(?:(?:this|last)\s+)?{_WHEN}", re.IGNORECASE)


def days_said(question: str, today: date) -> tuple[Chip, ...]:
    """The days that a question about the coverage itself names: both ends, for here they mean publication."""
    found: dict[str, tuple[date, str]] = {}
    for pattern, field in ((_SINCE, "from"), (_UNTIL, "to")):
        match = pattern.search(question)
        day = _absolute(match, today, last=field == "to") if match else None
        if match and day is not None:
            found[field] = day - timedelta(days=match[0].lower().startswith("published before")), match[0]
    relative, past = _RELATIVE.search(question), _PAST.search(question)
    then = _THEN.search(question)
    if found:
        pass
    elif past is not None and (window := _window(question, today)):
        found = {"from": (window[1], past[0]), "to": (today, past[0])}
    elif relative is not None:
        first, last = _exactly(relative["said"].lower().removeprefix("the "), today)
        found = {"from": (first, relative[0]), "to": (last, relative[0])}
    elif then is not None:
        days = _absolute(then, today, last=False), _absolute(then, today, last=True)
        if days[0] and days[1]:
            found = {"from": (days[0], then[0]), "to": (days[1], then[0])}
    return tuple(
        Chip(
            field,
            day.isoformat(),
            said.strip(),
            f"published {'since' if field == 'from' else 'until'} {_said(day)}",
        )
        for field, (day, said) in found.items()
    )


def _exactly(said: str, today: date) -> tuple[date, date]:
    """First and last day of what is said of now, none before or after."""
    monday, month = today - timedelta(days=today.weekday()), today.replace(day=1)
    last_month = (month - timedelta(days=1)).replace(day=1)
    back = {"today": 0, "yesterday": 1, "past day": 1, "last 24 hours": 1, "past week": 7}
    back |= {"past month": 31, "past year": 365}
    if said in back:
        first = today - timedelta(days=back[said])
        return first, first if said == "yesterday" else today
    return {
        "this week": (monday, today),
        "last week": (monday - timedelta(days=7), monday - timedelta(days=1)),
        "this month": (month, today),
        "last month": (last_month, month - timedelta(days=1)),
        "this year": (date(today.year, 1, 1), today),
        "last year": (date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)),
    }[said]


def _absolute(match: re.Match[str], today: date, *, last: bool) -> date | None:
    parts = {name: value for name, value in match.groupdict().items() if value}
    if "iso" in parts:
        numbers = [int(part) for part in parts["iso"].split("-")]
    else:
        month_name = parts.get("month") or parts.get("month2") or parts.get("month3")
        named = [parts[name] for name in ("year", "year2", "year3", "year4") if name in parts]
        day = parts.get("day") or parts.get("day2")
        month = _month(month_name) if month_name else None
        year = int(named[0]) if named else today.year - (month is not None and month > today.month)
        numbers = [year] + ([month] if month else []) + ([int(day)] if day and month else [])
    try:
        return _edge(numbers, last=last)
    except ValueError:
        return None


def _edge(numbers: Sequence[int], *, last: bool) -> date:
    year = numbers[0]
    if len(numbers) == 1:
        return date(year, 12, 31) if last else date(year, 1, 1)
    month = numbers[1]
    if len(numbers) == 2:
        return date(year, month, monthrange(year, month)[1] if last else 1)
    return date(year, month, numbers[2])


def _month(name: str) -> int:
    return next(number for number, month in enumerate(MONTHS, 1) if month.startswith(name.lower()[:3]))


def _said(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1][:3].title()} {day.year}"


def _outlet(question: str, outlets: Sequence[str], agencies: Sequence[str]) -> Chip | None:
    for outlet in sorted({*outlets, *agencies}, key=lambda name: (-len(name), name)):
        name = re.escape(outlet.removeprefix("The ").removeprefix("the "))
        reports = (
            r"(?:report(?:s|ed)?|writes?|wrote|publish(?:es|ed)?|say|said|says|cover(?:s|ed)?|call(?:s|ed)?)"
        )
        pattern = (
            rf"\baccording to (?:the )?{name}(?!\w)|\b(?:did|does|has|have) (?:the )?{name} {reports}\b"
            rf"|\b(?:articles?|stories|pieces?|editorials?|reported|published) (?:in|by|from) (?:the )?{name}(?!\w)"
            rf"|\bin (?:the )?{name}['’]s? (?:report|coverage|story|editorial|words)\b"
        )
        match = re.search(pattern, question, re.IGNORECASE)
        if match is not None:
            if outlet not in outlets:
                return Chip("agencies", outlet, match[0], f"credits {outlet}")
            both = "agencies" if outlet in agencies else None
            return Chip("outlets", outlet, match[0], f"outlet {outlet}", both)
    return None
