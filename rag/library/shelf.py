"""The open parts of the generation that serves: opened, checked against the catalog, and opened again on a switch.

What cannot be used is `None`, and why stands in `faults`: search goes on with the other parts.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from threading import RLock

from rag.errors import IndexRefused, LibraryError
from rag.library import generations
from rag.library.catalog import Catalog
from rag.library.generations import PARTS, Applied, Generation, Part
from rag.library.meaning import Meaning
from rag.library.replay import mark_of
from rag.library.vectors import VectorIndex
from rag.library.words import RULES, WordIndex


class Shelf:
    """The parts of one home's indexes. `writable`: by the holder of the lock, who alone opens Chroma.

    `faults` names what is damaged, by part. Safe for threads.
    """

    def __init__(self, home: Path, catalog: Catalog, *, writable: bool) -> None:
        self.home, self.catalog, self.writable = home, catalog, writable
        self.faults: dict[Part, str] = {}
        self.generation: Generation | None = None
        self._words: WordIndex | None = None
        self._meaning: Meaning | None = None
        self._vectors: VectorIndex | None = None
        self._lock = RLock()
        self._stamp: tuple[int, int] | None = None
        self._open()

    @property
    def words(self) -> WordIndex | None:
        """The word index, where there is one that can be used."""
        with self._lock:
            self._follow_switch()
            if self._words is None and not self.writable and "words" not in self.faults:
                self._open_words()
            return self._words

    @property
    def meaning(self) -> Meaning | None:
        """The flat file, where its vectors are of the catalog's fingerprint."""
        with self._lock:
            self._follow_switch()
            if self._meaning is None:
                return None
            applied = self._meaning.applied
            if applied.rows and applied.fingerprint != self.catalog.fingerprint():
                return None
            return self._meaning

    @property
    def vectors(self) -> VectorIndex | None:
        """Chroma, once `open_vectors` has opened it."""
        return self._vectors

    def open_vectors(self) -> VectorIndex:
        """Open Chroma, which a child has probed, or make it. Raises: IndexRefused."""
        with self._lock:
            if self._vectors is None:
                generation = self.required()
                generation.mark_dirty(["vectors"])
                generation.break_seal()
                self._vectors = VectorIndex(generation.part("vectors"))
            return self._vectors

    def required(self) -> Generation:
        """The serving generation, which a writer always has."""
        if self.generation is None:
            raise LibraryError(str(self.home / "index"), "no generation is open")
        return self.generation

    def fail(self, part: Part, fault: str) -> None:
        """From now on the part is not used, until it is built anew."""
        with self._lock:
            self.faults[part] = fault
            self._close(part)

    def replace(self, new: Generation, renewed: frozenset[Part]) -> None:
        """Let a generation serve in which `renewed` were built anew and verified; the other parts go with it.

        Killed before the switch, the old one serves; after it, the new one. The old one is deleted last.
        """
        with self._lock:
            old, faults = self.required(), self.faults
            sealing = self._vectors is not None and "vectors" not in renewed
            closed = {part: self._close(part) for part in PARTS}
            try:
                if sealing and closed["vectors"]:
                    old.seal()
                self._move(old, new, renewed)
            except BaseException:
                self._open()
                self.faults = faults | self.faults
                raise
            self._open()
        with suppress(LibraryError):  # then it is a leftover, deleted when all is counted
            generations.discard(old.directory)

    def _move(self, old: Generation, new: Generation, renewed: frozenset[Part]) -> None:
        dirty = old.dirty() - renewed
        for part in PARTS:
            if part not in renewed:
                generations.link(old, new, part)
        if dirty:
            new.mark_dirty(dirty)
        generations.switch(self.home, new)

    def close(self, clean: frozenset[Part] = frozenset()) -> None:
        """Close all; the parts in `clean` are whole and no longer marked as being written.

        A fault on the way leaves them marked, and the next start probes them: closing never fails.
        """
        with self._lock:
            generation, self.generation = self.generation, None
            sealing = self._vectors is not None and "vectors" in clean
            whole = frozenset(part for part in PARTS if self._close(part) and part in clean)
            if self.writable and generation is not None:
                with suppress(LibraryError):
                    if sealing and "vectors" in whole:
                        generation.seal()
                    if whole & generation.dirty():
                        generation.clear_dirty(whole)

    def _open(self) -> None:
        self._stamp = generations.stamp(self.home)
        generation = generations.current(self.home)
        if generation is None and self.writable:
            generation = generations.begin(self.home)
            generations.switch(self.home, generation)
            self._stamp = generations.stamp(self.home)
        self.generation, self.faults = generation, {}
        self._words = self._meaning = self._vectors = None
        if generation is not None:
            self._open_words()
            self._open_meaning()

    def _open_words(self) -> None:
        generation = self.generation
        if generation is None or not (self.writable or WordIndex.exists(generation.part("words"))):
            return
        try:
            applied = Applied.read(generation.applied("words"))
            self.check_log(applied, RULES)
            if applied.sequence and not WordIndex.exists(generation.part("words")):
                self.faults["words"] = "it is missing"
            else:
                self._words = WordIndex(generation.part("words"), writable=self.writable)
        except IndexRefused as error:
            self.faults["words"] = error.fault

    def _open_meaning(self) -> None:
        generation = self.generation
        if generation is None:
            return
        try:
            self._meaning = Meaning(generation.directory, writable=self.writable)
            if self.writable:
                applied = self._meaning.applied
                self.check_log(applied, self.catalog.fingerprint() if applied.rows else applied.fingerprint)
                self._meaning.cut_torn_tail()
        except IndexRefused as error:
            self._meaning = None
            self.faults["meaning"] = error.fault

    def check_log(self, applied: Applied, fingerprint: str | None) -> None:
        """Raises: IndexRefused where the part follows another library's log, or was made otherwise."""
        where = str(self.home / "index")
        if applied.mark and applied.mark != mark_of(self.catalog, applied.sequence):
            raise IndexRefused(where, "it follows another library's log", "Run `dateline repair`.")
        if applied.sequence and applied.fingerprint not in (None, fingerprint):
            fault = f"it was made with {applied.fingerprint}, not with {fingerprint}"
            raise IndexRefused(where, fault, "Run `dateline repair`.")

    def _follow_switch(self) -> None:
        """A reader goes with the holder to the next generation."""
        if not self.writable and generations.stamp(self.home) != self._stamp:
            self._open()

    def _close(self, part: Part) -> bool:
        """Whether it closed without a fault."""
        opened: WordIndex | VectorIndex | None = None
        if part == "vectors":
            opened, self._vectors = self._vectors, None
        elif part == "words":
            opened, self._words = self._words, None
        else:
            self._meaning = None
        try:
            if opened is not None:
                opened.close()
        except LibraryError:
            return False
        return True
