"""A story's course: which version makes which other one old, or withdraws it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rag.library.duplicates import Signature, is_copy
from rag.library.storyline import Ending, ends
from rag.types import Article


def copies_among(signature: bytes, candidates: Iterable[tuple[int, bytes]]) -> list[int]:
    """The article keys among the candidates whose text is a near-duplicate of this one's."""
    others = list(candidates)
    if not others:
        return []
    mine = Signature.from_bytes(signature)
    alike = {other: is_copy(mine, Signature.from_bytes(other)) for other in {other for _, other in others}}
    return [key for key, other in others if alike[other]]


def ended_by_new(new: Article, other: Article, *, copies: bool) -> Ending | None:
    """How a new article ends another's usable version: "withdrawn" (a kill), "superseded" (newer), or not."""
    if new.status == "withdrawn" and new.supersedes == other.id:
        return "withdrawn"
    return ends(new, other, copies=copies)


def ends_new(new: Article, related: Sequence[tuple[Article, bool]]) -> tuple[Ending, str] | None:
    """How a new article is ended at once by what is known already, and by which id."""
    if new.status == "withdrawn":
        return "withdrawn", new.id
    for other, copies in related:
        ending = ended_by_new(other, new, copies=copies)
        if ending is not None:
            return ending, other.id
    return None
