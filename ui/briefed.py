"""A briefing as a pane: its sections left, sentence by sentence, the articles right."""

from __future__ import annotations

from datetime import date

from rag import brief_sheet
from rag.brief_sheet import Line
from rag.briefed import Briefing
from rag.types import Sentence
from ui import dates, view, words
from ui.contract import Pane, Statement, empty
from ui.sources import Read, Shelf


def of_briefing(made: Briefing, read: Read, today: date, *, key: str, whole: frozenset[str]) -> Pane:
    """The pane of a briefing."""
    pane = empty(key, "answered")
    lines = list(brief_sheet.lines(made))
    beside = [Sentence(line.text, line.cites) for line in lines]
    wanted = [view.from_citation(one, beside, answered=True) for one in made.citations]
    pane["citations"], pane["sources"] = Shelf(read, today, whole).cite(wanted)
    pane["statements"] = [_statement(at, line) for at, line in enumerate(lines, 1)]
    pane["headline"] = brief_sheet.title(made)
    told = sum(story.told for story in made.stories)
    edited = [f"{words.count(len(made.edited), 'sentence')} edited by hand"] if made.edited else []
    pane["summary"] = [
        made.model or "Extractive, no model",
        *([brief_sheet.took(made)] if brief_sheet.took(made) else []),
        words.count(told, "story", "stories"),
        words.seconds(made.seconds),
        *edited,
    ]
    pane["details"] = [
        f"{words.count(made.coverage.considered, 'article')} in scope, {made.coverage.cited:,} cited",
        f"written {dates.shown(made.at, today, time=True)} UTC",
    ]
    pane["notes"] = list(made.warnings)
    pane["open"] = next((number for line in lines for number in line.cites), None)
    pane["copied"] = True
    return pane


def _statement(at: int, line: Line) -> Statement:
    said: Statement = {"id": f"s{at}", "kind": "sentence", "text": line.text, "cites": list(line.cites)}
    if line.mark:
        said["marks"] = line.mark.split("; ")
    if line.lead:
        said["lead"] = line.lead
    if line.heading:
        said["section"] = line.heading
    return said


def sentences(made: Briefing) -> dict[str, str]:
    """What may be edited: each cited sentence's words, by how it is listed."""
    found: dict[str, str] = {}
    for at, line in enumerate(brief_sheet.lines(made), 1):
        if line.cites and line.text not in found.values():
            found[f"{at} {line.text}"] = line.text
    return found
