"""A pasted story: what it says of itself, and the article that it becomes once a reader has looked at that."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import cast, get_args

from rag.errors import ReadingError
from rag.reading.articles import document
from rag.reading.dates import read_date
from rag.reading.decoding import clean
from rag.reading.fields import build
from rag.reading.files import LIMIT, File, megabytes, shown
from rag.reading.kinds import kind_of_file
from rag.reading.read import Original, Read
from rag.reading.text import Plain
from rag.state import Pasted
from rag.types import Kind

NAME = "The pasted story"
_RECORDS = "it is records, not one story"
_AS_FILE = "Save it as a file and drop that."


def propose(text: str, *, today: date) -> Pasted:
    """The fields as reading finds them in the text; None where it finds none.

    Raises:
        ReadingError: it is no story.
    """
    plain = _plain(text)
    built = build(plain.fields, fallback_id=None, today=today, more_furniture=plain.furniture)
    found = built.article
    return Pasted(
        found.title,
        found.outlet,
        found.published,
        found.agency,
        found.kind,
        found.collections,
        built.remarks,
    )


def read_pasted(text: str, said: Pasted, *, today: date) -> Read:
    """The article, with the fields as the reader left them. Its id comes from an address or its text.

    Raises:
        ReadingError: it is no story, or a field cannot be understood: here, unlike in a file, someone can mend it.
    """
    plain = _plain(text)
    published = _day(said.published, today)
    if said.kind is not None and said.kind not in get_args(Kind):
        raise ReadingError("The kind", f"there is no kind '{said.kind}'", "Choose one of the list.")
    fields = {**plain.fields, "title": said.title, "outlet": said.outlet, "published": published}
    fields |= {"agency": said.agency, "kind": said.kind, "collections": list(said.collections)}
    built = build(fields, fallback_id=None, today=today, more_furniture=plain.furniture)
    as_left = replace(built.article, agency=_line(said.agency), kind=cast("Kind | None", said.kind))
    original = Original("pasted.txt", text.encode("utf-8", "replace"))
    return Read(NAME, as_left, "; ".join(built.remarks) or None, built.given_id, original=original)


def _day(said: str | None, today: date) -> str | None:
    if said is None or not said.strip():
        return None
    found, why = read_date(said.strip(), today=today)
    if found is None:
        fault = (why or "it is no date").replace(": kept undated", "")
        raise ReadingError("The date", fault, "Write it as 2026-11-12, or leave it empty.")
    return found


def _line(said: str | None) -> str | None:
    return " ".join(said.split()) or None if said else None


def _plain(text: str) -> Plain:
    data = clean(text).encode()
    if not text.strip():
        raise ReadingError(NAME, "there is no text in it", "Paste the words of one article.")
    if len(data) > LIMIT:
        fault = f"{megabytes(len(data))}, and one document may have {megabytes(LIMIT)}"
        raise ReadingError(NAME, fault, "Split it.")
    kind = kind_of_file(NAME, data[:65536])
    if kind in ("json", "jsonl", "csv"):
        raise ReadingError(NAME, _RECORDS, _AS_FILE)
    return document(File(Path("pasted"), shown(NAME), len(data), walked=False), kind, data)
