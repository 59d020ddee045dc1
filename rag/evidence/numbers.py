"""Numbers as news writes them: figures and words, magnitudes, money, shares, and what bounds them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from rag.evidence.tokens import Token

Bound = Literal["", "about", "more", "less"]


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a sentence. `unit` is "%", "points", a currency's sign, a measure or "" ; `noun` the stem of the word
    it counts; `bound` what limits it, `limited` both as they are said; `digits` how many are told (12.4 million: 3).
    """

    text: str
    start: int
    end: int
    value: float
    unit: str
    noun: str
    bound: Bound
    limited: str
    ordinal: bool
    digits: int
    part: bool = False  # "half", "two thirds", "one in 40", "11 of 17"
    rate: str = ""  # "week" of "1,140 crowns a week"
    range: bool = False  # one end of "between 4,000 and 30,000"


_ONES = dict(
    zip(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen".split(),
        range(20),
        strict=True,
    )
)
_TENS = dict(
    zip("twenty thirty forty fifty sixty seventy eighty ninety".split(), range(20, 100, 10), strict=True)
)
_ORDINALS = dict(
    zip(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split(),
        range(1, 13),
        strict=True,
    )
)
_SCALES = {
    "hundred": 1e2, "thousand": 1e3, "k": 1e3, "million": 1e6, "m": 1e6, "mn": 1e6, "mln": 1e6, "billion": 1e9,
    "bn": 1e9, "b": 1e9, "trillion": 1e12, "tn": 1e12, "dozen": 12.0,
}  # fmt: skip
_MULTIPLES = {
    "half": 0.5,
    "twice": 2.0,
    "double": 2.0,
    "doubled": 2.0,
    "triple": 3.0,
    "tripled": 3.0,
    "quarter": 0.25,
}
_CURRENCIES = {
    "$": "$", "us$": "$", "dollar": "$", "dollars": "$", "£": "£", "pound": "£", "pounds": "£", "€": "€",
    "euro": "€", "euros": "€", "¥": "¥", "yen": "¥", "yuan": "yuan", "rupees": "rupees", "reais": "reais",
    "roubles": "rubles", "rubles": "rubles", "francs": "francs", "pesos": "pesos", "crowns": "crowns", "cents": "cents",
    "pence": "pence",
}  # fmt: skip
_MEASURES = {
    "km": "km", "kilometers": "km", "kilometres": "km", "kilometer": "km", "kilometre": "km", "miles": "mile",
    "mile": "mile", "metres": "meter", "meters": "meter", "metre": "meter", "meter": "meter", "feet": "foot",
    "foot": "foot", "kg": "kg", "kilos": "kg", "kilograms": "kg", "tons": "ton", "tonnes": "ton", "ton": "ton",
    "tonne": "ton", "acres": "acre", "hectares": "hectare", "hours": "hour", "hour": "hour", "minutes": "minute",
    "minute": "minute", "seconds": "second", "days": "day", "day": "day", "weeks": "week", "week": "week",
    "months": "month", "month": "month", "years": "year", "year": "year", "decades": "decade", "litres": "liter",
    "liters": "liter", "degrees": "degree", "mph": "mph", "kph": "kph", "megawatts": "mw", "mw": "mw",
    "gigawatts": "gw", "gw": "gw", "inches": "inch", "inch": "inch", "centimetres": "cm",
    "centimeters": "cm", "cm": "cm", "mm": "mm",
    "millimetres": "mm", "millimeters": "mm", "millimetre": "mm", "tenths": "tenth",
}  # fmt: skip
_OF_UNITS = frozenset("cubic square nautical metric sq".split())
_SHARES = re.compile(
    r"\s?(?:%|-?percentage[- ]points?|-?per[ -]?cent\b(?!age)|\s?pc\b|\s?percent\b(?!age)|\s?points?\b)", re.I
)
_FIGURE = re.compile(
    r"(?P<currency>(?:US|C|A)?\$|[£€¥])?\s?(?<![\w.])(?P<figures>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    r"(?P<rest>st|nd|rd|th|m|mn|bn|tn|k|b)?(?=$|[^\w]|km|kg|cm|mph|mw|gw|pc)",
    re.I,
)
_AROUND: dict[Bound, str] = {
    "less": "less than|fewer than|under|below|up to|at most|no more than|not more than|as many as|as much as|"
    "a maximum of|just short of",
    "more": "more than|over|at least|above|upwards of|exceeding|exceeded|greater than|no fewer than|no less than|"
    "a minimum of",
    "about": "about|around|roughly|approximately|nearly|almost|some|approaching|an? estimated|circa",
}
_BOUNDS: list[tuple[Bound, re.Pattern[str]]] = [
    (bound, re.compile(rf"\b(?:{said}) $", re.I)) for bound, said in _AROUND.items()
]
_RANGE = re.compile(r"(?:between|from) [^,;]{1,30} (?:and|to) $|\d ?[-–] ?$", re.I)
_RANGE_GOES = re.compile(r" ?[-–] ?\d| (?:to|and) \S{1,12} (?:times|percent)", re.I)
_PART_BEFORE = re.compile(
    r"(?:\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten)) (?:in|of|out of) (?:every |the )?$", re.I
)
_PART_AFTER = re.compile(
    r"(?: times\b|[ -](?:thirds?|quarters?|fifths?|tenths?)"
    r"| (?:in|out of|of) (?:every |the |its |their )?(?:\d|two|three|four|five|six|seven|eight|nine|ten))\b",
    re.I,
)
_SPAN = re.compile(r"\b(?:over|around|above) $", re.I)  # "over two days"
_PLACED = re.compile(r"\b(?:above|below|under) $", re.I)  # "stranded above 11 cows"
_FEW = 20  # things that something may stand above
_AFTER_BOUND: list[tuple[Bound, re.Pattern[str]]] = [
    ("more", re.compile(r"\s?(?:or more|plus\b|\+|,? at least\b)", re.I)),
    ("about", re.compile(r"\s?(?:or so)\b", re.I)),
    ("less", re.compile(r"\s?(?:or (?:less|fewer)|,? at (?:the )?most)\b", re.I)),
]
_RATE = re.compile(
    r"(?: [a-z]+){0,2}? (?:an?|per|each|every) (second|minute|hour|day|night|week|fortnight|month|quarter|year)\b"
)


def worded(low: str) -> bool:
    """Whether a word is a number by itself."""
    return low in _ONES or low in _TENS


def numbers(text: str, words: Sequence[Token], taken: Sequence[tuple[int, int]] = ()) -> tuple[Number, ...]:
    """The numbers of a sentence, in order, outside the ranges `taken` by dates."""
    found = [*_figures(text, words), *_worded(text, words)]
    found = [one for one in found if not any(one.start < end and start < one.end for start, end in taken)]
    return tuple(sorted(found, key=lambda one: one.start))


def _figures(text: str, words: Sequence[Token]) -> Iterator[Number]:
    for match in _FIGURE.finditer(text):
        start = match.start("currency") if match["currency"] else match.start("figures")
        if start and (text[start - 1] == "-" and text[: start - 1][-1:].isalpha()):
            continue  # the figures of a name: COVID-19
        rest = (match["rest"] or "").lower()
        figures = match["figures"].replace(",", "")
        value, end = float(figures), match.end()
        digits = len(figures.replace(".", "").strip("0")) or 1
        if rest in _SCALES and (rest != "m" or match["currency"] or not _metres(text, end)):
            value *= _SCALES[rest]
        value, end = _scaled(text, value, end)
        currency = _CURRENCIES.get((match["currency"] or "").lower().removeprefix("c").removeprefix("a"), "")
        yield _number(text, words, start, end, value, currency, rest in ("st", "nd", "rd", "th"), digits)


def _metres(text: str, end: int) -> bool:
    return bool(re.match(r"\s(?:high|tall|long|deep|wide|away|race|hurdles|above|below)", text[end:]))


def _scaled(text: str, value: float, end: int) -> tuple[float, int]:
    """A number with the magnitude said after it: "1.2 million", "3-million"."""
    while match := re.match(
        r"[ -](hundred|thousand|million|billion|trillion|mn|bn|mln|dozen)s?\b", text[end:], re.I
    ):
        value *= _SCALES[match[1].lower()]
        end += match.end()
    return value, end


def _worded(text: str, words: Sequence[Token]) -> Iterator[Number]:
    at = 0
    while at < len(words):
        value, after, ordinal = _read(words, at)
        if after == at:
            at += 1
            continue
        digits = len(f"{value:.0f}".rstrip("0")) or 1
        yield _number(text, words, words[at].start, words[after - 1].end, value, "", ordinal, digits)
        at = after


def _read(words: Sequence[Token], at: int) -> tuple[float, int, bool]:
    """The number in words at a place: its value, where it ends, whether it is an ordinal."""
    total = part = 0.0
    here, ordinal = at, False
    while here < len(words):
        low = words[here].low
        if low in _ONES and not (low == "one" and here == at and not _counts(words, here)):
            part += _ONES[low]
        elif low in _TENS:
            part += _TENS[low]
        elif low in _ORDINALS and not (low == "second" and here > at) and not _at_first(words, here):
            part, ordinal = part + _ORDINALS[low], True
            here += 1
            break
        elif low in ("hundred", "thousand", "million", "billion", "trillion", "dozen") and (
            here > at or _one_before(words, at)
        ):
            scale = _SCALES[low]
            part = (part or 1.0) * scale
            if scale >= 1000:
                total, part = total + part, 0.0
        elif low in _MULTIPLES and here == at:
            return _MULTIPLES[low], here + 1, False
        elif (
            low == "and"
            and here > at
            and words[here - 1].low in ("hundred", "thousand")
            and here + 1 < len(words)
            and (words[here + 1].low in _ONES or words[here + 1].low in _TENS)
        ):
            pass
        else:
            break
        here += 1
    return (total + part, here, ordinal) if here > at else (0.0, at, False)


def _counts(words: Sequence[Token], at: int) -> bool:
    """Whether "one" counts something: "one person", not "one of them" or "the one who"."""
    following = words[at + 1] if at + 1 < len(words) else None
    before = words[at - 1].low if at else ""
    return bool(
        following
        and (not following.empty or following.low in _SCALES)
        and before not in ("the", "this", "that", "no", "any", "every")
        and not any(
            word.low in ("another", "other") for word in words[at + 1 :]
        )  # one of two that are told of
    )


def _at_first(words: Sequence[Token], at: int) -> bool:
    """Whether "first" only says when: "at first"."""
    return words[at].low == "first" and at > 0 and words[at - 1].low == "at"


def _one_before(words: Sequence[Token], at: int) -> bool:
    return at > 0 and words[at - 1].low in ("a", "one")


def _number(
    text: str,
    words: Sequence[Token],
    start: int,
    end: int,
    value: float,
    currency: str,
    ordinal: bool,
    digits: int,
) -> Number:
    unit = currency
    if share := _SHARES.match(text, end):
        unit = "points" if "point" in share[0].lower() else "%"
        end = share.end()
    elif not currency:
        following = [word for word in words if word.start >= end and word.low not in _OF_UNITS][:3]
        for word in following[:1]:
            if word.start - end <= 12 and word.low in _CURRENCIES:
                unit, end = _CURRENCIES[word.low], word.end
            elif word.start - end <= 12 and word.low in _MEASURES:
                unit, end = _MEASURES[word.low], word.end
    bound, limited = _bound(text, start, end, value, unit, small=value < 10 and not currency)
    noun = _noun(text, words, end)
    ranged = bool(_RANGE.search(text[:start]) or _RANGE_GOES.match(text, end))
    part = bool(
        _PART_BEFORE.search(text[:start]) or (not ordinal and _PART_AFTER.match(text, end)) or value < 1
    )
    rate = None if ordinal or part else _RATE.match(text, end)
    said, per = text[start:end].strip(), rate[1] if rate else ""
    return Number(said, start, end, value, unit, noun, bound, limited, ordinal, digits, part, per, ranged)


def _bound(text: str, start: int, end: int, value: float, unit: str, *, small: bool) -> tuple[Bound, str]:
    """What limits a number, and the two together as they are said."""
    before = text[max(0, start - 24) : start]
    placed = value <= _FEW and not unit and _PLACED.search(before)
    if not placed and not (small and _SPAN.search(before)):
        for bound, pattern in _BOUNDS:
            if match := pattern.search(before):
                return bound, match[0] + text[start:end].strip()
    for bound, pattern in _AFTER_BOUND:
        if match := pattern.match(text, end):
            return bound, text[start:end].strip() + match[0]
    return "", text[start:end].strip()


def _noun(text: str, words: Sequence[Token], end: int) -> str:
    """The stem of what is counted: the first telling word after it, before the clause ends."""
    stop = re.search(r"[,;:.!?)]", text[end:])
    limit = end + stop.start() if stop else len(text)
    for word in words:
        if end <= word.start < limit and not word.empty and not word.number:
            return word.stem
    return ""


def same(said: Number, source: Number) -> bool:
    """Whether one may stand for the other: equal, or rounded as its words allow."""
    if said.ordinal != source.ordinal and said.value != source.value:
        return False
    if conflicting(said.unit, source.unit) or conflicting(said.rate, source.rate):
        return False
    if math.isclose(said.value, source.value, rel_tol=1e-9):
        return True
    if said.ordinal or source.ordinal or not said.value or not source.value:
        return False
    ratio = source.value / said.value
    if said.bound == "more":
        return 1 < ratio <= 1.12
    if said.bound == "less":
        return 0.88 <= ratio < 1
    if said.bound == "about":
        return 0.93 <= ratio <= 1.07
    size = 10 ** (math.floor(math.log10(said.value)) - said.digits + 1)
    return said.digits >= 2 and said.value >= 1000 and abs(source.value - said.value) <= size / 2


def conflicting(one: str, other: str) -> bool:
    """Whether two units cannot mean the same."""
    return bool(one and other and one != other)


def bound_differs(said: Number, source: Number) -> bool:
    """Whether equal numbers are limited otherwise: "more than 40" and "fewer than 40", or a limit left out."""
    if not math.isclose(said.value, source.value, rel_tol=1e-9) or said.bound == source.bound:
        return False
    if said.range or source.range:
        return False
    if {said.bound, source.bound} == {"more", "less"}:
        return True
    if said.bound == "" and source.bound == "about":
        return source.digits >= 3  # a round figure says itself that it is about so many
    return "" in (said.bound, source.bound) and bool({said.bound, source.bound} & {"more", "less"})
