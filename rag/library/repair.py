"""What is wrong with a home's catalog and indexes, and mending it. The catalog is never recreated or overwritten."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Select, select

from rag.errors import DatelineError, IndexRefused
from rag.library import generations, probe
from rag.library.catalog import Catalog
from rag.library.embeddings import work
from rag.library.follow import Follower
from rag.library.generations import PARTS, Applied, Generation, Part
from rag.library.indexes import Indexes
from rag.library.lock import holder
from rag.library.meaning import Meaning, Rows
from rag.library.schema import passages, vectors, versions
from rag.library.selects import usable
from rag.library.vectors import VectorIndex
from rag.library.words import WordIndex

NAMES: dict[Part, str] = {
    "words": "the word index",
    "meaning": "the flat file of vectors",
    "vectors": "the vector index",
}
_MOST_DEAD = 0.34  # of the flat file's rows, before it is written anew without them

Ids = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong, and what was done about it. `part` is the index that it is about."""

    thing: str
    fault: str
    done: str = "nothing yet"
    mended: bool = False
    part: Part | None = None


def check(
    catalog: Catalog, home: Path, indexes: Indexes | None = None, *, without: Sequence[str] = ()
) -> list[Finding]:
    """Look at everything, change nothing. Chroma is looked into only where no other process may have it open.

    Args:
        indexes: this process's own, where it has them open.
        without: collections whose articles are never embedded.
    """
    damage = catalog.damage()
    if damage is not None:
        way_out = "nothing: put a backup in its place, or move it away and ingest again"
        return [Finding("the catalog", damage, way_out)]
    generation = generations.current(home)
    if generation is None:
        return [Finding("the indexes", "there are none")] if catalog.sequence() else []
    found = [*_waiting(catalog, without), *_leftovers(home), *_torn(generation)]
    faults = _faults(catalog, home, generation, indexes)
    return found + [Finding(NAMES[part], fault, part=part) for part, fault in faults]


def repair(catalog: Catalog, home: Path, indexes: Indexes, *, without: Sequence[str] = ()) -> list[Finding]:
    """Look at everything and mend what can be mended: each finding, with what was done.

    Args:
        indexes: this process's own, holding the lock. Where it does not keep Chroma, a damaged one is dropped, and
            the app fills a new one when it next starts.
        without: collections whose articles are never embedded.

    Raises:
        IndexRefused: it does not hold the lock.
    """
    follower = indexes.follower
    if follower is None:
        raise IndexRefused(str(home), "another process holds its indexes", "Stop that one first.")
    known = [Finding(NAMES[part], fault, part=part) for part, fault in indexes.health().faults.items()]
    with follower.alone():
        try:
            follower.catch_up()  # which mends what is known
            found = known + check(catalog, home, indexes, without=without)
            broken = frozenset(one.part for one in found if one.part is not None) - {
                one.part for one in known
            }
            if broken:
                follower.renew(broken)
            if not any(one.thing == "the catalog" for one in found):
                for directory in generations.leftovers(home):
                    generations.discard(directory)
        except DatelineError as error:
            found = known or check(catalog, home, indexes, without=without)
            return [replace(one, done=f"nothing: {error}") for one in found]
        left = (
            {(one.thing, one.part) for one in check(catalog, home, indexes, without=without)}
            if found
            else set()
        )
    return [one if (one.thing, one.part) in left else _mended(one, follower) for one in found]


def _mended(one: Finding, follower: Follower) -> Finding:
    if one.part is None:
        return replace(one, done="deleted", mended=True)
    if one.part not in follower.parts:
        return replace(one, done="dropped; the app fills a new one when it next starts", mended=True)
    return replace(one, done="built anew", mended=True)


def _waiting(catalog: Catalog, without: Sequence[str]) -> Iterator[Finding]:
    count = work(catalog, without=without).passages
    if catalog.fingerprint() is not None and count:
        yield Finding("the vectors", f"{count:,} passages wait for theirs", "the app or an ingest makes them")


def _leftovers(home: Path) -> Iterator[Finding]:
    for directory in generations.leftovers(home):
        yield Finding(f"index/{directory.name}", "a generation that nothing uses is left over")


def _torn(generation: Generation) -> Iterator[Finding]:
    try:
        torn = Meaning(generation.directory).torn_tail()
    except IndexRefused:  # it is damaged, and found so below
        return
    if torn:
        yield Finding(
            "meaning.f32", f"{torn:,} bytes were written and never counted", "the next start cuts them"
        )


def _faults(
    catalog: Catalog, home: Path, generation: Generation, indexes: Indexes | None
) -> list[tuple[Part, str]]:
    follower = indexes.follower if indexes is not None else None
    chroma = follower.shelf.vectors if follower is not None else None
    free = chroma is None and (follower is not None or holder(home) is None)
    faults = probe.run(generation, PARTS if free else ("words", "meaning"))
    sequence = catalog.sequence()
    differing = {
        part: fault
        for part in PARTS
        if part not in faults and (fault := _difference(catalog, generation, part, sequence, chroma))
    }
    if catalog.sequence() == sequence:  # else it was being written while we looked
        faults |= differing
    return list(faults.items())


def _difference(
    catalog: Catalog, generation: Generation, part: Part, sequence: int, chroma: VectorIndex | None
) -> str | None:
    """What a part that has caught up holds otherwise than the catalog."""
    try:
        applied = Applied.read(generation.applied(part))
    except IndexRefused as error:
        return error.fault
    if applied.sequence > sequence:
        return f"it is at {applied.sequence:,} of a log that ends at {sequence:,}"
    if applied.sequence < sequence or sequence == 0:
        return None
    if part == "words":
        return _apart(WordIndex(generation.part("words")).ids()[:, 0], _ids(catalog, _usable()))
    if part == "meaning":
        return _apart_in_meaning(catalog, Meaning(generation.directory).rows())
    return _apart(chroma.ids(), _ids(catalog, _embedded())) if chroma is not None else None


def _apart_in_meaning(catalog: Catalog, rows: Rows) -> str | None:
    live = np.isin(rows.version_keys, catalog.current_keys())
    fault = _apart(rows.passage_ids[live], _ids(catalog, _embedded()))
    if fault is not None:
        return fault
    dead = int((~live).sum())
    if dead > _MOST_DEAD * len(rows):
        return f"{dead:,} of its {len(rows):,} rows are of texts that have gone"
    place = {int(one): number for number, one in enumerate(rows.passage_ids)}
    stored = catalog.vectors_of(catalog.current_keys().tolist())
    other = sum(not np.array_equal(rows.matrix[place[row.passage_id]], row.vector) for row in stored)
    return f"{other:,} vectors are not the catalog's" if other else None


def _apart(there: Ids, wanted: Ids) -> str | None:
    missing, extra = len(np.setdiff1d(wanted, there)), len(np.setdiff1d(there, wanted))
    if len(there) != len(np.unique(there)):
        return "it holds a passage twice"
    if not missing and not extra:
        return None
    return f"{missing:,} passages are missing, {extra:,} are there that should not be"


def _usable() -> Select[tuple[int]]:
    return select(passages.c.id).join_from(passages, versions).where(usable(None))


def _embedded() -> Select[tuple[int]]:
    return _usable().join(vectors, vectors.c.passage_id == passages.c.id)


def _ids(catalog: Catalog, asked: Select[tuple[int]]) -> Ids:
    with catalog.reading() as connection:
        return np.fromiter(connection.scalars(asked), np.int64)
