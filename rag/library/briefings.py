"""Briefings kept in the catalog, whole. What a briefing is stays outside: it is handed in and out as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import delete, insert, select, update

from rag.library.catalog import Catalog
from rag.library.schema_briefings import briefings


@dataclass(frozen=True, slots=True)
class Row:
    """A briefing as it is kept. `series` is the same for those of one topic, scope and template."""

    id: str
    owner: str
    series: str
    at: str
    title: str
    briefing: str


def keep(catalog: Catalog, row: Row) -> None:
    """Keep a briefing; one of the same id is replaced."""
    with catalog.writing() as connection:
        there = connection.scalar(select(briefings.c.key).where(briefings.c.id == row.id))
        if there is None:
            connection.execute(insert(briefings).values(**asdict(row)))
        else:
            connection.execute(update(briefings).where(briefings.c.key == there).values(**asdict(row)))


def rows(catalog: Catalog, *, series: str | None = None, limit: int = 100) -> list[Row]:
    """The newest first; of one `series`."""
    asked = select(briefings).order_by(briefings.c.key.desc()).limit(limit)
    if series is not None:
        asked = asked.where(briefings.c.series == series)
    with catalog.reading() as connection:
        return [_row(one) for one in connection.execute(asked)]


def find(catalog: Catalog, id_: str) -> Row | None:
    """The briefing of that id, or whose id begins so where only one does."""
    asked = select(briefings).where(briefings.c.id.startswith(id_, autoescape=True)).limit(2)
    with catalog.reading() as connection:
        found = [_row(one) for one in connection.execute(asked)]
    return found[0] if len(found) == 1 else None


def forget(catalog: Catalog, ids: Sequence[str]) -> int:
    """Take briefings out; how many there were."""
    with catalog.writing() as connection:
        return connection.execute(delete(briefings).where(briefings.c.id.in_(ids))).rowcount


def _row(one: object) -> Row:
    return Row(**{name: getattr(one, name) for name in Row.__slots__})
