"""A question set on the Evaluate page: added to, changed, taken out and back, made and accepted; over a real home."""

from __future__ import annotations

import json

import pytest
from streamlit.testing.v1 import AppTest

from rag import eval_sets, feedback, question_sets
from rag.errors import QuestionSetError, UsageError
from rag.expected import Evidenced, Question
from rag.newsroom import Newsroom
from tests.test_eval_commands import QUESTIONS
from tests.test_newsroom import FERRY
from tests.ui.conftest import MAIN
from tests.ui.test_page_app import put, texts
from tests.ui.test_page_evaluate import opened, pressed, room, shown

__all__ = ["room"]

LINES = "".join(json.dumps(one) + "\n" for one in QUESTIONS).encode()


def kept(room: Newsroom) -> list[str]:
    return [one.id for one in question_sets.read(room, "mine.jsonl")]


def test_a_question_is_added_changed_and_taken_out_and_each_is_undone(room: Newsroom) -> None:
    eval_sets.keep_set(room, "mine.jsonl", LINES)
    app = opened(set="mine.jsonl")
    assert "3 questions, 2 answerable." in shown(app)
    app.text_input(key="q_id-").input("tides")
    app.text_input(key="q_text-").input("How often does the ferry sail?")
    app.text_area(key="q_evidence-").input(f"ferry | {FERRY[:30]}")
    pressed(app, "Add")
    assert kept(room) == ["cracks", "ferry", "zeppelin", "tides"], shown(app)
    [entry] = question_sets.read(room, "mine.jsonl")[3].evidence
    assert room.article("ferry").text[entry.start : entry.end] == FERRY[:30]
    pressed(app, "Undo")
    assert kept(room) == ["cracks", "ferry", "zeppelin"]
    app.text_input(key="q_text-cracks").input("How many cracks were there?")
    pressed(app, "Keep")
    assert question_sets.read(room, "mine.jsonl")[0].question == "How many cracks were there?"
    app.button(key="out-ferry").click().run()
    assert kept(room) == ["cracks", "zeppelin"]
    pressed(app, "Undo")
    assert kept(room) == ["cracks", "ferry", "zeppelin"]


def test_what_a_question_cannot_be_is_told_and_nothing_is_changed(room: Newsroom) -> None:
    eval_sets.keep_set(room, "mine.jsonl", LINES)
    app = opened(set="mine.jsonl")
    app.text_input(key="q_id-").input("tides")
    app.text_input(key="q_text-").input("How often?")
    app.text_area(key="q_evidence-").input("ferry | The ferry sinks every hour")
    pressed(app, "Add")
    assert "no article 'ferry' in the library holds “The ferry sinks every hour”" in shown(app)
    assert len(kept(room)) == 3
    wrong = [
        (Question("cracks", "Again?"), "'cracks' is taken"),
        (Question("new", " "), "question"),
        (Question("new", "When?", as_of="soon"), "it must be a day"),
        (Question("new", "Where?", evidence=(Evidenced("ferry", ""),)), "it is missing from the evidence"),
    ]
    for question, fault in wrong:
        with pytest.raises(QuestionSetError, match=fault):
            question_sets.put(room, "mine.jsonl", question)
    with pytest.raises(UsageError, match="no longer holds it"):
        question_sets.put(room, "mine.jsonl", Question("a", "b"), instead_of="gone")
    with pytest.raises(UsageError, match="the starter set cannot be changed"):
        question_sets.take_out(room, eval_sets.STARTER.name, ["cracks"])
    with pytest.raises(UsageError, match="there is no such question set"):
        question_sets.read(room, "none.csv")


def test_the_starter_set_is_changed_in_a_copy_and_a_set_without_questions_is_gone(room: Newsroom) -> None:
    app = opened(set=eval_sets.STARTER.name)
    assert not [one for one in app.button if one.label == "Take out"]
    pressed(app, "Make a copy to change")
    assert "starter-1.jsonl holds the same" in shown(app)
    before = question_sets.take_out(room, "starter-1.jsonl", ["cracks", "ferry", "zeppelin"])
    assert [one.name for one in eval_sets.sets_of(room)] == [eval_sets.STARTER.name]
    question_sets.bring_back(room, before)
    assert len(question_sets.read(room, "starter-1.jsonl")) == 3
    as_csv = question_sets.as_file(room, "starter-1.jsonl", "csv").decode()
    assert as_csv.startswith("id,question,answers")
    eval_sets.keep_set(room, "other.csv", as_csv.encode())
    question_sets.take_out(room, "other.csv", ["ferry"])
    assert [one.id for one in question_sets.read(room, "other.csv")] == ["cracks", "zeppelin"]


def test_made_questions_are_accepted_or_rejected_and_runs_ask_the_accepted(room: Newsroom) -> None:
    app = opened()
    app.number_input(key="make_count").set_value(3)
    pressed(app, "Make them")
    [name] = [one.name for one in eval_sets.sets_of(room) if not one.starter]
    assert "made. Accept those worth asking." in shown(app)
    first = question_sets.read(room, name)[0]
    app.button(key=f"Accept-{first.id}").click().run()
    assert question_sets.accepted(question_sets.read(room, name)[0]) is True
    looked = eval_sets.look(room, room.home / "sets" / name)
    assert (looked.questions, looked.left_out) == (1, len(question_sets.read(room, name)) - 1)
    app.button(key=f"Reject-{first.id}").click().run()
    assert question_sets.accepted(question_sets.read(room, name)[0]) is False
    pressed(app, "Undo")
    assert question_sets.accepted(question_sets.read(room, name)[0]) is True


def test_an_answer_is_put_into_a_set_and_feedback_on_it_is_listed_closed_and_made_a_test_question(
    room: Newsroom,
) -> None:
    app = AppTest.from_file(MAIN, default_timeout=60).run()
    put(app, "How many cracks did engineers find in the Marden bridge?")
    next(one for one in app.button if one.label == "Add").click().run()
    assert "q001 is in feedback.jsonl." in texts(app)
    pressed(app, "Undo")
    assert not (room.home / "sets" / "feedback.jsonl").exists()
    pressed(app, "Send")
    assert "Choose what the answer is first." in texts(app)
    app.radio(key="said_kind").set_value("wrong")
    pressed(app, "Send")
    assert "feedback: it needs a note" in texts(app)
    app.text_input(key="said_note").input("It was <b>fifteen</b>")
    pressed(app, "Send")
    assert "feedback 1 is on the Evaluate page" in texts(app)
    app = opened()
    assert "It was <b>fifteen</b>" in texts(app)
    pressed(app, "Make it a test question")
    [made] = question_sets.read(room, "feedback.jsonl")
    assert (made.evidence, made.tags) == ((), ("from-an-answer", "feedback-wrong"))
    pressed(app, "Close")
    assert feedback.all_of(room) == ()
    pressed(app, "Undo")
    assert len(feedback.all_of(room)) == 1
