"""What writes the catalog: storing articles, their vectors, and ending versions, each with its log entry.

Every function is one transaction, or takes the connection of one: it is kept whole or not at all.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import astuple, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
from sqlalchemy import Connection, Row, delete, func, insert, select, update

from rag.library.catalog import Catalog, article_key, article_of
from rag.library.embedder import Embedded
from rag.library.rows import ChangeKind, Pending, Stored, ToStore
from rag.library.schema import (
    aliases,
    articles,
    bands,
    changes,
    counter,
    meta,
    passages,
    texts,
    vectors,
    versions,
)
from rag.library.story import copies_among, ended_by_new, ends_new
from rag.reading.dates import day_range
from rag.reading.identity import same_article
from rag.types import Article, Item, Passage


def text_hash(text: str) -> str:
    """128 bits of sha256 of a text, hex."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def content_hash(article: Article) -> str:
    """128 bits of sha256 over everything a version holds, hex: same hash, nothing to store."""
    bare = replace(article, version=1, status="usable", furniture=())
    return hashlib.sha256(repr(astuple(bare)).encode()).hexdigest()[:32]


def now() -> str:
    """The time in UTC, RFC 3339, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def store(catalog: Catalog, batch: Sequence[ToStore], *, at: str | None = None) -> list[Stored]:
    """Store a batch of articles in one transaction, one outcome each, in order."""
    at = at or now()
    with catalog.writing() as connection:
        return [_store_one(connection, one, at) for one in batch]


def set_meta(connection: Connection, name: str, value: str) -> None:
    """Keep a value about the whole library."""
    connection.execute(delete(meta).where(meta.c.name == name))
    connection.execute(insert(meta).values(name=name, value=value))


def log(connection: Connection, kind: ChangeKind, version_key: int, at: str) -> int:
    """Write one log entry; its sequence."""
    connection.execute(update(counter).values(sequence=counter.c.sequence + 1))
    sequence = int(connection.scalar(select(counter.c.sequence)) or 0)
    connection.execute(insert(changes).values(sequence=sequence, kind=kind, version_key=version_key, at=at))
    return sequence


def end(connection: Connection, version_key: int, ended: str, at: str, *, by: str | None = None) -> None:
    """A version goes: superseded, withdrawn or removed, `by` another article's id."""
    sequence = log(connection, "gone", version_key, at)
    connection.execute(
        update(versions).where(versions.c.key == version_key).values(went=sequence, ended=ended, ended_by=by)
    )


def remove(catalog: Catalog, article_ids: Sequence[str]) -> list[Stored]:
    """Withdraw articles by hand. From this moment no question uses them; their versions are kept."""
    at = now()
    done = []
    with catalog.writing() as connection:
        for article_id in article_ids:
            key = article_key(connection, article_id)
            row = _newest(connection, key) if key is not None else None
            if row is None:
                done.append(Stored(Item(article_id, "failed", "there is no such article")))
            elif row.went is not None:
                done.append(
                    Stored(Item(article_id, "unchanged", f"it was already {row.ended}", row.article_id))
                )
            else:
                end(connection, row.key, "removed", at)
                done.append(Stored(Item(article_id, "changed", "removed", row.article_id), went=(row.key,)))
    return done


def store_vectors(
    catalog: Catalog, done: Sequence[tuple[Pending, Sequence[Embedded]]], *, fingerprint: str
) -> None:
    """Keep the vectors of whole versions and log each as embedded. A version embedded meanwhile is left.

    Vectors of two fingerprints never mix: what was embedded with another one than the catalog names is dropped.
    """
    at = now()
    with catalog.writing() as connection:
        if connection.scalar(select(meta.c.value).where(meta.c.name == "fingerprint")) != fingerprint:
            return
        for pending, embedded in done:
            waits = select(versions.c.key).where(
                versions.c.key == pending.version_key, versions.c.embedded.is_(None)
            )
            if connection.scalar(waits) is None:
                continue
            rows = [
                {
                    "passage_id": passage_id,
                    "vector": one.vector.astype(np.float32).tobytes(),
                    "sentences": one.sentences.tobytes(),
                    "scales": one.scales.astype(np.float32).tobytes(),
                }
                for (passage_id, _), one in zip(pending.passages, embedded, strict=True)
            ]
            if rows:
                connection.execute(insert(vectors), rows)
            sequence = log(connection, "embedded", pending.version_key, at)
            connection.execute(
                update(versions).where(versions.c.key == pending.version_key).values(embedded=sequence)
            )


def use_fingerprint(catalog: Catalog, fingerprint: str) -> bool:
    """Say which embedder the vectors are from. Other vectors are dropped and wait to be made anew.

    Returns whether anything must be embedded again.
    """
    with catalog.writing() as connection:
        before = connection.scalar(select(meta.c.value).where(meta.c.name == "fingerprint"))
        if before == fingerprint:
            return False
        connection.execute(delete(vectors))
        connection.execute(update(versions).values(embedded=None))
        set_meta(connection, "fingerprint", fingerprint)
        return before is not None


def use_passages(catalog: Catalog, rules: str, split: Callable[[Article], tuple[Passage, ...]]) -> int:
    """Say which passage rules hold. Passages made by others are made anew and wait for their vectors.

    Returns how many versions were cut again. Killed on the way, it begins again at the next start.
    """
    keys = catalog.current_keys().tolist() if catalog.meta("passages") is not None else []
    for key in keys:
        article = catalog.version(key)
        with catalog.writing() as connection:
            old = select(passages.c.id).where(passages.c.version_key == key)
            connection.execute(delete(vectors).where(vectors.c.passage_id.in_(old)))
            connection.execute(delete(passages).where(passages.c.version_key == key))
            _insert_passages(connection, key, split(article))
            connection.execute(update(versions).where(versions.c.key == key).values(embedded=None))
            log(connection, "stored", key, now())
    with catalog.writing() as connection:
        set_meta(connection, "passages", rules)
    return len(keys)


def _newest(connection: Connection, key: int) -> Row[Any] | None:
    asked = (
        select(versions, articles.c.id.label("article_id"))
        .join_from(versions, articles)
        .where(versions.c.article_key == key)
        .order_by(versions.c.version.desc())
        .limit(1)
    )
    return connection.execute(asked).first()


def _store_one(connection: Connection, new: ToStore, at: str) -> Stored:
    article = new.article
    key = connection.scalar(select(articles.c.key).where(articles.c.id == article.id))
    if key is None:
        return _store_unknown(connection, new, at)
    newest = _newest(connection, key)
    if newest is None:
        return _add_version(connection, new, key, 1, at, "added")
    if newest.content_hash == content_hash(article):
        return _store_same(connection, new, newest, at)
    if newest.text_hash == text_hash(article.text) or new.given_id or _same(connection, newest, article):
        return _replace(connection, new, newest, at)
    fresh = hashlib.sha256(f"{article.id}\n{article.text}".encode()).hexdigest()[:16]
    renamed = replace(new, article=replace(article, id=fresh))
    remark = f"{article.id} now holds another article: stored under a new id"
    return _store_one(connection, replace(renamed, given_id=True, remark=_and(new.remark, remark)), at)


def _store_same(connection: Connection, new: ToStore, newest: Row[Any], at: str) -> Stored:
    if newest.went is None or newest.ended != "removed":
        why = None if newest.went is None else f"it was {newest.ended} and stays so"
        return Stored(Item(new.source, "unchanged", _and(new.remark, why), newest.article_id))
    return _add_version(connection, new, newest.article_key, newest.version + 1, at, "added")


def _replace(connection: Connection, new: ToStore, newest: Row[Any], at: str) -> Stored:
    if newest.went is not None and newest.ended == "withdrawn":
        why = "it was withdrawn and stays so; `supersedes` or a new id brings a new story"
        return Stored(Item(new.source, "unchanged", _and(new.remark, why), newest.article_id))
    gone: tuple[int, ...] = ()
    if newest.went is None:
        end(connection, newest.key, "superseded", at, by=new.article.id)
        gone = (newest.key,)
    stored = _add_version(connection, new, newest.article_key, newest.version + 1, at, "changed")
    return replace(stored, went=gone + stored.went)


def _same(connection: Connection, newest: Row[Any], article: Article) -> bool:
    text = connection.scalar(select(texts.c.text).where(texts.c.version_key == newest.key)) or ""
    return same_article(text, newest.title, article.text, article.title)


def _store_unknown(connection: Connection, new: ToStore, at: str) -> Stored:
    article = new.article
    twin = _twin(connection, article)
    if twin is not None:
        known = connection.scalar(select(aliases.c.article_key).where(aliases.c.id == article.id))
        if known is None:
            connection.execute(insert(aliases).values(id=article.id, article_key=twin.article_key))
        status = "duplicate" if known is None else "unchanged"
        return Stored(
            Item(new.source, status, f"the same text, outlet and date as {twin.article_id}", twin.article_id)
        )
    connection.execute(delete(aliases).where(aliases.c.id == article.id))
    values = {"id": article.id, "given_id": int(new.given_id), "group_key": 0}
    key = connection.execute(insert(articles).values(**values)).inserted_primary_key[0]  # type: ignore[index]
    connection.execute(update(articles).where(articles.c.key == key).values(group_key=key))
    return _add_version(connection, new, key, 1, at, "added")


def _twin(connection: Connection, article: Article) -> Row[Any] | None:
    asked = (
        select(versions.c.article_key, articles.c.id.label("article_id"))
        .join_from(versions, articles)
        .where(
            versions.c.text_hash == text_hash(article.text),
            versions.c.went.is_(None),
            versions.c.outlet.is_not_distinct_from(article.outlet),
            versions.c.published.is_not_distinct_from(article.published),
        )
        .order_by(versions.c.key)
        .limit(1)
    )
    return connection.execute(asked).first()


def _add_version(
    connection: Connection, new: ToStore, key: int, version: int, at: str, status: Any
) -> Stored:
    article = new.article
    came = int(connection.scalar(select(func.max(counter.c.sequence))) or 0) + 1
    first, last = day_range(article.published) if article.published else (None, None)
    row = {
        "article_key": key,
        "version": version,
        "came": came,
        "added_at": at,
        "text_hash": text_hash(article.text),
        "content_hash": content_hash(article),
        "day_first": first,
        "day_last": last,
        "collections": json.dumps(article.collections, ensure_ascii=False),
    }
    row |= {name: getattr(article, name) for name in _PLAIN}
    version_key = int(connection.execute(insert(versions).values(**row)).inserted_primary_key[0])  # type: ignore[index]
    furniture = np.array(article.furniture, np.int32).tobytes()
    connection.execute(
        insert(texts).values(
            version_key=version_key, text=article.text, furniture=furniture, signature=new.signature
        )
    )
    _insert_passages(connection, version_key, new.passages)
    log(connection, "stored", version_key, at)
    went = _group_and_story(connection, new, key, version_key, at)
    return Stored(Item(new.source, status, new.remark, article.id), version_key, went)


_PLAIN = ("title", "outlet", "agency", "author", "url", "published", "updated", "kind", "section", "page")
_PLAIN += ("language", "supersedes")


def _insert_passages(connection: Connection, version_key: int, found: Sequence[Passage]) -> None:
    rows = [
        {
            "version_key": version_key,
            "position": passage.position,
            "start": passage.start,
            "end": passage.end,
            "sentences": np.array(passage.sentences, np.int32).tobytes(),
        }
        for passage in found
    ]
    if rows:
        connection.execute(insert(passages), rows)


def _group_and_story(
    connection: Connection, new: ToStore, key: int, version_key: int, at: str
) -> tuple[int, ...]:
    """Join the article's near-duplicate group; end what it makes old, or itself where it is old already."""
    connection.execute(delete(bands).where(bands.c.article_key == key))
    alike = _candidates(connection, new.bands, key)
    copies = copies_among(new.signature, alike)
    if new.bands:
        connection.execute(insert(bands), [{"band": band, "article_key": key} for band in new.bands])
    _join_groups(connection, key, copies)
    related = _related(connection, new.article, key, copies)
    went = []
    for other_key, other, is_copy in related:
        ending = ended_by_new(new.article, other, copies=is_copy)
        if ending is not None:
            end(connection, other_key, ending, at, by=new.article.id)
            went.append(other_key)
    ending = ends_new(new.article, [(other, is_copy) for _, other, is_copy in related])
    if ending is not None:
        end(connection, version_key, ending[0], at, by=ending[1])
    return tuple(went)


def _candidates(connection: Connection, keys: Sequence[int], own: int) -> list[tuple[int, bytes]]:
    if not keys:
        return []
    alike = (
        select(bands.c.article_key)
        .where(bands.c.band.in_(keys), bands.c.article_key != own)
        .group_by(bands.c.article_key)
        .order_by(func.count().desc(), bands.c.article_key)
        .limit(200)
    )
    asked = (
        select(versions.c.article_key, texts.c.signature)
        .join_from(versions, texts)
        .where(versions.c.article_key.in_(alike))
        .order_by(versions.c.article_key, versions.c.version)
    )
    newest = {row.article_key: row.signature for row in connection.execute(asked)}
    return list(newest.items())


def _join_groups(connection: Connection, key: int, copies: Sequence[int]) -> None:
    if not copies:
        return
    asked = select(articles.c.group_key).where(articles.c.key.in_([key, *copies])).distinct()
    groups = sorted(connection.scalars(asked))
    connection.execute(update(articles).where(articles.c.group_key.in_(groups)).values(group_key=groups[0]))


def _related(
    connection: Connection, article: Article, key: int, copies: Sequence[int]
) -> list[tuple[int, Article, bool]]:
    """Other articles' usable versions that this one may make old, or that may make it old, with `is a copy`."""
    named = versions.c.supersedes == article.id
    if article.supersedes:
        named = named | (articles.c.id == article.supersedes)
    if copies:
        named = named | articles.c.key.in_(copies)
    asked = (
        select(versions, articles.c.id.label("article_id"), texts.c.text, texts.c.furniture)
        .join_from(versions, articles)
        .join(texts, texts.c.version_key == versions.c.key)
        .where(named, versions.c.article_key != key)
        .order_by(versions.c.key)
    )
    rows = [row for row in connection.execute(asked) if row.went is None or row.supersedes == article.id]
    return [(row.key, article_of(row), row.article_key in copies) for row in rows]


def _and(*remarks: str | None) -> str | None:
    return "; ".join(remark for remark in remarks if remark) or None
