"""Bringing back what was removed by hand: the same version, usable again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from rag.library.catalog import Catalog
from rag.library.imported import by_hand
from rag.library.ledger import Ledger, ledger
from rag.library.rows import Stored
from rag.library.schema import articles, away, taken_back, versions
from rag.library.selects import article_key, article_of, with_text
from rag.library.shelved import NO_SUCH
from rag.library.storing import Known, look_up, newest_of, story
from rag.state import Item


def restore(catalog: Catalog, article_ids: Sequence[str]) -> list[Stored]:
    """Make the versions usable again that were removed by hand, one outcome each.

    What came meanwhile and makes such a version old, or withdraws it, does so now.
    """
    with ledger(catalog) as book:
        known = look_up(book.connection, article_ids)
        return [_restored(book, known, article_id) for article_id in article_ids]


def _restored(book: Ledger, known: Known, article_id: str) -> Stored:
    key = article_key(book.connection, article_id)
    row = newest_of(book.connection, key) if key is not None else None
    if key is None or row is None:
        return Stored(Item(article_id, "failed", NO_SUCH))
    if row.went is None:
        return Stored(Item(article_id, "unchanged", "it is in the library", row.article_id))
    if row.ended != "removed":
        by = f" by {row.ended_by}" if row.ended_by else ""
        why = f"it was {row.ended}{by}, not removed by hand"
        return Stored(Item(article_id, "failed", why, row.article_id))
    went, remark = bring_back(book, known, row)
    by_hand(book.connection, row.key)
    said = f"brought back; {remark}" if remark else "brought back"
    return Stored(Item(article_id, "changed", said, row.article_id), row.key, went)


def bring_back(book: Ledger, known: Known, row: Any) -> tuple[tuple[int, ...], str | None]:
    """Make a version usable again that went, with its log entries, unless what is there makes it old or withdraws it.

    Returns the keys of the versions that it ends itself, and what ended it at once.
    """
    connection, own = book.connection, taken_back.c.version_key == row.key
    mark = connection.execute(select(taken_back).where(own)).first()
    connection.execute(delete(taken_back).where(own))
    sequence = book.log("stored", row.key)
    if row.embedded is not None:
        book.log("embedded", row.key)
    again = update(versions).where(versions.c.key == row.key).values(went=None, ended=None, ended_by=None)
    connection.execute(again)
    connection.execute(insert(away).values(version_key=row.key, went=row.went, back=sequence))
    article = article_of(connection.execute(with_text().where(versions.c.key == row.key)).one())
    if mark is not None and (mark.was, mark.was_by) == ("withdrawn", article.id):
        article = replace(article, status="withdrawn")  # a kill notice
    return story(book, known, article, row.article_key, row.key, copies_of(connection, row.article_key))


def copies_of(connection: Connection, key: int) -> list[int]:
    """The keys of the other articles of an article's near-duplicate group."""
    own = func.coalesce(articles.c.group_key, articles.c.key)
    group = select(own).where(articles.c.key == key).scalar_subquery()
    return list(connection.scalars(select(articles.c.key).where(own == group, articles.c.key != key)))
