"""A child process opens a generation's indexes and says what is wrong with each: opening a damaged one may kill.

    python -m rag.library.probe DIRECTORY PART...

prints one line of JSON per part, as it goes: {"part": "vectors", "fault": null}. It ends when its parent does.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import cast

import numpy as np

from rag.errors import LibraryError
from rag.library import meaning
from rag.library.checksums import words_fault
from rag.library.generations import PARTS, Generation, Part

_START = 60.0  # seconds a child may take on a busy machine before it looks at anything
_ROWS_PER_SECOND = 2_000


def run(generation: Generation, parts: Iterable[Part], *, seconds: float | None = None) -> dict[Part, str]:
    """Probe these parts in a child process. Returns the faults, by part; {} where all is well.

    A child that dies or takes longer than `seconds` has found its part damaged.
    """
    wanted = [part for part in PARTS if part in set(parts)]
    if not wanted:
        return {}
    command = [sys.executable, "-m", "rag.library.probe", str(generation.directory), *wanted]
    limit = seconds or _START + _rows(generation.directory) / _ROWS_PER_SECOND
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as child:
        try:
            code = child.wait(limit)
            ended = f"opening it ended the process that tried ({_named(code)})"
        except subprocess.TimeoutExpired:
            child.kill()
            ended = f"opening it took longer than {limit:.0f} s"
        said = child.stdout.read() if child.stdout is not None else b""
    return _faults(wanted, said, ended)


def _faults(wanted: Sequence[Part], said: bytes, ended: str) -> dict[Part, str]:
    found = {entry["part"]: entry["fault"] for entry in map(json.loads, said.splitlines())}
    faults: dict[Part, str] = {}
    for part in wanted:
        fault = found.get(part, ended)
        if fault is not None:
            faults[part] = fault
        if part not in found:  # the parts after the one that killed the child were not looked at
            break
    return faults


def _named(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"


def _rows(directory: Path) -> int:
    ids = directory / "meaning.ids"
    return ids.stat().st_size // 16 if ids.exists() else 0


class Probing:
    """A probe of the vector index in the background, and the import of its library, which takes a second.

    A child is asked only where the index has to be opened to know.
    """

    def __init__(self, generation: Generation) -> None:
        self._generation = generation
        self._fault: str | None = None
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="dateline-probe", daemon=True)
        self._thread.start()

    @property
    def done(self) -> bool:
        """Whether it has ended."""
        return not self._thread.is_alive()

    def fault(self) -> str | None:
        """What is wrong, or None; once it is done. Raises: what kept it from looking."""
        if self._error is not None:
            raise self._error
        return self._fault

    def _run(self) -> None:
        try:
            known, self._fault = unopened(self._generation)
            if not known:
                self._fault = run(self._generation, ["vectors"]).get("vectors")
            importlib.import_module("chromadb")
        except Exception as error:  # noqa: BLE001  (raised to whoever asks)
            self._error = error


def main(arguments: Sequence[str]) -> int:
    """The child: probe each part, print what is found, exit 1 if anything is wrong."""
    directory, parts = Path(arguments[0]), arguments[1:]
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(5)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    wrong = False
    for part in parts:
        fault = fault_of(Generation(directory), cast(Part, part))
        wrong = wrong or fault is not None
        sys.stdout.write(json.dumps({"part": part, "fault": fault}) + "\n")
        sys.stdout.flush()
    return int(wrong)


def _end_with_parent() -> None:
    """Wait for the end of the pipe that the parent holds, and go with it."""
    if stat.S_ISFIFO(os.fstat(0).st_mode):
        while os.read(0, 4096):
            pass
        os._exit(3)


def fault_of(generation: Generation, part: Part) -> str | None:
    """What is wrong with one part, or None. Only in a child: it may kill the process."""
    if part == "meaning":
        return meaning.verify(generation.directory)
    return _words_fault(generation) if part == "words" else _vectors_fault(generation)


def _words_fault(generation: Generation) -> str | None:
    from rag.library.words import WordIndex

    path = generation.part("words")
    if not WordIndex.exists(path):
        return "it is missing" if generation.applied("words").exists() else None
    try:
        fault = words_fault(path)
        if fault is not None:
            return fault
        index = WordIndex(path)
        ids = index.ids()[:, 0]
        if len(np.unique(ids)) < len(ids):
            return "it holds a passage twice"
        index.search("a", k=10)
    except LibraryError as error:
        return error.fault
    return None


def unopened(generation: Generation) -> tuple[bool, str | None]:
    """Whether what is wrong with the vector index is known without opening it, which needs no child; and what it is.

    Known where there is none, and where it was closed cleanly: then the checksums tell.
    """
    path = generation.part("vectors")
    if not (path / "chroma.sqlite3").exists():
        missing = path.exists() or generation.applied("vectors").exists()
        return True, "it is missing" if missing else None
    if generation.sealed():
        return True, generation.broken_seal()
    return False, None


def _vectors_fault(generation: Generation) -> str | None:
    known, fault = unopened(generation)
    if known:
        return fault
    path = generation.part("vectors")
    if not _sqlite_intact(path / "chroma.sqlite3"):
        return "its database is malformed"
    if meaning.verify(generation.directory) is not None:
        return "the flat file that it is checked against is damaged"
    from rag.library.vectors import fault_of as fault_of_vectors

    return fault_of_vectors(path, meaning.Meaning(generation.directory).rows())


def _sqlite_intact(path: Path) -> bool:
    try:
        with closing(sqlite3.connect(path)) as connection:
            return bool(connection.execute("PRAGMA quick_check(1)").fetchone() == ("ok",))
    except sqlite3.DatabaseError:
        return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
