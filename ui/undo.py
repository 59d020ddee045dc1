"""What was done last on a page, in a line, with its undo."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from rag.errors import DatelineError


def tell(page: str, said: str, undo: Callable[[], None] | None = None) -> None:
    """Show a line above the page, until something else is done there or it is put away; `undo` takes it back."""
    st.session_state[f"{page}_done"] = (said, undo) if said else None


def notice(page: str) -> None:
    """Draw the line, where there is one."""
    done = st.session_state.get(f"{page}_done")
    if not done:
        return
    said, undo = done
    with st.container(key="done", horizontal=True, vertical_alignment="center"):
        st.text(said)
        if undo is not None:
            st.button("Undo", key=f"{page}_undo", on_click=_undo, args=(page, undo))
        st.button("Dismiss", key=f"{page}_dismiss", type="tertiary", on_click=tell, args=(page, ""))


def _undo(page: str, undo: Callable[[], None]) -> None:
    try:
        undo()
    except DatelineError as error:
        tell(page, str(error))
    else:
        tell(page, "")
