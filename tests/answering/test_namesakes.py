"""Two people of one name are told apart where their ages are; one who grew older is one."""

from __future__ import annotations

import pytest

from rag.answering.namesakes import namesakes
from rag.types import Article

ENGINEER = "“It must close,” said Jon Tarrant, 61, the engineer who led the inspection."
STEWARD = "“Nothing moves,” said Jon Tarrant, 34, the shop steward at the quay."
NOTE = "There may be two people of the name Jon Tarrant: 61 in The Post and 34 in The Mail."


def articles(
    one: str, other: str, first: str | None = "2026-09-07", second: str | None = "2026-09-16"
) -> list[Article]:
    return [
        Article("one", one, outlet="The Post", published=first),
        Article("other", other, outlet="The Mail", published=second),
    ]


@pytest.mark.parametrize("said", ["Who is Jon Tarrant?", "What did Tarrant say?"])
def test_two_ages_that_no_one_person_has_are_two_people(said: str) -> None:
    assert namesakes(articles(ENGINEER, STEWARD), [said]) == (NOTE,)
    assert namesakes(articles(ENGINEER, STEWARD, None, None), [said]) == (NOTE,)


def test_nobody_else_is_told_of() -> None:
    assert namesakes(articles(ENGINEER, STEWARD), ["Who closed the bridge?"]) == ()


def test_one_who_grew_older_is_one() -> None:
    later = ENGINEER.replace("61", "68")
    assert namesakes(articles(ENGINEER, later, "2019-03-01", "2026-09-16"), ["Who is Tarrant?"]) == ()
    assert namesakes(articles(ENGINEER, later, None, None), ["Who is Tarrant?"]) == ()
    assert len(namesakes(articles(ENGINEER, later, "2026-03-01", "2026-09-16"), ["Who is Tarrant?"])) == 1


def test_a_table_and_a_date_are_no_people() -> None:
    table = "New York, 21, beat Jon Tarrant. In August, 84, the river rose."
    assert (
        namesakes(articles(table, table.replace("21", "55").replace("84", "10")), ["New York in August"])
        == ()
    )
