"""Where an article quotes: the ranges between quotation marks, one where it runs over paragraphs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

# What closes after each mark that opens. A straight one and » open or close by what stands beside them.
_CLOSING = {"“": "”", "«": "»", "„": "“”", '"': '"', "»": "«", "‘": "’"}
_BEFORE = re.compile(r"[\s(\[—–/‘'-]")
_BLANK = re.compile(r"\n[^\S\n]*\n\s*")
_LINE = re.compile(r"\n\s*")
_MARKS = re.compile(r"[“”„«»\"]")
_SINGLE = re.compile(r"[‘’]")
_WORD = re.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True)
class Quoted:
    """Words in quotation marks: `text[start:end]`, without the marks and a comma before the last; `opens` is where the
    first mark stands, `closes` is after the last. A quotation over paragraphs holds what stands between them."""

    start: int
    end: int
    opens: int
    closes: int


def paragraphs(text: str) -> list[tuple[int, int]]:
    """Where paragraphs begin and end: at blank lines, or where there are none at each line."""
    gap = _BLANK if _BLANK.search(text.strip()) else _LINE
    found, begin = [], 0
    for match in gap.finditer(text):
        if text[begin : match.start()].strip():
            found.append((begin, match.start()))
        begin = match.end()
    if text[begin:].strip():
        found.append((begin, len(text)))
    return found


def quoted(text: str, parts: Sequence[tuple[int, int]]) -> list[Quoted]:
    """The quotations of a text with these paragraphs, in order. What never closes is none.

    ‘Single’ marks count only where the text has no others: within others they are quotations of quotations.
    """
    marks = _MARKS if _MARKS.search(text) else _SINGLE
    return [one for one in _quoted(text, parts, marks) if _WORD.search(text[one.start : one.end])]


def _quoted(text: str, parts: Sequence[tuple[int, int]], marks: re.Pattern[str]) -> Iterator[Quoted]:
    opened: tuple[int, str] | None = None  # where, and by which mark
    for begin, end in parts:
        if opened is not None and text[begin] != opened[1]:
            opened = None
        goes_on = opened is not None
        for match in marks.finditer(text, begin, end):
            at, mark = match.start(), match[0]
            if goes_on and at == begin:
                continue  # the mark that says that the quotation goes on
            if opened is not None and mark in _CLOSING[opened[1]] and _ends(text, at, mark):
                yield _between(text, opened[0], at)
                opened = None
            elif mark in _CLOSING and _begins(text, begin, at, mark):
                opened = (at, mark)


def _begins(text: str, begin: int, at: int, mark: str) -> bool:
    after = text[at + 1 : at + 2]
    if not after or after.isspace():
        return False
    return mark in "“„«" or at == begin or _BEFORE.match(text[at - 1]) is not None


def _ends(text: str, at: int, mark: str) -> bool:
    """Whether a mark closes: not one with a space before it, nor an apostrophe."""
    if mark == "’":
        return not text[at + 1 : at + 2].isalnum() and not text[at - 1].isspace()
    return mark != '"' or not text[at - 1].isspace()


def _between(text: str, opens: int, closing: int) -> Quoted:
    start, end = opens + 1, closing
    while start < end and text[start].isspace():
        start += 1
    while end > start and (text[end - 1].isspace() or text[end - 1] == ","):
        end -= 1
    return Quoted(start, end, opens, closing + 1)
