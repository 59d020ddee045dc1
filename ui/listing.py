"""What an exact search found as the pane is handed it: articles, with the sentences that hold what was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import groupby

from rag.types import Answer, Found, SearchResult
from ui import words
from ui.contract import Pane, Statement, empty
from ui.readings import reading
from ui.sources import Read, Shelf, Wanted
from ui.view import actions as undated
from ui.view import from_citation

SENTENCES = 3  # of an article, shown on the left
LONGEST = 420  # characters of a sentence, or of a passage where no sentence holds what was asked


def of_exact(result: SearchResult, read: Read, today: date, *, key: str, whole: frozenset[str]) -> Pane:
    """Articles in the order asked for; on the right each with all its words that were asked for marked."""
    pane = empty(key, "passages")
    groups = _by_article(result.passages)
    pane["summary"] = list(words.matching(result, len(groups)))
    pane["details"] = list(words.exactly(result))
    pane["headline"] = None if groups else "No article matches."
    pane["notes"] = list(result.warnings)
    wanted = [_wanted(at, group) for at, group in enumerate(groups, 1)]
    pane["citations"], pane["sources"] = Shelf(read, today, whole).cite(wanted)
    pane["statements"] = [_statement(at, group, today) for at, group in enumerate(groups, 1)]
    pane["open"] = 1 if wanted else None
    return pane


def of_coverage(
    answer: Answer, read: Read, today: date, *, key: str, whole: frozenset[str] = frozenset()
) -> Pane:
    """What was counted, the search that counted it, and the articles, each with the first sentence that says so."""
    assert answer.coverage is not None
    pane = empty(key, "passages" if answer.citations else "no_answer_found")
    pane["read"] = [reading(chip) for chip in answer.chips]
    pane["headline"] = answer.coverage.said
    pane["summary"] = list(words.counting(answer))
    pane["details"] = list(words.freshness(answer, today))
    pane["actions"] = undated(answer)
    pane["notes"] = list(answer.warnings)
    wanted = [from_citation(citation) for citation in answer.citations]
    pane["citations"], pane["sources"] = Shelf(read, today, whole).cite(wanted)
    pane["statements"] = [
        {
            "id": f"p{cited.number}",
            "kind": "passage",
            "text": _cut(" ".join(cited.quote.split())),
            "cites": [cited.number],
            "heading": cited.title or "Untitled",
            "byline": words.source(cited.outlet, cited.published, cited.kind, today),
        }
        for cited in answer.citations
    ]
    pane["open"] = 1 if wanted else None
    return pane


def _by_article(found: Sequence[Found]) -> list[list[Found]]:
    return [list(group) for _, group in groupby(found, lambda one: one.passage.article_id)]


def _statement(at: int, group: Sequence[Found], today: date) -> Statement:
    first = group[0]
    return {
        "id": f"p{at}",
        "kind": "passage",
        "text": _text(group),
        "cites": [at],
        "heading": first.title or "Untitled",
        "byline": words.source(first.outlet, first.published, first.kind, today),
        "why": list(words.held(group)),
    }


def _text(group: Sequence[Found]) -> str:
    """The first sentences that hold what was asked, each once; where none does, how the article begins."""
    said = {place: text for found in group for place, text in _sentences(found)}
    shown = [_cut(said[place]) for place in sorted(said)[:SENTENCES]]
    more = len(said) - len(shown)
    if not shown:
        return _cut(" ".join(group[0].text.split()))
    return "\n".join(shown) + (f"\n… and {words.count(more, 'more sentence')}" if more else "")


def _sentences(found: Found) -> list[tuple[tuple[int, int], str]]:
    begin = found.passage.start
    return [
        ((start, end), " ".join(found.text[start - begin : end - begin].split()))
        for start, end in found.passage.sentences
        if any(start < b and a < end for a, b in found.matches)
    ]


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[:LONGEST].rsplit(" ", 1)[0] + " …"


def place(group: Sequence[Found]) -> tuple[int, int, str]:
    """Where the words that an article is opened at begin and end, and the words."""
    first = next((found for found in group if found.matches), group[0])
    places = [place for place, _ in _sentences(first)[:1]]
    start, end = places[0] if places else (first.passage.start, first.passage.end)
    begin = first.passage.start
    return start, end, first.text[start - begin : end - begin]


def _wanted(at: int, group: Sequence[Found]) -> Wanted:
    first = next((found for found in group if found.matches), group[0])
    start, end, quote = place(group)
    return Wanted(
        number=at,
        article_id=first.passage.article_id,
        version=first.passage.version,
        title=first.title,
        outlet=first.outlet,
        published=first.published,
        kind=first.kind,
        start=start,
        end=end,
        quote=quote,
        used_by=(f"p{at}",),
        beside=tuple(sorted({place for found in group for place in found.matches})),
    )
