"""Who the cited texts go back to: near-duplicate groups, agencies credited, sources the text itself credits.

Distinct named origins are counted; an unclear one never counts as an origin.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from rag.library.rows import HitRow
from rag.reading.agencies import agency_name
from rag.types import Article, Origins

_TOLD = re.compile(
    r"\b(?:told|in an interview with|in a statement to)\s+(?:the\s+)?((?:[A-Z][\w&.'’-]*\s?){1,4})"
)
_REPORT = re.compile(r"\b[Aa]ccording to an?\s+((?:[A-Z][\w&.'’-]*\s?){1,4})\s+report\b")
_OWN = re.compile(r"\bour (?:own )?(?:reporter|correspondent|staff)\b", re.IGNORECASE)


def origins(hits: Iterable[HitRow], outlets: Iterable[str]) -> Origins:
    """Origins of the cited articles, one vote for each near-duplicate group."""
    return origins_of(((hit.article, hit.text, hit.group_key) for hit in hits), outlets)


def origins_of(read: Iterable[tuple[Article, str, int]], outlets: Iterable[str]) -> Origins:
    """The same of articles, each with what was read of it and its near-duplicate group."""
    known = {_folded(name): name for name in outlets}
    groups: dict[int, list[tuple[Article, str]]] = {}
    for article, text, group in read:
        groups.setdefault(group, []).append((article, text))
    named: dict[str, str] = {}
    unclear, texts = 0, 0
    for some in groups.values():
        texts += len({article.id for article, _ in some})
        origin = next((found for one in some if (found := _origin(*one, known))), None)
        if origin is None:
            unclear += 1
        else:
            named.setdefault(_folded(origin), origin)
    return Origins(texts, tuple(named.values()), unclear)


def _origin(article: Article, text: str, known: dict[str, str]) -> str | None:
    if article.agency:
        return agency_name(article.agency)
    for pattern in (_REPORT, _TOLD):
        for match in pattern.finditer(text):
            source = known.get(_folded(match[1]))
            if source is not None and source != article.outlet:
                return source
    if article.outlet and (article.author or _OWN.search(text)):
        return article.outlet
    return None


def _folded(name: str) -> str:
    return name.casefold().removeprefix("the ").strip()
