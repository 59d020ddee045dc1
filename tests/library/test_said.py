"""Folding copies of a passage, on invented sentences."""

from __future__ import annotations

import pytest

from rag.library.said import Said, fold

BOARD = "The harbour board voted 7-2 on Tuesday to close the old ferry dock at Aldmoor, officials said."
COST = "Board chairman Lee Marr said the dock had lost $4 million in three years."
LOCAL = "In Brindle, shopkeeper Ann Poe said she would miss the noise of the horn."


def said_already(first: str, then: str) -> bool:
    return fold([("g", [first]), ("g", [then])]) == [(0, [1])]


SAME = [
    ("“We have kept it alive,” he said.", '"We have kept it alive," he said.'),
    ("The harbour was reorganised in the centre.", "The harbor was reorganized in the center."),
    ("Rates rose by 4.5 per cent to 1,200 crowns.", "Rates rose by 4.5% to 1200 crowns."),
    ("U.S. officials met seven envoys on Monday.", "US officials met 7 envoys on Monday."),
    ("ALDMOOR, Feb 3 (Norlan) - The dock was shut by the board.", "The dock was shut by the board."),
    (
        "The old dock at Aldmoor was put up for sale in May.",
        "The old pier at Aldmoor was put up for sale in May.",
    ),
    (BOARD, "The harbour board voted 7-2 to close the old ferry dock at Aldmoor, officials said."),
]


@pytest.mark.parametrize(("first", "then"), SAME)
def test_typography_spelling_and_light_edits_are_the_same(first: str, then: str) -> None:
    assert said_already(first, then)


OTHER = [
    (
        "The blast killed 12 people in the old dock on Monday.",
        "The blast killed 2 people in the old dock on Monday.",
    ),
    ("The blast killed twelve people in the old dock.", "The blast killed two people in the old dock."),
    ("The blast hurt 12 people in the dock at Aldmoor.", "The blast hurt 12 people in the dock at Brindle."),
    (
        "Shares of the old ferry firm rose 3 percent on Monday.",
        "Shares of the old ferry firm fell 3 percent on Monday.",
    ),
    ("The mayor did take money from the ferry firm.", "The mayor did not take money from the ferry firm."),
    ("He allegedly took the money from the ferry firm.", "He took the money from the ferry firm."),
    ("He denied he took money from the ferry firm.", "He took money from the ferry firm."),
    ("The blast killed all the crew of the ferry.", "The blast hurt all the crew of the ferry."),
    ("The ferry will sail from the dock on Monday.", "The ferry sailed from the dock on Monday."),
    ("In the end Marr beat Poe in the vote for mayor.", "In the end Poe beat Marr in the vote for mayor."),
    (
        "The board paid $4 million for the old ferry dock.",
        "The board paid £4 million for the old ferry dock.",
    ),
    (
        "The board paid $4 million for the old ferry dock.",
        "The board paid $4 billion for the old ferry dock.",
    ),
    (
        "The dock was shut by the board.",
        "The dock was shut by the board after Marr told it that nothing was left.",
    ),
    ("The dock was shut.", "The dock was sold."),
    (
        "Children fed grey geese by the pier.",
        "Children fed grey geese by the pier while gulls circled overhead.",
    ),
    (
        "The dock was shut by the board, in a story that gulls told children.",
        "The dock was shut by the board.",
    ),
]


@pytest.mark.parametrize(("first", "then"), OTHER)
def test_another_number_name_or_turning_word_is_never_folded(first: str, then: str) -> None:
    assert not said_already(first, then)


def test_what_only_one_copy_says_stays() -> None:
    assert fold([("g", [BOARD, COST]), ("g", [BOARD, COST, LOCAL]), ("g", [COST])]) == [(0, [2]), (1, [])]


def test_a_passage_is_folded_where_the_kept_ones_together_say_it() -> None:
    cut_otherwise = [("g", [BOARD, COST]), ("g", [COST, LOCAL]), ("g", [BOARD, LOCAL, COST])]
    assert fold(cut_otherwise) == [(0, [2]), (1, [])]


def test_only_copies_of_one_story_are_folded() -> None:
    assert fold([("g", [BOARD]), ("h", [BOARD]), (None, [BOARD]), (None, [BOARD])]) == [
        (0, []),
        (1, []),
        (2, []),
        (3, []),
    ]


def test_three_hundred_copies_leave_one_passage_and_every_other() -> None:
    said = Said()
    copies = [said.offer("g", [BOARD, COST]) for _ in range(300)]
    others = [said.offer(None, [LOCAL]) for _ in range(5)]
    assert copies == [None] + [0] * 299
    assert others == [None] * 5


def test_a_passage_of_marks_alone_is_kept() -> None:
    assert fold([("g", [BOARD]), ("g", ["* * *"])]) == [(0, []), (1, [])]
