"""Dates as outlets write them, in one of five forms; precision and zone are kept, nothing is invented.

    2026 · 2026-11 · 2026-11-12
    2026-11-12T09:14:00-05:00    RFC 3339
    2026-11-12T09:14             local, no zone stated

The fifth form is what "12 Nov 2026, 09:14" says: a time of day whose zone nobody gave. It has seconds only
where they were written. A zone named by letters becomes an offset where the letters mean one zone only
("EST", "CET"; "ET" by New York's rules of that day); "IST" means three, so its time is kept as local.
A date like 03/04/2026, which may be March or April, is not readable; neither is a two-digit year.
"""

from __future__ import annotations

import calendar
import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_OLDEST = 1600  # before there were newspapers, and where databases keep "no date" (0001-01-01)

_MONTH_NAMES = """
january jan januar janvier enero gennaio janeiro januari
february feb februar fevrier febrero febbraio fevereiro februari
march mar marz mars marzo marco maart
april apr avril abril aprile
may mai mayo maggio maio mei
june jun juni juin junio giugno junho
july jul juli juillet julio luglio julho
august aug aout agosto augustus
september sep sept septembre septiembre settembre setembro
october oct oktober octobre octubre ottobre outubro
november nov novembre noviembre novembro
december dec dezember decembre diciembre dicembre dezembro
"""
_MONTHS = {name: n for n, row in enumerate(_MONTH_NAMES.strip().splitlines(), 1) for name in row.split()}
_UNACCENTED = str.maketrans("äáàâéèêíïóôöúûüç", "aaaaeeeiiooouuuc")

_OFFSETS = {
    "EST": -300, "EDT": -240, "CST": -360, "CDT": -300, "MST": -420, "MDT": -360, "PST": -480, "PDT": -420,
    "AKST": -540, "AKDT": -480, "HST": -600, "WEST": 60, "BST": 60, "CET": 60, "CEST": 120, "EET": 120,
    "EEST": 180, "MSK": 180, "SAST": 120, "SGT": 480, "HKT": 480, "AWST": 480, "JST": 540, "KST": 540,
    "ACST": 570, "AEST": 600, "AEDT": 660, "NZST": 720, "NZDT": 780,
}  # fmt: skip
_REGIONS = {
    "ET": "America/New_York",
    "CT": "America/Chicago",
    "MT": "America/Denver",
    "PT": "America/Los_Angeles",
}

_ZONE = r"z|(?:utc|gmt)?\s*[+-]\d{1,2}(?::?\d{2})?|[a-z]{2,5}"
_TIME = re.compile(
    rf"(?P<hour>\d{{1,2}})(?:[:.h](?P<minute>\d\d)(?:[:.](?P<second>\d\d)(?P<fraction>\.\d{{1,9}})?)?)?"
    rf"(?:\s*(?P<half>a\.?m|p\.?m)\b\.?)?(?:\s*(?:uhr|hrs?|h)\b)?(?:\s*\(?(?P<zone>{_ZONE})\)?)?"
    r"(?:\s*\([a-z ]{2,40}\))?",
    re.I,
)
_COMPACT_TIME = re.compile(rf"(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)?(?P<zone>{_ZONE})?", re.I)
_MONTH = r"(?P<name>[^\W\d_]{3,10})\.?"
_YEAR = r"(?P<year>\d{4})(?!\d)"
_DAY = r"(?<!\d)(?P<day>\d{1,2})(?:st|nd|rd|th|º|\.)?"
_DATES = (
    re.compile(rf"(?<!\d){_YEAR}(?P<sep>[-/.])(?P<month>\d{{1,2}})(?P=sep)(?P<day>\d{{1,2}})(?!\d)t?", re.I),
    re.compile(rf"{_DAY}[\s-]*(?:of\s|de\s)?\s*{_MONTH}[,\s-]*(?:de\s|del\s)?\s*{_YEAR}", re.I),
    re.compile(rf"(?<![^\W\d_]){_MONTH}\s*{_DAY},?\s*{_YEAR}", re.I),
    re.compile(rf"(?<!\d)(?P<a>\d{{1,2}})(?P<sep>[-/.])(?P<b>\d{{1,2}})(?P=sep){_YEAR}"),
)
_MONTH_ONLY = re.compile(rf"{_MONTH},?\s*(?:de\s)?{_YEAR}", re.I)
_MONTH_NUMBER = re.compile(r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})")
_COMPACT = re.compile(r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)(?:t?(?P<time>\d{4,6}\S*))?", re.I)
_LABEL = re.compile(
    r"(?:(?:last|first|originally)\s+)?(?:published|updated|posted|modified|created|dated?|issued)"
    r"(?:\s+(?:on|at))?\s*:?\s+|on\s+",
    re.I,
)
_WEEKDAY = re.compile(
    r"\b(?:mon|tue|wed|thu|fri|sat|sun|tues|wednes|thurs|satur)(?:day|s|r|rs)?\b\.?,?"
    r"|\b(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag"
    r"|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)\b,?",
    re.I,
)
_EITHER = re.compile(r"(?:0?[1-9]|1[0-2])([-/.])(?:0?[1-9]|1[0-2])\1\d{4}")
_GLUE = " \t\r\n,;|·•–—-@"
_FORM = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?)?)?"
)


def parse_published(raw: object, *, today: date) -> str | None:
    """The date in one of the five forms; None where it is missing, unreadable or later than tomorrow."""
    return read_date(raw, today=today)[0]


def read_date(raw: object, *, today: date) -> tuple[str | None, str | None]:
    """(date in one of the five forms or None, why it is None or None). A missing date needs no reason."""
    if raw is None or (isinstance(raw, str) and not raw.strip()):
        return None, None
    said = _written(raw)
    found = _parse(said) if said else None
    if found is None and said and _EITHER.fullmatch(said):
        return None, f"day and month cannot be told apart in '{said}': kept undated"
    if found is None:
        return None, f"no readable date in '{_short(raw)}': kept undated"
    if day_range(found)[0] > int(f"{today + timedelta(days=1):%Y%m%d}"):
        return None, f"the date '{_short(raw)}' is later than tomorrow: kept undated"
    return found, None


def day_range(published: str) -> tuple[int, int]:
    """First and last possible day, as yyyymmdd, as the outlet wrote them: "2026-03" is (20260301, 20260331).

    Raises:
        ValueError: not one of the five forms.
    """
    year, month, day = _parts(published)[:3]
    if not month:
        return year * 10000 + 101, year * 10000 + 1231
    last = day or calendar.monthrange(year, month)[1]
    return year * 10000 + month * 100 + (day or 1), year * 10000 + month * 100 + last


def moment(published: str) -> float:
    """Seconds since 1970, to put articles in order and for nothing else.

    A coarse date counts from its first minute, a time without zone as UTC. Raises ValueError
    as `day_range` does.
    """
    year, month, day, hour, minute, second, zone = _parts(published)
    offset = _offset(zone) if zone else 0
    start = datetime(year, month or 1, day or 1, hour, minute, min(second, 59), tzinfo=UTC)
    return start.timestamp() - 60 * (offset or 0)


def _parts(published: str) -> tuple[int, int, int, int, int, int, str | None]:
    form = _FORM.fullmatch(published)
    if not form:
        raise ValueError(f"no date of the five forms: {published!r}")
    numbers = [int(g or 0) for g in form.groups()[:6]]
    return numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5], form[7]


def _short(raw: object) -> str:
    said = " ".join((raw if isinstance(raw, str) else repr(raw)).split())
    return said if len(said) <= 60 else said[:57] + "..."


def _written(raw: object) -> str | None:
    """A raw value as words; numbers of 10 or 13 digits are Unix time, which is UTC by definition."""
    if isinstance(raw, (datetime, date)):
        return raw.isoformat()
    if isinstance(raw, int) and not isinstance(raw, bool):
        raw = str(raw)
    if not isinstance(raw, str) or len(raw) > 200:
        return None
    said = " ".join(raw.split())
    if re.fullmatch(r"[12]\d{9}(?:\d{3})?", said):
        return datetime.fromtimestamp(int(said[:10]), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return said


def _parse(said: str) -> str | None:
    if re.fullmatch(r"\d{4}", said):
        return said if int(said) >= _OLDEST else None
    compact = _COMPACT.fullmatch(said)
    if compact:
        day = _day(int(compact["year"]), int(compact["month"]), int(compact["day"]))
        return _with_time(day, compact["time"] or "", _COMPACT_TIME)
    said = _LABEL.sub("", said, count=1)
    month = _MONTH_ONLY.fullmatch(said) or _MONTH_NUMBER.fullmatch(said)
    if month:
        return _month(int(month["year"]), _month_of(month.groupdict()))
    for pattern in _DATES:
        match = pattern.search(said)
        if match:
            rest = _WEEKDAY.sub(" ", said[: match.start()] + " " + said[match.end() :])
            rest = re.sub(r"\b(?:at|um|à)\b", " ", rest, flags=re.I).strip(_GLUE)
            return _with_time(_matched_day(match.groupdict()), rest, _TIME)
    return None


def _month(year: int, month: int) -> str | None:
    return f"{year:04}-{month:02}" if year >= _OLDEST and 1 <= month <= 12 else None


def month_number(name: str) -> int:
    """1 to 12 for a month's name or its short form, in the languages known; 0 for anything else."""
    return _MONTHS.get(name.lower().translate(_UNACCENTED), 0)


def _month_of(said: dict[str, str | None]) -> int:
    name = said.get("name")
    return month_number(name) if name else int(said["month"] or 0)


def _matched_day(said: dict[str, str | None]) -> date | None:
    """The day, or None: also where day and month cannot be told apart."""
    year = int(said["year"] or 0)
    if said.get("a"):
        first, second = int(said["a"] or 0), int(said["b"] or 0)
        if first <= 12 and second <= 12 and first != second:
            return None
        return _day(year, *((second, first) if second <= 12 else (first, second)))
    return _day(year, _month_of(said), int(said["day"] or 0))


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if year >= _OLDEST else None
    except ValueError:
        return None


def _with_time(day: date | None, rest: str, pattern: re.Pattern[str]) -> str | None:
    """The day with the time that stands beside it; None where what stands there is no time."""
    if day is None or not rest:
        return day.isoformat() if day else None
    match = pattern.fullmatch(rest)
    if not match:
        return None
    said = match.groupdict()
    hour, minute, second = int(said["hour"]), int(said["minute"] or 0), int(said["second"] or 0)
    half = (said.get("half") or "").lower().replace(".", "")
    if (said["minute"] is None and not half) or (half and not 1 <= hour <= 12):
        return None
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    if hour > 23 or minute > 59 or second > 59:
        return None
    zone = _zone(said["zone"], datetime(day.year, day.month, day.day, hour, minute))
    seconds = f":{second:02}{said.get('fraction') or ''}" if zone or said["second"] else ""
    return f"{day.isoformat()}T{hour:02}:{minute:02}{seconds}{zone}"


def _zone(said: str | None, local: datetime) -> str:
    """The zone as `Z` or `+hh:mm`; "" where none is stated or its letters mean more than one."""
    name = (said or "").upper().replace(" ", "")
    if not name:
        return ""
    if name in ("Z", "UTC", "GMT"):
        return "Z"
    minutes = _OFFSETS.get(name)
    if name in _REGIONS:
        try:
            shift = ZoneInfo(_REGIONS[name]).utcoffset(local)
        except ZoneInfoNotFoundError:
            return ""
        minutes = int(shift.total_seconds() // 60) if shift is not None else None
    if minutes is None:
        minutes = _offset(re.sub(r"^(?:UTC|GMT)", "", name))
    if minutes is None:
        return ""
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def _offset(said: str) -> int | None:
    """Minutes east of UTC in "+05:30", "-0500", "+1", "Z"; None for anything else."""
    match = re.fullmatch(r"([+-])(\d{1,2}):?(\d\d)?", said)
    if not match:
        return 0 if said == "Z" else None
    minutes = int(match[2]) * 60 + int(match[3] or 0)
    return (-minutes if match[1] == "-" else minutes) if minutes <= 14 * 60 + 59 else None
