"""The Search page: passages and why each was found, each beside its article."""

from __future__ import annotations

import streamlit as st

from rag.errors import DatelineError
from rag.types import SearchResult
from ui import draw, frame, room, scope, view
from ui.contract import Pane


def page() -> None:
    """Draw the page."""
    library = room.library(hurried=True)
    if not library.articles:
        frame.empty()
        return
    frame.question("search", "Words to search for", "Search words or meaning", "Search", _search)
    scope.due("search", _search, _forget)
    counts = scope.control("search", room.today(), _again)
    if "found" not in st.session_state:
        frame.listen()
        return
    pane = _pane()
    pane["label"] = frame.SAMPLE_LABEL if library.sample else None
    scope.dress(pane, "search", counts)
    heard = {view.WHOLE: _whole, view.READING: _reading, view.REREAD: _reread}
    draw.pane(pane, heard=heard, key="search_pane")


def _search(query: str) -> None:
    """Kept with the session, so that the page is the same when the reader comes back to it."""
    try:
        within, how = scope.asking("search", query)
        found: SearchResult | DatelineError = room.opened().search(query, within, how=how)
    except DatelineError as error:
        found = error
    st.session_state.update(
        searched_for=query,
        found=found,
        searched=st.session_state.get("searched", 0) + 1,
        found_whole=frozenset(),
    )


def _again() -> None:
    if "searched_for" in st.session_state:
        _search(st.session_state.searched_for)


def _forget() -> None:
    for name in ("searched_for", "found"):
        st.session_state.pop(name, None)


def _reading(query: str) -> None:
    found = st.session_state.found
    scope.change_reading("search", query, found.chips if isinstance(found, SearchResult) else ())
    _again()


def _reread(_value: str) -> None:
    scope.anew("search")
    _again()


def _pane() -> Pane:
    found: SearchResult | DatelineError = st.session_state.found
    key = f"search-{st.session_state.searched}"
    if isinstance(found, DatelineError):
        return view.failed(key, str(found))
    whole = st.session_state.found_whole
    return view.of_search(found, room.opened().article, room.today(), key=key, whole=whole)


def _whole(source: str) -> None:
    st.session_state.found_whole |= {source}


page()
