"""What the reader has the library filtered by: words of the headline always in sight, the rest behind its words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import streamlit as st

from rag.state import ShelfStatus, Shelves, Sift
from ui import dates, shelf, words

TITLE, FROM, TO, UNDATED = "library_title", "library_from", "library_to", "library_undated"
OUTLETS, KINDS, STATUSES, COLLECTIONS = (
    "library_outlets",
    "library_kinds",
    "library_statuses",
    "library_collections",
)
FIELDS = (TITLE, FROM, TO, UNDATED, OUTLETS, KINDS, STATUSES, COLLECTIONS)
STATES: dict[ShelfStatus, str] = {
    "usable": "usable",
    "superseded": "superseded",
    "withdrawn": "withdrawn or removed",
}


def chosen() -> Sift:
    """What the reader has set; everything where nothing is set."""
    held = st.session_state
    return Sift(
        title=str(held.get(TITLE, "")).strip(),
        outlets=tuple(held.get(OUTLETS, ())),
        from_=_day(held.get(FROM)),
        to=_day(held.get(TO)),
        kinds=tuple(held.get(KINDS, ())),
        statuses=tuple(held.get(STATUSES, ())),
        collections=tuple(held.get(COLLECTIONS, ())),
        undated=bool(held.get(UNDATED)),
    )


def control(shelves: Shelves, today: date, on_change: Callable[[], None]) -> None:
    """The filter: a box for the headline and, behind the filter in words, all else. `on_change` after each change."""
    with st.container(key="sift", horizontal=True, vertical_alignment="center"):
        st.text_input(
            "Words of the headline",
            key=TITLE,
            placeholder="Words of the headline",
            label_visibility="collapsed",
            autocomplete="off",
            on_change=on_change,
        )
        label = words.plain(said(chosen(), today))
        with st.popover(label, type="tertiary", icon=":material/tune:", width="content"):
            _fields(shelves, on_change)


def _fields(shelves: Shelves, on_change: Callable[[], None]) -> None:
    def several(
        label: str, key: str, counted: tuple[tuple[str, int], ...], name: Callable[[str], str]
    ) -> None:
        numbers = dict(counted)
        st.multiselect(
            label,
            _still(key, list(numbers)),
            key=key,
            on_change=on_change,
            format_func=lambda one: f"{name(one)} ({numbers.get(one, 0):,})",
        )

    several("Outlets", OUTLETS, shelves.outlets, lambda one: one or shelf.NOT_STATED)
    first, last = st.columns(2)
    first.date_input("Published from", value=None, key=FROM, on_change=on_change, format="YYYY-MM-DD")
    last.date_input("Published to", value=None, key=TO, on_change=on_change, format="YYYY-MM-DD")
    st.checkbox(
        f"Undated ({shelves.undated:,}); with days, as well as those", key=UNDATED, on_change=on_change
    )
    several("Collections", COLLECTIONS, shelves.collections, str)
    several("Kinds", KINDS, shelves.kinds, shelf.kind)
    st.multiselect("Status", list(STATES), key=STATUSES, on_change=on_change, format_func=STATES.__getitem__)
    st.button("Show everything", on_click=clear, args=(on_change,))


def clear(then: Callable[[], None]) -> None:
    """Take every filter away: each is said to its field, since one that is left out keeps what it shows."""
    st.session_state.update({TITLE: "", FROM: None, TO: None, UNDATED: False})
    st.session_state.update({field: [] for field in (OUTLETS, KINDS, STATUSES, COLLECTIONS)})
    then()


def said(sift: Sift, today: date) -> str:
    """The filter in words, apart from the headline's: "Post · 1 Oct to 31 Oct · opinion", or "All articles"."""
    parts = [", ".join(one or "outlet not stated" for one in sift.outlets)]
    parts.append(dates.between(sift.from_, sift.to, today))
    parts.append(("and undated" if sift.from_ or sift.to else "undated") if sift.undated else "")
    parts += [", ".join(sift.collections), ", ".join(shelf.kind(one) for one in sift.kinds)]
    parts.append(", ".join(STATES[one] for one in sift.statuses))
    return " · ".join(words.begun([part for part in parts if part])) or "All articles"


def _still(key: str, options: list[str]) -> list[str]:
    """The options, with what is chosen though nothing has it any more: a widget must offer what it holds."""
    return options + [one for one in st.session_state.get(key, ()) if one not in options]


def _day(value: object) -> str | None:
    return value.isoformat() if isinstance(value, date) else None
