"""Searches as reporters write them: what is syntax, what is words, and that no text is an error."""

from __future__ import annotations

import random

import pytest

from rag.retrieval.query import read
from rag.retrieval.tree import leaves, words_in


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ferry AND strike", "ferry AND strike"),
        ("ferry OR boat strike", "ferry OR (boat AND strike)"),
        ("a AND (b OR c) NOT d", "a AND (b OR c) AND NOT d"),
        ('"exact phrase" -word', '"exact phrase" AND NOT word'),
        ("“Curly Quotes” -(a OR b)", '"curly quotes" AND NOT (a OR b)'),
        ("(ferry OR boat) NEAR/3 “dock strike”", '(ferry OR boat) NEAR/3 "dock strike"'),
        ("a NEAR/5 (b AND c)", "a AND b AND c"),
        ("flood*", "flood*"),
        ('"flood* water"', '"flood* water"'),
        ('title:bridge outlet:"Skellby Post"', 'title:bridge AND outlet:"skellby post"'),
        ("outlet:(mercury OR post) ferry", '(outlet:"mercury" OR outlet:"post") AND ferry'),
        ("-title:bridge ferry", "NOT title:bridge AND ferry"),
        ("byline:Sollas", 'byline:"sollas"'),
        ("NOT NOT ferry OR strike", "ferry OR strike"),
        ("co-operate AND U.S. AND 1,200", '"co operate" AND U.S. AND 1,200'),
        ("ferry? OR strike!", "ferry OR strike"),
    ],
)
def test_a_search_is_read_as_it_says(text: str, said: str) -> None:
    reading = read(text)
    assert reading.tree is not None
    assert reading.said == said
    assert read(said).said == said


@pytest.mark.parametrize(
    "text",
    [
        "ferry timetable",
        "Who said what, and where?",
        "and or not near",
        "body:ferry",
        "Merrin (port)",
        "e-mail",
    ],
)
def test_words_with_no_syntax_in_them_stay_plain_words(text: str) -> None:
    assert read(text).tree is None
    assert read(text).said is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('"unclosed', "the words: unclosed"),
        ("AND AND", "the words: AND AND"),
        ("ferry AND", "the words: ferry AND"),
        ("ferry NEAR/0 strike", "the words: ferry NEAR/0 strike"),
        ("fl*od", "the words: fl od"),
        ("title: bridge", "the words: title bridge"),
        ('"" ferry', "the words: ferry"),
        (":", "no words"),
        ("*", "no words"),
        ("((", "no words"),
        ("- - *", "no words"),
    ],
)
def test_what_cannot_be_read_as_syntax_is_words_and_is_said(text: str, said: str) -> None:
    assert read(text).tree is None
    assert read(text).said == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('byline:* "a b"', '"a b"'),
        ('-title:* "a b"', '"a b"'),
        ('-( "a b"', '"a b"'),
        ('AND "a b"', '"and" AND "a b"'),
        ('"a b" ((', '"a b"'),
    ],
)
def test_a_stray_piece_never_turns_what_stands_beside_it(text: str, said: str) -> None:
    assert read(text).said == said


def test_row_66_no_text_is_an_error() -> None:
    pieces = [
        '"',
        "(",
        ")",
        "-",
        "*",
        ":",
        " ",
        "AND",
        "OR",
        "NOT",
        "NEAR/3",
        "NEAR/",
        "title:",
        "-byline:",
        "ferry",
    ]
    pieces += ["flo*", "😀", "\ud800", "“", "e\u0301", "'", "—", "'s", "U.S."]
    chance = random.Random(66)
    for _ in range(3_000):
        text = "".join(chance.choice([" ", ""]) + chance.choice(pieces) for _ in range(chance.randint(1, 14)))
        reading = read(text)
        if reading.tree is not None:
            assert reading.said
            words_in(reading.tree)
            assert read(reading.said).said == reading.said, text


@pytest.mark.parametrize(
    "text",
    [
        "(" * 2000 + "x" + ")" * 2000 + ' "y z"',
        "NOT " * 1000 + "x",
        "a NEAR/1 " * 440 + "b",
        "a OR " * 800 + "b",
    ],
    ids=["brackets", "nots", "nears", "ors"],
)
def test_row_66_a_search_as_deep_as_it_may_be_long_is_read(text: str) -> None:
    reading = read(text)
    assert reading.tree is not None
    assert leaves(reading.tree)
