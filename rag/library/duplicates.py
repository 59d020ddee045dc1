"""Which texts are copies of one another: the same wire copy with a local paragraph, cut, edited or rewritten.

A text is known by its shingles, every run of five words, those in quotations left out (two reporters may hear the
same long statement). Each has two hashes: of its words as they are, and with its facts masked (the words of it
that hold a digit or begin with a capital). Shingles that agree masked but not as they are tell a template ("A yellow
warning has been issued for ...") from a copy. A signature keeps the 256 shingles of smallest masked hash. They are
the same ones in a text and its copy, so what one shares of the other can be estimated: the bottom-k sketch of
A. Broder, "On the resemblance and containment of documents", 1997.

`is_copy` is symmetric and looks at nothing but two texts. Groups are the connected sets of copies, whatever the
order of arrival, as long as each copy is among the candidates.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

SIGNATURE_RULES = "s1"
"""Changed whenever the same text would have another signature: signatures of two rules are not compared."""

SHINGLE = 5
KEPT = 256
MOST_MASKED = 2
FEWEST_UNQUOTED = 40
BANDS_OF_FACTS, BANDS_OF_OTHERS = 24, 8

# Copies have the same facts in the same words: .9 and more against at most .64 between templates.
SAME_FACTS = 0.75
# A rewrite shares a quarter of its wording and more, all along; a reporter's own piece at most a sentence or two.
SHARED = 0.45
SHARED_EVERYWHERE, EVERYWHERE = 0.2, 0.6
# Of a brief, one borrowed sentence is much.
SHORT = 64
FEWEST_SHARED = 6

ALL = 1 << 32
_HEAD = struct.Struct("<QI")
_MASK = int.from_bytes(blake2b(b"a number or a name", digest_size=8).digest(), "little")
_FACT = 1 << 15
_NUMBER, _NAME = 1, 2

_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]|\d+(?:[.,]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)*")
_QUOTATION = re.compile(
    r"“[^”\n]*(?:”|$)|\"[^\"\n]*(?:\"|$)|(?<!\w)‘[^’\n]*(?:’(?=\w)[^’\n]*)*(?:’|$)", re.MULTILINE
)
_SENTENCE_START = re.compile(
    r"(?:[\n“\"]|[!?.:](?<!\b[A-Z]\.)(?<!\b[A-Z][a-z]\.)(?<!\b[A-Z][a-z]{2}\.)(?<!\b[A-Z][a-z]{3}\.)[\"”’)]*\s)\W*"
)
_NUMBER_WORD = re.compile(
    r"(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen|"
    r"(?:twen|thir|for|fif|six|seven|eigh|nine)ty|hundred|thousand|million|billion|dozen)s?$"
)
_FUNCTION_WORD = re.compile(
    r"(?:an?|the|this|that|these|those|and|or|but|nor|so|if|as|at|by|for|from|in|into|of|off|on|onto|over|to|under|up|"
    r"with|without|about|after|before|since|until|while|when|where|who|what|which|why|how|there|here|it|its|he|she|they|"
    r"we|you|i|his|her|their|our|your|my|him|them|us|me|is|are|was|were|be|been|has|have|had|will|would|can|could|may|"
    r"might|must|should|do|does|did|not|no|yes|all|both|some|any|each|many|more|most|much|few|one|another|other|also|"
    r"only|just|now|then|still|yet|meanwhile|however|although|though|because|despite|during|between|among|against)$"
)


@dataclass(frozen=True, eq=False, slots=True)
class Signature:
    """A sample of a text's shingles, by rising masked hash; four arrays of one length, at most 256.

    Attributes:
        limit: every shingle of the text whose masked hash is below is kept; 2**32 where all are.
        masked: uint32, the first bits of the hash with facts masked.
        exact: uint16, 15 bits of the hash of the words as they are; the first bit tells that there were facts.
        place: uint8, where in the text, from 0 to 255.
    """

    limit: int
    masked: NDArray[np.uint32]
    exact: NDArray[np.uint16]
    place: NDArray[np.uint8]

    def to_bytes(self) -> bytes:
        """At most 1,804 bytes, the same on every machine."""
        parts = self.masked.astype("<u4"), self.exact.astype("<u2"), self.place
        return _HEAD.pack(self.limit, len(self.masked)) + b"".join(part.tobytes() for part in parts)

    @classmethod
    def from_bytes(cls, data: bytes) -> Signature:
        """What `to_bytes` made. Raises ValueError for anything else."""
        limit, count = _HEAD.unpack_from(data) if len(data) >= _HEAD.size else (0, 0)
        if len(data) != _HEAD.size + 7 * count:
            raise ValueError(f"{len(data)} bytes are no signature")
        at = _HEAD.size
        masked = np.frombuffer(data, "<u4", count, at).astype(np.uint32)
        exact = np.frombuffer(data, "<u2", count, at + 4 * count).astype(np.uint16)
        return cls(limit, masked, exact, np.frombuffer(data, np.uint8, count, at + 6 * count))


def signature(text: str, *, furniture: Sequence[tuple[int, int]] = ()) -> Signature:
    """The signature of a text without its page's furniture; about a millisecond for a news story."""
    words, facts, quoted = _read(text, furniture)
    count = len(words) - SHINGLE + 1
    if count < 1:
        return Signature.from_bytes(_HEAD.pack(ALL, 0))
    masks = _rolling_sum(facts, count)
    maskable = (masks > 0) & (masks <= MOST_MASKED)
    as_they_are = _hashes(words, count)
    masked = np.where(maskable, _hashes(np.where(facts, np.uint64(_MASK), words), count), as_they_are)
    free = _rolling_sum(quoted, count) <= SHINGLE // 2
    keep = np.flatnonzero(free) if free.sum() >= FEWEST_UNQUOTED else np.arange(count)

    _, first = np.unique(as_they_are[keep], return_index=True)
    keep = keep[first]
    top = (masked[keep] >> np.uint64(32)).astype(np.uint32)
    exact = (as_they_are[keep] & np.uint64(_FACT - 1) | maskable[keep] * np.uint64(_FACT)).astype(np.uint16)
    order = np.lexsort((exact, top))
    limit = ALL
    if len(order) > KEPT:
        limit = int(top[order[KEPT]])
        order = order[: np.searchsorted(top[order], limit)]
    place = (keep[order] * 256 // count).astype(np.uint8)
    return Signature(limit, top[order], exact[order], place)


def bands(signature: Signature) -> tuple[int, ...]:
    """At most 32 keys, non-negative and under 2**48, to look candidates up by: copies share at least one.

    Most are of shingles with facts in them, which templates and a site's furniture do not share.
    """
    keys = signature.masked.astype(np.int64) << 16 | signature.exact
    with_facts = signature.exact >= _FACT
    chosen = np.concatenate([keys[with_facts][:BANDS_OF_FACTS], keys[~with_facts][:BANDS_OF_OTHERS]])
    return tuple(sorted({int(key) for key in chosen}))


@dataclass(frozen=True, slots=True)
class Likeness:
    """How much two texts share, estimated from their samples.

    Attributes:
        sampled: how many shingles of the shorter text were looked at.
        shared: the share of them that the longer one has, word for word.
        spread: the share of the shorter text's stretches that have a part in that: 1 for an even rewrite, less
            where a later report repeats an earlier one's background.
        alike: how many shingles with facts agree with the facts masked.
        same_facts: the share of those that agree as they are; 1 where there are none.
    """

    sampled: int
    shared: float
    spread: float
    alike: int
    same_facts: float


def likeness(a: Signature, b: Signature) -> Likeness:
    """What `is_copy` judges by. Symmetric."""
    limit = min(a.limit, b.limit)
    keys_a, keys_b = _keys(a, limit), _keys(b, limit)
    if (len(keys_b), keys_b.tobytes()) < (len(keys_a), keys_a.tobytes()):
        shorter, longer, places = keys_b, keys_a, b.place
    else:
        shorter, longer, places = keys_a, keys_b, a.place
    if not len(shorter):
        return Likeness(0, 0.0, 0.0, 0, 1.0)
    found = _is_in(shorter, longer)
    templates, same = _with_facts(shorter), _with_facts(shorter[found])
    alike = templates[_is_in(templates, _with_facts(longer))]
    stretches = min(8, max(1, len(shorter) // 12))
    stretch = places[: len(shorter)].astype(np.int64) * stretches // 256
    hits, sizes = np.bincount(stretch[found], minlength=stretches), np.bincount(stretch, minlength=stretches)
    return Likeness(
        sampled=len(shorter),
        shared=float(found.mean()),
        spread=float((hits >= np.maximum(1, 0.1 * sizes))[sizes > 0].mean()),
        alike=len(alike),
        same_facts=float(_is_in(alike, same).mean()) if len(alike) else 1.0,
    )


def is_copy(a: Signature, b: Signature) -> bool:
    """Whether one text is a copy of the other, or both are of a third. Symmetric."""
    like = likeness(a, b)
    if like.same_facts < SAME_FACTS or like.shared * like.sampled < FEWEST_SHARED:
        return False
    everywhere = like.spread >= EVERYWHERE
    if like.sampled < SHORT:
        return like.shared >= SHARED and everywhere
    return like.shared >= SHARED or (like.shared >= SHARED_EVERYWHERE and everywhere)


def _keys(signature: Signature, limit: int) -> NDArray[np.int64]:
    end = int(np.searchsorted(signature.masked, limit)) if limit < ALL else len(signature.masked)
    return signature.masked[:end].astype(np.int64) << 16 | signature.exact[:end]


def _with_facts(keys: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.unique(keys[keys & _FACT > 0] >> 16)


# A text's words


def _read(
    text: str, furniture: Sequence[tuple[int, int]]
) -> tuple[NDArray[np.uint64], NDArray[np.bool_], NDArray[np.bool_]]:
    """Of each word outside furniture: its hash, whether it is a fact, whether it is quoted."""
    matches = list(_WORD.finditer(text))
    starts = np.array([match.start() for match in matches], np.int64)
    words = np.array([_word(match[0]) for match in matches], np.uint64)
    begins = np.array([0, *(match.end() for match in _SENTENCE_START.finditer(text))], np.int64)
    facts = (words & np.uint64(_NUMBER) > 0) | ((words & np.uint64(_NAME) > 0) & ~_is_in(starts, begins))
    quoted = _within(starts, [match.span() for match in _QUOTATION.finditer(text)])
    own = ~_within(starts, sorted(furniture))
    return words[own] >> np.uint64(2), facts[own], quoted[own]


def _within(starts: NDArray[np.int64], ranges: Sequence[tuple[int, int]]) -> NDArray[np.bool_]:
    """Which of the positions lie in one of the ranges, which are in order and do not overlap."""
    edges = np.array(ranges, np.int64).reshape(-1)
    inside: NDArray[np.bool_] = np.searchsorted(edges, starts, side="right") % 2 == 1
    return inside


@lru_cache(maxsize=1 << 17)
def _word(word: str) -> int:
    """Its hash; in the last two bits whether it is a number, and a name unless it begins a sentence."""
    plain = word.lower().replace("’", "'").removesuffix("'s")
    hashed = int.from_bytes(blake2b(plain.encode("utf-8", "replace"), digest_size=8).digest(), "little")
    number = word[0].isdigit() or _NUMBER_WORD.match(plain)
    name = word[0].isupper() and not _FUNCTION_WORD.match(plain)
    return hashed & ~(_NUMBER | _NAME) | (_NUMBER if number else 0) | (_NAME if name else 0)


def _is_in(values: NDArray[np.int64], among: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which of the values are among the others, which are sorted. np.isin takes ten times as long."""
    if not len(among):
        return np.zeros(len(values), np.bool_)
    found: NDArray[np.bool_] = among[np.minimum(np.searchsorted(among, values), len(among) - 1)] == values
    return found


def _rolling_sum(flags: NDArray[np.bool_], count: int) -> NDArray[np.int64]:
    total = np.zeros(len(flags) + 1, np.int64)
    np.cumsum(flags, out=total[1:])
    return total[SHINGLE : SHINGLE + count] - total[:count]


def _hashes(words: NDArray[np.uint64], count: int) -> NDArray[np.uint64]:
    """A 64-bit hash of each run of words: a polynomial in an odd constant, mixed as in splitmix64."""
    mixed = np.zeros(count, np.uint64)
    for i in range(SHINGLE):
        mixed = mixed * np.uint64(0x9E3779B97F4A7C15) + words[i : i + count]
    mixed = (mixed ^ mixed >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ mixed >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
    mixed ^= mixed >> np.uint64(31)
    return mixed
