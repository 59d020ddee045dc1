"""Whom and what a question speaks of: persons, places, things and groups, as far as its words show without a model."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from rag.evidence.names import TITLES, Name, names
from rag.evidence.tokens import tokens

Sort = Literal["person", "place", "thing", "group"]
Gender = Literal["he", "she"]

# A name that ends so is a body, a place or a work, whatever stands before it.
_NO_PERSON = frozenset(
    """
    bridge river port harbour harbor board union league party court ministry inspectorate authority agency association
    company council assembly hospital university school college club press news post times mercury ledger radio bank
    fund group works lithium airport station road street square hall house church museum ridge lake sea bay island
    mountain north south east west city town county state states province region office department directorate committee
    commission parliament senate congress government police army navy force forces service services corporation corp inc
    ltd limited plc gmbh foundation institute society centre center team united act treaty war storm hurricane cup games
    championship prize award festival park general clinic brothers sisters herders ferries airlines airways motors
    energy
    """.split()
)
_PERSON_NOUNS = frozenset(
    """
    man woman boy girl mayor minister president governor judge lawyer prosecutor captain skipper engineer doctor nurse
    chairman chairwoman chair director boss chief leader candidate winner loser member officer reporter driver teacher
    author singer actor actress player coach king queen prince princess pope bishop mother father son daughter husband
    wife brother sister friend victim suspect witness owner founder head secretary senator councillor spokesman
    spokeswoman motorist medic spokesperson defendant successor patient
    """.split()
)
_PERSON = re.compile(
    r"[a-z]{3}(?:man|woman|ist|eer|ian|keeper|worker|leader|owner|holder|maker|player|writer)$"
)
_PLURAL = frozenset("people men women children police fish sheep staff crew".split())
_NO_PLURAL = frozenset(
    """
    days weeks months years hours minutes times crowns dollars euros pounds percent kilometres kilometers metres meters
    tonnes tons miles litres millimetres centimetres degrees news was does has is this his its perhaps always across
    towards series plus versus
    """.split()
)
_AUX = "do|does|did|is|are|was|were|has|have|had|will|would|can|could|may|might|must|should|shall"
_DOES = re.compile(
    r"\b(?:do|does|did|will|would|can|could|may|might|must|should|shall)\s+(?:the\s+)?$", re.IGNORECASE
)
_IN = re.compile(r"\b(?:in|at|near|outside|inside|around|across|throughout)\s+(?:the\s+)?$", re.IGNORECASE)
_THE = re.compile(r"\bthe\s+$", re.IGNORECASE)
VERBAL = re.compile(
    rf"^(?:\w{{2,}}ed|\w+n['’]t|{_AUX}|found|born|built|made|said|won|lost|held|sold|paid|left|went|came|took|got|began|"
    "broke|told|sent|seen|known|given|taken|shot|cut|put|set|hit|rose|fell|ran|met|led|grew|kept|stood|become|became|"
    "be|been|(?:go|say|get|give|take|make|cost|pay|end|last|win|lose|quit|open|close|work|die|call|plan|want|kill|need|carry|"
    "report|think|see|come|leave|know|tell|ask|show|hold|run|keep|begin|start|stop|stand|rise|fall|grow|hear|meet|lead|buy|sell|"
    "send|build|spend|bring|break|move|live|play|turn|look|seem|feel|find|put|set|let|use|try|help|face|claim|deny|admit|warn|"
    "expect|believe|agree|vote|serve|stay|sit|bear|mean|become|happen|change|cut|hit|join|follow|allow|seek|serve|employ|earn|"
    "own|treat|offer|reach|reopen|apologi[sz]e|suspend|describe|announce|publish|write|read|drive|cover|charge|fight|beat)"
    "(?:e?s)?)$",
    re.IGNORECASE,
)
FUNCTION = frozenset(
    """
    a an the of in on at by for from with to into onto over under about after before during against between through when
    while where why how who whom whose what which and or but if than as that this these those he she it they him her his
    its their them there here not no so too still ever never yet now then today yesterday
    """.split()
)
_LED = r"(?P<noun>(?:[a-z][\w’'-]*\s+){0,2}?[a-z][\w’'-]*)"
_ABOUT_NAME = re.compile(
    rf"\b[Tt]he\s+{_LED}\s+(?:of|at|in|on|by|against|between|over|about|for|from|with)\s+(?:the\s+)?$"
)
_ASKED = re.compile(r"^\W*(?:and\s+)?(?:how many|which|what)\s+(?P<rest>.+)$", re.IGNORECASE)
_NOUN = re.compile(r"\b[Tt]he\s+(?P<first>[a-z][\w’'-]*)(?:\s+(?P<second>[a-z][\w’'-]*))?")
_MR = {
    "mr": "he",
    "sir": "he",
    "lord": "he",
    "mrs": "she",
    "ms": "she",
    "miss": "she",
    "dame": "she",
    "lady": "she",
}
_HE_OR_SHE = re.compile(r"\b(?:(he|him|his|himself)|(she|her|hers|herself))\b", re.IGNORECASE)
CALLED = 2  # common words behind a name that belong to it
NEAR = 160  # characters behind a name within which a pronoun tells of it
LEAST = 2  # of these, to tell anything
SURE = 0.75  # share of these that must agree


@dataclass(frozen=True, slots=True)
class Mention:
    """Words at `start` to `end` of a question that name somebody or something. `named`: by a name, `subject`: in the
    place of the one who does it."""

    text: str
    start: int
    end: int
    sort: Sort
    named: bool = True
    subject: bool = False
    within: str = ""  # the preposition that it stands behind, of a place

    @property
    def last(self) -> str:
        """The last word: of a person, the name that stands alone afterwards."""
        return self.text.split()[-1]


def mentions(question: str) -> tuple[Mention, ...]:
    """All that it names, in order; of one who is named twice the first."""
    found: dict[str, Mention] = {}
    for one in _mentions(question):
        found.setdefault(one.text.casefold(), one)
    return tuple(sorted(found.values(), key=lambda one: one.start))


def _mentions(question: str) -> Iterator[Mention]:
    asked = _asked_for(question)
    if asked is not None:
        yield asked
    named = proper(question)
    taken = []
    for name in named:
        whole = _named(question, name)
        taken.append((whole.start, whole.end))
        yield whole
        if whole.start < name.start - len("the "):  # "the trial of Anton Rask": and the man, or the place
            yield _alone(question, name)
    yield from _nouns(question, taken)


def proper(text: str) -> tuple[Name, ...]:
    """The names in a text, without the words that any question begins with."""
    return tuple(one for one in names(text, tokens(text)) if one.sure or one.start > 0)


def _named(question: str, name: Name) -> Mention:
    """A name with the thing that it belongs to ("the strike at Merrin"), or the thing it is called by ("the Rask
    trial")."""
    before = question[: name.start]
    about = _ABOUT_NAME.search(before)
    if about is not None and (noun := about["noun"].split())[-1] not in _PERSON_NOUNS:
        plain = not VERBAL.match(noun[-1]) and FUNCTION.isdisjoint(noun)
        if plain and not _plural(noun[-1]):
            start = about.start()
            return Mention(question[start : name.end], start, name.end, "thing", True, _acts(question, start))
    the = _THE.search(before)
    start = the.start() if the else name.start
    end = _called(question, name, after_aux=bool(_DOES.search(before))) if the else name.end
    text = question[start:end]
    if end > name.end:
        sort: Sort = "group" if _plural(text.split()[-1]) else "thing"
        return Mention(text, start, end, sort, True, _acts(question, start))
    return _alone(question, name)


def _alone(question: str, name: Name) -> Mention:
    """A name by itself: a person's, a place's, or anything's."""
    before, end = question[: name.start], name.end
    the, within = _THE.search(before), _IN.search(before)
    if is_person(question, name):
        return Mention(name.text, name.start, end, "person", True, _acts(question, name.start))
    if name.text.startswith(("St.", "Saint ")) and re.match(r"['’]s\b", question[end:]):
        end += 2  # "St. Alda's" is called so
    start = the.start() if the else name.start
    sort: Sort = "place" if within and not the else "thing"
    preposition = within[0].split()[0].lower() if within else ""
    return Mention(question[start:end], start, end, sort, True, _acts(question, start), preposition)


def is_person(question: str, name: Name) -> bool:
    """Whether a name is most likely a person's: first and last name, or one behind a title."""
    before = question[: name.start]
    titled = re.search(r"([\w’']+)\.?\s+$", before)
    if titled and titled[1].lower() in TITLES:
        return True
    if _THE.search(before) or _IN.search(before) or name.known:
        return False
    words = re.findall(r"[\w’'-]+", name.text)
    low = {word.lower() for word in words}
    return (
        2 <= len(words) <= 4
        and not low & _NO_PERSON
        and low.isdisjoint({"st", "saint", "of", "&", "the", "and"})
    )


def _called(question: str, name: Name, *, after_aux: bool) -> int:
    """Where a name ends that common words belong to: "the Wray brothers", "the Merrin settlement"."""
    end = name.end
    taken: list[int] = []
    for word in re.finditer(r"\s+([a-z][a-z-]+)(?![\w’'])", question[end:]):
        begins = end + word.start() == (taken[-1] if taken else end)
        if not begins or len(taken) == CALLED or word[1] in FUNCTION or VERBAL.match(word[1]):
            break
        taken.append(end + word.end())
    following = re.match(r"\s+([a-z]+)", question[taken[-1] :]) if taken else None
    if taken and after_aux and (following is None or following[1] in FUNCTION):
        taken.pop()  # the verb: "did the Mercury report that"
    return taken[-1] if taken else end


def _acts(question: str, start: int) -> bool:
    return bool(re.search(rf"\b(?:{_AUX})\s+(?:the\s+)?$", question[:start], re.IGNORECASE))


def _asked_for(question: str) -> Mention | None:
    """Whom a question counts or picks from: "How many dockers and ferry hands walked out", "Which members of the board
    voted"."""
    match = _ASKED.match(question)
    if match is None:
        return None
    begin, taken = match.start("rest"), 0
    for word in re.finditer(r"[\w’'-]+[,?]?", match["rest"]):
        plain = word[0].rstrip(",?")
        if VERBAL.match(plain) or (plain in FUNCTION and plain not in ("of", "the", "and")):
            break
        taken = word.start() + len(plain)
        if word[0] != plain:
            break
    text = match["rest"][:taken]
    head = re.split(r"\s(?:of|and)\s", text)[0].split()
    if not head or not _plural(head[-1]) or text.split()[-1] in FUNCTION:
        return None
    return Mention(text, begin, begin + taken, "group", False)


def _nouns(question: str, taken: Sequence[tuple[int, int]]) -> Iterator[Mention]:
    """Things called by a common noun: "the flood", "the relief fund"."""
    for match in _NOUN.finditer(question):
        first, second = match["first"], match["second"]
        if first in FUNCTION or VERBAL.match(first):
            continue
        does = bool(_DOES.search(question[: match.start() + 4]))
        both = second is not None and not (
            second in FUNCTION or VERBAL.match(second) or second.endswith("ly")
        )
        if both and does:  # "did the fund pay for it", but "did the pension fund pay"
            third = re.match(r"\s+([a-z]+)", question[match.end() :])
            both = third is not None and third[1] not in FUNCTION
        end = match.end("second") if both else match.end("first")
        noun = question[match.start() : end].split()[-1]
        if any(match.start() < b and a < end for a, b in taken):
            continue
        sort: Sort = "person" if noun in _PERSON_NOUNS else "group" if _plural(noun) else "thing"
        yield Mention(
            question[match.start() : end], match.start(), end, sort, False, _acts(question, match.start())
        )


def _plural(word: str) -> bool:
    low = word.lower()
    if low in _NO_PLURAL:
        return False
    return low in _PLURAL or (
        len(low) > 3 and low.endswith("s") and not low.endswith(("ss", "us", "'s", "’s", "is"))
    )


def plural(word: str) -> bool:
    """Whether a common word may stand for several who are spoken of as "they"."""
    return _plural(word)


def somebody(word: str) -> bool:
    """Whether a common noun is a person's."""
    return word.lower() in _PERSON_NOUNS or bool(_PERSON.search(word))


def gender(name: str, texts: Iterable[str]) -> Gender | None:
    """What somebody is called by in texts that name them: "Mr." and the like, and the pronouns that follow. None: they
    do not tell, or not alike."""
    last, votes = re.escape(name.split()[-1]), {"he": 0.0, "she": 0.0}
    pattern = re.compile(rf"(?:\b(?P<title>\w+)\.?\s+)?(?:[A-Z][\w’'-]+\s+){{0,2}}\b{last}\b")
    for text in texts:
        for match in pattern.finditer(text):
            titled = _MR.get((match["title"] or "").lower())
            if titled:
                votes[titled] += 3
            following = _HE_OR_SHE.search(text, match.end(), match.end() + NEAR)
            if following:
                between = text[match.end() : following.start()]
                if not re.search(r"\b[A-Z][a-z]+ [A-Z][a-z]+|\b(?:Mrs?|Ms|Dr)\b", between):
                    votes["he" if following[1] else "she"] += 1
    total = votes["he"] + votes["she"]
    best: Gender = "he" if votes["he"] >= votes["she"] else "she"
    return best if total >= LEAST and votes[best] / total >= SURE else None
