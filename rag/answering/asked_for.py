"""What kind of thing a question asks for, and where a text offers such things: dates, amounts, names, reasons."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, get_args

Kind = Literal[
    "who", "when", "where", "number", "money", "length", "why", "said", "name", "how", "whether", "other"
]
KINDS: tuple[Kind, ...] = get_args(Kind)

_MONEY = "costs?|pay|paid|pays|worth|spend|spent|price|fined?|earn|earned|raised?|donated?|money|owed?|los[et]|charge"
_SUMS = "price|cost|sum|fine|amount|salary|budget|payment|penalty"
_COUNTS = (
    "number|percent\\w*|share|rate|score|total|proportion|margin|majority|population|speed|distance|height|length|size|"
    "temperature|capacity|toll"
)
_PLACES = (
    "city|cities|country|countries|state|place|town|village|county|province|location|island|region|area|nation|"
    "continent|street|river|port|district|school|hospital|airport|hotel|court|venue"
)
_PEOPLE = (
    "man|woman|person|people|actor|actress|singer|player|politician|leader|minister|president|team|company|"
    "companies|group|organi[sz]ation|band|party|club|agency|firm|judge|officer|official|relative|member|star|celebrity"
)
_TIMES = "year|day|date|time|month|week|season|decade|century"
_SAYING = (
    "say|said|says|saying|tell|told|claim\\w*|deny|denied|think|believe|call|urge|respond|response|warn|comment|"
    "promise|reply|describe"
)
_DOES = "did|does|do|has|have|had|is|was|were"
_FIRST: dict[Kind, str] = {
    "money": rf"how much\b.*\b(?:{_MONEY})\b|(?:what|which) (?:\w+ )?(?:{_SUMS})\b|what .*\bcosts?\b",
    "length": r"how (?:long|old|far|tall|high|big|large|fast|deep|heavy|wide|often|late|soon)\b|what .*\bage\b",
    "number": rf"how (?:many|much)\b|(?:what|which) (?:[\w'’-]+ ){{0,4}}(?:{_COUNTS})\b",
    "when": rf"when\b|(?:what|which) (?:\w+ )?(?:{_TIMES})s?\b",
    "where": rf"where\b|(?:what|which) (?:[\w-]+ )?(?:{_PLACES})\b",
    "why": r"why\b|what (?:\w+ )?(?:caused?|led|prompted|reasons?)\b|how come\b|what .*\breason\b",
    "said": rf"what (?:\w+ )?(?:{_DOES}) .*\b(?:{_SAYING})\b",
    "who": rf"who(?:se|m)?\b|(?:what|which) (?:[\w-]+ )?(?:{_PEOPLE})s?\b",
    "name": r"which\b|what .*\b(?:names?|called|named|title)\b|what (?:nationalit\w+|religion|language)\b|name\b",
    "whether": r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should)\b",
    "how": r"how\b",
}
_ASKS = {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in _FIRST.items()}
_ASKING = re.compile(r"\b(?:who|whom|whose|what|which|when|where|why|how)\b", re.IGNORECASE)

Offer = Literal["date", "number", "money", "measure", "name", "role", "place", "reason", "quote", "speech"]
OFFERS: tuple[Offer, ...] = get_args(Offer)

_MONTHS = (
    "January|February|March|April|May|June|July|August|September|October|November|December|"
    "Jan\\.|Feb\\.|Mar\\.|Apr\\.|Aug\\.|Sept?\\.|Oct\\.|Nov\\.|Dec\\."
)
_SEASONS = "week|month|year|night|morning|afternoon|evening|spring|summer|fall|autumn|winter"
_DAYS = "(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_COUNTED = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|"
    "eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
)
_NUMBERS = (
    rf"\d[\d,.]*|\b(?:{_COUNTED}|hundreds?|thousands?|millions?|billions?|dozens?|half|twice|several)\b"
)
_UNITS = (
    "years?|months?|weeks?|days?|hours?|minutes?|seconds?|miles?|kilomet(?:er|re)s?|km|met(?:er|re)s?|feet|foot|inch(?:es)?|"
    "centimet(?:er|re)s?|cm|pounds?|kilos?|kilograms?|tons?|tonnes?|acres?|hectares?|degrees?|mph|times|decades?|centur(?:y|ies)"
)
_CAPITAL = r"[A-Z][\w'’&-]*(?:\.[A-Z]\.)*"
_OF = r"(?: (?:of|de|al|bin|van|von|del|the|du|la|for|and)(?= [A-Z]))?"
_PATTERNS: dict[Offer, re.Pattern[str]] = {
    "date": re.compile(
        rf"\b(?:1[5-9]|20)\d\d\b|\b(?:{_MONTHS})(?!\w)|\b{_DAYS}\b|\b(?:yesterday|today|tomorrow|tonight)\b|"
        rf"\b(?:last|next|this|earlier this|later this) (?:{_SEASONS})\b|\b\d{{1,2}}(?::\d\d)? ?[ap]\.?m\b|"
        r"\b(?:weeks?|months?|years?|days?|hours?) (?:ago|earlier|later)\b|\b(?:19|20)?\d0s\b"
    ),
    "number": re.compile(_NUMBERS, re.IGNORECASE),
    "money": re.compile(
        r"[$£€¥]\s?\d[\d,.]*|\b(?:\d[\d,.]*|[Mm]illions?|[Bb]illions?|[Tt]housands?|[Hh]undreds?) (?:of )?"
        r"(?:\w+ )?(?:dollars?|euros?|pounds?|cents?|pence|yen|yuan|rupees?|crowns?|francs?|pesos?|rubles?|lira)\b"
    ),
    "measure": re.compile(
        rf"(?:\d[\d,.]*|\b(?:{_COUNTED}|hundreds?|thousands?|dozens?|several|half an?|an?))[ -](?:\w+[ -])?"
        rf"(?:{_UNITS})\b|"
        r", \d{1,3},|\baged? \d+|\b\d{1,3}-years?-old\b",
        re.IGNORECASE,
    ),
    "name": re.compile(rf"{_CAPITAL}(?:{_OF} {_CAPITAL})*"),
    "role": re.compile(
        r"\b(?:police|officials?|authorities|spokes\w+|president|minister|leaders?|man|woman|men|women|people|father|"
        r"mother|parents|son|sons|daughters?|wife|husband|brothers?|sisters?|troops|soldiers|residents|workers|"
        r"officers?|lawyers?|attorneys?|judge|family|group|company|government|doctors?|students?|voters|fans|director|"
        r"suspects?|victims?|children|teenagers?|militants|rebels|protesters|investigators|prosecutors|researchers|scientists)\b"
    ),
    "place": re.compile(
        r"\b(?:in|at|near|from|to|outside|inside|off|across|around|into|throughout|of|on|toward) (?:the )?"
        rf"(?:[a-z]+ ){{0,2}}?(?={_CAPITAL})|{_CAPITAL}, {_CAPITAL}|\b(?:north|south|east|west)\w* of\b|"
        r"\b(?:at|in|near|outside) (?:a|the|his|her|their) \w+"
    ),
    "reason": re.compile(
        r"\b(?:because|due to|after|since|so that|in order to|reasons?|caused?|causing|led to|prompted|blamed?|amid|"
        r"over|result\w*|thanks to|to (?:protest|avoid|help|protect|prevent|raise|make|keep|get|stop)|"
        r"for (?:his|her|their|its|having|being|allegedly|failing)|accused|charged|sparked|motivated)\b",
        re.IGNORECASE,
    ),
    "quote": re.compile(r"[\"“”«»]|(?<!\w)['‘]\w"),
    "speech": re.compile(
        r"\b(?:said|says|saying|told|tells|according|added|called|claim\w*|den(?:y|ied|ies)|warned|urged|wrote|"
        r"announced|insist\w*|believes?|thinks?|describ\w+|acknowledged|asked|argued|vowed|promised|responded)\b"
    ),
}  # fmt: skip

WANTED: dict[Kind, tuple[Offer, ...]] = {
    "who": ("name", "role"),
    "when": ("date",),
    "where": ("place",),
    "number": ("number",),
    "money": ("money",),
    "length": ("measure",),
    "why": ("reason",),
    "said": ("quote", "speech"),
    "name": ("name", "quote"),
    "how": ("reason",),
    "whether": (),
    "other": (),
}
"""What answers a question of each kind, the most telling first."""


def kind_of(question: str) -> Kind:
    """The kind of thing a question asks for, by its first question word; "other" where its words do not tell."""
    asking = _ASKING.search(question)
    said = question[asking.start() :] if asking else question.lstrip("\"'“‘¿ ")
    return next((kind for kind, pattern in _ASKS.items() if pattern.match(said)), "other")


def offers(text: str, offer: Offer) -> Iterator[tuple[int, int]]:
    """Where `text` offers such a thing: (start, end) of each."""
    return (match.span() for match in _PATTERNS[offer].finditer(text))
