"""A question asked after others, written so that it stands alone: by rules, with the conversation's names and dates.

What cannot be told for sure is not guessed: the question stays as it is, and it says why.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from rag.answering import ellipsis
from rag.answering.leaning import AUX, Lean, Wanted, leans
from rag.answering.spoken_of import Mention, gender, is_person, mentions, proper
from rag.evidence.names import known
from rag.evidence.times import times

BACK = 4  # questions of a conversation that are looked at
ABOUT = "About "
LEFT_OUT = "What the question leaves out was not found in the conversation: it was asked as it stands."
WHO = re.compile(
    r"^\W*(?:and\s+)?(?:who|whose|whom|(?:which|what) (?:man|woman|person|people|\w+(?:er|or|ist|ant)))\b",
    re.IGNORECASE,
)
_AND = re.compile(r"^(?:and|but|so)[,\s]+(?=\w)", re.IGNORECASE)
_OBJECT = re.compile(
    r"^(?:\W*$|[?.,;]|\s+(?:in|on|at|to|for|with|from|about|after|before|during|when|while|and|or|by|as|of|out|up|down|off|"
    r"back|away|again|then|now|today|yesterday|last|this|that|there|so|if|because|not|be|go|win|lose|say|do)\b)",
    re.IGNORECASE,
)
_ACTS = re.compile(rf"\b(?:{AUX})\s+$", re.IGNORECASE)
_OBJECT_ASKED = re.compile(
    r"^\W*(?:what|which)\b.*?\b(?:do|does|did|will|would|can|could|must|should|has|have|had)\b", re.I
)
_OWN = re.compile(r"\bits\s+[a-z]", re.IGNORECASE)
_HOW_MANY = re.compile(rf"^(?P<how>how many)(?=\s+(?:{AUX})\b)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier question, as it was asked alone, what its answer says (nothing where none was given), and more text
    that speaks of the same people: `read` gives it, when it is needed."""

    question: str
    said: tuple[str, ...] = ()
    read: Callable[[], Sequence[str]] = tuple


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What became of a question: `rewritten` where it was, and what is to be told of it."""

    rewritten: str | None = None
    note: str | None = None


def rewrite(question: str, conversation: Sequence[Turn]) -> FollowUp:
    """The question with what it leans on put in, from the conversation, the last turn first."""
    question = " ".join(question.split())
    turns = list(reversed(conversation))[:BACK]
    if not turns or not question:
        return FollowUp()
    completed = ellipsis.completed(question, turns[0].question)
    if completed is None and ellipsis.short(question):
        return FollowUp(note=LEFT_OUT)
    text = completed or question
    put, doubts = _referents(text, leans(text), turns)
    left = _left(leans(text), put)
    rewritten = _put(text, put)
    if left and not put and completed is None:
        rewritten = _about(left, turns, text) if not doubts else text
    if rewritten == question:
        return FollowUp(note=doubts[0] if doubts else _not_found(left))
    rewritten = _counted(_AND.sub("", rewritten), turns[0].question)
    rewritten = rewritten[:1].upper() + rewritten[1:]
    same = rewritten.casefold() == question.casefold()
    return FollowUp(None if same else rewritten, doubts[0] if doubts else None)


Put = list[tuple[Lean, str]]


def _referents(text: str, found: Sequence[Lean], turns: Sequence[Turn]) -> tuple[Put, list[str]]:
    """What is to be put in place of which words, and what cannot be told of whom."""
    put: Put = []
    doubts: list[str] = []
    done: set[Wanted] = set()
    for lean in found:
        if lean.wants in done or (lean.wants == "it" and done & {"he", "she"}):
            continue  # its first mention is told, and the next may stand for it; what somebody did is no thing
        if lean.wants in ("that", "named", "then"):
            words = _pointed_at(lean, turns)
        else:
            words, doubt = _meant(lean, turns, bool(_ACTS.search(text[: lean.start])))
            doubts += [doubt] if doubt else []
            done.add(lean.wants)
        if words:
            put.append((lean, words))
    return put, doubts


def _left(found: Sequence[Lean], put: Put) -> list[Lean]:
    """Words that stand for something which was not found."""
    told = {lean.wants for lean, _ in put} | {"named", "then"}
    return [one for one in found if one.wants not in told]


def _about(left: Sequence[Lean], turns: Sequence[Turn], text: str) -> str:
    """The question with what the one before was about, where its words stand for no one thing of it."""
    topic = _topic(turns) if all(one.wants in ("it", "they", "that") for one in left) else ""
    return f"{ABOUT}{topic}: {_decapitalised(text)}" if topic else text


def _not_found(left: Sequence[Lean]) -> str | None:
    if not left:
        return None
    return f"What “{left[0].said}” stands for was not found in the conversation: the question was asked as it stands."


def _meant(lean: Lean, turns: Sequence[Turn], acts: bool) -> tuple[str, str]:
    """The words that a pronoun stands for, or why that cannot be told. `acts`: it stands where one does something."""
    for turn in turns:
        if lean.wants in ("he", "she"):
            people = list(_people(turn, lean.wants))
            if len(people) > 1:
                either = " or ".join(people[:3])
                return "", f"“{lean.said}” may be {either}: the question was asked as it stands."
            if people:
                return people[0], ""
        else:
            if lean.wants == "it" and (
                _OWN.search(turn.question) or (not acts and _OBJECT_ASKED.match(turn.question))
            ):
                return "", ""  # of what was voted on, "it" is what was asked for
            thing = _thing(lean.wants, turn.question)
            if thing is not None:
                return _as_place(thing) if lean.wants == "there" else thing.text, ""
    return "", ""


def _people(turn: Turn, wants: Wanted) -> Iterator[str]:
    """Whom "he" or "she" may be: those of the question; else, and where it asked who, those of the answer."""
    found = mentions(turn.question)
    asked = [one.text for one in found if one.sort == "person" and one.named]
    asked = asked or [one.text for one in found if _by_one_name(one)]
    asked = asked or [one.text for one in found if one.sort == "person"]
    told = _told(turn, asked) if WHO.match(turn.question) or not asked else []
    together = [*told, *asked]
    texts = [*turn.said, *turn.read()]
    others = {"he": "she", "she": "he"}[wants]
    genders = {one: gender(one, texts) for one in together}
    fitting = [one for one in together if genders[one] != others]
    sure = [one for one in fitting if genders[one] == wants]
    yield from (sure if len(sure) == 1 else fitting)


def _told(turn: Turn, known: Sequence[str]) -> list[str]:
    """The people of an answer that its question does not name."""
    lasts = {one.split()[-1] for one in known}
    found: dict[str, str] = {}
    for said in turn.said:
        for name in proper(said):
            last = name.text.split()[-1]
            if last not in lasts and is_person(said, name):
                found.setdefault(last, name.text)
    return list(found.values())


def _by_one_name(one: Mention) -> bool:
    plain = len(one.text.split()) == 1 and not one.text.isupper()
    return one.named and one.sort == "thing" and plain and known([one.text.lower()]) is None


def _thing(wants: Wanted, question: str) -> Mention | None:
    """What "it", "they" or "there" stands for in a question: what it does before what it is done to, names before other
    nouns."""
    found = mentions(question)
    if wants == "there":
        near = [one for one in found if one.sort == "place"] or [
            one for one in found if one.sort == "thing" and one.named
        ]
        return near[0] if near else None
    if wants == "they":
        groups = [one for one in found if one.sort == "group"]
        groups = groups or [one for one in found if one.sort == "thing" and one.named]
        return groups[0] if groups else None
    things = [one for one in found if one.sort == "thing"]
    things.sort(key=lambda one: (not one.named, _owns(question, one), not one.subject, one.start))
    return things[0] if things else None


def _owns(question: str, one: Mention) -> bool:
    return question[one.end : one.end + 2] in ("'s", "’s")


def _as_place(one: Mention) -> str:
    return f"{one.within or ('in' if one.sort == 'place' else 'at')} {one.text}"


def _pointed_at(lean: Lean, turns: Sequence[Turn]) -> str:
    """What "that bridge" is called, or which year "that year" was, where a question before said it."""
    for turn in turns:
        if lean.wants == "then":
            for when in times(turn.question, None):
                if when.form == lean.noun or (lean.noun in ("day", "night") and when.form == "weekday"):
                    return f"{'on' if lean.noun in ('day', 'night') else 'in'} {when.text}"
        elif lean.wants == "named":
            for one in mentions(turn.question):
                if lean.noun in one.text.lower().removeprefix("the ").split() and (
                    one.named or lean.noun == one.last
                ):
                    return one.text
    return ""


def _put(text: str, put: Sequence[tuple[Lean, str]]) -> str:
    """The question with the words in place of what stood for them."""
    for lean, words in sorted(put, key=lambda one: -one[0].start):
        rest = text[lean.end :]
        low = lean.said.lower()
        owned = low in ("his", "its", "their") or (low == "her" and not _OBJECT.match(rest))
        if owned:
            words += "’" if words.endswith("s") and lean.wants == "they" else "’s"
        elif low == "there" and re.search(r"\b(?:in|at|from|to|near)\s+$", text[: lean.start]):
            words = words.split(" ", 1)[1]
        text = text[: lean.start] + words + rest
    return text


def _topic(turns: Sequence[Turn]) -> str:
    """What the last question is about, in its own words."""
    found = [one for one in mentions(turns[0].question) if one.named or one.sort != "group"]
    found.sort(key=lambda one: (not one.named, one.start))
    return " and ".join(one.text for one in found[:2])


def _counted(text: str, before: str) -> str:
    """ "How many does it have" with what was counted before."""
    match = re.match(r"^\W*how many\s", before, re.IGNORECASE)
    group = next(
        (one for one in mentions(before) if one.sort == "group" and match and one.start == match.end()), None
    )
    return _HOW_MANY.sub(rf"\g<how> {group.text}", text) if group else text


def _decapitalised(text: str) -> str:
    first = text.split()[0]
    return text if first != first.capitalize() or proper(text[: len(first)]) else text[:1].lower() + text[1:]
