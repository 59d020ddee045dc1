"""Dates and outlets that a question says become chips of its scope; nothing else does."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from rag.errors import UsageError
from rag.retrieval.question import read_question
from rag.types import Reading, Scope

TODAY = date(2026, 11, 22)  # a Sunday
OUTLETS = ("The Gazette", "Radio North")


def read(question: str, scope: Scope | None = None) -> Scope:
    return read_question(question, scope or Scope(), today=TODAY, outlets=OUTLETS).scope


@pytest.mark.parametrize(
    ("question", "day"),
    [
        ("What happened last week at the harbour?", "2026-11-09"),
        ("Who resigned since 1 March 2026?", "2026-03-01"),
        ("Who resigned since March 3?", "2026-03-03"),
        ("Who has resigned since December?", "2025-12-01"),
        ("What was said over the past two weeks?", "2026-11-08"),
        ("What did the council decide in October 2026?", "2026-10-01"),
        ("What came out yesterday?", "2026-11-21"),
        ("What did the council decide today?", "2026-11-21"),
        ("Has it changed since 2019?", "2019-01-01"),
        ("Who won since 2026-02-03?", "2026-02-03"),
    ],
)
def test_a_time_said_in_the_question_says_from_when_articles_count(question: str, day: str) -> None:
    scope = read(question)
    assert (scope.from_, scope.to, scope.undated) == (day, None, True)


@pytest.mark.parametrize(
    ("question", "day"),
    [("Anything published before May 2026?", "2026-04-30"), ("Who led until 3 May 2026?", "2026-05-03")],
)
def test_a_limit_said_in_the_question_says_until_when(question: str, day: str) -> None:
    assert read(question).to == day


@pytest.mark.parametrize(
    "question",
    [
        "What happened on March 11?",
        "Why did the May festival close?",
        "Who is Theresa May?",
        "Since when is it open?",
        "Who resigned since 30 February 2026?",
        "Which paper won a prize?",
        "Is the Gazette sold?",
        "Is the bridge closed today?",
        "How much does the ferry cost today?",
        "What had he been charged with, as of today?",
    ],
)
def test_the_date_of_an_event_or_a_bare_name_narrows_nothing(question: str) -> None:
    assert read(question) == Scope()


def test_an_outlet_counts_when_the_question_says_that_it_reported() -> None:
    for question in ("What did the Gazette say about it?", "Who won, according to The Gazette?"):
        asked = read_question(question, Scope(), today=TODAY, outlets=OUTLETS)
        assert asked.scope.outlets == ("The Gazette",)
        assert asked.chips[0].label == "outlet The Gazette"


def test_an_agency_counts_when_articles_credit_it_and_one_that_is_an_outlet_too_may_mean_either() -> None:
    asked = read_question(
        "What did Reuters report?", Scope(), today=TODAY, outlets=OUTLETS, agencies=("Reuters", "Radio North")
    )
    assert asked.scope == Scope(agencies=("Reuters",))
    assert [(chip.field, chip.label, chip.also) for chip in asked.chips] == [
        ("agencies", "credits Reuters", None)
    ]
    asked = read_question(
        "Who won, according to Radio North?", Scope(), today=TODAY, outlets=OUTLETS, agencies=("Radio North",)
    )
    assert asked.scope == Scope(outlets=("Radio North",))
    assert [(chip.field, chip.also) for chip in asked.chips] == [("outlets", "agencies")]


def test_a_reading_that_is_not_wanted_is_left_and_the_others_stay() -> None:
    question = "What did the Gazette say since 1 March 2026 and until 5 May 2026?"

    def without(*readings: Reading) -> Scope:
        return read_question(
            question, Scope(), today=TODAY, outlets=OUTLETS, not_read=frozenset(readings)
        ).scope

    both = Scope(from_="2026-03-01", to="2026-05-05", undated=True, outlets=("The Gazette",))
    assert without() == both
    assert without("from") == replace(both, from_=None)
    assert without("to") == replace(both, to=None)
    assert without("outlet") == replace(both, outlets=())
    assert without("from", "to", "outlet") == Scope()


def test_the_readers_own_filters_are_never_overruled() -> None:
    scope = Scope(from_="2026-01-01", outlets=("Radio North",))
    asked = read_question("What did the Gazette say last week?", scope, today=TODAY, outlets=OUTLETS)
    assert (asked.scope, asked.chips) == (scope, ())
    scope = Scope(agencies=("Reuters",))
    asked = read_question("What did the Gazette say?", scope, today=TODAY, outlets=OUTLETS)
    assert (asked.scope, asked.chips) == (scope, ())


def test_white_space_and_control_characters_are_folded() -> None:
    asked = read_question("  Who\n\0 won? ", Scope(), today=TODAY, outlets=())
    assert asked.question == "Who won?"


@pytest.mark.parametrize(
    ("question", "fault"), [("", "empty"), ("  \n", "empty"), ("x" * 1_000_000, "1,000,000")]
)
def test_row_66_an_empty_or_endless_question_is_refused_with_its_length(question: str, fault: str) -> None:
    with pytest.raises(UsageError, match=fault):
        read(question)
