"""Where two articles of one story give the same thing differently: disagreements, and updates and corrections apart.

Only numbers and dates: what else differs between two reporters' sentences is mostly another matter. A pair counts where
the checks of evidence find that the one sentence *differs* from the other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from rag.briefing.apart import kind_of, when
from rag.briefing.cut import Told
from rag.evidence.check import Source, check
from rag.evidence.times import times
from rag.evidence.tokens import tokens
from rag.library.storyline import marks
from rag.reading.dates import day_range
from rag.types import ConflictKind, Reason

SHARED = 3  # telling words that two sentences must share to be compared
SAME, ITS_OWN = 0.6, 0.5  # share of the shorter one's words: of two articles, of one and what replaced it
PAIRS = 150  # of one story that are compared, those that share most first
# As "HALLBECK, Oct. 12 (VPA) - ".
DATELINE = re.compile(r"[A-Z][A-Z .'’-]+,? (?:[A-Z][a-z]{2,8}\.? \d{1,2} )?(?:\([^)]{2,30}\) )?[-–—] ")
_RATE = re.compile(
    r"\b(?:an?|per|each|every) (hour|day|night|week|month|quarter|year|head|person)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Apart:
    """Two sentences that differ, the older first."""

    kind: ConflictKind
    older: Told
    newer: Told
    reason: Reason


def conflicts(told: Sequence[Told], ended: Sequence[tuple[Told, Sequence[Told]]] = ()) -> Iterator[Apart]:
    """The pairs that differ, those that share most words first, each article's sentence once.

    Args:
        told: sentences with a number or a date, of usable articles of one story.
        ended: sentences of articles that a newer one replaced, each with those of the newer.
    """
    seen: set[tuple[str, int]] = set()
    for one, other in _pairs(told):
        keys = [(each.text.article.id, each.place) for each in (one, other)]
        if seen.isdisjoint(keys) and (found := _differ(one, other)) is not None:
            seen.update(keys)
            yield found
    for old, newer in ended:
        best = [each for each in newer if _share(old, each) >= ITS_OWN]
        best.sort(key=lambda each: -_share(old, each))
        found = _differ(old, best[0]) if best else None
        if found is not None:
            kind: ConflictKind = (
                "correction" if marks(best[0].text.article).mark == "correction" else "update"
            )
            yield Apart(kind, found.older, found.newer, found.reason)


def _pairs(told: Sequence[Told]) -> list[tuple[Told, Told]]:
    words = [_words(one.said) for one in told]
    found = []
    for at, one in enumerate(told):
        for other in range(at + 1, len(told)):
            if one.text.group != told[other].text.group:
                shared = len(words[at] & words[other])
                share = shared / max(1, min(len(words[at]), len(words[other])))
                if shared >= SHARED and share >= SAME:
                    found.append((share, at, other))
    found.sort(key=lambda pair: (-round(pair[0], 6), pair[1], pair[2]))
    return [(told[at], told[other]) for _, at, other in found[:PAIRS]]


def _share(one: Told, other: Told) -> float:
    words, others = _words(one.said), _words(other.said)
    return len(words & others) / max(1, min(len(words), len(others)))


def _words(said: str) -> frozenset[str]:
    """What it says of whom and where it is: the same names stand in sentences on other things."""
    plain = (word for word in tokens(said) if not word.empty and not word.number)
    return frozenset(word.stem for word in plain if said[word.start].islower())


def _differ(one: Told, other: Told) -> Apart | None:
    older, newer = (one, other) if when(one.text.article) <= when(other.text.article) else (other, one)
    article, said = older.text.article, undated(older.said)
    source = Source(1, said, article.published, article.title, article.text, article.language, (), said)
    found = check(undated(newer.said), [source])
    reasons = [why for why in found.evidence.reasons if why.kind in ("number", "date")]
    if found.evidence.state != "differs" or len(reasons) != len(found.evidence.reasons):
        return None
    if _rates(older.said) != _rates(newer.said) or any(
        why.kind == "date" and _reported(older, newer) for why in reasons
    ):
        return None
    return Apart(kind_of(older.text.article, newer.text.article), older, newer, reasons[0])


def _rates(said: str) -> frozenset[str]:
    """What its figures are for each of: a cost a year is no other cost."""
    return frozenset(match[1].lower() for match in _RATE.finditer(said))


def _reported(*told: Told) -> bool:
    """Whether one of them names the day on which it was published, or the day before: what happened then is the news,
    not what the other dates."""
    for one in told:
        published = day_range(one.text.article.published)[1] if one.text.article.published else None
        for named in times(undated(one.said), one.text.article.published):
            if published and named.days and 0 <= (_day(published) - named.days[1]).days <= 1:
                return True
    return False


def _day(number: int) -> date:
    return date(number // 10_000, number // 100 % 100, number % 100)


def undated(said: str) -> str:
    """A sentence without the dateline before it: its day is the article's, not the event's."""
    line = DATELINE.match(said)
    return said[line.end() :] if line else said
