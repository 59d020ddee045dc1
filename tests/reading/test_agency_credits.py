from __future__ import annotations

import pytest

from rag.reading.agencies import agency_name, find_agency, is_agency
from rag.reading.copied import furniture

STORY = "The pier sank at night.\n\nNobody was hurt, the harbour office said."


def agency(text: str, outlet: str | None = None, author: str | None = None) -> str | None:
    return find_agency(text, furniture(text), outlet=outlet, author=author)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (STORY + " REUTERS", "REUTERS"),
        (STORY + " REUTERS\n\nSee more on\n\nHarbours", "REUTERS"),
        (STORY + " (AFP)", "AFP"),
        (STORY + " - dpa", "dpa"),
        (STORY + "\n\n— Associated Press\n", "Associated Press"),
        (STORY + "\n\nReuters", "Reuters"),
        (STORY + ' "Thank God," he said." AP', "AP"),
        (STORY + " (LPA)", "LPA"),
        ("OSTER, Oct 12 (Reuters) - " + STORY, "Reuters"),
        ("OSTER (Lowland Press Agency) — " + STORY, "Lowland Press Agency"),
        ("Oster, Oct. 12 (LPA) - " + STORY, "LPA"),
        ("(Reuters) – " + STORY, "Reuters"),
        ("Pier sinks\n\nBy The Associated Press\n\n" + STORY, "The Associated Press"),
        ("NEW DELHI [India], October 12 (ANI): " + STORY, "ANI"),
    ],
)
def test_a_credit_is_found_as_it_is_written(text: str, name: str) -> None:
    assert agency(text) == name


@pytest.mark.parametrize(
    "text",
    [
        STORY,
        STORY + "\n\nContributing: Reuters",
        STORY + "\n\nReuters contributed to this report.",
        STORY + " He is a member of the Boy Scouts of America (BSA).",
        "Ilse Marne (independent) - 45 percent\n\n" + STORY,
        "Reuters said on Monday that the pier sank.\n\n" + STORY,
        "\n\n".join(f"{n} boats left.\n\n— Jon Aker" for n in range(3))
        + "\n\nThe last one left.\n\n— Reuters",
    ],
)
def test_a_mention_or_a_part_is_no_credit(text: str) -> None:
    assert agency(text) is None


def test_an_outlet_does_not_credit_itself() -> None:
    assert agency("OSTER (CNN) -- " + STORY, outlet="CNN") is None
    assert agency("OSTER (CNN Travel) -- " + STORY, outlet="CNN") is None
    assert agency("OSTER (Mermaid News) -- " + STORY, outlet="CNN") == "Mermaid News"


def test_an_agency_as_author_is_a_credit() -> None:
    assert agency(STORY, author="Associated Press") == "Associated Press"
    assert agency(STORY, author="Elin Tarrow") is None


def test_every_spelling_of_an_agency_has_one_name() -> None:
    assert {agency_name(n) for n in ("REUTERS", "Reuters", "Thomson  Reuters")} == {"Reuters"}
    assert agency_name("The Associated Press") == agency_name("AP") == "AP"
    assert agency_name("Lowland Press Agency") == "Lowland Press Agency"
    assert is_agency("agence france-presse") and not is_agency("Gazette")
