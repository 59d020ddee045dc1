"""Answerability: 0 to 1, higher where the articles answer; and the weights that ship fit the code that uses them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from rag.answering import answerability, ranking
from rag.answering.asked_for import kind_of
from rag.answering.extractive import ExtractiveWriter
from rag.answering.sentence_features import read
from rag.errors import ModelError
from rag.types import Article
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


def test_an_article_whose_headline_says_all_that_is_asked_is_shown_at_least() -> None:
    text = "The works at Grauwick admitted that an alarm was muted, and accepted a penalty of 3.4 million crowns."
    told = Article("fined", text, title="Plating firm Fennmet fined over the river")
    found = material("How much was Fennmet fined?", [told], meaning=False)
    plain = replace(told, title="Alarm was muted before the river was poisoned")
    without = material("How much was Fennmet fined?", [plain], meaning=False)
    assert ExtractiveWriter().judge(found).answerability >= answerability.CLOSEST
    assert ExtractiveWriter().judge(without).answerability < answerability.CLOSEST


def test_the_thresholds_are_in_order() -> None:
    assert 0 < answerability.CLOSEST < answerability.ANSWERED < 1


def test_the_weights_name_the_features_that_are_computed() -> None:
    found = material("When did the Otter sink?", [FERRY])
    reading = read(found)
    known = answerability.features(reading, ranking.scores(reading), found)
    for rule in (ranking.weights().meaning, ranking.weights().words):
        assert set(rule.ranking) <= set(reading.names)
        assert set(rule.answerability) <= set(known)


def test_the_weights_are_those_that_training_wrote() -> None:
    kept = json.loads(ranking.WEIGHTS.read_text(encoding="utf-8"))
    assert kept["digest"] == ranking.digest_of(kept)


def test_weights_changed_by_hand_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = json.loads(ranking.WEIGHTS.read_text(encoding="utf-8"))
    kept["meaning"]["ranking"]["words"] = 9.0
    (tmp_path / "weights.json").write_text(json.dumps(kept), encoding="utf-8")
    monkeypatch.setattr(ranking, "WEIGHTS", tmp_path / "weights.json")
    ranking.weights.cache_clear()
    try:
        with pytest.raises(ModelError, match="not as it was made"):
            ranking.weights()
    finally:
        ranking.weights.cache_clear()


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Who was the captain?", "who"),
        ("On which day did the inquiry open?", "when"),
        ("What did the mayor say when she opened the bridge?", "said"),
        ("By what margin was it carried?", "number"),
        ("What is the ferry's top speed?", "number"),
        ("How much did the dredging cost?", "money"),
        ("In which town is the harbour?", "where"),
        ("Why did the ferry sink?", "why"),
        ("Did the ferry sink?", "whether"),
        ("What blame did the judge lay on the people who ran it?", "other"),
    ],
)
def test_a_question_asks_for_what_its_first_question_word_says(question: str, kind: str) -> None:
    assert kind_of(question) == kind


def test_a_library_of_another_size_is_judged_alike() -> None:
    """In a library of many more passages every word is rarer; what the articles say of the question is the same."""
    found = material("Who was the captain of the ferry Otter?", [FERRY, INQUIRY])

    def sure_where_words_weigh(times: float) -> float:
        hits = [(hit, replace(one, words=times * one.words)) for hit, one in found.hits]
        some = replace(
            found, hits=hits, idf=lambda words: [times * (9.0 if w == "\0" else len(w)) for w in words]
        )
        return ExtractiveWriter().judge(some).answerability

    assert sure_where_words_weigh(1.0) == pytest.approx(sure_where_words_weigh(2.0))


def test_a_passage_that_waits_for_its_vector_still_answers() -> None:
    found = material("Who was the captain of the ferry Otter?", [INQUIRY, FERRY])
    hits = [
        (replace(hit, vector=None, sentences=None), replace(one, dense=None, sentence=None))
        if hit.article.id == "ferry"
        else (hit, one)
        for hit, one in found.hits
    ]
    drafts = list(ExtractiveWriter().write(replace(found, hits=hits)))
    assert any("Ilse Varga" in draft.text for draft in drafts[:3])
