"""Quotations of an article with whose they are, by its own words; left open where these leave it open."""

from __future__ import annotations

import pytest

from rag.evidence.quote_marks import paragraphs, quoted
from rag.evidence.speech import spoken


def told(text: str) -> list[tuple[str, str | None]]:
    return [(" ".join(text[one.start : one.end].split()), one.speaker or one.phrase) for one in spoken(text)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('"It is shut," said Ann Lee, 41, the mayor.', [("It is shut", "Ann Lee")]),
        ("“It is shut,” Mayor Lee told reporters. “It stays so.”", [("It is shut", "Lee"), ("It stays so.", "Lee")]),
        ('Ann Lee, who runs the port, said: "It is shut."', [("It is shut.", "Ann Lee")]),
        ('"Is it shut now?" asked Ann Lee.', [("Is it shut now?", "Ann Lee")]),
        ('"It was cold," Mrs. Lee said, "and wet."', [("It was cold", "Lee"), ("and wet.", "Lee")]),
        ("«It is shut for good», said Ann Lee.", [("It is shut for good", "Ann Lee")]),
        ("„It is shut for good“, said Ann Lee.", [("It is shut for good", "Ann Lee")]),
        ("‘It’s shut for good,’ said Ann Lee.", [("It’s shut for good", "Ann Lee")]),
        ('"We are ready for it," according to Dr. Lee.', [("We are ready for it", "Lee")]),
        ('"It is shut," said Lee spokesman Tom Bounds.', [("It is shut", "Tom Bounds")]),
        ('"It is shut," Secretary of State Ann Lee said.', [("It is shut", "Ann Lee")]),
    ],
)  # fmt: skip
def test_the_clause_beside_it_says_whose_it_is(text: str, said: list[tuple[str, str]]) -> None:
    assert told(text) == said


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ('"Go and look at it," said a guard at the gate.', "a guard at the gate"),
        ('At the gate a guard said they could "go and look at it".', "a guard"),
        ('"It is shut," said an aide to Ann Lee.', "an aide to Ann Lee"),
        (
            'The drains were "deferred to the next period", a spokesman for Mr. Lee said.',
            "a spokesman for Mr. Lee",
        ),
    ],
)
def test_who_is_not_named_is_called_as_the_article_calls_them(text: str, phrase: str) -> None:
    [one] = spoken(text)
    assert (one.speaker, one.phrase) == (None, phrase)


def test_he_said_is_given_to_the_one_person_who_can_be_meant() -> None:
    lead = "Ann Lee, 41, the mayor, opened the gate."
    assert told(f'{lead} "It is open," she said.') == [("It is open", "Ann Lee")]
    assert told(f'{lead}\n\nIt rained.\n\n"It is open," she said.') == [("It is open", "Ann Lee")]
    assert told(f'{lead}\n\n"It is open. I opened it myself."') == [
        ("It is open. I opened it myself.", "Ann Lee")
    ]


@pytest.mark.parametrize(
    "lead",
    [
        "Ann Lee, 41, met Tom Bounds, 50, at the gate.",  # two persons
        "Mr. Bounds, 50, opened the gate.",  # "she" is not he
        "Mr. Bounds, 50, opened the gate for her.",  # somebody else is there
        "Ann Lee, 41, met a nurse at the gate.",  # who has no name
        "Ann Lee, 41, met Tom Bounds at the gate.",  # who may be a person
        "The gate opened.",
    ],
)
def test_where_another_can_be_meant_nobody_is_named(lead: str) -> None:
    assert told(f'{lead} "It is open now," she said.') == [("It is open now", None)]


def test_a_surname_stands_for_the_one_full_name_that_the_article_has() -> None:
    text = 'Dr. Ann Lee came.\n\n"It is open now," Lee said.'
    assert told(text) == [("It is open now", "Ann Lee")]
    two = 'Mr. Tom Lee and Mrs. Ann Lee came.\n\n"It is open now," Mrs. Lee said.'
    assert told(two) == [("It is open now", "Mrs. Lee")]


def test_a_quotation_over_paragraphs_is_one() -> None:
    text = '"Yes," said Ann Lee. "I chose it, and it was too long.\n\n"We tried.\n\n"Then it rained."'
    text += '\n\n"No," said Tom Bounds.'  # of another
    assert told(text) == [
        ("Yes", "Ann Lee"),
        ('I chose it, and it was too long. "We tried. "Then it rained.', "Ann Lee"),
        ("No", "Tom Bounds"),
    ]


def test_what_never_closes_is_none_and_later_ones_are_found() -> None:
    text = 'He began: "It is shut and\n\nNothing.\n\n"It is open now," said Ann Lee.'
    assert told(text) == [("It is open now", "Ann Lee")]
    assert told('"' * 1001) == []
    assert spoken("") == ()


def test_titles_and_words_set_apart_are_no_quotations() -> None:
    assert told('Ann Lee wrote "The Long Road Home" in 1990.') == []
    assert told('Ann Lee said the oak was "sustainably smoked".') == []


def test_what_belongs_to_the_page_is_left_out() -> None:
    text = '"Read this now," says the editor.\n\n"It is open now," said Ann Lee.'
    found = spoken(text, [(0, 33)])
    assert [one.speaker for one in found] == ["Ann Lee"]


def test_lines_are_paragraphs_only_where_no_line_is_blank() -> None:
    wrapped = '"It is\nopen now," said\nAnn Lee.\n\nIt rained.'
    assert told(wrapped) == [("It is open now", "Ann Lee")]
    lines = '"It is open.\n"It stays so," said Ann Lee.'
    assert len(paragraphs(lines)) == 2
    assert [lines[one.start : one.end] for one in quoted(lines, paragraphs(lines))] == [
        'It is open.\n"It stays so'
    ]
