"""A snapshot brought up to date by the log: only versions that came or went since are read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select

from rag.library.catalog import Catalog
from rag.library.schema import changes, counter, versions
from rag.library.selects import usable
from rag.library.snapshot import Snapshot, columns, load, snapshot_of

MOST = 5_000  # changed versions; of more, all is read anew


def refreshed(snapshot: Snapshot, catalog: Catalog) -> Snapshot:
    """The same snapshot where nothing changed since, else one brought up to date."""
    if snapshot.pinned:
        return snapshot
    with catalog.reading() as connection:
        sequence = int(connection.scalar(select(counter.c.sequence)) or 0)
        if sequence == snapshot.sequence:
            return snapshot
        asked = (
            select(changes.c.version_key)
            .distinct()
            .where(changes.c.sequence > snapshot.sequence, changes.c.kind != "embedded")
        )
        changed = list(connection.scalars(asked.limit(MOST + 1)))
        if not changed:
            return replace(snapshot, sequence=sequence)
        if len(changed) <= MOST:
            wanted = columns().where(usable(None), versions.c.key.in_(changed)).order_by(versions.c.key)
            rows = connection.execute(wanted).all()
            return merged(snapshot, snapshot_of(sequence, rows), np.array(changed, np.int64))
    return load(catalog)


def merged(old: Snapshot, new: Snapshot, changed: NDArray[np.int64]) -> Snapshot:
    """`old` without the versions in `changed`, with those of `new`; as if all had been read anew."""
    stay = ~np.isin(old.keys, changed)
    keys = np.concatenate([old.keys[stay], new.keys])
    order = np.argsort(keys)
    outlet, outlets = _codes(old.outlet[stay], old.outlets, new.outlet, new.outlets, order)
    agency, agencies = _codes(old.agency[stay], old.agencies, new.agency, new.agencies, order)
    kind, kinds = _codes(old.kind[stay], old.kinds, new.kind, new.kinds, order)
    language, languages = _codes(old.language[stay], old.languages, new.language, new.languages, order)
    keys = keys[order]
    row_of = np.full(int(keys[-1]) + 1 if len(keys) else 0, -1, np.int32)
    row_of[keys] = np.arange(len(keys), dtype=np.int32)
    return Snapshot(
        sequence=new.sequence,
        keys=keys,
        article_keys=np.concatenate([old.article_keys[stay], new.article_keys])[order],
        first=np.concatenate([old.first[stay], new.first])[order],
        last=np.concatenate([old.last[stay], new.last])[order],
        outlet=outlet,
        agency=agency,
        kind=kind,
        language=language,
        outlets=outlets,
        agencies=agencies,
        kinds=kinds,
        languages=languages,
        collections=_members(old, new, changed, row_of),
        row_of=row_of,
    )


def _codes(
    before: NDArray[np.int32],
    known: Sequence[str],
    after: NDArray[np.int32],
    brought: Sequence[str],
    order: NDArray[np.intp],
) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    """Both runs of codes as one, in `order`, over the names that are still used, by first use."""
    names = tuple(dict.fromkeys((*known, *brought)))
    place = {name: code for code, name in enumerate(names)}
    moved = np.array([*(place[name] for name in brought), -1], np.int32)  # code -1 stays -1
    codes = np.concatenate([before, moved[after]])[order]
    used, first = np.unique(codes, return_index=True)
    used = used[np.argsort(first)]
    used = used[used >= 0]
    again = np.full(len(names) + 1, -1, np.int32)
    again[used] = np.arange(len(used), dtype=np.int32)
    return again[codes], tuple(names[code] for code in used.tolist())


def _members(
    old: Snapshot, new: Snapshot, changed: NDArray[np.int64], row_of: NDArray[np.int32]
) -> dict[str, NDArray[np.int32]]:
    found: dict[str, NDArray[np.int32]] = {}
    for name in dict.fromkeys((*old.collections, *new.collections)):
        were = old.keys[old.collections.get(name, np.empty(0, np.int32))]
        come = new.keys[new.collections.get(name, np.empty(0, np.int32))]
        keys = np.concatenate([were[~np.isin(were, changed)], come])
        if len(keys):
            found[name] = np.sort(row_of[keys])
    return found
