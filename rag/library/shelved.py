"""Which collections an article is in: those of its own record, and over them what was set by hand.

What is set by hand is kept apart from the record, so that the same file read again is still unchanged, and a new
version of the article stays where a reader has put it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from rag.library.catalog import Catalog
from rag.library.ledger import Ledger, ledger
from rag.library.rows import Stored
from rag.library.schema import shelving, versions
from rag.library.selects import article_key
from rag.state import Item

NO_SUCH = "there is no such article"
MOVED = "moved_unlogged"  # the catalog's note of how many articles that no index holds were moved


def as_kept(collections: Iterable[str]) -> str:
    """Names of collections as the catalog keeps them."""
    return json.dumps(tuple(collections), ensure_ascii=False)


def by_hand(connection: Connection, key: int, of_record: Sequence[str]) -> tuple[str, ...]:
    """The collections of an article whose record names these."""
    rows = connection.execute(select(shelving).where(shelving.c.article_key == key)).all()
    out = {row.collection for row in rows if not row.put_in}
    put = sorted(row.collection for row in rows if row.put_in)
    return tuple(dict.fromkeys(name for name in (*of_record, *put) if name not in out))


def put(catalog: Catalog, article_ids: Sequence[str], collection: str) -> list[Stored]:
    """Put articles into a collection, one outcome each."""
    with ledger(catalog) as book:
        return [_moved(book, article_id, None, collection) for article_id in article_ids]


def take_out(catalog: Catalog, article_ids: Sequence[str], collection: str) -> list[Stored]:
    """Take articles out of a collection, one outcome each."""
    with ledger(catalog) as book:
        return [_moved(book, article_id, collection, None) for article_id in article_ids]


def rename(catalog: Catalog, collection: str, name: str) -> int:
    """Give a collection another name; one that has it already takes its articles in. How many articles it held."""
    with ledger(catalog) as book:
        keys = _members(book.connection, collection)
        for key in keys:
            _move(book, _newest(book.connection, key), collection, name)
    return len(keys)


def _moved(book: Ledger, article_id: str, out_of: str | None, into: str | None) -> Stored:
    key = article_key(book.connection, article_id)
    row = _newest(book.connection, key) if key is not None else None
    if row is None:
        return Stored(Item(article_id, "failed", NO_SUCH))
    if not _move(book, row, out_of, into):
        why = f"it is in {into} already" if into else f"it is not in {out_of}"
        return Stored(Item(article_id, "unchanged", why, article_id))
    return Stored(
        Item(article_id, "changed", f"put into {into}" if into else f"taken out of {out_of}", article_id)
    )


def _move(book: Ledger, row: Any, out_of: str | None, into: str | None) -> bool:
    """Change where an article is; logged as stored again, so that the indexes follow. Whether anything changed."""
    before = tuple(json.loads(row.collections))
    after = tuple(name for name in before if name != out_of)
    after += (into,) if into is not None and into not in after else ()
    if after == before:
        return False
    if out_of in before and out_of != into:
        _set(book.connection, row.article_key, out_of, put_in=False)
    if into is not None and into not in before:
        _set(book.connection, row.article_key, into, put_in=True)
    kept = update(versions).where(versions.c.key == row.key).values(collections=as_kept(after))
    book.connection.execute(kept)
    if row.went is None:
        book.log("stored", row.key)
    else:  # no index follows it, but who may read it may have changed
        book.note(MOVED, str(int(book.noted(MOVED) or 0) + 1))
    return True


def _set(connection: Connection, key: int, collection: str | None, *, put_in: bool) -> None:
    """Keep what was set by hand; what only undoes an earlier setting leaves what the record says."""
    own = (shelving.c.article_key == key) & (shelving.c.collection == collection)
    earlier = connection.scalar(select(shelving.c.put_in).where(own))
    connection.execute(delete(shelving).where(own))
    if earlier is None:
        values = {"article_key": key, "collection": collection, "put_in": int(put_in)}
        connection.execute(insert(shelving).values(**values))


def _newest(connection: Connection, key: int) -> Any:
    asked = select(versions.c.key, versions.c.article_key, versions.c.collections, versions.c.went)
    asked = asked.where(versions.c.article_key == key).order_by(versions.c.version.desc()).limit(1)
    return connection.execute(asked).first()


def _members(connection: Connection, collection: str) -> list[int]:
    """The articles whose newest version is in the collection."""
    quoted = json.dumps(collection, ensure_ascii=False)
    newest = select(func.max(versions.c.key)).group_by(versions.c.article_key)
    asked = select(versions.c.article_key).where(
        versions.c.key.in_(newest), func.instr(versions.c.collections, quoted) > 0
    )
    return list(connection.scalars(asked.order_by(versions.c.article_key)))
