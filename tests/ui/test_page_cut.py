from hypothesis import given
from hypothesis import strategies as st

from ui.cut import Mark, found, paragraphs, spans

TEXT = st.text(alphabet="aé😀 .\n\r\t•\u2028", max_size=80)


@st.composite
def marked(draw: st.DrawFn) -> tuple[str, list[Mark]]:
    text = draw(TEXT)
    edge = st.integers(0, len(text))
    pairs = draw(st.lists(st.tuples(edge, edge), max_size=4))
    return text, [Mark(at, min(pair), max(pair)) for at, pair in enumerate(pairs, 1)]


@given(marked())
def test_the_segments_are_the_text_without_the_white_space_between_paragraphs(
    case: tuple[str, list[Mark]],
) -> None:
    text, marks = case
    drawn = "".join(s["text"] for p in paragraphs(text, marks) for s in p["segments"])
    assert "".join(drawn.split()) == "".join(text.split())


@given(marked())
def test_what_is_marked_is_exactly_the_cited_words(case: tuple[str, list[Mark]]) -> None:
    text, marks = case
    cut = paragraphs(text, marks)
    for mark in marks:
        drawn = "".join(s["text"] for p in cut for s in p["segments"] if mark.number in s.get("marks", []))
        assert "".join(drawn.split()) == "".join(text[mark.start : mark.end].split())


def test_offsets_count_code_points_not_utf16_units() -> None:
    text = "🌉🌉 The bridge 🌉 is shut."
    start = text.index("bridge")
    [paragraph] = paragraphs(text, [Mark(1, start, start + 6)])
    assert [s["text"] for s in paragraph["segments"] if s.get("marks")] == ["bridge"]


def test_overlapping_citations_share_a_segment() -> None:
    [paragraph] = paragraphs("abcdef", [Mark(1, 0, 4), Mark(2, 2, 6)])
    assert [(s["text"], s["marks"]) for s in paragraph["segments"]] == [
        ("ab", [1]),
        ("cd", [1, 2]),
        ("ef", [2]),
    ]


def test_a_span_over_two_paragraphs_is_marked_in_both() -> None:
    first, second = paragraphs("One.\n\nTwo.", [Mark(7, 0, 10)])
    assert first["segments"][0]["marks"] == second["segments"][0]["marks"] == [7]


def test_where_every_line_is_a_paragraph_lines_part_the_text() -> None:
    assert len(spans("One.\nTwo.\nThree.")) == 3


def test_where_blank_lines_part_the_text_a_wrapped_line_goes_on() -> None:
    text = "A line that was\nwrapped by hand.\n\nNext:\n• one\n• two"
    assert [text[a:b] for a, b in spans(text)] == [
        "A line that was\nwrapped by hand.",
        "Next:",
        "• one",
        "• two",
    ]


def test_what_belongs_to_the_page_is_set_aside() -> None:
    text = "Story.\n\nSign up for our newsletter\n\nMore."
    start = text.index("Sign")
    assert [p.get("aside", False) for p in paragraphs(text, aside=[(start, start + 26)])] == [
        False,
        True,
        False,
    ]


def test_whose_word_it_is_is_marked_lighter() -> None:
    [paragraph] = paragraphs("Police said it rained.", [Mark(1, 12, 22)], soft=[(0, 6)])
    assert [s["text"] for s in paragraph["segments"] if s.get("soft")] == ["Police"]


def test_a_window_keeps_what_is_near_the_marks() -> None:
    text = "\n".join(f"Line {at} of many." for at in range(1000))
    at = text.index("Line 500 ")
    kept = paragraphs(text, [Mark(1, at, at + 8)], window=100)
    assert 5 < len(kept) < 20
    assert any(s.get("marks") for p in kept for s in p["segments"])


def test_a_window_without_marks_keeps_the_beginning() -> None:
    text = "\n".join(f"Line {at} of many." for at in range(1000))
    assert paragraphs(text, window=50)[0]["segments"][0]["text"] == "Line 0 of many."


@given(marked())
def test_words_that_were_selected_are_found_where_they_stand(case: tuple[str, list[Mark]]) -> None:
    text, marks = case
    for mark in marks:
        words = text[mark.start : mark.end]
        if not words.split():
            continue
        place = found(text, " ".join(words.split()), text[: mark.start])
        assert place is not None
        start, end = place
        assert "".join(text[start:end].split()) == "".join(words.split())
        assert "".join(text[:start].split()) == "".join(text[: mark.start].split())


def test_words_that_stand_twice_are_told_apart_by_what_stands_before_them() -> None:
    text = "The bridge is shut.\n\nThe ferry says: the bridge is  shut."
    assert found(text, "bridge is shut.", "The ") == (4, 19)
    assert found(text, "bridge is shut.", "ferry says: the ") == (41, 57)
    assert found(text, "ferry says", "something else") == (25, 35)
    assert found(text, "bridge is shut.", "something else") is None
    assert found(text, "bridge is open.", "The ") is None
    assert found(text, " \n", "") is None
