"""Storing articles by identity, and taking them out: each batch one transaction with its log entries."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace
from typing import Any

import numpy as np
from sqlalchemy import Connection, delete, func, insert, select, update

from rag.library import originals
from rag.library.catalog import Catalog
from rag.library.erased import fresh_key
from rag.library.imported import brought
from rag.library.ledger import Ledger, ledger
from rag.library.mended import (
    InForce,
    after_mends,
    folded,
    in_force,
    keep_record,
    own_record,
    stated_by,
)
from rag.library.rows import Stored, ToStore
from rag.library.schema import (
    aliases,
    articles,
    bands,
    passages,
    stated,
    taken_back,
    texts,
    versions,
)
from rag.library.selects import article_key, article_of
from rag.library.shelved import as_kept, by_hand
from rag.library.story import copies_among, ended_by_new, ends_new
from rag.library.storyline import named_titles
from rag.reading.dates import day_range
from rag.reading.identity import same_article
from rag.state import Item, ItemStatus
from rag.types import Article, Passage


def text_hash(text: str) -> str:
    """128 bits of sha256 of a text, hex."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def content_hash(article: Article) -> str:
    """128 bits of sha256 over everything a version holds, hex: same hash, nothing to store."""
    bare = replace(article, version=1, status="usable", furniture=())
    return hashlib.sha256(repr(astuple(bare)).encode()).hexdigest()[:32]


def store(
    catalog: Catalog, batch: Sequence[ToStore], *, at: str | None = None, into: int | None = None
) -> list[Stored]:
    """Store a batch of articles in one transaction, one outcome each, in order; `into` this import, with its items.

    Raises:
        UsageError: the import was undone meanwhile; nothing of the batch is stored.
    """
    ids = [one.article.id for one in batch]
    with ledger(catalog, at=at) as book:
        known = look_up(book.connection, ids)
        stored = [_store_one(book, known, one) for one in batch]
        if into is not None:
            brought(book.connection, into, stored)
        return stored


def look_up(connection: Connection, ids: Sequence[str]) -> Known:
    """What is known of a batch's ids."""
    aliased = select(aliases.c.id).where(aliases.c.id.in_(ids))
    named = select(versions.c.supersedes).where(versions.c.supersedes.in_(ids))
    return Known(set(connection.scalars(aliased)), set(connection.scalars(named)), in_force(connection))


@dataclass(slots=True)
class Known:
    """Looked up once for a batch: which of its ids are aliases, which are superseded by an article known, and the
    repairs by hand."""

    aliases: set[str]
    superseded: set[str | None]
    mends: tuple[InForce, ...] = ()


def remove(catalog: Catalog, article_ids: Sequence[str]) -> list[Stored]:
    """Withdraw articles by hand. From this moment no question uses them; their versions are kept."""
    done = []
    with ledger(catalog) as book:
        for article_id in article_ids:
            key = article_key(book.connection, article_id)
            row = newest_of(book.connection, key) if key is not None else None
            if row is None:
                done.append(Stored(Item(article_id, "failed", "there is no such article")))
            elif row.went is not None:
                done.append(
                    Stored(Item(article_id, "unchanged", f"it was already {row.ended}", row.article_id))
                )
            else:
                book.end(row.key, "removed")
                done.append(Stored(Item(article_id, "changed", "removed", row.article_id), went=(row.key,)))
    return done


def newest_of(connection: Connection, key: int) -> Any:
    """The newest version of the article with this key, without its text; None where it has none."""
    asked = (
        select(versions, articles.c.id.label("article_id"))
        .join_from(versions, articles)
        .where(versions.c.article_key == key)
        .order_by(versions.c.version.desc())
        .limit(1)
    )
    return connection.execute(asked).first()


def _store_one(book: Ledger, known: Known, new: ToStore) -> Stored:
    article = new.article
    key = book.connection.scalar(select(articles.c.key).where(articles.c.id == article.id))
    if key is None:
        return _store_unknown(book, known, new)
    newest = newest_of(book.connection, key)
    if newest is None:
        return add_version(book, known, new, key, 1, "added")
    if newest.content_hash == content_hash(article):
        return _store_same(book, known, new, newest)
    alike = newest.text_hash == text_hash(article.text) or new.given_id
    if alike or _same(book.connection, newest, article):
        return _replace(book, known, new, newest)
    fresh = hashlib.sha256(f"{article.id}\n{article.text}".encode()).hexdigest()[:16]
    remark = f"{article.id} now holds another article: stored under a new id"
    renamed = replace(new, article=replace(article, id=fresh), given_id=True, remark=_and(new.remark, remark))
    return _store_one(book, known, renamed)


def _store_same(book: Ledger, known: Known, new: ToStore, newest: Any) -> Stored:
    if newest.went is None or newest.ended != "removed":
        why = None if newest.went is None else f"it was {newest.ended} and stays so"
        return Stored(Item(new.source, "unchanged", _and(new.remark, why), newest.article_id))
    return add_version(book, known, new, newest.article_key, newest.version + 1, "added")


def _replace(book: Ledger, known: Known, new: ToStore, newest: Any) -> Stored:
    if newest.went is not None and newest.ended == "withdrawn":
        why = "it was withdrawn and stays so; `supersedes` or a new id brings a new story"
        return Stored(Item(new.source, "unchanged", _and(new.remark, why), newest.article_id))
    gone: tuple[int, ...] = ()
    if newest.went is None:
        book.end(newest.key, "superseded", by=new.article.id)
        gone = (newest.key,)
    stored = add_version(book, known, new, newest.article_key, newest.version + 1, "changed")
    return replace(stored, went=gone + stored.went)


def _same(connection: Connection, newest: Any, article: Article) -> bool:
    text = connection.scalar(select(texts.c.text).where(texts.c.version_key == newest.key)) or ""
    return same_article(text, newest.title, article.text, article.title)


def _store_unknown(book: Ledger, known: Known, new: ToStore) -> Stored:
    article, connection = new.article, book.connection
    twin = _twin(connection, known, article)
    aliased = article.id in known.aliases
    if twin is not None:
        if not aliased:
            connection.execute(insert(aliases).values(id=article.id, article_key=twin.article_key))
            known.aliases.add(article.id)
        why = f"the same text, outlet and date as {twin.article_id}"
        return Stored(Item(new.source, "unchanged" if aliased else "duplicate", why, twin.article_id))
    if aliased:
        connection.execute(delete(aliases).where(aliases.c.id == article.id))
        known.aliases.discard(article.id)
    values = {"id": article.id, "given_id": int(new.given_id), **_fresh(connection, "article_key")}
    key = int(connection.execute(insert(articles).values(**values)).inserted_primary_key[0])  # type: ignore[index]
    return add_version(book, known, new, key, 1, "added")


def _twin(connection: Connection, known: Known, article: Article) -> Any:
    """A usable article with the same text, outlet and date, as both state them or as both are after repairs."""
    asked = (
        select(versions.c.article_key, articles.c.id.label("article_id"))
        .add_columns(versions.c.outlet, versions.c.published, stated.c.fields)
        .join_from(versions, articles)
        .outerjoin(stated, stated.c.version_key == versions.c.key)
        .where(versions.c.text_hash == text_hash(article.text), versions.c.went.is_(None))
        .order_by(versions.c.key)
    )
    own = stated_by(article)
    after, _ = folded(own, known.mends)
    same = ("outlet", "published")
    for row in connection.execute(asked):
        now = {"outlet": row.outlet, "published": row.published}
        record = own_record(row.fields, now)
        if all(record[name] == own[name] for name in same) or all(now[name] == after[name] for name in same):
            return row
    return None


def add_version(
    book: Ledger, known: Known, new: ToStore, key: int, version: int, status: ItemStatus
) -> Stored:
    """Put a version in, with what it makes old or withdraws, and its log entries."""
    connection = book.connection
    article, fired = after_mends(connection, key, new.article, known.mends)
    first, last = day_range(article.published) if article.published else (None, None)
    row = {
        "article_key": key,
        "version": version,
        "came": book.sequence + 1,
        "added_at": book.at,
        "text_hash": text_hash(article.text),
        "content_hash": content_hash(new.article),
        "day_first": first,
        "day_last": last,
        "collections": as_kept(
            article.collections if version == 1 else by_hand(connection, key, article.collections)
        ),
    }
    row |= {name: getattr(article, name) for name in _PLAIN} | _fresh(connection, "version_key")
    version_key = int(connection.execute(insert(versions).values(**row)).inserted_primary_key[0])  # type: ignore[index]
    keep_record(connection, key, version_key, new.article, article, fired)
    furniture = np.array(article.furniture, np.int32).tobytes()
    connection.execute(
        insert(texts).values(
            version_key=version_key, text=article.text, furniture=furniture, signature=new.signature
        )
    )
    insert_passages(connection, version_key, new.passages)
    if new.original is not None:
        originals.note(connection, version_key, new.original)
    book.log("stored", version_key)
    known.superseded.add(article.supersedes)
    copies = _group(connection, new, key, fresh=version == 1)
    went, by = story(book, known, article, key, version_key, copies)
    return Stored(Item(new.source, status, _and(new.remark, by), article.id), version_key, went)


_PLAIN = tuple(
    "title outlet agency author url published updated kind section page language supersedes".split()
)


def insert_passages(connection: Connection, version_key: int, found: Sequence[Passage]) -> None:
    """Put a version's passages in."""
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
    first = fresh_key(connection, "passage_id") if rows else None
    if first is not None:
        rows = [row | {"id": first + at} for at, row in enumerate(rows)]
    if rows:
        connection.execute(insert(passages), rows)


def _fresh(connection: Connection, name: str) -> dict[str, int]:
    """The key of a row, where the table's own next one was given before, to what was erased."""
    key = fresh_key(connection, name)
    return {} if key is None else {"key": key}


def _group(connection: Connection, new: ToStore, key: int, *, fresh: bool) -> list[int]:
    """Join the article's near-duplicate group; the keys of its copies."""
    if not fresh:
        connection.execute(delete(bands).where(bands.c.article_key == key))
    copies = copies_among(new.signature, _candidates(connection, new.bands, key))
    if new.bands:
        connection.execute(insert(bands), [{"band": band, "article_key": key} for band in new.bands])
    if copies:
        own = func.coalesce(articles.c.group_key, articles.c.key)
        groups = sorted(connection.scalars(select(own).where(articles.c.key.in_([key, *copies])).distinct()))
        connection.execute(update(articles).where(own.in_(groups)).values(group_key=groups[0]))
    return copies


def story(
    book: Ledger, known: Known, article: Article, key: int, version_key: int, copies: list[int]
) -> tuple[tuple[int, ...], str | None]:
    """End what a new version makes old, or itself where it is old already: the keys of the former, what of the latter.

    What ends the new version ends its copies too: a kill may come before the story that it names.
    """
    titles = named_titles(article)
    related: list[tuple[int, Article, bool]] = []
    if copies or titles or article.supersedes or article.id in known.superseded:
        related = _related(book.connection, article, key, copies, titles)
    ending_of_new = ends_new(article, [(other, is_copy) for _, other, is_copy in related])
    said = None
    enders = [article] + [other for _, other, _ in related if ending_of_new and other.id == ending_of_new[1]]
    went: dict[int, None] = {}
    for other_key, other, is_copy in related:
        for ender in enders:
            ending = ended_by_new(ender, other, copies=is_copy) if other.status == "usable" else None
            if ending is not None and other_key not in went:
                book.end(other_key, ending, by=ender.id)
                went[other_key] = None
    if ending_of_new is not None:
        book.end(version_key, ending_of_new[0], by=ending_of_new[1])
        own = ending_of_new[1] == article.id
        said = "a kill notice: it is never cited" if own else f"{ending_of_new[0]} by {ending_of_new[1]}"
    return tuple(went), said


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


def _related(
    connection: Connection, article: Article, key: int, copies: Sequence[int], titles: Sequence[str]
) -> list[tuple[int, Article, bool]]:
    """Other articles that this one may make old, or that may make it old, newest versions, with `is a copy`.

    Those are its copies, what it supersedes or names by its headline with the copies of that, and what supersedes it
    or one of its copies. Of articles that went only kills and what superseded something still count, unless
    their import was undone.
    """
    own = func.coalesce(articles.c.group_key, articles.c.key)
    story = select(own).where(articles.c.id == article.supersedes)
    alike = set(copies) | set(connection.scalars(select(articles.c.key).where(own.in_(story))))
    ids = select(articles.c.id).where(articles.c.key.in_([key, *alike]))
    named = articles.c.key.in_(alike) | versions.c.supersedes.in_(ids)
    if titles:
        named = named | versions.c.title.in_(titles)
    asked = (
        select(versions, articles.c.id.label("article_id"), texts.c.text, texts.c.furniture)
        .join_from(versions, articles)
        .join(texts, texts.c.version_key == versions.c.key)
        .where(named, versions.c.article_key != key)
        .where(versions.c.key.not_in(select(taken_back.c.version_key)))
        .order_by(versions.c.key)
    )
    rows = [row for row in connection.execute(asked) if row.went is None or row.supersedes is not None]
    return [
        (row.key, article_of(row), row.article_key in alike or row.supersedes is not None) for row in rows
    ]


def _and(*remarks: str | None) -> str | None:
    return "; ".join(remark for remark in remarks if remark) or None
