from __future__ import annotations

import pytest

from rag.errors import ReadingError
from rag.reading.text import front_matter, markdown, plain_text

BODY = "The pier sank at night.\n\nNobody was hurt, the harbour office said.\n"


def test_the_first_line_is_the_title_and_the_text_stays_whole() -> None:
    text = "Pier of Oster sinks\n\n" + BODY
    plain = plain_text(text)
    assert plain.fields == {"text": text, "title": "Pier of Oster sinks"}
    assert plain.furniture == ((0, 19),)


@pytest.mark.parametrize("text", ["Mayor resigns over bridge funds", "Pier of Oster sinks\n" + BODY, BODY])
def test_a_title_that_is_not_set_apart_stays_part_of_the_text(text: str) -> None:
    plain = plain_text(text)
    assert plain.fields["title"] == text.split("\n")[0]
    assert plain.furniture == ()


def test_a_paragraph_is_no_title() -> None:
    assert "title" not in plain_text("The pier sank " + "and sank " * 40 + "\n\n" + BODY).fields


def test_furniture_above_the_title_is_not_taken_for_it() -> None:
    plain = plain_text("Skip to content\n\nPier of Oster sinks\r\n\r\n" + BODY)
    assert plain.fields["title"] == "Pier of Oster sinks"
    assert plain.furniture == ((17, 36),)


def test_a_line_that_states_the_date_or_the_author_is_read() -> None:
    text = (
        "Pier sinks\n\nBy Elin Tarrow and Jon Aker\n\nPublished: 12 Nov 2026, 09:14\nUpdated 13 November 2026\n\n"
        + BODY
    )
    plain = plain_text(text)
    assert plain.fields["author"] == "Elin Tarrow and Jon Aker"
    assert plain.fields["published"] == "12 Nov 2026, 09:14"
    assert plain.fields["updated"] == "13 November 2026"
    assert [text[a:b] for a, b in plain.furniture] == [
        "Pier sinks",
        "By Elin Tarrow and Jon Aker",
        "Published: 12 Nov 2026, 09:14",
        "Updated 13 November 2026",
    ]


@pytest.mark.parametrize("line", ["12 November 2026", "Published in 2019 by Harbour Books", "By The Numbers"])
def test_no_date_and_no_author_is_invented(line: str) -> None:
    fields = plain_text(f"Pier sinks\n\n{line}\n\n{BODY}").fields
    assert set(fields) == {"text", "title"}


def test_front_matter_gives_fields_as_they_are_written() -> None:
    front = "id: 0012\nTitle: 'Pier: it sinks'\npublished: 2026-11-12\nlanguage: no\ncollections: [sea, 'a b']\nurl:\n"
    plain = markdown("a.md", f"---\r\n{front}---\n{BODY}")
    assert plain.fields == {
        "id": "0012",
        "title": "Pier: it sinks",
        "published": "2026-11-12",
        "language": "no",
        "collections": ["sea", "a b"],
        "text": BODY,
    }


def test_the_first_heading_is_the_title_where_none_is_stated() -> None:
    plain = markdown("a.md", f"\n# Pier sinks #\n\n![The pier](pier.jpg)\n\n{BODY}")
    assert plain.fields["title"] == "Pier sinks"
    text = str(plain.fields["text"])
    assert [text[a:b] for a, b in plain.furniture] == ["# Pier sinks #", "![The pier](pier.jpg)"]


def test_a_heading_that_is_not_the_stated_title_stays() -> None:
    plain = markdown("a.md", f"---\ntitle: Pier sinks\n---\n# What happened\n\n{BODY}")
    assert plain.fields["title"] == "Pier sinks"
    assert plain.furniture == ()


@pytest.mark.parametrize(
    "text", ["---\nnot closed\n", "---\njust words\n---\nText", "Text\n---\ntitle: x\n---\n", ""]
)
def test_dashes_alone_are_no_front_matter(text: str) -> None:
    assert front_matter("a.md", text) is None


@pytest.mark.parametrize(
    "front", ["title: Pier: it sinks", "a: [1", "[" * 5000, "a: &x [*x, *y]", "\tkey: v"]
)
def test_broken_front_matter_is_refused_in_words(front: str) -> None:
    with pytest.raises(ReadingError) as caught:
        front_matter("a.md", f"---\n{front}\n---\nText")
    assert "front matter is not valid YAML" in caught.value.fault


def test_a_colon_in_a_title_is_explained() -> None:
    with pytest.raises(ReadingError, match=r"line 3.*quotation marks"):
        front_matter("a.md", "---\nid: 1\ntitle: Pier: it sinks\n---\nText")
