"""The Ask page: the question above, the answer left, the source right."""

from __future__ import annotations

import uuid
from dataclasses import replace

import streamlit as st

from rag.errors import DatelineError
from rag.state import Status
from rag.types import Answer
from ui import draw, frame, listing, room, scope, view, words
from ui.asking import Asking
from ui.contract import Pane

# Seconds the first drawing waits for the whole answer: most come sooner, and then nothing jumps.
PATIENCE = 0.3
# Seconds between looks at whether the reader wants something else.
GLANCE = 0.2

SAMPLE_QUESTIONS = (
    "How many people were evacuated in the flood?",
    "How did the trial of Anton Rask end?",
    "How many dockers and ferry hands walked out at Merrin?",
)


def page() -> None:
    """Draw the page; while an answer is on its way, draw it again with what has come."""
    library = room.library(hurried=True)
    if not library.articles:
        frame.empty()
        return
    frame.question("ask", "Question", "Ask what the articles say", "Ask", _ask)
    scope.due("ask", _ask, _forget)
    counts = scope.control("ask", room.today(), _again)
    asking: Asking | None = st.session_state.get("asking")
    if asking is None:
        _welcome(library)
        frame.listen()
        return
    asking.settle(PATIENCE if st.session_state.pop("fresh", False) else 0)
    over, seen = not asking.running, asking.seen()
    pane = _pane(asking, library.model)
    pane["label"] = frame.SAMPLE_LABEL if library.sample else None
    scope.dress(pane, "ask", counts)
    draw.pane(
        pane,
        heard={
            view.WHOLE: _whole,
            view.UNDATED: _undated,
            view.STOP: _stop,
            view.READING: _reading,
            view.REREAD: _reread,
            view.RETRY: _retry,
            view.PLAIN: _plain,
            view.OTHER: _other,
        },
    )
    if not over:
        _redraw_with_news(asking, seen)


def _redraw_with_news(asking: Asking, seen: int) -> None:
    pulse = st.empty()
    while asking.running and asking.seen() == seen:
        asking.wait(seen, GLANCE)
        pulse.empty()  # here Streamlit lets what the reader pressed meanwhile break in
    st.rerun()


def _ask(question: str, *, extractive: bool = False, kept: tuple[Answer, ...] = ()) -> None:
    """Ask; `kept` are answers to the same question that stay at hand."""
    newsroom, (within, how) = room.opened(), scope.asking("ask", question)
    how = replace(how, extractive=extractive)
    session = st.session_state.setdefault("session", uuid.uuid4().hex)
    st.session_state.update(
        asking=Asking(
            question,
            lambda stop: newsroom.ask_stream(question, within, how=how, stop=stop, session=session),
            room.workers(),
        ),
        kept=kept,
        shown=0,
        asked=st.session_state.get("asked", 0) + 1,
        whole=frozenset(),
        fresh=True,
    )


def _pane(asking: Asking, model: str | None) -> Pane:
    key = f"ask-{st.session_state.asked}"
    try:
        answer = asking.answer
    except DatelineError as error:
        return view.failed(key, str(error))
    if answer is not None:
        answers = (answer, *st.session_state.kept)
        shown = st.session_state.shown % len(answers)
        key = f"{key}-{shown}" if shown else key
        read, whole = room.opened().article, st.session_state.whole
        if answer.coverage is not None:
            return listing.of_coverage(answer, read, room.today(), key=key, whole=whole)
        return view.of_answer(
            answers[shown],
            read,
            room.today(),
            key=key,
            whole=whole,
            model=model,
            others=len(answers) - 1,
        )
    if asking.stopped:
        return view.stopped(key, asking.sentences)
    return view.working(key, asking.stage, asking.sentences)


def _whole(source: str) -> None:
    st.session_state.whole |= {source}


def _again() -> None:
    if "asking" in st.session_state:
        _ask(st.session_state.asking.question)


def _forget() -> None:
    st.session_state.pop("asking", None)


def _undated(_value: str) -> None:
    scope.include_undated()
    _again()


def _reading(query: str) -> None:
    answer = st.session_state.asking.answer
    scope.change_reading("ask", query, answer.chips if answer else ())
    _again()


def _reread(_value: str) -> None:
    scope.anew("ask")
    _again()


def _retry(_value: str) -> None:
    _ask_otherwise(extractive=False)


def _plain(_value: str) -> None:
    _ask_otherwise(extractive=True)


def _ask_otherwise(*, extractive: bool) -> None:
    """Ask the same again, with or without the model; the answers that are there are kept."""
    asking: Asking = st.session_state.asking
    answers = (asking.answer, *st.session_state.kept) if asking.answer else st.session_state.kept
    _ask(asking.question, extractive=extractive, kept=answers)


def _other(_value: str) -> None:
    st.session_state.shown += 1


def _stop(_value: str) -> None:
    st.session_state.asking.stop()


def _example(question: str) -> None:
    st.session_state.ask_text = question
    _ask(question)


def _welcome(library: Status) -> None:
    with st.container(key="welcome"):
        left, right = st.columns([6, 5], gap="large")
        with left:
            st.html("<h1>Every sentence, with the words it rests on</h1>")
            st.text(
                "Ask a question. The answer comes sentence by sentence, and the article behind each one "
                "opens beside it at the exact words."
            )
            if library.sample:
                st.html("<h2>Three questions worth asking</h2>")
                for at, question in enumerate(SAMPLE_QUESTIONS):
                    st.button(
                        question, key=f"example-{at}", on_click=_example, args=(question,), type="tertiary"
                    )
        with right, st.container(key="library"):
            st.html("<h2>In this library</h2>")
            for line in words.library(library, room.today()):
                st.text(line)
            st.html("<h2>Bring your own articles</h2>" if library.sample else "<h2>Add more</h2>")
            frame.how_to_add()
            if library.sample:
                st.text("The sample leaves the search as soon as your own articles are there.")


page()
