"""One open file, of whatever kind, to its articles."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import BinaryIO

from rag.errors import ReadingError
from rag.reading.decoding import decode, decode_page
from rag.reading.fields import build
from rag.reading.files import LIMIT, File, megabytes, shown
from rag.reading.kinds import FileKind, kind_of_file
from rag.reading.read import Original, Read, reason_of
from rag.reading.records import Record, csv_records, is_question, json_records, jsonl_records
from rag.reading.text import Plain, front_matter, markdown, plain_text
from rag.reading.web import web_page

_QUESTIONS = "a question set, not articles"
# The id of an article that has none of its own and no address; the line is None where a file holds one only.
FallbackId = Callable[[int | None], str | None]


def articles_in(file: File, stream: BinaryIO, fallback: FallbackId, today: date) -> Iterator[Read]:
    """Every article of a file, or its faults.

    Raises:
        ReadingError: the file as a whole cannot be read.
        OSError: the disk failed in the middle.
    """
    head = stream.read(65536)
    if not head:
        raise ReadingError(file.shown, "an empty file")
    kind = kind_of_file(file.path.name, head)
    stream.seek(0)
    if kind in ("jsonl", "csv"):
        original = _original(file, stream)
        records = jsonl_records(stream) if kind == "jsonl" else csv_records(file.shown, stream)
        yield from _with(original, _records(file, records, fallback, today))
        return
    data = stream.read(LIMIT + 1)
    if len(data) > LIMIT:
        raise ReadingError(file.shown, *_too_large(max(file.size, len(data)), kind))
    original = Original(shown(file.path.name), data)
    if kind == "json":
        yield from _with(original, _records(file, json_records(file.shown, decode(data)), fallback, today))
    else:
        read = _article(file.shown, document(file, kind, data), fallback(None), today)
        yield replace(read, original=original)


def _original(file: File, stream: BinaryIO) -> Original | None:
    """A file of records as it came, where it is not too large to be kept whole."""
    if file.size > LIMIT:
        return None
    data = stream.read(LIMIT + 1)
    stream.seek(0)
    return Original(shown(file.path.name), data) if len(data) <= LIMIT else None


def _with(original: Original | None, reads: Iterator[Read]) -> Iterator[Read]:
    return (replace(read, original=original) for read in reads)


def document(file: File, kind: FileKind, data: bytes) -> Plain:
    """A file that is one article."""
    if kind == "html":
        return web_page(file.shown, decode_page(data))
    text = decode(data)
    if kind == "markdown" or front_matter(file.shown, text):
        return markdown(file.shown, text)
    return plain_text(text)


def _records(file: File, records: Iterator[Record], fallback: FallbackId, today: date) -> Iterator[Read]:
    """Records as articles. The first decides whether the file is a question set; an id may come once."""
    seen: dict[str, int | None] = {}
    for count, record in enumerate(records):
        source = file.shown if record.line is None else f"{file.shown}:{record.line}"
        if record.fields is None:
            yield Read(source, reason=record.fault)
            continue
        if count == 0 and is_question(record.fields):
            yield Read(file.shown, reason=_QUESTIONS, skipped=file.walked)
            return
        read = _article(source, Plain(dict(record.fields)), fallback(record.line), today)
        read = replace(read, line=record.line)
        if read.article and read.given_id:
            if read.article.id in seen:
                first = seen[read.article.id]
                yield Read(
                    source, reason=f"the id '{read.article.id[:80]}' was given before, at line {first}"
                )
                continue
            seen[read.article.id] = record.line
        yield read


def _article(source: str, plain: Plain, fallback_id: str | None, today: date) -> Read:
    try:
        built = build(plain.fields, fallback_id=fallback_id, today=today, more_furniture=plain.furniture)
    except ReadingError as error:
        return Read(source, reason=reason_of(error))
    return Read(source, built.article, "; ".join(built.remarks) or None, built.given_id)


def _too_large(size: int, kind: FileKind) -> tuple[str, str]:
    fault = f"{megabytes(size)}, and one document may have {megabytes(LIMIT)}"
    lines = "Write one record a line and name it .jsonl: that may have any size."
    return fault, lines if kind == "json" else "Split it."
