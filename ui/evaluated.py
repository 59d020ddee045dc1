"""One run on the Evaluate page, and two beside each other."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from html import escape
from typing import Any

import streamlit as st

from rag import evaluating, grading, judging
from rag.evaluating import BY_CHANCE, Comparison, Listed, Result, Turned, Wrong, can_show, order_of, sheet
from rag.expected import Question
from ui import address, draw, figures, measuring, room, words
from ui import grading as by_people
from ui.address import Address

SHOWN = 20  # questions at first, and more at each press
OPENED = 3  # regressions whose answers stand open
TAGGED = ("right", "hits@5", "evidence_cited")


def run_page(one: Listed) -> None:
    """A run: its numbers, and every question that did not come out right."""
    result = measuring.scored(one.run.name, measuring.state(one))
    setting = result.run.setting
    about = [
        one.run.set_name,
        f"{words.count(result.asked, 'question')} asked, {result.answerable:,} answerable",
        setting.model or "extractive, no model",
        f"library sequence {setting.sequence:,}",
    ]
    draw.line(" · ".join(about))
    for note in result.notes:
        heed(note)
    if one.run.finished is None:
        heed(f"It is not finished: {one.answers:,} of {one.run.questions * setting.repeat:,} asked.")
    if not result.asked:
        return
    st.text(can_show(evaluating.smallest_change(result.asked)))
    by_hand = grading.grades_of(room.opened(), [one.run.name])
    _away(result.run.name, result, by_hand)
    html(figures.numbers(result) + figures.outcomes(result))
    if result.curve:
        with st.expander("At other thresholds: declining too much, or too little"):
            st.altair_chart(
                figures.curve(result),
                width="stretch",
                height=260,
                alt="Shares of answerable questions not answered and of unanswerable ones answered, by threshold",
            )
    if result.tags:
        with st.expander(f"By tag ({len(result.tags):,})"):
            html(figures.tags(result))
    wrong = (*result.failed, *result.wrong)
    html(f"<h2>{words.count(len(wrong), 'question')} did not come out right</h2>{figures.why(result)}")
    _each(f"run {one.run.name}", wrong, _wrong)
    by_people.graded(by_hand, (one.run.name,))
    for judge in judging.judged(room.opened(), one.run.name):
        html("<h2>Judged by a model</h2>")
        for line in judging.judged_lines(judge):
            st.text(line)


def _wrong(at: int, one: Wrong) -> None:
    question = one.asked.question
    with st.container(key=f"gap-wrong-{at}", gap=None):
        _to_ask(question)
        said = [question.id, one.diagnosis.said, *([", ".join(question.tags)] if question.tags else [])]
        if question.as_of:
            said.append(f"asked as of {question.as_of}")
        draw.line(" · ".join(said), small=True)
        html(figures.wrong(one))


def comparison_page(base: Listed, head: Listed) -> None:
    """Two runs beside each other, what got worse first."""
    names = base.run.name, head.run.name
    compared = measuring.compared(*names, (measuring.state(base), measuring.state(head)))
    st.text(f"{words.count(compared.compared, 'question')} in both.")
    for warning in compared.warnings:
        heed(warning)
    if not compared.compared:
        return
    st.text(can_show(evaluating.smallest_change(compared.compared)))
    by_hand = grading.grades_of(room.opened(), names)
    _file(
        "HTML report",
        lambda: _report(compared, by_hand),
        f"{names[1]} beside {names[0]}.html",
        "text/html",
    )
    _turned("regression", f"right in {names[0]}, not in {names[1]}", compared.regressions, names)
    html(f"<h2>Changes</h2>{figures.changes(order_of(compared.changes))}")
    _by_tag(compared)
    _turned("improvement", f"right in {names[1]}, not in {names[0]}", compared.improvements, names)
    by_people.graded(by_hand, names)
    by_people.decision(compared)


def _report(compared: Comparison, by_hand: grading.Graded) -> str:
    """The comparison as one file: with a gate only where a harmful answer fails it."""
    base, head = compared.base.run.name, compared.head.run.name
    harmful = [one.question for one in by_hand.harmful if one.run == head]
    faults = evaluating.gate(compared, harmful=harmful)
    signed = [one for one in grading.decisions(room.opened(), head) if one.base == base]
    judged = [said for name in (base, head) for said in judging.judged(room.opened(), name)]
    return evaluating.comparison_page(
        compared, faults, gated=bool(faults), by_hand=by_hand, decisions=signed, judged=judged
    )


def _by_tag(compared: Comparison) -> None:
    told = {
        tag: some
        for tag, changes in compared.tags.items()
        if (some := [one for one in order_of(changes) if one.name in TAGGED and one.verdict != "same"])
    }
    if told:
        with st.expander(f"By tag: {len(told):,} with something that differs"):
            st.text(BY_CHANCE)
            html("".join(f"<h3>{escape(tag)}</h3>{figures.changes(some)}" for tag, some in told.items()))


def _turned(what: str, said: str, some: Sequence[Turned], names: tuple[str, str]) -> None:
    html(f"<h2>{words.count(len(some), what)}: {escape(said)}</h2>")

    def show(at: int, one: Turned) -> None:
        with st.container(key=f"gap-{what}-{at}", gap=None):
            _to_ask(one.base.asked.question)
            why = [side.diagnosis.said for side in (one.base, one.head) if side.diagnosis is not None]
            draw.line(" · ".join([one.id, *why]), small=True)
            html(_sides(one, names, opened=what == "regression" and at < OPENED))

    _each(f"{what} {' '.join(names)}", some, show)


def _sides(one: Turned, names: tuple[str, str], *, opened: bool) -> str:
    pairs = ((names[0], one.base, one.head), (names[1], one.head, one.base))
    said = "".join(
        f"<div><h3>{escape(name)}</h3>{sheet.answer(side.asked, other.asked)}</div>"
        for name, side, other in pairs
    )
    summary = "<summary>Answers beside each other; what differs is underlined</summary>"
    expected = sheet.expected(one.base.asked)
    return f'<details{" open" if opened else ""}>{summary}{expected}<div class="sides">{said}</div></details>'


def _to_ask(question: Question) -> None:
    """The question, as a link that asks it in its scope."""
    asks = address.write(Address(question.question, question.scope))
    st.page_link("ask.py", label=words.plain(question.question), query_params=asks)


def _each(key: str, some: Sequence[Any], show: Callable[[int, Any], None]) -> None:
    """The first of them, and a press for more."""
    held = f"evaluated {key}"
    most = st.session_state.setdefault(held, SHOWN)
    for at, one in enumerate(some[:most]):
        show(at, one)
    if len(some) > most:
        st.button(f"Show more of {len(some):,}", key=f"more {key}", on_click=_more, args=(held,))


def _more(held: str) -> None:
    st.session_state[held] += SHOWN


def _away(name: str, result: Result, by_hand: grading.Graded) -> None:
    """The run as files."""
    with st.container(key="beyond", horizontal=True, gap="medium"):
        report = lambda: evaluating.run_page(result, by_hand, judging.judged(room.opened(), name))  # noqa: E731
        _file("HTML report", report, f"{name}.html", "text/html")
        whole = lambda: json.dumps(evaluating.exported(room.opened(), name), ensure_ascii=False)  # noqa: E731
        _file("JSON, with every answer", whole, f"{name}.json", "application/json")


def _file(label: str, make: Callable[[], str], name: str, mime: str) -> None:
    """A download that is made when it is asked for."""
    st.download_button(
        label,
        lambda: make().encode(),
        file_name=name.replace("/", "-"),
        mime=mime,
        on_click="ignore",
        type="tertiary",
        icon=":material/download:",
        key=f"file_{mime}",
    )


def heed(said: str) -> None:
    """A sentence that a reader must not miss."""
    st.html(f'<p class="heed">{escape(said)}</p>')


def html(said: str) -> None:
    """HTML whose texts are escaped, in the dress of numbers (static/frame.css)."""
    if said:
        st.html(f'<div class="figures">{said}</div>')
