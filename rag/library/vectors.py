"""The vector index: Chroma, for the question without a scope. Ids and vectors only; no texts.

Only this module imports chromadb, and only when an index is opened: one process at a time may, the holder of
`index.lock`. Opening a damaged one may kill the process, so a child opens it first (`probe.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.errors import DiskFull, IndexRefused
from rag.library.durable import adapted
from rag.library.meaning import Rows
from rag.library.rows import VectorRow

BATCH = 100  # a query waits for the upsert under way: p50 42 ms beside batches of 100, 1.6 s beside 5,000
_NAME = "passages"
_SAMPLE, _NEAR, _WIDTH, _RECALL = (
    40,
    10,
    50,
    0.95,
)  # of a check: questions, nearest asked, results, share found
_HNSW = {"space": "cosine", "ef_search": 800, "ef_construction": 100, "max_neighbors": 16}


class VectorIndex:
    """One Chroma collection on disk; `create` makes it. Safe for threads; never for two processes.

    Raises (from every method): IndexRefused where it is damaged or closed, DiskFull.
    """

    def __init__(self, path: Path, *, create: bool = True) -> None:
        self.path = path
        self._lock = Lock()
        with _explained(path):
            self._client = _client(path)
            if create:
                self._collection = self._client.get_or_create_collection(
                    _NAME, embedding_function=None, configuration={"hnsw": dict(_HNSW)}
                )
            else:
                self._collection = self._client.get_collection(_NAME, embedding_function=None)

    def count(self) -> int:
        """How many passages it holds."""
        with _explained(self.path):
            return int(self._collection.count())

    def query(self, vector: NDArray[np.float32], k: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The k passages nearest to a (dimension,) vector, best first: (passage ids, cosines)."""
        with _explained(self.path):
            found = self._collection.query(
                query_embeddings=vector[None].astype(np.float32), n_results=k, include=["distances"]
            )
        ids = np.array([int(one) for one in found["ids"][0]], np.int64)
        return ids, 1.0 - np.array(found["distances"][0], np.float32)

    def upsert(self, rows: Sequence[VectorRow]) -> None:
        """Put passages in, in small batches; those already there are replaced."""
        for first in range(0, len(rows), BATCH):
            batch = rows[first : first + BATCH]
            ids = [str(row.passage_id) for row in batch]
            with self._lock, _explained(self.path):
                self._collection.upsert(ids=ids, embeddings=np.stack([row.vector for row in batch]))

    def delete(self, passage_ids: Sequence[int]) -> None:
        """Take passages out; ids that are not there are passed over."""
        for first in range(0, len(passage_ids), BATCH):
            batch = passage_ids[first : first + BATCH]
            with self._lock, _explained(self.path):
                self._collection.delete(ids=[str(one) for one in batch])

    def ids(self) -> NDArray[np.int64]:
        """Every passage id it holds, ascending."""
        with _explained(self.path):
            found = self._collection.get(include=[])["ids"]
        return np.sort(np.array([int(one) for one in found], np.int64))

    def vectors_of(self, passage_ids: Sequence[int]) -> dict[int, NDArray[np.float32]]:
        """The stored vectors of those passages that are there."""
        with _explained(self.path):
            found = self._collection.get(ids=[str(one) for one in passage_ids], include=["embeddings"])
        rows = np.asarray(found["embeddings"], np.float32)
        return {int(one): row for one, row in zip(found["ids"], rows, strict=True)}

    def close(self) -> None:
        """Close it and let its files go. Whoever asks later gets IndexRefused."""
        with self._lock, _explained(self.path):
            self._client.close()


def fault_of(path: Path, rows: Rows) -> str | None:
    """What is wrong with an index, or None. For a child process: opening a damaged one may kill it.

    A sample of the flat file's rows must be found by their own vectors, and with them nearly all that is nearest
    to them; what the index does not hold is left out. Also seen: a right `count()` beside a query that returns
    one row.
    """
    picked = np.unique(np.linspace(0, len(rows) - 1, min(_SAMPLE, len(rows))).astype(int))
    found = wanted = 0
    try:
        index = VectorIndex(path, create=False)
        width = min(index.count(), _WIDTH)
        for place in picked:
            ids, cosines = index.query(rows.matrix[place], width)
            if len(ids) < width:
                return f"a question for {width} passages found {len(ids)}"
            near, exact = rows.nearest(rows.matrix[place], _NEAR)
            should = dict(zip(rows.passage_ids[near].tolist(), exact.tolist(), strict=True))
            there = index.vectors_of(list(should)).keys()
            # equal ones may have taken all the places
            nearer = [one for one in there if should[one] > cosines[-1] + 1e-4 or one in ids]
            wanted += len(nearer)
            found += len(set(nearer) & set(ids.tolist()))
        index.close()
    except (IndexRefused, DiskFull) as error:
        return error.fault
    return f"it finds {found} of {wanted} nearest passages" if found < _RECALL * wanted else None


def _client(path: Path) -> Any:
    """A client that sends nothing anywhere, whatever the environment or a .env file asks for."""
    import chromadb
    from chromadb.config import Settings

    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]
        anonymized_telemetry=False,
        chroma_otel_collection_endpoint="",
        chroma_api_impl="chromadb.api.rust.RustBindingsAPI",
        migrations="apply",
        allow_reset=False,
    )
    return chromadb.PersistentClient(str(path), settings)


def _explained(path: Path) -> AbstractContextManager[None]:
    return adapted(path, "the vector index")  # over damaged files Chroma raises anything at all
