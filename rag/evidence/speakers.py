"""Whose word a sentence is: the reporting clause of a source's sentence, and what of it a sentence keeps."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.evidence import names as naming
from rag.evidence.facts import Difference
from rag.evidence.parsed import Parsed
from rag.evidence.tokens import Token, tokens
from rag.evidence.wording import SAYING, TELLING

_ACCORDING = re.compile(
    r"\b(?:according to|by the reckoning of|in the (?:view|words|opinion|judge?ment|estimate) of|on the word of) ",
    re.I,
)
_PUTS = re.compile(
    r"(?:(?:^|(?<=[,;] ))(?P<who>(?:(?! is | was | are | were )[^,;\"“”]){3,80}?) puts? [^,;.\"“”]{3,60}?"
    r"|(?:is|was|are|were) put by (?P<by>[^,;\"“”]{3,80}?))"
    r" at (?=(?:about |some |around |nearly |more than |less than )?[\d$£€])"
)
_LONGEST = 12  # words of a speaker
_SHARE = 0.6  # of what a sentence has from its source that lies in what was reported


@dataclass(frozen=True, slots=True)
class Reported:
    """A reporting clause: the words it stands in, who speaks, and the range of the sentence that is reported."""

    phrase: str
    speaker: str
    start: int
    end: int
    scope: tuple[int, int]


def reported(one: Parsed) -> tuple[Reported, ...]:
    """The reporting clauses of a sentence."""
    return (*_according(one), *_said(one), *_put(one))


def _according(one: Parsed) -> Iterator[Reported]:
    for match in _ACCORDING.finditer(one.text):
        stop = re.search(r"[,;.](?!\d)|\s[-–—]\s|$", one.text[match.end() :])
        end = match.end() + (stop.start() if stop else 0)
        speaker = one.text[match.end() : end]
        if len(speaker.split()) > _LONGEST:
            continue
        leads = not one.text[: match.start()].strip("\"“'‘ ")
        scope = (end, len(one.text)) if leads else (0, match.start())
        yield Reported(one.text[match.start() : end], speaker.strip(), match.start(), end, scope)


def _put(one: Parsed) -> Iterator[Reported]:
    """Who puts a figure: "the union puts the losses at 40", "damage is put by insurers at 310 million"."""
    for match in _PUTS.finditer(one.text):
        who = "who" if match["who"] else "by"
        if len(match[who].split()) <= _LONGEST:
            scope = (match.end("who"), len(one.text)) if match["who"] else (0, match.start())
            yield Reported(match[0], match[who].strip(), match.start(who), match.end(who), scope)


def _said(one: Parsed) -> Iterator[Reported]:
    for at, word in enumerate(one.words):
        if word.low not in SAYING or _no_verb(one.words, at):
            continue
        begin = _clause_start(one.text, word.start)
        subject = _bare(one.text[begin : word.start])
        end = _clause_end(one.text, word.end)
        after = _bare(one.text[word.end : end])
        nobody = _WHEN.match(after) is not None  # "the mayor, Ann Lee, said on Monday"
        if not subject and (nobody or word.low in _OF_SOMEBODY or len(after.split()) > _HEARD):
            begin, subject = _apposed(one.text, begin)
            if _CLAUSE.search(subject):  # "It should pay more, not less, says the firm that built it"
                subject, begin, after = "", _clause_start(one.text, word.start), _RELATIVE.split(after)[0]
        before = _bare(one.text[:begin])
        if subject and len(subject.split()) <= _LONGEST:
            scope = (0, begin) if before else (word.end, len(one.text))
            yield Reported(f"{subject} {word.text}", subject, begin, word.end, scope)
        elif not subject and after and not nobody and len(after.split()) <= _LONGEST:
            yield Reported(f"{word.text} {after}", after, word.start, end, (0, word.start))


_HEARD = 6  # words of a speaker who comes after: "said Ann Lee"
_OF_SOMEBODY = frozenset(("told", "tells"))  # what follows is who hears it
_WHEN = re.compile(
    r"(?:on|in|at|by|after|before|during|late|early|last|that|later|earlier|today|yesterday)\b", re.I
)
_CLAUSE = re.compile(r"\b(?:should|will|would|must|can|could|may|might|is|are|was|were|has|have|had)\b", re.I)
_RELATIVE = re.compile(r" (?:that|who|which) ")
_APPOSITION = re.compile(r"(?:^|[,;:\"“”])\s*([^,;:\"“”]+),[^,;:\"“”]+,\s*$")


def _bare(text: str) -> str:
    return text.strip(" ,.\"“”'")


def _apposed(text: str, begin: int) -> tuple[int, str]:
    """The subject before an apposition, and where it begins: "Ann Lee, the mayor, told ..."."""
    match = _APPOSITION.search(text[:begin])
    return (match.start(1), match[1].strip()) if match else (begin, "")


_NAMED = frozenset("a the his her their its any no that".split())  # before "claim", not before "said"
_NOT_SAYING = frozenset("to be been being is are was were not".split())
_NOUNS = frozenset("states reports estimates claims claim".split())


def _no_verb(words: Sequence[Token], at: int) -> bool:
    """Whether nobody says anything here: "a claim", "reports of", "was told", "is said to"."""
    low, before = words[at].low, words[at - 1].low if at else ""
    if before in _NOT_SAYING or (before in _NAMED and low != "said"):
        return True
    return low in _NOUNS and (at == 0 or before in ("of", "united"))


_BREAK = re.compile(r"[,;:—–\"“”]|\b(?:and|but|that)\b")


def _clause_start(text: str, before: int) -> int:
    begin = 0
    for match in _BREAK.finditer(text, 0, before):
        begin = match.end()
    return begin


def _clause_end(text: str, after: int) -> int:
    match = re.compile(r"[,;:.—–\"“”]").search(text, after + 1)
    return match.start() if match else len(text)


# What a speaker cannot begin with: "On Tuesday she said", "told CNN in a video".
_NOBODY = frozenset(
    "he she it they we i you who which this that one it's in on at by with for from to of then after before when while "
    "as during since until but and or also later".split()
)


_TRAILING = re.compile(r"(?: (?:had|has|have|also|later|then|since|now|again|has also|had also))+$")
_TWO_SENTENCES = re.compile(r"[a-z]{3}[.!?][\"”’']? [A-Z]")


def whose(one: Parsed) -> str | None:
    """Who speaks in a sentence by its own words, unnamed sources in its phrase; None where it is the reporter or the
    sentence says "he" only."""
    for clause in reported(one):
        speaker = _TRAILING.sub("", " ".join(clause.speaker.split()))
        if _TWO_SENTENCES.search(speaker):
            continue
        if speaker and speaker.split()[0].lower() not in _NOBODY:  # "and said it would ..." names nobody
            return _whole(speaker, one.text)
    return None


def _whole(speaker: str, text: str) -> str:
    """A speaker with what a coordination before it belongs to: "the fire and rescue service", not "rescue service"."""
    before = (
        re.search(rf"\b([Tt]he [a-z]+ and ){re.escape(speaker)}\b", text) if speaker[0].islower() else None
    )
    return f"{before[1]}{speaker}" if before else speaker


def keeps(said: Parsed, inside: frozenset[str]) -> bool:
    """Whether a sentence says itself that somebody says it, otherwise than by words of what was reported."""
    telling = any(word.low in TELLING and word.stem not in inside for word in said.words)
    return telling or next(_put(said), None) is not None


def _named(said: Parsed, clause: Reported) -> bool:
    """Whether a sentence begins with the speaker: "The council expects ..."."""
    speaker = {word.stem for word in tokens(clause.speaker) if not word.empty}
    first = {said.words[at].stem for at in said.telling[:3]}
    return bool(speaker & first)


def dropped(said: Parsed, anchors: Sequence[Parsed]) -> Iterator[Difference]:
    """The reporting clause that a sentence leaves out, where most of what it has from its source was reported."""
    if not anchors:
        return
    source = anchors[0]
    shared = {at for at in source.telling if source.words[at].stem in said.stems}
    for clause in reported(source):
        inside = {at for at in shared if clause.scope[0] <= source.words[at].start < clause.scope[1]}
        around = {at for at in shared if not clause.start <= source.words[at].start < clause.end}
        if len(inside) < 3 or len(inside) < _SHARE * max(1, len(around)):
            continue
        within = (one.stem for one in source.words if clause.scope[0] <= one.start < clause.scope[1])
        if not keeps(said, frozenset(within)) and not _named(said, clause):
            yield Difference(
                "attribution",
                "",
                " ".join(clause.phrase.split()),
                source.start + clause.start,
                source.citation,
            )
            return
        yield from _another(said, source, clause)
        return


def _another(said: Parsed, source: Parsed, clause: Reported) -> Iterator[Difference]:
    """The same words given to another speaker, both named."""
    for mine in reported(said):
        ours = [one for one in said.names if one.sure and one.text in mine.speaker]
        theirs = [one for one in source.names if one.sure and one.text in clause.speaker]
        if not ours or not theirs:
            continue
        if not any(naming.same(one, other) or naming.same(other, one) for one in ours for other in theirs):
            yield Difference(
                "attribution", mine.speaker, clause.speaker, source.start + clause.start, source.citation
            )
            return
