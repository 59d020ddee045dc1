"""A quotation is shown with its speaker, or the sentence stands as it is."""

from __future__ import annotations

import pytest

from rag.answering.quotations import whole, with_antecedent
from rag.library.sentences import sentence_ranges


def shown(text: str, sentence: str) -> str:
    """What is shown for the sentence of `text` that begins so."""
    ranges = sentence_ranges(text)
    at = next(place for place, (start, _) in enumerate(ranges) if text.startswith(sentence, start))
    first, last = whole(text, ranges, at)
    return text[ranges[first][0] : ranges[last][1]]


GULLS = "“I shall miss the gulls. I shall not miss the stairs,” said Tilde Aasen."
KEEPER = f"The keeper retires on Friday. {GULLS} A party is planned."


@pytest.mark.parametrize("text", [KEEPER, KEEPER.replace("“", '"').replace("”", '"')])
def test_each_sentence_of_a_quotation_brings_the_others_and_the_speaker(text: str) -> None:
    said = text[text.index("Friday. ") + 8 : text.index(" A party")]
    assert shown(text, text[text.index("I shall miss") - 1 :][:10]) == said
    assert shown(text, "I shall not") == said
    assert shown(text, "The keeper") == "The keeper retires on Friday."
    assert shown(text, "A party") == "A party is planned."


def test_a_speaker_named_in_the_middle_is_not_left_behind() -> None:
    text = '"It is raining," she said. "We shall wait. We have time," she added. Nobody left.'
    assert shown(text, "We have") == '"We shall wait. We have time," she added.'
    assert shown(text, '"It is') == '"It is raining," she said.'


def test_what_does_not_close_in_its_paragraph_stands_alone() -> None:
    text = "She spoke. “We shall wait. We have time.\n\n“And patience,” she added."
    assert shown(text, "We have") == "We have time."
    assert shown(text, "“And") == "“And patience,” she added."


def test_a_quotation_of_more_than_four_sentences_stands_alone() -> None:
    text = "“One came. Two came. Three came. Four came. Five came,” he said."
    assert shown(text, "Three") == "Three came."


def test_inches_and_single_marks_open_nothing() -> None:
    text = 'The fish was 12" long. It was let go. The keepers\' hut is "closed" now.'
    assert shown(text, "It was") == "It was let go."
    assert shown(text, "The keepers") == 'The keepers\' hut is "closed" now.'


@pytest.mark.parametrize(
    ("said", "begins"),
    [
        ("A court met. He denied it.", 0),
        ("A court met. But she denied it.", 0),
        ("Rask spoke. He denied it. His lawyer agreed.", 0),
        ("A court met. It was raining.", 1),
        ("A court met. “He denied it,” she said.", 1),
        ("Old demands\n\nHe denied it.", 1),
        ("Theresa spoke. Heads rolled.", 1),
        ("The draft came in August. That was four weeks before.", 0),
    ],
)
def test_a_sentence_that_points_back_begins_with_what_it_points_to(said: str, begins: int) -> None:
    sentences = sentence_ranges(said)
    assert with_antecedent(said, sentences, len(sentences) - 1) == begins
