"""The extractive writer: the sentences that answer, verbatim, best first, or in order of time for a course of events."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.answering.writer import Draft, Judged, Material
from rag.library.rows import HitRow
from rag.types import Found, Mode, Span

LONGEST = 4  # sentences of an answer
NEAREST = 4  # closest passages shown where nothing is judged an answer

_WORD = re.compile(r"\w+(?:['’]\w+)?")
_COURSE = re.compile(
    r"\b(?:how did .+ (?:unfold|develop|go on)|timeline|course of|what happened|sequence of events)\b", re.I
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that might answer: its absolute span, text, and score."""

    span: Span
    text: str
    score: float
    hit: HitRow


class ExtractiveWriter:
    """Works with no model and no network; says so by its mode."""

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
        chosen = _best(_candidates(material), NEAREST)
        strength = max((found.sentence or found.dense or 0.0 for _, found in material.hits), default=0.0)
        return Judged(1 / (1 + math.exp(-12 * (strength - 0.45))), tuple(one.span for one in chosen))

    def write(self, material: Material) -> Iterator[Draft]:
        """One to four sentences, each cited to the very words."""
        chosen = _best(_candidates(material), LONGEST)
        if _COURSE.search(material.question):
            chosen = sorted(chosen, key=lambda one: (one.hit.article.published or "", one.span.start))
        for one in chosen:
            yield Draft(" ".join(one.text.split()), (one.span,), one.score)


def _best(candidates: Sequence[Candidate], most: int) -> list[Candidate]:
    kept: list[Candidate] = []
    seen: set[str] = set()
    for one in sorted(candidates, key=lambda one: -one.score):
        folded = " ".join(_words(one.text))
        if folded in seen or (kept and one.score < 0.6 * kept[0].score):
            continue
        seen.add(folded)
        kept.append(one)
        if len(kept) == most:
            break
    return kept


def _candidates(material: Material) -> list[Candidate]:
    asked = set(_words(material.question)) - _COMMON
    return [one for hit, found in material.hits for one in _sentences(hit, found, asked, material)]


def _sentences(hit: HitRow, found: Found, asked: set[str], material: Material) -> Iterator[Candidate]:
    passage = hit.passage
    cosines = None
    if hit.sentences is not None and material.vector is not None:
        cosines = hit.sentences @ material.vector
    for place, (start, end) in enumerate(passage.sentences):
        text = hit.text[start - passage.start : end - passage.start]
        words = set(_words(text))
        overlap = len(asked & words) / (len(asked) or 1)
        meaning = float(cosines[place]) if cosines is not None and place < len(cosines) else 0.0
        score = 0.45 * meaning + 0.35 * overlap + 0.2 * found.score
        yield Candidate(Span(passage.article_id, passage.version, start, end), text, score, hit)


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]


_COMMON = frozenset(
    ["a", "an", "and", "are", "as", "at", "be", "by", "did", "do", "does", "for", "from", "has", "have", "how", "in", "is", "it", "its", "of", "on", "or", "that", "the", "their", "they", "this", "to", "was", "were", "what", "when", "where", "which", "who", "whom", "whose", "why", "will", "with", "would"]
)
