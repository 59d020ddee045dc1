"""Patterns that read a date, an outlet, a page out of a path, a file's name or a line of its text.

Written by a journalist: `{outlet}/{date:YYYY-MM-DD}_p{page}_*`. Fields stand in braces, `*` is anything (in a path: but
a slash), `**` any folders, a backslash takes the next character as it is; all else stands for itself, whatever its
case. Or by an engineer: a regular expression with named groups, `(?P<outlet>\\w+)`.

No pattern can hang an ingest: all are matched by RE2 (through pyarrow), which takes time in proportion to what it reads
and knows no pattern that is slow; what it lacks for that (looking around, references back) is refused with its place.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from rag.errors import UsageError
from rag.reading.dates import month_number, read_date

Where = Literal["path", "name", "line"]
TEXT_FIELDS = ("outlet", "agency", "byline", "section", "kind", "language")
FIELDS = ("date", "year", "month", "day", "page", *TEXT_FIELDS)
LONGEST = 300  # characters of a pattern
SEEN = 1000  # characters of a path or a line that are matched
_FAR = date(9000, 1, 1)  # whether a date lies ahead is judged by who stores it
_PARTS = ("YYYY", "YY", "Month", "Mon", "MM", "M", "DD", "D")
_NAME = r"\pL{3,10}"
_SPACE = r"[\s\pZ]+"
_PART_GROUPS = {
    "YYYY": r"(?P<year>\d{4})",
    "YY": r"(?P<short>\d\d)",
    "Month": rf"(?P<month>{_NAME})\.?",
    "Mon": rf"(?P<month>{_NAME})\.?",
    "MM": r"(?P<month>\d\d)",
    "M": r"(?P<month>\d{1,2})",
    "DD": r"(?P<day>\d\d)",
    "D": r"(?P<day>\d{1,2})(?:st|nd|rd|th|\.)?",
}
_TOKEN = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]?|\((?:\?P?<([^=!>][^>]*)>)?|.", re.S)


@dataclass(frozen=True, slots=True)
class Matched:
    """What a pattern read: values by field of `FIELDS`, the date in one of our forms; `faults` of what is no date."""

    values: dict[str, str]
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern ready to match. `fields` are those it reads, "date" for the parts of one too."""

    expression: str
    fields: frozenset[str]

    def matches(self, said: Sequence[str], today: date) -> list[Matched | None]:
        """What it reads in each, None where it does not match."""
        found = _search(self.expression, [one[:SEEN] for one in said])
        return [None if groups is None else _read(groups, today) for groups in found]


def compiled(pattern: str, where: Where, *, plain: bool, at: int = 0) -> Pattern:
    """A pattern, of a journalist's (`plain`) or a regular expression.

    Args:
        at: where the pattern begins in what the user wrote: faults name the place from there.

    Raises:
        UsageError: the fault and its place in the pattern.
    """
    if len(pattern) > LONGEST:
        raise UsageError("The pattern", f"it has {len(pattern)} characters", f"Use at most {LONGEST}.")
    if not pattern.strip():
        raise UsageError("The pattern", "it is empty", "Write one, as {outlet}/{date:YYYY-MM-DD}_*.")
    return _plain(pattern, where, at) if plain else _regular(pattern, at)


def _fault(at: int, what: str, way_out: str) -> UsageError:
    return UsageError(f"The pattern, character {at + 1}", what, way_out)


def _search(expression: str, said: Sequence[str]) -> list[dict[str, str] | None]:
    import pyarrow  # 0.1 s, and only libraries with rules need it
    from pyarrow import compute

    return list(compute.extract_regex(pyarrow.array(said, pyarrow.string()), pattern=expression).to_pylist())


def _regular(pattern: str, at: int) -> Pattern:
    """Groups without a name are none of ours, and RE2 is asked for named ones only."""
    made, fields = ["(?i)"], list[str]()
    for token in _TOKEN.finditer(pattern):
        name = token[1]
        if name is not None and (name not in FIELDS or name in fields):
            fault = f"'{name}' is given twice" if name in fields else f"there is no field '{name[:30]}'"
            raise _fault(at + token.start(1), fault, f"Fields are, once each: {', '.join(FIELDS)}.")
        fields += [name] if name else []
        if name:
            made.append(f"(?P<{name}>")
        elif token[0] == "(":
            made.append("(" if pattern.startswith("?", token.end()) else "(?:")
        else:
            made.append(token[0])
    expression = "".join(made)
    try:
        _search(expression if fields else f"{expression}(?P<date>)", [""])
    except ValueError as error:
        place, fault = _what_is_wrong(pattern, str(error))
        raise _fault(at + place, fault, "Put a \\ before a mark that stands for itself.") from error
    return Pattern(expression if fields else f"{expression}(?P<date>)", _dated(frozenset(fields)))


def _what_is_wrong(pattern: str, said: str) -> tuple[int, str]:
    """Where a regular expression is wrong, and how."""
    fault, _, part = said.removeprefix("Invalid regular expression: ").partition(": ")
    try:
        re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        return getattr(error, "pos", None) or 0, f"no regular expression: {getattr(error, 'msg', error)}"
    return max(
        0, pattern.find(part)
    ), f"no regular expression that is used here: {fault} {part[:40]}".rstrip()


def _plain(pattern: str, where: Where, at: int) -> Pattern:
    made, fields, place = [], list[str](), 0
    just_a_field = False
    while place < len(pattern):
        sign = pattern[place]
        if sign == "{":
            end = pattern.find("}", place)
            if end < 0:
                raise _fault(at + place, "a { that no } closes", "Close it, or write \\{ for a brace.")
            if just_a_field:
                fault = "two fields side by side cannot be told apart"
                raise _fault(at + place, fault, "Put what stands between them between them.")
            made.append(_field(pattern[place + 1 : end], where, at + place, fields))
            place, just_a_field = end + 1, True
            continue
        just_a_field = False
        if sign == "}":
            raise _fault(at + place, "a } that no { opens", "Write \\} for a brace.")
        if sign == "\\" and place + 1 < len(pattern):
            made.append(re.escape(pattern[place + 1]))
            place += 2
            continue
        if sign == "*":
            size = 2 if pattern.startswith("**", place) else 1
            any_folders = size == 2 and pattern.startswith("/", place + 2)
            made.append("(?:.*/)?" if any_folders else ".*" if size == 2 or where == "line" else "[^/]*")
            place += size + any_folders
            continue
        made.append(_SPACE if sign.isspace() else re.escape(sign))
        place += 1
    before = "" if where != "path" or pattern.startswith("/") else "(?:.*/)?"
    named = "" if fields else "(?P<date>)"
    expression = rf"(?is)\A{before}{''.join(made)}{named}\z"
    return Pattern(expression, _dated(frozenset(fields)))


def _field(inner: str, where: Where, at: int, fields: list[str]) -> str:
    name, colon, form = inner.partition(":")
    name = name.strip().lower()
    if name not in FIELDS:
        raise _fault(at + 1, f"there is no field '{name[:30]}'", f"Fields are: {', '.join(FIELDS)}.")
    if name in fields or (name == "date" and set(fields) & {"year", "month", "day"}):
        raise _fault(at + 1, f"'{name}' is given twice", "Give it once.")
    if name in ("year", "month", "day") and "date" in fields:
        raise _fault(at + 1, f"'{name}' beside a date", "Write the date's parts in one: {date:YYYY-MM-DD}.")
    if colon and name != "date":
        raise _fault(at + 2 + len(name), f"'{name}' takes no form", f"Write {{{name}}}.")
    fields.append(name)
    if colon:
        return _dates(form, at + 2 + inner.index(":"))
    anything = ".+?" if where == "line" else "[^/]+?"
    of = {"page": "[0-9a-z]{1,8}", "year": r"\d{4}", "month": rf"\d{{1,2}}|{_NAME}", "day": r"\d{1,2}"}
    return f"(?P<{name}>{of.get(name, anything)})"


def _dates(form: str, at: int) -> str:
    """A date's form, as YYYY-MM-DD or D Month YYYY, as an expression."""
    made, seen, place = [], set[str](), 0
    while place < len(form):
        part = next((one for one in _PARTS if form.startswith(one, place)), None)
        if part is None:
            if form[place].isalpha():
                fault = f"'{form[place]}' is no part of a date"
                raise _fault(at + place, fault, "Parts are YYYY, YY, MM, M, Month, DD and D.")
            made.append(_SPACE if form[place].isspace() else re.escape(form[place]))
            place += 1
            continue
        what = part[0]
        if what in seen:
            raise _fault(at + place, "this part of the date is given twice", "Give it once.")
        seen.add(what)
        made.append(_PART_GROUPS[part])
        place += len(part)
    if "Y" not in seen or ("D" in seen and "M" not in seen):
        need = "the year" if "Y" not in seen else "the month"
        raise _fault(at, f"the date's form lacks {need}", "Write it as YYYY-MM-DD, YYYY-MM or YYYY.")
    return "".join(made)


def _dated(fields: frozenset[str]) -> frozenset[str]:
    parts = {"year", "month", "day"}
    return (fields - parts) | {"date"} if fields & parts else fields


def _read(groups: dict[str, str], today: date) -> Matched:
    said = {name: " ".join(value.split()) for name, value in groups.items() if value and value.strip()}
    values = {name: said[name] for name in TEXT_FIELDS if name in said}
    if "page" in said:
        values["page"] = said["page"].lstrip("0") or "0"
    found, fault = _date(said, today)
    if found is not None:
        values["date"] = found
    return Matched(values, (fault,) if fault else ())


def _date(said: dict[str, str], today: date) -> tuple[str | None, str | None]:
    """The date, and why it is none where it is said and is none."""
    if "date" in said:
        found, _ = read_date(said["date"], today=_FAR)
        return found, None if found else f"no readable date in '{said['date'][:60]}'"
    year = _year(said, today)
    if year is None:
        return None, None
    month, day = said.get("month"), said.get("day")
    if month is None:
        return f"{year:04}", None
    number = int(month) if month.isdigit() else month_number(month)
    as_said = " ".join(part for part in (day, month, str(year)) if part)
    if not 1 <= number <= 12:
        return None, f"there is no month '{month}' ('{as_said}')"
    if day is None:
        return f"{year:04}-{number:02}", None
    try:
        return date(year, number, int(day)).isoformat(), None
    except ValueError:
        return None, f"there is no day {year:04}-{number:02}-{int(day):02}"


def _year(said: dict[str, str], today: date) -> int | None:
    """YY is a year up to the next one, else of the century before."""
    if "short" not in said:
        return int(said["year"]) if "year" in said else None
    century = today.year // 100 * 100
    year = century + int(said["short"])
    return year if year <= today.year + 1 else year - 100
