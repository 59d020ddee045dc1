"""Erased words found again in what was kept elsewhere, and taken out of it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from collections.abc import Set as AbstractSet
from typing import Any

from rag.erasures import MARK
from rag.library.database import folded

RUN = 8  # words in a row that are the article's, wherever they stand; a shorter sentence counts whole
FEWEST = 3  # words of a sentence or a headline that is looked for
NOTE = "Something that this rested on was erased; what was said of it here went with it."
_WORD = re.compile(r"\w+")
# What stays of a citation, a headline or a span of an erased article: where it stood, nothing that it said.
_PLACE = frozenset(
    "number article_id article version start end position outlet agency kind published score copies".split()
)


class ErasedWords:
    """The words of erased texts: each run of `RUN`, and each shorter sentence.

    Args:
        sentences: every sentence, and every headline.
        texts: the texts whole.
    """

    def __init__(self, texts: Iterable[str], sentences: Iterable[str]) -> None:
        self._runs = {run for text in texts for run in _runs(words_of(text), RUN)}
        for one in sentences:
            words = tuple(words_of(one))
            if FEWEST <= len(words) < RUN:
                self._runs.add(words)
        self._sizes = sorted({len(run) for run in self._runs})

    def said_in(self, text: str) -> bool:
        """Whether a text says any of them."""
        words = words_of(text)
        return any(run in self._runs for size in self._sizes for run in _runs(words, size))


def without(said: Any, ids: Collection[str], words: ErasedWords | None) -> Any:
    """JSON of an answer, or of what holds one, without what it says of erased articles.

    The same for a briefing. Citations of them keep their place and lose their words; sentences that rest on them are
    blank; what else says their words is blank. What is of other articles stays as it is, also where it is the
    same.
    """
    if isinstance(said, str):
        return MARK if words is not None and words.said_in(said) else said
    if isinstance(said, list):
        return [without(one, ids, words) for one in said]
    if not isinstance(said, dict):
        return said
    named = said.get("article_id", said.get("article"))
    if isinstance(named, str):
        return _bare(said) if named in ids else said
    cited = said.get("citations")
    if isinstance(cited, list) and any(isinstance(one, dict) for one in cited):
        return _citing(said, ids, words)
    if "headline" in said and not frozenset(ids).isdisjoint(said.get("articles", ())):
        said = said | {"headline": MARK}
    if any(isinstance(one, dict) and one.get("article") in ids for one in said.get("evidence") or ()):
        said = said | {name: [] for name in ("answers", "key_facts") if said.get(name)}
    return {name: without(one, ids, words) for name, one in said.items()}


def _bare(cited: dict[str, Any]) -> dict[str, Any]:
    if "quote" in cited and "article" in cited:  # evidence of a test question: its place must fit its words
        return {"article": cited["article"], "quote": MARK}
    return {
        name: one if name in _PLACE else "" if name in ("quote", "text") else None
        for name, one in cited.items()
    }


def _citing(said: dict[str, Any], ids: Collection[str], words: ErasedWords | None) -> dict[str, Any]:
    """An answer or a briefing: whatever in it refers to citations by their numbers."""
    gone = {one["number"] for one in said["citations"] if one.get("article_id") in ids}
    told: dict[str, Any] = {name: _unsaid(without(one, ids, words), gone) for name, one in said.items()}
    nearest = any(one.get("article_id") in ids for one in said.get("nearest", ()))
    if (gone or nearest) and NOTE not in told.get("warnings", ()):
        told["warnings"] = [*told.get("warnings", ()), NOTE]
    return told


def _unsaid(said: Any, gone: AbstractSet[int]) -> Any:
    """The same with each sentence blank that rests on one of these citations, and what was found to differ in it."""
    if isinstance(said, list):
        return [_unsaid(one, gone) for one in said]
    if not isinstance(said, dict):
        return said
    numbers = said.get("citations")
    if isinstance(numbers, list) and not gone.isdisjoint(one for one in numbers if isinstance(one, int)):
        return _blank(said)
    inner = {name: _unsaid(one, gone) for name, one in said.items()}
    if inner.get("reason") and any(inner.get(side) != said.get(side) for side in ("older", "newer")):
        inner["reason"] = inner["reason"] | {"said": MARK, "source": MARK}
    return inner


def _blank(sentence: dict[str, Any]) -> dict[str, Any]:
    return sentence | {"text": MARK, "attribution": None, "evidence": None, "quotations": []}


def words_of(text: str) -> list[str]:
    """The words of a text as they are compared."""
    return _WORD.findall(folded(text) or "")


def _runs(words: list[str], size: int) -> Iterator[tuple[str, ...]]:
    return (tuple(words[at : at + size]) for at in range(len(words) - size + 1))
