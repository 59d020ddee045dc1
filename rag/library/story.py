"""A story's course: which version makes which other one old, or withdraws it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rag.library.duplicates import Signature, is_copy
from rag.types import Article


def copies_among(signature: bytes, candidates: Iterable[tuple[int, bytes]]) -> list[int]:
    """The article keys among the candidates whose text is a near-duplicate of this one's."""
    others = list(candidates)
    if not others:
        return []
    mine = Signature.from_bytes(signature)
    return [key for key, other in others if is_copy(mine, Signature.from_bytes(other))]


def ended_by_new(new: Article, other: Article, *, copies: bool) -> str | None:
    """How a new article ends another's usable version: "withdrawn" (a kill), "superseded" (newer), or not."""
    if new.supersedes == other.id:
        return "withdrawn" if new.status == "withdrawn" else "superseded"
    return None


def ends_new(new: Article, related: Sequence[tuple[Article, bool]]) -> tuple[str, str] | None:
    """How a new article is ended at once by what is known already, and by which id."""
    if new.status == "withdrawn":
        return "withdrawn", new.id
    for other, _ in related:
        if other.supersedes == new.id:
            return ("withdrawn" if other.status == "withdrawn" else "superseded"), other.id
    return None
