"""Where the indexes lie: numbered generations under `home/index`, `CURRENT` names one, `DIRTY` marks writing.

    index/CURRENT                     the number of the generation that serves
    index/3/words/  words.json        Tantivy, and how far it has followed the log
    index/3/meaning.f32 .ids .json    the flat file of vectors
    index/3/vectors/  vectors.json    Chroma; vectors.sums after a clean close
    index/3/DIRTY                     the parts being written; gone after a clean close

A part that is damaged is built anew in a further generation, into which the good parts are linked; `CURRENT`
is switched by a rename once the new parts are verified, and only then is the old generation deleted. Killed
anywhere, `CURRENT` names a whole one, and the rest is a leftover.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Literal

from rag.errors import IndexRefused
from rag.library.checksums import crc_of
from rag.library.durable import explained, sync_directory, write_whole

Part = Literal["words", "meaning", "vectors"]
PARTS: tuple[Part, ...] = ("words", "meaning", "vectors")
_WITHOUT_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK})
_LOCKS = frozenset({".tantivy-writer.lock", ".tantivy-meta.lock"})


@dataclass(frozen=True, slots=True)
class Applied:
    """How far a part has followed the log, written after its own commit.

    `mark` tells the log entry at `sequence`, so that another catalog's log is noticed. `fingerprint` names
    what the part was made with (the rules for words, the embedder for vectors). The others are the flat file's:
    how many rows count, how many of them were dropped again, and the CRC-32 of exactly those in each file.
    """

    sequence: int = 0
    mark: str = ""
    fingerprint: str | None = None
    dimension: int = 0
    rows: int = 0
    vectors_crc: int = 0
    ids_crc: int = 0
    dropped: int = 0
    dropped_crc: int = 0

    @classmethod
    def read(cls, path: Path) -> Applied:
        """What the file says; nothing applied where there is none.

        Raises:
            IndexRefused: it cannot be understood.
        """
        try:
            kept = json.loads(path.read_bytes())
            applied = cls(**{field.name: kept[field.name] for field in fields(cls)})
        except FileNotFoundError:
            return cls()
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise IndexRefused(str(path), "it cannot be read", "Run `dateline repair`.") from error
        numbers = (value for name, value in asdict(applied).items() if name not in ("mark", "fingerprint"))
        if not all(isinstance(number, int) and number >= 0 for number in numbers):
            raise IndexRefused(str(path), "it holds no sensible numbers", "Run `dateline repair`.")
        return applied

    def write(self, path: Path) -> None:
        """Put it in place as a whole. Raises: DiskFull, ReadOnly, LibraryError."""
        write_whole(path, json.dumps(asdict(self)).encode())


@dataclass(frozen=True, slots=True)
class Generation:
    """One generation's paths."""

    directory: Path

    @property
    def number(self) -> int:
        return int(self.directory.name)

    def part(self, part: Part) -> Path:
        """Where a part lies: a directory, or the flat file's common stem."""
        return self.directory / part

    def applied(self, part: Part) -> Path:
        """The part's sequence file."""
        return self.directory / f"{part}.json"

    def dirty(self) -> frozenset[Part]:
        """The parts that were being written when their writer ended; none after a clean close."""
        try:
            said = (self.directory / "DIRTY").read_text(errors="replace").split()
        except FileNotFoundError:
            return frozenset()
        return frozenset(part for part in PARTS if part in said) or frozenset(PARTS)

    def mark_dirty(self, parts: Iterable[Part]) -> None:
        """Say, before the first write, which parts are about to be written."""
        write_whole(self.directory / "DIRTY", " ".join(sorted({*parts, *self.dirty()})).encode())

    def clear_dirty(self, parts: Iterable[Part] = PARTS) -> None:
        """These parts are closed or verified."""
        left = self.dirty() - frozenset(parts)
        if left:
            write_whole(self.directory / "DIRTY", " ".join(sorted(left)).encode())
            return
        with explained(self.directory):
            (self.directory / "DIRTY").unlink(missing_ok=True)
            sync_directory(self.directory)

    def seal(self) -> None:
        """Note the CRC-32 of Chroma's files after a clean close, so that later damage shows without opening it."""
        sums = {str(path.relative_to(self.directory)): crc_of(path) for path in self._vector_files()}
        write_whole(self.directory / "vectors.sums", json.dumps(sums).encode())

    def break_seal(self) -> None:
        """Before Chroma is opened: from here on it is written."""
        with explained(self.directory):
            (self.directory / "vectors.sums").unlink(missing_ok=True)
            sync_directory(self.directory)

    def sealed(self) -> bool:
        """Whether Chroma was closed cleanly and not opened since."""
        return (self.directory / "vectors.sums").exists()

    def broken_seal(self) -> str | None:
        """What became of a sealed Chroma's files, or None."""
        try:
            sums = json.loads((self.directory / "vectors.sums").read_bytes())
            there = {str(path.relative_to(self.directory)): path for path in self._vector_files()}
            for name in sorted({*sums, *there}):
                if name not in there:
                    return f"{Path(name).name} is missing"
                if name not in sums or sums[name] != crc_of(there[name]):
                    return f"{Path(name).name} is not what was written"
        except (OSError, ValueError, TypeError) as error:
            return f"its files cannot be checked ({type(error).__name__})"
        return None

    def _vector_files(self) -> list[Path]:
        return sorted(path for path in self.part("vectors").rglob("*") if path.is_file())


def current(home: Path) -> Generation | None:
    """The generation that `CURRENT` names, if both are there."""
    try:
        said = (home / "index" / "CURRENT").read_text(errors="replace").strip()
    except (FileNotFoundError, NotADirectoryError):
        return None
    found = home / "index" / said
    return Generation(found) if said.isdigit() and found.is_dir() else None


def stamp(home: Path) -> tuple[int, int] | None:
    """Changes whenever `CURRENT` is switched."""
    try:
        found = (home / "index" / "CURRENT").stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return found.st_ino, found.st_mtime_ns


def begin(home: Path) -> Generation:
    """A new, empty generation above every one that is there. Nothing refers to it yet."""
    with explained(home):
        (home / "index").mkdir(parents=True, exist_ok=True)
        number = max((one.number for one in _numbered(home)), default=0) + 1
        directory = home / "index" / str(number)
        directory.mkdir()
    return Generation(directory)


def switch(home: Path, generation: Generation) -> None:
    """Let `CURRENT` name this generation, all of whose parts are verified."""
    with explained(generation.directory):
        sync_directory(generation.directory)
        sync_directory(generation.directory.parent)
    write_whole(home / "index" / "CURRENT", f"{generation.number}\n".encode())


def link(old: Generation, new: Generation, part: Part) -> None:
    """Take a closed part over: the same files under the new name, so it costs neither time nor room."""
    with explained(new.directory):
        if old.part(part).is_dir():
            shutil.copytree(old.part(part), new.part(part), copy_function=_link, ignore=_locks)
        for file in old.directory.glob(f"{part}.*"):
            if file.suffix != ".new":
                _link(file, new.directory / file.name)


def leftovers(home: Path) -> list[Path]:
    """Generations, and files beside them, that `CURRENT` does not name. Empty while it names none."""
    serving = current(home)
    if serving is None:
        return []
    return [one.directory for one in _numbered(home) if one != serving]


def discard(directory: Path) -> None:
    """Delete a generation that nothing refers to; readers that have it open go on reading it."""
    with explained(directory):
        shutil.rmtree(directory)


def _numbered(home: Path) -> list[Generation]:
    found = (one for one in (home / "index").iterdir() if one.name.isdigit() and one.is_dir())
    return [Generation(one) for one in sorted(found, key=lambda one: int(one.name))]


def _link(old: str | Path, new: str | Path) -> None:
    try:
        os.link(old, new)
    except OSError as error:
        if error.errno not in _WITHOUT_LINKS:
            raise
        shutil.copy2(old, new)


def _locks(directory: str, names: list[str]) -> set[str]:
    return {name for name in names if name in _LOCKS}
