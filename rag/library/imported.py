"""Imports as they are written down: begun before the first article, each batch with what it brought, then ended."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any, get_args

from sqlalchemy import Connection, delete, func, insert, select, update

from rag.errors import UsageError
from rag.imports import Import
from rag.library.catalog import AT_ONCE, Catalog
from rag.library.ledger import now
from rag.library.rows import Stored
from rag.library.schema import articles, imported, imports, seen, taken_back, versions
from rag.ruled import Rule
from rag.state import Item, ItemStatus

NONE = "`dateline imports` lists them."
i, d = imports.c, imported.c


def begin(catalog: Catalog, *, who: str, what: str, rules: Sequence[Rule]) -> int:
    """Note that an import begins; its number."""
    said = [f"{rule.name}: {rule.text}{' (override)' if rule.override else ''}" for rule in rules if rule.on]
    values = {"at": now(), "who": who, "what": what, "rules": json.dumps(said, ensure_ascii=False)}
    with catalog.writing() as connection:
        made = connection.execute(insert(imports).values(**values, pending=0)).inserted_primary_key
    return int(made[0])  # type: ignore[index]


def brought(connection: Connection, number: int, stored: Sequence[Stored]) -> None:
    """Keep which versions a batch of an import brought, in the transaction that stores them.

    Raises:
        UsageError: the import was undone meanwhile.
    """
    if connection.scalar(select(i.undone).where(i.id == number)) is not None:
        fault = "it was undone while it ran: what came after was not stored"
        raise UsageError(f"Import {number}", fault, "Ingest the same files again to have them after all.")
    rows = [_row(number, one.item) | {"version_key": one.came} for one in stored if one.came is not None]
    if rows:
        connection.execute(insert(imported), rows)


def end(catalog: Catalog, number: int, items: Sequence[Item]) -> None:
    """Note what became of an import's items; what it found unchanged stands by it, too."""
    counts = Counter(item.status for item in items)
    rest = [item for item in items if item.status in ("duplicate", "failed", "skipped")]
    with catalog.writing() as connection:
        if rest:
            connection.execute(insert(imported), [_row(number, item) for item in rest])
        same = [item.article_id for item in items if item.status in ("unchanged", "duplicate")]
        _note_seen(connection, number, [one for one in same if one])
        values = {"ended": now(), "counts": json.dumps(counts)}
        connection.execute(update(imports).where(i.id == number).values(**values))


def _row(number: int, item: Item) -> dict[str, Any]:
    told = {name: getattr(item, name) for name in ("source", "status", "reason", "article_id")}
    return {"import_id": number, **told}


def _note_seen(connection: Connection, number: int, ids: Sequence[str]) -> None:
    for first in range(0, len(ids), AT_ONCE):
        newest = select(articles.c.key.label("article_key"), func.max(versions.c.key).label("version_key"))
        newest = newest.join_from(articles, versions).where(articles.c.id.in_(ids[first : first + AT_ONCE]))
        rows = connection.execute(newest.group_by(articles.c.key)).mappings().all()
        if rows:
            keys = [row["article_key"] for row in rows]
            connection.execute(delete(seen).where(seen.c.article_key.in_(keys)))
            connection.execute(insert(seen), [{**row, "import_id": number} for row in rows])


def by_hand(connection: Connection, version_key: int) -> None:
    """A version was brought back by hand: it stands, whatever becomes of its import."""
    connection.execute(delete(taken_back).where(taken_back.c.version_key == version_key))
    connection.execute(update(imported).where(d.version_key == version_key).values(by_hand=1))


def made(catalog: Catalog, *, limit: int | None = None) -> tuple[Import, ...]:
    """The imports, the last first."""
    return _made(catalog, select(imports).order_by(i.id.desc()).limit(limit))


def one(catalog: Catalog, number: int) -> Import:
    """An import by its number. Raises: UsageError: there is none."""
    found = _made(catalog, select(imports).where(i.id == number))
    if not found:
        raise UsageError(f"Import {number}", "there is none of this number", NONE)
    return found[0]


def _made(catalog: Catalog, asked: Any) -> tuple[Import, ...]:
    if not catalog.holds(imports.name):
        return ()
    with catalog.reading() as connection:
        rows = connection.execute(asked).all()
        return tuple(_import(connection, row) for row in rows)


def _import(connection: Connection, row: Any) -> Import:
    if row.counts is not None:
        counts = json.loads(row.counts)
    else:  # under way, or cut off: what was stored so far
        asked = select(d.status, func.count().label("many")).where(d.import_id == row.id).group_by(d.status)
        counts = {found.status: found.many for found in connection.execute(asked)}
    told = tuple((status, counts[status]) for status in get_args(ItemStatus) if counts.get(status))
    rules = tuple(json.loads(row.rules))
    return Import(row.id, row.at, row.who, row.what, rules, told, row.ended, row.undone, bool(row.pending))


def items(catalog: Catalog, number: int, limit: int | None = None) -> tuple[Item, ...]:
    """The items of an import but those unchanged, in their order."""
    with catalog.reading() as connection:
        rows = connection.execute(select(imported).where(d.import_id == number).order_by(d.key).limit(limit))
        return tuple(Item(row.source, row.status, row.reason, row.article_id) for row in rows)
