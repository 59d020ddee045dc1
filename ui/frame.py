"""What every page shares: its dress, the masthead, the label of the sample, a fault told plainly."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from rag.errors import DatelineError
from rag.state import Status
from ui import draw, room, scope, sign_in, view, words

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator
    from streamlit.navigation.page import Page

HERE = Path(__file__).parent
SAMPLE = "Sample newsroom: every article, person and place in it is invented."

SAMPLE_LABEL = "Sample: invented"


def dress(title: str) -> None:
    """The window's title; the styles of the frame (static/frame.css) came with the shell (ui/shell.py)."""
    st.set_page_config(
        page_title=f"{title} · Dateline", page_icon=str(HERE / "static" / "mark.svg"), layout="wide"
    )


def masthead(pages: Sequence[Page], here: Page, library: Status | None) -> DeltaGenerator:
    """The name, the pages, how much there is to ask (its place is returned), and what the sample is."""
    with st.container(key="masthead", horizontal=True, vertical_alignment="center", gap="medium"):
        st.html('<div class="wordmark" role="banner">Dateline<span aria-hidden="true"> —</span></div>')
        with st.container(key="pages", horizontal=True, gap="small", width="content"):
            for at, page in enumerate(pages):
                with st.container(key="here" if page.title == here.title else f"page-{at}", width="content"):
                    st.page_link(page, query_params=scope.link(page.title.lower()))
        with st.container(key="holdings", width="stretch"):
            holdings = st.empty()
            sign_in.out()
    if library is not None:
        draw.line(words.holdings(library), small=True, place=holdings)
    if library is not None and library.sample:
        with st.container(key="sample"):
            st.text(SAMPLE)
    for at, warning in enumerate(library.warnings if library is not None else ()):
        with st.container(key=f"warning-{at}"):
            st.text(warning)
    return holdings


def fault(error: DatelineError) -> None:
    """What is wrong and the way out, as text."""
    with st.container(key="fault"):
        st.text(f"{error.thing}: {error.fault}.")
        if error.way_out:
            st.text(error.way_out)


def question(name: str, label: str, placeholder: str, verb: str, on_asked: Callable[[str], None]) -> None:
    """The box at the top of a page. Enter asks; "/" brings the reader here (static/keys.js looks for
    `.st-key-question`).

    Args:
        name: of the box among the session's; its text is `st.session_state[f"{name}_text"]`.
        on_asked: gets the text, without white space around it, unless it is empty.
    """

    def asked() -> None:
        text = str(st.session_state[f"{name}_text"]).strip()
        if text:
            scope.anew(name)
            on_asked(text)

    with (
        st.form(f"{name}_form", border=False, enter_to_submit=True),
        st.container(key="question", horizontal=True),
    ):
        st.text_input(
            label,
            key=f"{name}_text",
            label_visibility="collapsed",
            placeholder=placeholder,
            autocomplete="off",
        )
        st.form_submit_button(verb, type="primary", on_click=asked)


def empty() -> None:
    """What stands where there is nothing to ask yet."""
    with st.container(key="welcome"):
        st.html("<h1>No articles yet</h1>")
        st.text("Give Dateline a file or a folder of articles. Questions can be asked seconds later.")
        how_to_add()


def how_to_add() -> None:
    """The command that brings articles in."""
    st.code(room.command("ingest PATH"), language=None, wrap_lines=True)
    st.text("Text, Markdown, HTML, JSON, JSON Lines and CSV; one file or a whole folder.")


def listen() -> None:
    """Mount the pane where it has nothing to show yet: its script is there when the first answer comes."""
    with st.container(key="listening"):
        draw.pane(view.blank(), heard={})
