"""HTML pages, read in a child process that can be killed: a hostile page may keep a parser busy for minutes.

One child serves all pages of a process, one after another, and is started again after one that it did not
survive. It has a limit of memory, each page a limit of time.
"""

from __future__ import annotations

import atexit
import json
import os
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from rag.errors import ReadingError
from rag.reading.copied import Range
from rag.reading.dates import moment, parse_published
from rag.reading.fields import kind_of
from rag.reading.text import Plain

SECONDS = 10.0  # for one page
_STARTING = 60.0  # seconds, on a busy machine
_FAR = date(9000, 1, 1)  # whether a date lies ahead is judged later
_ROOT = Path(__file__).resolve().parents[2]
_WAY_OUT = "Save the article's text alone, as .txt."


class PageReader:
    """Owns the child process. Safe to use from several threads: pages wait for one another."""

    def __init__(self, *, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None

    def read(self, name: str, page: str) -> dict[str, Any]:
        """What the page states, as `rag.reading.page.read_page` gives it.

        Raises:
            ReadingError: it took too long or too much memory, or could not be parsed.
        """
        with self._lock:
            child = self._child or self._start(name)
            began = time.monotonic()
            try:
                return _exchange(child, page.encode("utf-8"), self._seconds)
            except (OSError, EOFError) as error:
                self.close()
                late = time.monotonic() - began >= self._seconds
                fault = (
                    f"not read within {self._seconds:g} seconds" if late else "a page that cannot be parsed"
                )
                raise ReadingError(name, fault, _WAY_OUT) from error

    def close(self) -> None:
        """End the child; the next page starts another."""
        child, self._child = self._child, None
        atexit.unregister(self.close)
        if child is not None:
            child.kill()
            child.communicate()

    def _start(self, name: str) -> subprocess.Popen[bytes]:
        paths = [str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
        child = subprocess.Popen(
            [sys.executable, "-P", "-m", "rag.reading.page", str(int(self._seconds) + 5)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
            start_new_session=True,  # Ctrl-C at the terminal is the parent's to answer
        )
        self._child = child
        atexit.register(self.close)
        try:
            _exchange(child, None, _STARTING)
        except (OSError, EOFError) as error:
            self.close()
            raise ReadingError(
                name, "the reader of web pages did not start", "Run make setup again."
            ) from error
        return child


_PAGES = PageReader()  # starts its child with the first page


def web_page(name: str, page: str) -> Plain:
    """The fields of an article record that an HTML page states, its main text among them.

    A title that the text begins with is furniture of it, since every passage carries the title anyway.

    Raises:
        ReadingError: it could not be read, or has no text.
    """
    said = _PAGES.read(name, page)
    text = said.get("text")
    if not isinstance(text, str) or text.strip() in ("", said.get("title")):
        raise ReadingError(name, "no article text was found in the page", _WAY_OUT)
    published = _local(said.get("published") or [], said.get("times") or [])
    url = said.get("url")
    fields: dict[str, object] = {
        "text": text,
        "title": said.get("title"),
        "outlet": said.get("outlet") or (_host(url) if isinstance(url, str) else None),
        "author": said.get("author"),
        "url": url,
        "published": published,
        "updated": _later(_local(said.get("updated") or [], said.get("times") or []), published),
        "section": said.get("section"),
        "kind": kind_of(str(said.get("type") or "")),
        "language": said.get("language"),
    }
    first = text.split("\n", 1)[0]
    own: tuple[Range, ...] = (
        ((0, len(first)),) if first == said.get("title") and len(text) > len(first) else ()
    )
    return Plain(fields, own)


def _exchange(child: subprocess.Popen[bytes], page: bytes | None, seconds: float) -> dict[str, Any]:
    """Send a page (None: wait for the child to be ready) and take what comes back.

    Raises:
        OSError, EOFError: the child ended, by itself or because the time was over.
    """
    if child.stdin is None or child.stdout is None:
        raise EOFError
    timer = threading.Timer(seconds, child.kill)
    timer.daemon = True
    timer.start()
    try:
        if page is not None:
            child.stdin.write(struct.pack(">I", len(page)) + page)
            child.stdin.flush()
        size = struct.unpack(">I", _exactly(child, 4))[0]
        answer: dict[str, Any] = json.loads(_exactly(child, size))
        return answer
    finally:
        timer.cancel()


def _exactly(child: subprocess.Popen[bytes], size: int) -> bytes:
    data = child.stdout.read(size) if child.stdout else b""
    if len(data) < size:
        raise EOFError
    return data


def _local(stated: Sequence[object], shown: Sequence[object]) -> object:
    """The surest of the stated dates, in the outlet's own zone where the page also gives that.

    Many pages state UTC in their metadata and show local time, which puts an evening's story a day later. Where
    a time with an offset is the same instant, or a time to the second without zone lies whole quarter hours
    away, the page itself says what its zone is. `shown` are the times that stand in the page.
    """
    readable = [d for raw in stated if (d := parse_published(raw, today=_FAR))]
    if not readable:
        return stated[0] if stated else None
    first = readable[0]
    if not first.endswith(("Z", "+00:00")):
        return first
    others = [*readable, *(d for raw in shown if (d := parse_published(raw, today=_FAR)))]
    return next((local for other in others if (local := _same_instant(first, other))), first)


def _same_instant(utc: str, other: str) -> str | None:
    """`other` with its offset, where it is the instant `utc` in another zone; None where that is not certain."""
    zone = other[19:].lstrip(".0123456789")
    if len(other) < 19 or zone in ("Z", "+00:00") or (not zone and other[17:19] == "00"):
        return None
    apart = int(moment(other[:19]) - moment(utc[:19]))
    if not apart or apart % 900 or abs(apart) > 14 * 3600:
        return None
    offset = f"{'-' if apart < 0 else '+'}{abs(apart) // 3600:02}:{abs(apart) % 3600 // 60:02}"
    return other[:19] + offset if zone in ("", offset) else None


def _later(updated: object, published: object) -> object:
    """An update time, unless it is the time of publication again."""
    if not isinstance(updated, str) or not isinstance(published, str):
        return updated
    one, other = parse_published(updated, today=_FAR), parse_published(published, today=_FAR)
    return None if one and other and moment(one) <= moment(other) else updated


def _host(url: str) -> str | None:
    host = urlsplit(url).hostname
    return host.removeprefix("www.") if host else None
