"""What models took, kept in the catalog so that a limit survives a restart."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, insert, select

from rag.library.catalog import Catalog
from rag.library.schema import spending


@dataclass(frozen=True, slots=True)
class Spent:
    """Calls, their tokens and their cost; a call whose cost is not known adds 0."""

    calls: int
    tokens: int
    cost: float


def note(
    catalog: Catalog, *, day: str, session: str, model: str, tokens: dict[str, int], cost: float | None
) -> None:
    """Keep what one call took."""
    row = {"day": day, "session": session, "model": model, "cost": cost}
    with catalog.writing() as connection:
        connection.execute(insert(spending).values(**row, tokens_in=tokens["in"], tokens_out=tokens["out"]))


def spent(catalog: Catalog, *, day: str | None = None, session: str | None = None) -> Spent:
    """What a day took, or a session."""
    columns = (
        func.count(),
        func.coalesce(func.sum(spending.c.tokens_in + spending.c.tokens_out), 0),
        func.coalesce(func.sum(spending.c.cost), 0.0),
    )
    query = select(*columns)
    if day is not None:
        query = query.where(spending.c.day == day)
    if session is not None:
        query = query.where(spending.c.session == session)
    with catalog.reading() as connection:
        calls, tokens, cost = connection.execute(query).one()
    return Spent(int(calls), int(tokens), float(cost))
