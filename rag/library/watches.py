"""Watched questions kept in the catalog, each with the answer that was last told; changes of it until put away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from rag.library.catalog import Catalog
from rag.library.schema_watches import watch_changes, watches

w, c = watches.c, watch_changes.c


@dataclass(frozen=True, slots=True)
class Row:
    """A watch as it is kept; `answer` and the others are JSON."""

    owner: str
    at: str
    question: str
    scope: str
    not_read: str
    groups: str | None
    model: int
    asked: str
    sequence: int
    answer: str
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A change as it is kept, with its watch's question."""

    number: int
    watch: int
    question: str
    at: str
    seen: bool
    answers: str


def add(catalog: Catalog, row: Row) -> int:
    """Keep a watch; its number."""
    with catalog.writing() as connection:
        key = connection.execute(insert(watches).values(**asdict(row))).inserted_primary_key
    assert key is not None
    return int(key[0])


def rows(catalog: Catalog, owner: str | None = None) -> list[tuple[int, Row, int]]:
    """The owner's watches (None: everybody's), the last first: number, row, and changes not seen yet."""
    unseen = select(c.watch, func.count().label("news")).where(c.seen == 0).group_by(c.watch).subquery()
    asked: Any = select(watches, func.coalesce(unseen.c.news, 0).label("news"))
    asked = asked.outerjoin(unseen, unseen.c.watch == w.number).order_by(w.number.desc())
    if owner is not None:
        asked = asked.where(w.owner == owner)
    with catalog.reading() as connection:
        found = connection.execute(asked).mappings().all()
    return [
        (one["number"], Row(**{name: one[name] for name in Row.__slots__}), int(one["news"])) for one in found
    ]


def again(catalog: Catalog, number: int, asked: str, sequence: int, fault: str | None = None) -> None:
    """It was asked again, and nothing changed; or could not be."""
    values = {"asked": asked, "fault": fault} | ({} if fault else {"sequence": sequence})
    with catalog.writing() as connection:
        connection.execute(update(watches).where(w.number == number).values(**values))


def changed(
    catalog: Catalog, number: int, asked: str, sequence: int, before: str, answers: str, answer: str
) -> int | None:
    """Keep a change and the answer that is told from now on; its number, None where another process told one first."""
    there = (w.number == number, w.answer == before)
    values = {"asked": asked, "sequence": sequence, "answer": answer, "fault": None}
    with catalog.writing() as connection:
        if connection.execute(update(watches).where(*there).values(**values)).rowcount == 0:
            return None
        kept = insert(watch_changes).values(watch=number, at=asked, seen=0, answers=answers)
        key = connection.execute(kept).inserted_primary_key
    assert key is not None
    return int(key[0])


def remove(catalog: Catalog, owner: str, numbers: Sequence[int]) -> list[int]:
    """Take the owner's watches out with their changes; the numbers of those that were there."""
    with catalog.writing() as connection:
        connection.exec_driver_sql("PRAGMA secure_delete=ON")
        asked = select(w.number).where(w.owner == owner, w.number.in_(list(numbers)))
        there = list(connection.scalars(asked))
        connection.execute(delete(watch_changes).where(c.watch.in_(there)))
        connection.execute(delete(watches).where(w.number.in_(there)))
    return there


def changes(catalog: Catalog, owner: str, *, only_unseen: bool, limit: int) -> list[ChangeRow]:
    """The changes of the owner's watches, the last first."""
    asked = select(watch_changes, w.question).join_from(watch_changes, watches, w.number == c.watch)
    asked = asked.where(w.owner == owner).order_by(c.number.desc()).limit(limit)
    if only_unseen:
        asked = asked.where(c.seen == 0)
    with catalog.reading() as connection:
        return [
            ChangeRow(row.number, row.watch, row.question, row.at, bool(row.seen), row.answers)
            for row in connection.execute(asked)
        ]


def see(catalog: Catalog, owner: str, numbers: Sequence[int] | None) -> None:
    """Put changes away; None: all of the owner's."""
    own = select(w.number).where(w.owner == owner)
    asked = update(watch_changes).where(c.watch.in_(own)).values(seen=1)
    with catalog.writing() as connection:
        connection.execute(asked if numbers is None else asked.where(c.number.in_(list(numbers))))
