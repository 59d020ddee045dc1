"""The indexes of one home as everything else sees them: words, meaning, vectors, and how far each is.

Whoever holds `index.lock` has a follower; every other process reads what the holder has written, searches the flat
file exactly, and never imports chromadb.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from rag.errors import IndexRefused, LibraryError, ReadOnly
from rag.library import generations, probe
from rag.library.catalog import Catalog
from rag.library.checksums import words_fault
from rag.library.follow import Follower
from rag.library.generations import PARTS, Applied, Part
from rag.library.lock import IndexLock
from rag.library.lock import holder as holder_of
from rag.library.meaning import Meaning, verify
from rag.library.shelf import Shelf
from rag.library.vectors import VectorIndex
from rag.library.words import WordIndex

State = Literal["ready", "following", "building", "damaged", "missing", "elsewhere"]

_LOOK = 0.02  # seconds between looks at how far another process has followed
_QUICK = 100_000_000  # bytes whose checksums are read in a tenth of a second


@dataclass(frozen=True, slots=True)
class Health:
    """How the indexes are. `applied` and `catalog` are log sequences; `faults` say what is damaged and why.

    States: ready, following (behind the log), building (from nothing), damaged, missing, elsewhere (Chroma, in
    a process that may not open it).
    """

    generation: int | None
    holder: int | None
    holding: bool
    catalog: int
    applied: dict[Part, int]
    states: dict[Part, State]
    faults: dict[Part, str] = field(default_factory=dict)
    dirty: tuple[Part, ...] = ()
    last_error: str | None = None


class Indexes:
    """Made by `open_indexes`. Safe for threads."""

    def __init__(
        self,
        home: Path,
        catalog: Catalog,
        *,
        lock: IndexLock | None,
        chroma: bool,
        on_event: Callable[[str], None] | None = None,
    ) -> None:
        self.home, self._catalog, self._lock = home, catalog, lock
        self._chroma, self._on_event = chroma, on_event
        self.follower: Follower | None = None
        self._shelf = self._opened()

    def _opened(self) -> Shelf:
        if self._lock is None:
            return Shelf(self.home, self._catalog, writable=False)
        faults, sound = _examined(self.home, thorough=self._chroma)
        shelf = Shelf(self.home, self._catalog, writable=True)
        for part, fault in faults.items():
            shelf.fail(part, fault)
        self.follower = Follower(shelf, self._catalog, chroma=self._chroma, on_event=self._on_event)
        for part in sound:
            self.follower.vouch(part)
        return shelf

    @property
    def holder(self) -> bool:
        """Whether this process holds the lock, and so follows the log."""
        return self._lock is not None

    def try_hold(self) -> bool:
        """Become the holder if the lock has become free (the command that held it has ended).

        Raises:
            LockUnsupported, ReadOnly: as `open_indexes`.
        """
        if self._lock is None:
            lock = IndexLock(self.home)
            if not lock.try_acquire():
                return False
            self._lock = lock
            self._shelf = self._opened()
        return True

    @property
    def words(self) -> WordIndex | None:
        """The word index; None where there is none yet, or where it is damaged and not built anew yet."""
        return self._shelf.words

    @property
    def meaning(self) -> Meaning | None:
        """The flat file; None where it is damaged, or its vectors are of another embedder than the catalog's."""
        return self._shelf.meaning

    @property
    def vectors(self) -> VectorIndex | None:
        """Chroma; None unless it is open here, whole, up with the flat file and not being written just now."""
        if self.follower is None or not self.follower.vectors_ready or self.meaning is None:
            return None
        return self._shelf.vectors

    def await_words(self, sequence: int, seconds: float) -> int:
        """Wait until what was stored and what went up to `sequence` is so by words, for at most about so long.

        Returns how many such entries of the log are missing then; 0 where there is no word index.
        """
        until = time.monotonic() + seconds
        missing = self._missing_words(sequence)
        if missing and self.follower is not None:
            with suppress(LibraryError):  # the follower keeps it, and every answer says it
                self.follower.await_words(missing[-1], seconds)
            missing = self._missing_words(sequence)
        while missing and self.follower is None and time.monotonic() < until and holder_of(self.home):
            time.sleep(_LOOK)
            missing = self._missing_words(sequence)
        return len(missing)

    def _missing_words(self, sequence: int) -> list[int]:
        applied = self._applied("words").sequence if self._shelf.words is not None else sequence
        return self._catalog.changes_of_words(applied, sequence) if applied < sequence else []

    def fail(self, part: Part, error: LibraryError) -> None:
        """A search met damage in this part: leave it out from now on; a holder builds it anew."""
        self._shelf.fail(part, error.fault)

    def renew(self) -> None:
        """Build every index anew from the catalog, and leave no file of the old ones; Chroma fills behind.

        Raises:
            IndexRefused: it does not hold the lock.
            DiskFull, LibraryError: what served before serves on.
        """
        if self.follower is None:
            raise IndexRefused(str(self.home), "another process holds its indexes", "Stop that one first.")
        self.follower.renew(frozenset(PARTS), until=("words", "meaning"))
        for directory in generations.leftovers(self.home):
            generations.discard(directory)

    def health(self) -> Health:
        """How everything is, for the status page."""
        catalog = self._catalog.sequence()
        follower, generation = self.follower, self._shelf.generation
        applied = {part: self._applied(part) for part in PARTS}
        return Health(
            generation=generation.number if generation is not None else None,
            holder=holder_of(self.home),
            holding=self.holder,
            catalog=catalog,
            applied={part: one.sequence for part, one in applied.items()},
            states={part: self._state(part, applied[part], catalog) for part in PARTS},
            faults=dict(self._shelf.faults),
            dirty=tuple(sorted(generation.dirty())) if generation is not None else (),
            last_error=str(follower.last_error) if follower is not None and follower.last_error else None,
        )

    def _applied(self, part: Part) -> Applied:
        mine = self.follower.applied(part) if self.follower is not None else None
        if mine is not None:
            return mine
        generation = self._shelf.generation
        try:
            return Applied.read(generation.applied(part)) if generation is not None else Applied()
        except IndexRefused:  # it is damaged, and the shelf says so
            return Applied()

    def _state(self, part: Part, applied: Applied, catalog: int) -> State:
        if part in self._shelf.faults:
            return "damaged"
        if part == "vectors" and (self.follower is None or part not in self.follower.parts):
            return "elsewhere"
        if self.follower is not None and self.follower.filling(part):
            return "building"
        if part != "vectors" and (self._shelf.words if part == "words" else self._shelf.meaning) is None:
            return "missing"
        return "ready" if applied.sequence >= catalog else "following"

    def close(self) -> None:
        """Stop following, close everything, give the lock back.

        While a step under way still writes, the lock is kept: it ends with the process.
        """
        ended = True
        if self.follower is not None:
            ended = self.follower.close()
        else:
            self._shelf.close()
        if self._lock is not None and ended:
            self._lock.release()


def open_indexes(
    home: Path,
    catalog: Catalog,
    *,
    hold: bool | None,
    chroma: bool,
    on_event: Callable[[str], None] | None = None,
) -> Indexes:
    """Open a home's indexes. `hold` True: take the lock or fail; None: take it if it is free; False: only read.

    `chroma`: a holder follows with the vector index too. A home that cannot be written is read, if `hold` is None.

    Raises:
        IndexLocked: `hold` is True and another process holds the lock; at once, naming its pid.
        LockUnsupported: the file system has no flock.
        ReadOnly: `hold` is True and the home cannot be written.
    """
    lock: IndexLock | None = IndexLock(home) if hold is not False else None
    if lock is not None and hold:
        lock.acquire()
    elif lock is not None:
        try:
            lock = lock if lock.try_acquire() else None
        except ReadOnly:
            lock = None
    try:
        return Indexes(home, catalog, lock=lock, chroma=chroma, on_event=on_event)
    except BaseException:
        if lock is not None:
            lock.release()
        raise


def _examined(home: Path, *, thorough: bool) -> tuple[dict[Part, str], set[Part]]:
    """What is wrong with words and meaning before they are opened; and which are sound, though marked.

    A child probes those whose writer was killed. Checksums of the others are read where that takes no time, or
    where it is `thorough`.
    """
    generation = generations.current(home)
    if generation is None:
        return {}, set()
    dirty = generation.dirty() - {"vectors"}
    faults = probe.run(generation, dirty)
    words, flat = generation.part("words"), generation.directory / "meaning.f32"
    if "words" not in dirty and words.exists() and (thorough or _size(words.iterdir()) < _QUICK):
        faults |= _named("words", words_fault(words))
    if "meaning" not in dirty and flat.exists() and (thorough or _size([flat]) < _QUICK):
        faults |= _named("meaning", verify(generation.directory))
    return faults, set(dirty) - set(faults)


def _size(files: Iterable[Path]) -> int:
    return sum(file.stat().st_size for file in files)


def _named(part: Part, fault: str | None) -> dict[Part, str]:
    return {} if fault is None else {part: fault}
