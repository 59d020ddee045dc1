"""The frame around every page. A new page is a file beside this one and a line in PAGES."""

from __future__ import annotations

import streamlit as st

from rag.errors import DatelineError
from ui import frame, room

PAGES = [
    st.Page("ask.py", title="Ask", default=True),
    st.Page("search.py", title="Search"),
    st.Page("status.py", title="Status"),
]


def main() -> None:
    """Draw the masthead and the page the reader is on; a library that cannot be opened takes its place."""
    page = st.navigation(PAGES, position="hidden")
    frame.dress(page.title)
    try:
        library = room.status()
    except DatelineError as error:
        frame.masthead(PAGES, page, None)
        frame.fault(error)
        return
    frame.masthead(PAGES, page, library)
    page.run()


main()
