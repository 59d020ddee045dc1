"""The answer to a question about the coverage itself: what an exact search of the whole scope counted, listed."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from rag.answering.citations import cited
from rag.reading.dates import moment
from rag.retrieval.coverage import AboutCoverage
from rag.retrieval.tree import said
from rag.types import Answer, Citation, Coverage, Found, Freshness, SearchResult

LISTED = 50  # articles shown with the answer; a search for the same query lists the others


def coverage_answer(
    question: str,
    about: AboutCoverage,
    found: SearchResult,
    *,
    as_phrase: int | None,
    freshness: Freshness,
    fingerprint: str,
    seconds: float,
) -> Answer:
    """Counts, and the articles, each cited with the first sentence that holds what was counted.

    Args:
        found: all that matches, the passages of an article together, oldest first where the first was asked for.
        as_phrase: how many of the articles hold the words one after another.
    """
    groups = [list(group) for _, group in groupby(found.passages, lambda one: one.passage.article_id)]
    citations = tuple(_cited(at, group) for at, group in enumerate(groups[:LISTED], 1))
    dates = [one.published for one in citations if one.published]
    coverage = _coverage(about, found, [group[0] for group in groups], as_phrase)
    return Answer(
        id=uuid.uuid4().hex,
        question=question,
        status="answered" if groups else "no_answer_found",
        mode="extractive",
        sentences=(),
        citations=citations,
        answerability=None,
        freshness=replace(freshness, newest_cited=max(dates, key=moment, default=None)),
        texts=len(citations),
        origins=None,
        nearest=(),
        scope=found.scope,
        chips=about.chips,
        searched=found.searched,
        sequence=found.sequence,
        fingerprint=fingerprint,
        timings={"search": round(seconds, 4), "total": round(seconds, 4)},
        warnings=found.warnings + _warnings(about, groups),
        coverage=coverage,
    )


def _cited(number: int, group: Sequence[Found]) -> Citation:
    found, (start, end) = _telling(group)
    return cited(found, number, start, end)


def _telling(group: Sequence[Found]) -> tuple[Found, tuple[int, int]]:
    """The first of the sentences that hold the most of what was counted; where none does, how the article begins."""
    best, most = (group[0], group[0].passage.sentences[0]), 0
    for found in group:
        begin = found.passage.start
        for start, end in found.passage.sentences:
            held = {
                found.text[a - begin : b - begin].casefold() for a, b in found.matches if start <= a < end
            }
            if len(held) > most:
                best, most = (found, (start, end)), len(held)
    return best


def _coverage(
    about: AboutCoverage, found: SearchResult, firsts: Sequence[Found], as_phrase: int | None
) -> Coverage:
    articles, query = len(firsts), said(about.tree)
    return Coverage(
        about.asked,
        query,
        _said(about, found, firsts, as_phrase),
        articles,
        found.total,
        found.replaced,
        found.outlets,
        as_phrase,
    )


def _said(about: AboutCoverage, found: SearchResult, firsts: Sequence[Found], as_phrase: int | None) -> str:
    articles = len(firsts)
    parts = []
    dated = [one for one in firsts if one.published]
    if about.asked == "first" and dated:
        parts.append(
            f"The oldest that matches: {dated[0].outlet or 'outlet not stated'}, {_day(dated[0].published)}."
        )
    if about.asked == "outlets" and articles:
        named = [f"{name} ({count:,})" for name, count in found.outlets if name]
        unnamed = sum(count for name, count in found.outlets if name is None)
        listed = ", ".join(named) + (f"; outlet not stated ({unnamed:,})" if unnamed else "")
        parts.append(f"{_count(len(named), 'outlet')}: {listed}.")
    match = "matches" if articles == 1 else "match"
    parts.append(f"{articles:,} of {_count(found.searched, 'article')} {match} {said(about.tree)}.")
    if as_phrase is not None and about.phrase is not None:
        parts.append(f"{as_phrase:,} of them {'holds' if as_phrase == 1 else 'hold'} {said(about.phrase)}.")
    if found.replaced:
        parts.append(
            f"{found.replaced:,} more {'is' if found.replaced == 1 else 'are'} not counted: a newer article replaced "
            f"{'it' if found.replaced == 1 else 'them'}."
        )
    return " ".join(parts)


def _warnings(about: AboutCoverage, groups: Sequence[Sequence[Found]]) -> tuple[str, ...]:
    undated = sum(group[0].published is None for group in groups)
    notes = []
    if about.asked == "first" and undated:
        notes.append(f"{_count(undated, 'undated article')} may be older; listed last.")
    if len(groups) > LISTED:
        notes.append(
            f"The first {LISTED} of {len(groups):,} articles are listed; search for the same to see all."
        )
    return tuple(notes)


def _day(published: str | None) -> str:
    return (published or "")[:10]


def _count(number: int, one: str) -> str:
    return f"{number:,} {one}{'' if number == 1 else 's'}"
