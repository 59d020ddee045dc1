"""Who is a person in an article, without a model: capitals with a title, an age, a role or a word of saying beside.

A surname stands for the one full name in the article that ends in it. What only looks like a name makes a "he said"
uncertain, and is never said to have spoken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from rag.evidence.names import TITLES

Gender = Literal["he", "she"]

VERBS = frozenset(
    """
    said says say told tells tell added adds asked asks replied replies answered answers wrote writes explained
    explains recalled recalls remembered remembers argued argues insisted insists warned warns claimed claims
    commented comments noted notes declared stated states announced announces promised promises admitted admits
    conceded concedes joked continued concluded observed observes remarked suggested suggests maintained
    testified tweeted posted shouted whispered complained complains acknowledged acknowledges vowed pledged
    predicted predicts urged urges denied denies stressed emphasised emphasized repeated thought thinks believes
    believed called calls described describes whooped quipped sighed laughed cried read reads
    """.split()
)
_HIS = "mr sir lord king prince father brother chairman spokesman".split()
_HERS = "mrs ms miss lady dame queen princess sister chairwoman spokeswoman".split()
_OF: dict[str, Gender] = {**dict.fromkeys(_HIS, "he"), **dict.fromkeys(_HERS, "she")}
_OTHER_TITLES = (
    "nurse warden master archdeacon gov lt adm cpl pvt ceo cfo coo cto sheik sheikh imam rabbi pastor"
)
_NO_TITLES = {"the", "then", "late", "former", "acting", "interim"}
_TITLED = (TITLES | frozenset(_OTHER_TITLES.split())) - _NO_TITLES
# Roles as they stand, small, before a name or with an article of their own.
ROLES = frozenset(
    """
    actor adviser analyst artist author baker biologist boss bosun boy brother builder butcher captain carpenter
    chair chairman chairwoman chef chief child clerk coach colleague commander commissioner constable consultant
    councillor customer daughter dean deputy designer detective director docker doctor driver economist editor
    electrician employee engineer executive expert farmer father firefighter fisherman florist founder friend
    girl governor guard guest guide herder historian housewife husband inspector investigator janitor journalist
    judge juror keeper lad lady lawyer leader lecturer librarian lodger magistrate man manager mate mayor
    mechanic member midwife minister mother musician neighbour neighbor nurse officer official organiser
    organizer owner painter partner passenger pastor patient pensioner person photographer physician pilot
    player plumber poet policeman policewoman politician porter president priest principal prisoner producer
    professor prosecutor pupil rapporteur receptionist reporter representative researcher resident sailor
    scientist secretary senator sergeant sheriff shepherd shopkeeper singer sister soldier solicitor son
    spokesman spokesperson spokeswoman steward student surgeon survivor suspect teacher technician tenant
    translator treasurer trustee undersecretary veteran victim villager volunteer waiter waitress widow widower
    wife witness woman worker writer
    """.split()
)
_BODIES = frozenset(
    """
    agency airport alliance association authority avenue bank bay board bridge brigade brokers bureau campaign
    castle cathedral centre center chamber church circle city civic club college commission committee common
    companies company congress cooperative corporation council county court department directorate district dock
    dyke end estate federation field fire football foundation front fund gallery gardens government group guild
    hall harbour harbor high highway hill hospital hotel house inc industries inn institute institution
    international island isle lake lane league library lithium ltd magazine market meadow ministry monument
    motors mountain museum national navy network news newspaper north north-east office parish park parliament
    partnership party pier place plant plaza police pond port press programme project quay quarter railway
    republic reserve ridge river road royal school sea secretariat senate service services society south square
    stadium station steel store strait street studio system team telegraph terminal theatre theater times tower
    town transport treasury trust tunnel union united university upper valley village ward water weir west works
    yard
    """.split()
)
_SMALL = frozenset(
    """
    the a an on in at he she it they we i his her its their this that these those there then when while but and
    or if as by for from with without after before one two of to not no yes what who whom whose why how where
    which our my your some all every each both so now still even only such here last next once since until under
    over about into outside inside asked most many more much nobody nothing everyone everybody someone none
    perhaps also although though because however meanwhile has have had is are was were be been do does did will
    would can could may might must shall should let monday tuesday wednesday thursday friday saturday sunday
    january february march april may june july august september october november december jan feb mar apr jun
    jul aug sep sept oct nov dec
    """.split()
)
_TOKEN = re.compile(r"[^\W\d_](?:[’'.]?[^\W_]+|-[^\W_]+)*\.?")
_INSIDE = re.compile(r"(?:d[aei]|l[ae]|van|mac|mc|o)[A-Z]")  # as diGenova begins
_CAPTIONS = ("Watch", "Courtesy", "Photo", "See")
_JOINS = frozenset("van von der den de la le di da du bin ibn al el ten ter dos".split())
OFFICE = re.compile(
    r"\b(?:secretary|minister|attorney|director|head|chief|department) (?:of|for)(?: the)? $", re.I
)
_AGED = re.compile(r",\s+(?:aged\s+)?\d{1,3}\b(?:,|\)|\.)|\s+\(\d{1,3}\)")
_APPOSED = re.compile(
    r",\s+(?:the|a|an|who|whose|chair|chief|head|director|leader|secretary|spokes\w+)\b", re.I
)
ABBREVIATED = frozenset(
    """
    mr mrs ms dr st prof rev hon sen rep gov gen col capt lt sgt no jr sr vs etc oct sept nov dec
    jan feb aug a.m p.m u.s u.k e.g i.e
    """.split()
)


@dataclass(frozen=True, slots=True)
class Mention:
    """A run of capitals at `start` to `end`, its title left out: `words` of it; `sure` where it is a person's."""

    start: int
    end: int
    words: tuple[str, ...]
    sure: bool
    gender: Gender | None
    shown: str  # with its title

    @property
    def last(self) -> str:
        """The last word, folded."""
        return self.words[-1].lower()


class Persons:
    """The persons of an article's text; `spoken` are the ranges in quotation marks, which are not looked into."""

    def __init__(self, text: str, spoken: Sequence[tuple[int, int]]) -> None:
        self._text, self._spoken = text, spoken
        self.mentions = tuple(_mentions(text, spoken))

    @cached_property
    def _full(self) -> dict[str, set[tuple[str, ...]]]:
        """Full names by their last word; those that are surely persons', else those that may be."""
        found: dict[str, set[tuple[str, ...]]] = {}
        for one in self.mentions:
            if len(one.words) > 1 and (one.sure or one.last in self._surnames):
                found.setdefault(one.last, set()).add(one.words)
        return {last: _longest(names) for last, names in found.items()}

    @cached_property
    def _surnames(self) -> frozenset[str]:
        """Last words of what is somewhere surely a person."""
        return frozenset(one.last for one in self.mentions if one.sure)

    def name(self, one: Mention) -> str | None:
        """Whom a mention is of, by the fullest name there is of them; None where it is no person."""
        if not one.sure and (one.last not in self._surnames or _body(one.words)):
            return None
        full = self._full.get(one.last, set())
        if len(full) == 1:
            return " ".join(next(iter(full)))
        return " ".join((one.shown if full else " ".join(one.words)).split())

    def gender(self, name: str) -> Gender | None:
        """What the article's titles say."""
        last = name.split()[-1].lower()
        said = {one.gender for one in self.mentions if one.last == last and one.gender}
        return next(iter(said)) if len(said) == 1 else None

    def within(self, start: int, end: int) -> list[Mention]:
        """What is mentioned there, in order."""
        return [one for one in self.mentions if start <= one.start < end]

    def only(self, start: int, end: int, pronoun: str | None) -> tuple[str | None, bool]:
        """The one person whom a text can mean by "he", "she" or nothing; and whether it names anybody at all."""
        names: dict[str, None] = {}
        unsure = False
        for one in self.within(start, end):
            name = self.name(one)
            if name is not None:
                names[name] = None
            elif len(one.words) > 1 and not _body(one.words):
                unsure = True
        fitting = [name for name in names if pronoun not in _HE_SHE or self.gender(name) in (None, pronoun)]
        unnamed = self._somebody(start, end)
        anyone = bool(names) or unsure or unnamed
        certain = len(fitting) == 1 and not unsure and not unnamed
        certain = certain and not self._another(fitting[0], pronoun, start, end)
        return (fitting[0] if certain else None), anyone

    def _another(self, name: str, pronoun: str | None, start: int, end: int) -> bool:
        """Whether "he" or "she" stands there for somebody else."""
        found = (one for one in _MEANING.finditer(self._text, start, end) if not self._quoted(one.start()))
        said = {_MEANT[one[0].lower()] for one in found} | ({pronoun} & set(_HE_SHE))
        gender = self.gender(name)
        return len(said) > 1 if gender is None else bool(said - {gender})

    def _somebody(self, start: int, end: int) -> bool:
        """Whether somebody stands there without a name: "a nurse", "the driver", but not "Ann Lee, the driver"."""
        for match in _UNNAMED.finditer(self._text, start, end):
            word = match[1].lower()
            if word not in ROLES or self._quoted(match.start()):
                continue
            named = any(
                (one.end <= match.start() and _BESIDE.fullmatch(self._text, one.end, match.start()))
                or (one.start >= match.end() and _BESIDE.fullmatch(self._text, match.end(), one.start))
                for one in self.mentions
            )
            if not named:
                return True
        return False

    def _quoted(self, at: int) -> bool:
        return any(start <= at < end for start, end in self._spoken)


_HE_SHE = ("he", "she")
_MEANT: dict[str, Gender] = {
    **dict.fromkeys(("he", "him", "his", "himself"), "he"),
    **dict.fromkeys(("she", "her", "hers", "herself"), "she"),
}
_MEANING = re.compile(r"\b(?:he|him|his|himself|she|her|hers|herself)\b", re.I)
_UNNAMED = re.compile(
    r"\b(?:a|an|the|his|her|their|another|one)\s+(?:[^\W\d_-]+\s+){0,2}?([^\W\d_]+)\b", re.I
)
_BESIDE = re.compile(r"[’'s]{0,2},?\s*(?:\d{1,3},\s*)?(?:of\s+[^,.]{1,40},\s*)?(?:Dr|Mr|Mrs|Ms|Prof)?\.?\s*")


def _longest(names: set[tuple[str, ...]]) -> set[tuple[str, ...]]:
    """Names without those that are another one with words left out."""
    return {one for one in names if not any(one != other and set(one) < set(other) for other in names)}


def _body(words: Sequence[str]) -> bool:
    """Whether they name a body or a place."""
    return words[0] in ("St.", "St", "Saint") or any(word.lower().rstrip(".") in _BODIES for word in words)


def _mentions(text: str, spoken: Sequence[tuple[int, int]]) -> Iterator[Mention]:
    begin = 0
    for start, end in (*spoken, (len(text), len(text))):
        yield from _in_part(text, begin, start)
        begin = max(begin, end)


def _in_part(text: str, begin: int, end: int) -> Iterator[Mention]:
    run: list[re.Match[str]] = []
    joining: list[re.Match[str]] = []
    for match in _TOKEN.finditer(text, begin, end):
        word = match[0]
        if run and not _touching(text, (joining or run)[-1].end(), match.start(), (joining or run)[-1][0]):
            yield from _mention(text, begin, run)
            run, joining = [], []
        if (word[0].isupper() or _INSIDE.match(word)) and word.lower().rstrip(".") not in _SMALL:
            run, joining = [*run, *joining, match], []
            if word.endswith(("'s", "’s")):
                yield from _mention(text, begin, run)
                run = []
        elif run and word.lower() in _JOINS:
            joining.append(match)
        elif run:
            yield from _mention(text, begin, run)
            run, joining = [], []
    if run:
        yield from _mention(text, begin, run)


def _touching(text: str, end: int, start: int, before: str) -> bool:
    between = text[end:start]
    ended = before.endswith(".") and before.lower().rstrip(".") not in ABBREVIATED and len(before) > 2
    return not ended and between in (" ", "\xa0", "\n")


def _mention(text: str, begin: int, run: Sequence[re.Match[str]]) -> Iterator[Mention]:
    words = [match[0] for match in run]
    titles = [at for at, word in enumerate(words) if word.lower().rstrip(".") in _TITLED]
    first = titles[-1] + 1 if titles else 0
    opening = (first == 0 and not text[begin : run[0].start()].strip()) or _opens(text, run[0].start())
    if first == 0 and len(run) > 2 and opening and ("-" in words[0] or words[0] in _CAPTIONS):
        first = 1  # "Editor-in-chief Ann Lee"
    if first == 0 and len(run) > 2 and OFFICE.search(text, max(0, run[0].start() - 30), run[0].start()):
        first = len(run) - 2  # "Secretary of State Ann Lee"
    if first >= len(run):
        return
    possessive = words[-1].endswith(("'s", "’s"))
    start, end = run[first].start(), run[-1].end() - (2 if possessive else 0)
    end -= text[end - 1] == "." and len(words[-1].rstrip(".")) > 1
    own = tuple(text[start:end].split())
    if not own or all(word.lower() in ROLES | _TITLED for word in own):
        return
    gender = next(
        (_OF[word] for word in (words[at].lower().rstrip(".") for at in titles) if word in _OF), None
    )
    sure = not _body(own) and (bool(titles) or _personal(text, run[0].start(), end, own, opening, possessive))
    if len(own) > 1 or sure or not opening or own[0].lower() not in _SMALL:
        yield Mention(
            start, end, own, sure, gender, text[run[0].start() : end] if titles else text[start:end]
        )


def _opens(text: str, at: int) -> bool:
    before = text[:at].rstrip()[-1:]
    return before in ("", ".", "!", "?", "“", '"', ":")


def _personal(text: str, start: int, end: int, own: Sequence[str], opening: bool, possessive: bool) -> bool:
    """Whether what stands beside it tells that it is a person."""
    if possessive:
        return False
    if _AGED.match(text, end) or (len(own) > 1 and _APPOSED.match(text, end)):
        return True
    after = _TOKEN.match(text, end + 1)
    if (
        after
        and text[end] == " "
        and after[0].lower().rstrip(".") in VERBS
        and (not opening or len(own) > 1 or own[0][-1] != "s")
    ):
        return True
    before = [match[0].lower() for match in _TOKEN.finditer(text, max(0, start - 24), start)][-1:]
    if not before or not text[max(0, start - 1)].isspace():
        return False
    return before[0] in ROLES or (before[0] in VERBS and _quote_before(text, start))


def _quote_before(text: str, start: int) -> bool:
    """Whether a quotation ended just before: "…," said Ann Lee."""
    return any(mark in text[max(0, start - 20) : start] for mark in '”“"’»«')
