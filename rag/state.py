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
    """Counts by `ItemStatus` are derived from `items`; `sequence` is the log's after the last of them.

    `warnings` say why what was stored is not found by meaning yet. `import_id`: what takes it back; None: no ingest.
    """

    items: tuple[Item, ...]
    sequence: int
    seconds: float
    warnings: tuple[str, ...] = ()
    import_id: int | None = None

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
class Vectors:
    """Whose vectors the library holds (`kept`, None: none yet), which `model` is set (None: none that can be used),
    and what is to be made.

    `anew`: the kept ones are another model's; nothing uses them, and only `dateline embed` or its button drops them.
    `passages` wait for a vector, or all do, of about so many `tokens`; `seconds` None: not known yet; `cost` None: no
    price is set, or it costs nothing. `kept_back` are passages that may not be sent to `where` (None: made here).
    """

    kept: str | None
    model: str | None
    where: str | None
    anew: bool
    passages: int
    tokens: int
    seconds: float | None
    cost: float | None
    kept_back: int


@dataclass(frozen=True, slots=True)
class Kept:
    """The file that a version of an article was read from: its sha256, its name, its bytes.

    `line`: where in a file of records the article is.
    """

    digest: str
    name: str
    size: int
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Originals:
    """How many files of articles are kept as they came, and their bytes. Larger ones than `limit` bytes are not."""

    files: int
    bytes: int
    limit: int

    @property
    def said(self) -> str:
        """In words."""
        kept = f"{self.files:,} files kept as they came, {self.bytes / 1e6:,.1f} MB"
        return f"{kept}; those over {self.limit / 1e6:,.0f} MB are not"


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
    vectors: Vectors | None = None
    originals: Originals | None = None


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
    """What an ingest will take, before it starts. `fits` is False where it will not.

    `embedder` None: keyword search only; `seconds_to_meaning` None: that, or not known yet. `tokens` (about) and
    `cost` are an endpoint's.
    """

    files: int
    bytes: int
    passages: int
    seconds_to_words: float
    seconds_to_meaning: float | None
    disk: int
    disk_free: int
    memory: int
    fits: bool
    embedder: str | None = None
    tokens: int | None = None
    cost: float | None = None


ShelfSort = Literal["date", "outlet", "title", "added"]
ShelfStatus = Literal["usable", "withdrawn", "superseded"]
Ended = Literal["superseded", "withdrawn", "removed"]


@dataclass(frozen=True, slots=True)
class Sift:
    """Which articles of the library are listed. Empty: all. Days are inclusive, `YYYY-MM-DD`.

    `title` are words, each somewhere in the headline. `kinds`, `outlets` and `collections` hold names, any of which
    will do. `undated` adds the undated to a range of days; without a range it leaves them alone.
    """

    title: str = ""
    outlets: tuple[str, ...] = ()
    from_: str | None = None
    to: str | None = None
    kinds: tuple[str, ...] = ()
    statuses: tuple[ShelfStatus, ...] = ()
    collections: tuple[str, ...] = ()
    undated: bool = False

    @property
    def everything(self) -> bool:
        """Whether nothing is left out."""
        return self == Sift()


@dataclass(frozen=True, slots=True)
class Shelved:
    """An article as the library lists it, its newest version. `copies`: others of its near-duplicate group.

    `ended` says why it is no longer usable, `ended_by` by which article, where one did it.
    """

    article_id: str
    version: int
    title: str | None
    outlet: str | None
    published: str | None
    kind: str | None
    status: ShelfStatus
    ended: Ended | None
    ended_by: str | None
    collections: tuple[str, ...]
    copies: int
    added_at: str


@dataclass(frozen=True, slots=True)
class ShelfPage:
    """One page of the library; pages count from 1. `total` match, of `held` in all."""

    rows: tuple[Shelved, ...]
    total: int
    held: int
    page: int
    size: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // self.size))


@dataclass(frozen=True, slots=True)
class Shelves:
    """What the library's articles can be filtered by, each with its number of articles, largest first."""

    outlets: tuple[tuple[str, int], ...]
    collections: tuple[tuple[str, int], ...]
    kinds: tuple[tuple[str, int], ...]
    undated: int
    held: int


@dataclass(frozen=True, slots=True)
class Published:
    """Articles of an outlet (None: not stated) in a day `YYYY-MM-DD` or a month `YYYY-MM`."""

    period: str
    outlet: str | None
    articles: int


@dataclass(frozen=True, slots=True)
class Timeline:
    """Articles over time. `undated` are in none of the periods; nor are those dated to a month or year only, by day."""

    unit: Literal["day", "month"]
    periods: tuple[Published, ...]
    undated: int
    coarse: int


@dataclass(frozen=True, slots=True)
class Edition:
    """A version of a story: one of the article's own, or of an article that it replaced or that replaced it."""

    article_id: str
    version: int
    title: str | None
    outlet: str | None
    published: str | None
    status: ShelfStatus
    ended: Ended | None
    ended_by: str | None
    added_at: str


@dataclass(frozen=True, slots=True)
class Change:
    """A run of text in a comparison of two versions."""

    op: Literal["same", "removed", "added"]
    text: str


@dataclass(frozen=True, slots=True)
class FieldChange:
    """What else differs between two versions: a field of the record, and what it says in each."""

    field: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two versions compared, in the order of the newer one's text. `by`: what was compared."""

    by: Literal["sentence", "word"]
    fields: tuple[FieldChange, ...]
    changes: tuple[Change, ...]

    @property
    def same(self) -> bool:
        """Whether the texts and the fields are the same."""
        return not self.fields and all(change.op == "same" for change in self.changes)


@dataclass(frozen=True, slots=True)
class Pasted:
    """What a pasted story says of itself, or what a reader corrected of it before it is stored."""

    title: str | None = None
    outlet: str | None = None
    published: str | None = None
    agency: str | None = None
    kind: str | None = None
    collections: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
