"""Runs of question sets kept in the catalog, each answer whole.

What a run and an answer are stays outside: they are handed in and out as JSON. Nothing here is part of the change
log: no index follows it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, insert, select, update

from rag.library.catalog import AT_ONCE, Catalog
from rag.library.schema import decisions, grades, run_answers, runs
from rag.library.schema_evaluation import judgements


@dataclass(frozen=True, slots=True)
class Kept:
    """A run's `head`, and how many answers are kept of it, how many of those failed."""

    key: int
    head: str
    answers: int
    failed: int


@dataclass(frozen=True, slots=True)
class Row:
    """An answer at its place in the run."""

    place: int
    failed: bool
    asked: str


def begin(catalog: Catalog, name: str, began: str, head: str) -> int:
    """Begin a run under a name that none has; its key."""
    with catalog.writing() as connection:
        key = connection.execute(insert(runs).values(name=name, began=began, head=head)).inserted_primary_key
    assert key is not None
    return int(key[0])


def rewrite(catalog: Catalog, key: int, head: str) -> None:
    """Say anew what a run is."""
    with catalog.writing() as connection:
        connection.execute(update(runs).where(runs.c.key == key).values(head=head))


def keep(catalog: Catalog, key: int, rows: Sequence[Row]) -> None:
    """Keep answers; one that stands at the same place is replaced."""
    with catalog.writing() as connection:
        for row in rows:
            there = (run_answers.c.run_key == key, run_answers.c.place == row.place)
            connection.execute(delete(run_answers).where(*there))
            values = {"run_key": key, "place": row.place, "failed": int(row.failed), "asked": row.asked}
            connection.execute(insert(run_answers).values(**values))


def find(catalog: Catalog, name: str) -> Kept | None:
    """The run with this name."""
    found = _kept(catalog, name)
    return found[0] if found else None


def all_of(catalog: Catalog) -> list[Kept]:
    """Every run, newest first."""
    return _kept(catalog, None)


def places(catalog: Catalog, key: int) -> set[int]:
    """The places whose answers are kept and did not fail."""
    asked = select(run_answers.c.place).where(run_answers.c.run_key == key, run_answers.c.failed == 0)
    with catalog.reading() as connection:
        return set(connection.scalars(asked))


def answers(catalog: Catalog, key: int) -> Iterator[Row]:
    """The answers kept of a run, in order. Streams."""
    after = -1
    while True:
        asked = (
            select(run_answers)
            .where(run_answers.c.run_key == key, run_answers.c.place > after)
            .order_by(run_answers.c.place)
            .limit(AT_ONCE)
        )
        with catalog.reading() as connection:
            rows = connection.execute(asked).all()
        if not rows:
            return
        yield from (Row(row.place, bool(row.failed), row.asked) for row in rows)
        after = rows[-1].place


def forget(catalog: Catalog, key: int) -> None:
    """Take a run out with all that is kept of it."""
    with catalog.writing() as connection:
        for table in (run_answers, grades, decisions, judgements):
            connection.execute(delete(table).where(table.c.run_key == key))
        connection.execute(delete(runs).where(runs.c.key == key))


def _kept(catalog: Catalog, name: str | None) -> list[Kept]:
    counts = (func.count(run_answers.c.place), func.coalesce(func.sum(run_answers.c.failed), 0))
    asked = (
        select(runs.c.key, runs.c.head, *counts)
        .outerjoin(run_answers, run_answers.c.run_key == runs.c.key)
        .group_by(runs.c.key)
        .order_by(runs.c.key.desc())
    )
    if name is not None:
        asked = asked.where(runs.c.name == name)
    with catalog.reading() as connection:
        return [
            Kept(int(key), head, int(of), int(failed)) for key, head, of, failed in connection.execute(asked)
        ]
