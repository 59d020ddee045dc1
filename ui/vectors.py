"""Search by meaning on the Status page: another model's vectors, the button that makes them anew, how far that is."""

from __future__ import annotations

import time

import streamlit as st

from rag.errors import DatelineError
from rag.state import Status, Vectors
from ui import embedding_words, room, words

GLANCE = 2.0  # seconds between looks at how far it is
SAID, BEGAN = "vectors_said", "vectors_began"


def section(library: Status) -> None:
    """Draw what there is to do, or that it is being done; nothing where every vector is there."""
    held = library.vectors
    if held is None or held.model is None or not held.passages or library.read_only:
        return
    with st.container(key="vectors"):
        st.html("<h2>Search by meaning</h2>")
        _to_do(held) if held.anew else _under_way()


def _to_do(held: Vectors) -> None:
    for line in embedding_words.anew(held):
        st.text(line)
    if st.button("Make all vectors anew", key="vectors_anew", type="primary"):
        _begin()
    if said := st.session_state.pop(SAID, None):
        with st.container(key="fault"):
            st.text(said)


def _begin() -> None:
    st.session_state.pop(BEGAN, None)
    with st.spinner("Asking the model"):
        try:
            room.opened().make_anew()
        except DatelineError as error:
            st.session_state[SAID] = f"{error} Nothing was dropped."
    room.changed()
    st.rerun()


@st.fragment(run_every=GLANCE)
def _under_way() -> None:
    """How far it is, looked at again and again while the rest of the page can be read."""
    newsroom = room.opened()
    held, share = newsroom.vectors(), newsroom.meaning()
    if not held.passages or held.anew or share is None:
        st.session_state.pop(BEGAN, None)
        room.changed()
        st.rerun()
    began = st.session_state.setdefault(BEGAN, (time.monotonic(), held.passages))
    st.progress(share, text=words.begun([words.meaning(share)])[0])
    st.text(embedding_words.embedding(held, _left(held, *began)))
    if (error := newsroom.upkeep_error) is not None:
        with st.container(key="fault"):
            st.text(f"{error} It is tried again by itself; what is made is kept.")
            st.button("Try now", key="vectors_now", on_click=_again)


def _again() -> None:
    room.opened().make_anew()  # nothing is dropped now: it only looks again


def _left(held: Vectors, began: float, passages: int) -> float | None:
    """Seconds left, by the pace since this reader first looked; else by what the library took last time."""
    done, spent = passages - held.passages, time.monotonic() - began
    return held.passages * spent / done if done > 0 and spent > 5 else held.seconds
