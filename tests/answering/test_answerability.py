"""Answerability: 0 to 1, higher where the articles answer; and the weights that ship fit the code that uses them."""

from __future__ import annotations

import json

import pytest

from rag.answering import answerability, ranking
from rag.answering.extractive import ExtractiveWriter
from rag.answering.sentence_features import read
from tests.answering.given import material
from tests.answering.test_extractive import FERRY, INQUIRY


def sure(question: str, *, meaning: bool = True) -> float:
    return ExtractiveWriter().judge(material(question, [FERRY, INQUIRY], meaning=meaning)).answerability


@pytest.mark.parametrize("meaning", [True, False])
def test_a_question_that_the_articles_answer_is_surer_than_one_they_do_not(meaning: bool) -> None:
    there = sure("Who was the captain of the ferry Otter?", meaning=meaning)
    assert there > sure("Who won the chess championship in Valparaiso?", meaning=meaning)
    assert there > sure("When was the budget of Oberstadt passed?", meaning=meaning)
    assert sure("Who won the chess championship in Valparaiso?", meaning=meaning) < answerability.ANSWERED


def test_a_name_that_no_article_says_makes_an_answer_less_likely() -> None:
    assert sure("Who was the captain of the ferry Otter?") > sure("Who was the captain of the ferry Zephyr?")


def test_the_thresholds_are_in_order() -> None:
    assert 0 < answerability.CLOSEST < answerability.ANSWERED < 1


def test_the_weights_name_the_features_that_are_computed() -> None:
    found = material("When did the Otter sink?", [FERRY])
    reading, learned = read(found), ranking.weights()
    known = answerability.features(reading, ranking.scores(reading), found)
    assert set(learned.ranking) == set(reading.names)
    assert set(learned.answerability) <= set(known)


def test_the_weights_are_those_that_training_wrote() -> None:
    kept = json.loads(ranking.WEIGHTS.read_text(encoding="utf-8"))
    assert kept["digest"] == ranking.digest_of(kept["ranking"], kept["answerability"])
