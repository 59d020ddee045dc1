"""One writing transaction of the catalog with its log entries: the counter rises inside, so order is commit order."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from rag.library.catalog import Catalog
from rag.library.rows import ChangeKind
from rag.library.schema import changes, counter, meta, versions


def now() -> str:
    """The time in UTC, RFC 3339, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Ledger:
    """An open transaction. Entries are numbered as they are made and written together at its end."""

    def __init__(self, connection: Connection, at: str) -> None:
        self.connection, self.at = connection, at
        self._began = self.sequence = int(connection.scalar(select(counter.c.sequence)) or 0)
        self._entries: list[dict[str, Any]] = []

    def log(self, kind: ChangeKind, version_key: int) -> int:
        """Make an entry; its sequence."""
        self.sequence += 1
        self._entries.append(
            {"sequence": self.sequence, "kind": kind, "version_key": version_key, "at": self.at}
        )
        return self.sequence

    def end(self, version_key: int, ended: str, *, by: str | None = None) -> None:
        """A version goes: superseded, withdrawn or removed, `by` another article's id."""
        sequence = self.log("gone", version_key)
        self.connection.execute(
            update(versions)
            .where(versions.c.key == version_key)
            .values(went=sequence, ended=ended, ended_by=by)
        )

    def noted(self, name: str) -> str | None:
        """A value about the whole library, as it is in this transaction."""
        return self.connection.scalar(select(meta.c.value).where(meta.c.name == name))

    def note(self, name: str, value: str) -> None:
        """Keep a value about the whole library."""
        self.connection.execute(delete(meta).where(meta.c.name == name))
        self.connection.execute(insert(meta).values(name=name, value=value))

    def write(self) -> None:
        """Write the entries and the counter."""
        if self._entries:
            self.connection.execute(insert(changes), self._entries)
            self.connection.execute(update(counter).values(sequence=self.sequence))
            self._entries = []


@contextmanager
def ledger(catalog: Catalog, *, at: str | None = None) -> Iterator[Ledger]:
    """A writing transaction: all of it is kept with its log entries, or nothing."""
    with catalog.writing() as connection:
        opened = Ledger(connection, at or now())
        yield opened
        opened.write()
