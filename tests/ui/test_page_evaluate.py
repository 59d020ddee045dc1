"""The Evaluate page over a real home: sets, runs, a run's numbers, two beside each other."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from rag import eval_sets, evaluating, grading, newsroom
from rag.errors import QuestionSetError
from rag.eval_process import Running
from rag.newsroom import How, Newsroom
from tests.fakes.embedder import FakeEmbedder
from tests.test_eval_commands import QUESTIONS, written
from tests.test_newsroom import BRIDGE, FERRY, write
from tests.ui.conftest import MAIN
from ui import measuring


class AtOnce:
    """A run's process, its work done where it would begin; `stays` leaves it under way."""

    stays = False
    flags: Sequence[str] = ()

    def __init__(self, home: Path, set_path: Path, name: str, flags: Sequence[str] = ()) -> None:
        self.name, self.running, self.fault = name, type(self).stays, None
        type(self).flags = flags
        if not self.running:
            room = newsroom.open(home)
            evaluating.go(room, evaluating.plan(room, set_path, name), workers=1)

    def stop(self) -> None:
        self.running = False

    def wait(self, seconds: float) -> bool:
        return True


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Newsroom]:
    monkeypatch.setenv("DATELINE_TODAY", "2026-11-22")
    opened = newsroom.open(tmp_path / "home", embedder=FakeEmbedder())
    monkeypatch.setattr(newsroom, "open", lambda *_args, **_flags: opened)
    monkeypatch.setattr(measuring, "Running", AtOnce)
    monkeypatch.setattr(AtOnce, "stays", False)
    monkeypatch.setattr(eval_sets, "STARTER", written(tmp_path / "starter.jsonl", QUESTIONS))
    st.cache_resource.clear()
    st.cache_data.clear()
    folder = tmp_path / "articles"
    folder.mkdir()
    write(folder, "bridge", BRIDGE, title="Bridge <b>shut</b>", outlet="The Post")
    write(folder, "ferry", FERRY, title="Ferry times", outlet="The Mail")
    opened.ingest([folder])
    yield opened
    st.cache_resource.clear()
    st.cache_data.clear()


def opened(**said: str | list[str]) -> AppTest:
    app = AppTest.from_file(MAIN, default_timeout=60)
    app.run()
    app.switch_page("evaluate.py")
    app.query_params.clear()
    app.query_params.update(said)
    app.run()
    assert not app.exception, app.exception
    return app


def shown(app: AppTest) -> str:
    """All that stands on the page."""
    parts = [*app.text, *app.caption, *app.get("html")]
    return "\n".join(str(getattr(one, "value", None) or one.proto.body) for one in parts)


def a_run(room: Newsroom, name: str, **how: Any) -> None:
    planned = evaluating.plan(room, eval_sets.STARTER, name, how=How(**how))
    evaluating.go(room, planned, workers=1)


def test_what_a_set_can_show_is_said_before_the_run_and_its_numbers_after(room: Newsroom) -> None:
    app = opened()
    assert (
        "3 questions, 2 answerable, on 3 articles or topics. With 3 questions two runs can show no change"
        in shown(app)
    )
    app.text_input(key="run_name").input("base")
    next(one for one in app.button if one.label == "Run").click().run()
    assert not app.exception
    assert "finished" in shown(app)
    seen = shown(opened(run="base"))
    assert "3 questions asked, 2 answerable" in seen
    assert '<td class="">hits@5</td>' in seen
    found = evaluating.scored(room, "base")
    assert f"{len(found.wrong):,} question" in seen
    assert all(one.diagnosis.said in seen.replace("\\", "") for one in found.wrong)


def test_a_name_that_is_taken_or_a_run_under_way_is_told_and_nothing_begun(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_run(room, "base")
    app = opened()
    app.text_input(key="run_name").input("base")
    next(one for one in app.button if one.label == "Run").click().run()
    assert "a run has this name" in shown(app)
    monkeypatch.setattr(AtOnce, "stays", True)
    measuring.start(eval_sets.STARTER, "base")
    app = opened()
    assert "It goes on when you leave this page" in shown(app)
    assert [one.label for one in app.button if one.label in ("Run", "Stop")] == ["Stop"]
    app.button(key="run_stop").click().run()
    assert "Measure answers on a question set" in shown(opened())


def test_a_stopped_run_goes_on_with_what_it_was_begun_with(room: Newsroom) -> None:
    evaluating.plan(room, eval_sets.STARTER, "half", how=How(cap=None, always_answer=True, extractive=True))
    room_flags = ("--repeat=1", "--ranking=fitted", "--cap=0", "--fold", "--always-answer", "--extractive")
    AtOnce.stays = True
    app = opened()
    assert "stopped at 0 of 3" in shown(app)
    app.button(key="on-half").click().run()
    assert AtOnce.flags == room_flags


def test_a_run_is_made_over_the_library_as_it_was(room: Newsroom) -> None:
    before = room.sequence
    room.remove(["ferry"])
    app = opened()
    app.text_input(key="run_name").input("then")
    app.number_input(key="run_at").set_value(before)
    pressed(app, "Run")
    assert AtOnce.flags == (f"--at={before}",)
    assert evaluating.load(room, "then")[0].setting.sequence == before
    app = opened()
    app.text_input(key="run_name").input("later")
    app.number_input(key="run_at").set_value(10**6)
    pressed(app, "Run")
    assert "the library has no sequence 1,000,000" in shown(app)


def test_a_dropped_set_is_kept_or_its_faults_are_told_by_line_and_column(room: Newsroom) -> None:
    good = b"id,question,answers\nq1,Who closed it?,engineers\n"
    assert len(evaluating.keep_set(room, "../../mine.csv", good).questions) == 1
    assert [one.name for one in evaluating.sets_of(room)] == ["mine.csv", "starter.jsonl"]
    bad = b"id,question,answerable\nq1,Who?,maybe\nq1,,yes\n"
    found = evaluating.keep_set(room, "mine.csv", bad)
    assert found.problems[0].thing == "mine.csv line 2, answerable"
    assert (room.home / "sets" / "mine.csv").read_bytes() == good
    assert sorted(one.name for one in (room.home / "sets").iterdir()) == ["mine.csv"]
    app = opened()
    app.session_state["set_problems"] = ("mine.csv", [str(one) for one in found.problems])
    app.run()
    assert "mine.csv was not kept" in shown(app)
    assert "'answerable' must" in shown(app) or "it must be yes or no, got 'maybe'" in shown(app)


@pytest.mark.parametrize("name", ["set.txt", ".hidden.csv", "a\nb.csv", "starter.jsonl", "x" * 90 + ".csv"])
def test_a_set_that_cannot_be_kept_says_why(room: Newsroom, name: str) -> None:
    with pytest.raises(QuestionSetError):
        evaluating.keep_set(room, name, b"id,question\n1,Who?\n")


def test_two_runs_stand_beside_each_other_and_no_text_of_theirs_is_markup(
    room: Newsroom, tmp_path: Path
) -> None:
    a_run(room, "base")
    a_run(room, "head", always_answer=True)
    told = evaluating.exported(room, "head")
    told["run"]["name"] = "<i>x</i>"
    for one in told["asked"]:
        one["answer"]["sentences"] = [
            {**sentence, "text": "<script>alert(1)</script>"} for sentence in one["answer"]["sentences"]
        ]
    path = tmp_path / "x.json"
    path.write_text(json.dumps(told))
    evaluating.imported(room, path)
    seen = shown(opened(base="base", head="<i>x</i>"))
    assert "3 questions in both" in seen
    assert "Declining turned off differs" in seen
    assert "<script>" not in seen
    assert "right in &lt;i&gt;x" in seen


def test_a_run_that_is_not_there_is_named(room: Newsroom) -> None:
    assert "run 'gone': there is no such run." in shown(opened(run="gone"))


def test_a_process_of_a_run_that_fails_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATELINE_MINILM_DIR", str(tmp_path / "none"))
    child = Running(tmp_path / "home", tmp_path / "gone.csv", "base")
    assert child.wait(60)
    assert child.fault is not None
    assert "gone.csv: it cannot be read (no such file or directory)" in child.fault


def pressed(app: AppTest, label: str) -> AppTest:
    next(one for one in app.button if one.label == label).click().run()
    assert not app.exception, app.exception
    return app


def test_answers_are_graded_one_by_one_without_a_word_of_their_run(room: Newsroom) -> None:
    a_run(room, "the first run")
    a_run(room, "the second run", always_answer=True)
    app = opened(grade=["the first run", "the second run"])
    assert "Sign with your name first" in shown(app)
    app.text_input(key="grader").input("Maja").run()
    for left in (6, 5):
        assert f"{left} of 6 answers left" in shown(app)
        assert "the first run" not in shown(app)
        assert "the second run" not in shown(app)
        app.radio(key="grade_mark").set_value("harmful")
        pressed(app, "Keep the grade")
        assert "harmful needs a reason" in shown(app)
        app.text_input(key="grade_why").input("<i>libel</i>")
        pressed(app, "Keep the grade")
    found = grading.grades_of(room, ["the first run", "the second run"])
    assert [(one.grader, one.mark, one.why) for one in found.grades] == [
        ("Maja", "harmful", "<i>libel</i>")
    ] * 2
    assert "Maja: 0 right, 0 partly, 0 wrong" in shown(opened(base="the first run", head="the second run"))


def test_a_decision_is_signed_on_the_page(room: Newsroom) -> None:
    a_run(room, "base")
    a_run(room, "head", always_answer=True)
    app = opened(base="base", head="head")
    assert "Nobody has signed one." in shown(app)
    pressed(app, "Sign")
    assert "Choose whether to accept or to reject." in shown(app)
    app.radio(key="sign_verdict").set_value("Reject")
    app.text_input(key="sign_who").input("Maja <b>")
    app.text_input(key="sign_why").input("too eager")
    pressed(app, "Sign")
    assert "Maja <b> rejected head beside base" in shown(app)
    [kept] = grading.decisions(room, "head")
    assert (kept.accepted, kept.why) == (False, "too eager")
