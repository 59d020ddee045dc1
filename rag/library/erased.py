"""Receipts of what was erased, and what they keep out of the library until it is let back in."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from rag.erasures import Erasure
from rag.library.catalog import AT_ONCE, Catalog
from rag.library.erased_words import words_of
from rag.library.schema import articles, passages, versions
from rag.library.schema_erased import erased, erasures
from rag.library.selects import article_key
from rag.types import Article

HIGHEST = {"article_key": articles.c.key, "version_key": versions.c.key, "passage_id": passages.c.id}


def receipts(catalog: Catalog) -> tuple[Erasure, ...]:
    """All of them, the last first."""
    if not catalog.holds(erasures.name):
        return ()
    with catalog.reading() as connection:
        rows = connection.execute(select(erasures).order_by(erasures.c.number.desc())).all()
        out = set(connection.scalars(select(erased.c.article)))
    return tuple(_receipt(row, out) for row in rows)


def _receipt(row: Any, out: set[str]) -> Erasure:
    done = tuple((what, int(many)) for what, many in json.loads(row.done))
    ids, kin = tuple(json.loads(row.articles)), tuple(json.loads(row.kin))
    back = tuple(one for one in ids if one not in out)
    return Erasure(row.number, row.at, row.who, ids, done, kin, row.finished, back)


def unfinished(catalog: Catalog) -> list[tuple[int, list[str]]]:
    """Receipts that are not finished, with the digests of original files to be deleted."""
    with catalog.reading() as connection:
        asked = select(erasures.c.number, erasures.c.files).where(erasures.c.finished.is_(None))
        return [(row.number, json.loads(row.files)) for row in connection.execute(asked)]


def finish(catalog: Catalog, numbers: Sequence[int], at: str) -> None:
    """Nothing of these is left."""
    with catalog.writing() as connection:
        connection.execute(update(erasures).where(erasures.c.number.in_(numbers)).values(finished=at))


def let_back(catalog: Catalog, article_ids: Sequence[str]) -> tuple[str, ...]:
    """Allow these articles, by an id or alias, to be ingested again; the own ids of those that were barred."""
    with catalog.writing() as connection:
        asked = select(erased.c.article).where(erased.c.kind == "id", erased.c.name.in_(list(article_ids)))
        own = sorted(set(connection.scalars(asked)))
        connection.execute(delete(erased).where(erased.c.article.in_(own)))
    return tuple(own)


def barred(catalog: Catalog, coming: Sequence[Article]) -> dict[str, int]:
    """Of what comes in the ids that stay out, with the number of the erasure.

    The same text keeps out only what is not in the library already.
    """
    found: dict[str, int] = {}
    with catalog.reading() as connection:
        if connection.execute(select(erased.c.name).limit(1)).first() is None:
            return found
        for article in coming:
            for kind, name in (("id", article.id), ("text", text_digest(article.text, article.title))):
                asked = select(erased.c.erasure).where(erased.c.kind == kind, erased.c.name == name)
                number = connection.scalar(asked)
                if number is not None and (kind == "id" or article_key(connection, article.id) is None):
                    found.setdefault(article.id, int(number))
    return found


def text_digest(text: str, title: str | None) -> str:
    """sha256, hex, over a text's words, whatever their case and what stands between; a headline above it left out."""
    said, head = words_of(text), words_of(title or "")
    own = said[len(head) :] if head and said[: len(head)] == head else said
    return hashlib.sha256(" ".join(own).encode()).hexdigest()


def erased_ids(catalog: Catalog, article_ids: Iterable[str]) -> frozenset[str]:
    """Those of the ids that were erased and not let back in."""
    wanted = sorted(set(article_ids))
    if not wanted or not catalog.holds(erased.name):
        return frozenset()
    asked = select(erased.c.name).where(erased.c.kind == "id")
    found: set[str] = set()
    with catalog.reading() as connection:
        for first in range(0, len(wanted), AT_ONCE):
            found |= set(connection.scalars(asked.where(erased.c.name.in_(wanted[first : first + AT_ONCE]))))
    return frozenset(found)


def fresh_key(connection: Connection, name: str) -> int | None:
    """The next key where the table's own next one was given before, to what was erased; None: it was not.

    Args:
        name: article_key | version_key | passage_id.
    """
    before = connection.scalar(select(func.max(erasures.c[name])))
    if not before or int(connection.scalar(select(func.max(HIGHEST[name]))) or 0) >= before:
        return None
    return int(before) + 1
