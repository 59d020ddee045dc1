"""Words in quotation marks against the source's own: verbatim, altered, joined, given to another, or not there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from rag.evidence import names as naming
from rag.evidence.facts import Difference
from rag.evidence.names import Name
from rag.evidence.parsed import Parsed, parse
from rag.evidence.wording import NEGATORS, TELLING
from rag.library.sentences import sentence_ranges
from rag.types import Quotation, QuotationState

_QUOTED = re.compile(r"[“\"«]([^“”\"«»]{2,2000})[”\"»]|(?<![^\W_])[‘']([^‘’']{2,200})[’'](?![^\W_])")
_WORD = re.compile(r"[^\W_]+(?:[’'][^\W_]+)*")
_ALIKE = (
    0.55  # share of a quotation's words that the source has in that order, for the wording to be what differs
)
_MARKS = frozenset('“”"')
_LEAST = 2  # words that a part of a joined quotation has


@dataclass(frozen=True, slots=True)
class _Place:
    start: int
    end: int


def check(
    said: Parsed, source: Sequence[Parsed], text: str, citation: int
) -> tuple[tuple[Quotation, ...], list[Difference]]:
    """Every quotation of a sentence, and those whose words or speaker the source has otherwise.

    Args:
        source: the sentences of `text`, the whole passage cited.
    """
    found: list[Quotation] = []
    differ: list[Difference] = []
    for words in quotations(said.text):
        speaker = speaker_of(said, words)
        state, theirs, at = _found(said, words, speaker, source, text)
        found.append(Quotation(words, speaker.text if speaker else None, state))
        if theirs is not None:
            mine = speaker.text if state == "given_to_another" and speaker else f"“{words}”"
            differ.append(Difference("quotation", mine, theirs, at, citation))
    return tuple(found), differ


def quotations(text: str) -> Iterator[str]:
    """The words in quotation marks, without the marks."""
    for match in _QUOTED.finditer(text):
        words = (match[1] or match[2]).strip().rstrip(",.")
        if _WORD.search(words):
            yield words


def unmarked(text: str, quotations: Sequence[str]) -> str:
    """A text without the quotation marks around these."""
    for words in quotations:
        text = re.sub(rf"[“\"«‘']({re.escape(words)}[,.]?)[”\"»’']", r"\1", text, count=1)
    return text


def verbatim(words: str, text: str) -> tuple[int, int] | None:
    """Where a text has these words in this order, whatever marks stand between them."""
    place = _verbatim(words, text)
    return None if place is None else (place.start, place.end)


def occurrence(words: str, text: str) -> tuple[int, int, str | None] | None:
    """Where a passage has a quotation word for word, and whom it is given to there."""
    place = _verbatim(words, text)
    if place is None:
        return None
    speaker = _spoken_by([parse(text[a:b], None, start=a) for a, b in sentence_ranges(text)], place, text)
    return place.start, place.end, speaker.text if speaker else None


def _found(
    said: Parsed, words: str, speaker: Name | None, source: Sequence[Parsed], text: str
) -> tuple[QuotationState, str | None, int]:
    place = _verbatim(words, text)
    if place is not None:
        theirs = _spoken_by(source, place, text) if speaker else None
        if speaker and theirs and not _one_person(speaker, theirs):
            return "given_to_another", theirs.text, place.start
        if turned := _cut_from(said, words, place, text):
            return "differs", f"“{turned}”", place.start
        return "verbatim", None, place.start
    parts = _joined(words, text)
    if parts is not None:
        return "joined", " … ".join(f"“{part}”" for part in parts), 0
    nearest = _nearest(words, text)
    if nearest is not None:
        return "differs", f"“{text[nearest.start : nearest.end]}”", nearest.start
    return "not_found", None, 0


def _cut_from(said: Parsed, words: str, place: _Place, text: str) -> str | None:
    """The source's words with the "not" beside them that a quotation leaves out, before it or after it."""
    after = _WORD.search(text, place.end, place.end + 20)
    if after and after[0].lower() in NEGATORS and not text[place.end : after.start()].strip():
        return text[place.start : after.end()]
    before = list(_WORD.finditer(text, max(0, place.start - 20), place.start))[-1:]
    kept = {word.low for word in said.words if word.end <= said.text.find(words)}
    if before and before[0][0].lower() in NEGATORS and not text[before[0].end() : place.start].strip():
        return None if kept & NEGATORS else text[before[0].start() : place.end]
    return None


def _words(text: str) -> list[re.Match[str]]:
    return list(_WORD.finditer(text))


def _low(matches: Sequence[re.Match[str]]) -> list[str]:
    return [match[0].lower().replace("’", "'") for match in matches]


def _verbatim(words: str, text: str) -> _Place | None:
    """Where the same words stand in the same order, whatever marks stand between."""
    ours, theirs = _low(_words(words)), _words(text)
    low = _low(theirs)
    size = len(ours)
    for at in range(len(low) - size + 1):
        if low[at : at + size] == ours:
            return _Place(theirs[at].start(), theirs[at + size - 1].end())
    return None


def _joined(words: str, text: str) -> tuple[str, str] | None:
    """The two parts of a quotation that stand apart in the source."""
    found = _words(words)
    for cut in range(len(found) - _LEAST, _LEAST - 1, -1):
        head, tail = words[: found[cut - 1].end()], words[found[cut].start() :]
        if _verbatim(head, text) and _verbatim(tail, text):
            return head, tail
    return None


def _nearest(words: str, text: str) -> _Place | None:
    """The words of the source that a quotation most likely is of."""
    ours, theirs = _low(_words(words)), _words(text)
    low = _low(theirs)
    if len(ours) < 3:
        return None
    blocks = [
        one for one in SequenceMatcher(None, ours, low, autojunk=False).get_matching_blocks() if one.size
    ]
    best: tuple[float, int, int] | None = None
    for block in blocks:
        begin = max(0, block.b - block.a)
        window = low[begin : begin + len(ours) + 2]
        inside = SequenceMatcher(None, ours, window, autojunk=False).get_matching_blocks()
        inside = [one for one in inside if one.size]
        if not inside:
            continue
        share = sum(one.size for one in inside) / len(ours)
        first, last = begin + inside[0].b - inside[0].a, begin + inside[-1].b + inside[-1].size
        last = max(last, min(first + len(ours), begin + len(window)))
        if share >= _ALIKE and (best is None or share > best[0]):
            best = (share, max(0, first), last)
    if best is None:
        return None
    return _Place(theirs[best[1]].start(), theirs[min(best[2], len(theirs)) - 1].end())


def speaker_of(said: Parsed, words: str) -> Name | None:
    """Whom a sentence gives a quotation to: the one person named outside it, beside a word of saying."""
    begin = said.text.find(words)
    outside = [one for one in said.names if not begin <= one.start < begin + len(words)]
    return _subject(said, outside)


def _subject(one: Parsed, outside: Sequence[Name]) -> Name | None:
    saying = [word for word in one.words if word.low in TELLING]
    near = [
        (min(abs(word.start - name.end), abs(name.start - word.end)), name)
        for name in outside
        for word in saying
        if not name.known
    ]
    near = [pair for pair in near if pair[0] <= 60]
    return min(near, key=lambda pair: pair[0])[1] if near else None


def _spoken_by(source: Sequence[Parsed], place: _Place, text: str) -> Name | None:
    """Who speaks in the source: the one beside a word of saying in the quotation's own sentence, or in a quotation of
    the same paragraph that it goes on from."""
    here = [at for at, one in enumerate(source) if one.start <= place.start < one.start + len(one.text)]
    for at in range(here[0], -1, -1) if here else ():
        one = source[at]
        if "\n" in text[one.start : place.start] or not _MARKS.intersection(one.text):
            return None
        outside = [name for name in one.names if not _quoted_at(one, name)]
        if speaker := _subject(one, outside):
            return speaker
    return None


def _quoted_at(one: Parsed, name: Name) -> bool:
    return any(match.start() < name.start < match.end() for match in _QUOTED.finditer(one.text))


def _one_person(said: Name, source: Name) -> bool:
    return naming.same(said, source) or naming.same(source, said)
