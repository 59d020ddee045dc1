"""The Status page: what the library holds, how far each index is, and what is wrong, if anything."""

from __future__ import annotations

from html import escape

import streamlit as st

from ui import room, words


def page() -> None:
    """Draw the page."""
    rows = words.state(room.opened().status(), room.today())
    listed = "".join(f"<dt>{escape(name)}</dt><dd>{escape(said)}</dd>" for name, said in rows)
    with st.container(key="page"):
        st.html(f"<h1>Status</h1><dl>{listed}</dl>")


page()
