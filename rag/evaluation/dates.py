"""Whether an answer says the date that was asked for, in whatever form: "Monday", "Nov. 23", "2026-11-23"."""

from __future__ import annotations

import re

from rag.evidence.times import When, same, times
from rag.expected import Question
from rag.types import (
    Answer,
)

PRECISE = (
    "day",
    "month",
    "year",
    "weekday",
    "relative",
    "clock",
)  # what of an answer counts, the first it has
_LITTLE = re.compile(r"[^\W_]+")
_JOINING = frozenset("on at in the of by from since until around about".split())


def says_date(question: Question, answer: Answer) -> bool | None:
    """Whether some sentence of the answer says a date that a given answer of the question is; each is resolved by the
    day of the article it cites ("Monday" in one of Nov. 20 is Nov. 23 or 16). None where no given answer is a date."""
    published = next((one.published for one in answer.citations if one.published), None)
    wanted = [
        one for said in question.answers if (one := _date(said, question.as_of or published)) is not None
    ]
    if not wanted:
        return None
    days = {one.number: one.published for one in answer.citations}
    told = [
        when
        for sentence in answer.sentences
        for day in {days.get(number) for number in sentence.citations} or {None}
        for when in times(sentence.text, day)
    ]
    return any(same(when, one) for when in told for one in wanted if _as_precise(when, one))


def _date(said: str, published: str | None) -> When | None:
    """The date that a given answer is, the most precise part of it; None where it says something else, too."""
    found = times(said, published)
    rest = said
    for one in reversed(found):
        rest = rest[: one.start] + " " + rest[one.end :]
    if not found or not _JOINING.issuperset(word.lower() for word in _LITTLE.findall(rest)):
        return None
    return min(found, key=lambda one: PRECISE.index(one.form) if one.form in PRECISE else len(PRECISE))


def _as_precise(when: When, wanted: When) -> bool:
    """A month or a year does not say a day, though they overlap."""
    if when.days is None or wanted.days is None:
        return True
    return (when.days[1] - when.days[0]) <= (wanted.days[1] - wanted.days[0])
