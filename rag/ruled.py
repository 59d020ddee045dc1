"""Import rules and what they would give, frozen values beside `rag.state`."""

from __future__ import annotations

from dataclasses import dataclass

FIELDS = ("published", "outlet", "agency", "author", "page", "section", "kind", "language")
NAMED = {
    "published": "date",
    "author": "byline",
}  # what a field of the record is called in rules and on the page


@dataclass(frozen=True, slots=True)
class Rule:
    """One import rule. `text` is as a user writes it: "path: {outlet}/{date:YYYY-MM-DD}_*".

    `override`: what it gives goes before what the file itself states. `on`: used by ingests.
    """

    name: str
    text: str
    override: bool = False
    on: bool = True


@dataclass(frozen=True, slots=True)
class Given:
    """What a rule gives a field of the record, and what the file states itself. `used`: which of them holds."""

    field: str
    value: str
    stated: str | None
    rule: str
    used: bool


@dataclass(frozen=True, slots=True)
class Ruled:
    """What the rules made of one article. `matched` are the names of the rules that matched it."""

    matched: tuple[str, ...] = ()
    given: tuple[Given, ...] = ()
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """One article as it would be stored, and where its fields come from."""

    source: str
    title: str | None
    outlet: str | None
    published: str | None
    page: str | None
    kind: str | None
    author: str | None
    ruled: Ruled
    remark: str | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """Articles that want looking at: why, how many there are, and the first of them."""

    why: str
    total: int
    rows: tuple[PreviewRow, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What an ingest would store, before anything is stored.

    `matched`: articles that a rule matched. `years` and `outlets` count articles (None: not stated); of an outlet,
    whether the library has it. `rules`: articles that each rule matched. `warnings` are whole sentences.
    """

    articles: int
    failed: int
    skipped: int
    matched: int
    undated: int
    earliest: str | None
    latest: str | None
    years: tuple[tuple[int | None, int], ...]
    outlets: tuple[tuple[str | None, int, bool], ...]
    rules: tuple[tuple[str, int], ...]
    rows: tuple[PreviewRow, ...]
    samples: tuple[Sample, ...]
    warnings: tuple[str, ...]

    @property
    def unmatched(self) -> int:
        """Articles that no rule matched."""
        return self.articles - self.matched
