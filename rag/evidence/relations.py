"""Who did what to whom, who is what, and which figure belongs to what: the same facts put together otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import permutations

from rag.evidence import names as naming
from rag.evidence import numbers as counting
from rag.evidence import times as dating
from rag.evidence.facts import Difference
from rag.evidence.names import TITLES, Name
from rag.evidence.numbers import Number
from rag.evidence.parsed import Laid, Parsed
from rag.evidence.times import When
from rag.evidence.wording import DEEDS

_BEFORE, _AFTER = 3, 5  # telling words before and after a deed that may have done and suffered it
_BEING = frozenset("is are was were be been being got".split())
_APPOSED = re.compile(
    r",? (?:who (?:is|was) )?(?:the|a|an|its|their|his|her) ((?:[\w’'-]+ ){0,3}?[\w’'-]+)"
    r"(?=[,.;:]| (?:of|for|at|in|who)\b|$)"
)


def reversed_deeds(said: Parsed, anchors: Sequence[Parsed]) -> Iterator[Difference]:
    """Doer and sufferer in each other's place: "the city sued the company" and "the company sued the city"."""
    for at, source, other in _shared_deeds(said, anchors):
        if _passive(said, at) != _passive(source, other):
            continue
        ours, theirs = _sides(said, at), _sides(source, other)
        turned = ours[0] & theirs[1] and ours[1] & theirs[0]
        if turned and not ours[0] & theirs[0]:
            yield Difference(
                "meaning",
                _clause(said, at),
                _clause(source, other),
                source.start + source.words[other].start,
                source.citation,
            )
            return


def _shared_deeds(said: Parsed, anchors: Sequence[Parsed]) -> Iterator[tuple[int, Parsed, int]]:
    for at in said.plain:
        if said.words[at].stem not in DEEDS:
            continue
        for source in anchors:
            for other in source.plain:
                if source.words[other].stem == said.words[at].stem:
                    yield at, source, other


def _passive(one: Parsed, at: int) -> bool:
    before = {word.low for word in one.words[max(0, at - 3) : at]}
    after = [word.low for word in one.words[at + 1 : at + 4]]
    return "by" in after or bool(
        before & _BEING and one.words[at].low.endswith(("ed", "en", "t", "ght", "old"))
    )


def _sides(one: Parsed, at: int) -> tuple[frozenset[str], frozenset[str]]:
    before = [place for place in one.telling if place < at][-_BEFORE:]
    after = [place for place in one.telling if place > at][:_AFTER]
    return _stems(one, before), _stems(one, after)


def _stems(one: Parsed, places: Sequence[int]) -> frozenset[str]:
    return frozenset(one.words[place].stem for place in places)


def _clause(one: Parsed, at: int) -> str:
    before = [place for place in one.telling if place < at][-2:]
    after = [place for place in one.telling if place > at][:2]
    first, last = min([*before, at]), max([*after, at])
    return " ".join(one.text[one.words[first].start : one.words[last].end].split())


def roles(laid: Laid) -> Iterator[Difference]:
    """An office or a trade given to somebody, which the source gives to another."""
    for name in laid.said.names:
        for role in _roles_of(laid.said, name):
            held = [
                (one, other) for one in laid.passage for other in one.names if role in _roles_of(one, other)
            ]
            if not held or any(naming.same(name, other) or naming.same(other, name) for _, other in held):
                continue
            if not any(naming.same(name, other) for one in laid.anchors for other in one.names):
                continue  # a name that is not there at all is told as such
            source, other = held[0]
            yield Difference(
                "name",
                f"{name.text} ({role})",
                f"{other.text} ({role})",
                source.start + other.start,
                source.citation,
            )
            return


def _roles_of(one: Parsed, name: Name) -> frozenset[str]:
    """The stems of what somebody is called beside the name: "Mayor Ann Lee", "Ann Lee, the mayor"."""
    found = set()
    before = one.words[max(0, name.first - 2) : name.first]
    for word in before:
        if (
            word.low in TITLES
            and word.low not in _COURTESY
            and one.text[word.end : name.start].count(",") == 0
        ):
            found.add(word.stem)
    if match := _APPOSED.match(one.text, name.end):
        last = match[1].split()[-1].lower()
        found |= {
            word.stem for word in one.words if word.low == last and match.start() <= word.start < match.end()
        }
    return frozenset(found)


_COURTESY = frozenset("mr mrs ms miss mx dr sir dame former deputy late then ex acting interim".split())


def swapped(said: Parsed, anchors: Sequence[Parsed]) -> Iterator[Difference]:
    """Two figures of a sentence, each with what belongs to the other."""
    for one, other in permutations(said.numbers, 2):
        mine = _partners(said, one), _partners(said, other)
        for source in anchors:
            here, there = _the_same(one, source), _the_same(other, source)
            if here is None or there is None:
                continue
            theirs = _partners(source, here), _partners(source, there)
            for kind in range(3):
                ours, swap = (mine[0][kind], mine[1][kind]), (theirs[0][kind], theirs[1][kind])
                if None in (*ours, *swap) or _agree(ours[0], swap[0]) or _agree(ours[0], ours[1]):
                    continue
                if _agree(ours[0], swap[1]) and _agree(ours[1], swap[0]):
                    yield Difference(
                        "number",
                        f"{one.text} ({_shown(ours[0])})",
                        f"{here.text} ({_shown(swap[0])})",
                        source.start + here.start,
                        source.citation,
                    )
                    return


Partner = When | Name | str | None


def _partners(one: Parsed, number: Number) -> tuple[Partner, Partner, Partner]:
    """The nearest date and the nearest name in the figure's own part of the sentence, and what it counts."""
    return _nearest(one, number, one.times), _nearest(one, number, one.names), number.noun or None


def _nearest(one: Parsed, number: Number, facts: Sequence[When] | Sequence[Name]) -> When | Name | None:
    best: tuple[int, When | Name] | None = None
    for fact in facts:
        first, last = sorted(((number.start, number.end), (fact.start, fact.end)))
        between = one.text[first[1] : last[0]]
        if ";" in between or len(between) > 60:
            continue
        rivals = sum(first[1] <= rival.start < last[0] for rival in one.numbers)
        distance = (
            len(between) + 40 * rivals + 15 * between.count(",") + 15 * len(re.findall(r"\band\b", between))
        )
        if best is None or distance < best[0]:
            best = distance, fact
    return best[1] if best else None


def _the_same(number: Number, source: Parsed) -> Number | None:
    return next((other for other in source.numbers if counting.same(number, other)), None)


def _agree(one: Partner, other: Partner) -> bool:
    if isinstance(one, When) and isinstance(other, When):
        return dating.same(one, other)
    if isinstance(one, Name) and isinstance(other, Name):
        return naming.same(one, other) or naming.same(other, one)
    return one == other


def _shown(partner: Partner) -> str:
    return partner if isinstance(partner, str) else partner.text if partner else ""
