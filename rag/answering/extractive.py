"""The extractive writer: the sentences that answer, verbatim, best first, or by time for a course of events."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from rag.answering.answerability import answerability
from rag.answering.quotations import whole
from rag.answering.ranking import scores
from rag.answering.sentence_features import Floats, Reading, Sentences, read
from rag.answering.writer import Draft, Judged, Material
from rag.reading.dates import moment
from rag.types import Mode, Span

LONGEST = 4  # sentences of an answer
NEAREST = 4  # closest passages shown where nothing is judged an answer
# Shares of the best sentence's softmax weight: with less, the second, third and fourth say nothing more.
WEAK = (0.03, 0.05, 0.5)
SAME = 0.72  # share of the shorter sentence's words that the other says too, from which it says the same
FRAGMENT = 100.0  # what a heading's score loses: more than scores differ
ALIKE = 0.93  # cosine from which two sentences say the same

_WORD = re.compile(r"\w+(?:['’]\w+)?")
_COURSE = re.compile(
    r"\bhow did .+ (?:unfold|develop|evolve|come about|go on|play out)\b|\btimeline\b|\bcourse of (?:events|the)\b|"
    r"^\W*what (?:has )?happened(?! (?:to|after|when|if|at|in|on|before|during)\b)|\bsequence of events\b",
    re.IGNORECASE,
)


class ExtractiveWriter:
    """Works with no model and no network; says so by its mode. Reads each question's sentences once."""

    def __init__(self) -> None:
        self._last: tuple[Material, Reading, Floats] | None = None

    @property
    def mode(self) -> Mode:
        """Always "extractive"."""
        return "extractive"

    @property
    def model(self) -> str | None:
        """None: no model writes here."""
        return None

    def judge(self, material: Material) -> Judged:
        """How likely the sentences found answer the question, and the nearest of them."""
        reading, ranked = self._read(material)
        nearest = chosen(reading, ranked, most=NEAREST)
        spans = (span for _, span, _ in _told(material, reading.sentences, nearest))
        return Judged(answerability(reading, ranked, material), tuple(spans))

    def write(self, material: Material) -> Iterator[Draft]:
        """One to four sentences, each cited to the very words."""
        reading, ranked = self._read(material)
        sentences = reading.sentences
        rows = chosen(reading, ranked, most=LONGEST, weak=WEAK)
        if _COURSE.search(material.question):
            rows.sort(key=lambda row: (_when(material, sentences, row), sentences.spans[row].start))
        for row, span, text in _told(material, sentences, rows):
            yield Draft(" ".join(text.split()), (span,), float(ranked[row]))

    def _read(self, material: Material) -> tuple[Reading, Floats]:
        last = self._last
        if last is None or last[0] is not material:
            reading = read(material)
            last = self._last = (material, reading, scores(reading))
        return last[1], last[2]


def chosen(reading: Reading, ranked: Floats, *, most: int, weak: Sequence[float] = ()) -> list[int]:
    """The rows of at most `most` sentences, best first, none of which says what a better one said.

    The n-th sentence after the first, and all behind it, are dropped where its softmax weight is under `weak[n - 1]`
    of the first one's. Headings and fragments are taken only where there is nothing else.
    """
    rows: list[int] = []
    said: list[frozenset[str]] = []
    sentences = reading.sentences
    fragment = reading.column("fragment")
    ranked = ranked - (fragment * FRAGMENT if fragment.min(initial=1) == 0 else 0)
    for row in np.lexsort((np.arange(len(ranked)), -ranked)).tolist():
        if 0 < len(rows) <= len(weak) and ranked[row] < ranked[rows[0]] + np.log(weak[len(rows) - 1]):
            break
        words = frozenset(_WORD.findall(sentences.texts[row].casefold()))
        if words and not _said_already(sentences, row, words, rows, said):
            rows.append(row)
            said.append(words)
        if len(rows) == most:
            break
    return rows


def _said_already(
    sentences: Sentences, row: int, words: frozenset[str], rows: Sequence[int], said: Sequence[frozenset[str]]
) -> bool:
    for other, others in zip(rows, said, strict=True):
        if len(words & others) >= SAME * min(len(words), len(others)) and len(words) <= 1.6 * len(others):
            return True
        vectors = sentences.vectors
        if vectors is not None and float(vectors[row] @ vectors[other]) >= ALIKE:
            return True
    return False


def _told(material: Material, sentences: Sentences, rows: Sequence[int]) -> Iterator[tuple[int, Span, str]]:
    """The rows with their spans and texts, quotations whole; one whose words an earlier one tells is left out."""
    told: list[Span] = []
    for row in rows:
        span, text = _quoted_whole(material, sentences, row)
        if not any(_overlap(span, one) for one in told):
            told.append(span)
            yield row, span, text


def _quoted_whole(material: Material, sentences: Sentences, row: int) -> tuple[Span, str]:
    """A sentence with those around it that hold the rest of a quotation and its speaker; and the text of both."""
    hit, _ = material.hits[int(sentences.hit[row])]
    begin = hit.passage.start
    ranges = [(start - begin, end - begin) for start, end in hit.passage.sentences]
    first, last = whole(hit.text, ranges, int(sentences.place[row]))
    start, end = ranges[first][0], ranges[last][1]
    return replace(sentences.spans[row], start=begin + start, end=begin + end), hit.text[start:end]


def _overlap(one: Span, two: Span) -> bool:
    same = (one.article_id, one.version) == (two.article_id, two.version)
    return same and one.start < two.end and two.start < one.end


def _when(material: Material, sentences: Sentences, row: int) -> tuple[bool, float]:
    """Undated articles last."""
    published = material.hits[int(sentences.hit[row])][0].article.published
    return (published is None, moment(published) if published else 0.0)
