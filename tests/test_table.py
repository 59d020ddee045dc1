"""Passages as CSV: one row each, and nothing a spreadsheet takes for a formula."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from rag.errors import UsageError
from rag.table import COLUMNS, as_csv, write_csv
from rag.types import Found, Passage


def found(title: str, text: str, outlet: str | None = "The Post", author: str | None = None) -> Found:
    passage = Passage("=cmd|' /C calc'!A0", 1, 0, 5, 5 + len(text), ((5, 5 + len(text)),))
    return Found(
        1, passage, text, title, outlet, None, None, "2026-10-12", "https://x.example", None, 1.0, None, None, 1.0,
        author=author,
    )  # fmt: skip


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


def test_a_row_has_what_a_reporter_needs() -> None:
    head, row = rows(as_csv([found("Bridge, shut", "Two\nlines, “quoted”.", author="Ingrid Sollas")]))
    assert head == list(COLUMNS)
    assert row[:4] == ["Bridge, shut", "The Post", "2026-10-12", "Ingrid Sollas"]
    assert row[5:] == ["5", "25", "Two lines, “quoted”.", "https://x.example"]


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t=", "\r=", " ="])
def test_row_50_no_cell_is_a_formula(begin: str) -> None:
    _, row = rows(as_csv([found(f"{begin}1+1", f"{begin}1+1", outlet=f"{begin}1", author=f"{begin}1")]))
    for cell in row:
        assert not cell.lstrip(" \t\r").startswith(("=", "+", "-", "@")), row
    assert row[0] == f"'{begin}1+1"
    assert row[4].startswith("'=cmd")


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be written"):
        write_csv(str(tmp_path / "none" / "x.csv"), [])
