from __future__ import annotations

from itertools import pairwise

import pytest

from rag.reading.copied import furniture

BODY = """Oster has asked the province for 4.2 million crowns to rebuild its pier, say two people who saw the letter.

It is not clear when the council will decide. Officials met three times, the people said.

Ms Marne’s promise to rebuild the pier is still uncertain, with the divers' report yet to be read.

"We will not rebuild what the sea takes again next year," she said."""

COPIED = f"""Oster asks for 4.2 million crowns for its pier, sources say

Sign up now: Get the Gazette's newsletters delivered to your inbox

Ms Marne's promise to rebuild the pier is still uncertain, with the divers' report yet to be read.

Oster Governor Ilse Marne's promise to rebuild the pier is still uncertain, with the divers' report yet to be read.

PHOTO: LOWLAND PRESS

Follow topic:

{BODY} (LPA)

See more on

Oster harbour

Ferries"""


def marked(text: str) -> list[str]:
    return [text[start:end] for start, end in furniture(text)]


def test_the_furniture_of_a_copied_page_is_found_and_the_article_is_not() -> None:
    text = COPIED
    ending = "promise to rebuild the pier is still uncertain, with the divers' report yet to be read."
    assert marked(text) == [
        "Sign up now: Get the Gazette's newsletters delivered to your inbox",
        f"Ms Marne's {ending}",
        f"Oster Governor Ilse Marne's {ending}",
        "PHOTO: LOWLAND PRESS",
        "Follow topic:",
        "(LPA)",
        "See more on",
        "Oster harbour",
        "Ferries",
    ]


@pytest.mark.parametrize(
    "line",
    [
        "Read more here.",
        "READ MORE: Why the pier of Oster sank twice",
        "More:Governor says 'no money' for the pier",
        "Related: What divers found below the pier",
        "ADVERTISEMENT",
        "Story continues below advertisement",
        "We use cookies to give you the best experience on our site.",
        "By signing up, you agree to our terms of use and privacy policy.",
        "© 2026 Oster Gazette. All rights reserved.",
        "Share this article",
        "Photo: Jon Aker/Lowland Press",
        "(Image credit: Jon Aker/Getty Images)",
        "Get the best of the Gazette delivered to your inbox every morning",
        "News about our coast: Sign up for the Gazette's Tide newsletter.",
        "Follow us on Facebook for the latest from the harbour",
        "Back to top",
        "4 min read",
        "* * *",
        "————————",
        "E-mail to a friend",
        "Most read",
    ],
)
def test_lines_of_the_page_are_furniture_wherever_they_stand(line: str) -> None:
    first, rest = BODY.split("\n\n", 1)
    assert marked(f"{first}\n\n{line}\n\n{rest}") == [line]


@pytest.mark.parametrize(
    "line",
    [
        "Old demands",
        "Sign up for the swimming course ends on Friday, and 40 places are left.",
        "Register for flood alerts by e-mail, the county told people along the river.",
        '"Sign up for our newsletter," he said, "and you will hear from us."',
        "The council uses cookies baked by volunteers at its open day.",
        "Copyright law does not cover the plans, a judge found.",
        "More than 300 people came to the pier.",
        "Share prices of Oster Shipping fell by 4 percent.",
        "Follow-up talks are planned for May.",
        "Photos of the pier were shown to the council on Monday, and none of them had a date.",
        "Print",
        "Read the letter aloud, he told the court.",
        "Advertisement sales fell by a third last year.",
        "Contributing: Jon Aker, Elin Tarrow",
        "More from the county's statement:",
        ".",
        "(This story was updated to add new information.)",
    ],
)
def test_a_sentence_or_heading_of_an_article_is_no_furniture(line: str) -> None:
    first, rest = BODY.split("\n\n", 1)
    assert marked(f"{first}\n\n{line}\n\n{rest}") == []


def test_buttons_count_only_in_company() -> None:
    first, rest = BODY.split("\n\n", 1)
    assert marked(f"{first}\n\nTwitter\n\n{rest}") == []
    assert marked(f"{first}\n\nTwitter\n\nFacebook\n\nPrint\n\n{rest}") == ["Twitter", "Facebook", "Print"]


def test_a_standfirst_that_says_more_than_the_body_stays() -> None:
    first, rest = BODY.split("\n\n", 1)
    promise = "Ms Marne's promise to rebuild the pier is still uncertain, with the divers' report"
    for more in (
        f"{promise} yet to be read by 7 officials.",
        f"{promise} on Pier B7 yet to be read.",
    ):
        assert marked(f"A title\n\n{more}\n\n{first}\n\n{rest}") == []


def test_a_standfirst_that_denies_what_the_body_says_stays() -> None:
    said = "The harbour of Oster will be rebuilt by the province before the end of the coming winter."
    denied = "The harbour of Oster will not be rebuilt by the province before the end of the coming winter."
    assert marked(f"A title\n\n{denied}\n\nA lead paragraph stands here.\n\n{said}") == []
    assert marked(f"A title\n\n{said}\n\nA lead paragraph stands here.\n\n{denied}") == []


def test_the_first_line_is_never_furniture_for_being_repeated() -> None:
    lead = "The harbour of Oster will be rebuilt by the province before the end of the coming winter."
    assert marked(f"{lead}\n\nAnother paragraph stands here.\n\n{lead}") == []


def test_a_caption_above_a_picture_credit_is_furniture_where_the_text_says_it_too() -> None:
    said = "It is not clear when the council will decide"
    assert f"{said}." in BODY
    filler = "\n\n".join(f"Paragraph {n} has words of its own and nothing else." for n in range(20))
    text = f"Title\n\n{BODY}\n\n{filler}\n\n{said}.\n\nPHOTO: LOWLAND PRESS\n\nThe last paragraph."
    assert marked(text) == [f"{said}.", "PHOTO: LOWLAND PRESS"]


def test_a_link_inside_a_line_is_furniture_and_its_sentence_is_not() -> None:
    assert marked("The pier sank at night.  Watch the divers at work »\n\nNobody was hurt.") == [
        "Watch the divers at work »"
    ]


def test_how_to_reach_a_reporter_is_furniture_at_the_end_and_who_it_is_stays() -> None:
    end = "Elin Tarrow covers the coast for the Gazette. Reach her at etarrow@gazette.example and follow her on X."
    assert marked(f"{BODY}\n\n{end}") == ["Reach her at etarrow@gazette.example and follow her on X."]


def test_ranges_are_in_order_apart_and_without_white_space() -> None:
    text = COPIED.replace("\n", "\r\n") + "  \r\n\t Share this article \r\n"
    ranges = furniture(text)
    assert all(one[1] <= other[0] for one, other in pairwise(ranges))
    assert all(text[start:end] == text[start:end].strip() != "" for start, end in ranges)


@pytest.mark.parametrize(
    "text", ["", "\n\n", "One", "- - - - - - - - - - ok.", "»", "a" * 100_000, "\u2028" * 50]
)
def test_strange_texts_do_no_harm(text: str) -> None:
    furniture(text)
