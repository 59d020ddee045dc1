"""A story's course as the trade marks it: UPDATE 1, CORRECTED, REFILE, 2nd Ld-Writethru, KILL.

Which of two articles is a newer version of the other is told by what they say of themselves, never by guessing: by
`supersedes`, or by such a mark on a copy of the same story by the same agency or outlet, sent no earlier.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Literal

from rag.types import Article

Ending = Literal["withdrawn", "superseded"]
Mark = Literal["update", "correction", "kill"]

_START, _END = 400, 700

_KILL = re.compile(
    r"\s*(?:BC-\S+\s+)?(?:MANDATORY\s+)?(?:KILL\b\s*(?:[:–—-]|$)|STORY WITHDRAWN\b|WITHDRAWN\s*:)",
    re.MULTILINE,
)
_CORRECTED_TITLE = re.compile(
    r"\s*(?:\W{0,2}(?:CORRECTED|CORRECTION|CLARIFIED|CLARIFICATION|REFILE|RECAST)\b|(?:Corrected|Correction|Clarification)\s*[:–—-])"
    r"|.*[\[(](?i:corrected|correction|clarified)[\])]\s*$"
)
_CORRECTED_TEXT = re.compile(
    r"(?:^|\n)\s*[\[(*]*\s*(?:corrects|refiles|recasts|clarifies)\b"
    r"|\A\s*[\[(*]*\s*(?:correction|corrected|clarification)\b[^\n]{0,40}?[:–—-]",
    re.IGNORECASE,
)
_CORRECTED_PAGE = re.compile(
    r"(?:^|\n)\s*[\[(*]*\s*(?:correction|corrected|clarification)\b[^\n]{0,40}?[:–—-]"
    r"|\b(?:an earlier|a previous|the original) version of this (?:article|story|report|item)\b"
    r"|\bthis (?:article|story|report) (?:has been|was) (?:corrected|clarified|amended)\b",
    re.IGNORECASE,
)
_UPDATED_TITLE = re.compile(
    r"\s*\W{0,2}(?:UPDATED?\b|WRAPUP\b|WRITETHRU\b|(?:Update|Updated)(?:\s+\d+)?\s*[:–—-])"
    r"|.*\b\d(?:st|nd|rd|th)\s+(?:Ld|Lead|Write-?thru)\b|.*\bLd-Write-?thru\b|.*[\[(](?i:updated?)[\])]\s*$"
)
_UPDATED_TEXT = re.compile(r"(?:^|\n)\s*[\[(]\s*(?:adds|updates|updated)\b", re.IGNORECASE)
_UPDATED_PAGE = re.compile(r"\bthis (?:article|story|report) (?:has been|was) updated\b", re.IGNORECASE)
_NUMBER = re.compile(
    r"(?:UPDATE|Update|WRAPUP)[\s-]+(\d{1,2})\b|\b(\d)(?:st|nd|rd|th)\s+(?:Ld|Lead|Write-?thru)\b"
)
_NAMED = re.compile(
    r"\b(?:headlined|headed|titled|slugged|entitled|item|story|article|report)[,:]?\s+(?:[\"“‘'])([^\"”\n]{8,200}?)[\"”’']"
    r"(?=[\s,.;:)]|$)",
)


@dataclass(frozen=True, slots=True)
class Marks:
    """What an article says of itself: its strongest mark, and its number in the course of the story (0: first).

    `page`: it says so of its page only ("This story has been updated", below the text), not as an item of its own.
    """

    mark: Mark | None
    number: int
    page: bool = False


def marks(article: Article) -> Marks:
    """Read title, first and last lines."""
    return _marks(article.title or "", article.text[:_START], article.text[-_END:])


@lru_cache(maxsize=4096)
def _marks(title: str, start: str, end: str) -> Marks:
    numbered = _NUMBER.search(title) or _NUMBER.match(start)
    number = int(numbered[1] or numbered[2]) if numbered else 0
    if _kills(title, start):
        return Marks("kill", number)
    if _CORRECTED_TITLE.match(title) or _CORRECTED_TEXT.search(start):
        return Marks("correction", number)
    updated = numbered or _UPDATED_TITLE.match(title) or _UPDATED_TEXT.search(start)
    if _CORRECTED_PAGE.search(start) or _CORRECTED_PAGE.search(end):
        return Marks("correction", number, page=not updated)
    if updated:
        return Marks("update", number or 1)
    page = _UPDATED_PAGE.search(start) or _UPDATED_PAGE.search(end)
    return Marks("update", 1, page=True) if page else Marks(None, 0)


def is_kill(article: Article) -> bool:
    """Whether it says of itself that it takes another back. Withdrawn by hand, an article is no kill."""
    return _kills(article.title or "", article.text[:_START])


def _kills(title: str, start: str) -> bool:
    return bool(_KILL.match(title) or _KILL.match(start[:200]))


def named_titles(article: Article) -> tuple[str, ...]:
    """The headlines that a kill or a correction names, to look its story up by."""
    title = re.sub(
        r"^\s*(?:MANDATORY\s+)?(?:KILL|CORRECTED|CORRECTION|REFILE|RECAST)\s*[:–—-]\s*",
        "",
        article.title or "",
    )
    found = [match[1].strip(" ,") for match in _NAMED.finditer(article.text[:2000])]
    if title and title != article.title:
        found.insert(0, title.strip())
    return tuple(dict.fromkeys(found))


def ends(newer: Article, older: Article, *, copies: bool) -> Ending | None:
    """How `newer` ends `older`: it takes it back, it is its newer version, or neither.

    Args:
        copies: whether the two are of one near-duplicate group, or `older` is of one with the story that `newer`
            supersedes.

    A kill ends what it names in `supersedes` or by its headline, and copies of that by the same agency or outlet. A
    correction ends such copies too. An update ends an agency's own earlier version or the outlet's own: another
    outlet's copy may hold a paragraph that only it has. What a page says of itself ends what had the same headline
    only: an outlet's other article on the matter may share most of its words.
    """
    if newer.id == older.id:
        return None
    mark = marks(newer)
    if newer.supersedes == older.id:
        return "withdrawn" if mark.mark == "kill" or newer.status == "withdrawn" else "superseded"
    if mark.page and not _same_headline(newer, older):
        return None
    if mark.mark is None or is_kill(older) or not _same_source(newer, older, own=mark.mark == "update"):
        return None
    order = _order(newer, older)
    if mark.mark == "kill":
        named = bool(older.title) and _folded(older.title) in map(_folded, named_titles(newer))
        return "withdrawn" if order >= 0 and (copies or named) else None
    later = order > 0 or (order == 0 and _stage(mark) > _stage(marks(older)))
    return "superseded" if copies and later else None


def _same_source(newer: Article, older: Article, *, own: bool) -> bool:
    """Whether one agency or one outlet has both; `own`: an agency's copy in an outlet does not count."""
    agencies, outlets = (
        (_folded(newer.agency), _folded(older.agency)),
        (_folded(newer.outlet), _folded(older.outlet)),
    )
    if outlets[0] and outlets[0] == outlets[1]:
        return True
    if not agencies[0] or agencies[0] != agencies[1]:
        return False
    return not own or outlets[1] in ("", agencies[1])


def _same_headline(one: Article, other: Article) -> bool:
    """Whether both have the same headline; one that was cut short ("...") is the beginning of the other."""
    titles = [(article.title or "").rstrip() for article in (one, other)]
    shorter, longer = sorted(map(_folded, titles), key=len)
    cut = any(title.endswith(("...", "…")) and _folded(title) == shorter for title in titles)
    return bool(shorter) and (shorter == longer or (cut and longer.startswith(shorter)))


def _stage(mark: Marks) -> float:
    return mark.number + (0.5 if mark.mark == "correction" else 0.0)


def _folded(text: str | None) -> str:
    return " ".join(re.findall(r"\w+", (text or "").casefold()))


# Times

_STAMP = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?)?)?$"
)


def _order(a: Article, b: Article) -> int:
    """1 where `a` is surely later, -1 where surely earlier, 0 where the dates do not tell.

    A time without a zone is compared with another as the two were written: one source writes in one zone.
    """
    first, second = _interval(a.updated or a.published), _interval(b.updated or b.published)
    if first is None or second is None:
        return 0
    shift = (first[2] - second[2]) if first[2] is not None and second[2] is not None else timedelta(0)
    return (first[0] >= second[1] + shift) - (second[0] >= first[1] - shift)


def _interval(stamp: str | None) -> tuple[datetime, datetime, timedelta | None] | None:
    """The moments that a date stands for, half-open, as its outlet's clock showed them, and that clock's offset."""
    found = _STAMP.match(stamp or "")
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(part) if part else None for part in found.groups()[:6])
    try:
        begin = datetime(year or 1, month or 1, day or 1, hour or 0, minute or 0, second or 0, tzinfo=UTC)
    except ValueError:
        return None
    if hour is not None:
        end = begin + (timedelta(minutes=1) if second is None else timedelta(seconds=1))
    elif day is not None:
        end = begin + timedelta(days=1)
    elif month is not None:
        end = (begin + timedelta(days=31)).replace(day=1)
    else:
        end = begin.replace(year=begin.year + 1)
    return begin, end, _offset(found[7])


def _offset(zone: str | None) -> timedelta | None:
    if zone is None:
        return None
    if zone == "Z":
        return timedelta(0)
    size = timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))
    return -size if zone[0] == "-" else size
