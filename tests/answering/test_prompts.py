"""Prompts are files, checked when they are loaded."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.answering.prompts import load
from rag.errors import ReadingError

NAMES = ("passages", "question", "today")


def test_the_answer_prompt_is_whole_and_has_a_digest() -> None:
    prompt = load("answer", placeholders=NAMES)
    system, user = prompt.filled(passages="[1] $today and ${more}", question="Who?", today="2026-11-22")
    assert "2026-11-22" in system
    assert "[1] $today and ${more}" in user
    assert len(prompt.digest) == 12


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("# User\nonly", "# System"),
        ("# System\nYou are $today\n# User\n$questoin", "questoin"),
        ("# System\nIt costs $ 5\n# User\n$question", "dollar"),
    ],
)
def test_a_prompt_with_a_fault_is_refused_by_name(tmp_path: Path, text: str, fault: str) -> None:
    (tmp_path / "mine.md").write_text(text)
    with pytest.raises(ReadingError, match=fault):
        load("mine", placeholders=("today", "question"), folder=tmp_path)


def test_a_missing_prompt_is_named(tmp_path: Path) -> None:
    with pytest.raises(ReadingError, match="gone"):
        load("gone", placeholders=(), folder=tmp_path)
