"""What a sentence says otherwise without another number, date or name: denied, surer, or the opposite."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rag.evidence.facts import Difference
from rag.evidence.parsed import Parsed
from rag.evidence.tokens import Token, stem
from rag.evidence.wording import (
    DENIALS,
    HEDGES,
    NEGATORS,
    PREVENTS,
    UNSURE,
    WITH_TO,
    alike,
    further,
    opposed,
)

_REACH = 4  # telling words that a negation reaches over

NEEDED = 2  # telling words beside both of two opposites
SHORT = 4  # telling words of a sentence so short that one beside is enough
_BESIDE = 3  # words to each side that make the place of a word
_CLAUSE = re.compile(
    r"[,;:.!?—–]|\b(?:but|and|because|although|though|while|whereas|until|unless|who|which)\b", re.I
)
_UNSURE = frozenset(map(stem, UNSURE))
_HEDGE = re.compile(rf"\b(?:{'|'.join(sorted(map(re.escape, HEDGES), key=len, reverse=True))})\b", re.I)


_IF = frozenset("if whether unless would could may might should".split())  # "if convicted" convicts nobody


def furthered(said: Parsed, anchors: Sequence[Parsed]) -> Iterator[Difference]:
    """A deed in the place of what comes before it: "convicted" where the source says "charged"."""
    held = {
        word.stem
        for one in anchors
        for at, word in enumerate(one.words)
        if not any(before.low in _IF and before.text != "May" for before in one.words[max(0, at - 3) : at])
    }
    for at in said.plain:
        word = said.words[at]
        if word.stem in held or _negated(said, at) is not None:
            continue
        for source in anchors:
            for other in source.plain:
                theirs = source.words[other]
                if not further(word.stem, theirs.stem) or any(one.stem == theirs.stem for one in said.words):
                    continue
                if _together(said, at, source, other) >= NEEDED:
                    place = source.start + theirs.start
                    yield Difference("meaning", word.text, theirs.text, place, source.citation)
                    return


def opposites(said: Parsed, anchors: Sequence[Parsed]) -> Iterator[Difference]:
    """Words that stand against a word of the source in the same place."""
    spoken = {word.stem for word in said.words}
    held = {word.stem for one in anchors for word in one.words}
    for at, word in enumerate(said.words):
        if word.stem in held or (word.empty and word.low not in _PLACING) or _in_a_date(said, word):
            continue
        for source in anchors:
            for other_at, other in enumerate(source.words):
                if other.stem in spoken or not opposed(word.stem, other.stem):
                    continue
                if _together(said, at, source, other_at) >= NEEDED and _stands_against(
                    said, at, source, other_at
                ):
                    yield Difference(
                        "meaning", word.text, other.text, source.start + other.start, source.citation
                    )
                    return


_PLACING = frozenset(
    """
    before after earlier later every over under above below inside outside more less most all some few up down
    off against
    """.split()
)


def _stands_against(said: Parsed, at: int, source: Parsed, other: int) -> bool:
    """Whether two opposites are about one thing: neither is denied alone, neither sentence has both of them."""
    word, theirs = said.words[at].stem, source.words[other].stem
    if (_negated(said, at) is None) != (_negated(source, other) is None):
        return False
    if any(alike(one.stem, theirs) for one in said.words) or any(
        alike(one.stem, word) for one in source.words
    ):
        return False
    if {said.words[at].low, source.words[other].low} & _PLACING:  # before what, after what
        return _next(said, at) == _next(source, other)
    return True


def _next(one: Parsed, at: int) -> str | None:
    return next((one.words[place].stem for place in one.telling if place > at), None)


def _in_a_date(one: Parsed, word: Token) -> bool:
    """Whether a word is of a date: "last November", "first quarter" is not."""
    following = one.text[word.end : word.end + 12].strip().lower()
    return word.low == "last" and following.startswith(_TIMES)


_TIMES = tuple(
    "week month year night spring summer autumn fall winter jan feb mar apr may jun jul aug sep oct nov dec mon "
    "tue wed thu fri sat sun decade century".split()
)


def _together(said: Parsed, at: int, source: Parsed, other_at: int) -> int:
    """How many telling words stand beside both words."""
    return len(_around(said, at) & _around(source, other_at))


def _around(one: Parsed, at: int) -> frozenset[str]:
    before = [place for place in one.telling if place < at][-_BESIDE - 1 :]
    after = [place for place in one.telling if place > at][: _BESIDE + 1]
    return frozenset(one.words[place].stem for place in (*before, *after))


def denied(said: Parsed, anchors: Sequence[Parsed]) -> Iterator[Difference]:
    """The first word that one of the two denies and the other does not, in the same place."""
    for at in said.plain:
        word = said.words[at]
        places = [
            (_together(said, at, source, other), source, other)
            for source in anchors
            for other in source.plain
            if source.words[other].stem == word.stem
        ]
        if not places:
            continue
        ours = _negated(said, at)
        if any((ours is None) == (_negated(source, other) is None) for _, source, other in places):
            continue
        together, source, other = max(places, key=lambda place: place[0])
        theirs = _negated(source, other)
        if ours is not None and _denials(said) <= _denials(anchors[0]):
            continue
        if theirs is not None and _denials(source) <= _denials(said):
            continue
        near = (
            1
            if min(len(said.telling), len(source.telling)) <= SHORT
            else 2
            if max(_distance(said, ours, at), _distance(source, theirs, other)) <= 1
            else 3
        )
        if not _whole_scope(said, ours, at, source) or not _whole_scope(source, theirs, other, said):
            continue
        if together >= near and not _turned(said, at, source, other):
            yield Difference(
                "negation",
                _phrase(said, ours, at),
                _phrase(source, theirs, other),
                source.start + source.words[other].start,
                source.citation,
            )
            return


def _denials(one: Parsed) -> int:
    """How often anything is denied in a sentence."""
    return sum(
        word.low in NEGATORS
        or word.low in PREVENTS
        or word.low in DENIALS
        or word.low in WITH_TO
        or word.low.endswith("n't")
        for word in one.words
    )


def _whole_scope(one: Parsed, negator: int | None, at: int, other: Parsed) -> bool:
    """Whether all that is denied up to a word is also in the other sentence: else something else is denied."""
    if negator is None:
        return True
    words = one.words
    if words[negator].low in _NOBODY:  # "none of the six was hurt" denies that they were hurt, not the six
        after = next((place for place in one.telling if place > at), None)
        if after is not None and words[after].stem not in other.stems:
            return False
    theirs = {word.low for word in other.words}
    within = range(negator + 1, at)
    return all(
        words[place].stem in other.stems if not words[place].empty else words[place].low in theirs
        for place in within
        if not words[place].empty or words[place].low in _EMPTY_VERBS
    )


_NOBODY = frozenset(("no", "none", "neither", "nobody", "nothing"))
_EMPTY_VERBS = frozenset("like make makes made get gets got say says tell tells".split())


def _distance(one: Parsed, negator: int | None, at: int) -> int:
    """How many telling words stand between a word and what denies it."""
    return sum(negator < place < at for place in one.telling) if negator is not None else 0


def _turned(said: Parsed, at: int, source: Parsed, other: int) -> bool:
    """Whether an opposite beside it turns the sense back: "did not pass" and "failed"."""
    ours, theirs = _around(said, at), _around(source, other)
    return any(opposed(one, two) for one in ours - theirs for two in theirs - ours)


def _negated(one: Parsed, at: int) -> int | None:
    """The index of what denies a word; None where nothing does."""
    words, reach = one.words, 0
    for place in range(at - 1, -1, -1):
        if _CLAUSE.search(one.text[words[place].end : words[place + 1].start]) or _CLAUSE.fullmatch(
            words[place].low
        ):
            return None
        low = words[place].low
        following = words[place + 1].low
        if low in NEGATORS or low.endswith("n't"):
            harmless = following in _NO_DENIAL or _but(one, place) or _SINCE.search(one.text)
            return None if harmless or _contrast(one, place) else place
        if low in DENIALS or (low in WITH_TO and following == "to"):
            return place
        reach += not words[place].empty
        if reach > _REACH:
            return None
    return None


_NO_DENIAL = frozenset(("only", "just", "least", "doubt"))
_SINCE = re.compile(
    r"\b(?:since|until|any other|any longer|no longer|no more)\b", re.I
)  # denies what comes after, or before


def _contrast(one: Parsed, negator: int) -> bool:
    """Whether it is "this, not that"."""
    before = one.text[one.words[negator - 1].end : one.words[negator].start] if negator else ""
    following = one.words[negator + 1].low if negator + 1 < len(one.words) else ""
    return "," in before and following in ("the", "a", "an", "his", "her", "its", "their")


def _but(one: Parsed, negator: int) -> bool:
    """Whether it is "not this but that"."""
    return any(word.low == "but" for word in one.words[negator + 1 : negator + 16])


def _phrase(one: Parsed, negator: int | None, at: int) -> str:
    first = negator if negator is not None else at
    if negator is None and at and one.words[at - 1].empty and one.words[at - 1].low in _AUXILIARY:
        first = at - 1
    return " ".join(one.text[one.words[first].start : one.words[at].end].split())


_AUXILIARY = frozenset("is are was were had has have did does do will would can could be been".split())


def unhedged(said: Parsed, anchors: Sequence[Parsed]) -> Iterator[Difference]:
    """What the source says less surely than the sentence: "is expected to close" and "will close"."""
    if any(word.low in UNSURE or word.stem in _UNSURE for word in said.words):
        return
    for source in anchors:
        for match in _HEDGE.finditer(source.text):
            head = next((at for at in source.telling if source.words[at].start >= match.end()), None)
            if head is None or _CLAUSE.search(source.text[match.end() : source.words[head].start]):
                continue
            stem = source.words[head].stem
            mine = next((at for at in said.telling if said.words[at].stem == stem), None)
            if mine is not None and _together(said, mine, source, head) >= 2:
                yield Difference(
                    "hedge",
                    said.words[mine].text,
                    " ".join(source.text[match.start() : source.words[head].end].split()),
                    source.start + match.start(),
                    source.citation,
                )
                return
