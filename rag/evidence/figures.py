"""The figures that an article is about: how many died or were moved, what something costs, as its lead says it.

News leads with them ("inverted pyramid"), so that two articles on one event can be held against each other figure by
figure, whatever their other words: the slots of disaster and business news (Message Understanding Conferences 3 and 6).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.evidence.numbers import Number, same
from rag.evidence.parsed import Parsed, parse
from rag.evidence.tokens import Token, tokens
from rag.types import Article, ConflictKind, Reason

LEADS = 3  # sentences of a text that may lead with it
REACH = 8  # words between a figure and what says what it counts

_SAID = {
    "dead": "dead died die dies dying death deaths kill killed kills killing perish perished perishing fatalities "
    "fatality toll",
    "injured": "injured injures injuring injuries injury hurt wounded wounding wounds hospitalised hospitalized",
    "missing": "missing unaccounted",
    "moved": "evacuated evacuate evacuates evacuating evacuees evacuation fled flee flees fleeing displaced homeless "
    "ran",
    "held": "arrested arrests arrest arresting detained detain detains detaining",
    "jobs": "jobs job posts layoffs redundancies redundant",
    "ill": "infected infections sick sickened ill fell",
    "crowd": "marched march marches marchers attended attend crowd rallied rally protested demonstrated demonstrators",
}  # fmt: skip
_COSTS = "cost costs costing bill budget price priced estimate estimated repair repairs worth damage damages losses"
_SLOTS = {word: slot for slot, words in _SAID.items() for word in words.split()}
_MONEY = frozenset(_COSTS.split())
_PEOPLE = frozenset(
    "people person persons others resident residents villager villagers passenger passengers victim victims inhabitant "
    "inhabitants".split()
)
_STAFF = frozenset("worker workers employee employees staff positions".split())
_CURRENCIES = frozenset("$ £ € ¥ yuan rupees reais rubles francs pesos crowns".split())
_ENDS = re.compile(r"[,;:()—–]\s|\s(?:and|but|while|as)\s")
_PART_BEFORE = re.compile(
    r"\b(?:includ\w+|among(?: them| those)?|another|further|additional|other|plus|aged?|of)\s(?:\w+\s)?$",
    re.I,
)
_PART_AFTER = re.compile(
    r"\s(?:other|more|additional|further|of (?:them|whom|those|the|which|his|her|its|their)|living|years?)\b|-",
    re.I,
)
# What counts over another stretch of time than one event.
_OVER_TIME = re.compile(
    r"\b(?:since (?:(?:19|20)\d\d|last|the (?:war|start|beginning)|[A-Z][a-z]+ (?:19|20)\d\d)|so far this"
    r"|(?:this|last|each|every|per|a) (?:year|month|week)|recent(?:ly)?|annual\w*|yearly|monthly|average"
    r"|anniversary|in (?:19|20)\d\d|disasters|attacks|incidents|shootings|crashes)\b",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"(?:/.*){2}|_|www\.")  # a web address left in a text: its figures count nothing
_HOW_MANY = re.compile(r"\bhow many\b|\bnumber of\b", re.IGNORECASE)
_WORDED = re.compile(
    r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|\w+ty|hundred|thousand)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of a lead. `slot`: what is counted of `what` ("dead" of "people"); `start` to `end` is its sentence in
    the article's text."""

    number: Number
    slot: str
    what: str
    said: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Stated:
    """An article with a figure of its lead."""

    article: Article
    group: int
    figure: Figure


@dataclass(frozen=True, slots=True)
class FiguresApart:
    """Two articles whose leads give one figure differently, the older first."""

    kind: ConflictKind
    older: Stated
    newer: Stated

    @property
    def reason(self) -> Reason:
        """What differs, as the checks of evidence word it."""
        return Reason("number", self.newer.figure.number.limited, self.older.figure.number.limited)


def lead_figures(text: str, ranges: Sequence[tuple[int, int]], published: str | None) -> tuple[Figure, ...]:
    """The figures of an article's first sentences, each slot's only where they agree on it.

    Args:
        ranges: the sentences of the text, in order.
        published: as the article has it, against which its days are read.
    """
    found = [one for start, end in ranges[:LEADS] for one in figures(text, start, end, published)]
    by_slot: dict[tuple[str, str], list[Figure]] = {}
    for one in found:
        by_slot.setdefault((one.slot, one.what), []).append(one)
    return tuple(
        some[0] for some in by_slot.values() if all(same(some[0].number, one.number) for one in some)
    )


def asks_for(question: str, figure: Figure, about: str) -> bool:
    """Whether a question asks how many there are of what a figure counts, or what its matter costs: where half of the
    question's other words are in `about`, the headlines and sentences that tell it."""
    asked, money = _HOW_MANY.search(question), figure.slot == "cost"
    words = tokens(question)
    slots = {_slot_of(words, at, money=money) for at in range(len(words))}
    if money:
        told = {word.stem for word in tokens(about)}
        other = {word.stem for word in words if not word.empty and word.low not in _MONEY}
        return not asked and figure.slot in slots and len(other & told) >= max(1, len(other) / 2)
    head = tokens(question[asked.end() :])[:2] if asked else ()
    if figure.what != "people":
        return figure.what in {word.stem for word in head}
    return figure.slot in slots and any(word.low in _PEOPLE | _STAFF | _SLOTS.keys() for word in head)


def differ(one: Figure, other: Figure) -> bool:
    """Whether two figures count the same and cannot stand for each other, rounded or limited as they are said."""
    if (one.slot, one.what) != (other.slot, other.what):
        return False
    return not (same(one.number, other.number) or same(other.number, one.number))


def figures(text: str, start: int, end: int, published: str | None) -> Iterator[Figure]:
    """The figures of one sentence of a text, in order."""
    said = " ".join(text[start:end].split())
    if not _WORDED.search(said) or _OVER_TIME.search(said) or _ADDRESS.search(said):
        return
    read = parse(said, published)
    for number in read.numbers:
        if number.ordinal or number.part or number.rate or number.range or number.value < 2:
            continue
        if _PART_BEFORE.search(said[: number.start]) or _PART_AFTER.match(said[number.end :]):
            continue
        slot, what = _slot(read, number)
        if slot:
            yield Figure(number, slot, what, said, start, end)


def _slot_of(words: Sequence[Token], at: int, *, money: bool) -> str:
    """The slot that a word names: "lose their work" is one of jobs, work alone is none."""
    if money:
        return "cost" if words[at].low in _MONEY else ""
    if words[at].low == "work" and any(
        word.low in ("lose", "losing", "lost") for word in words[max(0, at - 2) : at]
    ):
        return "jobs"
    return _SLOTS.get(words[at].low, "")


def _slot(read: Parsed, number: Number) -> tuple[str, str]:
    """What a figure counts, and of what; ("", "") where it is no such figure."""
    money = number.unit in _CURRENCIES
    if number.unit and not money:
        return "", ""
    words = read.words
    first = next(at for at, word in enumerate(words) if word.end > number.start)
    last = max(at for at, word in enumerate(words) if word.start < number.end)
    begin = max((m.end() for m in _ENDS.finditer(read.text[: number.start])), default=0)
    stop = _ENDS.search(read.text[number.end :])
    until = number.end + stop.start() if stop else len(read.text)
    best: tuple[int, str] | None = None
    for at, word in enumerate(words):
        if first <= at <= last or not begin <= word.start < until:
            continue
        slot = _slot_of(words, at, money=money)
        apart = first - at if at < first else at - last
        if slot and apart <= REACH and (best is None or apart < best[0]):
            best = (apart, slot)
    if best is None:
        return "", ""
    if money:
        return best[1], number.unit
    after = words[last + 1].low if last + 1 < len(words) else ""
    counted = next((word.low for word in words[last + 1 :] if word.stem == number.noun), "")
    if not counted or counted in _PEOPLE or counted in _SLOTS or after in _SLOTS:
        return best[1], "people"
    if best[1] == "jobs" and counted in _STAFF:
        return best[1], "people"
    return best[1], number.noun
