"""Questions taken apart: what asks several things, and above all what does not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag.answering.parts import parts

SAMPLE = Path(__file__).resolve().parents[2] / "corpus" / "questions.jsonl"


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        (
            "What did the council vote on and who opposed it?",
            ("What did the council vote on?", "What did the council vote on, and who opposed it?"),
        ),
        (
            "Why was the St. Orrin Bridge closed and when will it reopen?",
            ("Why was the St. Orrin Bridge closed?", "When will the St. Orrin Bridge reopen?"),
        ),
        (
            "What did Viktor Sand promise in September, and has he apologised?",
            ("What did Viktor Sand promise in September?", "Has Viktor Sand apologised?"),
        ),
        (
            "Who is Anton Rask? What was he charged with? How did his trial end?",
            ("Who is Anton Rask?", "What was Anton Rask charged with?", "How did Anton Rask’s trial end?"),
        ),
        (
            "What did Engelund say about the bridge; when did she say it?",
            ("What did Engelund say about the bridge?", "When did Engelund say it?"),
        ),
        ("What happened at Fennmet and why?", ("What happened at Fennmet?", "Why did that happen at Fennmet?")),
        ("Compare Ada Kellner and Rolf Isaksen on wages", ("Ada Kellner on wages", "Rolf Isaksen on wages")),
        (
            "Compare the health board's and the nurses' figures for job losses",
            ("The health board's figures for job losses", "The nurses' figures for job losses"),
        ),
        ("What is the difference between Option A and Option B?", ("Option A", "Option B")),
    ],
)  # fmt: skip
def test_each_part_can_be_asked_alone(question: str, asked: tuple[str, ...]) -> None:
    assert parts(question) == asked


@pytest.mark.parametrize(
    "question",
    [
        "What did police say about who did it and why?",
        "Did Sand explain what the board decided and how it voted?",
        "How do dockers and ferry hands earn their living?",
        "What do Kellner and Isaksen say about the river?",
        "How much nickel solution got out of the tank, and over how long?",
        "Does anybody know where and when they met?",
        'Who said "what was it and who did it"?',
        "Which of the two won and lost?",
        "Compare them",
        "and who?",
        "?",
        "",
        "What? Why? How?",
        "A thief stole it. What was it?",
        "Who? " * 40,
    ],
)
def test_what_may_be_one_question_stays_one(question: str) -> None:
    assert parts(question) == ()


def test_of_the_sample_set_those_are_taken_apart_that_ask_two_things() -> None:
    asked = [json.loads(line) for line in SAMPLE.read_text().splitlines()]
    assert [one["id"] for one in asked if parts(one["question"])] == [
        "s051", "s074", "s125", "s130", "s141", "s151", "s179",
    ]  # fmt: skip
