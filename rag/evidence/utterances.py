"""The same words quoted in several places: one utterance, each wording beside the oldest."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Sequence
from difflib import SequenceMatcher

from rag.library.database import folded
from rag.quotations import Wording

FEWEST = 5  # words that two wordings have in common
PART = 4  # words of a part of the other's
ALIKE = 0.6  # of the words of both, in the same order
RUN = 3  # words in a row that two wordings share, for them to be compared
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")

Words = tuple[str, ...]


def words_of(text: str) -> Words:
    """The words of a quotation as they are compared: without case, accents and marks."""
    return tuple(_WORD.findall((folded(text) or "").replace("’", "'")))


def digest(text: str) -> str:
    """The same for the same words."""
    return hashlib.sha256(" ".join(words_of(text)).encode()).hexdigest()[:24]


def name_words(name: str) -> Words:
    """The words of a name as they are compared."""
    return tuple(re.findall(r"[^\W_]+", folded(name) or ""))


def same_speaker(one: str | None, other: str | None) -> bool:
    """Whether two articles may name one person, or one of them names nobody."""
    if one is None or other is None:
        return True
    ours, theirs = set(name_words(one)), set(name_words(other))
    return ours <= theirs or theirs <= ours


class Utterances:
    """Wordings offered oldest first; each begins an utterance, or belongs to one before it."""

    def __init__(self) -> None:
        self._kept: list[tuple[Words, str | None]] = []
        self._runs: defaultdict[Words, list[int]] = defaultdict(list)

    def place(self, words: Words, speaker: str | None) -> tuple[int, Wording]:
        """The utterance that the words belong to, counted from 0, and how they stand beside its oldest wording."""
        runs = {words[at : at + RUN] for at in range(len(words) - RUN + 1)} or {words}
        near = sorted({at for run in runs for at in self._runs.get(run, ())})
        for at in near:
            kept, theirs = self._kept[at]
            how = _beside(words, kept) if same_speaker(speaker, theirs) else None
            if how is not None:
                return at, how
        for run in runs:
            self._runs[run].append(len(self._kept))
        self._kept.append((words, speaker))
        return len(self._kept) - 1, "same"


def _beside(words: Words, kept: Words) -> Wording | None:
    if words == kept:
        return "same"
    if len(words) >= PART and _holds(kept, words):
        return "part"
    if len(kept) >= PART and _holds(words, kept):
        return "longer"
    common = sum(one.size for one in SequenceMatcher(None, words, kept, autojunk=False).get_matching_blocks())
    return "altered" if common >= FEWEST and 2 * common >= ALIKE * (len(words) + len(kept)) else None


def _holds(whole: Words, part: Sequence[str]) -> bool:
    return any(whole[at : at + len(part)] == tuple(part) for at in range(len(whole) - len(part) + 1))
