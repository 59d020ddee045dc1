"""An article's text, cut for the pane: paragraphs of segments, each knowing the citations that cover it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ui.contract import Paragraph, Segment

BULLETS = ("•", "‣", "▪", "·", "- ", "– ", "— ", "* ")


@dataclass(frozen=True, slots=True)
class Mark:
    """A range of the article's text that citation `number` rests on; half-open, in code points."""

    number: int
    start: int
    end: int


def paragraphs(
    text: str,
    marks: Sequence[Mark] = (),
    *,
    soft: Sequence[tuple[int, int]] = (),
    aside: Sequence[tuple[int, int]] = (),
    window: int | None = None,
) -> list[Paragraph]:
    """The text as the pane draws it. White space between paragraphs is dropped, everything else is kept as it is.

    Args:
        soft: ranges to mark lighter (whose word something is).
        aside: ranges that belong to the page, not to the article.
        window: characters to keep on each side of the marks (from the top where there are none); None keeps all.
    """
    return [
        _paragraph(text, span, marks, soft, aside)
        for span in spans(text)
        if window is None or near(span, marks, window)
    ]


def spans(text: str) -> list[tuple[int, int]]:
    """The ranges of the paragraphs, without the white space around them.

    Where blank lines part the text, a single line end is only where a line was wrapped (unless a bullet follows);
    elsewhere every line is a paragraph.
    """
    lines = list(_lines(text))
    parted = any(start == end for start, end in lines[1:-1])
    found: list[tuple[int, int]] = []
    wrapped = False
    for start, end in lines:
        if start == end:
            wrapped = False
        elif wrapped and not text.startswith(BULLETS, start):
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
            wrapped = parted
    return found


def _lines(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for line in text.splitlines(keepends=True):
        lead = len(line) - len(line.lstrip())
        yield min(start + lead, start + len(line)), start + max(lead, len(line.rstrip()))
        start += len(line)


def near(span: tuple[int, int], marks: Sequence[Mark], window: int) -> bool:
    """Whether a paragraph lies within `window` characters of a mark, or of the top where nothing is marked."""
    start, end = span
    if not marks:
        return start <= window
    return any(start <= mark.end + window and end >= mark.start - window for mark in marks)


def found(text: str, words: str, before: str) -> tuple[int, int] | None:
    """Where words that a reader selected stand in the text, as a range; None where they do not.

    Args:
        before: what is drawn before them, as much as tells one place from another; white space counts in neither.
    """
    parts = words.split()
    if not parts:
        return None
    lead = "".join(before.split())
    places = [one.span() for one in re.finditer(r"\s*".join(map(re.escape, parts)), text)]
    for start, end in places:
        if "".join(text[max(0, start - 4 * len(lead) - 100) : start].split()).endswith(lead):
            return start, end
    return places[0] if len(places) == 1 else None


def _paragraph(
    text: str,
    span: tuple[int, int],
    marks: Sequence[Mark],
    soft: Sequence[tuple[int, int]],
    aside: Sequence[tuple[int, int]],
) -> Paragraph:
    start, end = span
    here = [mark for mark in marks if mark.start < end and mark.end > start]
    quiet = [(low, high) for low, high in soft if low < end and high > start]
    edges = _edges(span, [(mark.start, mark.end) for mark in here] + quiet)
    segments = []
    for low, high in pairwise(edges):
        segment: Segment = {"text": text[low:high]}
        numbers = [mark.number for mark in here if mark.start <= low and high <= mark.end]
        if numbers:
            segment["marks"] = numbers
        if any(first <= low and high <= last for first, last in quiet):
            segment["soft"] = True
        segments.append(segment)
    cut: Paragraph = {"segments": segments}
    if any(low <= start and end <= high for low, high in aside):
        cut["aside"] = True
    return cut


def _edges(span: tuple[int, int], ranges: Iterable[tuple[int, int]]) -> list[int]:
    start, end = span
    return sorted({start, end, *(min(max(edge, start), end) for pair in ranges for edge in pair)})
