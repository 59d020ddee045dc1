"""Feedback on answers: kept with the answer and whose it is, listed until closed, made a test question."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rag import feedback, newsroom, question_sets
from rag.errors import UsageError
from rag.kept import COMMAND_LINE
from rag.newsroom import How, Newsroom
from rag.types import Scope
from tests.fakes.embedder import FakeEmbedder
from tests.test_cli import articles, run

__all__ = ["articles", "run"]

ASKED = "How many cracks did engineers find in the Marden bridge?"


@pytest.fixture
def room(tmp_path: Path, articles: Path) -> Iterator[Newsroom]:
    with newsroom.open(tmp_path / "home", embedder=FakeEmbedder()) as opened:
        opened.ingest([articles])
        yield opened


def test_what_a_reader_says_is_listed_until_it_is_closed(room: Newsroom) -> None:
    answer = room.ask(ASKED)
    one = feedback.give(room, answer, "user:Maja", "wrong", " It says fifteen. ")
    two = feedback.give(room, answer, "browser:abc", "right")
    assert [(each.who, each.kind, each.note) for each in feedback.all_of(room)] == [
        ("a reader", "right", ""),
        ("Maja", "wrong", "It says fifteen."),
    ]
    assert {each.answer_id for each in feedback.all_of(room)} == {answer.id}
    feedback.close(room, one.number, "user:Otto")
    assert [each.number for each in feedback.all_of(room)] == [two.number]
    assert feedback.all_of(room, only_open=False)[1].closed_by == "Otto"
    feedback.close(room, one.number, "user:Otto", closed=False)
    assert len(feedback.all_of(room)) == 2


def test_a_kind_that_is_none_a_missing_or_long_note_and_a_wrong_number_are_told(room: Newsroom) -> None:
    answer = room.ask(ASKED)
    for kind, note, fault in (
        ("bad", "x", "there is no 'bad'"),
        ("wrong_date", " ", "needs a note"),
        ("wrong", "x" * 2_001, "over 2,000 characters"),
    ):
        with pytest.raises(UsageError, match=fault):
            feedback.give(room, answer, COMMAND_LINE, kind, note)
    with pytest.raises(UsageError, match="there is no such feedback"):
        feedback.close(room, 9, COMMAND_LINE)
    with pytest.raises(UsageError, match="there is no such feedback"):
        feedback.to_test(room, 9, "mine.jsonl")
    assert feedback.all_of(room, only_open=False) == ()


def test_feedback_becomes_a_test_question_with_evidence_only_where_the_answer_is_right(
    room: Newsroom,
) -> None:
    answer = room.ask(ASKED, how=How(always_answer=True))
    right = feedback.give(room, answer, COMMAND_LINE, "right", scope=Scope(outlets=("The Post",)))
    wrong = feedback.give(room, answer, COMMAND_LINE, "missing_source", "The council's report")
    assert [feedback.to_test(room, one.number, "mine.jsonl")[0] for one in (right, wrong)] == ["q001", "q002"]
    one, two = question_sets.read(room, "mine.jsonl")
    assert [entry.quote for entry in one.evidence] == [each.quote for each in answer.citations]
    assert one.scope.outlets == ("The Post",)
    assert (two.evidence, two.answerable, two.extra["note"]) == ((), True, "The council's report")
    assert two.tags == ("from-an-answer", "feedback-missing_source")


def test_the_command_lists_closes_and_makes_test_questions(run: Any, articles: Path, tmp_path: Path) -> None:
    home = f"--home={tmp_path / 'home'}"
    run("ingest", str(articles), home)
    assert "No feedback is open." in run("eval", "feedback", home).out
    with newsroom.open(tmp_path / "home") as room:
        feedback.give(room, room.ask(ASKED), COMMAND_LINE, "wrong", "It was [bold]fifteen")
    [told] = run("eval", "feedback", "--json", home).json["feedback"]
    assert (told["kind"], told["note"], told["who"]) == ("wrong", "It was [bold]fifteen", "command line")
    assert "It was [bold]fifteen" in run("eval", "feedback", "--test=1", home).out
    [line] = (tmp_path / "home/sets/feedback.jsonl").read_text().splitlines()
    assert json.loads(line)["question"] == ASKED
    assert run("eval", "feedback", "--close=1", "--json", home).json["feedback"] == []
    assert run("eval", "feedback", "--close=7", home).code == 2
