"""Runs scored, diagnosed and compared, out of outcomes made by code."""

from __future__ import annotations

import json
import math
import re
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from rag.errors import LibraryError, ModelError
from rag.evaluation import intervals, metrics
from rag.evaluation.asking import Job, Ways, ask_all, asked_once
from rag.evaluation.citing import covers, right, verbatim
from rag.evaluation.comparison import compare, gate
from rag.evaluation.diagnosis import diagnosis
from rag.evaluation.measures import values
from rag.evaluation.placing import placed
from rag.evaluation.power import exact_p, smallest_change
from rag.evaluation.report import comparison_page, run_page
from rag.evaluation.runs import Asked, Seen, digest
from rag.evaluation.scoring import result
from rag.expected import Evidenced, Question
from rag.jsonable import as_json, from_json
from rag.types import (
    Article,
    Citation,
    Found,
    Passage,
    Sentence,
)
from tests.evaluation.made import GIVEN, answer, asked, question, run

Change = Callable[[Asked], Asked]


def removed(one: Asked) -> Asked:
    [entry] = one.question.evidence
    lost = replace(one.question, evidence=(replace(entry, start=None, end=None),))
    said = answer(one.question, status="no_answer_found", cites=[])
    return replace(one, question=lost, missing=(0,), held=((),) * 20, rank=None, answer=said)


def below(one: Asked) -> Asked:
    said = answer(one.question, cites=[("other1", 0, 9)])
    return replace(asked(one.question, said, rank=GIVEN + 3), rank=GIVEN + 3)


def never_found(one: Asked) -> Asked:
    said = answer(one.question, status="closest", cites=[("other1", 0, 9)])
    return replace(asked(one.question, said, rank=None), looked=1000)


def swapped(one: Asked) -> Asked:
    return replace(one, answer=answer(one.question, cites=[(one.question.evidence[0].article, 30, 40)]))


def unused(one: Asked) -> Asked:
    return replace(one, answer=answer(one.question, cites=[("other2", 10, 20)]))


def silent(one: Asked) -> Asked:
    return replace(one, answer=answer(one.question, status="no_answer_found", cites=[]))


def unanswerable(one: Asked) -> Asked:
    return replace(one, question=replace(one.question, answerable=False, answers=()))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (removed, "not_in_library"),
        (below, "not_retrieved"),
        (never_found, "not_retrieved"),
        (swapped, "wrong_span"),
        (unused, "not_used"),
        (silent, "should_have_answered"),
        (unanswerable, "should_have_declined"),
    ],
)
def test_a_failure_made_by_code_is_diagnosed_as_what_it_is(change: Change, why: str) -> None:
    whole = [asked(question(n), rank=1 + n % GIVEN) for n in range(50)]
    assert [diagnosis(one, GIVEN) for one in whole] == [None] * 50
    found = [diagnosis(change(one), GIVEN) for one in whole]
    assert [one.why if one else None for one in found] == [why] * 50


def test_a_failed_question_is_told_and_no_number_counts_it() -> None:
    failed = replace(asked(question(2)), answer=None, fault="the server is gone")
    told = result(run(), [asked(question(1)), failed])
    assert [one.asked.question.id for one in told.failed] == ["q2"]
    assert told.failed[0].diagnosis.said == "failed: the server is gone"
    number = told.numbers["right"]
    assert number is not None
    assert (number.value, number.n) == (1.0, 1)
    found = told.numbers["hits@1"]
    assert found is not None
    assert found.n == 2, "what it found is known, though the answer is not"
    assert not any(math.isnan(end) for n in told.numbers.values() if n for end in (n.value, n.low, n.high))


def test_what_does_not_apply_is_none() -> None:
    bare = Question("q", "Who?")
    told = values(asked(bare, answer(bare, cites=[("a", 0, 5)]), in_words=None))
    nothing = {name for name, value in told.items() if value is None}
    assert {"right", "hits@5", "MRR@20", "words", "exact_match", "key_facts", "declined", "cost"} <= nothing
    assert told["answered"] == 1


def test_a_declined_question_says_nothing_right_and_its_precision_does_not_apply() -> None:
    told = values(silent(asked(question(1, key_facts=("fact 00001",)))))
    assert {told[name] for name in ("right", "token_f1", "says_answer", "key_facts", "citation_recall")} == {
        0.0
    }
    assert told["citation_precision"] is None
    spoken = values(asked(question(1, key_facts=("Fact 00001", "another"))))
    assert (spoken["key_facts"], spoken["says_answer"], spoken["citation_precision"]) == (0.5, 1.0, 1.0)


def test_evidence_is_covered_by_citations_together_and_by_a_folded_copy_word_for_word() -> None:
    one = question(1, evidence=(Evidenced("a", "two words", 10, 19),))
    both = answer(one, cites=[("a", 8, 13), ("a", 14, 19)])  # the space between is in neither
    assert right(asked(one, both)) is True
    assert right(asked(one, answer(one, cites=[("a", 8, 18)]))) is False
    said = answer(one, cites=[("twin", 40, 60)])
    copied = replace(said, citations=(replace(said.citations[0], quote="Some two\nwords here.", end=60),))
    seen = (Seen("twin", 1, 0, 90, copies=("a",)),)
    assert covers(copied.citations, one.evidence[0], seen)
    assert not covers(copied.citations, one.evidence[0])
    assert not covers(said.citations, one.evidence[0], seen), "the copy does not hold these words"


def test_quotations_are_looked_for_in_what_their_own_sentence_cites() -> None:
    cited = (
        Citation(
            1, "a", 1, None, None, None, None, None, None, None, 0, 9, "He said it’s “over\nnow”, and left."
        ),
        Citation(2, "b", 1, None, None, None, None, None, None, None, 0, 9, "Nothing."),
    )
    sentences = (
        Sentence('He called it "over now," and left.', (1,)),
        Sentence("She said “over now”.", (2,)),
    )
    one = question(1)
    assert verbatim(replace(answer(one), citations=cited, sentences=sentences)) == (1, 2)


# Intervals, and what a set can show


@given(st.lists(st.booleans(), min_size=1, max_size=40))
def test_an_interval_of_shares_is_never_narrower_than_wilsons(came: list[bool]) -> None:
    found = intervals.means({"x": [float(one) for one in came]}, list(range(len(came))))["x"]
    wilson = metrics.wilson(sum(came), len(came))
    assert found is not None
    assert wilson is not None
    assert found.low <= wilson.low + 1e-6
    assert wilson.high - 1e-6 <= found.high
    assert found.low <= found.value <= found.high


def test_means_are_drawn_by_group_as_the_slow_way_draws_them() -> None:
    chance = np.random.default_rng(5)
    column: list[float | None] = [float(one) for one in chance.normal(0.3, 1, 300)]
    groups = [n // 3 for n in range(300)]
    fast = intervals.means({"x": column}, groups, differences=True)["x"]
    slow = metrics.paired_bootstrap([one or 0.0 for one in column], [0.0] * 300, groups=groups)
    assert fast is not None
    assert slow is not None
    assert fast.value == pytest.approx(slow.value)
    assert (fast.low, fast.high) == pytest.approx((slow.low, slow.high), abs=0.03)
    holed = intervals.means({"x": [*column, None, None], "none": [None] * 302}, [*groups, 998, 999])
    assert holed["none"] is None
    assert holed["x"] is not None
    assert (holed["x"].n, holed["x"].value) == (300, fast.value)


@given(st.integers(0, 60), st.integers(0, 60))
def test_mcnemars_exact_probability_is_scipys(up: int, down: int) -> None:
    wanted = stats.binomtest(up, up + down).pvalue if up + down else 1.0
    assert exact_p(up, down) == pytest.approx(wanted)


def test_the_smallest_change_is_one_that_the_test_can_show() -> None:
    assert (smallest_change(5).least, smallest_change(5).likely) == (None, None)
    told = smallest_change(220)
    assert told.least == pytest.approx(6 / 220)
    assert told.likely is not None
    chance, found = np.random.default_rng(1), 0
    gain, loss = (0.10 + told.likely) / 2, (0.10 - told.likely) / 2
    for _ in range(2000):
        up, down, _same = chance.multinomial(220, [gain, loss, 0.9])
        found += exact_p(int(up), int(down)) <= 0.05
    assert found / 2000 == pytest.approx(0.8, abs=0.05)
    sizes = [smallest_change(n).likely or 1.0 for n in (100, 200, 1000, 5000)]
    assert sizes == sorted(sizes, reverse=True)


# Comparing


def two_runs() -> tuple[list[Asked], list[Asked]]:
    base = [asked(question(n), rank=1 + n % 9) for n in range(40)]
    base += [unanswerable(asked(question(n))) for n in range(40, 50)]
    head = [
        swapped(one) if n % 4 == 0 and n < 40 else silent(one) if n >= 44 else one
        for n, one in enumerate(base)
    ]
    head = [replace(one, held=((), *one.held[:-1]), rank=(one.rank or 0) + 1) for one in head]
    return base, head


def test_swapping_the_runs_flips_every_sign_and_a_run_beside_itself_is_all_zero() -> None:
    base, head = two_runs()
    there = compare((run(), base), (run("head"), head))
    back = compare((run("head"), head), (run(), base))
    assert set(there.changes) == set(back.changes) >= {"right", "hits@1", "MRR@20", "evidence_cited", "AUROC"}
    for name, one in there.changes.items():
        other = back.changes[name]
        ends = (-other.difference.value, -other.difference.high, -other.difference.low)
        assert (one.difference.value, one.difference.low, one.difference.high) == pytest.approx(
            ends, abs=1e-9
        )
        assert (one.up, one.down) == (other.down, other.up)
        flipped = {"better": "worse", "worse": "better"}
        assert other.verdict == flipped.get(one.verdict, one.verdict)
    assert [one.id for one in there.regressions] == [one.id for one in back.improvements]
    itself = compare((run(), base), (run("again"), base))
    assert {one.verdict for one in itself.changes.values()} == {"same"}
    assert {end for one in itself.changes.values() for end in (one.difference.low, one.difference.high)} == {
        0.0
    }
    assert (itself.regressions, itself.improvements, itself.warnings) == ((), (), ())


def test_regressions_stand_with_both_answers_and_why() -> None:
    base, head = two_runs()
    told = compare((run(), base), (run("head"), head))
    assert [one.id for one in told.regressions] == [f"q{n}" for n in range(0, 40, 4)]
    first = told.regressions[0]
    assert first.base.diagnosis is None
    assert first.head.diagnosis is not None
    assert first.head.diagnosis.why == "wrong_span"
    assert told.changes["right"].verdict == "not_told_apart", "6 up and 10 down"
    assert told.changes["declined"].verdict == "better"
    assert told.changes["MRR@20"].verdict == "worse"


def test_four_changes_in_one_direction_are_not_told_from_chance() -> None:
    base = [asked(question(n)) for n in range(100)]
    head = [swapped(one) if n < 4 else one for n, one in enumerate(base)]
    change = compare((run(), base), (run("head"), head)).changes["right"]
    assert change.difference.high < 0, "the bootstrap alone would say that it is worse"
    assert change.verdict == "not_told_apart"


def test_what_else_differs_is_said() -> None:
    base, head = two_runs()
    other = run(
        "head",
        set_digest="d2",
        setting=replace(run().setting, sequence=9, model="m", prompts={"answer": "ab"}),
    )
    told = compare((run(), base[1:]), (other, [*head[:-1], asked(question(49, answers=("other",)))]))
    assert (told.compared, told.only_base, told.only_head) == (48, 1, 2)
    said = " ".join(told.warnings)
    for part in (
        "sets differ",
        "sequence) differs: 7 in base, 9 in head",
        "model differs: none",
        "prompts differs",
    ):
        assert part in said, part


def test_the_gate_counts_regressions_and_failures_and_what_applies_to_nothing() -> None:
    base, head = two_runs()
    told = compare((run(), base), (run("head"), head))
    assert gate(told, max_regressions=10) == ()
    [fault] = gate(told, max_regressions=9)
    assert fault.startswith("10 regressions, 9 allowed: q0, q4")
    assert gate(told, least={"declined": 0.6}) == ()
    assert gate(told, least={"declined": 0.7}) == ("declined is 0.6 (of 10); at least 0.7 was asked for",)
    assert "applies to no question" in gate(told, least={"quotations_verbatim": 0.1})[0]
    failed = [replace(one, answer=None, fault="gone") for one in base]
    assert "50 regressions" not in str(
        gate(compare((run(), base), (run("head"), failed)), max_regressions=39)
    )
    assert "40 regressions" in str(gate(compare((run(), base), (run("head"), failed)), max_regressions=39))
    nothing = compare((run(), base), (run("head"), []))
    assert "no question is in both runs" in str(gate(nothing, max_regressions=0))


def test_questions_asked_several_times_tell_how_many_flip() -> None:
    turns = [asked(question(n), turn=0) for n in range(10)]
    turns += [replace(swapped(one) if n < 3 else one, turn=1) for n, one in enumerate(turns)]
    told = result(run(setting=replace(run().setting, repeat=2)), turns)
    assert told.flips is not None
    assert (told.flips.value, told.flips.n) == (0.3, 10)
    number = told.numbers["right"]
    assert number is not None
    assert (number.value, number.n, told.asked) == (0.85, 10, 10)
    assert result(run(), turns[:10]).flips is None


# Asking


def ways(**more: Any) -> Ways:
    def found(one: Question) -> Sequence[Found]:
        entry = one.evidence[0]
        passage = Passage(entry.article, 1, 0, 0, 30, ())
        rest = (None,) * 7
        return [Found(1, passage, "x" * 10 + entry.quote + " " * 10, *rest, 1.0, None, None, 1.0)]  # type: ignore[arg-type]

    def article_of(name: str) -> Article:
        return Article(name, "x" * 10 + f"fact {int(name[1:]):05}" + " " * 10)

    told = {"ask": answer, "search": found, "deep": lambda one, k: found(one), "article_of": article_of}
    return Ways(**(told | more))  # type: ignore[arg-type]


def ask(jobs: Sequence[Job], how: Ways, kept: dict[int, Asked], workers: int = 2, stop: Any = None) -> int:
    with ThreadPoolExecutor(workers) as pool:
        return ask_all(
            jobs,
            lambda one, turn: asked_once(one, turn, how),
            pool=pool,
            workers=workers,
            keep=kept.update,
            progress=lambda count: None,
            stop=stop or threading.Event(),
        )


@pytest.mark.parametrize("workers", [1, 7])
def test_with_any_number_of_workers_each_is_kept_at_its_place(workers: int) -> None:
    kept: dict[int, Asked] = {}
    assert ask([(n, question(n), 0) for n in range(60)], ways(), kept, workers) == 60
    assert {place: one.question.id for place, one in kept.items()} == {n: f"q{n}" for n in range(60)}
    assert {right(one) for one in kept.values()} == {True}


def test_stopped_or_broken_off_what_was_asked_is_kept() -> None:
    stop, kept = threading.Event(), dict[int, Asked]()

    def stopping(one: Question) -> Any:
        if one.id == "q5":
            stop.set()
        return answer(one)

    jobs = [(n, question(n), 0) for n in range(60)]
    assert ask(jobs, ways(ask=stopping), kept, stop=stop) == len(kept)
    assert set(range(6)) <= set(kept)
    assert len(kept) < 12

    def full(one: Question) -> Any:
        if one.id == "q30":
            raise LibraryError("the disk", "it is full")
        return answer(one)

    broken: dict[int, Asked] = {}
    with pytest.raises(LibraryError):
        ask(jobs, ways(ask=full), broken)
    assert set(range(25)) <= set(broken)
    assert 30 not in broken


def test_a_fault_of_one_question_is_kept_with_it() -> None:
    def silent_model(one: Question) -> Any:
        raise ModelError("gpt", "it did not answer")

    one = asked_once(question(3), 0, ways(ask=silent_model))
    assert one is not None
    assert (one.answer, one.fault, one.rank) == (None, "gpt: it did not answer.", 1)


def test_evidence_is_found_again_where_its_article_changed() -> None:
    text = "New lead. The longest measures\n46 centimetres. The longest measures 4."
    one = question(1, evidence=(Evidenced("a", "The longest measures 46 centimetres.", 0, 36), Evidenced("b", "gone"),
                                Evidenced("a", "The longest", 60, 71)))  # fmt: skip
    there, missing = placed(one, lambda name: Article("own", text) if name == "a" else None)
    assert missing == (1,)
    assert [(entry.article, entry.start) for entry in there.evidence] == [
        ("own", 10),
        ("b", None),
        ("own", 47),
    ]
    first = there.evidence[0]
    assert text[first.start : first.end] == first.quote


def test_the_digest_of_a_set_does_not_depend_on_its_order() -> None:
    some = [question(n) for n in range(5)]
    assert digest(some) == digest(some[::-1]) != digest([*some[:4], question(4, answers=("x",))])


def test_what_was_asked_comes_back_from_json_the_same() -> None:
    whole = [*two_runs()[1], replace(asked(question(9)), answer=None, fault="gone")]
    told = json.loads(json.dumps(as_json(whole)))
    assert [from_json(Asked, one) for one in told] == whole


def test_a_report_holds_no_script_no_address_and_nothing_unescaped() -> None:
    evil = '<script>alert("1")</script><img src=x onerror=y>'
    one = question(1, question=evil, answers=(evil,), tags=(evil,), id=evil)
    told = swapped(asked(one))
    lost = replace(asked(question(2)), answer=None, fault=evil)
    base = (run(evil), [asked(one), asked(question(2))])
    head = (run(evil, set_name=evil), [told, lost])
    for page in (run_page(result(*head)), comparison_page(compare(base, head), [evil], gated=True)):
        assert "<script" not in page
        assert "<img" not in page
        assert "http:" not in page
        assert "https:" not in page
        assert "&lt;script&gt;" in page
        assert not re.search(r"\bnan\b", page.lower())
