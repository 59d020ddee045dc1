"""A .zip of articles, read entry by entry within limits; a child process unpacks it (`unpacking.py`).

What is wrong with the archive as a whole refuses it; what is wrong with an entry is a row, and the rest go on. Nothing
of it is given a name on the disk.
"""

from __future__ import annotations

import io
import json
import math
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from functools import partial
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from rag.errors import ReadingError
from rag.reading.articles import articles_in
from rag.reading.files import File, open_file, shown
from rag.reading.identity import path_id
from rag.reading.read import Read, reason_of
from rag.reading.unpacking import Frame, Limits, is_archive

ENTRIES = 10_000
ENTRY = 50_000_000  # bytes of one entry, unpacked
TOTAL = 500_000_000  # bytes of all entries, unpacked
RATIO = 100  # unpacked to packed: news has 2 to 6, records that repeat themselves up to 40
MEMORY = 600_000_000  # bytes of address space that the child may have
GLANCE = 0.2  # seconds between looks at how long it takes
SECONDS = 60  # waited for one archive in all, whatever its entries take to be read and stored
_ROOT = Path(__file__).resolve().parents[2]
# Without site-packages and the working directory: nothing but ours and the standard library can be imported.
_CHILD = (
    f"import sys; sys.path.insert(0, {str(_ROOT)!r}); from rag.reading import unpacking; unpacking.main()"
)

PathId = Callable[..., str]  # (line) -> the id of an article in a file that has a path


def unpacked_size(file: File) -> int:
    """The bytes of an archive's entries; the file's own where they cannot be told."""
    try:
        with open_file(file) as stream:
            found = [frame.end for frame in _frames(file, stream, "size")]
    except (ReadingError, OSError):
        return file.size
    return max(file.size, found[-1] or 0)


def articles_or_archive(file: File, stream: BinaryIO, own_id: PathId | None, today: date) -> Iterator[Read]:
    """Every article of a file or of a zip's entries, or their faults.

    Args:
        own_id: the id of an article that has none of its own; None: it comes from its text.

    Raises:
        ReadingError: the file as a whole cannot be read.
        OSError: the disk failed in the middle.
    """
    head = stream.read(65536)
    stream.seek(0)
    if is_archive(head):
        yield from _archive(file, stream, with_ids=own_id is not None, today=today)
    else:
        yield from articles_in(file, stream, own_id or (lambda _: None), today)


def _archive(file: File, stream: BinaryIO, *, with_ids: bool, today: date) -> Iterator[Read]:
    for frame in _frames(file, stream):
        if frame.name is None:
            return
        label = f"{file.shown}/{shown(frame.name)}"
        if frame.passed is not None:
            yield Read(label, reason=frame.passed, skipped=True)
            continue
        try:
            yield from _entry(file, frame, label, with_ids, today)
        except ReadingError as error:
            yield Read(label, reason=reason_of(error))


def _entry(file: File, frame: Frame, label: str, with_ids: bool, today: date) -> Iterator[Read]:
    name = frame.name or ""
    if frame.fault is not None:
        raise ReadingError(label, *frame.fault)
    inside = File(Path(PurePosixPath(name).name), label, len(frame.data), walked=True)
    ids = partial(path_id, file.path / name) if with_ids else (lambda _: None)
    yield from articles_in(inside, io.BytesIO(frame.data), ids, today)


def _frames(file: File, stream: BinaryIO, *words: str) -> Iterator[Frame]:
    """What a child says of an archive, the last being its end.

    Raises:
        ReadingError: the archive is refused, or cannot be unpacked within the limits.
    """
    limits = json.dumps(asdict(Limits(ENTRIES, ENTRY, TOTAL, RATIO, MEMORY, math.ceil(SECONDS))))
    command = [sys.executable, "-I", "-S", "-c", _CHILD, limits, *words]
    environment = {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}
    with (
        _as_file(stream) as archive,
        subprocess.Popen(
            command, stdin=archive, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
        ) as child,
        _Watch(child, SECONDS) as watch,
    ):
        while True:
            frame = watch.next()
            if frame is None:
                took = f"longer than {SECONDS} s" if watch.over else "more memory or time than it may"
                fault = f"it takes {took} to unpack"
                raise ReadingError(file.shown, fault, "Unpack it, and name the files.")
            if frame.name is None and frame.fault is not None:
                raise ReadingError(file.shown, *frame.fault)
            yield frame
            if frame.end is not None:
                return


class _Watch:
    """Kills a child that has been waited for so many seconds in all, and in any case at the end.

    Only the time in which something is waited for counts: what is done between two entries may take as long as it does.
    """

    def __init__(self, child: subprocess.Popen[bytes], seconds: float) -> None:
        self._child, self._left, self._waiting_since = child, seconds, 0.0
        self._ended = threading.Event()
        self.over = False

    def __enter__(self) -> _Watch:
        threading.Thread(target=self._look, name="unpacking", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._child.kill()

    def next(self) -> Frame | None:
        """What the child says next; None where it has gone."""
        assert self._child.stdout is not None
        self._waiting_since = time.monotonic()
        frame = Frame.read(self._child.stdout)
        self._left -= time.monotonic() - self._waiting_since
        self._waiting_since = 0.0
        return frame

    def _look(self) -> None:
        while not self._ended.wait(min(GLANCE, max(self._left, 0.01))):
            since = self._waiting_since
            if since and time.monotonic() - since > self._left:
                self.over = True
                self._child.kill()
                return


@contextmanager
def _as_file(stream: BinaryIO) -> Iterator[BinaryIO]:
    """The archive as a file that another process can read from its beginning: an upload becomes one without a name."""
    try:
        number = stream.fileno()
    except OSError:  # it is in memory
        with tempfile.TemporaryFile() as held:
            held.write(stream.read())
            held.flush()
            held.seek(0)
            yield held
        return
    os.lseek(number, 0, os.SEEK_SET)
    yield stream
