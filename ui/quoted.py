"""Quotations as a pane: what was said left, oldest first, each wording where it stands; the articles right."""

from __future__ import annotations

from datetime import date

from rag.quotations import Quotations, Quote, Wording
from ui import view, words
from ui.contract import Pane, Statement, empty
from ui.sources import Read, Shelf

BESIDE: dict[Wording, str] = {
    "same": "the same words",
    "part": "a part of these words",
    "longer": "more of these words",
    "altered": "altered",
}


def of_quotations(found: Quotations, read: Read, today: date, *, key: str, whole: frozenset[str]) -> Pane:
    """The pane of what was found."""
    pane = empty(key, "passages")
    quotes = [one for utterance in found.utterances for one in utterance.quotes]
    wanted = [view.from_citation(one.citation) for one in quotes]
    pane["citations"], pane["sources"] = Shelf(read, today, whole).cite(wanted)
    pane["statements"] = [
        _statement(one, at, today)
        for utterance in found.utterances
        for at, one in enumerate(utterance.quotes)
    ]
    shown = len(found.utterances)
    first = f"{shown:,} of " if shown < found.total else ""
    pane["summary"] = [
        f"{first}{words.count(found.total, 'utterance')}",
        words.count(found.quotations, "quotation"),
        f"{words.count(found.searched, 'article')} searched",
        words.seconds(found.seconds),
    ]
    pane["headline"] = None if quotes else "No quotation found. It may be told without quotation marks."
    pane["notes"] = list(found.warnings)
    pane["open"] = 1 if wanted else None
    return pane


def _statement(one: Quote, at: int, today: date) -> Statement:
    cited = one.citation
    line = [words.source(cited.outlet, cited.published, cited.kind, today)]
    line += [f"and {words.count(len(one.copies), 'copy', 'copies')}"] if one.copies else []
    line += [f"“{one.clause}”"] if one.clause else []
    statement: Statement = {
        "id": f"p{cited.number}",
        "kind": "passage",
        "text": f"“{' '.join(cited.quote.split())}”",
        "cites": [cited.number],
        "heading": one.said_by,
        "byline": " · ".join(line),
    }
    if at:
        statement["lead"] = f"Quoted elsewhere: {BESIDE[one.wording]}"
    return statement
