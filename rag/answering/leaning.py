"""Where a question leans on what was said before it: pronouns, "there", "that year" with nothing in the question itself
that they could stand for. Careful on purpose: a question that can be read alone stands alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from rag.answering.spoken_of import FUNCTION, VERBAL, mentions, plural, somebody

Wanted = Literal["he", "she", "it", "they", "there", "that", "then", "named"]
AUX = (
    "do|does|did|is|are|was|were|has|have|had|will|would|can|could|may|might|must|should|shall|isn['’]t|aren['’]t|wasn['’]t|"
    "weren['’]t|doesn['’]t|didn['’]t|hasn['’]t|won['’]t"
)
_WANTS: dict[str, Wanted] = {
    "he": "he", "him": "he", "his": "he", "himself": "he", "she": "she", "her": "she", "hers": "she", "herself": "she",
    "it": "it", "its": "it", "they": "they", "them": "they", "their": "they", "theirs": "they",
}  # fmt: skip
_PRONOUN = re.compile(rf"\b(?:{'|'.join(_WANTS)})\b", re.IGNORECASE)
_AUX_FIRST = re.compile(rf"\b(?:{AUX})\s+(?:not\s+)?$", re.IGNORECASE)
_CLAUSE = re.compile(
    rf"^\W*(?:(?:and|but|so|then)\s+)?(?:(?:\w+\s+)?(?:who|whom|whose|what|which|where|when|why|how)\b[^,;]*?)?\s*"
    rf"(?:{AUX})\s+(?:not\s+)?$",
    re.IGNORECASE,
)
_OPENS = re.compile(r"^\W*(?:when|after|before|as|while|if|although|though|since|because)\b", re.IGNORECASE)
_DETERMINED = re.compile(
    r"\b(?:the|an?|this|these|those|each|every|any|no|some|another|one|its|his|her|their|our|my)\s+"
    r"(?P<words>(?:[a-z][\w’'-]*\s+){1,3})",
    re.IGNORECASE,
)
_ASKED = re.compile(r"^\W*(?:and\s+)?(?:which|what)\s+(?P<rest>.*)", re.IGNORECASE)
# "it" that stands for nothing: "is it true that", "how long does it take to", "what was it that".
_EMPTY_IT = re.compile(
    rf"^it\s+(?:like\b|as\s+if|(?:{AUX}|been|be|['’]s)?\s*(?:not\s+)?(?:so\s+|too\s+|very\s+|still\s+|really\s+|ever\s+)?"
    r"(?:true|possible|impossible|clear|unclear|safe|likely|unlikely|legal|illegal|lawful|important|necessary|expected|said|"
    r"known|fair|right|wrong|hard|easy|difficult|ok|worth|raining|snowing|thought|believed|time|allowed|planned|better|best|"
    r"the\s+case|a\s+fact|certain|sure|reported)\b|"
    r"(?:still\s+|usually\s+|normally\s+|going\s+to\s+)?(?:take|takes|took|taken|cost|costs|mean|means|need|needs)\b"
    r"(?:\s+\w+){0,4}?\s+(?:to|for\s+\w+(?:\s+\w+)?\s+to)\s+[a-z])",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"[\"“«][^\"”»]+[\"”»]")
_WAS_IT_THAT = re.compile(r"\b(?:is|was)\s+it\s+that\b", re.IGNORECASE)
_EMPTY_THERE = re.compile(
    rf"^there\s+(?:{AUX}|been|be|remains?|exists?)\b|^there\s+(?:an?|any|no|some|more|still|enough|plans?|other|ever|\d+)\b",
    re.IGNORECASE,
)
_BE_THERE = re.compile(
    r"\b(?:is|are|was|were|has|have|had|will|be|been|isn['’]t|aren['’]t|wasn['’]t)\s+$", re.IGNORECASE
)
_THERE = re.compile(r"\bthere\b", re.IGNORECASE)
_THEN = re.compile(
    r"\b(?:(?:in|on|during|at)\s+)?(?:that|the\s+same)\s+(?P<unit>year|month|day|week|night)\b(?![’'])", re.I
)
_THAT = re.compile(
    rf"\b(?:(?:about|of|for|by|on|to|with|from|after|before)\s+)?(?:that|this)(?=\s*(?:\?|$|,))|"
    rf"(?<=\b)(?:{AUX})\s+(?P<that>that|this)(?=\s+(?:happen|cost|change|mean|work|end|take|lead|begin|start|affect|help|come|"
    r"compare|go|occur|matter|fail|ever|really|possible|true|legal|so|the\b|a\b|an\b|be\b|been\b|not\b))",
    re.IGNORECASE,
)
_THAT_NOUN = re.compile(r"\b(?:that|this|these|those)\s+(?P<noun>[a-z][\w-]+)(?![\w’'-])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Lean:
    """Words at `start` to `end` of a question that stand for something said before it: of which kind; of "that bridge"
    the `noun`, of "that year" the unit."""

    start: int
    end: int
    wants: Wanted
    said: str
    noun: str = ""


def leans(question: str) -> tuple[Lean, ...]:
    """Where a question leans, in order; nothing where it can be read alone."""
    return tuple(sorted(_leans(question), key=lambda one: one.start))


def _leans(question: str) -> Iterator[Lean]:
    quoted = [match.span() for match in _QUOTED.finditer(question)]
    for match in _PRONOUN.finditer(question):
        said = match[0].lower()
        if any(start < match.start() < end for start, end in quoted):
            continue
        if said == "it" and (_EMPTY_IT.match(question[match.start() :]) or _WAS_IT_THAT.search(question)):
            continue
        if not _held(question, match.start(), _WANTS[said]):
            yield Lean(match.start(), match.end(), _WANTS[said], match[0])
    for match in _THERE.finditer(question):
        empty = _EMPTY_THERE.match(question[match.start() :]) or _BE_THERE.search(question[: match.start()])
        if not empty and not any(one.sort == "place" for one in mentions(question[: match.start()] + " ")):
            yield Lean(match.start(), match.end(), "there", match[0])
    for match in _THEN.finditer(question):
        yield Lean(match.start(), match.end(), "then", match[0], match["unit"].lower())
    for match in _THAT.finditer(question):
        group = "that" if match["that"] else 0
        if not any(True for _ in _nouns_before(question[: match.start()])):
            yield Lean(match.start(group), match.end(group), "that", match[group])
    for match in _THAT_NOUN.finditer(question):
        if match["noun"].islower():
            yield Lean(match.start(), match.end(), "named", match[0], match["noun"])


def _held(question: str, at: int, wants: Wanted) -> bool:
    """Whether the question itself has what a pronoun may stand for."""
    before, after = question[:at], question[at:]
    if _CLAUSE.match(before):  # the question's own subject: nothing stands before it but what is asked for
        return _cataphora(question, at)
    if re.match(r"^\W*who\b.*\bthat\s+$", before, re.IGNORECASE):
        return True  # "Who said that he"
    asked = _asked_for(before)
    if asked and not any(somebody(word) for word in asked):
        several = any(plural(word) for word in asked)
        if (wants == "it" and not several) or (wants == "they" and (several or after[:5].lower() == "their")):
            return True
    if re.match(r"^\W*who\b", before, re.IGNORECASE) and re.match(
        r"(?:his|her|their)\s+(?:own\s+)?[a-z]", after, re.I
    ):
        return True  # "Who lost his seat"
    named = [one for one in mentions(before + " ") if one.named]
    if wants in ("he", "she"):
        people = [one for one in named if one.sort != "place" and not one.text.lower().startswith("the ")]
        return (
            bool(people) or any(somebody(word) for word in _nouns_before(before)) or _cataphora(question, at)
        )
    if wants == "they":
        several = any(plural(word) for word in re.findall(r"[\w’'-]+", before))
        return bool(named) or several or _cataphora(question, at)
    things = [word for word in _nouns_before(before) if not somebody(word)]
    return bool(named) or bool(things) or _cataphora(question, at) or after.lower().startswith("its own")


def _asked_for(before: str) -> list[str]:
    """What a question asks to be named, word by word: "Which company said its"."""
    match = _ASKED.match(before)
    words = match["rest"].split() if match else []
    ends = next(
        (at for at, word in enumerate(words) if word.lower() in FUNCTION or VERBAL.match(word)), len(words)
    )
    return words[:ends]


def _cataphora(question: str, at: int) -> bool:
    """Whether a name follows in the main clause: "When he resigned, what did Sand say?\""""
    comma = question.find(",", at)
    return bool(_OPENS.match(question)) and comma > 0 and any(one.named for one in mentions(question[comma:]))


def _nouns_before(before: str) -> Iterator[str]:
    """The nouns that an article or the like makes something of."""
    for match in _DETERMINED.finditer(before):
        for word in match["words"].split():
            if word.lower() in FUNCTION:
                break
            yield word
