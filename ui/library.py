"""The Library page: every article in the library, what becomes of it, and the way in."""

from __future__ import annotations

import json
from functools import partial

import streamlit as st

from rag.errors import DatelineError
from rag.state import ShelfSort, Sift
from ui import (
    erasing,
    frame,
    imports,
    library_add,
    library_article,
    library_chart,
    mending,
    room,
    shelf,
    shelving,
    sifting,
)

SORTED, DESCENDING, PAGE, ADDING = "library_sort", "library_descending", "library_page", "library_adding"


def page() -> None:
    """Draw the page: the article in the address, or the list."""
    try:
        shelving.notice()
        open_id = st.query_params.get("article")
        if open_id:
            library_article.page(open_id, close)
        else:
            _list()
    except DatelineError as error:
        frame.fault(error)


def _list() -> None:
    newsroom, today = room.opened(), room.today()
    status = room.library()
    shelves = newsroom.shelves()
    with st.container(key="shelfhead", horizontal=True, vertical_alignment="center"):
        st.html("<h1>Library</h1>" if shelves.held else "<h1>No articles yet</h1>")
        if shelves.held and not status.read_only:
            adding = bool(st.session_state.get(ADDING))
            st.button("Close" if adding else "Add articles", key="library_add", on_click=_toggle_adding)
            mends = bool(st.session_state.get(mending.OPEN))
            st.button("Close repairs" if mends else "Repair…", key="library_mend", on_click=mending.toggle)
        if not status.read_only and imports.any_made():
            listed = bool(st.session_state.get(imports.OPEN))
            st.button(
                "Close imports" if listed else "Imports…", key="library_imports", on_click=imports.toggle
            )
        if not status.read_only and erasing.any_made():
            shown = bool(st.session_state.get(erasing.OPEN))
            st.button("Close erased" if shown else "Erased…", key="library_erased", on_click=erasing.toggle)
    if status.read_only:
        st.text("This home cannot be written: its articles can be read, and nothing added, moved or removed.")
    if not shelves.held:
        st.text(
            "Paste a story or drop files: they can be asked seconds later, and nothing leaves this machine."
        )
    if not status.read_only and (not shelves.held or st.session_state.get(ADDING) or library_add.under_way()):
        library_add.page(shelves, open_article)
    if st.session_state.get(imports.OPEN) and not status.read_only:
        imports.page()
    if st.session_state.get(erasing.OPEN) and not status.read_only:
        erasing.page()
    if not shelves.held:
        return
    sifting.control(shelves, today, _first_page)
    sift = sifting.chosen()
    library_chart.page(newsroom, sift, today, _first_page)
    if st.session_state.get(mending.OPEN) and not status.read_only:
        mending.page(shelves, sift, newsroom.listing(sift, size=1).total)
    _table(sift, selectable=not status.read_only)


def _table(sift: Sift, *, selectable: bool) -> None:
    held = st.session_state
    sort: ShelfSort = held.get(SORTED, "date")
    descending: bool = held.get(DESCENDING, True)
    listing = room.opened().listing(sift, sort=sort, descending=descending, page=held.get(PAGE, 1))
    if not listing.total:
        st.text("No article is like that.")
        st.button("Show everything", key="library_everything", on_click=sifting.clear, args=(_first_page,))
        return
    chosen = shelving.selected()
    if chosen:
        shelving.actions(chosen, "selected", further=partial(erasing.button, chosen, "selected"))
        erasing.asked(chosen)
    data = shelf.table(
        listing,
        room.today(),
        sort=sort,
        descending=descending,
        selected=frozenset(chosen),
        selectable=selectable,
    )
    shelf.put(data, heard={"sort": _sort, "page": _page, "open": open_article, "select": _select})


def open_article(article_id: str) -> None:
    """Put an article into the address: the next drawing opens it."""
    st.query_params.clear()
    st.query_params["article"] = article_id


def close() -> None:
    """Back to the list."""
    st.query_params.clear()


def _sort(column: str) -> None:
    held = st.session_state
    if column == held.get(SORTED, "date"):
        held[DESCENDING] = not held.get(DESCENDING, True)
    else:
        held[SORTED], held[DESCENDING] = column, column in ("date", "added")
    _first_page()


def _page(number: str) -> None:
    st.session_state[PAGE] = int(float(number))


def _first_page() -> None:
    st.session_state[PAGE] = 1


def _select(said: str) -> None:
    wanted = json.loads(said)
    shelving.select([str(one) for one in wanted["ids"]], on=bool(wanted["on"]))


def _toggle_adding() -> None:
    st.session_state[ADDING] = not st.session_state.get(ADDING)


page()
