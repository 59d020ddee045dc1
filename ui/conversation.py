"""A conversation on the Ask page: what the next question comes after, how to begin anew, what came later on a story."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from rag.errors import DatelineError
from rag.types import Answer, Nearest
from ui import room, words
from ui.asking import Asking

LONGEST = 4  # answers that a question may take something from
SHOWN = 90  # characters of the question before that are shown


def following(asking: Asking | None) -> tuple[Answer, ...]:
    """The answers that the next question comes after, the oldest first."""
    if asking is None:
        return ()
    answer = asking.given
    if answer is None or answer.status == "failed":
        return asking.before
    return (*asking.before, answer)[-LONGEST:]


def line(asking: Asking, begin_anew: Callable[[], None]) -> None:
    """Say what the next question comes after, with a button that ends the conversation."""
    question = asking.question if len(asking.question) <= SHOWN else asking.question[:SHOWN].rstrip() + " …"
    count = words.count(len(asking.before) + 1, "question")
    st.text(f"The next question comes after “{question}” ({count} so far)")
    st.button("New conversation", on_click=begin_anew, type="tertiary", icon=":material/restart_alt:")


def later(answer: Answer) -> tuple[Nearest, ...]:
    """What came later on the story of an answer, looked up once for as long as the library stands as it does."""
    held, newsroom = st.session_state, room.opened()
    key = (answer.id, newsroom.sequence)
    if held.get("later_of") != key:
        try:
            found = newsroom.later(answer)
        except DatelineError:  # the answer stands without it, and Status says what is wrong
            found = ()
        held.update(later_of=key, later_found=found)
    return tuple(held.later_found)
