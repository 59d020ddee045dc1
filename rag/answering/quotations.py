"""Sentences kept with what they cannot do without: a quotation with its end, for the speaker stands there, and "He
denied it" with the sentence before it.

Quotations only within one paragraph: who goes on speaking over paragraphs is another matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

Range = tuple[int, int]

MOST = 4  # sentences that a quotation is completed to
_MARK = re.compile(r"[\"“”]")
# What points back to the sentence before. Not "It is" and "There are", which often point nowhere, nor what is quoted.
_POINTS_BACK = re.compile(
    r"(?:(?:But|And|So|Yet|Then|Still|Later),? )?"
    r"(?:He|She|They|His|Her|Their|Its|Both|Neither|It (?!is|was|'s|’s|has been|will be)"
    r"|The (?:two|three|four|former|latter)|Between (?:them|the two)"
    r"|(?:That|This|These|Those) (?:is|are|was|were|came|would|will|had|has|means|meant))\b",
    re.IGNORECASE,
)
FURTHEST = 2  # sentences that are looked back
_ENDED = re.compile(r"[.!?…][\"”’')\]]*\s*$")
_BEFORE_OPENING = re.compile(r"[\s(\[—–-]")


def whole(text: str, sentences: Sequence[Range], at: int) -> Range:
    """The sentences that hold the quotations which sentence `at` stands in, opens or closes: first and last index.

    The sentence alone where it cuts no quotation open, or where the quotation does not end in its paragraph or
    within `MOST` sentences.

    Args:
        text: what the ranges of `sentences` count in, in ascending order.
    """
    first = last = at
    while True:
        start, end = sentences[first][0], sentences[last][1]
        cut = [one for one in _quotations(text, start, end) if _cuts(one, start, end)]
        if not cut:
            return first, last
        for opened, closed in cut:
            while first > 0 and sentences[first][0] > opened:
                first -= 1
            while last + 1 < len(sentences) and sentences[last][1] <= closed:
                last += 1
        reaches = sentences[first][0] <= cut[0][0] and cut[-1][1] < sentences[last][1]
        if not reaches or last - first >= MOST:
            return at, at


def in_context(text: str, sentences: Sequence[Range], at: int) -> Range:
    """First and last index of the sentences that sentence `at` is shown with: its quotations whole, and what it points
    back to."""
    first, last = whole(text, sentences, at)
    begin = with_antecedent(text, sentences, first)
    return (min(begin, whole(text, sentences, begin)[0]), last) if begin < first else (first, last)


def with_antecedent(text: str, sentences: Sequence[Range], first: int) -> int:
    """The sentence to begin with, so that sentence `first` is not torn from what it points back to: itself where it
    points nowhere, or only a heading stands before it."""
    begin = first
    while first - begin < FURTHEST and _POINTS_BACK.match(text[slice(*sentences[begin])]):
        if begin == 0 or not _ENDED.search(text[slice(*sentences[begin - 1])]):
            return first
        begin -= 1
    return begin


def _cuts(quotation: Range, start: int, end: int) -> bool:
    opened, closed = quotation
    return opened < start <= closed or opened < end <= closed


def _quotations(text: str, start: int, end: int) -> Iterator[Range]:
    """Where the quotations of the paragraphs from `start` to `end` open and close; what does not close is none."""
    begin = text.rfind("\n", 0, start) + 1
    stop = text.find("\n", end)
    opened: int | None = None
    for match in _MARK.finditer(text, begin, stop if stop >= 0 else len(text)):
        at = match.start()
        opens = match[0] == "“"
        if match[0] == '"':
            opens = opened is None and (at == begin or _BEFORE_OPENING.match(text[at - 1]) is not None)
        if opens:
            opened = at
        elif opened is not None:
            yield opened, at
            opened = None
