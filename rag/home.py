"""Opening a home: its catalog, and whether its indexes are to be held."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from rag.errors import CatalogDamaged, LibraryError, ReadOnly
from rag.library.catalog import Catalog
from rag.library.database import damaged, writable

LOG = 1_000_000  # bytes of a log before a new one is begun
CHECKED = 200_000_000  # bytes of a catalog that the app reads through when it starts


def open_catalog(home: Path, *, thorough: bool = False) -> Catalog:
    """The catalog of a home, made where there is none; read only where the home cannot be written.

    `thorough`: one of ordinary size is read through, so that damage shows before anything rests on it.

    Raises:
        CatalogDamaged: it is gone while its indexes are there, or damaged: it is never made anew silently.
        ReadOnly, LibraryError: the home cannot be made or written and holds none.
    """
    path = home / "catalog.sqlite3"
    if not path.exists() and (home / "index" / "CURRENT").exists():
        raise CatalogDamaged(
            str(path),
            "the catalog is gone, but its indexes are there",
            f"Restore it from a backup; to begin anew, move {home / 'index'} away.",
        )
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LibraryError(
            str(home), f"it cannot be made ({error.strerror})", "Name another --home."
        ) from error
    if not writable(home) and not path.exists():
        raise ReadOnly(str(home), "it cannot be written and holds no catalog", "Name another --home.")
    catalog = Catalog(path, read_only=not writable(home))
    if thorough and path.stat().st_size < CHECKED and _is_damaged(catalog):
        catalog.close()
        raise damaged(path)
    return catalog


def _is_damaged(catalog: Catalog) -> bool:
    try:
        return catalog.damage() is not None
    except CatalogDamaged:  # too damaged to be checked
        return True


def hold(catalog: Catalog, serve: bool) -> bool | None:
    """The app must hold the indexes, a command may, and nobody those of a home that cannot be written."""
    if catalog.read_only:
        return False
    return True if serve else None


def event_log(home: Path) -> Callable[[str], None]:
    """Writes sentences to `logs/dateline.log` with their UTC time and process; at most twice `LOG`, the oldest go."""
    path = home / "logs" / "dateline.log"

    def write(sentence: str) -> None:
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        with contextlib.suppress(OSError):  # what is wrong with the disk is told where it matters
            path.parent.mkdir(exist_ok=True)
            if path.exists() and path.stat().st_size > LOG:
                path.replace(path.with_suffix(".old"))
            with path.open("a", encoding="utf-8") as file:
                file.write(f"{now} {os.getpid()} {' '.join(sentence.split())}\n")

    return write
