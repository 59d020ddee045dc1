"""Records out of .json, .jsonl and .csv, each with the line it begins at. A bad one does not stop the rest."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from rag.errors import ReadingError
from rag.reading.decoding import Encoding, clean, decode, encoding_of
from rag.reading.files import LIMIT, megabytes

Fields = Mapping[str, object]

_LIST_FIELD = "articles"
_TOO_LONG = f"a record of more than {megabytes(LIMIT)}"
_COLUMNS = frozenset(
    (
        "id",
        "title",
        "text",
        "outlet",
        "agency",
        "author",
        "url",
        "published",
        "updated",
        "kind",
        "section",
        "page",
    )
)


@dataclass(frozen=True, slots=True)
class Record:
    """One record, or why there is none at this line. `line` is None where a file holds one record only."""

    line: int | None
    fields: Fields | None
    fault: str | None = None


def json_records(name: str, text: str) -> Iterator[Record]:
    """The records of a JSON document: an object, a list of them, or {"articles": [...]}.

    Raises:
        ReadingError: it is no JSON at all.
    """
    start = _blank(text, 0)
    if text.startswith("[", start):
        yield from _list(text, start)
        return
    try:
        whole, end = _DECODER.raw_decode(text, start)
    except (ValueError, RecursionError) as error:
        raise ReadingError(name, _json_fault(error), "") from error
    if _blank(text, end) < len(text):
        fault = f"not valid JSON: something follows the object that ends at line {_line(text, end)}"
        raise ReadingError(name, fault, "Write one record a line and name it .jsonl.")
    if isinstance(whole, dict) and isinstance(whole.get(_LIST_FIELD), list) and "text" not in whole:
        lines = _lines_in_list(text, start, len(whole[_LIST_FIELD]))
        for line, value in zip(lines, whole[_LIST_FIELD], strict=True):
            yield _record(line, value)
    else:
        yield _record(None, whole)


def jsonl_records(file: BinaryIO) -> Iterator[Record]:
    """One record a line, a line at a time: the file may be of any size. Blank lines count, but hold nothing."""
    for number, line in _lines_of(file):
        if line is None:
            yield Record(number, None, _TOO_LONG)
            continue
        body = line.strip("\ufeff \t\r\n")
        if not body:
            continue
        try:
            yield _record(number, _DECODER.decode(body))
        except (ValueError, RecursionError) as error:
            yield Record(number, None, _json_fault(error, in_line=True))


def csv_records(name: str, file: BinaryIO) -> Iterator[Record]:
    """The rows of a CSV file under the names of its header; `,` `;` or tab, quoted line ends, any size.

    Raises:
        ReadingError: there is no column "text".
    """
    csv.field_size_limit(LIMIT)
    lines = _TextLines(file)
    first = next(lines, None)
    if first is None:
        raise ReadingError(name, "an empty file")
    delimiter = _delimiter(first)
    header = [column.strip().lower() for column in next(csv.reader([first], delimiter=delimiter))]
    if "text" not in header:
        columns = ", ".join(f"'{column[:30]}'" for column in header[:12] if column) or "none"
        raise ReadingError(name, f"no column 'text' (its columns: {columns})", "Name one column text.")
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        begins = lines.number + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if lines.number > begins:  # the fault may lie anywhere in what was taken as one field
                fault = "a quotation mark opened at this line is not closed as it should be"
                yield Record(begins, None, f"{fault}; lines {begins} to {lines.number} were not read")
            else:
                yield Record(begins, None, f"not valid CSV: {error}")
            continue
        if not any(cell.strip() for cell in row):
            continue
        if len(row) > len(header) and any(cell.strip() for cell in row[len(header) :]):
            fault = f"{len(row)} columns where the header has {len(header)}: is a quotation mark missing?"
            yield Record(begins, None, fault)
            continue
        yield Record(
            begins, {column: cell or None for column, cell in zip(header, row, strict=False) if column}
        )


def is_question(fields: Fields) -> bool:
    """A record of a question set: it asks, and has no text."""
    return "question" in fields and "text" not in fields


def _integer(digits: str) -> int | str:
    """Python refuses integers of thousands of digits; none of our fields is one, so they stay words."""
    return int(digits) if len(digits) < 100 else digits[:100]


_DECODER = json.JSONDecoder(parse_int=_integer, strict=False)


def _record(line: int | None, value: object) -> Record:
    if isinstance(value, dict):
        return Record(line, value)
    return Record(line, None, f"not a record but {_named(value)}")


def _named(value: object) -> str:
    names = {list: "a list", str: "a text", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")


def _blank(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n\ufeff":
        at += 1
    return at


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


def _list(text: str, start: int) -> Iterator[Record]:
    """The elements of the list that begins at `start`. After a fault inside it nothing more can be read."""
    at, line, counted = _blank(text, start + 1), 1, 0
    while not text.startswith("]", at):
        line, counted = line + text.count("\n", counted, at), at
        try:
            value, at = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            yield Record(line, None, f"{_json_fault(error)}; what follows in the list was not read")
            return
        yield _record(line, value)
        at = _blank(text, at)
        if text.startswith(",", at):
            at = _blank(text, at + 1)
        elif not text.startswith("]", at):
            yield Record(_line(text, at), None, "not valid JSON: the list does not end; it may be cut off")
            return


def _lines_in_list(text: str, start: int, count: int) -> list[int | None]:
    """The lines at which the elements of {"articles": [...]} begin."""
    at = _blank(text, start + 1)
    while at < len(text) and text[at] != "}":
        key, at = _DECODER.raw_decode(text, at)
        at = _blank(text, _blank(text, at) + 1)
        if key == _LIST_FIELD and text.startswith("[", at):
            lines = [record.line for record in _list(text, at)]
            if len(lines) == count:
                return list(lines)
        _, at = _DECODER.raw_decode(text, at)
        at = _blank(text, at)
        at = _blank(text, at + 1) if text.startswith(",", at) else at
    return [None] * count


def _json_fault(error: Exception, *, in_line: bool = False) -> str:
    if isinstance(error, RecursionError):
        return "nested too deeply"
    if isinstance(error, json.JSONDecodeError):
        place = f"column {error.colno}" if in_line else f"line {error.lineno} column {error.colno}"
        message = error.msg[0].lower() + error.msg[1:].removesuffix(" at")
        return f"not valid JSON: {message} at {place}"
    return f"not valid JSON: {error}"


def _lines_of(file: BinaryIO) -> Iterator[tuple[int, str | None]]:
    """(number, text with its line end) of each line; text is None where a line is over the limit."""
    encoding, skip = encoding_of(file.read(65536))
    file.seek(skip)
    number = 0
    while True:
        line = _read_line(file, encoding)
        if line == b"":
            return
        number += 1
        yield number, None if line is None else _decoded(line, encoding)


def _decoded(line: bytes, encoding: Encoding | None) -> str:
    if encoding in (None, "utf-8"):
        return decode(line)
    return clean(line.decode(encoding, "replace"))


def _read_line(file: BinaryIO, encoding: Encoding | None) -> bytes | None:
    """The next line with its end; b"" at the end of the file; None for a line over the limit."""
    line = file.readline(LIMIT + 1)
    if encoding and encoding.startswith("utf-") and encoding != "utf-8":
        unit = 2 if "16" in encoding else 4
        while line and not _ends_line(line, encoding, unit) and len(line) <= LIMIT:
            more = file.read(-len(line) % unit) or file.readline(LIMIT + 1)
            if not more:
                break
            line += more
    if len(line) <= LIMIT:
        return line
    while line and not line.endswith(b"\n"):
        line = file.readline(1 << 20)
    return None


def _ends_line(line: bytes, encoding: Encoding, unit: int) -> bool:
    return len(line) % unit == 0 and line.endswith("\n".encode(encoding))


class _TextLines(Iterator[str]):
    """Lines for the csv module, which reads on where a quoted field holds a line end; `number` counts them."""

    def __init__(self, file: BinaryIO) -> None:
        self.number = 0
        self._lines = _lines_of(file)
        self._parts: list[str] = []

    def __next__(self) -> str:
        if not self._parts:
            _, line = next(self._lines)
            if line is None:
                raise csv.Error(_TOO_LONG)
            self._parts = _old_line_ends(line)
        self.number += 1
        return self._parts.pop(0)


def _old_line_ends(line: str) -> list[str]:
    """A file with line ends of CR alone comes as one line."""
    if "\n" in line or "\r" not in line.rstrip("\r"):
        return [line]
    return [part + "\r" for part in line.rstrip("\r").split("\r")]


def _delimiter(header: str) -> str:
    """The mark that gives most of the columns we know, else most columns."""

    def columns(mark: str) -> tuple[int, int]:
        names = [name.strip().lower() for name in next(csv.reader([header], delimiter=mark))]
        return len(_COLUMNS.intersection(names)), len(names)

    return max((",", ";", "\t"), key=columns)
