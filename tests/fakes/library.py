"""A catalog filled in a moment: invented one-sentence passages, and vectors that depend on the passage alone."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.library import embeddings, storing
from rag.library.catalog import Catalog
from rag.library.embedder import Embedded
from rag.library.rows import ToStore
from rag.types import Article, Passage

DIMENSION = 16
FINGERPRINT = "fake/16"
TOWNS = ("Aldmoor", "Brackwater", "Cantlow", "Dunmere", "Elsham")


def open_catalog(home: Path) -> Catalog:
    """The home's catalog, made where there is none, with the fingerprint of these vectors."""
    home.mkdir(parents=True, exist_ok=True)
    catalog = Catalog(home / "catalog.sqlite3")
    embeddings.use_fingerprint(catalog, FINGERPRINT)
    return catalog


def article(number: int, *, passages: int = 2, text: str | None = None, **about: object) -> ToStore:
    """Article `a<number>`, whose passages each hold a word of their own: `word<number>x<position>`."""
    said = [
        text or f"The council of {TOWNS[number % 5]} voted on flood walls, word{number}x{position}."
        for position in range(passages)
    ]
    found, start = [], 0
    for position, one in enumerate(said):
        found.append(
            Passage(f"a{number}", 1, position, start, start + len(one), ((start, start + len(one)),))
        )
        start += len(one) + 1
    about = {"title": f"{TOWNS[number % 5]} votes", "outlet": f"Outlet {number % 3}"} | about
    made = Article(f"a{number}", "\n".join(said), **about)  # type: ignore[arg-type]
    return ToStore(f"a{number}.txt", made, True, tuple(found), b"", ())


def store(catalog: Catalog, numbers: Sequence[int], *, passages: int = 2) -> None:
    """Store articles by number, without vectors."""
    storing.store(catalog, [article(number, passages=passages) for number in numbers])


def embed(catalog: Catalog, *, fingerprint: str = FINGERPRINT, dimension: int = DIMENSION) -> None:
    """Make the vectors of all that waits for them."""
    while pending := catalog.pending():
        done = [(one, [embedded(passage_id, dimension) for passage_id, _ in one.passages]) for one in pending]
        embeddings.store_vectors(catalog, done, fingerprint=fingerprint)


def embedded(passage_id: int, dimension: int = DIMENSION) -> Embedded:
    """A passage's vectors, always the same."""
    vector = vector_of(passage_id, dimension)
    return Embedded(vector, np.zeros((1, dimension), np.int8), np.ones(1, np.float32))


def vector_of(passage_id: int, dimension: int = DIMENSION) -> NDArray[np.float32]:
    """(dimension,) of unit length."""
    seed = zlib.crc32(f"{dimension}:{passage_id}".encode())
    vector = np.random.default_rng(seed).standard_normal(dimension).astype(np.float32)
    return vector / np.float32(np.linalg.norm(vector))


def filled(home: Path, count: int, *, passages: int = 2) -> Catalog:
    """A catalog of `count` embedded articles."""
    catalog = open_catalog(home)
    store(catalog, range(count), passages=passages)
    embed(catalog)
    return catalog
