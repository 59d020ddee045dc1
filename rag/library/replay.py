"""How each index follows the catalog's log: filled from what is usable now, then entry by entry.

Every step can be repeated without harm: it is written down as applied only after the index has kept it, so a
killed follower takes the same step again.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import numpy as np
from sqlalchemy import select

from rag.errors import IndexRefused
from rag.library.catalog import Catalog
from rag.library.durable import explained
from rag.library.generations import Applied, Generation, Part
from rag.library.meaning import Meaning
from rag.library.rows import Change, ChangeKind, VectorRow
from rag.library.schema import changes as log
from rag.library.schema import passages, versions
from rag.library.vectors import BATCH, VectorIndex
from rag.library.words import RULES, WordIndex

_VERSIONS = 200  # filled at once: about 2,000 passages
_FEW_VERSIONS = 50  # of the vector index, which takes a thousand passages a second


class Follows(Protocol):
    """One index on its way along the log."""

    part: Part

    @property
    def applied(self) -> Applied: ...

    def fill(self) -> Iterator[bool]:
        """Take in all that is usable now, a piece at each True; applied once it ends."""
        ...

    def replay(self, changes: Sequence[Change]) -> None:
        """Take in these entries, in order."""
        ...


class WordsFollow:
    """The word index follows "stored" and "gone"."""

    part: Part = "words"

    def __init__(self, catalog: Catalog, generation: Generation, index: WordIndex) -> None:
        self._catalog, self._index = catalog, index
        self._file = generation.applied("words")
        self.applied = Applied.read(self._file)

    def fill(self) -> Iterator[bool]:
        sequence = self._catalog.sequence()
        if len(self._index):  # a filling that was cut short may hold what has gone since
            self._index.clear()
        yield from _fill_words(self._catalog, self._index, sequence=None)
        self._say(sequence)

    def replay(self, changes: Sequence[Change]) -> None:
        gone = _keys(changes, "gone")
        stored = _usable(self._catalog, _keys(changes, "stored"))
        if gone or stored:
            self._index.apply(gone=gone, stored=self._catalog.passages_of(stored))
        self._say(changes[-1].sequence)

    def _say(self, sequence: int) -> None:
        self.applied = Applied(sequence, mark_of(self._catalog, sequence), RULES)
        self.applied.write(self._file)


class MeaningFollows:
    """The flat file follows "embedded"; rows of versions that have gone stay, and are masked by who reads."""

    part: Part = "meaning"

    def __init__(self, catalog: Catalog, meaning: Meaning) -> None:
        self._catalog, self._meaning = catalog, meaning

    @property
    def applied(self) -> Applied:
        return self._meaning.applied

    def fill(self) -> Iterator[bool]:
        sequence = self._catalog.sequence()
        for some in _pieces(self._catalog.current_keys(), _VERSIONS):
            self._append(some, 0)
            yield True
        self._append([], sequence)

    def replay(self, changes: Sequence[Change]) -> None:
        rows = self._meaning.rows()
        again = np.isin(
            rows.version_keys, _keys(changes, "stored")
        )  # stored again: its passages may be others
        there = _passage_ids(self._catalog, np.unique(rows.version_keys[again]).tolist())
        dropped = sorted(set(rows.passage_ids[again].tolist()) - set(there))
        embedded = _usable(self._catalog, _keys(changes, "embedded"))
        self._append(embedded, changes[-1].sequence, dropped)

    def _append(self, keys: Sequence[int], sequence: int, dropped: Sequence[int] = ()) -> None:
        fingerprint, rows = _vectors(self._catalog, keys)
        mark = mark_of(self._catalog, sequence)
        self._meaning.append(rows, fingerprint=fingerprint, sequence=sequence, mark=mark, dropped=dropped)


class VectorsFollow:
    """Chroma follows "embedded" and "gone"."""

    part: Part = "vectors"

    def __init__(
        self, catalog: Catalog, generation: Generation, index: VectorIndex, meaning: Meaning
    ) -> None:
        self._catalog, self._index, self._meaning = catalog, index, meaning
        self._file = generation.applied("vectors")
        self.applied = Applied.read(self._file)

    def fill(self) -> Iterator[bool]:
        """What a filling that was cut short has put in already is kept."""
        sequence = self._catalog.sequence()
        there = set(self._index.ids().tolist())
        wanted: set[int] = set()
        for some in _pieces(self._catalog.current_keys(), _FEW_VERSIONS):
            rows = self._rows(some)
            wanted |= {row.passage_id for row in rows}
            fresh = [row for row in rows if row.passage_id not in there]
            for first in range(0, len(fresh), BATCH):
                self._index.upsert(fresh[first : first + BATCH])
                yield True
        self._index.delete(sorted(there - wanted))
        self._say(sequence)

    def replay(self, changes: Sequence[Change]) -> None:
        stored, gone = _keys(changes, "stored"), _keys(changes, "gone")
        back = set(_usable(self._catalog, gone))  # removed, and brought back since
        gone = [key for key in gone if key not in back]
        dropped = set(self._meaning.ever(stored)) - set(_passage_ids(self._catalog, stored))
        self._index.upsert(self._rows(_usable(self._catalog, _keys(changes, "embedded"))))
        self._index.delete(sorted(dropped.union(_passage_ids(self._catalog, gone), self._meaning.ever(gone))))
        self._say(changes[-1].sequence)

    def _rows(self, keys: Sequence[int]) -> list[VectorRow]:
        fingerprint, rows = _vectors(self._catalog, keys)
        dimension = self.applied.dimension or (len(rows[0].vector) if rows else 0)
        other = self.applied.dimension and self.applied.fingerprint != fingerprint
        if other or any(len(row.vector) != dimension for row in rows):
            made = self.applied.fingerprint
            raise IndexRefused(str(self._file), f"it was made with {made}, the catalog now has {fingerprint}")
        self.applied = replace(self.applied, fingerprint=fingerprint, dimension=dimension)
        return rows

    def _say(self, sequence: int) -> None:
        self.applied = replace(self.applied, sequence=sequence, mark=mark_of(self._catalog, sequence))
        self.applied.write(self._file)


def mark_of(catalog: Catalog, sequence: int) -> str:
    """What tells the log entry at `sequence` from one of another library; "" for the beginning.

    Raises:
        IndexRefused: the log has no such entry.
    """
    if sequence == 0:
        return ""
    with catalog.reading() as connection:
        row = connection.execute(select(log).where(log.c.sequence == sequence)).first()
    if row is None:
        raise IndexRefused(str(catalog.path), f"its log has no entry {sequence}", "Run `dateline repair`.")
    return f"{row.kind} {row.version_key} {row.at}"


def build_words_at(catalog: Catalog, sequence: int, path: Path) -> WordIndex:
    """A word index of what was usable at a sequence, for runs pinned to it: BM25's statistics are global.

    What is there already for the same sequence is opened as it is. Killed half-way, it is begun again.
    """
    wanted = Applied(sequence, mark_of(catalog, sequence), RULES)
    said = path.with_name(f"{path.name}.json")
    if WordIndex.exists(path) and Applied.read(said) == wanted:
        return WordIndex(path)
    with explained(path):
        for old in (said, path):
            shutil.rmtree(old) if old.is_dir() else old.unlink(missing_ok=True)
    index = WordIndex(path, writable=True)
    for _ in _fill_words(catalog, index, sequence=sequence):
        pass
    index.close()
    wanted.write(said)
    return index


def _fill_words(catalog: Catalog, index: WordIndex, *, sequence: int | None) -> Iterator[bool]:
    for some in _pieces(catalog.current_keys(at=sequence), _VERSIONS):
        index.apply(stored=catalog.passages_of(some))
        yield True
    if not len(index):
        index.apply()


def _pieces(keys: np.ndarray[tuple[int], np.dtype[np.int64]], size: int) -> Iterator[list[int]]:
    for first in range(0, len(keys), size):
        yield keys[first : first + size].tolist()


def _vectors(catalog: Catalog, keys: Sequence[int]) -> tuple[str | None, list[VectorRow]]:
    """These versions' vectors and the one fingerprint that they all have."""
    before = catalog.fingerprint()
    rows = list(catalog.vectors_of(keys)) if keys else []
    after = catalog.fingerprint()
    if before != after:
        raise IndexRefused(str(catalog.path), f"its vectors changed from {before} to {after} just now")
    return after, rows


def _keys(changes: Sequence[Change], kind: ChangeKind) -> list[int]:
    return [change.version_key for change in changes if change.kind == kind]


def _usable(catalog: Catalog, keys: Sequence[int]) -> list[int]:
    """Those of the versions that have not gone since: the log's later entries will not have to take them out."""
    found: set[int] = set()
    with catalog.reading() as connection:
        for first in range(0, len(keys), 500):
            some = keys[first : first + 500]
            asked = select(versions.c.key).where(versions.c.key.in_(some), versions.c.went.is_(None))
            found |= set(connection.scalars(asked))
    return [key for key in dict.fromkeys(keys) if key in found]


def _passage_ids(catalog: Catalog, keys: Sequence[int]) -> list[int]:
    found: list[int] = []
    with catalog.reading() as connection:
        for first in range(0, len(keys), 500):
            some = keys[first : first + 500]
            found += connection.scalars(select(passages.c.id).where(passages.c.version_key.in_(some)))
    return found
