"""Who is in scope: the usable versions' dates, outlets, kinds and collections as arrays, kept in memory.

A snapshot is of one sequence. `snapshot_changes.refreshed()` replays the log from there, so asking again costs one
small read.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import and_, func, select

from rag.library.catalog import Catalog
from rag.library.schema import articles, counter, versions
from rag.library.selects import usable
from rag.library.word_scope import Bars, WordScope
from rag.reading.agencies import agency_name
from rag.types import Scope

Mask = NDArray[np.bool_]
UNDATED = 0
LAST_DAY = 99991231
OPEN = Bars()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Arrays by row, one row per usable version, in order of `keys` (ascending version keys).

    `first` and `last` are days as yyyymmdd, 0 where undated. Codes index the name tuples; -1: not stated.
    `collections` are the rows in each. `row_of[version_key]` is its row or -1.
    """

    sequence: int
    keys: NDArray[np.int64]
    article_keys: NDArray[np.int64]
    first: NDArray[np.int32]
    last: NDArray[np.int32]
    outlet: NDArray[np.int32]
    agency: NDArray[np.int32]
    kind: NDArray[np.int32]
    language: NDArray[np.int32]
    outlets: tuple[str, ...]
    agencies: tuple[str, ...]
    kinds: tuple[str, ...]
    languages: tuple[str, ...]
    collections: dict[str, NDArray[np.int32]]
    row_of: NDArray[np.int32]
    pinned: bool = False

    def rows(self, version_keys: NDArray[np.int64]) -> NDArray[np.int32]:
        """Rows of version keys; -1 for those that are not usable."""
        inside = version_keys < len(self.row_of)
        found = np.full(len(version_keys), -1, np.int32)
        found[inside] = self.row_of[version_keys[inside]]
        return found


@dataclass(frozen=True, slots=True)
class InScope:
    """Which rows a scope leaves, and what it left out. Days are yyyymmdd of the texts in it.

    `words` is the same scope as the word index filters it; None: everything is in scope.
    """

    mask: Mask
    articles: int
    undated_left_out: int
    earliest: int | None
    newest: int | None
    unknown: tuple[str, ...]
    words: WordScope | None


def load(catalog: Catalog, *, at: int | None = None) -> Snapshot:
    """The snapshot of now, or of a sequence."""
    with catalog.reading() as connection:
        sequence = int(connection.scalar(select(counter.c.sequence)) or 0)
        rows = connection.execute(columns().where(usable(at)).order_by(versions.c.key)).all()
    return snapshot_of(sequence if at is None else at, rows, pinned=at is not None)


def replaced(catalog: Catalog, *, at: int | None = None) -> Snapshot:
    """The articles that a newer one replaced, now or at a sequence, as they last were: for counting them apart."""
    later = versions.alias()
    newest = select(func.max(later.c.version)).where(later.c.article_key == versions.c.article_key)
    went = versions.c.ended == "superseded"
    if at is not None:
        newest, went = newest.where(later.c.came <= at), and_(went, versions.c.went <= at)
    with catalog.reading() as connection:
        sequence = int(connection.scalar(select(counter.c.sequence)) or 0)
        asked = columns().where(went, versions.c.version == newest.scalar_subquery())
        rows = connection.execute(asked.order_by(versions.c.key)).all()
    return snapshot_of(sequence, rows, pinned=True)


def in_scope(
    snapshot: Snapshot,
    scope: Scope,
    known_ids: dict[str, tuple[int, str]],
    *,
    latest: int | None = None,
    hidden: str | None = None,
    bars: Bars = OPEN,
) -> InScope:
    """Apply a scope to the snapshot, and word it for the word index.

    An article whose date is a month or a year is in a range when it may lie in it.

    Args:
        known_ids: for the article ids that the scope names and that are known, their key and their own id.
        latest: leave later days out (as of a day, yyyymmdd).
        hidden: a collection that counts only while there is nothing else.
        bars: what the snapshot leaves out already, since the reader may not read it.
    """
    unknown: list[str] = []
    named = _names(snapshot, scope, known_ids, unknown)
    parts = masks(snapshot, scope, known_ids, latest=latest, hidden=hidden)
    dated, hides = parts.pop("dates"), hidden is not None and not parts["hidden"].all()
    mask = np.logical_and.reduce(list(parts.values()))
    words = WordScope(
        **named,
        not_collections=(hidden,) if hides and hidden else (),
        day_from=day_number(scope.from_) if scope.from_ else None,
        day_to=day_number(scope.to) if scope.to else None,
        undated=scope.undated,
        latest=latest,
        bars=bars,
    )
    return _result(snapshot, mask & dated, left_out(snapshot, scope, mask), unknown, words)


def masks(
    snapshot: Snapshot,
    scope: Scope,
    known_ids: dict[str, tuple[int, str]],
    *,
    latest: int | None = None,
    hidden: str | None = None,
) -> dict[str, Mask]:
    """Which rows each part of a scope leaves, by part; all of them together are in scope."""
    named = _names(snapshot, scope, known_ids, [])
    everyone = np.ones(len(snapshot.keys), bool)
    found = {"hidden": _unhidden(snapshot, hidden)}
    found["as_of"] = everyone if latest is None else snapshot.first <= latest
    for part, asked, codes, names in (
        ("outlets", scope.outlets, snapshot.outlet, snapshot.outlets),
        ("agencies", scope.agencies, snapshot.agency, snapshot.agencies),
        ("kinds", scope.kinds, snapshot.kind, snapshot.kinds),
        ("languages", scope.language, snapshot.language, snapshot.languages),
    ):
        found[part] = np.isin(codes, [names.index(one) for one in named[part]]) if asked else everyone
    if named["not_outlets"]:
        barred = np.isin(snapshot.outlet, [snapshot.outlets.index(one) for one in named["not_outlets"]])
        found["outlets"] = found["outlets"] & ~barred
    found["collections"] = _members(snapshot, named["collections"]) if scope.collections else everyone
    found["articles"] = everyone
    for ids, keep in ((scope.articles, True), (scope.not_articles, False)):
        if ids:
            keys = [known_ids[one][0] for one in ids if one in known_ids]
            found["articles"] = found["articles"] & (np.isin(snapshot.article_keys, keys) == keep)
    found["dates"] = _dated(snapshot, scope)
    return found


def _names(
    snapshot: Snapshot, scope: Scope, known_ids: dict[str, tuple[int, str]], unknown: list[str]
) -> dict[str, tuple[str, ...]]:
    """What the scope's names and ids mean in this library; those that mean nothing are noted."""
    return {
        "outlets": _named(scope.outlets, snapshot.outlets, unknown),
        "not_outlets": _named(scope.not_outlets, snapshot.outlets, unknown),
        "agencies": _named(scope.agencies, snapshot.agencies, unknown),
        "kinds": _named(scope.kinds, snapshot.kinds, unknown),
        "languages": _named((scope.language,) if scope.language else (), snapshot.languages, unknown),
        "collections": _named(scope.collections, tuple(snapshot.collections), unknown),
        "articles": _ids(scope.articles, known_ids, unknown),
        "not_articles": _ids(scope.not_articles, known_ids, unknown),
    }


def _members(snapshot: Snapshot, collections: Sequence[str]) -> Mask:
    mask = np.zeros(len(snapshot.keys), bool)
    for name in collections:
        mask[snapshot.collections[name]] = True
    return mask


def _result(snapshot: Snapshot, mask: Mask, left_out: int, unknown: list[str], words: WordScope) -> InScope:
    dated = mask & (snapshot.first > UNDATED)
    everything = bool(mask.all()) and not words.bars.closed
    return InScope(
        mask,
        int(mask.sum()),
        left_out,
        int(snapshot.first[dated].min()) if dated.any() else None,
        int(snapshot.last[dated].max()) if dated.any() else None,
        tuple(unknown),
        None if everything else words,
    )


def left_out(snapshot: Snapshot, scope: Scope, mask: Mask) -> int:
    """How many undated articles of `mask` a dated scope leaves out."""
    if scope.undated or (scope.from_ is None and scope.to is None):
        return 0
    return int((mask & (snapshot.first == UNDATED)).sum())


def _dated(snapshot: Snapshot, scope: Scope) -> Mask:
    if scope.from_ is None and scope.to is None:
        return np.ones(len(snapshot.keys), bool)
    undated = snapshot.first == UNDATED
    begin = day_number(scope.from_) if scope.from_ else 1
    finish = day_number(scope.to) if scope.to else LAST_DAY
    within = (snapshot.last >= begin) & (snapshot.first <= finish)
    kept: Mask = within | undated if scope.undated else within & ~undated
    return kept


def _unhidden(snapshot: Snapshot, hidden: str | None) -> Mask:
    aside = snapshot.collections.get(hidden or "", np.empty(0, np.int32))
    mask = np.ones(len(snapshot.keys), bool)
    if len(aside) < len(mask):
        mask[aside] = False
    return mask


def day_number(day: str) -> int:
    """`YYYY-MM-DD` as yyyymmdd."""
    return int(day.replace("-", ""))


def _named(asked: Sequence[str], known: Sequence[str], unknown: list[str]) -> tuple[str, ...]:
    """The known names that are meant, whatever their case; those that mean none are noted."""
    found: list[str] = []
    for name in asked:
        meant = [one for one in known if one.casefold() == name.casefold()]
        if not meant:
            unknown.append(name)
        found += meant
    return tuple(found)


def _ids(asked: Sequence[str], known: dict[str, tuple[int, str]], unknown: list[str]) -> tuple[str, ...]:
    unknown += [one for one in asked if one not in known]
    return tuple(known[one][1] for one in asked if one in known)


def columns() -> Any:
    """What a snapshot is made of; to be narrowed and ordered by key."""
    v = versions.c
    return select(
        v.key, v.article_key, v.day_first, v.day_last, v.outlet, v.agency, v.kind, v.language, v.collections
    ).join_from(versions, articles)


def snapshot_of(sequence: int, rows: Sequence[Any], *, pinned: bool = False) -> Snapshot:
    """The snapshot of these rows of `columns()`, in order of their keys."""
    keys = np.fromiter((row.key for row in rows), np.int64, len(rows))
    row_of = np.full(int(keys[-1]) + 1 if len(keys) else 0, -1, np.int32)
    row_of[keys] = np.arange(len(keys), dtype=np.int32)
    outlet, outlets = _coded([row.outlet for row in rows])
    agency, agencies = _coded(_agencies(row.agency for row in rows))
    kind, kinds = _coded([row.kind for row in rows])
    language, languages = _coded([row.language for row in rows])
    return Snapshot(
        sequence,
        keys,
        np.fromiter((row.article_key for row in rows), np.int64, len(rows)),
        np.fromiter((row.day_first or UNDATED for row in rows), np.int32, len(rows)),
        np.fromiter((row.day_last or UNDATED for row in rows), np.int32, len(rows)),
        outlet,
        agency,
        kind,
        language,
        outlets,
        agencies,
        kinds,
        languages,
        _collections(row.collections for row in rows),
        row_of,
        pinned,
    )


def _coded(names: Sequence[str | None]) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    known = {
        name: code for code, name in enumerate(dict.fromkeys(name for name in names if name is not None))
    }
    codes = (-1 if name is None else known[name] for name in names)
    return np.fromiter(codes, np.int32, len(names)), tuple(known)


def _agencies(credits: Iterable[str | None]) -> list[str | None]:
    """Each agency by its one name, whatever way it is credited."""
    names = cache(agency_name)
    return [None if credit is None else names(credit) for credit in credits]


def _collections(named: Iterable[str]) -> dict[str, NDArray[np.int32]]:
    found: dict[str, list[int]] = {}
    for row, listed in enumerate(named):
        if listed != "[]":
            for name in dict.fromkeys(json.loads(listed)):
                found.setdefault(name, []).append(row)
    return {name: np.array(rows, np.int32) for name, rows in found.items()}
