"""The Status page: what the library holds, how far each index is, and what is wrong, if anything."""

from __future__ import annotations

from html import escape

import streamlit as st

from ui import embedding_words, room, vectors, words


def page() -> None:
    """Draw the page."""
    library = room.opened().status()
    held = library.vectors
    rows = words.state(library, room.today(), embedding_words.embedder(held) if held else None)
    listed = "".join(f"<dt>{escape(name)}</dt><dd>{escape(said)}</dd>" for name, said in rows)
    with st.container(key="page"):
        st.html("<h1>Status</h1>")
        vectors.section(library)
        st.html(f"<dl>{listed}</dl>")


page()
