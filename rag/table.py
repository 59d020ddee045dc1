"""Passages as CSV for a spreadsheet, one row each; no cell is ever taken for a formula."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from rag.errors import UsageError
from rag.quotations import Quotations
from rag.types import Found

COLUMNS = ("headline", "outlet", "published", "byline", "article id", "start", "end", "text", "url")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_csv(passages: Iterable[Found]) -> str:
    """A heading and a row for each passage; a cell that begins like a formula gets an apostrophe before it.

    White space in `text` is folded; `start` and `end` are code points into the article's text.
    """
    return sheet(COLUMNS, (_row(one) for one in passages))


def sheet(columns: Sequence[str], rows: Iterable[Iterable[str | int | None]]) -> str:
    """A heading and rows as CSV; a cell that begins like a formula gets an apostrophe before it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([safe(cell) for cell in row] for row in rows)
    return out.getvalue()


QUOTED = (
    "utterance", "wording", "speaker", "whom the source names instead", "quotation", "clause", "headline", "outlet",
    "published", "article id", "version", "start", "end", "copies", "url",
)  # fmt: skip


def quotations_csv(found: Quotations) -> str:
    """A row for each place where something is quoted; those of one utterance one after another, under its number."""
    rows: list[tuple[str | int | None, ...]] = []
    for number, utterance in enumerate(found.utterances, 1):
        for one in utterance.quotes:
            cited = one.citation
            said = (number, one.wording, one.speaker, one.phrase, " ".join(cited.quote.split()), one.clause)
            about = (cited.title, cited.outlet, cited.published, cited.article_id, cited.version)
            rows.append((*said, *about, cited.start, cited.end, " ".join(one.copies), cited.url))
    return sheet(QUOTED, rows)


def write_csv(name: str, passages: Iterable[Found]) -> None:
    """The same into a file; "-" is stdout.

    Raises:
        UsageError: the file cannot be written.
    """
    write(name, as_csv(passages), "--csv")


def write(name: str, text: str, flag: str) -> None:
    """Write a text into the file that a flag names; "-" is stdout.

    Raises:
        UsageError: the file cannot be written.
    """
    if name == "-":
        sys.stdout.write(text)
        return
    try:
        Path(name).expanduser().write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise UsageError(
            flag, f"{name} cannot be written ({error.strerror})", "Name another file."
        ) from error


def _row(one: Found) -> Iterable[str | int | None]:
    place = one.passage
    cells = (one.title, one.outlet, one.published, one.author, place.article_id, place.start, place.end)
    return (*cells, " ".join(one.text.split()), one.url)


def safe(cell: str | int | None) -> str:
    """A cell that no spreadsheet takes for a formula."""
    text = "" if cell is None else str(cell).replace("\0", "")
    return "'" + text if text.lstrip(" ").startswith(_FORMULA) else text
