"""What readers said of answers, kept until somebody closes it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass

from sqlalchemy import insert, select, update

from rag.library.catalog import Catalog
from rag.library.schema_evaluation import feedback


@dataclass(frozen=True, slots=True)
class Row:
    """A reader's word as it is kept; `answer` is the answer whole, as JSON; `closed`, `closed_by` None: open."""

    answer_id: str
    owner: str
    kind: str
    note: str
    question: str
    answer: str
    scope: str
    at: str
    closed: str | None = None
    closed_by: str | None = None


def keep(catalog: Catalog, row: Row) -> int:
    """Keep a reader's word; its number."""
    with catalog.writing() as connection:
        key = connection.execute(insert(feedback).values(**asdict(row))).inserted_primary_key
    assert key is not None
    return int(key[0])


def rows(catalog: Catalog, *, only_open: bool) -> Iterator[tuple[int, Row]]:
    """Every word with its number, newest first."""
    asked = select(feedback).order_by(feedback.c.number.desc())
    if only_open:
        asked = asked.where(feedback.c.closed.is_(None))
    with catalog.reading() as connection:
        found = connection.execute(asked).mappings().all()
    for one in found:
        values = dict(one)
        yield values.pop("number"), Row(**values)


def close(catalog: Catalog, number: int, at: str | None, by: str | None) -> bool:
    """Close it, or open it again (`at` None); whether there is such a word."""
    asked = update(feedback).where(feedback.c.number == number).values(closed=at, closed_by=by)
    with catalog.writing() as connection:
        return connection.execute(asked).rowcount > 0
