"""Who the cited texts go back to: near-duplicate groups, agencies credited, sources the text itself credits.

Distinct named origins are counted; an unclear one never counts as an origin.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from rag.library.rows import HitRow
from rag.reading.agencies import agency_name
from rag.types import Origins

_TOLD = re.compile(
    r"\b(?:told|in an interview with|in a statement to)\s+(?:the\s+)?((?:[A-Z][\w&.'’-]*\s?){1,4})"
)
_REPORT = re.compile(r"\b[Aa]ccording to an?\s+((?:[A-Z][\w&.'’-]*\s?){1,4})\s+report\b")
_OWN = re.compile(r"\bour (?:own )?(?:reporter|correspondent|staff)\b", re.IGNORECASE)


def origins(hits: Iterable[HitRow], outlets: Iterable[str]) -> Origins:
    """Origins of the cited articles, one vote for each near-duplicate group."""
    known = {_folded(name): name for name in outlets}
    groups: dict[int, list[HitRow]] = {}
    for hit in hits:
        groups.setdefault(hit.group_key, []).append(hit)
    named: dict[str, str] = {}
    unclear, texts = 0, 0
    for group in groups.values():
        texts += len({hit.article.id for hit in group})
        origin = next((found for hit in group if (found := _origin(hit, known))), None)
        if origin is None:
            unclear += 1
        else:
            named.setdefault(_folded(origin), origin)
    return Origins(texts, tuple(named.values()), unclear)


def _origin(hit: HitRow, known: dict[str, str]) -> str | None:
    article = hit.article
    if article.agency:
        return agency_name(article.agency)
    for pattern in (_REPORT, _TOLD):
        for match in pattern.finditer(hit.text):
            source = known.get(_folded(match[1]))
            if source is not None and source != article.outlet:
                return source
    if article.outlet and (article.author or _OWN.search(hit.text)):
        return article.outlet
    return None


def _folded(name: str) -> str:
    return name.casefold().removeprefix("the ").strip()
