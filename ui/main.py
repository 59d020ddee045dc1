"""The frame around every page. A new page is a file beside this one and a line in PAGES."""

from __future__ import annotations

import streamlit as st

from rag.errors import DatelineError
from ui import draw, frame, room, scope, sifting, sign_in, words

# What a reader typed or set stays while another page is looked at.
KEPT = (
    *("ask_text", "search_text", "check_text", "quotes_text", "quotes_by_text", "unrecorded"),
    *("brief_topic", "brief_template", "brief_words", "brief_watch"),
    *sifting.FIELDS,
)
PAGES = [
    st.Page("ask.py", title="Ask", default=True),
    st.Page("search.py", title="Search"),
    st.Page("quotes.py", title="Quotes"),
    st.Page("check.py", title="Check"),
    st.Page("briefing.py", title="Briefing"),
    st.Page("library.py", title="Library"),
    st.Page("history.py", title="History"),
    st.Page("clips.py", title="Clips"),
    st.Page("evaluate.py", title="Evaluate"),
    st.Page("status.py", title="Status"),
]


def main() -> None:
    """Draw the masthead and the page the reader is on; a library that cannot be opened takes its place."""
    for name in KEPT:
        if name in st.session_state:
            st.session_state[name] = st.session_state[name]
    page = st.navigation(PAGES, position="hidden")
    scope.follow(page.title.lower())
    frame.dress(page.title)
    try:
        if sign_in.needed():
            frame.masthead([], page, None)
            sign_in.page()
            return
    except DatelineError as error:
        frame.masthead([], page, None)
        frame.fault(error)
        return
    hurried = "fresh" in st.session_state
    try:
        library = room.library(hurried=hurried)
    except DatelineError as error:
        frame.masthead(PAGES, page, None)
        frame.fault(error)
        return
    holdings = frame.masthead(PAGES, page, library)
    page.run()
    if hurried:
        draw.line(words.holdings(room.library()), small=True, place=holdings)


main()
