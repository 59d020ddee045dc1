"""The Check page: a draft, a claim or a quotation beside the library, sentence by sentence."""

from __future__ import annotations

import streamlit as st

from rag.checked import CheckedText
from rag.errors import DatelineError
from ui import checking, clipping, draw, frame, room, scope, view
from ui.contract import Pane

HINT = (
    "A draft, a claim or a quotation. Each sentence is held against the articles in scope, here, without a model: what "
    "stands there word for word, what says the same, what says it otherwise."
)


def page() -> None:
    """Draw the page."""
    library = room.library(hurried=True)
    if not library.articles:
        frame.empty()
        return
    with st.form("checking", border=False):
        st.text_area("A text to check", key="check_text", placeholder=HINT, height=180)
        st.file_uploader(
            "or a file", key="check_file", help="Text, Markdown, HTML, JSON, CSV, 50 MB at most."
        )
        pressed = st.form_submit_button("Check", type="primary")
    scope.control("check", room.today(), _again)
    if pressed:
        _check(*_given())
    if "check_found" not in st.session_state:
        frame.listen()
        return
    pane = _pane()
    pane["label"] = frame.SAMPLE_LABEL if library.sample else None
    draw.pane(pane, heard={view.WHOLE: _whole, **clipping.heard()}, key="check_pane")


def _given() -> tuple[str, bytes | None]:
    """The file's name and bytes, else the text that was typed."""
    dropped = st.session_state.get("check_file")
    return (dropped.name, dropped.getvalue()) if dropped is not None else (st.session_state.check_text, None)


def _check(said: str, data: bytes | None = None) -> None:
    held = st.session_state
    held.update(check_last=(said, data), check_count=held.get("check_count", 0) + 1, check_whole=frozenset())
    try:
        held.check_found = _checked(said, data)
    except DatelineError as error:
        held.check_found = error


def _checked(said: str, data: bytes | None) -> CheckedText:
    newsroom = room.opened()
    text = said if data is None else newsroom.text_of(said, data)
    shown = st.progress(0.0, "Reading")
    try:
        for one in newsroom.check_stream(text, scope.chosen()):
            if isinstance(one, CheckedText):
                return one
            done, there, _ = one
            shown.progress(done / there, f"{done} of {there} sentences")
    finally:
        shown.empty()
    raise AssertionError("checking ends with what was found")


def _again() -> None:
    """The same text in another scope."""
    if "check_last" in st.session_state:
        _check(*st.session_state.check_last)


def _pane() -> Pane:
    found: CheckedText | DatelineError = st.session_state.check_found
    key = f"check-{st.session_state.check_count}"
    if isinstance(found, DatelineError):
        return view.failed(key, str(found))
    pane = checking.of_text(
        found, room.opened().article, room.today(), key=key, whole=st.session_state.check_whole
    )
    clipping.dress(pane, clipping.of_citations(found.citations))
    return pane


def _whole(source: str) -> None:
    st.session_state.check_whole |= {source}


page()
