"""What a model writes is read, not trusted."""

from __future__ import annotations

import pytest

from rag.answering.reply import LONGEST, MOST, Said, read

PLAIN = "The bridge opened on Monday [1]. U.S. officials called it late [2][3]. It cost 4.5 million [1, 3]."
SAID = (
    Said("The bridge opened on Monday.", (1,)),
    Said("U.S. officials called it late.", (2, 3)),
    Said("It cost 4.5 million.", (1, 3)),
)


@pytest.mark.parametrize(
    "text",
    [
        PLAIN,
        PLAIN.replace(" [1].", ". [1]").replace(" [2][3].", ".[2] [3]"),
        PLAIN.replace("[", "【").replace("]", "】"),
        PLAIN.replace("[1].", "[1](http://evil.example/x)."),
        "```\n" + PLAIN + "\n```",
        "<think>They ask about [9] the bridge.</think>\n" + PLAIN,
        "## Answer\n- " + PLAIN.replace("Monday", "**Monday**"),
        "\n".join(f"{at}. {one}" for at, one in enumerate(PLAIN.replace("]. ", "].\n").split("\n"), 1)),
        PLAIN.replace("[2][3]", "[2-3]"),
        PLAIN.replace("opened", "op\u200bened\u202e\x00\U000e0041"),
    ],
)
def test_row_31_sentences_keep_the_passages_they_name_however_they_are_written(text: str) -> None:
    assert read(text, 3).said == SAID


def test_row_31_marks_that_name_no_passage_are_taken_out_counted_and_listed() -> None:
    reply = read("It opened [99]. It closed [0][2]. It burnt [-1]. It rose [1-99].", 3)
    assert [one.numbers for one in reply.said] == [(), (2,), (), (1,)]
    assert reply.unknown == ("[99]", "[0]", "[-1]", "[99]")
    assert "[99], [0], [-1]" in reply.notes()[0]


def test_row_31_links_images_and_tags_are_taken_out_and_counted() -> None:
    reply = read('See ![x](http://evil/?q=1) [here](http://evil) <img src="http://evil"> it [1].', 3)
    assert reply.said == (Said("See here it.", (1,)),)
    assert reply.removed == 3


def test_row_31_a_mark_that_comes_in_pieces_is_one_mark() -> None:
    for end in range(len(PLAIN)):
        sofar = read(PLAIN[:end], 3, ended=False)
        assert sofar.said == SAID[: len(sofar.said)], PLAIN[:end]
        assert not sofar.unknown
        assert not sofar.removed
    assert len(read(PLAIN, 3, ended=False).said) == 2


def test_a_sentence_is_held_back_until_the_next_has_begun() -> None:
    assert read("The bridge opened on Monday.", 3, ended=False).said == ()
    assert read("The bridge opened on Monday. [1] Officials of", 3, ended=False).said == ()
    assert (
        read("The bridge opened on Monday. [1] Officials of the town said", 3, ended=False).said == SAID[:1]
    )


@pytest.mark.parametrize("text", ["NO ANSWER", "No answer.", "**NO ANSWER**", "\n NO ANSWER \n"])
def test_a_reply_that_finds_no_answer_says_nothing(text: str) -> None:
    reply = read(text, 3)
    assert reply.declined
    assert reply.said == ()


def test_row_33_a_reply_without_end_is_cut_and_repetition_said_once() -> None:
    reply = read("It opened [1]. " * 100_000, 3)
    assert reply.said == (Said("It opened.", (1,)),)
    assert reply.repeated > 100
    assert reply.cut
    many = read(" ".join(f"Sentence number {at} is here [1]." for at in range(300)), 3)
    assert len(many.said) == MOST
    assert many.cut
    assert read("x" * 1_000_000, 3).said[0].text == "x" * LONGEST


def test_row_33_what_cannot_be_seen_is_taken_out() -> None:
    assert read("It \ud800op\x00ened \x1b]52;c;aGk=\x07on\u202e time [1].", 3).said[0].text == (
        "It opened ]52;c;aGk=on time."
    )


@pytest.mark.parametrize("text", ["", "   ", "[1]", "...", "---\n***"])
def test_a_reply_that_says_nothing_has_no_sentences(text: str) -> None:
    reply = read(text, 3)
    assert reply.said == ()
    assert not reply.declined
