"""Feedback on the answer that is shown, and the way from it into a question set; the list on the Evaluate page."""

from __future__ import annotations

from functools import partial

import streamlit as st

from rag import evaluating, feedback, question_sets
from rag.errors import DatelineError
from rag.types import Answer, Scope
from ui import dates, reader, room, undo, words

MEANS = {
    "right": "Right",
    "wrong": "Wrong",
    "missing_source": "A source is missing",
    "wrong_date": "A date is wrong",
}
FRESH = "feedback.jsonl"  # the set that is begun where there is none


def below(answer: Answer, scope: Scope) -> None:
    """What can be done with the answer that is looked at: say what it is, make it a test question."""
    if room.library(hurried=True).read_only:
        return
    undo.notice("ask")
    done = st.session_state.get("said_done", 0)  # another container, so that what was open is closed
    with st.container(key=f"feedback-{done}", horizontal=True, vertical_alignment="center", gap="medium"):
        with st.popover("Give feedback", type="tertiary", width="content"), st.form("feedback", border=False):
            st.radio(
                "This answer is", list(MEANS), key="said_kind", index=None, format_func=MEANS.__getitem__
            )
            st.text_input("What should it say?", key="said_note", max_chars=feedback.LONGEST_NOTE)
            st.caption("The question and the answer are kept with it, and the Evaluate page lists them.")
            st.form_submit_button("Send", type="primary", on_click=_give, args=(answer, scope))
        put = st.popover("Add to a question set", type="tertiary", width="content")
        with put, st.form("to_set", border=False):
            st.selectbox("Question set", _sets(), key="ask_set")
            st.caption("What this answer cites becomes the evidence; change it on the Evaluate page.")
            st.form_submit_button("Add", type="primary", on_click=_add, args=(answer, scope))


def _sets() -> list[str]:
    return [one.name for one in evaluating.sets_of(room.opened()) if not one.starter] or [FRESH]


def _give(answer: Answer, scope: Scope) -> None:
    held = st.session_state
    if held["said_kind"] is None:
        undo.tell("ask", "Choose what the answer is first.")
        return
    try:
        given = feedback.give(
            room.opened(), answer, reader.owner(), held["said_kind"], str(held["said_note"]), scope=scope
        )
    except DatelineError as error:
        undo.tell("ask", str(error))
        return
    held["said_kind"], held["said_note"] = None, ""
    held["said_done"] = held.get("said_done", 0) + 1
    undo.tell("ask", f"Thank you: feedback {given.number} is on the Evaluate page.")


def _add(answer: Answer, scope: Scope) -> None:
    newsroom, name = room.opened(), str(st.session_state["ask_set"])
    try:
        question_id = question_sets.free_id(newsroom, name)
        before = question_sets.put(newsroom, name, question_sets.of_answer(answer, scope, question_id))
    except DatelineError as error:
        undo.tell("ask", str(error))
        return
    st.session_state["said_done"] = st.session_state.get("said_done", 0) + 1
    undo.tell("ask", f"{question_id} is in {name}.", partial(question_sets.bring_back, newsroom, before))


def listed() -> None:
    """What readers said, on the Evaluate page."""
    newsroom = room.opened()
    every = bool(st.session_state.get("feedback_all"))
    found = feedback.all_of(newsroom, only_open=not every)
    st.html('<div class="figures"><h2>Feedback from readers</h2></div>')
    st.toggle("Closed ones, too", key="feedback_all")
    if not found:
        st.text("None." if every else "None is open.")
        return
    change = not newsroom.catalog.read_only
    if change:
        st.selectbox("Test questions go into", _sets(), key="feedback_set", width=260)
    for one in found:
        with st.container(key=f"gap-feedback-{one.number}", gap=None):
            st.text(one.question)
            when = dates.shown(one.at, room.today(), time=True)
            said = [MEANS[one.kind], one.who, f"{when} UTC", *(["closed"] if one.closed else [])]
            st.caption(words.plain(" · ".join(said)))
            if one.note:
                st.text(one.note)
            if change:
                with st.container(horizontal=True, gap="small"):
                    st.button(
                        "Make it a test question", key=f"test-{one.number}", on_click=_test, args=(one,)
                    )
                    label = "Open again" if one.closed else "Close"
                    st.button(label, key=f"close-{one.number}", type="tertiary", on_click=_close, args=(one,))


def _test(one: feedback.Feedback) -> None:
    newsroom, name = room.opened(), str(st.session_state["feedback_set"])
    try:
        question_id, before = feedback.to_test(newsroom, one.number, name)
    except DatelineError as error:
        undo.tell("evaluate", str(error))
        return
    undo.tell("evaluate", f"{question_id} is in {name}.", partial(question_sets.bring_back, newsroom, before))


def _close(one: feedback.Feedback) -> None:
    newsroom, me = room.opened(), reader.owner()
    try:
        feedback.close(newsroom, one.number, me, closed=one.closed is None)
    except DatelineError as error:
        undo.tell("evaluate", str(error))
        return
    back = partial(feedback.close, newsroom, one.number, me, closed=one.closed is not None)
    undo.tell("evaluate", f"Feedback {one.number} is {'open again' if one.closed else 'closed'}.", back)
