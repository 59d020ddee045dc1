"""What kind of answer a question asks for, and which texts offer one: a date, a number, a name, a place, a reason.

The classes are the coarse ones of Li and Roth, "Learning Question Classifiers" (2002), read by rules.
"""

from __future__ import annotations

import re
from typing import Literal

Kind = Literal["when", "how many", "why", "who", "where", "said", "other"]
KINDS: tuple[Kind, ...] = ("when", "how many", "why", "who", "where", "said")

_RULES: tuple[tuple[Kind, str], ...] = (
    (
        "how many",
        r"\bhow (?:many|much|old|long|big|far|large|tall|often|fast)\b"
        r"|\bwhat (?:number|percent\w*|age|amount|share)\b",
    ),
    ("when", r"\bwhen\b|\b(?:what|which) (?:year|day|date|time|month)\b"),
    (
        "where",
        r"\bwhere\b|\b(?:what|which) (?:city|country|state|place|town|county|province|location|island|area|nation"
        r"|countries)\b",
    ),
    ("why", r"\bwhy\b|\bwhat (?:caused|led|prompted|reason)\b"),
    (
        "said",
        r"\bwhat (?:did|does|do|has|have) [\w' ]+ (?:say|tell|claim|deny|think|believe|call|said|want|urge|ask)\b",
    ),
    (
        "who",
        r"\bwho(?:se|m)?\b|\bname\b|\bwhat (?:company|group|team|man|woman|person|organi[sz]ation)\b|\bwhich\b",
    ),
)
_ASKED = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _RULES)

_MONTH = (
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december"
    r"|jan|feb|mar|apr|aug|sept|oct|nov|dec)"
)
_OFFERED: dict[Kind, re.Pattern[str]] = {
    "when": re.compile(
        rf"\b(?:1[89]|20)\d\d\b|\b{_MONTH}\b|\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b"
        r"|\b(?:last|next|this) (?:week|month|year|night|morning)\b|\b(?:yesterday|today|tomorrow|tonight)\b"
        r"|\b\d+ (?:years?|months?|weeks?|days?|hours?|minutes?)\b|\b\d{1,2}(?::\d\d)? ?[ap]\.?m\b",
        re.IGNORECASE,
    ),
    "how many": re.compile(
        r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens?|hundreds?|thousands?|millions?"
        r"|billions?|half|twice|percent|several|both)\b",
        re.IGNORECASE,
    ),
    "why": re.compile(
        r"\b(?:because|due to|after|so that|in order to|reason|caused?|led to|for (?:his|her|their|its)|prompted"
        r"|blamed?|amid|over)\b",
        re.IGNORECASE,
    ),
    "who": re.compile(
        r"(?<=[a-z,;\"”’'] )(?:[A-Z][\w'’-]+ )*[A-Z][\w'’-]+|\b[A-Z][\w'’-]+ [A-Z][\w'’-]+"
        r"|\b(?:police|officials?|spokes\w+|president|minister|leader|man|woman|men|women|people|father|mother|son"
        r"|daughter|wife|husband)\b"
    ),
    "where": re.compile(
        r"\b(?:in|at|near|from|to|outside|inside|off|across|of|on) (?:the )?(?:[a-z]+ )?[A-Z][\w'’-]+"
        r"|[A-Z]\w+, [A-Z]\w+"
    ),
    "said": re.compile(r"[\"“”]|\b(?:said|says|told|according|added)\b"),
}


def asked_for(question: str) -> Kind:
    """The kind of answer that a question asks for; "other" where no rule tells."""
    return next((kind for kind, pattern in _ASKED if pattern.search(question)), "other")


def offered(kind: Kind, text: str, known: tuple[str, ...] = ()) -> bool:
    """Whether `text` offers an answer of that kind. For "who": a name with none of `known` (lower case) in it."""
    pattern = _OFFERED.get(kind)
    if pattern is None:
        return False
    if kind != "who":
        return pattern.search(text) is not None
    return any(not any(one in match[0].lower() for one in known) for match in pattern.finditer(text))
