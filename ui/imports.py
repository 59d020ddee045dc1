"""Imports on the Library page: what each brought, undone with one click, and made again."""

from __future__ import annotations

from html import escape

import streamlit as st

from rag.imports import Import
from rag.state import Item
from ui import dates, draw, room, shelving, words

OPEN = "imports_open"
LISTED, ITEMS = 20, 50
CUT_OFF = "under way, or cut off before its end"


def any_made() -> bool:
    """Whether there is one to show."""
    return bool(room.opened().imports(1))


def toggle() -> None:
    """Open the imports, or close them."""
    st.session_state[OPEN] = not st.session_state.get(OPEN)


def page() -> None:
    """Draw the imports, the last first, each with its undo."""
    made = room.opened().imports(LISTED)
    with st.container(key="imports"):
        st.html("<h2>Imports</h2>")
        st.text(
            "Undoing one takes out what it added and brings back what it changed, replaced or withdrew. "
            "What came later stays, and is told."
        )
        for one in made:
            _one(one)
        if len(made) == LISTED:
            st.text(f"The last {LISTED} are shown; all are listed by {room.command('imports')}")


def _one(one: Import) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key=f"actions-import-{one.id}"):
        draw.line(line(one))
        if one.undone:
            st.button(
                f"Make {one.name} again",
                key=f"import_redo_{one.id}",
                on_click=shelving.redo_import,
                args=(one.id,),
            )
        else:
            st.button(
                f"Undo {one.name}",
                key=f"import_undo_{one.id}",
                on_click=shelving.undo_import,
                args=(one.id,),
            )
    if one.rules or len(one.counts) > one.count("unchanged"):
        with st.expander(f"What {one.name} did"):
            _inside(one)


def line(one: Import) -> str:
    """As "import-3 · north.zip and 3 more · 12 added, 1 failed · 12 Nov, 14:02 UTC · the Library page"."""
    counts = ", ".join(f"{many:,} {status}" for status, many in one.counts) or "nothing"
    when = f"{dates.shown(one.at, room.today(), time=True)} UTC"
    ends = [CUT_OFF] if one.ended is None else []
    undone = [f"undone {dates.shown(one.undone, room.today(), time=True)} UTC"] if one.undone else []
    parts = [one.name, one.what or "an ingest", counts, when, one.who, *ends, *undone]
    return " · ".join(part for part in parts if part)


def _inside(one: Import) -> None:
    _, items = room.opened().import_items(one.id, limit=ITEMS)
    more = sum(many for status, many in one.counts if status != "unchanged") - len(items)
    if one.rules:
        st.text("Read by the rules: " + "; ".join(one.rules))
    if items:
        st.html(_table(items))
    if more > 0:
        st.text(f"{words.count(more, 'more item')}, all listed by {room.command(f'imports {one.name}')}")


def _table(items: tuple[Item, ...]) -> str:
    rows = "".join(
        f'<tr data-status="{item.status}"><td>{item.status}</td><td>{escape(item.source)}</td>'
        f"<td>{escape(item.reason or '')}</td></tr>"
        for item in items
    )
    head = "<tr><th>What happened</th><th>File</th><th>Why, or what could not be used</th></tr>"
    return (
        '<div class="wide" role="region" aria-label="Items of the import" tabindex="0">'
        f'<table class="items"><thead>{head}</thead><tbody>{rows}</tbody></table></div>'
    )
