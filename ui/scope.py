"""The scope a reader sets: days, outlets in and out, kinds. Always visible under the question."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import streamlit as st

from rag.state import Status
from rag.types import Scope
from ui import words

FIELDS = ("scope_from", "scope_to", "scope_outlets", "scope_not_outlets", "scope_kinds")


def chosen() -> Scope:
    """What the reader has set; everything where nothing is set."""
    held = st.session_state
    return Scope(
        from_=_day(held.get("scope_from")),
        to=_day(held.get("scope_to")),
        outlets=tuple(held.get("scope_outlets", ())),
        not_outlets=tuple(held.get("scope_not_outlets", ())),
        kinds=tuple(held.get("scope_kinds", ())),
    )


def control(library: Status, today: date, on_change: Callable[[], None]) -> None:
    """The scope in words; pressed, it opens what can be set. `on_change` is called after each change."""
    with (
        st.container(key="scope"),
        st.popover(words.scope(chosen(), today), type="tertiary", icon=":material/tune:"),
    ):
        first, last = st.columns(2)
        first.date_input(
            "Published from", value=None, key="scope_from", on_change=on_change, format="YYYY-MM-DD"
        )
        last.date_input("Published to", value=None, key="scope_to", on_change=on_change, format="YYYY-MM-DD")
        st.multiselect("Only these outlets", library.outlets, key="scope_outlets", on_change=on_change)
        st.multiselect("Without these outlets", library.outlets, key="scope_not_outlets", on_change=on_change)
        st.multiselect(
            "Only these kinds",
            list(words.KINDS),
            key="scope_kinds",
            on_change=on_change,
            format_func=lambda kind: words.KINDS[kind],
        )
        st.button("Everything", on_click=_clear, args=(on_change,))


def _clear(then: Callable[[], None]) -> None:
    for field in FIELDS:
        st.session_state.pop(field, None)
    then()


def _day(value: object) -> str | None:
    return value.isoformat() if isinstance(value, date) else None
