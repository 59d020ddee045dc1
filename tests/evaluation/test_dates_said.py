"""The date that was asked for, found in an answer in whatever form, resolved by the article that is cited."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag.evaluation.dates import says_date
from rag.evaluation.measures import BY_NAME
from rag.expected import Question
from rag.types import (
    Answer,
    Sentence,
)
from tests.evaluation import made


def given(text: str, published: str | None = "2026-11-20") -> Answer:
    told = made.answer(made.question(1))
    citation = replace(told.citations[0], published=published)
    return replace(told, sentences=(Sentence(text, (1,)),), citations=(citation,))


def asked(*answers: str) -> Question:
    return replace(made.question(1), answers=answers)


@pytest.mark.parametrize(
    ("answers", "said", "expected"),
    [
        (("Nov. 23",), "It opens on 23 November 2026.", True),
        (("2026-11-23",), "It opens on Nov. 23.", True),
        (("Monday, Nov. 23",), "It opens on Nov. 23, the mayor said.", True),
        (("2026-11-16",), "It opened on Monday.", True),
        (("Nov. 23",), "It opens on Nov. 24.", False),
        (("Nov. 23",), "It opens in November 2026.", False),
        (("November 2026",), "It opens on Nov. 23.", True),
        (("Nov. 23", "next week"), "It opens soon.", False),
        (("fourteen",), "It opened on Nov. 23.", None),
        (("the flood of Nov. 23",), "It opened on Nov. 23.", None),
    ],
)
def test_a_date_is_said_or_not_whatever_its_form(
    answers: tuple[str, ...], said: str, expected: bool | None
) -> None:
    assert says_date(asked(*answers), given(said)) is expected


def test_a_day_is_resolved_by_the_article_it_cites() -> None:
    question = asked("2026-10-12")
    assert says_date(question, given("It closed on Monday.", "2026-10-14"))
    assert says_date(question, given("It closed on Monday.", "2026-11-18")) is False


def test_one_that_was_declined_says_no_date_and_an_unanswerable_one_asks_for_none() -> None:
    measure = BY_NAME["date"]
    question = asked("Nov. 23")
    declined = replace(given("It opens on Nov. 23."), status="closest")
    assert measure.of(made.asked(question, said=given("It opens on Nov. 23."))) == 1.0
    assert measure.of(made.asked(question, said=declined)) == 0.0
    assert measure.of(made.asked(replace(question, answerable=False), said=declined)) is None
