"""The figures that leads give: of what they are, and when two of them cannot both be so."""

from __future__ import annotations

import pytest

from rag.evidence.figures import Figure, asks_for, differ, lead_figures
from rag.library.sentences import sentence_ranges


def led(text: str) -> list[tuple[str, str, float]]:
    found = lead_figures(text, sentence_ranges(text), "2026-10-12")
    return [(one.slot, one.what, one.number.value) for one in found]


def one(text: str) -> Figure:
    [found] = lead_figures(text, sentence_ranges(text), "2026-10-12")
    return found


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("At least 23 people died when the ferry sank.", [("dead", "people", 23)]),
        ("A flood killed 14 and injured 90.", [("dead", "people", 14), ("injured", "people", 90)]),
        ("Fourteen dead, 90 injured in Marden.", [("dead", "people", 14), ("injured", "people", 90)]),
        ("Forty thousand fish perished in the river.", [("dead", "fish", 40_000)]),
        ("The fire service evacuated 1,140 villagers.", [("moved", "people", 1140)]),
        ("One hundred and three people will lose their work.", [("jobs", "people", 103)]),
        (
            "Ninety-six posts would go at two Ostrey hospitals.",
            [("jobs", "people", 96), ("jobs", "ostrey", 2)],
        ),
        ("The repair will cost 84 million crowns.", [("cost", "crowns", 84e6)]),
    ],
)
def test_a_lead_tells_what_its_figures_count(text: str, figures: list[tuple[str, str, float]]) -> None:
    assert led(text) == figures


@pytest.mark.parametrize(
    "text",
    [
        "Nine people, including two children who died, were aboard.",
        "The president died at the age of 100.",
        "Four disasters in 2026 have killed at least 85 people.",
        "Since last May 600 people have died.",
        "Between 20 and 30 people died.",
        "Half of the dead were children.",
        "Another 12 people were injured.",
        "The council met 12 times.",
        "A third ferry sank.",
        "The bank has 84 million crowns.",
        "example.org / national / 9166103 / climber-dead-after-fall",
    ],
)
def test_parts_ages_totals_over_time_and_what_counts_nothing_are_no_figures(text: str) -> None:
    assert led(text) == []


def test_a_lead_that_gives_two_figures_of_one_thing_gives_none() -> None:
    assert led("Twelve people died. Later the town said 14 people died.") == []
    assert led("Twelve people died. The 12 dead were named.") == [("dead", "people", 12)]


def test_figures_differ_where_they_count_the_same_and_cannot_stand_for_each_other() -> None:
    dead = one("Eleven thousand fish died.")
    assert differ(dead, one("Forty thousand fish perished."))
    assert not differ(dead, one("About 11,200 fish died."))
    assert not differ(dead, one("Forty thousand people died."))
    assert not differ(dead, one("Forty thousand fish were evacuated."))


def test_a_question_asks_for_a_figure_by_what_is_counted_or_what_became_of_it() -> None:
    dead, cost = one("Eleven thousand fish died."), one("The bridge repair at Tarn costs 84 million crowns.")
    assert asks_for("How many fish are there?", dead, dead.said)
    assert asks_for(
        "How many people were killed?",
        one("At least 23 villagers died."),
        one("At least 23 villagers died.").said,
    )
    assert not asks_for("How many people were killed?", dead, dead.said)
    assert not asks_for("How many people were evacuated?", dead, dead.said)
    assert asks_for("What will mending the bridge at Tarn cost?", cost, cost.said)
    assert not asks_for("How many tonnes does the repair need at what cost?", cost, cost.said)
    assert not asks_for("How many cracks are there?", cost, cost.said)
