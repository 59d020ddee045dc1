from __future__ import annotations

import math
from collections import Counter

import ir_measures
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ir_measures import AP, RR, R, Success, nDCG

from rag.evaluation import metrics
from rag.evaluation.metrics import Place
from rag.expected import Evidenced

TEXT = "The harbour reopened on Monday. Mayor Ines Holt cut the ribbon. Nobody came."


def test_a_passage_counts_when_it_contains_the_start_of_a_span() -> None:
    span = [Evidenced("a", "Ines Holt", 38, 47)]
    found = [Place("a", 0, 38), Place("b", 30, 60), Place("a", 38, 39), Place("a", 39, 60)]
    assert metrics.covered(found, span) == (frozenset(), frozenset(), frozenset({0}), frozenset())


def test_evidence_without_a_start_is_in_no_passage() -> None:
    assert metrics.covered([Place("a", 0, 99)], [Evidenced("a", "Ines Holt")]) == (frozenset(),)


def test_any_evidence_is_a_hit_and_all_of_it_is_recall() -> None:
    found = [set(), {1}, {0, 1}]
    assert metrics.hit(found, 1) is False
    assert metrics.hit(found, 2) is True
    assert metrics.recall(found, 3, 2) == pytest.approx(1 / 3)
    assert metrics.recall(found, 3) == pytest.approx(2 / 3)
    assert metrics.reciprocal_rank(found) == 0.5
    assert metrics.reciprocal_rank(found, 1) == 0


def test_a_span_found_twice_earns_nothing_the_second_time() -> None:
    once, twice = [{0}, set(), set(), {1}], [{0}, {0}, {0}, {1}]
    assert metrics.average_precision(twice, 2) == metrics.average_precision(once, 2)
    assert metrics.ndcg(twice, 2) == metrics.ndcg(once, 2)


def test_a_passage_that_holds_everything_is_perfect_and_no_more() -> None:
    assert metrics.average_precision([{0, 1, 2}], 3) == 1
    assert metrics.ndcg([{0, 1, 2}], 3) == 1


def test_without_evidence_a_share_of_it_does_not_apply() -> None:
    assert metrics.recall([set()], 0) is None
    assert metrics.average_precision([set()], 0) is None
    assert metrics.ndcg([set()], 0) is None
    assert metrics.exact_match("x", []) is None
    assert metrics.token_f1("x", []) is None
    assert metrics.wilson(0, 0) is None
    assert metrics.paired_bootstrap([], []) is None
    assert metrics.mean([None, None]) is None


@st.composite
def rankings(draw: st.DrawFn) -> tuple[list[set[int]], int, int]:
    """A ranking in which every passage holds at most one span, the number of spans, and k."""
    of = draw(st.integers(1, 6))
    ranks = draw(st.permutations(range(of + draw(st.integers(0, 12)))))
    kept = ranks[: draw(st.integers(0, len(ranks)))]
    return [{i} if i < of else set() for i in kept], of, draw(st.integers(1, 20))


@given(rankings())
def test_ranking_metrics_agree_with_ir_measures(case: tuple[list[set[int]], int, int]) -> None:
    found, of, k = case
    run = {"q": {f"{min(spans, default='x')}-{rank}": -float(rank) for rank, spans in enumerate(found)}}
    names = {min(spans): f"{min(spans)}-{rank}" for rank, spans in enumerate(found) if spans}
    truth = {"q": {names.get(i, f"missed {i}"): 1 for i in range(of)}}
    measures = [nDCG @ k, AP @ k, RR @ k, R @ k, Success @ k]
    theirs = ir_measures.calc_aggregate(measures, truth, run) if found else dict.fromkeys(measures, 0)
    assert metrics.ndcg(found, of, k) == pytest.approx(theirs[nDCG @ k])
    assert metrics.average_precision(found, of, k) == pytest.approx(theirs[AP @ k])
    assert metrics.reciprocal_rank(found, k) == pytest.approx(theirs[RR @ k])
    assert metrics.recall(found, of, k) == pytest.approx(theirs[R @ k])
    assert metrics.hit(found, k) == theirs[Success @ k]


@given(st.lists(st.sets(st.integers(0, 4)), max_size=12), st.integers(1, 12))
def test_every_ranking_metric_lies_between_0_and_1(found: list[set[int]], k: int) -> None:
    for value in (
        metrics.ndcg(found, 5, k),
        metrics.average_precision(found, 5, k),
        metrics.recall(found, 5, k),
        metrics.reciprocal_rank(found, k),
    ):
        assert value is not None
        assert 0 <= value <= 1


def test_what_was_found_is_cut_after_its_first_words_whatever_the_passages_are() -> None:
    texts = {"a": TEXT}
    small = [Place("a", 0, 31), Place("a", 32, 63)]
    assert metrics.first_words(small, texts, 7) == (Place("a", 0, 31), Place("a", 32, 42))
    assert [texts["a"][p.start : p.end] for p in metrics.first_words([Place("a", 0, 63)], texts, 7)] == [
        "The harbour reopened on Monday. Mayor Ines"
    ]
    assert metrics.first_words(small, texts, 5) == (Place("a", 0, 31),)
    assert metrics.first_words(small, texts, 11) == tuple(small)
    assert metrics.first_words([], texts, 5) == ()


def test_an_answer_is_found_as_whole_words_whatever_its_case_and_punctuation() -> None:
    assert metrics.contains_answer(TEXT, ["INES-HOLT"]) is True
    assert metrics.contains_answer(TEXT, ["holt cut, the"]) is True
    assert metrics.contains_answer(TEXT, ["bour"]) is False
    assert metrics.contains_answer("It cost ½ a million", ["1⁄2 a million"]) is True


def test_answers_that_tell_nothing_leave_a_question_out() -> None:
    assert metrics.telling(["Yes.", "no", "TRUE", "7", "10%", "250"]) == ("250",)
    assert metrics.contains_answer("yes, it is true", ["yes", "true", "it"]) is None


def test_a_passage_holds_an_answer_or_does_not() -> None:
    places = [Place("a", 0, 31), Place("a", 32, 63)]
    assert metrics.holding(places, {"a": TEXT}, ["Holt"]) == (frozenset(), frozenset({0}))
    assert metrics.holding(places, {"a": TEXT}, ["yes"]) == (frozenset(), frozenset())


def test_squad_ignores_case_articles_and_punctuation() -> None:
    assert metrics.exact_match("The Harbour!", ["a harbour"]) is True
    assert metrics.exact_match("Theodore", ["odore"]) is False
    assert metrics.token_f1("the old harbour", ["harbour wall", "old harbour"]) == 1
    assert metrics.token_f1("the", ["an"]) == 1
    assert metrics.token_f1("the", ["harbour"]) == 0


WORDS = st.lists(
    st.sampled_from(("harbour", "Harbour,", "mayor", "the", "a", "an", "12", "1,2", "ferry's")), max_size=8
)


@given(WORDS, WORDS)
def test_token_f1_is_the_harmonic_mean_of_precision_and_recall(said: list[str], gold: list[str]) -> None:
    ours = Counter(metrics.squad_normal(" ".join(said)).split())
    theirs = Counter(metrics.squad_normal(" ".join(gold)).split())
    common = sum(min(ours[word], theirs[word]) for word in ours)
    if not ours or not theirs:
        expected = float(ours == theirs)
    elif not common:
        expected = 0.0
    else:
        precision, recall = common / ours.total(), common / theirs.total()
        expected = 2 * precision * recall / (precision + recall)
    assert metrics.token_f1(" ".join(said), [" ".join(gold)]) == pytest.approx(expected)
    assert metrics.exact_match(" ".join(said), [" ".join(gold)]) == (
        metrics.squad_normal(" ".join(said)) == metrics.squad_normal(" ".join(gold))
    )


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), max_size=30))
def test_auroc_is_the_share_of_pairs_in_the_right_order_ties_half(cases: list[tuple[int, bool]]) -> None:
    yes, no = ([score for score, label in cases if label is kind] for kind in (True, False))
    ours = metrics.auroc([score for score, _ in cases], [label for _, label in cases])
    if not yes or not no:
        assert ours is None
    else:
        right = sum((a > b) + (a == b) / 2 for a in yes for b in no)
        assert ours == pytest.approx(right / (len(yes) * len(no)))


def test_a_score_that_is_not_a_number_is_no_score() -> None:
    with pytest.raises(ValueError, match="NaN"):
        metrics.auroc([0.5, math.nan], [True, False])
    with pytest.raises(ValueError, match="2 scores for 1 labels"):
        metrics.auroc([0.5, 0.6], [True])


def test_wilson_gives_the_textbook_interval() -> None:
    """Brown, Cai & DasGupta (2001) and Newcombe (1998, method 3): 81 of 263 is .2553 to .3662."""
    interval = metrics.wilson(81, 263)
    assert interval is not None
    assert (interval.low, interval.high) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert interval.n == 263


@given(st.integers(1, 300), st.data())
def test_wilson_stays_inside_0_and_1_and_around_the_share(n: int, data: st.DataObject) -> None:
    successes = data.draw(st.integers(0, n))
    interval = metrics.wilson(successes, n)
    assert interval is not None
    assert 0 <= interval.low <= successes / n + 1e-12
    assert successes / n - 1e-12 <= interval.high <= 1


def test_the_same_seed_gives_the_same_interval() -> None:
    ours, theirs = [1, 1, 0, 1, 0, 1] * 20, [0, 1, 0, 1, 1, 0] * 20
    first = metrics.paired_bootstrap(ours, theirs, seed=7)
    assert first == metrics.paired_bootstrap(ours, theirs, seed=7)
    assert first != metrics.paired_bootstrap(ours, theirs, seed=8)
    assert first is not None
    assert first.value == pytest.approx(1 / 6)
    assert first.low < first.value < first.high
    assert first.n == 120


def test_a_difference_that_never_varies_has_no_width() -> None:
    interval = metrics.paired_bootstrap([0.5, 1.5, 2.5], [0, 1, 2])
    assert interval == metrics.Interval(0.5, 0.5, 0.5, 3)


def test_questions_on_one_article_are_drawn_together() -> None:
    """Ten copies of a question tell no more than one: drawing them apart makes the interval too narrow."""
    ours, theirs = [1] * 10 + [0] * 10 + [1] * 10, [0] * 10 + [1] * 10 + [1] * 10
    articles = [article for article in "abc" for _ in range(10)]
    apart, together = (metrics.paired_bootstrap(ours, theirs, groups=g) for g in (None, articles))
    assert apart is not None
    assert together is not None
    assert together.high - together.low > 2 * (apart.high - apart.low)


def test_values_that_are_not_paired_are_refused() -> None:
    with pytest.raises(ValueError, match="paired"):
        metrics.paired_bootstrap([1, 2], [1])


def test_a_mean_leaves_out_what_does_not_apply() -> None:
    assert metrics.mean([1.0, None, 0.0, None]) == 0.5
