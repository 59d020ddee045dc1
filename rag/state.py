"""What became of an ingest, what one will take, and how the library stands: frozen values beside `rag.types`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ItemStatus = Literal["added", "changed", "unchanged", "duplicate", "skipped", "failed"]


@dataclass(frozen=True, slots=True)
class Item:
    """What became of one article, file or line of an ingest. `source` is `path` or `path:line`."""

    source: str
    status: ItemStatus
    reason: str | None = None
    article_id: str | None = None


@dataclass(frozen=True, slots=True)
class IngestReport:
    """Counts by `ItemStatus` are derived from `items`; `sequence` is the log's after the last of them."""

    items: tuple[Item, ...]
    sequence: int
    seconds: float

    def count(self, status: ItemStatus) -> int:
        """How many items ended so."""
        return sum(item.status == status for item in self.items)


@dataclass(frozen=True, slots=True)
class IndexState:
    """One index beside the catalog: how far it has followed, and what is wrong with it, if anything."""

    name: Literal["words", "meaning", "vectors"]
    sequence: int | None
    usable: bool
    said: str


@dataclass(frozen=True, slots=True)
class Status:
    """How the library stands. `meaning` is the share of passages with a vector, None: keyword search only.

    `model` writes the answers (None: they are extractive), `local` are the collections that are never sent to it.
    `sample_aside`: articles of the sample newsroom that own ones have put out of scope, counted in `passages` only.
    """

    home: str
    sequence: int
    articles: int
    passages: int
    meaning: float | None
    undated: int
    withdrawn: int
    superseded: int
    last_added: str | None
    oldest: str | None
    newest: str | None
    outlets: tuple[str, ...]
    mode: str
    embedder: str | None
    fingerprint: str | None
    sample: bool
    read_only: bool
    holder: bool
    indexes: tuple[IndexState, ...]
    bytes: int
    bytes_free: int
    versions: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...] = ()
    sample_aside: int = 0
    model: str | None = None
    model_said: str = "none: answers are extractive"
    spending: str = ""
    local: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Count:
    """How many articles a name holds; None: those that state none."""

    name: str | None
    articles: int


@dataclass(frozen=True, slots=True)
class Counts:
    """How many articles a scope holds, and how many each choice would hold within the other choices made.

    `of`: of how many; the sample newsroom counts only while it is in scope. `undated`: within the other choices,
    whether the dates leave them out or not. Days as the outlets wrote them. `unknown`: names that mean nothing here.
    """

    sequence: int
    articles: int
    of: int
    undated: int
    outlets: tuple[Count, ...]
    agencies: tuple[Count, ...]
    collections: tuple[Count, ...]
    kinds: tuple[Count, ...]
    languages: tuple[Count, ...]
    earliest: str | None = None
    newest: str | None = None
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What an ingest will take, before it starts. `fits` is False where it will not."""

    files: int
    bytes: int
    passages: int
    seconds_to_words: float
    seconds_to_meaning: float | None
    disk: int
    disk_free: int
    memory: int
    fits: bool
