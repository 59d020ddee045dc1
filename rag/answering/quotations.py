"""Quotations kept whole: a sentence from the middle of one says nobody's words, for the speaker stands at its end.

Only within one paragraph: who goes on speaking over paragraphs is another matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

Range = tuple[int, int]

MOST = 4  # sentences that a quotation is completed to
_MARK = re.compile(r"[\"“”]")
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
