"""Connections to the catalog: how they are made, how a transaction runs, and what a fault is called."""

from __future__ import annotations

import errno
import os
import sqlite3
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.pool import QueuePool

from rag.errors import CatalogDamaged, DatelineError, DiskFull, LibraryError, ReadOnly

PATIENCE = 60.0  # seconds to wait for another writer


def engine_for(path: Path, *, read_only: bool = False) -> Engine:
    """An engine on one SQLite file in WAL mode, without implicit transactions.

    `read_only` opens a file that cannot be written, on a read-only disk too.
    """

    def connect() -> sqlite3.Connection:
        where = path.absolute().as_uri()
        if read_only:
            left_open = path.with_name(path.name + "-wal").exists()
            where += "?mode=ro" if left_open else "?immutable=1"
        connection = sqlite3.connect(
            where, uri=True, timeout=PATIENCE, isolation_level=None, check_same_thread=False
        )
        if not read_only:
            connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.create_function("folded", 1, folded, deterministic=True)
        return connection

    return create_engine("sqlite://", creator=connect, poolclass=QueuePool, pool_size=16, max_overflow=48)


def folded(said: str | None) -> str | None:
    """Words as a filter compares them, in Python and in SQL: without case and diacritics."""
    if said is None:
        return None
    if said.isascii():
        return said.lower()
    parts = unicodedata.normalize("NFKD", said.casefold())
    return "".join(part for part in parts if not unicodedata.combining(part))


@contextmanager
def reading(engine: Engine, path: Path, *, ending: str = "ROLLBACK") -> Iterator[Connection]:
    """One read transaction: everything read inside is of one moment. `ending`: COMMIT keeps temporary tables."""
    with explained(path), engine.connect() as connection:
        connection.exec_driver_sql("BEGIN")
        try:
            yield connection
        finally:
            connection.exec_driver_sql(ending)


@contextmanager
def writing(engine: Engine, path: Path) -> Iterator[Connection]:
    """One write transaction, taken at once (BEGIN IMMEDIATE): it waits for another writer, then never fails midway.

    All of it is kept, or nothing.
    """
    with explained(path), engine.connect() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        try:
            yield connection
        except BaseException:
            if connection.connection.dbapi_connection.in_transaction:  # type: ignore[union-attr]
                connection.exec_driver_sql("ROLLBACK")
            raise
        connection.exec_driver_sql("COMMIT")


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn SQLite's faults into ours, each with its way out."""
    try:
        yield
    except (DatabaseError, sqlite3.DatabaseError) as error:
        raise _named(error, path) from error
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise disk_full(path) from error
        raise


def disk_full(path: Path) -> DiskFull:
    """The one error for "no room left"."""
    return DiskFull(
        str(path.parent), "the disk is full", "What was stored is kept; free some space and run it again."
    )


def _named(error: Exception, path: Path) -> DatelineError:
    said = str(getattr(error, "orig", error)).lower()
    if "full" in said:
        return disk_full(path)
    if "readonly" in said or "read-only" in said:
        return ReadOnly(
            str(path), "it cannot be written", "Make the folder writable, or name another --home."
        )
    if "malformed" in said or "not a database" in said or "corrupt" in said:
        return damaged(path)
    if isinstance(error, OperationalError) and "locked" in said:
        return LibraryError(
            str(path),
            f"another process has been writing for over {PATIENCE:.0f} s",
            "Try again when it is done.",
        )
    return LibraryError(str(path), f"the catalog said: {said.splitlines()[0]}", "Run `dateline repair`.")


def damaged(path: Path) -> CatalogDamaged:
    """The one error for a damaged catalog; it is left as it is."""
    return CatalogDamaged(
        str(path),
        "the catalog is damaged",
        f"Nothing was changed. Put a backup in its place, or move it away and ingest again; "
        f"`sqlite3 {path.name} .recover` may save its texts.",
    )


def writable(home: Path) -> bool:
    """Whether files can be made in `home`."""
    return os.access(home, os.W_OK) and not _on_read_only_disk(home)


def _on_read_only_disk(home: Path) -> bool:
    return bool(os.statvfs(home).f_flag & os.ST_RDONLY)
