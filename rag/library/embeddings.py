"""Vectors in the catalog: kept with a log entry for each version, and made anew where embedder or passages change."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import delete, func, insert, select, update

from rag.library.catalog import Catalog
from rag.library.embedder import Embedded, Proof, Vector
from rag.library.ledger import ledger
from rag.library.rows import Pending
from rag.library.schema import meta, passages, vectors, versions
from rag.library.selects import in_any
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


def note_pace(catalog: Catalog, embedder: str, per_second: float) -> None:
    """Keep how many passages a second this embedder (its fingerprint) did here, for the next estimate."""
    with ledger(catalog) as book:
        book.note(f"pace of {embedder}", f"{per_second:.2f}")


def pace(catalog: Catalog, embedder: str) -> float | None:
    """Passages a second; None where none was noted."""
    noted = catalog.meta(f"pace of {embedder}")
    return float(noted) if noted else None


def use_fingerprint(
    catalog: Catalog, fingerprint: str, *, proof: Proof | None = None, anew: bool = False
) -> bool:
    """Say which embedder the vectors are from. Other vectors are dropped and wait to be made anew.

    Args:
        proof: what its embedder proves itself by, kept with it.
        anew: drop the vectors also where they have this fingerprint.

    Returns whether anything must be embedded again.
    """
    before = catalog.fingerprint()
    if before == fingerprint and not anew:
        return False
    with ledger(catalog) as book:
        book.connection.execute(delete(vectors))
        book.connection.execute(update(versions).values(embedded=None))
        book.note("fingerprint", fingerprint)
        book.note("proof", _kept(proof.vector) if proof is not None else "")
        book.note("centre", _kept(proof.centre) if proof is not None else "")
    return before is not None


def proof_of(catalog: Catalog) -> Vector | None:
    """The vector by which the model of the stored ones is known again; None where its fingerprint says it all."""
    return _vector(catalog.meta("proof"))


def centre_of(catalog: Catalog) -> Vector | None:
    """What the model of the stored vectors gives every text alike; None where that is nothing to speak of."""
    return _vector(catalog.meta("centre"))


def _kept(vector: Vector) -> str:
    return b64encode(vector.astype(np.float32).tobytes()).decode()


def _vector(kept: str | None) -> Vector | None:
    return np.frombuffer(b64decode(kept), np.float32) if kept else None


@dataclass(frozen=True, slots=True)
class Work:
    """Passages to embed, their characters, and how many passages are `kept_back` that may not be sent."""

    passages: int
    characters: int
    kept_back: int


def work(catalog: Catalog, *, without: Sequence[str] = (), anew: bool = False) -> Work:
    """What is to be embedded; with `anew` everything is. Articles in the collections `without` are kept back."""
    length = func.coalesce(func.sum(passages.c.end - passages.c.start), 0)
    asked = select(func.count(), length).join_from(passages, versions).where(versions.c.went.is_(None))
    if not anew:
        asked = asked.where(versions.c.embedded.is_(None))
    with catalog.reading() as connection:
        count, characters = connection.execute(asked.where(~in_any(without))).one()
        back = connection.execute(asked.where(in_any(without))).one()[0]
    return Work(int(count), int(characters), int(back))


def kept_back(catalog: Catalog, collections: Sequence[str]) -> NDArray[np.int64]:
    """Keys of the usable versions in any of these collections that have no vectors."""
    asked = select(versions.c.key).where(
        versions.c.embedded.is_(None), versions.c.went.is_(None), in_any(collections)
    )
    with catalog.reading() as connection:
        return np.fromiter(connection.scalars(asked), np.int64)


def use_passages(
    catalog: Catalog,
    rules: str,
    split: Callable[[Article], tuple[Passage, ...]],
    *,
    stand_in: bool = False,
) -> int:
    """Say which passage rules hold. Passages made by others are made anew and wait for their vectors.

    Rules that only `stand_in` for an embedder that is not there now leave its passages and vectors as they are; what is
    stored from then on is cut again when it is back.

    Returns how many versions were cut again. Killed on the way, it begins again at the next start.
    """
    before, stood_in = catalog.meta("passages"), catalog.meta("stood_in") or ""
    if stand_in and before not in (None, rules):
        if not stood_in:
            with ledger(catalog) as book:
                book.note("stood_in", str(catalog.sequence()))
        return 0
    if before == rules and not stood_in:
        return 0
    since = int(stood_in) if before == rules else None
    keys = _cut_again(catalog, since) if before is not None else []
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
        if stood_in:
            book.note("stood_in", "")
    return len(keys)


def _cut_again(catalog: Catalog, since: int | None) -> list[int]:
    """The versions that a question may use, or may use again: what was removed by hand can be brought back; with
    `since`, those of them that were stored after this sequence."""
    asked = select(versions.c.key).where(versions.c.went.is_(None) | (versions.c.ended == "removed"))
    if since is not None:
        asked = asked.where(versions.c.came > since)
    with catalog.reading() as connection:
        return list(connection.scalars(asked.order_by(versions.c.key)))
