"""A question set on the Evaluate page: questions read, added, changed, taken out; made ones accepted or rejected."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from rag import question_sets
from rag.errors import DatelineError
from rag.expected import Evidenced, Question
from ui import room, undo, words

SHOWN = 20  # questions at a time
KINDS = ("All", "To decide", "Accepted", "Rejected", "Not made")
DECIDED = {None: "not decided", True: "accepted", False: "rejected"}


def set_page(name: str) -> None:
    """The questions of a set."""
    newsroom = room.opened()
    questions = question_sets.read(newsroom, name)
    undo.notice("evaluate")
    starter = not (newsroom.home / "sets" / name).exists()
    st.text(_counts(questions))
    with st.container(key="beyond", horizontal=True, gap="medium"):
        for form in question_sets.FORMS:
            st.download_button(
                form.upper(),
                partial(question_sets.as_file, newsroom, name, form),
                file_name=f"{name.rpartition('.')[0]}.{form}",
                on_click="ignore",
                type="tertiary",
                icon=":material/download:",
                key=f"set_{form}",
            )
    if starter:
        st.text("The starter set ships with Dateline and stays as it is.")
        if not newsroom.catalog.read_only:
            st.button("Make a copy to change", key="set_copy", on_click=_copy, args=(name,))
    change = not starter and not newsroom.catalog.read_only
    if change:
        with st.expander("Add a question"):
            _form(name, None)
    _list(name, questions, change)


def _counts(questions: tuple[Question, ...]) -> str:
    said = f"{words.count(len(questions), 'question')}, {sum(q.answerable for q in questions):,} answerable"
    made = [question_sets.accepted(one) for one in questions if question_sets.made(one)]
    if not made:
        return f"{said}."
    return (
        f"{said}. {len(made):,} were made: {made.count(True):,} accepted, {made.count(False):,} rejected, "
        f"{made.count(None):,} to decide. A run asks the accepted ones only."
    )


def _list(name: str, questions: tuple[Question, ...], change: bool) -> None:
    if any(map(question_sets.made, questions)):
        st.segmented_control("Show", KINDS, key="set_kind", default=KINDS[0], label_visibility="collapsed")
    chosen = [one for one in questions if _is(one, str(st.session_state.get("set_kind") or KINDS[0]))]
    held = f"set_most {name}"
    most = st.session_state.setdefault(held, SHOWN)
    for one in chosen[:most]:
        _row(name, one, change)
    if not chosen:
        st.text("None.")
    if len(chosen) > most:
        st.button(f"Show more of {len(chosen):,}", key="set_more", on_click=_more, args=(held,))


def _is(one: Question, kind: str) -> bool:
    made, said = question_sets.made(one), question_sets.accepted(one)
    return {
        "All": True,
        "To decide": made and said is None,
        "Accepted": made and said is True,
        "Rejected": made and said is False,
        "Not made": not made,
    }[kind]


def _row(name: str, one: Question, change: bool) -> None:
    made = question_sets.made(one)
    with st.container(key=f"gap-question-{one.id}", gap=None):
        st.text(one.question)
        said = [one.id, " · ".join(one.answers) if one.answerable else "no answer", ", ".join(one.tags)]
        said += [DECIDED[question_sets.accepted(one)]] if made else []
        if one.scope.not_articles:
            said.append("without " + ", ".join(one.scope.not_articles))
        st.caption(words.plain(" · ".join(part for part in said if part)))
        for entry in one.evidence:
            st.caption(words.plain(f"“{entry.quote}” ({entry.article})"))
        if not change:
            return
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            if made:
                for label, value in (("Accept", True), ("Reject", False)):
                    if question_sets.accepted(one) is not value:
                        st.button(
                            label, key=f"{label}-{one.id}", on_click=_decide, args=(name, one.id, value)
                        )
            with st.popover("Change", type="tertiary", width="content"):
                _form(name, one)
            st.button(
                "Take out", key=f"out-{one.id}", type="tertiary", on_click=_take_out, args=(name, one.id)
            )


def _form(name: str, one: Question | None) -> None:
    """The fields of a question; `one` None: of a new one."""
    key = one.id if one is not None else ""
    old = one or Question(question_sets.free_id(room.opened(), name), "")
    evidence = "\n".join(f"{entry.article} | {' '.join(entry.quote.split())}" for entry in old.evidence)
    with st.form(f"question-{key}", border=False, clear_on_submit=one is None):
        st.text_input("Id", old.id, key=f"q_id-{key}", max_chars=80)
        st.text_input("Question", old.question, key=f"q_text-{key}", max_chars=500)
        st.checkbox("The articles answer it", old.answerable, key=f"q_answerable-{key}")
        st.text_area("Answers, one on each line", "\n".join(old.answers), key=f"q_answers-{key}", height=68)
        st.text_area(
            "Evidence: an article's id | its exact words", evidence, key=f"q_evidence-{key}", height=100
        )
        st.text_input("Asked as of (a day, as 2026-11-22)", old.as_of or "", key=f"q_as_of-{key}")
        st.text_input("Tags, with commas", ", ".join(old.tags), key=f"q_tags-{key}")
        st.form_submit_button(
            "Keep" if one is not None else "Add", type="primary", on_click=_put, args=(name, key, old)
        )


def _put(name: str, key: str, old: Question) -> None:
    def said(field: str) -> str:
        return str(st.session_state[f"q_{field}-{key}"]).strip()

    lines = [one.partition("|") for one in said("evidence").splitlines() if one.strip()]
    question = Question(
        said("id"),
        said("text"),
        answers=tuple(one.strip() for one in said("answers").splitlines() if one.strip()),
        key_facts=old.key_facts,
        evidence=tuple(Evidenced(article.strip(), quote.strip()) for article, _, quote in lines),
        answerable=bool(st.session_state[f"q_answerable-{key}"]),
        as_of=said("as_of") or None,
        scope=old.scope,
        tags=tuple(one.strip() for one in said("tags").split(",") if one.strip()),
        extra=old.extra,
    )
    done = f"{question.id} is {'changed' if key else 'added'}."
    _do(done, lambda: question_sets.put(room.opened(), name, question, instead_of=key or None))


def _decide(name: str, question_id: str, value: bool) -> None:
    said = f"{question_id} is {DECIDED[value]}."
    _do(said, lambda: question_sets.decide(room.opened(), name, [question_id], value))


def _take_out(name: str, question_id: str) -> None:
    _do(f"{question_id} is out.", lambda: question_sets.take_out(room.opened(), name, [question_id]))


def _do(said: str, change: Callable[[], question_sets.Before]) -> None:
    """Make a change, and say it with its undo; or say why it could not be made."""
    try:
        before = change()
    except DatelineError as error:
        undo.tell("evaluate", str(error))
        return
    undo.tell("evaluate", said, partial(question_sets.bring_back, room.opened(), before))


def _copy(name: str) -> None:
    try:
        new = question_sets.copy(room.opened(), name)
    except DatelineError as error:
        undo.tell("evaluate", str(error))
        return
    st.query_params["set"] = new
    undo.tell("evaluate", f"{new} holds the same, and can be changed.")


def _more(held: str) -> None:
    st.session_state[held] += SHOWN
