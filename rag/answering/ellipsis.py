"""Questions that take the rest from the one before: "Why?", "And in Brattvik?", "What about Kellner?"."""

from __future__ import annotations

import re

from rag.answering.leaning import AUX
from rag.answering.spoken_of import FUNCTION, Mention, mentions

LONGEST = 7  # words of what is named without a question
_BARE = re.compile(
    r"^\W*(?:(?:and|but|so)[,\s]+)?(?P<asked>why not|why|when|where|how|who|(?:by|with|to|from|for|of|in|at|on) "
    r"(?:whom|what|which \w+)|(?:since|until|till|from|for how long|at what|by) (?:when|time)|for how long|how long|"
    r"how often|how much|how many|how so|whom|what for|in (?:which|what) \w+|at what time|on (?:which|what) \w+)"
    r"(?:\s+(?:exactly|precisely|then|so|(?:was|is)\s+(?:that|this)|did\s+(?:that|this)\s+happen))?\s*\?*$",
    re.IGNORECASE,
)
_NOT_ALONE = ("who", "whom", "how much", "how many")  # these ask for a part of the sentence
_MORE = re.compile(
    r"^\W*(?:(?:and|but|so)[,\s]+)?(?:(?:what|how) about\s+)?(?P<what>[^?]+?)\s*\?*$", re.IGNORECASE
)
_LEADS = re.compile(r"^\W*(?:and|but|so|what about|how about)\b", re.IGNORECASE)
_ASKS = re.compile(
    rf"^(?:(?:(?:in|on|at|by|for|from|to|with|of|since|until)\s+)?(?:who|whom|whose|what|which|when|where|why|how)|{AUX})\b",
    re.IGNORECASE,
)
_WH = re.compile(
    rf"^(?P<wh>(?:(?:in|on|at|by|for|from|to|with|of|since|until)\s+)?(?:who|whom|whose|what|which|when|where|why|how)\b"
    rf"(?P<asked>[^?]*?)\s+)?(?P<aux>{AUX})\s+(?P<rest>.+?)\s*\?*$",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    rf"^how many (?P<noun>[\w’' -]+?)\s+(?P<aux>{AUX})\s+(?P<rest>.+?)\s*\?*$", re.IGNORECASE
)
_SUBJECT = re.compile(r"^(?:who|what|how many|how much|which)\b(?P<rest>.+?)\s*\?*$", re.IGNORECASE)
_DATE = (
    r"(?:19|20)\d\d|(?:(?:last|this|next)\s+)?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?(?:\s+\d{1,2}"
    r"(?:st|nd|rd|th)?)?(?:,?\s+(?:19|20)\d\d)?|\d{1,2}(?:st|nd|rd|th)?\s+(?:of\s+)?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
    r"[a-z]*(?:\s+(?:19|20)\d\d)?|(?:last|this|next)\s+(?:year|month|week|summer|winter|spring|autumn)|"
    r"(?:(?:last|next)\s+)?(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
)
_WHEN = re.compile(
    rf"\b(?:(?:in|on|during|since|until|before|after|by|from)\s+)?\b(?:{_DATE})\b", re.IGNORECASE
)
_PREPOSED = re.compile(
    r"^(?P<in>in|on|at|near|from|to|for|before|after|during|since|until|by|under|with|against|of)\s+(?P<what>.+)$",
    re.IGNORECASE,
)


_DETERMINERS = ("the", "a", "an", "his", "her", "their", "its")


def completed(question: str, before: str) -> str | None:
    """A short question with the rest of the one before it; None where it is whole, or cannot be completed."""
    before = " ".join(before.split())
    bare = _BARE.match(question)
    if bare is not None:
        return _asked_of(bare["asked"].lower(), before)
    what = _more(question)
    return _with(what, before) if what is not None else None


def short(question: str) -> bool:
    """Whether a question is no whole one."""
    return bool(_BARE.match(question)) or _more(question) is not None


def _more(question: str) -> str | None:
    """What a question names that does not ask: "And in Brattvik?"."""
    what = _MORE.match(question) if _LEADS.match(question) else None
    if what is None or _ASKS.match(what["what"]) or len(what["what"].split()) > LONGEST:
        return None
    return what["what"]


def _asked_of(asked: str, before: str) -> str | None:
    """The question before, asked with another question word."""
    asked = asked[:1].upper() + asked[1:]
    counted, other = _COUNTED.match(before), _WH.match(before)
    if counted is not None and asked.lower() not in _NOT_ALONE:
        does = re.match(r"(?:do|does|did|can|could|will|would|has|have|had)$", counted["aux"], re.IGNORECASE)
        who = mentions(counted["rest"])[:1] if does else ()
        if who:  # "did the ship carry", and then what it carried
            verb = re.match(r"\W*[\w’'-]+", counted["rest"][who[0].end :])
            at = who[0].end + (verb.end() if verb else 0)
            rest = f"{counted['rest'][:at]} {counted['noun']}{counted['rest'][at:]}"
            return f"{asked} {counted['aux'].lower()} {rest}?"
        return f"{asked} {counted['aux'].lower()} {counted['noun']} {counted['rest']}?"
    if asked.lower() in _NOT_ALONE:
        return None
    if other is not None:
        return f"{asked} {other['aux'].lower()} {other['rest']}?"
    subject = _SUBJECT.match(before)
    if subject is None:
        return None
    if re.match(r"^what happened\b", before, re.IGNORECASE):
        return f"{asked} did that happen{subject['rest'].removeprefix(' happened')}?"
    somebody = {"who": "somebody", "what": "something"}.get(before.split()[0].lower(), "")
    return f"{asked} was it that {(somebody + subject['rest']).strip()}?"


def _with(what: str, before: str) -> str | None:
    """The question before with `what` in the place of its like: a date, a place, a person, anything else named."""
    ends = before.rstrip("? ")
    preposed = _PREPOSED.match(what)
    if re.fullmatch(
        rf"(?:(?:in|on|during|since|until|before|after|by|from)\s+)?(?:{_DATE})", what, re.IGNORECASE
    ):
        dates = list(_WHEN.finditer(ends))
        if len(dates) > 1:
            return None
        return _swapped(ends, dates[0].start(), dates[0].end(), what) if dates else f"{ends} {what}?"
    named = [one for one in mentions(ends) if one.named]
    if preposed is not None:
        other = mentions(f"{what} ")
        if not any(one.named for one in other):
            return None
        places = [one for one in named if one.sort == "place"]
        if len(places) == 1:
            start = ends.rfind(places[0].within, 0, places[0].start)
            return _swapped(ends, max(start, 0), places[0].end, what)
        return f"{ends} {what}?" if not places else None
    return _another(what, named, ends)


def _another(what: str, named: list[Mention], ends: str) -> str | None:
    """Another one in place of the one that was asked about."""
    other = mentions(f"and {what} ")
    mine = next(
        (one for one in other if one.named and one.text.lower().removeprefix("the ") in what.lower()), None
    )
    if mine is None:
        words = what.lower().split()
        if words[0] not in _DETERMINERS or len(words) > 4 or FUNCTION & set(words[1:]):
            return None
        people = [one for one in named if one.subject]
        return _swapped(ends, people[0].start, people[0].end, what) if len(people) == 1 else None
    same = [one for one in named if (one.sort == "person") == (mine.sort == "person")]
    place = same if len(same) == 1 else named if len(named) == 1 else [one for one in same if one.subject]
    if len(place) != 1:
        return None
    return _swapped(ends, place[0].start, place[0].end, what)


def _swapped(ends: str, start: int, end: int, what: str) -> str:
    return f"{ends[:start]}{what}{ends[end:]}?"
