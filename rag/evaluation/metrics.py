"""How good a ranking, an answer or a score is: small pure functions, each with its source.

A system is known only by what it found for each question: a list of `Place`s, best first. "Does not apply" (a
question without evidence, a score without both kinds of case) is `None`, never 0.

Ranking metrics count *evidence spans*, not passages: a passage counts when it contains the start of a span,
and a span that an earlier passage already holds brings nothing new, so overlapping passages earn no more.
Where every passage holds at most one span and every span lies in one passage, they are trec_eval's, and
`ir-measures` agrees.
"""

from __future__ import annotations

import math
import re
import string
import unicodedata
from collections import Counter
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from rag.expected import Evidenced

Z_95 = 1.959963984540054
READ_WORDS = 1000
"""How much of what was found a patient reader, or a model's context, takes in."""
NOT_TELLING = frozenset({"yes", "no", "true", "false"})


@dataclass(frozen=True, slots=True)
class Place:
    """A passage as any system returned it: `article.text[start:end]`."""

    article: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Interval:
    """A value with the ends of its interval, over `n` cases."""

    value: float
    low: float
    high: float
    n: int


# Which evidence a ranking holds


def covered(found: Sequence[Place], evidence: Sequence[Evidenced]) -> tuple[frozenset[int], ...]:
    """For each rank, the indices of the evidence entries whose start lies in the passage there.

    An entry without a start is in no passage: give it one first (`sets.located`).
    """
    return tuple(
        frozenset(
            i
            for i, entry in enumerate(evidence)
            if entry.start is not None
            and entry.article == place.article
            and place.start <= entry.start < place.end
        )
        for place in found
    )


def holding(
    found: Sequence[Place], texts: Mapping[str, str], answers: Sequence[str]
) -> tuple[frozenset[int], ...]:
    """For each rank, {0} where the passage contains any of the answers as whole words, else nothing.

    For question sets that know answers but no spans: any answer is the one thing to find.
    """
    return tuple(
        frozenset({0} if contains_answer(texts[p.article][p.start : p.end], answers) else ()) for p in found
    )


def first_words(
    found: Sequence[Place], texts: Mapping[str, str], limit: int = READ_WORDS
) -> tuple[Place, ...]:
    """What was found, cut after its first `limit` words (white-space separated; overlaps are read twice).

    A hit in what is left does not depend on how large a system's passages are.
    """
    kept = []
    for place in found:
        if limit <= 0:
            break
        ends = [m.end() for m in re.finditer(r"\S+", texts[place.article][place.start : place.end])]
        if len(ends) > limit:
            place = Place(place.article, place.start, place.start + ends[limit - 1])
        kept.append(place)
        limit -= len(ends)
    return tuple(kept)


# Ranking, for one question: `found` is what `covered` or `holding` gave, `of` the number of evidence entries


def hit(found: Sequence[Collection[int]], k: int | None = None) -> bool:
    """Success@k: is any evidence in the first k? (k=None: anywhere)"""
    return any(found[:k])


def recall(found: Sequence[Collection[int]], of: int, k: int | None = None) -> float | None:
    """Share of the evidence entries in the first k. None without evidence."""
    return len(set().union(*found[:k])) / of if of else None


def reciprocal_rank(found: Sequence[Collection[int]], k: int | None = None) -> float:
    """1 / rank of the first passage with evidence, 0 where the first k have none (Voorhees, TREC-8, 1999)."""
    return next((1 / rank for rank, spans in enumerate(found[:k], 1) if spans), 0.0)


def average_precision(found: Sequence[Collection[int]], of: int, k: int | None = None) -> float | None:
    """Mean over all evidence entries of the precision at the rank that first holds each, 0 if not found.

    Precision counts the passages that brought something new (Buckley & Voorhees, 2000). None without
    evidence.
    """
    seen: set[int] = set()
    useful, total = 0, 0.0
    for rank, spans in enumerate(found[:k], 1):
        new = set(spans) - seen
        useful += bool(new)
        total += len(new) * useful / rank
        seen |= new
    return total / of if of else None


def ndcg(found: Sequence[Collection[int]], of: int, k: int | None = None) -> float | None:
    """Discounted gain 1/log2(rank+1) of each evidence entry where it first appears, over the ideal's.

    The ideal holds one entry a rank (Järvelin & Kekäläinen, 2002); a passage that holds several may do better
    and is counted as 1. None without evidence.
    """
    seen: set[int] = set()
    gain = 0.0
    for rank, spans in enumerate(found[:k], 1):
        new = set(spans) - seen
        gain += len(new) / math.log2(rank + 1)
        seen |= new
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, (of if k is None else min(of, k)) + 1))
    return min(1.0, gain / ideal) if ideal else None


# Answers


def fold(text: str) -> str:
    """Case, compatibility forms and punctuation folded; words separated by one space."""
    text = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(re.sub(r"[^\w]|_", " ", text).split())


def telling(answers: Sequence[str]) -> tuple[str, ...]:
    """The answers, folded, that finding them in a text means something: not yes, no, true, false, not under 3
    characters. Empty: leave the question out."""
    return tuple(a for a in map(fold, answers) if len(a) >= 3 and a not in NOT_TELLING)


def contains_answer(text: str, answers: Sequence[str]) -> bool | None:
    """Does the text hold any telling answer as whole words, after folding? None where no answer tells."""
    wanted = telling(answers)
    if not wanted:
        return None
    folded = f" {fold(text)} "
    return any(f" {answer} " in folded for answer in wanted)


def squad_normal(text: str) -> str:
    """SQuAD's normal form: lower case, no ASCII punctuation, no articles (Rajpurkar et al., 2016)."""
    text = "".join(c for c in text.lower() if c not in string.punctuation)
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", text).split())


def exact_match(answer: str, gold: Sequence[str]) -> bool | None:
    """Equal to any gold answer after SQuAD's normalisation. None without gold answers."""
    return any(squad_normal(answer) == squad_normal(g) for g in gold) if gold else None


def token_f1(answer: str, gold: Sequence[str]) -> float | None:
    """SQuAD's F1 over the bag of normalised tokens, the best over the gold answers. None without gold.

    Where either side has no tokens it is 1 if both have none, else 0 (SQuAD 2.0's rule).
    """
    return max((_f1(squad_normal(answer).split(), squad_normal(g).split()) for g in gold), default=None)


def _f1(said: list[str], gold: list[str]) -> float:
    if not said or not gold:
        return float(said == gold)
    same = sum((Counter(said) & Counter(gold)).values())
    return 2 * same / (len(said) + len(gold))


# Scores, and how sure a number is


def mean(values: Sequence[float | None]) -> float | None:
    """The mean of those that apply; None where none does."""
    known = [v for v in values if v is not None]
    return math.fsum(known) / len(known) if known else None


def auroc(scores: Sequence[float], positive: Sequence[bool]) -> float | None:
    """Area under the ROC curve: how often a positive case scores above a negative one, ties half
    (Mann & Whitney, 1947; Hanley & McNeil, 1982). None unless both kinds occur."""
    values, labels = np.asarray(scores, dtype=np.float64), np.asarray(positive, dtype=bool)
    if values.shape != labels.shape:
        raise ValueError(f"{len(scores)} scores for {len(positive)} labels")
    if np.isnan(values).any():
        raise ValueError("a score is NaN")
    of_positive, of_negative = int(labels.sum()), int((~labels).sum())
    if not of_positive or not of_negative:
        return None
    _, which, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[which]
    above = float(ranks[labels].sum()) - of_positive * (of_positive + 1) / 2
    return above / (of_positive * of_negative)


def wilson(successes: int, n: int, z: float = Z_95) -> Interval | None:
    """A share with its score interval, 95 % unless told (Wilson, 1927). None of none."""
    if not n:
        return None
    share = successes / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return Interval(share, max(0.0, middle - half), min(1.0, middle + half), n)


def paired_bootstrap(
    ours: Sequence[float],
    theirs: Sequence[float],
    *,
    groups: Sequence[Hashable] | None = None,
    draws: int = 2000,
    level: float = 0.95,
    seed: int = 0,
) -> Interval | None:
    """Mean of ours - theirs over the same questions, with its percentile interval (Efron & Tibshirani, 1993).

    With `groups` (the article a question is about), whole groups are drawn: questions on one are alike.
    The same seed gives the same interval. None of no questions.
    """
    if len(ours) != len(theirs):
        raise ValueError(f"{len(ours)} values beside {len(theirs)}: they must be paired")
    if not ours:
        return None
    difference = np.asarray(ours, dtype=np.float64) - np.asarray(theirs, dtype=np.float64)
    number = {group: i for i, group in enumerate(dict.fromkeys(groups or range(len(ours))))}
    which = np.array([number[group] for group in groups or range(len(ours))])
    sums = np.bincount(which, weights=difference)
    sizes = np.bincount(which).astype(np.float64)
    chance = np.random.default_rng(seed)
    means = np.empty(draws)
    for draw in range(draws):
        drawn = chance.integers(len(sums), size=len(sums))
        means[draw] = sums[drawn].sum() / sizes[drawn].sum()
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(difference.mean()), float(low), float(high), len(ours))
