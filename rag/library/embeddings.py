"""Vectors in the catalog: kept with a log entry for each version, and made anew where embedder or passages change."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from sqlalchemy import delete, insert, select, update

from rag.library.catalog import Catalog
from rag.library.embedder import Embedded
from rag.library.ledger import ledger
from rag.library.rows import Pending
from rag.library.schema import meta, passages, vectors, versions
from rag.library.storing import insert_passages
from rag.types import Article, Passage


def store_vectors(
    catalog: Catalog, done: Sequence[tuple[Pending, Sequence[Embedded]]], *, fingerprint: str
) -> None:
    """Keep the vectors of whole versions and log each as embedded. A version embedded meanwhile is left.

    Vectors of two fingerprints never mix: what was embedded with another one than the catalog names is dropped.
    """
    with ledger(catalog) as book:
        if book.connection.scalar(select(meta.c.value).where(meta.c.name == "fingerprint")) != fingerprint:
            return
        keys = [pending.version_key for pending, _ in done]
        waits = select(versions.c.key).where(versions.c.key.in_(keys), versions.c.embedded.is_(None))
        waiting = set(book.connection.scalars(waits))
        for pending, embedded in done:
            if pending.version_key not in waiting:
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
                book.connection.execute(insert(vectors), rows)
            sequence = book.log("embedded", pending.version_key)
            book.connection.execute(
                update(versions).where(versions.c.key == pending.version_key).values(embedded=sequence)
            )


def note_pace(catalog: Catalog, per_second: float) -> None:
    """Keep how many passages a second were embedded here, for the next estimate."""
    with ledger(catalog) as book:
        book.note("pace", f"{per_second:.2f}")


def use_fingerprint(catalog: Catalog, fingerprint: str) -> bool:
    """Say which embedder the vectors are from. Other vectors are dropped and wait to be made anew.

    Returns whether anything must be embedded again.
    """
    before = catalog.fingerprint()
    if before == fingerprint:
        return False
    with ledger(catalog) as book:
        book.connection.execute(delete(vectors))
        book.connection.execute(update(versions).values(embedded=None))
        book.note("fingerprint", fingerprint)
    return before is not None


def use_passages(catalog: Catalog, rules: str, split: Callable[[Article], tuple[Passage, ...]]) -> int:
    """Say which passage rules hold. Passages made by others are made anew and wait for their vectors.

    Returns how many versions were cut again. Killed on the way, it begins again at the next start.
    """
    before = catalog.meta("passages")
    if before == rules:
        return 0
    keys = _cut_again(catalog) if before is not None else []
    for key in keys:
        article = catalog.version(key)
        with ledger(catalog) as book:
            old = select(passages.c.id).where(passages.c.version_key == key)
            book.connection.execute(delete(vectors).where(vectors.c.passage_id.in_(old)))
            book.connection.execute(delete(passages).where(passages.c.version_key == key))
            insert_passages(book.connection, key, split(article))
            book.connection.execute(update(versions).where(versions.c.key == key).values(embedded=None))
            book.log("stored", key)
    with ledger(catalog) as book:
        book.note("passages", rules)
    return len(keys)


def _cut_again(catalog: Catalog) -> list[int]:
    """The versions that a question may use, or may use again: what was removed by hand can be brought back."""
    asked = select(versions.c.key).where(versions.c.went.is_(None) | (versions.c.ended == "removed"))
    with catalog.reading() as connection:
        return list(connection.scalars(asked.order_by(versions.c.key)))
