"""What is selected from the catalog, and what its rows become."""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from sqlalchemy import Connection, Select, and_, exists, false, func, or_, select

from rag.library.rows import HitRow, PassageRow, Pending, SentenceVectors, Totals, VectorRow
from rag.library.schema import aliases, articles, away, passages, texts, vectors, versions
from rag.types import Article, ArticleStatus, Passage


def usable(at: int | None) -> Any:
    """The condition that a version is usable, now or at a sequence."""
    if at is None:
        return versions.c.went.is_(None)
    was_away = exists().where(away.c.version_key == versions.c.key, away.c.went <= at, away.c.back > at)
    return and_(versions.c.came <= at, or_(versions.c.went.is_(None), versions.c.went > at), ~was_away)


def in_any(collections: Sequence[str]) -> Any:
    """The condition that a version is in any of these collections."""
    quoted = [json.dumps(name, ensure_ascii=False) for name in collections]
    return or_(false(), *(func.instr(versions.c.collections, one) > 0 for one in quoted))


def article_key(connection: Connection, article_id: str) -> int | None:
    """The key of an article by its id or by an alias."""
    key = connection.scalar(select(articles.c.key).where(articles.c.id == article_id))
    if key is None:
        key = connection.scalar(select(aliases.c.article_key).where(aliases.c.id == article_id))
    return key


def article_of(row: Any) -> Article:
    """A row of `versions` with `article_id` and, where it was asked for, its text."""
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
        status=status_of(row.went, row.ended),
    )


def passage_of(row: Any) -> Passage:
    """A row of `passages` with `article_id` and `version`."""
    pairs = np.frombuffer(row.sentences, np.int32).reshape(-1, 2).tolist()
    return Passage(
        row.article_id, row.version, row.position, row.start, row.end, tuple((one, two) for one, two in pairs)
    )


def with_text() -> Select[Any]:
    """Versions with their texts and article ids."""
    return (
        select(versions, texts.c.text, texts.c.furniture, articles.c.id.label("article_id"))
        .join_from(versions, articles)
        .join(texts, texts.c.version_key == versions.c.key)
    )


def passage_rows(connection: Connection, keys: list[int]) -> list[PassageRow]:
    """Passages of these versions as the word index stores them, in order of the keys."""
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


def vector_rows(connection: Connection, keys: list[int]) -> Iterator[VectorRow]:
    """Vectors of these versions, in order of the keys."""
    asked = (
        select(passages.c.version_key, vectors.c.passage_id, vectors.c.vector)
        .join_from(passages, vectors)
        .where(passages.c.version_key.in_(keys))
        .order_by(passages.c.version_key, passages.c.position)
    )
    order = {key: place for place, key in enumerate(keys)}
    for row in sorted(connection.execute(asked).all(), key=lambda row: order[row.version_key]):
        yield VectorRow(row.passage_id, row.version_key, np.frombuffer(row.vector, np.float32))


def pending_of(connection: Connection, row: Any) -> Pending:
    """A version that waits for its vectors, with its passages."""
    article = article_of(row)
    asked = select(passages).where(passages.c.version_key == row.key).order_by(passages.c.position)
    found = []
    for one in connection.execute(asked):
        pairs = np.frombuffer(one.sentences, np.int32).reshape(-1, 2).tolist()
        ranges = tuple((start, end) for start, end in pairs)
        found.append((one.id, Passage(article.id, article.version, one.position, one.start, one.end, ranges)))
    return Pending(row.key, article, tuple(found))


def hit_select() -> Select[Any]:
    """Passages with their vectors, in the order in which `hit_of` unpacks them."""
    p = passages.c
    return (
        select(p.id, p.version_key, p.position, p.start, p.end, p.sentences)
        .add_columns(func.coalesce(articles.c.group_key, articles.c.key))
        .add_columns(vectors.c.vector, vectors.c.sentences, vectors.c.scales)
        .join_from(passages, versions)
        .join(articles)
        .outerjoin(vectors, vectors.c.passage_id == p.id)
    )


def hit_of(row: Any, article: Article) -> HitRow:
    """A row of `hit_select`, of this article. By position: a question unpacks hundreds of them."""
    passage_id, version_key, position, start, end, ranges, group_key, vector, sentence_rows, scales = row
    passage = Passage(article.id, article.version, position, start, end, _pairs(ranges))
    text = article.text[start:end]
    if vector is None:
        return HitRow(passage_id, version_key, group_key, article, passage, text, None, None)
    scale, whole = np.frombuffer(scales, np.float32), np.frombuffer(vector, np.float32)
    sentences = None
    if len(scale):  # else its embedder gives none
        sentences = SentenceVectors(np.frombuffer(sentence_rows, np.int8).reshape(len(scale), -1), scale)
    return HitRow(passage_id, version_key, group_key, article, passage, text, whole, sentences)


def status_of(went: int | None, ended: str | None) -> ArticleStatus:
    """What a version that came and went is called."""
    if went is None:
        return "usable"
    return "superseded" if ended == "superseded" else "withdrawn"


def _pairs(ranges: bytes) -> tuple[tuple[int, int], ...]:
    flat = array("i", ranges)
    return tuple(zip(flat[::2], flat[1::2], strict=True))


def totals_of(connection: Connection, at: int | None) -> Totals:
    """Counts of what is usable."""
    now = usable(at)
    of_passages = select(func.count()).select_from(passages.join(versions)).where(now)

    def versions_where(*conditions: Any) -> int:
        return int(connection.scalar(select(func.count()).select_from(versions).where(*conditions)) or 0)

    ended = [versions.c.went.is_not(None)] if at is None else [versions.c.went <= at]
    return Totals(
        articles=versions_where(now),
        passages=int(connection.scalar(of_passages) or 0),
        embedded=int(connection.scalar(of_passages.where(versions.c.embedded.is_not(None))) or 0),
        withdrawn=versions_where(*ended, versions.c.ended.in_(("withdrawn", "removed"))),
        superseded=versions_where(*ended, versions.c.ended == "superseded"),
        versions=versions_where(versions.c.came <= at) if at is not None else versions_where(),
        last_added=connection.scalar(select(func.max(versions.c.added_at)).where(now)),
    )
