"""One step of each index along the log, what a fault of it means, and how an index is built anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event

import numpy as np

from rag.errors import DiskFull, IndexRefused
from rag.library import generations, probe
from rag.library.catalog import Catalog
from rag.library.durable import disk_full, nearly_full
from rag.library.generations import Applied, Part
from rag.library.meaning import Meaning
from rag.library.replay import Follows, MeaningFollows, VectorsFollow, WordsFollow
from rag.library.shelf import Shelf
from rag.library.words import WordIndex

_ENTRIES: dict[Part, int] = {"words": 500, "meaning": 500, "vectors": 100}  # of the log, taken at once
_RENEWALS = 2  # of one part, before it is left alone


class Steps:
    """Where each part is, and its next step. Not safe for threads: the follower sees to that.

    `whole` are the parts that may be closed as clean: written by us or vouched for, and no step failed since.
    """

    def __init__(
        self, shelf: Shelf, catalog: Catalog, parts: tuple[Part, ...], stop: Event, say: Callable[[str], None]
    ) -> None:
        self._shelf, self._catalog, self.parts, self._stop, self._say = shelf, catalog, parts, stop, say
        self._follows: dict[Part, Follows] = {}
        self._fills: dict[Part, Iterator[bool]] = {}
        self._renewals = dict.fromkeys(parts, 0)
        # whether each part held just what the catalog has, once; a command skips it where nothing hints at a fault
        self.counted = "vectors" not in parts and not generations.leftovers(shelf.home)
        self.whole: set[Part] = set()
        self.writing: Part | None = None
        self._probing: probe.Probing | None = None

    def applied(self, part: Part) -> Applied | None:
        """How far a part is; None while it is not open."""
        follows = self._follows.get(part)
        return follows.applied if follows is not None else None

    def filling(self, part: Part) -> bool:
        """Whether the part is being filled from nothing."""
        return part in self._fills

    def reached(self, target: int, parts: tuple[Part, ...]) -> bool:
        """Whether these parts have applied the log up to `target`."""
        there = [self.applied(part) for part in parts]
        unwell = any(part in self._fills or part in self._shelf.faults for part in parts)
        return not unwell and all(one is not None and one.sequence >= target for one in there)

    def round(self) -> bool:
        """One turn: all the words there are, a piece of meaning, a piece of Chroma; what is damaged first.

        Words alone while a child probes Chroma against the flat file. Returns whether there was something to do.
        """
        self._mend()
        moved = False
        while self._turn("words") and not self._stop.is_set():
            moved = True
        if self._probing is None or self._probing.done:
            for part in self.parts[1:]:
                moved = self._turn(part) or moved
        return moved

    def forget(self) -> None:
        """Drop what is open; filling begins again."""
        self._follows.clear()
        self._fills.clear()
        self._probing = None

    def _turn(self, part: Part) -> bool:
        """Whether there was something to do."""
        try:
            moved = self._step(part)
        except IndexRefused as error:
            self._give_up(part, error.fault)
            return True
        except BaseException as error:
            self._drop(part)
            if part == "vectors" and isinstance(error, DiskFull):  # Chroma does not survive that
                self._give_up(part, "the disk was full while it was written")
            raise
        if moved:
            self.whole.add(part)
        return moved

    def _step(self, part: Part) -> bool:
        follows = self._following(part)
        if follows is None or self._catalog.sequence() == 0:
            return False
        if part not in self._fills:
            if follows.applied.sequence > 0:
                return self._replay(part, follows)
            self._fills[part] = follows.fill()
        with self._writing(part):
            if not next(self._fills[part], False):
                del self._fills[part]
        return True

    def _replay(self, part: Part, follows: Follows) -> bool:
        changes = self._catalog.changes(follows.applied.sequence, limit=_ENTRIES[part])
        if changes:
            with self._writing(part):
                follows.replay(changes)
        return bool(changes)

    @contextmanager
    def _writing(self, part: Part) -> Iterator[None]:
        generation = self._shelf.required()
        if part not in generation.dirty():
            generation.mark_dirty([part])
        self.writing = part
        try:
            yield
        finally:
            self.writing = None

    def _following(self, part: Part) -> Follows | None:
        if part not in self._follows and part not in self._shelf.faults:
            generation = self._shelf.required()
            if part == "words" and (words := self._shelf.words) is not None:
                self._follows[part] = WordsFollow(self._catalog, generation, words)
            elif part == "meaning" and (meaning := self._shelf.meaning) is not None:
                self._follows[part] = MeaningFollows(self._catalog, meaning)
            elif part == "vectors" and (meaning := self._shelf.meaning) is not None and self._probed():
                index = self._shelf.open_vectors()
                self.whole.add("vectors")
                self._follows[part] = VectorsFollow(self._catalog, generation, index, meaning)
        return self._follows.get(part)

    def _probed(self) -> bool:
        """Whether a child process has opened Chroma without dying; False while it is at it. Raises: IndexRefused."""
        generation = self._shelf.required()
        if self._probing is None:
            self._shelf.check_log(Applied.read(generation.applied("vectors")), self._catalog.fingerprint())
            self._probing = probe.Probing(generation)
        if not self._probing.done:
            return False
        probing, self._probing = self._probing, None
        fault = probing.fault()
        if fault is not None:
            raise IndexRefused(str(generation.part("vectors")), fault, "Run `dateline repair`.")
        return True

    def _drop(self, part: Part) -> None:
        self._fills.pop(part, None)
        self._follows.pop(part, None)
        self.whole.discard(part)

    def _give_up(self, part: Part, fault: str) -> None:
        self._drop(part)
        self.counted = False
        self._shelf.fail(part, fault)
        self._say(f"{part}: {fault}")

    def _mend(self) -> None:
        """Build what is damaged anew. Raises: DiskFull; IndexRefused where that did not help twice."""
        faults = {part: fault for part, fault in self._shelf.faults.items() if part in self.parts}
        if not faults:
            return
        if nearly_full(self._shelf.home):
            raise disk_full(self._shelf.home)
        for part, fault in faults.items():
            if self._renewals[part] >= _RENEWALS:
                again = f"it was built anew {_RENEWALS} times, and still: {fault}"
                raise IndexRefused(
                    f"the {part} index", again, "Look at the disk, then run `dateline repair`."
                )
            self._renewals[part] += 1
        self.renew(frozenset(faults))

    def renew(self, parts: frozenset[Part]) -> None:
        """Build parts anew, in a further generation; Chroma is dropped, to be filled there."""
        self.forget()
        if renew(self._shelf, self._catalog, parts, self._stop):
            self.whole |= parts
            self.counted = False
            self._say(f"built anew: {', '.join(sorted(parts))}")

    def count(self) -> bool:
        """Once, where all have caught up: does each hold just what the catalog has? Then leftovers may go.

        False where one does not: it will be built anew.
        """
        sequence = self._catalog.sequence()
        if self.counted or not self.reached(sequence, self.parts):
            return True
        faults = count_faults(self._shelf, self._catalog)
        if sequence != self._catalog.sequence():
            return True
        for part, fault in faults.items():
            self._give_up(part, fault)
        if not faults:
            self.counted = True
            self._renewals = dict.fromkeys(self.parts, 0)
            for directory in generations.leftovers(self._shelf.home):
                generations.discard(directory)
        return not faults


def count_faults(shelf: Shelf, catalog: Catalog) -> dict[Part, str]:
    """Open parts that do not hold just as many passages as the catalog. All must have caught up."""
    faults: dict[Part, str] = {}
    words, vectors, meaning = shelf.words, shelf.vectors, shelf.meaning
    totals = catalog.totals()
    if words is not None and len(words) != totals.passages:
        faults["words"] = f"it holds {len(words)} passages, the catalog {totals.passages}"
    usable = 0
    if meaning is not None:
        usable = int(np.isin(meaning.rows().version_keys, catalog.current_keys()).sum())
        if usable != totals.embedded:
            faults["meaning"] = f"it holds {usable} passages, the catalog {totals.embedded} with vectors"
    if meaning is not None and vectors is not None and vectors.count() != usable:
        faults["vectors"] = f"it holds {vectors.count()} passages, the flat file {usable}"
    return faults


def renew(shelf: Shelf, catalog: Catalog, parts: frozenset[Part], stop: Event) -> bool:
    """Build parts anew in a further generation, verify them in a child, let it serve, delete the old one.

    Chroma is only left behind: it is filled in the new generation, while the flat file is searched. Returns
    whether it was done; False where `stop` was set meanwhile.

    Raises:
        DiskFull, IndexRefused: the old generation serves on.
    """
    new = generations.begin(shelf.home)
    done = False
    try:
        fills: list[Iterator[bool]] = []
        words = WordIndex(new.part("words"), writable=True) if "words" in parts else None
        if words is not None:
            fills.append(WordsFollow(catalog, new, words).fill())
        if "meaning" in parts:
            fills.append(MeaningFollows(catalog, Meaning(new.directory, writable=True)).fill())
        for fill in fills:
            for _ in fill:
                if stop.is_set():
                    return False
        if words is not None:
            words.close()
        faults = probe.run(new, parts - {"vectors"})
        if faults:
            raise IndexRefused(str(new.directory), "; ".join(faults.values()), "Look at the disk.")
        shelf.replace(new, parts)
        done = True
    finally:
        if not done and generations.current(shelf.home) != new:
            generations.discard(new.directory)
    return done
