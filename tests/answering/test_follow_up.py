"""Follow-ups rewritten by rules: 260 written questions over the sample newsroom, and the ways in which they lean."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rag.answering.follow_up import FollowUp, Turn, rewrite

CASES = [json.loads(line) for line in (Path(__file__).parent / "follow_ups.jsonl").read_text().splitlines()]
ENGELUND = Turn("What did Marit Engelund say when she announced that the bridge would close?")
TRIAL = "How did the trial of Anton Rask end?"


def followed(case: dict[str, Any]) -> FollowUp:
    """What becomes of a case's question, after those before it one by one."""
    turns: list[Turn] = []
    for question in case["before"]:
        turns.append(Turn(rewrite(question, turns).rewritten or question, tuple(case.get("said", ()))))
    return rewrite(case["question"], turns)


def test_questions_that_stand_alone_are_left_as_they_are() -> None:
    alone = [case for case in CASES if case["rewritten_with"] is None]
    assert len(alone) == 120
    assert [case["question"] for case in alone if followed(case) != FollowUp()] == []


def test_follow_ups_are_rewritten_with_the_names_that_they_lean_on() -> None:
    leans = [case for case in CASES if case["rewritten_with"] is not None]
    assert len(leans) == 140
    wrong = {
        case["question"]: found
        for case in leans
        if not all(words in ((found := followed(case)).rewritten or "") for words in case["rewritten_with"])
    }
    assert list(wrong) == ["And for it?"]
    assert wrong["And for it?"].rewritten is None


@pytest.mark.parametrize(
    ("before", "question", "rewritten"),
    [
        (TRIAL, "And when did he resign?", "When did Anton Rask resign?"),
        (TRIAL, "How much money was involved in his case?", "How much money was involved in Anton Rask’s case?"),
        (TRIAL, "Why?", "Why did the trial of Anton Rask end?"),
        ("How long did the strike at Merrin last?", "Who ended it?", "Who ended the strike at Merrin?"),
        ("When was Harald Munthe born?", "And Ada Kellner?", "When was Ada Kellner born?"),
        (
            "How many dockers and ferry hands walked out at Merrin?",
            "And in Brattvik?",
            "How many dockers and ferry hands walked out in Brattvik?",
        ),
        (
            "How many field officers did the Environment Inspectorate have in 2014?",
            "How many does it have now?",
            "How many field officers does the Environment Inspectorate have now?",
        ),
        (
            "How many field officers did the Environment Inspectorate have in 2014?",
            "Who led it that year?",
            "Who led the Environment Inspectorate in 2014?",
        ),
        ("Why was the St. Orrin Bridge closed?", "Who decided that?", "About the St. Orrin Bridge: who decided that?"),
        ("Where were the Wray brothers found?", "How old are they?", "How old are the Wray brothers?"),
        ("Why was the St. Orrin Bridge closed?", "When will that bridge open?", "When will the St. Orrin Bridge open?"),
    ],
)  # fmt: skip
def test_it_is_put_in_as_one_would_say_it(before: str, question: str, rewritten: str) -> None:
    assert rewrite(question, [Turn(before)]).rewritten == rewritten


def test_whom_he_and_she_stand_for_is_told_by_what_the_articles_call_them() -> None:
    read: list[str] = []

    def articles() -> list[str]:
        read.append("read")
        return ["Mr. Greave said so. Ilves laughed when she heard it. Ilves said she would go on."]

    both = Turn("What did Julian Greave say about Marta Ilves?", (), articles)
    assert rewrite("When did he say it?", [both]).rewritten == "When did Julian Greave say it?"
    assert rewrite("How old is she?", [both]).rewritten == "How old is Marta Ilves?"
    assert read


def test_of_two_who_may_be_meant_none_is_guessed() -> None:
    both = Turn("What did Julian Greave say about Rolf Isaksen?")
    found = rewrite("How old is he?", [both])
    assert found.rewritten is None
    assert found.note == "“he” may be Julian Greave or Rolf Isaksen: the question was asked as it stands."


def test_what_is_not_in_the_conversation_is_said_to_be_missing() -> None:
    found = rewrite("What did he say?", [Turn("How many people were evacuated in the flood?")])
    assert found.rewritten is None
    assert found.note is not None
    assert found.note.startswith("What “he” stands for was not found")


def test_who_was_asked_for_is_whom_the_answer_names() -> None:
    who = Turn("Who chairs the board?", ("Viktor Sand has chaired it for nine years.",))
    assert rewrite("How old is he?", [who]).rewritten == "How old is Viktor Sand?"


def test_the_question_before_the_last_is_looked_at_where_the_last_names_nobody() -> None:
    turns = [ENGELUND, Turn("How many cracks are there in the St. Orrin Bridge?")]
    assert rewrite("What did she promise?", turns).rewritten == "What did Marit Engelund promise?"


@pytest.mark.parametrize("question", ["", "   ", "?", "And?", "it", "he he he", "What about?", "that that"])
def test_odd_questions_are_never_made_into_others_by_accident(question: str) -> None:
    found = rewrite(question, [ENGELUND])
    assert found.rewritten is None or "Engelund" in found.rewritten or "bridge" in found.rewritten


def test_without_a_conversation_nothing_is_changed() -> None:
    assert rewrite("When did he resign?", []) == FollowUp()
