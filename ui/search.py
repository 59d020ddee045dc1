"""The Search page: passages and why each was found, each beside its article; with operators, articles, all of them."""

from __future__ import annotations

import streamlit as st

from rag.errors import DatelineError
from rag.newsroom import Listing
from rag.table import as_csv
from rag.types import SearchResult, Sort
from ui import clipping, draw, frame, listing, room, scope, view, words
from ui.contract import Pane

STEP = 20  # passages shown at first, and more at each press; articles, where operators were used

HELP = """
<p>Words alone are found by word and meaning, best first. With any of these the search is exact: every article
that matches, counted.</p>
<dl>
<dt>"exact phrase"</dt><dd>these words in this order</dd>
<dt>ferry AND strike<br>ferry OR boat<br>ferry NOT strike</dt><dd>in capitals; brackets group; words side by side mean
AND; -strike is NOT strike</dd>
<dt>ferry NEAR/5 strike</dt><dd>at most five words apart</dd>
<dt>flood*</dt><dd>any word that begins so</dd>
<dt>title:bridge<br>byline:Sollas<br>outlet:"The Post"</dt><dd>in the headline, the author's line, the outlet's
name</dd>
</dl>
<p>AND, OR and NOT hold for the article, phrases and NEAR inside its text or its headline. A word finds its other forms
(ferry, ferries), a phrase does not; case, accents and punctuation never matter. What cannot be read as syntax is taken
as words: “Read as” says how.</p>
"""


def page() -> None:
    """Draw the page."""
    library = room.library(hurried=True)
    if not library.articles:
        frame.empty()
        return
    frame.question("search", "Words to search for", "Search words or meaning", "Search", _asked)
    scope.due("search", _asked, _forget)
    counts = scope.control("search", room.today(), _again)
    with st.container(key="searching", horizontal=True, vertical_alignment="center", gap="medium"):
        _order()
        with st.popover("How to search", type="tertiary", icon=":material/help:"):
            st.html(f'<div class="how">{HELP}</div>')
    if "found" not in st.session_state:
        frame.listen()
        return
    pane = _pane()
    pane["label"] = frame.SAMPLE_LABEL if library.sample else None
    scope.dress(pane, "search", counts)
    heard = {view.WHOLE: _whole, view.READING: _reading, view.REREAD: _reread, **clipping.heard()}
    draw.pane(pane, heard=heard, key="search_pane")
    _beyond()


def _order() -> None:
    """In which order; shown once there is something to order."""
    found = st.session_state.get("found")
    if not isinstance(found, SearchResult) or not found.passages:
        return
    st.session_state.search_sort = found.sort
    st.segmented_control(
        "Order",
        list(words.SORTS),
        format_func=lambda sort: words.SORTS[sort],
        key="search_sort",
        required=True,
        label_visibility="collapsed",
        on_change=_sorted,
    )
    if found.exact:
        st.session_state.search_fold = st.session_state.get("found_folded", False)
        st.checkbox("Fold copies", key="search_fold", on_change=_folded)


def _asked(query: str) -> None:
    st.session_state.update(found_sort=None, found_shown=STEP)
    _search(query)


def _search(query: str, *, anew: bool = True) -> None:
    """Kept with the session, so that the page is the same when the reader comes back to it."""
    held = st.session_state
    try:
        found: SearchResult | DatelineError = _found(query, held.get("found_shown", STEP))
    except DatelineError as error:
        found = error
    held.update(searched_for=query, searched_in=scope.asking("search", query), found=found)
    if anew:
        held.update(searched=held.get("searched", 0) + 1, found_whole=frozenset())


def _found(query: str, k: int | None) -> SearchResult:
    held = st.session_state
    sort: Sort | None = held.get("found_sort")
    listing = Listing(sort, "exact", held.get("found_folded", False))
    within, how = scope.asking("search", query)
    return room.opened().search(query, within, k, how=how, listing=listing)


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


def _sorted() -> None:
    st.session_state.found_sort = st.session_state.search_sort
    _again()


def _folded() -> None:
    st.session_state.found_folded = st.session_state.search_fold
    _again()


def _more() -> None:
    st.session_state.found_shown += STEP
    _search(st.session_state.searched_for, anew=False)


def _pane() -> Pane:
    found: SearchResult | DatelineError = st.session_state.found
    key = f"search-{st.session_state.searched}"
    if isinstance(found, DatelineError):
        return view.failed(key, str(found))
    of = listing.of_exact if found.exact else view.of_search
    pane = of(found, room.opened().article, room.today(), key=key, whole=st.session_state.found_whole)
    clipping.dress(pane, clipping.of_search(found))
    return pane


def _beyond() -> None:
    """More of what was found, and all of it as a table."""
    found = st.session_state.found
    if not isinstance(found, SearchResult) or not found.passages:
        return
    shown = len({one.passage.article_id for one in found.passages}) if found.exact else len(found.passages)
    total = found.articles if found.exact else found.total
    query, within, newsroom = st.session_state.searched_for, st.session_state.searched_in, room.opened()
    how = Listing(found.sort, "exact", st.session_state.get("found_folded", False))
    with st.container(key="beyond", horizontal=True, vertical_alignment="center", gap="medium"):
        if total and shown < total and shown >= st.session_state.get("found_shown", STEP):
            st.button("Show more", on_click=_more)
        st.download_button(
            "Download as CSV",
            lambda: as_csv(newsroom.search(query, within, None, listing=how).passages).encode("utf-8-sig"),
            file_name="dateline-search.csv",
            mime="text/csv",
            on_click="ignore",
            type="tertiary",
            icon=":material/download:",
        )


def _whole(source: str) -> None:
    st.session_state.found_whole |= {source}


page()
