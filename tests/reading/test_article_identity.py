from __future__ import annotations

from pathlib import Path

import pytest

from rag.reading.identity import canonical_url, derived_id, path_id, same_article

STORY = "The ferry to Oster will stop at the end of March because its hull is worn, the harbour office said on Monday."


@pytest.mark.parametrize(
    "other",
    [
        "https://Gazette.example/2026/ferry",
        "https://gazette.example/2026/ferry/",
        "https://gazette.example/2026/ferry#comments",
        "https://gazette.example/2026/ferry?utm_source=mail&utm_medium=x&fbclid=abc",
        "  HTTPS://gazette.example/2026/ferry  ",
    ],
)
def test_one_page_has_one_canonical_address(other: str) -> None:
    assert canonical_url(other) == "https://gazette.example/2026/ferry"


def test_what_tells_pages_apart_stays_in_the_address() -> None:
    assert (
        canonical_url("https://gazette.example/Story?id=7&utm_x=1&page=2")
        == "https://gazette.example/Story?id=7&page=2"
    )


def test_an_unreadable_address_stays_as_it_is() -> None:
    assert canonical_url("http://[::1") == "http://[::1"


def test_a_derived_id_is_sixteen_hex_digits_of_sha256() -> None:
    assert derived_id("abc") == "ba7816bf8f01cfea"
    assert len(derived_id("a\ud800")) == 16


def test_the_same_path_written_twice_is_one_id_and_a_line_is_another(tmp_path: Path) -> None:
    assert path_id(tmp_path / "a" / ".." / "story.txt") == path_id(tmp_path / "story.txt")
    assert path_id(tmp_path / "story.txt", 3) != path_id(tmp_path / "story.txt")
    assert path_id(tmp_path / "story.txt", 3) != path_id(tmp_path / "story.txt", 4)


def test_a_text_that_grew_is_the_same_article() -> None:
    longer = (
        STORY
        + " Passengers may take the bus over the new bridge, which opens in April, or the post boat on Fridays."
    )
    assert same_article(STORY, "Ferry stops", longer, "Ferry to Oster stops in March")


def test_half_of_the_shingles_are_enough_and_a_third_is_not() -> None:
    shared = "the harbour office said on monday that the ferry to oster stops at the end of march"
    one = "some words of the first text that the second has not got at all anywhere in it"
    other = "wholly different ones which stand in the second text alone and nowhere in the first"
    assert same_article(f"{shared} some words of the first text", None, f"{other} {shared}", None)
    assert not same_article(f"{shared} {one} {one[::-1]}", None, f"{other} {other[::-1]} {shared}", None)


def test_another_story_at_the_same_place_is_another_article() -> None:
    other = "Voters in Oster chose a new council on Sunday, and the list of the fishermen won four of its nine seats."
    assert not same_article(STORY, "Ferry stops", other, "Fishermen win seats")


def test_equal_titles_make_it_the_same_article() -> None:
    assert same_article(
        STORY, "Ferry  STOPS", "A wholly other text of some length stands here now.", "Ferry stops!"
    )


def test_missing_titles_are_not_equal_titles() -> None:
    assert not same_article(STORY, None, "A wholly other text of some length stands here now.", None)
    assert not same_article("", None, "", None)


def test_very_short_texts_are_compared_whole() -> None:
    assert same_article("Mayor resigns today", None, "mayor resigns, today.", None)
    assert not same_article("Mayor resigns today", None, "Mayor stays today", None)
