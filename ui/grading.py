"""Grading by hand on the Evaluate page, what grades show, and the signed decision."""

from __future__ import annotations

from datetime import timedelta
from html import escape

import streamlit as st

from rag import evaluating, grading
from rag.errors import DatelineError
from rag.evaluating import Comparison, sheet
from rag.grading import MARKS, Graded
from ui import reader, room, undo, words

MEANS = {
    "right": "Right",
    "partly": "Partly right",
    "wrong": "Wrong",
    "harmful": "Harmful: it would do damage in print",
}


def desk_page(names: tuple[str, ...]) -> None:
    """One answer at a time, blind: not which run it is of, nor what others said."""
    held = st.session_state
    held.setdefault("grader", _reader())
    undo.notice("evaluate")
    st.text_input("Who grades", key="grader", autocomplete="off", max_chars=grading.LONGEST_NAME)
    if not str(held["grader"]).strip():
        st.text("Sign with your name first: grades are kept under it.")
        return
    desk = grading.desk(room.opened(), names, str(held["grader"]))
    if desk.next is None:
        st.text(f"All {words.count(desk.total, 'answer')} graded.")
        return
    item, asked = desk.next
    st.text(f"{len(desk.left):,} of {words.count(desk.total, 'answer')} left")
    given = (
        f'<h2>{escape(asked.question.question)}</h2><div class="sides">'
        f"<div><h3>Answer</h3>{sheet.answer(asked, sure=False)}</div>"
        f"<div><h3>Expected</h3>{sheet.expected(asked)}</div></div>"
    )
    st.html(f'<div class="figures">{given}</div>')
    with st.form("grade", border=False):
        st.radio("Grade", MARKS, key="grade_mark", index=None, format_func=lambda mark: MEANS[mark])
        st.text_input("Why", key="grade_why", autocomplete="off", max_chars=grading.LONGEST_WHY)
        st.form_submit_button("Keep the grade", type="primary", on_click=_keep, args=(item, desk.grader))


def _reader() -> str:
    kind, _, name = reader.owner().partition(":")
    return name if kind == "user" else ""


def _keep(item: tuple[str, str], grader: str) -> None:
    held = st.session_state
    if held["grade_mark"] is None:
        undo.tell("evaluate", "Choose a grade first.")
        return
    try:
        grading.grade(room.opened(), item, grader, held["grade_mark"], str(held["grade_why"]))
    except DatelineError as error:
        undo.tell("evaluate", str(error))
    else:
        held["grade_mark"], held["grade_why"] = None, ""
        undo.tell("evaluate", "")


def graded(found: Graded, names: tuple[str, ...]) -> None:
    """What people graded in these runs, and the way to grade more."""
    st.html('<div class="figures"><h2>Graded by people, blind</h2></div>')
    asks = {"grade": list(names)}
    st.page_link("evaluate.py", label="Grade these answers", query_params=asks)
    if not found.grades:
        st.text("Nobody has yet.")
        return
    for grader, marks in found.marks.items():
        said = ", ".join(f"{count:,} {mark}" for mark, count in marks.items())
        st.text(f"{grader}: {said}, of {sum(marks.values()):,}")
    for one in found.agreements:
        st.text(evaluating.agreement(one))
        if one.apart:
            st.text("Graded differently: " + ", ".join(f"{question} ({run})" for run, question in one.apart))
    for each in found.critical:
        said = f"Critical: {each.question}, {each.run}: {each.mark} ({each.grader})"
        st.text(f"{said}: {each.why}" if each.why else said)
    for each in found.harmful:
        st.html(
            f'<p class="heed">{escape(f"{each.question} is critical, and its answer harmful: {each.why}")}</p>'
        )


def decision(compared: Comparison) -> None:
    """What was signed on the head run beside the base, and the form to sign."""
    base, head = compared.base.run.name, compared.head.run.name
    st.html('<div class="figures"><h2>Decision</h2></div>')
    undo.notice("evaluate")
    some = [one for one in grading.decisions(room.opened(), head) if one.base == base]
    for one in some:
        st.text(evaluating.decision(one))
    if not some:
        st.text("Nobody has signed one.")
    if room.opened().catalog.read_only:
        return
    st.session_state.setdefault("sign_who", _reader())
    with st.expander("Sign a decision"), st.form("sign", border=False):
        st.text_input("Who signs", key="sign_who", autocomplete="off", max_chars=grading.LONGEST_NAME)
        st.radio("Decision", ("Accept", "Reject"), key="sign_verdict", horizontal=True, index=None)
        ids = [one.id for one in compared.regressions]
        if ids:
            st.multiselect("Regressions waived", ids, key="sign_waived")
            st.date_input(
                "Waived until the end of", value=room.today() + timedelta(days=30), key="sign_until"
            )
        st.text_input("Why", key="sign_why", autocomplete="off", max_chars=grading.LONGEST_WHY)
        st.form_submit_button("Sign", type="primary", on_click=_sign, args=(compared,))


def _sign(compared: Comparison) -> None:
    held = st.session_state
    if held["sign_verdict"] is None:
        undo.tell("evaluate", "Choose whether to accept or to reject.")
        return
    until = str(held.get("sign_until"))
    waived = [grading.Waiver(one, until) for one in held.get("sign_waived", ())]
    try:
        grading.sign(
            room.opened(),
            compared,
            who=str(held["sign_who"]),
            accepted=held["sign_verdict"] == "Accept",
            why=str(held["sign_why"]),
            waived=waived,
        )
    except DatelineError as error:
        undo.tell("evaluate", str(error))
    else:
        undo.tell("evaluate", "Signed. The HTML report says it.")
