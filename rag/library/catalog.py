"""The catalog: the one SQLite file that is the truth. Every index follows its change log.

Reading is here; what writes is in `storing.py`. A version is immutable: it came at one sequence and, when it is
superseded, withdrawn or removed, went at another, so the library can be read as it was at any sequence.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Select, and_, func, or_, select

from rag.errors import CatalogDamaged, CatalogTooNew, NoSuchArticle
from rag.library import database
from rag.library.rows import Change, HitRow, PassageRow, Pending, Totals, VectorRow
from rag.library.schema import (
    SCHEMA,
    aliases,
    articles,
    changes,
    counter,
    meta,
    metadata,
    passages,
    texts,
    vectors,
    versions,
)
from rag.types import Article, ArticleStatus, Passage

AT_ONCE = 500  # values in one IN (...): SQLite's limit is 32,766, its planner is happier with fewer

T = TypeVar("T")


class Catalog:
    """Reads the catalog; safe for threads; any process may open it.

    Raises (from every method): CatalogDamaged, DiskFull, ReadOnly, LibraryError.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path, self.read_only = path, read_only
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
            metadata.create_all(connection)
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

    def current_keys(self, *, at: int | None = None) -> NDArray[np.int64]:
        """Version keys that are usable, now or at a sequence, ascending."""
        asked = select(versions.c.key).where(usable(at)).order_by(versions.c.key)
        with self.reading() as connection:
            return np.fromiter(connection.scalars(asked), np.int64)

    def passages_of(self, version_keys: Sequence[int]) -> list[PassageRow]:
        """Passages with what the word index needs, in order of the keys given, then position."""
        return list(self._each(version_keys, _passage_rows))

    def vectors_of(self, version_keys: Sequence[int]) -> Iterator[VectorRow]:
        """Stored passage vectors, in order of the keys given, then position. Streams."""
        return self._each(version_keys, _vector_rows)

    def _each(self, keys: Sequence[int], rows: Callable[[Connection, list[int]], Iterable[T]]) -> Iterator[T]:
        for first in range(0, len(keys), AT_ONCE):
            some = [int(key) for key in keys[first : first + AT_ONCE]]
            with self.reading() as connection:
                found = list(rows(connection, some))
            yield from found

    def totals(self, *, at: int | None = None) -> Totals:
        """Counts of what is usable, now or at a sequence."""
        with self.reading() as connection:
            return _totals(connection, at)

    def article(self, article_id: str, version: int | None = None) -> Article:
        """An article's newest version, or the one asked for; an alias finds the article it stands for.

        Raises:
            NoSuchArticle: no such id, or no such version of it.
        """
        with self.reading() as connection:
            key = article_key(connection, article_id)
            asked = (
                _with_text().where(versions.c.article_key == key).order_by(versions.c.version.desc()).limit(1)
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
            return article_of(connection.execute(_with_text().where(versions.c.key == version_key)).one())

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

    def pending(self, *, after: int = 0, limit: int = 64) -> list[Pending]:
        """Usable versions with a key above `after` whose passages wait for vectors, oldest first."""
        asked = (
            _with_text()
            .where(versions.c.embedded.is_(None), versions.c.went.is_(None), versions.c.key > after)
            .order_by(versions.c.key)
            .limit(limit)
        )
        with self.reading() as connection:
            rows = connection.execute(asked).all()
            return [_pending(connection, row) for row in rows]

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
                for row in connection.execute(_hit_select().where(passages.c.id.in_(some), usable(at))):
                    found[row.passage_id] = _hit(row)
        return found

    def published_of(self, version_keys: Sequence[int]) -> list[str]:
        """The dates of these versions as their outlets wrote them, undated ones left out."""
        asked = select(versions.c.published).where(versions.c.key.in_(version_keys))
        with self.reading() as connection:
            return list(connection.scalars(asked.where(versions.c.published.is_not(None))))

    def damage(self) -> str | None:
        """What SQLite's own check finds wrong, or None. Reads the whole file."""
        with self.reading() as connection:
            said = connection.exec_driver_sql("PRAGMA quick_check(3)").scalars().all()
        return None if said == ["ok"] else "; ".join(str(line) for line in said)


def usable(at: int | None) -> Any:
    """The condition that a version is usable, now or at a sequence."""
    if at is None:
        return versions.c.went.is_(None)
    return and_(versions.c.came <= at, or_(versions.c.went.is_(None), versions.c.went > at))


def article_key(connection: Connection, article_id: str) -> int | None:
    """The key of an article by its id or by an alias."""
    key = connection.scalar(select(articles.c.key).where(articles.c.id == article_id))
    if key is None:
        key = connection.scalar(select(aliases.c.article_key).where(aliases.c.id == article_id))
    return key


def article_of(row: Any) -> Article:
    """A row of `versions` with `article_id` and, where it was asked for, its text."""
    status: ArticleStatus = "usable"
    if row.went is not None:
        status = "superseded" if row.ended == "superseded" else "withdrawn"
    furniture = np.frombuffer(getattr(row, "furniture", b""), np.int32).reshape(-1, 2).tolist()
    return Article(
        id=row.article_id,
        text=getattr(row, "text", ""),
        title=row.title,
        outlet=row.outlet,
        agency=row.agency,
        author=row.author,
        url=row.url,
        published=row.published,
        updated=row.updated,
        kind=row.kind,
        section=row.section,
        page=row.page,
        language=row.language,
        collections=tuple(json.loads(row.collections)),
        supersedes=row.supersedes,
        furniture=tuple((start, end) for start, end in furniture),
        version=row.version,
        status=status,
    )


def passage_of(row: Any) -> Passage:
    """A row of `passages` with `article_id` and `version`."""
    pairs = np.frombuffer(row.sentences, np.int32).reshape(-1, 2).tolist()
    return Passage(
        row.article_id, row.version, row.position, row.start, row.end, tuple((one, two) for one, two in pairs)
    )


def _with_text() -> Select[Any]:
    return (
        select(versions, texts.c.text, texts.c.furniture, articles.c.id.label("article_id"))
        .join_from(versions, articles)
        .join(texts, texts.c.version_key == versions.c.key)
    )


def _slice() -> Any:
    return func.substr(texts.c.text, passages.c.start + 1, passages.c.end - passages.c.start)


def _passage_rows(connection: Connection, keys: list[int]) -> list[PassageRow]:
    v = versions.c
    asked = (
        select(passages.c.id.label("passage_id"), passages.c.start, passages.c.end, passages.c.version_key)
        .where(passages.c.version_key.in_(keys))
        .order_by(passages.c.version_key, passages.c.position)
    )
    about = (
        select(v.key, v.title, v.outlet, v.agency, v.author, v.kind, v.language, v.collections, v.day_first)
        .add_columns(v.day_last, articles.c.id.label("article_id"), texts.c.text)
        .join_from(versions, articles)
        .join(texts, texts.c.version_key == v.key)
        .where(v.key.in_(keys))
    )
    known = {row.key: row for row in connection.execute(about)}
    order = {key: place for place, key in enumerate(keys)}
    rows = sorted(connection.execute(asked).all(), key=lambda row: order[row.version_key])
    return [_passage_row(row, known[row.version_key]) for row in rows]


def _passage_row(row: Any, version: Any) -> PassageRow:
    return PassageRow(
        row.passage_id,
        row.version_key,
        version.article_id,
        version.text[row.start : row.end],
        version.title,
        version.outlet,
        version.agency,
        version.author,
        version.kind,
        version.language,
        tuple(json.loads(version.collections)),
        version.day_first,
        version.day_last,
    )


def _vector_rows(connection: Connection, keys: list[int]) -> Iterator[VectorRow]:
    asked = (
        select(passages.c.version_key, vectors.c.passage_id, vectors.c.vector)
        .join_from(passages, vectors)
        .where(passages.c.version_key.in_(keys))
        .order_by(passages.c.version_key, passages.c.position)
    )
    order = {key: place for place, key in enumerate(keys)}
    for row in sorted(connection.execute(asked).all(), key=lambda row: order[row.version_key]):
        yield VectorRow(row.passage_id, row.version_key, np.frombuffer(row.vector, np.float32))


def _pending(connection: Connection, row: Any) -> Pending:
    article = article_of(row)
    asked = select(passages).where(passages.c.version_key == row.key).order_by(passages.c.position)
    found = []
    for one in connection.execute(asked):
        pairs = np.frombuffer(one.sentences, np.int32).reshape(-1, 2).tolist()
        ranges = tuple((start, end) for start, end in pairs)
        found.append((one.id, Passage(article.id, article.version, one.position, one.start, one.end, ranges)))
    return Pending(row.key, article, tuple(found))


def _hit_select() -> Select[Any]:
    v = versions.c
    return (
        select(passages.c.id.label("passage_id"), passages.c.version_key, passages.c.position)
        .add_columns(passages.c.start, passages.c.end, passages.c.sentences, _slice().label("slice"))
        .add_columns(articles.c.id.label("article_id"))
        .add_columns(func.coalesce(articles.c.group_key, articles.c.key).label("group_key"))
        .add_columns(v.version, v.went, v.ended, v.title, v.outlet, v.agency, v.author, v.url, v.published)
        .add_columns(v.updated, v.kind, v.section, v.page, v.language, v.collections, v.supersedes)
        .add_columns(vectors.c.vector, vectors.c.sentences.label("rows"), vectors.c.scales)
        .join_from(passages, versions)
        .join(articles)
        .join(texts, texts.c.version_key == passages.c.version_key)
        .outerjoin(vectors, vectors.c.passage_id == passages.c.id)
    )


def _hit(row: Any) -> HitRow:
    vector = sentences = None
    if row.vector is not None:
        vector = np.frombuffer(row.vector, np.float32)
        scales = np.frombuffer(row.scales, np.float32)
        sentences = np.frombuffer(row.rows, np.int8).reshape(len(scales), -1) * scales[:, None]
    return HitRow(
        row.passage_id,
        row.version_key,
        row.group_key,
        article_of(row),
        passage_of(row),
        row.slice,
        vector,
        sentences,
    )


def _totals(connection: Connection, at: int | None) -> Totals:
    now = usable(at)
    of_passages = select(func.count()).select_from(passages.join(versions)).where(now)

    def versions_where(*conditions: Any) -> int:
        return int(connection.scalar(select(func.count()).select_from(versions).where(*conditions)) or 0)

    ended = [versions.c.went.is_not(None)] if at is None else [versions.c.went <= at]
    return Totals(
        articles=versions_where(now),
        passages=int(connection.scalar(of_passages) or 0),
        embedded=int(connection.scalar(of_passages.where(versions.c.embedded.is_not(None))) or 0),
        undated=versions_where(now, versions.c.day_first.is_(None)),
        withdrawn=versions_where(*ended, versions.c.ended.in_(("withdrawn", "removed"))),
        superseded=versions_where(*ended, versions.c.ended == "superseded"),
        versions=versions_where(versions.c.came <= at) if at is not None else versions_where(),
        last_added=connection.scalar(select(func.max(versions.c.added_at)).where(now)),
    )
