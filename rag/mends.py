"""Repairs of many articles' records by hand, frozen values beside `rag.state`."""

from __future__ import annotations

from dataclasses import dataclass

from rag.state import Sift


@dataclass(frozen=True, slots=True)
class Mend:
    """A repair: fields of the record and what they shall say (None: not stated), and of which articles.

    `fields` are of outlet, published, kind, author. With `merge`, names of outlets, it is for every article of these,
    now and later, and `fields` is the outlet alone; else for `ids`, or for all that `sift` lists.
    """

    fields: tuple[tuple[str, str | None], ...]
    merge: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    sift: Sift | None = None


@dataclass(frozen=True, slots=True)
class MendRow:
    """One article before and after: (field, before, after) for each field that changes."""

    article_id: str
    title: str | None
    changes: tuple[tuple[str, str | None, str | None], ...]


@dataclass(frozen=True, slots=True)
class MendPreview:
    """What a repair would do. `articles` would change, `same` are so already; the first 50 as `rows`."""

    said: str
    articles: int
    same: int
    rows: tuple[MendRow, ...]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mended:
    """A repair that was made. `articles`: how many it was made for, with those that came since.

    `undone`: when it was taken back, RFC 3339 in UTC. `pending`: not all articles follow yet.
    """

    id: int
    at: str
    who: str
    said: str
    articles: int
    undone: str | None = None
    pending: bool = False
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SetByHand:
    """A field of an article that a repair has changed: what the record states, what holds now, by which repairs."""

    field: str
    stated: str | None
    now: str | None
    mendings: tuple[int, ...]
