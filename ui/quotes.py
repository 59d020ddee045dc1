"""The Quotes page: everything that somebody said about something, each quotation beside the article it stands in."""

from __future__ import annotations

import streamlit as st

from rag.errors import DatelineError
from rag.quotations import Quotations
from rag.table import quotations_csv
from ui import clipping, draw, frame, quoted, room, scope, view
from ui.contract import Pane

STEP = 50  # utterances shown at first, and more at each press
ORDERS = {False: "Oldest first", True: "Newest first"}


def page() -> None:
    """Draw the page."""
    library = room.library(hurried=True)
    if not library.articles:
        frame.empty()
        return
    scope.due("quotes", _from_address, _forget)
    with (
        st.form("quotes_form", border=False),
        st.container(key="quoting", horizontal=True, vertical_alignment="bottom"),
    ):
        st.text_input(
            "Who said it", key="quotes_by_text", placeholder="A name; empty: whoever", autocomplete="off"
        )
        st.text_input("About", key="quotes_text", placeholder="Words; empty: whatever", autocomplete="off")
        st.form_submit_button("Find", type="primary", on_click=_asked)
    scope.control("quotes", room.today(), _again)
    found = st.session_state.get("quotes_found")
    if found is None:
        st.text(
            "Words in quotation marks, with whose they are by the article's own words. “He said” is given to somebody "
            "only where one person can be meant; else the speaker is not named."
        )
        frame.listen()
        return
    _order(found)
    pane = _pane(found)
    pane["label"] = frame.SAMPLE_LABEL if library.sample else None
    draw.pane(pane, heard={view.WHOLE: _whole, **clipping.heard()}, key="quotes_pane")
    _beyond(found)


def _order(found: Quotations | DatelineError) -> None:
    if isinstance(found, DatelineError) or len(found.utterances) < 2:
        return
    st.session_state.quotes_order = st.session_state.get("quotes_newest", False)
    st.segmented_control(
        "Order",
        list(ORDERS),
        format_func=lambda newest: ORDERS[newest],
        key="quotes_order",
        required=True,
        label_visibility="collapsed",
        on_change=_ordered,
    )


def _asked() -> None:
    scope.anew("quotes")
    st.session_state.quotes_by = str(st.session_state.quotes_by_text).strip()
    _find(str(st.session_state.quotes_text).strip())


def _from_address(about: str) -> None:
    _find(about)


def _find(about: str, *, shown: int = STEP) -> None:
    """Kept with the session, so that the page is the same when the reader comes back to it."""
    held = st.session_state
    within, _ = scope.asking("quotes", about)
    held.update(quotes_shown=shown, quotes_whole=frozenset(), quotes_count=held.get("quotes_count", 0) + 1)
    held.quotes_last = (held.get("quotes_by", ""), about, within)
    told = st.empty()

    def progress(done: int, of: int) -> None:
        if done < of:
            told.progress(done / of, f"Looking through articles that came since: {done:,} of {of:,}")

    try:
        held.quotes_found = room.opened().quotations(
            held.get("quotes_by", ""),
            about,
            within,
            newest_first=held.get("quotes_newest", False),
            limit=shown,
            progress=progress,
        )
    except DatelineError as error:
        held.quotes_found = error
    told.empty()


def _again() -> None:
    if "quotes_last" in st.session_state:
        _find(st.session_state.quotes_last[1])


def _ordered() -> None:
    st.session_state.quotes_newest = bool(st.session_state.quotes_order)
    _again()


def _more() -> None:
    _find(st.session_state.quotes_last[1], shown=st.session_state.quotes_shown + STEP)


def _forget() -> None:
    for name in ("quotes_last", "quotes_found"):
        st.session_state.pop(name, None)


def _pane(found: Quotations | DatelineError) -> Pane:
    key = f"quotes-{st.session_state.quotes_count}"
    if isinstance(found, DatelineError):
        return view.failed(key, str(found))
    pane = quoted.of_quotations(
        found, room.opened().article, room.today(), key=key, whole=st.session_state.quotes_whole
    )
    citations = [one.citation for utterance in found.utterances for one in utterance.quotes]
    clipping.dress(pane, clipping.of_citations(citations))
    return pane


def _beyond(found: Quotations | DatelineError) -> None:
    """More of what was found, and all of it as a table."""
    if isinstance(found, DatelineError) or not found.utterances:
        return
    by, about, within = st.session_state.quotes_last
    newsroom, newest = room.opened(), st.session_state.get("quotes_newest", False)

    def all_of_it() -> bytes:
        every = newsroom.quotations(by, about, within, newest_first=newest, limit=None)
        return quotations_csv(every).encode("utf-8-sig")

    with st.container(key="beyond", horizontal=True, vertical_alignment="center", gap="medium"):
        if len(found.utterances) < found.total:
            st.button("Show more", on_click=_more)
        st.download_button(
            "Download as CSV",
            all_of_it,
            file_name="dateline-quotes.csv",
            mime="text/csv",
            on_click="ignore",
            type="tertiary",
            icon=":material/download:",
        )


def _whole(source: str) -> None:
    st.session_state.quotes_whole |= {source}


page()
