from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from rag.errors import ReadingError
from rag.reading import records
from rag.reading.records import Record, csv_records, json_records, jsonl_records


def of_csv(data: bytes) -> list[Record]:
    return list(csv_records("a.csv", io.BytesIO(data)))


def of_jsonl(data: bytes) -> list[Record]:
    return list(jsonl_records(io.BytesIO(data)))


def texts(found: list[Record]) -> list[object]:
    return [record.fields["text"] if record.fields else None for record in found]


def test_a_malformed_line_is_named_by_its_number_and_the_rest_goes_on() -> None:
    found = of_jsonl(b'{"text": "one"}\n\n{"text": two}\n[1]\n{"text": "five"}')
    assert [(r.line, r.fault) for r in found] == [
        (1, None),
        (3, "not valid JSON: expecting value at column 10"),
        (4, "not a record but a list"),
        (5, None),
    ]
    assert texts(found) == ["one", None, None, "five"]


def test_deep_nesting_and_huge_numbers_are_no_danger() -> None:
    deep = b'{"text": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    found = of_jsonl(deep + b'\n{"text": "a", "page": ' + b"9" * 10_000 + b', "x": 1e999, "y": NaN}\n')
    assert found[0].fault == "nested too deeply"
    assert texts(found) == [None, "a"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32", "cp1252"])
def test_lines_are_read_in_every_encoding(encoding: str) -> None:
    lines = "".join(json.dumps({"text": f"Ölfaß – Nr. {n}"}, ensure_ascii=False) + "\r\n" for n in range(300))
    found = of_jsonl(lines.encode(encoding))
    assert texts(found) == [f"Ölfaß – Nr. {n}" for n in range(300)]
    assert found[-1].line == 300


def test_a_line_over_the_limit_fails_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "LIMIT", 1000)
    found = of_jsonl(b'{"text": "one"}\n{"text": "' + b"x" * 5000 + b'"}\n{"text": "three"}\n')
    assert [(r.line, r.fields is None) for r in found] == [(1, False), (2, True), (3, False)]
    assert found[1].fault == "a record of more than 20.0 MB"


def test_lines_are_read_one_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "many.jsonl"
    path.write_bytes(b'{"text": "a"}\n' * 100_000)
    with path.open("rb") as file:
        first = next(jsonl_records(file))
        assert first.fields == {"text": "a"}
        assert file.tell() < 200_000


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ('{"text": "a"}', [None]),
        ('\n[{"text": "a"},\n\n {"text": "b"}]', [2, 4]),
        ('{"n": [1, {"text": 2}],\n"articles": [\n{"text": "a"},\n{"text": "b"}\n]}', [3, 4]),
        ("[]", []),
        ('{"articles": []}', []),
    ],
)
def test_json_gives_each_record_with_its_line(text: str, lines: list[int | None]) -> None:
    assert [record.line for record in json_records("a.json", text)] == lines


def test_a_list_that_is_cut_off_gives_what_stands_before() -> None:
    found = list(json_records("a.json", '[{"text": "a"},\n{"text": "b"},\n{"text": "c'))
    assert texts(found) == ["a", "b", None]
    assert found[2].line == 3
    assert found[2].fault == (
        "not valid JSON: unterminated string starting at line 3 column 10; what follows in the list was not read"
    )


def test_json_with_two_objects_says_what_to_do() -> None:
    with pytest.raises(ReadingError, match=r"ends at line 1.*\.jsonl"):
        list(json_records("a.json", '{"text": "a"}\n{"text": "b"}'))


@pytest.mark.parametrize("text", ["{", '{"a": }', "[" * 100_000, '{"a":' * 100_000])
def test_broken_json_is_refused_in_words(text: str) -> None:
    try:
        faults = [record.fault for record in json_records("a.json", text)]
    except ReadingError as error:
        faults = [error.fault]
    assert all(fault and ("not valid JSON" in fault or "nested too deeply" in fault) for fault in faults)


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_csv_is_read_whatever_parts_its_columns(mark: str) -> None:
    rows = [["id", "Title", " text "], ["1", 'He said "no"', "one, two; three\r\nfour"], ["2", "", "five"]]
    data = "\r\n".join(mark.join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows)
    found = of_csv(("\ufeff" + data).encode())
    assert [record.fields for record in found] == [
        {"id": "1", "title": 'He said "no"', "text": "one, two; three\r\nfour"},
        {"id": "2", "title": None, "text": "five"},
    ]
    assert [record.line for record in found] == [2, 4]


def test_csv_in_utf16_and_with_old_line_ends() -> None:
    assert texts(of_csv("id;text\n1;Öl\n2;Gas\n".encode("utf-16"))) == ["Öl", "Gas"]
    assert texts(of_csv(b"id,text\r1,one\r2,two\r")) == ["one", "two"]


def test_csv_without_a_text_column_names_its_columns() -> None:
    with pytest.raises(ReadingError, match=r"no column 'text' \(its columns: 'headline', 'body'\)"):
        of_csv(b"headline,body\na,b\n")


def test_a_row_with_too_many_columns_fails_and_the_rest_goes_on() -> None:
    found = of_csv(b"id,text\n1,one, two\n2,three\n\n3,four,,\n")
    assert [(r.line, r.fault) for r in found] == [
        (2, "3 columns where the header has 2: is a quotation mark missing?"),
        (3, None),
        (5, None),
    ]


def test_a_quotation_mark_that_never_closes_takes_no_row_in_silence() -> None:
    found = of_csv(b'id,text\n1,one\n2,"two\n3,three\n4,four\n')
    assert [(r.line, r.fault) for r in found] == [
        (2, None),
        (3, "a quotation mark opened at this line is not closed as it should be; lines 3 to 5 were not read"),
    ]
