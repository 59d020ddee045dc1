"""A text that was checked against the library: frozen values beside `rag.types`."""

from __future__ import annotations

from dataclasses import dataclass

from rag.types import Citation, Reason, Scope, Sentence


@dataclass(frozen=True, slots=True)
class Occurrence:
    """Where the library has a quotation, word for word: the number of its citation, and who is given it there."""

    citation: int
    speaker: str | None


@dataclass(frozen=True, slots=True)
class TextSentence:
    """A sentence of a text that was checked: `text[start:end]` of it, and what the library says to it.

    `sentence` has the state by the passage that speaks best for it, and cites the passages for it, or against it where
    none is for it; `against` is what other passages have otherwise. `occurrences` are its quotations' own, oldest
    first. `claims`: False for what says nothing that could be checked, a question or a heading.
    """

    start: int
    end: int
    sentence: Sentence
    against: tuple[Reason, ...] = ()
    occurrences: tuple[Occurrence, ...] = ()
    claims: bool = True


@dataclass(frozen=True, slots=True)
class CheckedText:
    """A text beside the library. `searched` counts the articles in scope; `left` the sentences beyond what is checked
    at once."""

    sentences: tuple[TextSentence, ...]
    citations: tuple[Citation, ...]
    scope: Scope
    searched: int
    sequence: int
    seconds: float
    left: int = 0
    warnings: tuple[str, ...] = ()
