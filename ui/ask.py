"""The Ask page: the question above, the answer left, the source right."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from rag.errors import DatelineError
from rag.state import Status
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
    scope.control(library, room.today(), _again)
    asking: Asking | None = st.session_state.get("asking")
    if asking is None:
        _welcome(library)
        frame.listen()
        return
    asking.settle(PATIENCE if st.session_state.pop("fresh", False) else 0)
    over, seen = not asking.running, asking.seen()
    pane = _pane(asking)
    pane["label"] = frame.SAMPLE_LABEL if library.sample else None
    draw.pane(pane, heard={view.WHOLE: _whole, view.UNDATED: _undated, view.STOP: _stop})
    if not over:
        _redraw_with_news(asking, seen)


def _redraw_with_news(asking: Asking, seen: int) -> None:
    pulse = st.empty()
    while asking.running and asking.seen() == seen:
        asking.wait(seen, GLANCE)
        pulse.empty()  # here Streamlit lets what the reader pressed meanwhile break in
    st.rerun()


def _ask(question: str, *, undated: bool = False) -> None:
    newsroom, within = room.opened(), replace(scope.chosen(), undated=undated)
    st.session_state.update(
        asking=Asking(question, lambda: newsroom.ask_stream(question, within), room.workers()),
        asked=st.session_state.get("asked", 0) + 1,
        whole=frozenset(),
        fresh=True,
    )


def _pane(asking: Asking) -> Pane:
    key = f"ask-{st.session_state.asked}"
    try:
        answer = asking.answer
    except DatelineError as error:
        return view.failed(key, str(error))
    if answer is not None:
        of = view.of_answer if answer.coverage is None else listing.of_coverage
        return of(answer, room.opened().article, room.today(), key=key, whole=st.session_state.whole)
    if asking.stopped:
        return view.stopped(key, asking.sentences)
    return view.working(key, asking.stage, asking.sentences)


def _whole(source: str) -> None:
    st.session_state.whole |= {source}


def _again() -> None:
    if "asking" in st.session_state:
        _ask(st.session_state.asking.question)


def _undated(_value: str) -> None:
    _ask(st.session_state.asking.question, undated=True)


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
