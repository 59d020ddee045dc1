"""What is measured of a candidate, on invented passages."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from rag.library.rows import HitRow, SentenceVectors
from rag.retrieval.evidence import Measured
from rag.retrieval.features import features
from rag.retrieval.offers import asked_for, offered
from rag.retrieval.terms import occurrences, terms
from rag.types import Article, Passage


def hit(
    number: int,
    *sentences: str,
    article: str = "a",
    title: str | None = None,
    position: int = 1,
    vector: NDArray[np.float32] | None = None,
) -> HitRow:
    """A passage of the given sentences, which begins 100 characters into its article."""
    ranges, start = [], 100
    for one in sentences:
        ranges.append((start, start + len(one)))
        start += len(one) + 1
    passage = Passage(article, 1, position, 100, start - 1, tuple(ranges))
    each = None
    if vector is not None:
        each = SentenceVectors(np.stack([vector] * len(sentences)), np.ones(len(sentences), np.float32))
    owner = Article(article, "", title=title)
    return HitRow(number, 1, number, owner, passage, " ".join(sentences), vector, each)


def measured(
    question: str, *hits: HitRow, each: list[NDArray[np.float32] | None] | None = None
) -> dict[str, list[float]]:
    """Columns of the features by name, of passages that are alike in meaning and BM25 unless told."""
    count = len(hits)
    keys = np.unique([one.article.id for one in hits], return_inverse=True)[1]
    same = [np.full(len(one.passage.sentences), 0.5, np.float32) for one in hits]
    found = Measured(
        hits, np.full(count, 0.5), np.ones(count), each or same, np.ones(count), keys, None, [None] * count
    )
    names, rows = features(question, found, None)
    assert rows.shape == (count, len(names))
    assert np.isfinite(rows).all()
    return {name: rows[:, column].tolist() for column, name in enumerate(names)}


def test_a_sentence_that_says_all_words_counts_more_than_a_passage_that_scatters_them() -> None:
    together = hit(0, "The ferry struck the pier.", "Nobody spoke.", article="a")
    scattered = hit(1, "The ferry was late.", "A storm struck.", "Anglers left the pier.", article="b")
    columns = measured("Which ferry struck the pier?", together, scattered)
    assert columns["said"] == [1, 1]
    assert columns["said in a sentence"] == [1, pytest.approx(1 / 3)]
    assert columns["joint"][0] > columns["joint"][1]


def test_words_match_in_any_form_and_their_family_counts_half() -> None:
    asked = terms("Who nominated Egypt?", None)
    text = "Nominating began. Egyptian papers cheered."
    found = occurrences(asked, text, np.array([0, 18]))
    assert [asked.stems[term] for term in found.term] == ["nomin", "egypt"]
    assert found.strength.tolist() == [1, 0.5]
    assert found.sentence.tolist() == [0, 1]
    assert [text[at] for at in found.at] == ["N", "E"]


def test_letters_that_change_length_in_lower_case_do_not_move_positions() -> None:
    text = "İİİİ opened. The bridge closed."
    found = occurrences(terms("the bridge", None), text, np.array([0, 13]))
    assert text[found.at[0] :].startswith("bridge")
    assert found.sentence.tolist() == [1]


def test_a_part_of_another_word_is_no_match() -> None:
    assert not len(
        occurrences(terms("Who saw the cat?", None), "A bobcat sat in a category.", np.array([0])).at
    )


def test_a_name_may_stand_in_another_passage_of_the_article() -> None:
    names = hit(0, "It was Ada Brandt who spoke first.", article="a")
    answer = hit(1, "She resigned as treasurer on Monday.", article="a")
    other = hit(2, "A coach resigned as treasurer of the club.", article="b")
    columns = measured("Did Ada Brandt resign as treasurer?", names, answer, other)
    whole = columns["said in a sentence, names from the article"]
    assert whole[1] == 1
    assert whole[2] < 1
    assert columns["article: names said"] == [1, 1, 0]


def test_a_name_asked_for_in_lower_case_is_known_by_the_capitals_of_the_passages() -> None:
    moved, flat = hit(0, "Later Brandt moved.", article="a"), hit(1, "A flat.", article="b")
    columns = measured("where did brandt live", moved, flat)
    assert columns["names said"] == [1, 0]


def test_the_title_counts_for_every_passage_of_its_article() -> None:
    columns = measured(
        "harbour dredging cost", hit(0, "It cost much.", title="Harbour dredging begins"), hit(1, "No.")
    )
    assert columns["article: title"] == [pytest.approx(2 / 3), 0]


def test_neighbouring_words_of_the_question_count_where_they_stand_in_one_sentence() -> None:
    one = hit(0, "The night ferry sank.", article="a")
    two = hit(1, "It sank at night.", "A ferry helped.", article="b")
    columns = measured("night ferry", one, two)
    assert columns["pairs"] == [1, 0]


def test_a_passage_without_a_vector_gets_sentence_cosines_from_its_words() -> None:
    near, far = np.full(1, 0.8, np.float32), np.full(1, 0.1, np.float32)
    hits = [hit(i, "The quay flooded." if i % 2 else "Bread rose.", article=str(i)) for i in range(6)]
    each: list[NDArray[np.float32] | None] = [near if i % 2 else far for i in range(4)]
    columns = measured("Has the quay flooded?", *hits, each=[*each, None, None])
    sentence = columns["sentence"]
    assert sentence[5] == pytest.approx(0.8, abs=0.05)
    assert sentence[4] == pytest.approx(0.1, abs=0.05)


def test_question_of_common_words_only_and_one_of_none_known_are_measured() -> None:
    for question in ("What is it?", "?", "zzzz qqqq"):
        measured(question, hit(0, "It is."), hit(1, "Nobody knows."))


def test_rare_words_weigh_more_with_frequencies() -> None:
    def idf(words: Sequence[str]) -> list[float]:
        return [9.0 if word == "sturgeon" else 1.0 for word in words]

    asked = terms("sturgeon in the river", idf)
    assert dict(zip(asked.stems, asked.weights.tolist(), strict=True)) == {"sturgeon": 9.0, "river": 1.0}


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("When did the bridge open?", "when"),
        ("What year was it built?", "when"),
        ("How many people were hurt?", "how many"),
        ("Where was he found?", "where"),
        ("Why was the vote delayed?", "why"),
        ("Who resigned?", "who"),
        ("What did the mayor say?", "said"),
        ("What opened?", "other"),
    ],
)
def test_the_kind_of_answer_asked_for_is_read_from_the_question(question: str, kind: str) -> None:
    assert asked_for(question) == kind


def test_a_text_offers_what_was_asked_for_or_does_not() -> None:
    assert offered("when", "It opened on 4 March.") and not offered("when", "It opened with a song.")
    assert offered("how many", "Seven were hurt.") and not offered("how many", "Some were hurt.")
    assert offered("who", "The chair, Ada Brandt, resigned.")
    assert not offered("who", "the chair, Ada Brandt, resigned.", ("ada", "brandt"))


def test_the_best_sentence_offering_an_answer_counts() -> None:
    dated = hit(0, "The bridge opened in 1931.", article="a")
    undated = hit(1, "The bridge opened with songs.", article="b")
    columns = measured("When was the bridge opened?", dated, undated)
    assert columns["offers, asked when"] == [1, 0]
    assert columns["offers, asked who"] == [0, 0]


def test_a_misspelt_word_that_is_nowhere_stands_for_the_one_it_was_meant_to_be() -> None:
    text = "The wreckage lay off Garnholm."
    found = occurrences(terms("wereckage near Garnhom", None), text, np.array([0]))
    assert [text[at : at + 5] for at in found.at] == ["wreck", "Garnh"]
    assert found.strength.tolist() == [0.5, 0.5]


def test_a_word_that_is_there_stands_for_no_other() -> None:
    found = occurrences(terms("in Garnholm", None), "Garnholm is not Garnhelm.", np.array([0]))
    assert found.at.tolist() == [0]


def test_a_question_about_her_leans_to_an_article_about_a_woman() -> None:
    hers, his = hit(0, "She left when her term ended.", article="a"), hit(1, "He left his post.", article="b")
    columns = measured("What did she leave?", hers, his)
    assert columns["pronoun"][0] > 0.5 > columns["pronoun"][1]
    assert columns["article: pronoun"][0] > 0.5 > columns["article: pronoun"][1]
    assert measured("What was left?", hers, his)["pronoun"] == [0, 0]
