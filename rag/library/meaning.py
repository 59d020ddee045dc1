"""The flat file: every vector in one array on disk, memory-mapped by every process and searched exactly.

`meaning.f32` holds float32 rows in the order in which they came, `meaning.ids` a pair (passage id, version
key) for each, `meaning.dropped` the numbers of rows that were dropped again, `meaning.json` how much of each
counts. All three only ever grow; rows of versions that have gone stay, and are masked by whoever reads. What lies
beyond what counts (a writer was killed) is overwritten by the next one.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from rag.errors import IndexRefused
from rag.library.checksums import crc_of
from rag.library.durable import explained
from rag.library.generations import Applied
from rag.library.rows import VectorRow

_PAIR, _NUMBER = 16, 8  # bytes of one (passage id, version key), of one row's number


@dataclass(frozen=True, slots=True)
class Rows:
    """The flat file at one moment. It stays readable whatever is written or deleted meanwhile.

    Attributes:
        matrix: (n, dimension) float32, unit vectors, read-only, on disk.
        passage_ids, version_keys: (n,) int64; both 0, which no passage and no version has, for dropped rows.
    """

    matrix: NDArray[np.float32]
    passage_ids: NDArray[np.int64]
    version_keys: NDArray[np.int64]
    applied: Applied

    def __len__(self) -> int:
        return len(self.passage_ids)

    def nearest(
        self, vector: NDArray[np.float32], k: int, *, among: NDArray[np.bool_] | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The k rows of highest cosine, best first, equal ones by passage id: (row numbers, cosines). Exact.

        `among` masks rows. Up to a tenth of them are gathered and multiplied; above, all, then masked.

        Raises:
            IndexRefused: the vector's dimension is not the file's.
        """
        width = self.matrix.shape[1]
        if not len(self):
            return np.empty(0, np.int64), np.empty(0, np.float32)
        if len(vector) != width:
            raise IndexRefused("meaning.f32", f"it holds vectors of {width} numbers, not {len(vector)}")
        rows = np.flatnonzero(among) if among is not None else np.arange(len(self))
        few = len(rows) * 10 <= len(self)
        cosines = self.matrix[rows] @ vector if few else (self.matrix @ vector)[rows]
        if 0 < k < len(rows):
            least = np.partition(cosines, len(rows) - k)[len(rows) - k]
            kept = np.flatnonzero(cosines >= least)
            rows, cosines = rows[kept], cosines[kept]
        order = np.lexsort((self.passage_ids[rows], -cosines))[: max(k, 0)]
        return rows[order], cosines[order]


class Meaning:
    """The flat file in a generation's directory. Safe for threads; one process writes, any number reads.

    Raises (from every method): IndexRefused where it is damaged, DiskFull, ReadOnly.
    """

    def __init__(self, directory: Path, *, writable: bool = False) -> None:
        self.directory, self.writable = directory, writable
        self._lock = Lock()
        self._seen: tuple[int, int] | None = None
        self._rows = _opened(directory, Applied())
        self._place_of: dict[int, int] = {}  # of the first `_placed` rows
        self._placed = 0
        self.rows()

    def rows(self) -> Rows:
        """What counts now; opened again only where something was added."""
        with self._lock:
            stamp = self._stamp()
            if stamp != self._seen:
                self._rows = _opened(self.directory, Applied.read(self.directory / "meaning.json"))
                self._seen = stamp
            return self._rows

    @property
    def matrix(self) -> NDArray[np.float32]:
        """(n, dimension) float32, read-only."""
        return self.rows().matrix

    @property
    def applied(self) -> Applied:
        """How far it has followed the log."""
        return self.rows().applied

    def append(
        self,
        added: Sequence[VectorRow],
        *,
        fingerprint: str | None,
        sequence: int,
        mark: str = "",
        dropped: Sequence[int] = (),
    ) -> int:
        """Add rows, flush them, then say that they count and that the log is applied up to `sequence`.

        A passage that is there already with the same vector is not added twice. Passages in `dropped` no longer
        exist, though their version does. Returns how many were added.

        Raises:
            IndexRefused: another fingerprint, dimension or vector than the file holds: it must be built anew.
        """
        rows = self.rows()
        before = rows.applied
        fresh = self._fresh(rows, added)
        dimension = before.dimension if len(rows) else len(fresh[0].vector) if fresh else 0
        other = len(rows) > 0 and before.fingerprint != fingerprint
        if other or any(len(row.vector) != dimension for row in fresh):
            raise self._refused(
                f"it was made with {before.fingerprint} ({before.dimension}), not {fingerprint}"
            )
        applied = replace(before, fingerprint=fingerprint, dimension=dimension, sequence=sequence, mark=mark)
        if fresh:
            applied = self._written(applied, fresh)
        places = (self._place_of.get(one) for one in dropped)
        leaving = [place for place in places if place is not None and rows.passage_ids[place]]
        if leaving:
            applied = self._left(applied, leaving)
        applied.write(self.directory / "meaning.json")
        return len(fresh)

    def _fresh(self, rows: Rows, added: Sequence[VectorRow]) -> list[VectorRow]:
        for place in range(self._placed, len(rows)):
            self._place_of[int(rows.passage_ids[place])] = place
        self._placed = len(rows)
        fresh: dict[int, VectorRow] = {}
        for row in added:
            known = self._place_of.get(row.passage_id)
            if known is None:
                fresh[row.passage_id] = row
            elif not np.array_equal(rows.matrix[known], row.vector):
                raise self._refused(f"passage {row.passage_id} has another vector in the catalog")
        return list(fresh.values())

    def _written(self, applied: Applied, fresh: Sequence[VectorRow]) -> Applied:
        vectors = np.stack([row.vector for row in fresh]).astype(np.float32).tobytes()
        ids = np.array([(row.passage_id, row.version_key) for row in fresh], np.int64).tobytes()
        _write_at(self.directory / "meaning.f32", applied.rows * applied.dimension * 4, vectors)
        _write_at(self.directory / "meaning.ids", applied.rows * _PAIR, ids)
        return replace(
            applied,
            rows=applied.rows + len(fresh),
            vectors_crc=zlib.crc32(vectors, applied.vectors_crc),
            ids_crc=zlib.crc32(ids, applied.ids_crc),
        )

    def _left(self, applied: Applied, leaving: Sequence[int]) -> Applied:
        numbers = np.array(leaving, np.int64).tobytes()
        _write_at(self.directory / "meaning.dropped", applied.dropped * _NUMBER, numbers)
        crc = zlib.crc32(numbers, applied.dropped_crc)
        return replace(applied, dropped=applied.dropped + len(leaving), dropped_crc=crc)

    def ever(self, version_keys: Sequence[int]) -> list[int]:
        """The ids of every passage of these versions that was ever added, dropped ones too."""
        pairs = _pairs(self.directory, self.applied)
        return [int(one) for one in pairs[np.isin(pairs[:, 1], np.array(version_keys, np.int64)), 0]]

    def torn_tail(self) -> int:
        """How many bytes were written but never counted: their writer was killed."""
        sizes = _sizes(self.applied).items()
        there = {name: _size(self.directory / name) for name, _ in sizes}
        return sum(max(0, there[name] - size) for name, size in sizes)

    def cut_torn_tail(self) -> None:
        """Cut them off."""
        for name, size in _sizes(self.applied).items():
            path = self.directory / name
            if _size(path) > size:
                with explained(path):
                    os.truncate(path, size)

    def _stamp(self) -> tuple[int, int] | None:
        try:
            found = (self.directory / "meaning.json").stat()
        except FileNotFoundError:  # none yet; or a later generation replaced this one, and what is open stays
            return self._seen
        return found.st_ino, found.st_mtime_ns

    def _refused(self, fault: str) -> IndexRefused:
        return IndexRefused(str(self.directory / "meaning.f32"), fault, "Run `dateline repair`.")


def verify(directory: Path) -> str | None:
    """What is wrong with the rows that count (sizes, then CRC-32), or None. Reads the whole file."""
    try:
        applied = Applied.read(directory / "meaning.json")
        _opened(directory, applied)
    except IndexRefused as error:
        return error.fault
    sums = {
        "meaning.f32": applied.vectors_crc,
        "meaning.ids": applied.ids_crc,
        "meaning.dropped": applied.dropped_crc,
    }
    for name, size in _sizes(applied).items():
        if (crc_of(directory / name, size) if size else 0) != sums[name]:
            return f"{name} is not what was written"
    return None


def _sizes(applied: Applied) -> dict[str, int]:
    return {
        "meaning.f32": applied.rows * applied.dimension * 4,
        "meaning.ids": applied.rows * _PAIR,
        "meaning.dropped": applied.dropped * _NUMBER,
    }


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _opened(directory: Path, applied: Applied) -> Rows:
    if not applied.rows:
        none = np.empty(0, np.int64)
        return Rows(np.empty((0, applied.dimension), np.float32), none, none, applied)
    for name, size in _sizes(applied).items():
        path = directory / name
        there = _size(path)
        if there < size or not applied.dimension:
            raise IndexRefused(str(path), f"it has {there} of {size} bytes", "Run `dateline repair`.")
    shape = (applied.rows, applied.dimension)
    matrix = np.memmap(directory / "meaning.f32", np.float32, "r", shape=shape)
    pairs = _pairs(directory, applied)
    if applied.dropped:
        gone = np.fromfile(directory / "meaning.dropped", np.int64, applied.dropped)
        if gone.min() < 0 or gone.max() >= applied.rows:
            raise IndexRefused(str(directory / "meaning.dropped"), "it names rows that are not there")
        pairs[gone] = 0
    return Rows(matrix, np.ascontiguousarray(pairs[:, 0]), np.ascontiguousarray(pairs[:, 1]), applied)


def _pairs(directory: Path, applied: Applied) -> NDArray[np.int64]:
    """(n, 2) passage ids and version keys as they were added."""
    if not applied.rows:
        return np.empty((0, 2), np.int64)
    return np.fromfile(directory / "meaning.ids", np.int64, applied.rows * 2).reshape(-1, 2)


def _write_at(path: Path, place: int, content: bytes) -> None:
    with explained(path):
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            view = memoryview(content)
            while view:
                written = os.pwrite(handle, view, place)
                place, view = place + written, view[written:]
            os.fsync(handle)
        finally:
            os.close(handle)
