"""Imports: every ingest as one thing that can be looked at and taken back. Frozen values beside `rag.state`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Started:
    """Who or what starts an ingest, and what is read."""

    who: str = ""
    what: str = ""


@dataclass(frozen=True, slots=True)
class Import:
    """One ingest. `counts` are (what became of items, how many), as of `ItemStatus`; those of 0 are left out.

    `what` was read, for `who`, by which `rules` (as they were written). `ended`: when it was over; None: it is under
    way, or was cut off. `undone`: when it was taken back. Times are RFC 3339 in UTC. `pending`: not all its articles
    follow yet. `warnings` are whole sentences about an undo or a redo.
    """

    id: int
    at: str
    who: str
    what: str
    rules: tuple[str, ...]
    counts: tuple[tuple[str, int], ...]
    ended: str | None = None
    undone: str | None = None
    pending: bool = False
    warnings: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """As it is named to `dateline undo`."""
        return f"import-{self.id}"

    def count(self, status: str) -> int:
        """How many items ended so."""
        return dict(self.counts).get(status, 0)
