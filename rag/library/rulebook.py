"""The library's import rules, kept in the catalog in their order."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from rag.errors import UsageError
from rag.library.catalog import Catalog
from rag.library.schema import rules
from rag.ruled import Rule

r = rules.c


def kept(catalog: Catalog) -> tuple[Rule, ...]:
    """The rules, in order; those that are off too."""
    if not catalog.holds(rules.name):
        return ()
    with catalog.reading() as connection:
        rows = connection.execute(select(rules).order_by(r.position, r.name)).all()
    return tuple(Rule(row.name, row.rule, bool(row.override), bool(row.used)) for row in rows)


def put(catalog: Catalog, rule: Rule) -> None:
    """Keep a rule: behind the others, or in the place of the one that has its name."""
    values: dict[str, Any] = {"rule": rule.text, "override": int(rule.override), "used": int(rule.on)}
    with catalog.writing() as connection:
        if connection.execute(update(rules).where(r.name == rule.name).values(**values)).rowcount:
            return
        last = connection.scalar(select(func.max(r.position))) or 0
        connection.execute(insert(rules).values(name=rule.name, position=last + 1, **values))


def remove(catalog: Catalog, name: str) -> None:
    """Forget a rule. Raises: UsageError: there is none of this name."""
    with catalog.writing() as connection:
        if not connection.execute(delete(rules).where(r.name == name)).rowcount:
            raise _no_such(connection, name)


def switch(catalog: Catalog, name: str, *, on: bool) -> None:
    """Use a rule, or leave it be. Raises: UsageError: there is none of this name."""
    with catalog.writing() as connection:
        if not connection.execute(update(rules).where(r.name == name).values(used=int(on))).rowcount:
            raise _no_such(connection, name)


def first(catalog: Catalog, name: str) -> None:
    """Put a rule before all others: the first that gives a field decides. Raises: UsageError, as `remove`."""
    with catalog.writing() as connection:
        before = (connection.scalar(select(func.min(r.position))) or 0) - 1
        if not connection.execute(update(rules).where(r.name == name).values(position=before)).rowcount:
            raise _no_such(connection, name)


def _no_such(connection: Connection, name: str) -> UsageError:
    known = ", ".join(connection.scalars(select(r.name).order_by(r.position))) or "none"
    return UsageError(f"The rule '{name[:80]}'", "there is none of this name", f"There are: {known}.")
