"""Where the library holds a question's evidence: by its place, else by its words."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from rag.expected import Evidenced, Question
from rag.types import (
    Article,
)

ArticleOf = Callable[[str], Article | None]
"""The usable article with this id or alias; None where there is none."""


def placed(question: Question, article_of: ArticleOf) -> tuple[Question, tuple[int, ...]]:
    """The question with each evidence where the library holds it; and the indices of what it does not hold.

    A quote that is no longer at its place is found again, the nearest to where it was; white space may differ.
    """
    entries, missing = [], []
    for index, entry in enumerate(question.evidence):
        article = article_of(entry.article)
        found = None if article is None else _in(entry, article)
        if found is None:
            missing.append(index)
        entries.append(found or replace(entry, start=None, end=None))
    return replace(question, evidence=tuple(entries)), tuple(missing)


def _in(entry: Evidenced, article: Article) -> Evidenced | None:
    there = entry.start
    if there is None or article.text[there : there + len(entry.quote)] != entry.quote:
        there = _nearest(article.text, re.escape(entry.quote), entry.start or 0)
    if there is not None:
        return Evidenced(article.id, entry.quote, there, there + len(entry.quote))
    words = r"\s+".join(map(re.escape, entry.quote.split()))
    there = _nearest(article.text, words, entry.start or 0) if words else None
    if there is None:
        return None
    match = re.compile(words).match(article.text, there)
    assert match is not None
    return Evidenced(article.id, match[0], match.start(), match.end())


def _nearest(text: str, pattern: str, where: int) -> int | None:
    starts = (match.start() for match in re.finditer(pattern, text))
    return min(starts, key=lambda start: abs(start - where), default=None)
