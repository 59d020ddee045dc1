"""The order of candidates: the rough one, the weights, and passages that have no vector yet."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from rag.errors import ModelError
from rag.library.rows import HitRow, SentenceVectors
from rag.retrieval import scoring
from rag.retrieval.evidence import Measured
from rag.retrieval.features import features
from rag.retrieval.scoring import TOP, Candidates, digest, load_weights, measured, predicted, scores
from rag.types import Article, Passage

Array = NDArray[np.float32]
QUESTION = "Who opened the lock at Garnholm?"


def candidates(texts: Sequence[str], dense: Sequence[float], words: Sequence[float]) -> Candidates:
    """One sentence a passage, each of an article of its own; the cosine NaN: not embedded yet."""
    hits = []
    for place, (text, cosine) in enumerate(zip(texts, dense, strict=True)):
        passage = Passage(str(place), 1, 1, 0, len(text), ((0, len(text)),))
        rest = np.sqrt(max(0.0, 1 - cosine * cosine))
        vector = None if np.isnan(cosine) else np.array([cosine, rest], np.float32)
        each = None if vector is None else SentenceVectors(vector[None], np.ones(1, np.float32))
        hits.append(HitRow(place, place, place, Article(str(place), text), passage, text, vector, each))
    cosines = np.array(dense, np.float32)
    best = np.where(np.isnan(cosines), -1, 0)
    each = tuple(None if np.isnan(one) else np.array([one], np.float32) for one in cosines)
    return Candidates(tuple(hits), cosines, cosines.copy(), np.array(words, np.float32), best, each)


VECTOR = np.array([1, 0], np.float32)
FOUR = (
    "The minister Ada Brandt opened the lock at Garnholm on Monday.",
    "A lock was picked by thieves in the old town.",
    "Garnholm has two bakeries and a school.",
    "Rain is expected in the north.",
)


def order(found: Candidates, *, meaning: bool, vector: Array | None = VECTOR) -> list[int]:
    made = scores(QUESTION, found, meaning=meaning, vector=vector)
    return [int(place) for place in np.argsort(-made, kind="stable")]


def test_the_passage_that_answers_comes_first_and_the_one_that_has_nothing_last() -> None:
    found = candidates(FOUR, [0.7, 0.4, 0.4, 0.05], [9, 3, 3, 0])
    assert order(found, meaning=True)[0] == 0
    assert order(found, meaning=True)[-1] == 3


def test_words_alone_rank_when_there_is_no_meaning() -> None:
    found = candidates(FOUR, [float("nan")] * 4, [9, 3, 3, 0])
    assert order(found, meaning=False, vector=None)[0] == 0
    assert order(found, meaning=False, vector=None)[-1] == 3


def test_words_alone_do_not_look_at_vectors() -> None:
    one = scores(QUESTION, candidates(FOUR, [0.1, 0.2, 0.3, 0.9], [9, 3, 3, 0]), meaning=False, vector=None)
    two = scores(QUESTION, candidates(FOUR, [0.9, 0.1, 0.2, 0.3], [9, 3, 3, 0]), meaning=False, vector=None)
    assert one.tolist() == two.tolist()


def test_the_best_scores_one_and_the_others_less() -> None:
    made = scores(
        QUESTION, candidates(FOUR, [0.7, 0.4, 0.4, 0.05], [9, 3, 3, 0]), meaning=True, vector=VECTOR
    )
    assert made.max() == 1
    assert (made > 0).all()


def test_a_passage_without_a_vector_is_ranked_by_its_words_among_the_embedded() -> None:
    found = candidates(FOUR, [float("nan"), 0.45, 0.4, 0.05], [9, 3, 3, 0])
    assert order(found, meaning=True)[0] == 0


def test_no_vector_at_all_and_no_question_vector_still_rank() -> None:
    none = candidates(FOUR, [float("nan")] * 4, [9, 3, 3, 0])
    some = candidates(FOUR, [0.7, 0.4, 0.4, 0.05], [9, 3, 3, 0])
    assert order(none, meaning=True)[0] == 0
    assert order(some, meaning=True, vector=None)[0] == 0


def test_nothing_found_and_one_found_are_ranked() -> None:
    assert scores(QUESTION, candidates([], [], []), meaning=True, vector=VECTOR).tolist() == []
    assert scores(QUESTION, candidates(["?"], [0.1], [0]), meaning=True, vector=VECTOR).tolist() == [1.0]


def test_what_is_not_measured_stands_behind_what_is_in_the_rough_order() -> None:
    count = TOP + 30
    words = [float(count - place) for place in range(count)]
    found = candidates([f"Text {place}." for place in range(count)], [0.3] * count, words)
    made = scores(QUESTION, found, meaning=True, vector=VECTOR)
    assert made[TOP:].max() < made[:TOP].min()
    assert (np.diff(made[TOP:]) < 0).all()


def test_the_same_candidates_in_another_order_get_the_same_scores() -> None:
    dense, words = [0.7, 0.41, 0.4, 0.05], [9, 3.5, 3, 0]
    straight = scores(QUESTION, candidates(FOUR, dense, words), meaning=True, vector=VECTOR)
    turned = scores(QUESTION, candidates(FOUR[::-1], dense[::-1], words[::-1]), meaning=True, vector=VECTOR)
    assert turned[::-1].tolist() == pytest.approx(straight.tolist())


def test_meaning_not_known_is_predicted_on_a_line_over_the_words() -> None:
    dense, words = np.array([0.2, 0.4, np.nan, np.nan]), np.array([1.0, 3.0, 2.0, 9.0])
    assert predicted(dense, words).tolist() == pytest.approx([0.2, 0.4, 0.3, 0.4])
    assert predicted(np.array([np.nan, np.nan]), np.array([1.0, 2.0])).tolist() == [0, 0]


def test_every_weight_belongs_to_a_feature() -> None:
    found, _ = measured(candidates(FOUR, [0.7, 0.4, 0.4, 0.05], [9, 3, 3, 0]), meaning=True, vector=VECTOR)
    assert isinstance(found, Measured)
    names, _ = features(QUESTION, found, None)
    kept = load_weights()
    assert set(kept.meaning) <= set(names)
    assert set(kept.words) <= set(names)
    assert len(kept.meaning) > 20


def test_weights_changed_by_hand_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = load_weights()
    changed = {**kept.meaning, "cosine": 99.0}
    made = {"meaning": changed, "words": kept.words, "digest": digest(kept.meaning, kept.words)}
    (tmp_path / "weights.json").write_text(json.dumps(made))
    monkeypatch.setattr(scoring, "files", lambda _: tmp_path)
    load_weights.cache_clear()
    try:
        with pytest.raises(ModelError, match="not as it was made"):
            load_weights()
    finally:
        load_weights.cache_clear()
