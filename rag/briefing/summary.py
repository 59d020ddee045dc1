"""Which sentences of several articles carry their story: learned weights over place, centrality and what articles
share, and each sentence chosen for what it adds.

Extractive summarisation as a regression of each sentence's overlap with an editor's summary (Hong and Nenkova 2014),
then greedy by score less redundancy (Carbonell and Goldstein 1998, MMR). `benchmarks/train_briefing.py` makes the
weights and measures them by folds. Sentence vectors added nothing (ROUGE-1, -2, -Lsum 45.6/15.0/39.6 with them,
45.6/15.1/39.6 without), so it is the same with no model.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.errors import ModelError
from rag.evidence.tokens import tokens

WEIGHTS = Path(__file__).with_name("weights.json")
REDUNDANCY = 0.7  # what a sentence loses whose every word was said, in mean scores
RECENT, HALF = 1.0, 5.0  # of a typical score, at most; days on which something was published
FRAGMENT = 10.0  # what a heading or a picture credit loses: more than scores differ

Floats = NDArray[np.float64]
_BACK = re.compile(r"(?:he|she|they|it|his|her|their|but|and|this|that)\b", re.IGNORECASE)
_SAYS = re.compile(r"\b(?:said|says|told|according to)\b", re.IGNORECASE)
_ENDED = re.compile(r"[.!?…][\"”’')\]]*$")
_CREDIT = re.compile(
    r"\b(?:photo|photograph|file|picture|video|click|read more|associated press \)|getty)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Read:
    """A sentence of one of the articles, white space folded. `article` counts from 0, `place` among its article's `of`
    sentences."""

    article: int
    place: int
    of: int
    text: str


def features(sentences: Sequence[Read]) -> dict[str, Floats]:
    """(m,) each, by name."""
    words = [[word.stem for word in tokens(one.text) if not word.empty] for one in sentences]
    pairs = [set(pairwise(some)) for some in words]
    articles = max((one.article for one in sentences), default=0) + 1
    said_in: dict[object, set[int]] = defaultdict(set)
    often = Counter(word for some in words for word in some)
    for one, some, two in zip(sentences, words, pairs, strict=True):
        for unit in (*some, *two):
            said_in[unit].add(one.article)
    place = np.array([one.place for one in sentences], np.float64)
    length = np.array([one.text.count(" ") + 1 for one in sentences], np.float64)

    def mean(values: Sequence[Sequence[float]]) -> Floats:
        return np.array([float(np.mean(some)) if len(some) else 0.0 for some in values])

    def says(pattern: re.Pattern[str], *, opens: bool = False) -> Floats:
        look = pattern.match if opens else pattern.search
        return np.array([look(one.text.lstrip('"“')) is not None for one in sentences], np.float64)

    return {
        "bias": np.ones(len(sentences)),
        "place": 1 / (1 + place),
        "first": (place == 0).astype(np.float64),
        "second": (place == 1).astype(np.float64),
        "far": place / np.array([max(1, one.of) for one in sentences]),
        "shared words": mean([[len(said_in[word]) / articles for word in set(some)] for some in words]),
        "shared pairs": mean([[float(len(said_in[pair]) > 1) for pair in some] for some in pairs]),
        "often": np.log1p(mean([[float(often[word]) for word in set(some)] for some in words])),
        "length": np.log(length),
        "short": (length < 8).astype(np.float64),
        "long": (length > 45).astype(np.float64),
        "number": says(re.compile(r"\d")),
        "quotes": np.array(['"' in one.text or "“" in one.text for one in sentences], np.float64),
        "opens quoted": np.array([one.text[:1] in '"“' for one in sentences], np.float64),
        "points back": says(_BACK, opens=True),
        "says": says(_SAYS),
        "asks": np.array([one.text.rstrip("\"”’' ").endswith("?") for one in sentences], np.float64),
    }


@cache
def weights() -> Mapping[str, float]:
    """The weights that ship, by feature, read once.

    Raises:
        ModelError: the file was changed by hand, or is damaged.
    """
    kept = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    rule: dict[str, float] = kept["weights"]
    if kept["digest"] != digest_of(rule):
        raise ModelError(
            str(WEIGHTS), "it is not as it was made", "Install Dateline again, or train it anew."
        )
    return rule


def digest_of(rule: Mapping[str, float]) -> str:
    """First 12 hex digits of the sha256 of the weights."""
    return hashlib.sha256(json.dumps(rule, sort_keys=True).encode()).hexdigest()[:12]


def scores(sentences: Sequence[Read], rule: Mapping[str, float] | None = None) -> Floats:
    """How much of the story each sentence carries, by the weights that ship or by `rule`; headings and picture credits
    last."""
    if not sentences:
        return np.zeros(0)
    found = features(sentences)
    value = np.sum([weight * found[name] for name, weight in (rule or weights()).items()], axis=0)
    return np.asarray(value - FRAGMENT * np.array([_fragment(one.text) for one in sentences]), np.float64)


def aged(scored: Floats, days: Sequence[int | None]) -> Floats:
    """Scores where a story goes on for days: what the last ones brought counts more, by half with every `HALF` days on
    which something was published. An undated text counts as one in the middle; a story of one day stays as it is.

    On 1,203 "stories so far" of six events by people (benchmarks/background.py) ROUGE-1 goes from 37.6 to 40.8, beside
    38.8 by LexRank; repeating the last updates gives 41.9, as twice this weight nearly does, and loses how it began.
    """
    order = {day: at for at, day in enumerate(sorted({day for day in days if day is not None}, reverse=True))}
    if len(order) < 2:
        return scored
    back = np.array([order.get(day, len(order) / 2) if day is not None else len(order) / 2 for day in days])
    told = scored > -FRAGMENT / 2
    typical = float(np.abs(scored[told]).mean()) * 2 if told.any() else 0.0
    return np.asarray(scored + RECENT * typical * (0.5 ** (back / HALF) - 1), np.float64)


def _fragment(text: str) -> bool:
    words = text.count(" ") + 1
    return (
        words < 4
        or (text.startswith("(") and text.endswith(")"))
        or (words < 14 and not _ENDED.search(text))
        or (words < 25 and bool(_CREDIT.search(text)))
    )


def chosen(sentences: Sequence[Read], scored: Floats, words: int, *, begin: int | None = None) -> list[int]:
    """The sentences to tell, best first, until they have so many words: each the best by its score less what of it was
    said already. Fragments only where there is nothing else. `begin`: the one that is told in any case."""
    units = [_units(one.text) for one in sentences]
    left = [at for at in range(len(sentences)) if scored[at] > -FRAGMENT / 2] or list(range(len(sentences)))
    typical = float(np.abs(scored[left]).mean()) * 2 if left else 0.0
    told: list[int] = []
    said: set[object] = set()
    count = 0
    while left and count < words:
        if begin in left and not told:
            best = left.pop(left.index(begin))
        else:
            value = [scored[at] - REDUNDANCY * typical * _repeated(units[at], said) for at in left]
            best = left.pop(int(np.argmax(value)))
        told.append(best)
        said |= units[best]
        count += sentences[best].text.count(" ") + 1
    return told


def _units(text: str) -> set[object]:
    words = [word.stem for word in tokens(text) if not word.empty]
    return {*words, *pairwise(words)}


def _repeated(units: set[object], said: set[object]) -> float:
    return len(units & said) / max(1, len(units))
