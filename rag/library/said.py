"""What has been said already: a copy's passage is folded only where a kept one says every sentence of it.

A sentence is said already if a kept sentence of the same near-duplicate group has its words in the same order, up
to typography, spelling and a few light edits. Numbers and names must be the same, and so must every word that can
turn the meaning ("not", "may", "alleged", "fell"): a copy that says something else is never hidden by one that
ranks higher. A kept sentence may say a little more than the folded one, never less.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

LIGHT_EDITS = 0.2
LEFT_OUT = 0.25
FEWEST_WORDS = 5
MOST_COMPARED = 3

_DATELINE = re.compile(r"[A-Z][A-Z .'’-]{2,40}(?:,[^()–—]{1,30})?\s*(?:\([^()]{2,40}\))?\s*[-–—]{1,2}\s+")
_DOTTED = re.compile(r"\b(?:[A-Za-z]\.){2,}")
_WORD = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]|\d+(?:[.,:]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)*|[%$€£¥]"
)
_NEUTRAL = re.compile(r"(?:an?|the|that|and|also|on|said|says|mr|mrs|ms|dr)$")
_TURNING = re.compile(
    r"(?:.*n't|no[tr]?|none|never|neither|cannot|without|may|might|could|would|should|must|will|can|if|unless|but|or|"
    r"allege.*|reported(?:ly)?|apparent.*|suspect.*|claim.*|den(?:y|ie[ds])|accuse.*|charge[ds]?|convict.*|acquit.*|"
    r"clear(?:ed|s)?|guilty|innocent|attempt.*|fail.*|refuse.*|reject.*|accept.*|approv.*|oppos.*|support.*|against|"
    r"kill.*|dead|die[ds]?|injur.*|wound.*|hurt|missing|alive|surviv.*|ris(?:e|es|ing|en)|rose|f[ae]ll(?:s|ing|en)?|"
    r"up|down|gain.*|los[est].*|w[oi]ns?|winning|beat.*|more|less|fewer|most|least|above|below|over|under|before|after|"
    r"until|since|first|last|only|all|every|some|any|half|doubl.*|twice|increas.*|decreas.*|rais.*|cut.*|high.*|low.*|"
    r"open.*|clos.*|shut.*|yes|former|ex|expect.*|likely|unlikely|possibl.*|plan.*|confirm.*|unconfirmed|"
    r"north.*|south.*|east.*|west.*|m[ae]n|wom[ae]n|boys?|girls?|father|mother|son|daughter|brother|sister|"
    r"husband|wife|percent|points?|(?:m|b|tr)illions?|hundreds?|thousands?|dozens?|to|from|by|per|than|best|worst|better|worse|early|earlier|late|later|still|again|already|remain.*|today|yesterday|tomorrow)$"
)
_NUMBERS = {
    word: str(number)
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen twenty".split(" ")
    )
}
_MONTH_OR_DAY = re.compile(
    r"(?:january|february|march|april|june|july|august|september|october|november|december|sept|"
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day)$"
)
_SPELLING = tuple(
    (re.compile(pattern), spelled)
    for pattern, spelled in (
        (r"(?<=\w\w\w)our", "or"),
        (r"is(?=(?:e[ds]?|ing|ations?)$)", "iz"),
        (r"ll", "l"),
        (r"re$", "er"),
        (r"ence$", "ense"),
    )
)

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence's words, made comparable; `heavy` are those that no light edit may add or change."""

    words: Words
    heavy: frozenset[str]
    turning: frozenset[str]


@lru_cache(maxsize=1 << 15)
def _sentence(text: str) -> _Sentence:
    """Neutral words left out. Heavy: numbers, names and turning words; turning: numbers and turning words."""
    text = _DATELINE.sub("", text, count=1) if _DATELINE.match(text) else text
    text = _DOTTED.sub(lambda match: match[0].replace(".", ""), text).replace("per cent", "percent")
    words, heavy, turning = [], set(), set()
    for i, word in enumerate(_WORD.findall(text)):
        plain, weight = _weighed(word.lower())
        if weight == "neutral":
            continue
        words.append(plain)
        if weight == "turning":
            turning.add(plain)
        if weight == "turning" or (i and word[0].isupper()):
            heavy.add(plain)
    return _Sentence(tuple(words), frozenset(heavy), frozenset(turning))


@lru_cache(maxsize=1 << 16)
def _weighed(word: str) -> tuple[str, Literal["neutral", "plain", "turning"]]:
    """A lower-case word in its common spelling, and what it weighs."""
    word = word.replace("’", "'").removesuffix("'s")
    if _NEUTRAL.match(word):
        return word, "neutral"
    if word in _NUMBERS or not word[0].isalpha():
        return _NUMBERS.get(word, "percent" if word == "%" else word.replace(",", "")), "turning"
    if _MONTH_OR_DAY.match(word):
        return word[:3], "plain"
    turning = _TURNING.match(word)
    for pattern, spelled in _SPELLING:
        word = pattern.sub(spelled, word)
    return word, "turning" if turning else "plain"


def _says(kept: _Sentence, other: _Sentence) -> bool:
    """Whether `kept` says what `other` does."""
    have, want = set(kept.words), set(other.words)
    if (want - have) & (other.heavy | kept.heavy) or (have - want) & (kept.turning | other.heavy):
        return False
    common = _longest_common(kept.words, other.words)
    added, left_out = Counter(other.words) - common, Counter(kept.words) - common
    if added.total() > LIGHT_EDITS * len(other.words) or left_out.total() > LEFT_OUT * len(kept.words):
        return False
    return not (added.keys() & (other.heavy | kept.heavy) or left_out.keys() & (kept.turning | other.heavy))


def _longest_common(a: Words, b: Words) -> Counter[str]:
    """The words of a longest common subsequence; what the two begin and end with alike is not searched."""
    shortest = min(len(a), len(b))
    begin = next((i for i in range(shortest) if a[i] != b[i]), shortest)
    end = next((i for i in range(shortest - begin) if a[-1 - i] != b[-1 - i]), shortest - begin)
    common = Counter(a[:begin] + a[len(a) - end :])
    a, b = a[begin : len(a) - end], b[begin : len(b) - end]
    rows = [[0] * (len(b) + 1)]
    for word in a:
        above, row = rows[-1], [0]
        for j, other in enumerate(b):
            row.append(above[j] + 1 if word == other else max(above[j + 1], row[j]))
        rows.append(row)
    i, j = len(a), len(b)
    while i and j:
        if a[i - 1] == b[j - 1]:
            common[a[i - 1]] += 1
            i, j = i - 1, j - 1
        elif rows[i - 1][j] >= rows[i][j - 1]:
            i -= 1
        else:
            j -= 1
    return common


class _Group:
    """The kept sentences of one near-duplicate group, each with the place of the passage that says it."""

    def __init__(self) -> None:
        self.exact: dict[Words, int] = {}
        self.sentences: list[_Sentence] = []
        self.holding: defaultdict[str, list[int]] = defaultdict(list)

    def keep(self, sentence: _Sentence, place: int) -> None:
        if sentence.words in self.exact:
            return
        self.exact[sentence.words] = place
        for word in set(sentence.words):
            self.holding[word].append(len(self.sentences))
        self.sentences.append(sentence)

    def says(self, sentence: _Sentence) -> int | None:
        """The place of a kept passage that says it, looked for among those that share the most words."""
        place = self.exact.get(sentence.words)
        if place is not None or len(sentence.words) < FEWEST_WORDS:
            return place
        # A sentence that shares all but some of the words shares one of any that are more than those.
        words = sorted((len(self.holding.get(word, ())), word) for word in set(sentence.words))
        rarest = words[: int(LIGHT_EDITS * len(sentence.words)) + 1]
        shared = Counter(i for _, word in rarest for i in self.holding.get(word, ()))
        for i, _ in shared.most_common(MOST_COMPARED):
            if _says(self.sentences[i], sentence):
                return self.exact[self.sentences[i].words]
        return None


class Said:
    """Passages offered in order of rank; each is kept, or folded into one kept before it."""

    def __init__(self) -> None:
        self._groups: defaultdict[Hashable, _Group] = defaultdict(_Group)
        self._offered = 0

    def offer(self, group: Hashable | None, sentences: Iterable[str]) -> int | None:
        """Offer the next passage of a near-duplicate group (None: its article is a copy of nothing).

        Returns None where the passage is kept; else the place, counting the offered from 0, of the kept passage
        of the group that says the most of it. Together the kept ones say all of it.
        """
        place, self._offered = self._offered, self._offered + 1
        if group is None:
            return None
        kept = self._groups[group]
        told = [sentence for sentence in map(_sentence, sentences) if sentence.words]
        by = [kept.says(sentence) for sentence in told]
        if by and None not in by:
            return Counter(by).most_common(1)[0][0]
        for sentence in told:
            kept.keep(sentence, place)
        return None


def fold(candidates: Sequence[tuple[Hashable | None, Sequence[str]]]) -> list[tuple[int, list[int]]]:
    """Fold passages, given best first as (group, its sentences' texts).

    Returns the place of each kept passage, in order, with the places of those folded into it.
    """
    said = Said()
    kept: dict[int, list[int]] = {}
    for place, (group, sentences) in enumerate(candidates):
        into = said.offer(group, sentences)
        if into is None:
            kept[place] = []
        else:
            kept[into].append(place)
    return list(kept.items())
