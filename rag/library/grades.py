"""Grades that people gave to the answers of runs, and decisions that they signed; both go with the run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, insert, select

from rag.library.catalog import Catalog
from rag.library.schema import decisions, grades, runs


@dataclass(frozen=True, slots=True)
class Row:
    """A grade as it is kept; `run` is the run's key."""

    run: int
    question: str
    grader: str
    mark: str
    why: str
    at: str


def keep(catalog: Catalog, row: Row) -> None:
    """Keep a grade, in place of the grader's last of that answer."""
    there = (grades.c.run_key == row.run, grades.c.question == row.question, grades.c.grader == row.grader)
    values = {"run_key": row.run, "question": row.question, "grader": row.grader}
    with catalog.writing() as connection:
        connection.execute(delete(grades).where(*there))
        connection.execute(insert(grades).values(**values, mark=row.mark, why=row.why, at=row.at))


def of_runs(catalog: Catalog, keys: Sequence[int]) -> Iterator[Row]:
    """The grades of these runs' answers, by run, question and grader."""
    asked = select(grades).where(grades.c.run_key.in_(keys))
    with catalog.reading() as connection:
        rows = connection.execute(asked.order_by(grades.c.run_key, grades.c.question, grades.c.grader)).all()
    return (Row(one.run_key, one.question, one.grader, one.mark, one.why, one.at) for one in rows)


def sign(catalog: Catalog, head: int, base: str, said: str) -> None:
    """Keep a decision on a run, as JSON."""
    with catalog.writing() as connection:
        connection.execute(insert(decisions).values(run_key=head, base=base, said=said))


def signed(catalog: Catalog, head: str) -> list[str]:
    """The decisions on a run, oldest first."""
    asked = select(decisions.c.said).join(runs, runs.c.key == decisions.c.run_key).where(runs.c.name == head)
    with catalog.reading() as connection:
        return list(connection.scalars(asked.order_by(decisions.c.id)))
