"""The catalog: the one SQLite file that is the truth. Every index follows its change log.

Reading is here; what writes is in `storing.py`. A version is immutable: it came at one sequence and, when it is
superseded, withdrawn or removed, went at another, so the library can be read as it was at any sequence.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from functools import cache
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, func, inspect, select
from sqlalchemy.dialects.sqlite import dialect
from sqlalchemy.schema import CreateIndex, CreateTable

from rag.errors import CatalogDamaged, CatalogTooNew, LibraryError, NoSuchArticle
from rag.library import database
from rag.library.kept_versions import KeptVersions
from rag.library.rows import Change, HitRow, PassageRow, Pending, Totals, VectorRow
from rag.library.schema import (
    SCHEMA,
    articles,
    changes,
    counter,
    meta,
    passages,
    versions,
)
from rag.library.schema_briefings import metadata
from rag.library.selects import (
    article_key,
    article_of,
    hit_of,
    hit_select,
    in_any,
    passage_of,
    passage_rows,
    pending_of,
    totals_of,
    usable,
    vector_rows,
    with_text,
)
from rag.types import Article, Passage

AT_ONCE = 500  # values in one IN (...): SQLite's limit is 32,766, its planner is happier with fewer

T = TypeVar("T")


@cache
def _statements() -> dict[str, str]:
    """What makes each table and index, written out once: a catalog made before one of them was there gets it too."""
    made: dict[str, str] = {}
    for table in metadata.sorted_tables:
        made[table.name] = str(CreateTable(table).compile(dialect=dialect()))
        for index in table.indexes:
            made[str(index.name)] = str(CreateIndex(index).compile(dialect=dialect()))
    return made


class Catalog:
    """Reads the catalog; safe for threads; any process may open it.

    Raises (from every method): CatalogDamaged, DiskFull, ReadOnly, LibraryError.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path, self.read_only = path, read_only
        self._kept_versions = KeptVersions()
        self._engine = database.engine_for(path, read_only=read_only)
        if not read_only:
            self._prepare()
        self._refuse_newer()

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    def reading(self) -> AbstractContextManager[Connection]:
        """One read transaction."""
        return database.reading(self._engine, self.path)

    def writing(self) -> AbstractContextManager[Connection]:
        """One write transaction, taken at once."""
        return database.writing(self._engine, self.path)

    def _prepare(self) -> None:
        with self.writing() as connection:
            there = set(connection.exec_driver_sql("SELECT name FROM sqlite_master").scalars())
            for name, made in _statements().items():
                if name not in there:
                    connection.exec_driver_sql(made)
            if connection.scalar(select(counter.c.sequence)) is None:
                connection.execute(counter.insert().values(id=1, sequence=0))
                connection.execute(meta.insert().values(name="schema", value=str(SCHEMA)))

    def _refuse_newer(self) -> None:
        found = self.meta("schema")
        if found is None:
            raise CatalogDamaged(
                str(self.path),
                "it is not a catalog of Dateline's",
                "Name another --home, or restore a backup.",
            )
        if int(found) > SCHEMA:
            raise CatalogTooNew(
                str(self.path),
                f"it was written by a newer Dateline (catalog format {found}, this one reads {SCHEMA})",
                "Update Dateline; nothing was changed.",
            )

    def holds(self, table: str) -> bool:
        """Whether there is such a table: a catalog made before it was, and that cannot be written, has none."""
        if not self.read_only:
            return True
        with self.reading() as connection:
            return inspect(connection).has_table(table)

    def meta(self, name: str) -> str | None:
        """A value kept about the whole library."""
        with self.reading() as connection:
            return connection.scalar(select(meta.c.value).where(meta.c.name == name))

    def fingerprint(self) -> str | None:
        """Embedder and passage rules of the stored vectors; None while there are none."""
        return self.meta("fingerprint")

    def sequence(self) -> int:
        """The last committed sequence."""
        with self.reading() as connection:
            return int(connection.scalar(select(counter.c.sequence)) or 0)

    def changes(self, after: int, *, limit: int = 1000) -> list[Change]:
        """Log entries with a sequence above `after`, in order."""
        asked = select(changes).where(changes.c.sequence > after).order_by(changes.c.sequence).limit(limit)
        with self.reading() as connection:
            return [Change(row.sequence, row.kind, row.version_key) for row in connection.execute(asked)]

    def changes_of_words(self, after: int, until: int) -> list[int]:
        """Sequences above `after` and up to `until` of the log entries that change what is found by words."""
        log = changes.c
        asked = select(log.sequence).where(
            log.sequence > after, log.sequence <= until, log.kind != "embedded"
        )
        with self.reading() as connection:
            return list(connection.scalars(asked.order_by(log.sequence)))

    def current_keys(self, *, at: int | None = None) -> NDArray[np.int64]:
        """Version keys that are usable, now or at a sequence, ascending."""
        asked = select(versions.c.key).where(usable(at)).order_by(versions.c.key)
        with self.reading() as connection:
            return np.fromiter(connection.scalars(asked), np.int64)

    def passages_of(self, version_keys: Sequence[int]) -> list[PassageRow]:
        """Passages with what the word index needs, in order of the keys given, then position."""
        return list(self._each(version_keys, passage_rows))

    def vectors_of(self, version_keys: Sequence[int]) -> Iterator[VectorRow]:
        """Stored passage vectors, in order of the keys given, then position. Streams."""
        return self._each(version_keys, vector_rows)

    def _each(self, keys: Sequence[int], rows: Callable[[Connection, list[int]], Iterable[T]]) -> Iterator[T]:
        for first in range(0, len(keys), AT_ONCE):
            some = [int(key) for key in keys[first : first + AT_ONCE]]
            with self.reading() as connection:
                found = list(rows(connection, some))
            yield from found

    def totals(self, *, at: int | None = None) -> Totals:
        """Counts of what is usable, now or at a sequence."""
        with self.reading() as connection:
            return totals_of(connection, at)

    def article(self, article_id: str, version: int | None = None) -> Article:
        """An article's newest version, or the one asked for; an alias finds the article it stands for.

        Raises:
            NoSuchArticle: no such id, or no such version of it.
        """
        with self.reading() as connection:
            key = article_key(connection, article_id)
            asked = (
                with_text().where(versions.c.article_key == key).order_by(versions.c.version.desc()).limit(1)
            )
            if version is not None:
                asked = asked.where(versions.c.version == version)
            row = connection.execute(asked).first() if key is not None else None
        if row is None:
            which = article_id if version is None else f"{article_id}, version {version}"
            raise NoSuchArticle(
                which, "there is no such article", "`dateline search` lists the ids it finds."
            )
        return article_of(row)

    def version(self, version_key: int) -> Article:
        """The version with this key, its text included."""
        with self.reading() as connection:
            return article_of(connection.execute(with_text().where(versions.c.key == version_key)).one())

    def version_passages(self, article_id: str, version: int) -> tuple[Passage, ...]:
        """The passages of one version, in order."""
        asked = (
            select(passages, articles.c.id.label("article_id"), versions.c.version)
            .join_from(passages, versions)
            .join(articles)
            .where(articles.c.id == article_id, versions.c.version == version)
            .order_by(passages.c.position)
        )
        with self.reading() as connection:
            return tuple(passage_of(row) for row in connection.execute(asked))

    def pending(self, *, after: int = 0, limit: int = 64, without: Sequence[str] = ()) -> list[Pending]:
        """Usable versions with a key above `after` whose passages wait for vectors, oldest first.

        Those in any of the collections `without` are left out.
        """
        asked = (
            with_text()
            .where(versions.c.embedded.is_(None), versions.c.went.is_(None), versions.c.key > after)
            .where(~in_any(without))
            .order_by(versions.c.key)
            .limit(limit)
        )
        with self.reading() as connection:
            rows = connection.execute(asked).all()
            return [pending_of(connection, row) for row in rows]

    def contents(self, article_ids: Sequence[str]) -> dict[str, tuple[str, bool]]:
        """For each known id: the newest version's content hash, and whether it is usable."""
        found: dict[str, tuple[str, bool]] = {}
        with self.reading() as connection:
            for first in range(0, len(article_ids), AT_ONCE):
                asked = (
                    select(articles.c.id, versions.c.content_hash, versions.c.went)
                    .join_from(articles, versions)
                    .where(articles.c.id.in_(article_ids[first : first + AT_ONCE]))
                    .order_by(versions.c.version)
                )
                for row in connection.execute(asked):
                    found[row.id] = (row.content_hash, row.went is None)
        return found

    def known(self, article_ids: Sequence[str]) -> dict[str, tuple[int, str]]:
        """For the ids and aliases that are known: the article's key and its own id."""
        found: dict[str, tuple[int, str]] = {}
        with self.reading() as connection:
            for one in article_ids:
                key = article_key(connection, one)
                if key is not None:
                    own = connection.scalar(select(articles.c.id).where(articles.c.key == key))
                    found[one] = (key, str(own))
        return found

    def hits(self, passage_ids: Sequence[int], *, at: int | None = None) -> dict[int, HitRow]:
        """The passages that are usable (now or at a sequence) among those asked for, in one read transaction."""
        found: dict[int, HitRow] = {}
        with self.reading() as connection:
            for first in range(0, len(passage_ids), AT_ONCE):
                some = [int(one) for one in passage_ids[first : first + AT_ONCE]]
                asked = hit_select().where(passages.c.id.in_(some), usable(at))
                rows = connection.execute(asked).all()
                known = self._kept_versions.of(connection, (row[1] for row in rows))
                found |= {row[0]: hit_of(row, known[row[1]]) for row in rows}
        return found

    def articles_of(self, version_keys: Sequence[int]) -> Iterator[tuple[int, int, Article]]:
        """Version key, near-duplicate group and article of each of these that is there. Streams."""
        group = func.coalesce(articles.c.group_key, articles.c.key)

        def read(connection: Connection, some: list[int]) -> list[tuple[int, int, Article]]:
            asked = (
                select(versions.c.key, group).join_from(versions, articles).where(versions.c.key.in_(some))
            )
            groups = {row[0]: int(row[1]) for row in connection.execute(asked)}
            known = self._kept_versions.of(connection, groups)
            return [(key, groups[key], known[key]) for key in some if key in known]

        return self._each(version_keys, read)

    def texts_of(self, connection: Connection, keys: Iterable[int]) -> dict[int, Article]:
        """These usable versions with their texts, by key; those that are gone are left out."""
        return self._kept_versions.of(connection, keys)

    def published_of(self, version_keys: Sequence[int]) -> list[str]:
        """The dates of these versions as their outlets wrote them, undated ones left out."""
        asked = select(versions.c.published).where(versions.c.key.in_(version_keys))
        with self.reading() as connection:
            return list(connection.scalars(asked.where(versions.c.published.is_not(None))))

    def versions_of_passages(self, passage_ids: Sequence[int]) -> dict[int, int]:
        """The version keys of these passages."""
        found: dict[int, int] = {}
        with self.reading() as connection:
            for first in range(0, len(passage_ids), AT_ONCE):
                some = passage_ids[first : first + AT_ONCE]
                asked = select(passages.c.id, passages.c.version_key).where(passages.c.id.in_(some))
                found |= dict(connection.execute(asked).tuples().all())
        return found

    def damage(self) -> str | None:
        """What SQLite's own check finds wrong, or None. Reads the whole file."""
        with self.reading() as connection:
            said = connection.exec_driver_sql("PRAGMA quick_check(3)").scalars().all()
        return None if said == ["ok"] else "; ".join(str(line) for line in said)

    def compact(self) -> None:
        """Write the file anew, without its free pages, and empty the log beside it; texts held in memory are dropped.

        Raises:
            DiskFull: there is no room for a second copy meanwhile.
            LibraryError: another process reads it for too long; all that is in it is kept.
        """
        self._kept_versions = KeptVersions()
        with database.explained(self.path), self._engine.connect() as connection:
            connection.exec_driver_sql("VACUUM")
            until = time.monotonic() + database.PATIENCE
            while (busy := connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").first()) and busy[0]:
                if time.monotonic() > until:
                    fault = f"another process has been reading for over {database.PATIENCE:.0f} s"
                    raise LibraryError(str(self.path), fault, "End it; the next start goes on.")
                time.sleep(0.1)
