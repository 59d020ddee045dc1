"""A checked text as a pane: its sentences left, each with what the library has to it; the articles right."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from rag import marks
from rag.checked import CheckedText, TextSentence
from rag.types import Sentence
from ui import view
from ui.contract import Pane, Statement, empty
from ui.sources import Read, Shelf


def of_text(found: CheckedText, read: Read, today: date, *, key: str, whole: frozenset[str]) -> Pane:
    """The pane of a checked text."""
    pane = empty(key, "answered")
    beside = [_with_all(one) for one in found.sentences]
    wanted = [view.from_citation(one, beside, answered=True) for one in found.citations]
    pane["citations"], pane["sources"] = Shelf(read, today, whole).cite(wanted)
    pane["statements"] = [_statement(at, one, found) for at, one in enumerate(found.sentences, 1)]
    pane["summary"] = [marks.of_check(found)]
    pane["notes"] = list(found.warnings)
    pane["open"] = 1 if wanted else None
    return pane


def _with_all(one: TextSentence) -> Sentence:
    """The sentence citing whatever is told of it."""
    numbers = (
        *one.sentence.citations,
        *(reason.citation for reason in one.against if reason.citation),
        *(place.citation for place in one.occurrences),
    )
    return replace(one.sentence, citations=tuple(dict.fromkeys(numbers)))


def _statement(at: int, one: TextSentence, found: CheckedText) -> Statement:
    told = marks.of_text(one, found.citations)
    return {
        "id": f"s{at}",
        "kind": "sentence",
        "text": one.sentence.text,
        "cites": list(_with_all(one).citations),
        "marks": list(told),
        "alarms": [line for line in told if line in marks.alarms_of_text(one)],
    }
