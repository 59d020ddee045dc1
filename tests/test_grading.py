"""Answers graded by people: blind, in a random order, agreement, critical questions, the signed decision."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.evaluation.grading import MARKS, Grade, Mark, graded, order
from rag.evaluation.words import agreement
from tests.evaluation.made import question
from tests.test_cli import articles, run
from tests.test_eval_commands import QUESTIONS, written

__all__ = ["articles", "run"]


def grades(grader: str, marks: Sequence[Mark]) -> list[Grade]:
    return [Grade("base", f"q{at}", grader, mark, "", "") for at, mark in enumerate(marks)]


def cohens(one: Sequence[Mark], two: Sequence[Mark]) -> float:
    """Cohen (1960), from the table of both graders' marks, in fractions."""
    n = Fraction(len(one))
    seen = sum(Fraction(a == b) for a, b in zip(one, two, strict=True)) / n
    chance = sum(Fraction(one.count(mark) * two.count(mark)) for mark in MARKS) / n**2
    return float((seen - chance) / (1 - chance))


def test_the_order_is_random_another_for_each_grader_and_always_the_same_for_one() -> None:
    items = [(run, f"q{at}") for run in ("base", "head") for at in range(20)]
    maja, jon = order(items, "Maja"), order(items, "Jon")
    assert maja == order(reversed(items), "Maja") != jon
    assert sorted(maja) == sorted(jon) == sorted(items) != maja


@given(st.lists(st.tuples(st.sampled_from(MARKS), st.sampled_from(MARKS)), min_size=1, max_size=40))
def test_kappa_is_cohens_within_an_interval_that_few_answers_leave_wide(
    pairs: list[tuple[Mark, Mark]],
) -> None:
    one, two = zip(*pairs, strict=True)
    [found] = graded([*grades("a", one), *grades("b", two)], []).agreements
    same = [first == second for first, second in pairs]
    assert found.share.value == pytest.approx(sum(same) / len(same))
    assert found.apart == tuple(("base", f"q{at}") for at, equal in enumerate(same) if not equal)
    if found.kappa is None:
        assert len({*one, *two}) == 1
        assert "cannot be told" in agreement(found)
        return
    assert found.kappa.value == pytest.approx(cohens(one, two))
    assert -1 <= found.kappa.low <= found.kappa.value <= found.kappa.high <= 1
    if all(same):
        assert found.kappa.low < 1


def test_critical_questions_stand_by_themselves() -> None:
    asked = [question(at, tags=("critical",) if at == 1 else ()) for at in range(3)]
    found = graded(
        [*grades("a", ["right", "harmful", "harmful"]), *grades("b", ["right", "right", "right"])], asked
    )
    assert [(one.question, one.grader) for one in found.critical] == [("q1", "a"), ("q1", "b")]
    assert [one.question for one in found.harmful] == ["q1"]
    assert found.marks["a"] == {"right": 1, "partly": 0, "wrong": 0, "harmful": 2}


@pytest.fixture
def measured(run: Any, articles: Path, tmp_path: Path) -> Any:
    """Two runs, the first question critical."""
    records = [QUESTIONS[0] | {"tags": ["critical"]}, *QUESTIONS[1:]]
    path = written(tmp_path / "set.jsonl", records)
    run("ingest", str(articles))
    for name, flags in (("base", ()), ("head", ("--always-answer",))):
        assert run("eval", "run", "--set", str(path), "--name", name, *flags, "--workers", "1").code == 0
    return run


def test_answers_are_graded_blind_kept_at_once_and_gone_on_with(measured: Any) -> None:
    first = measured(
        "eval", "grade", "base", "head", "--grader", "Maja", stdin="x\nh\np\nb\nr\nw no bridge\nq\n"
    )
    assert first.code == 0
    assert [f"\n{at} of 6  " in first.err for at in range(1, 5)] == [True, True, True, False]
    assert first.err.count("\n1 of 6  ") == 2
    assert "base" not in first.err
    assert "head" not in first.err
    assert "there is no 'x'" in first.err
    assert "harmful needs a reason" in first.err
    assert "Maja  1 right, 0 partly, 1 wrong, 0 harmful  of 2" in first.out
    again = measured("eval", "grade", "base", "head", "--grader", "Maja", "--json", stdin="p\np\np\np\n")
    assert "4 of 6 answers to grade" in again.err
    assert again.json["marks"]["Maja"] == {"right": 1, "partly": 4, "wrong": 1, "harmful": 0}
    other = measured("eval", "grade", "base", "head", "--grader", "Jon", "--json", stdin="r\n" * 6)
    [found] = other.json["agreements"]
    assert found["n"] == 6
    assert len(found["apart"]) == 5
    assert "agree on 17% of 6 answers" in measured("eval", "grades", "base", "head").out


def harm(run: Any, name: str) -> None:
    """Say that the answer to the critical question is harmful."""
    run("eval", "grade", name, "--grader", "Maja", stdin="h it names the wrong bridge\n" * 3)


def test_a_harmful_answer_to_a_critical_question_always_fails_the_gate(measured: Any) -> None:
    assert measured("eval", "compare", "base", "head").code == 0
    harm(measured, "base")
    assert measured("eval", "compare", "base", "head").code == 0
    harm(measured, "head")
    failed = measured("eval", "compare", "base", "head", "--json")
    assert failed.code == 4
    assert failed.json["gate"]["faults"] == ["the answer to cracks is harmful, and the question critical"]
    refused = measured("eval", "sign", "base", "head", "--who", "Maja")
    assert refused.code == 2
    assert "cannot be accepted: cracks" in refused.err
    assert measured("eval", "sign", "base", "head", "--who", "Maja", "--reject").code == 0


def test_a_decision_is_signed_and_what_is_waived_does_not_count_until_its_day(
    measured: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATELINE_TODAY", "2026-11-22")
    beside = ("head", "base")  # that one declines what the other answered rightly
    compared = measured("eval", "compare", *beside, "--max-regressions", "0", "--json")
    regressed = [one["id"] for one in compared.json["regressions"]]
    assert regressed
    assert compared.code == 4
    for waived, said in (
        ("cracks", "names no question"),
        ("cracks=soon", "no day"),
        (f"{regressed[0]}=2026-11-21", "2026-11-21 is past"),
        ("zeppelin=2026-12-31", "'zeppelin' is no regression"),
    ):
        assert said in measured("eval", "sign", *beside, "--who", "Maja", "--waive", waived).err
    flags = [word for one in regressed for word in ("--waive", f"{one}=2026-12-31")]
    assert measured("eval", "sign", *beside, "--who", "<b>Maja", *flags).code == 0
    report = tmp_path / "report.html"
    gate = ("--max-regressions", "0", "--html", str(report))
    assert measured("eval", "compare", *beside, *gate).code == 0
    page = report.read_text()
    assert "&lt;b&gt;Maja accepted base beside head" in page
    assert f"Waived: {regressed[0]} until 2026-12-31" in page
    monkeypatch.setenv("DATELINE_TODAY", "2027-01-01")
    assert measured("eval", "compare", *beside, "--max-regressions", "0").code == 4


def test_a_forgotten_run_takes_its_grades_along(measured: Any, tmp_path: Path) -> None:
    harm(measured, "head")
    measured("eval", "sign", "base", "head", "--who", "Maja", "--reject")
    measured("eval", "remove", "head")
    path = tmp_path / "set.jsonl"
    measured("eval", "run", "--set", str(path), "--name", "head", "--workers", "1")
    assert measured("eval", "grades", "head", "--json").json["grades"] == []
