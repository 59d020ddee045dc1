"""A test question: what is asked, and what is expected of its answer."""

from __future__ import annotations

from dataclasses import dataclass, field

from rag.types import Scope


@dataclass(frozen=True, slots=True)
class Evidenced:
    """An evidence span of a test question: `quote` in `article`; start and end may be missing."""

    article: str
    quote: str
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """A record of a question set. Unknown fields are kept in `extra`."""

    id: str
    question: str
    answers: tuple[str, ...] = ()
    key_facts: tuple[str, ...] = ()
    evidence: tuple[Evidenced, ...] = ()
    answerable: bool = True
    as_of: str | None = None
    scope: Scope = field(default_factory=Scope)
    tags: tuple[str, ...] = ()
    extra: dict[str, object] = field(default_factory=dict)
