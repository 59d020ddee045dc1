"""The extractive writer: the sentences that answer, verbatim, best first, or by time for a course of events."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from rag.answering.answerability import answerability
from rag.answering.quotations import in_context, whole
from rag.answering.ranking import scores
from rag.answering.sentence_features import Floats, Reading, Sentences, read
from rag.answering.writer import Draft, Judged, Material
from rag.reading.dates import moment
from rag.types import Mode, Span

LONGEST = 4  # sentences of an answer
NEAREST = 5  # closest passages shown where nothing is judged an answer
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
        return Judged(answerability(reading, ranked, material), tuple(_nearest(material, reading, ranked)))

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
    ranked, order = _ordered(reading, ranked)
    for row in order:
        if 0 < len(rows) <= len(weak) and ranked[row] < ranked[rows[0]] + np.log(weak[len(rows) - 1]):
            break
        words = frozenset(_WORD.findall(sentences.texts[row].casefold()))
        if words and not _said_already(sentences, row, words, rows, said):
            rows.append(row)
            said.append(words)
        if len(rows) == most:
            break
    return rows


def _ordered(reading: Reading, ranked: Floats) -> tuple[Floats, list[int]]:
    """Scores and rows, best first, fragments last."""
    fragment = reading.column("fragment")
    ranked = ranked - (fragment * FRAGMENT if fragment.min(initial=1) == 0 else 0)
    return ranked, np.lexsort((np.arange(len(ranked)), -ranked)).tolist()


def _nearest(material: Material, reading: Reading, ranked: Floats) -> Iterator[tuple[Span, tuple[int, int]]]:
    """The passages of the best sentences, whole: of the sentences alone, four hold evidence for .44 of the starter
    set's 73 answerable questions that come out so, five whole passages for .75."""
    sentences = reading.sentences
    best: dict[int, int] = {}  # row of the best sentence, by passage
    for row in _ordered(reading, ranked)[1]:
        best.setdefault(int(sentences.hit[row]), row)
    for place, row in list(best.items())[:NEAREST]:
        passage, span = material.hits[place][0].passage, sentences.spans[row]
        yield replace(span, start=passage.start, end=passage.end), (span.start, span.end)


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


def _told(material: Material, sentences: Sentences, rows: Sequence[int]) -> list[tuple[int, Span, str]]:
    """The rows with their spans and texts, quotations whole and with what they point back to, or else directly behind
    it; one whose words an earlier one tells is left out."""
    told: list[tuple[int, Span, str]] = []
    for row in rows:
        behind = None
        for span, text in _widened(material, sentences, row):
            over = [at for at, (_, one, _) in enumerate(told) if _overlap(span, one)]
            if not over:
                told.insert(len(told) if behind is None else behind + 1, (row, span, text))
                break
            behind = over[-1]
    return told


def _widened(material: Material, sentences: Sentences, row: int) -> Iterator[tuple[Span, str]]:
    """A sentence with those around it that hold the rest of a quotation and its speaker, and the text of both: first
    with what it points back to, then without, should that be told already."""
    hit, _ = material.hits[int(sentences.hit[row])]
    begin = hit.passage.start
    ranges = [(start - begin, end - begin) for start, end in hit.passage.sentences]
    place = int(sentences.place[row])
    for first, last in dict.fromkeys((in_context(hit.text, ranges, place), whole(hit.text, ranges, place))):
        start, end = ranges[first][0], ranges[last][1]
        yield replace(sentences.spans[row], start=begin + start, end=begin + end), hit.text[start:end]


def _overlap(one: Span, two: Span) -> bool:
    same = (one.article_id, one.version) == (two.article_id, two.version)
    return same and one.start < two.end and two.start < one.end


def _when(material: Material, sentences: Sentences, row: int) -> tuple[bool, float]:
    """Undated articles last."""
    published = material.hits[int(sentences.hit[row])][0].article.published
    return (published is None, moment(published) if published else 0.0)
