"""Passages as CSV for a spreadsheet, one row each; no cell is ever taken for a formula."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterable
from pathlib import Path

from rag.errors import UsageError
from rag.types import Found

COLUMNS = ("headline", "outlet", "published", "byline", "article id", "start", "end", "text", "url")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_csv(passages: Iterable[Found]) -> str:
    """A heading and a row for each passage; a cell that begins like a formula gets an apostrophe before it.

    White space in `text` is folded; `start` and `end` are code points into the article's text.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for one in passages:
        place = one.passage
        cells = (one.title, one.outlet, one.published, one.author, place.article_id, place.start, place.end)
        writer.writerow([_safe(cell) for cell in (*cells, " ".join(one.text.split()), one.url)])
    return out.getvalue()


def write_csv(name: str, passages: Iterable[Found]) -> None:
    """The same into a file; "-" is stdout.

    Raises:
        UsageError: the file cannot be written.
    """
    if name == "-":
        sys.stdout.write(as_csv(passages))
        return
    try:
        Path(name).expanduser().write_text(as_csv(passages), encoding="utf-8", newline="")
    except OSError as error:
        raise UsageError(
            "--csv", f"{name} cannot be written ({error.strerror})", "Name another file."
        ) from error


def _safe(cell: str | int | None) -> str:
    text = "" if cell is None else str(cell).replace("\0", "")
    return "'" + text if text.lstrip(" ").startswith(_FORMULA) else text
