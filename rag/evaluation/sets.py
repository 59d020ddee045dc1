"""Question sets, from JSON Lines or CSV and back.

JSONL: one record a line. CSV: the same columns, lists joined by " | ", `article` and `quote` (and, where
known, `start` and `end`) instead of `evidence`, `scope` as a JSON object; a further row with the same id adds
an entry of evidence. Unknown fields are kept; out of a CSV they are text.

Every fault is found in one reading, named by file, line and column, with the way out.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from rag.errors import QuestionSetError
from rag.evaluation.records import LISTS, Fault, Record, question_of, record_of, short, whole_number
from rag.expected import Question

LIST_MARK = " | "
ENDINGS = (".jsonl", ".csv")
SHOWN = 5
_SPAN = ("article", "quote", "start", "end")
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """The questions that could be read, in order, and what is wrong with the rest, by line and column."""

    questions: tuple[Question, ...]
    problems: tuple[QuestionSetError, ...]


def read(path: Path) -> tuple[Question, ...]:
    """The questions of a set without a fault.

    Raises:
        QuestionSetError: the one fault; or, of several, how many there are and the first five.
    """
    found = check(path)
    if len(found.problems) > 1:
        first = "; ".join(
            f"{p.thing.removeprefix(path.name + ' ')}: {p.fault}" for p in found.problems[:SHOWN]
        )
        more = len(found.problems) - SHOWN
        raise QuestionSetError(
            path.name,
            f"{len(found.problems)} faults: {first}" + (f"; and {more} more" if more > 0 else ""),
            "Mend these lines and read it again.",
        )
    if found.problems:
        raise found.problems[0]
    return found.questions


def check(path: Path) -> QuestionSet:
    """A set with everything that is wrong with it.

    Raises:
        QuestionSetError: the file cannot be read at all: not there, not .jsonl or .csv, not UTF-8.
    """
    rows = {".jsonl": _json_rows, ".csv": _csv_rows}.get(path.suffix.lower())
    if rows is None:
        raise QuestionSetError(
            path.name, "a question set is a .jsonl or .csv file", "Save it as one of these."
        )
    questions: dict[str, Question] = {}
    lines: dict[str, int] = {}
    problems: list[QuestionSetError] = []
    for line, row in rows(_text(path)):
        try:
            if isinstance(row, Fault):
                raise row
            old = questions.get(str(row.get("id", "")).strip())
            if old is not None and rows is _csv_rows:
                row = {"question": old.question, **row}  # further rows may leave it empty
            new = question_of(row)
            if old is not None:
                new = _joined(old, new, line=lines[new.id], adds=rows is _csv_rows)
            questions[new.id] = new
            lines.setdefault(new.id, line)
        except Fault as fault:
            where = f"{path.name} line {line}" + (f", {fault.column}" if fault.column else "")
            problems.append(QuestionSetError(where, fault.fault, fault.way_out))
    if not questions and not problems:
        problems.append(QuestionSetError(path.name, "it holds no question", "Add at least one."))
    return QuestionSet(tuple(questions.values()), tuple(problems))


def write(questions: Iterable[Question], path: Path) -> None:
    """Write a set as JSONL or CSV, by the name's ending; reading it gives the same questions.

    Raises:
        QuestionSetError: another ending; a record that CSV cannot hold.
    """
    if path.suffix.lower() == ".jsonl":
        path.write_text(as_jsonl(questions), encoding="utf-8")
    elif path.suffix.lower() == ".csv":
        path.write_text(as_csv(list(questions)), encoding="utf-8", newline="")
    else:
        raise QuestionSetError(path.name, "a question set is a .jsonl or .csv file", "Name it so.")


def as_jsonl(questions: Iterable[Question]) -> str:
    """A set as JSON Lines."""
    return "".join(json.dumps(record_of(q), ensure_ascii=False) + "\n" for q in questions)


def located(
    questions: Iterable[Question], text_of: Callable[[str], str | None]
) -> tuple[tuple[Question, ...], tuple[QuestionSetError, ...]]:
    """The questions with every evidence's start and end, found by its quote where they are missing.

    With it what does not fit the articles, and is left out: an article that `text_of` does not know, a quote
    that is not in it, or not at that place.
    """
    done: list[Question] = []
    problems: list[QuestionSetError] = []
    for question in questions:
        placed = []
        for entry in question.evidence:
            text = text_of(entry.article)
            start = -1 if text is None else text.find(entry.quote) if entry.start is None else entry.start
            end = start + len(entry.quote)
            if text is not None and start >= 0 and text[start:end] == entry.quote:
                placed.append(replace(entry, start=start, end=end))
            elif text is None:
                fault, way_out = f"article {entry.article} is not in the library", "Add the article first."
                problems.append(QuestionSetError(f"question {question.id}", fault, way_out))
            else:
                fault = f"article {entry.article} does not hold {short(entry.quote)} there"
                problems.append(
                    QuestionSetError(f"question {question.id}", fault, "Quote it as it is written.")
                )
        done.append(replace(question, evidence=tuple(placed)))
    return tuple(done), tuple(problems)


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        reason = (error.strerror or "not readable").lower()
        raise QuestionSetError(str(path), f"it cannot be read ({reason})", "Check the path.") from error
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        way_out = "Save it again with the encoding UTF-8 (in a spreadsheet: “CSV UTF-8”)."
        raise QuestionSetError(f"{path.name} line {line}", "it is not UTF-8 text", way_out) from error


def _json_rows(text: str) -> Iterator[tuple[int, Record | Fault]]:
    for line, row in enumerate(text.split("\n"), 1):
        if not row.strip():
            continue
        try:
            record = json.loads(row)
        except (ValueError, RecursionError) as error:
            where = f" at character {error.pos + 1}" if isinstance(error, json.JSONDecodeError) else ""
            yield line, Fault("", f"it is not JSON{where}", "Write one JSON object on each line.")
            continue
        if not isinstance(record, dict):
            yield line, Fault("", "it is not a JSON object", "Write one JSON object on each line.")
            continue
        if "\\ud" in row.lower():  # as in articles: a lone surrogate becomes U+FFFD
            record = json.loads(_SURROGATE.sub("\ufffd", json.dumps(record, ensure_ascii=False)))
        yield line, record


def _csv_rows(text: str) -> Iterator[tuple[int, Record | Fault]]:
    header, _, _ = text.partition("\n")
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=header.count), strict=True)
    names: list[str] = []
    line = 1
    try:
        for cells in rows:
            here, line = line, rows.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if not names:
                names = _columns(cells)
                continue
            yield here, _from_cells(names, cells)
    except Fault as fault:  # the header's: nothing below it can be read
        yield here, fault
    except csv.Error as error:
        fault_text = f"it is not CSV from here on ({error})"
        yield line, Fault("", fault_text, "Close its quotation marks; double those inside a cell.")


def _columns(cells: Sequence[str]) -> list[str]:
    names = [name.strip() for name in cells]
    way_out = "The first line names the columns: at least id and question."
    for name in ("id", "question"):
        if name not in names:
            raise Fault(name, "there is no such column", way_out)
    for name in names:
        if name and names.count(name) > 1:
            raise Fault(name, "two columns are called so", way_out)
    return names


def _from_cells(names: Sequence[str], row: Sequence[str]) -> Record | Fault:
    """The record that a CSV row stands for; an empty cell is a field that is not there."""
    if len(row) > len(names):
        fault = f"it has {len(row)} cells under {len(names)} columns"
        return Fault("", fault, "Put quotation marks around a cell with a comma.")
    cells = {name: cell for name, cell in zip(names, row, strict=False) if name and cell.strip()}
    record: dict[str, object] = {name: cell for name, cell in cells.items() if name not in _SPAN}
    for name in LISTS:
        if name in cells:
            record[name] = _items(cells[name])
    span: dict[str, object] = {name: cells[name] for name in _SPAN if name in cells}
    try:
        for name in ("start", "end"):
            if name in span:
                span[name] = whole_number(cells[name], name)
        if "scope" in cells:
            record["scope"] = json.loads(cells["scope"])
    except Fault as fault:
        return fault
    except (ValueError, RecursionError):
        return Fault("scope", "it is not a JSON object", 'Write it like {"from": "2026-10-01"}.')
    return record | ({"evidence": [span]} if span else {})


def _items(cell: str) -> list[str]:
    return [item.strip() for item in re.split(r"\s\|\s", cell) if item.strip()]


def _joined(old: Question, new: Question, *, line: int, adds: bool) -> Question:
    """A further row with the same id: one more entry of evidence, and nothing else that differs."""
    if not adds or not new.evidence:
        raise Fault(
            "id", f"{old.id!r} already stands on line {line}", "Give every question an id of its own."
        )
    if new.question != old.question:
        raise Fault("question", f"it is not what line {line} asks as {old.id!r}", "Use another id.")
    blank = Question(new.id, new.question)
    for name in (*LISTS, "answerable", "as_of", "scope", "extra"):
        if getattr(new, name) not in (getattr(blank, name), getattr(old, name)):
            raise Fault(
                name, f"it is not what line {line} says of {old.id!r}", "Leave it empty in further rows."
            )
    return replace(old, evidence=old.evidence + new.evidence)


def as_csv(questions: Sequence[Question]) -> str:
    """A set as CSV. Raises: QuestionSetError: a record that CSV cannot hold."""
    extra = list(dict.fromkeys(name for question in questions for name in question.extra))
    columns = ["id", "question", *LISTS, *_SPAN, "answerable", "as_of", "scope", *extra]
    for name in set(extra) & set(_SPAN):
        fault = f"its questions have a field {name!r}, which CSV keeps for evidence"
        raise QuestionSetError("the question set", fault, "Write it as .jsonl.")
    out = io.StringIO(newline="")
    rows = csv.DictWriter(out, columns)
    rows.writeheader()
    for question in questions:
        record = {n: _cell(question, n, v) for n, v in record_of(question).items() if n != "evidence"}
        spans = [asdict(entry) for entry in question.evidence] or [{}]
        rows.writerow(record | spans[0])
        for span in spans[1:]:
            rows.writerow({"id": question.id, "question": question.question} | span)
    return out.getvalue()


def _cell(question: Question, name: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    if name in LISTS and isinstance(value, list):
        joined = LIST_MARK.join(value)
        if _items(joined) != value:
            fault = f"{name} would not come back the same from CSV, where ' | ' parts a list"
            raise QuestionSetError(f"question {question.id}", fault, "Write the set as .jsonl.")
        return joined
    return json.dumps(value, ensure_ascii=False)
