"""Beats on the Briefing page: kept from what is asked for, briefed on with one press, taken out with an undo."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from rag.answer_sheet import limits
from rag.briefed import Beat
from rag.briefs import Planned
from rag.errors import DatelineError
from ui import draw, reader, room, undo, words

DAYS = 7


def watching() -> None:
    """The field for the names that are told of first."""
    st.text_input(
        "Names to watch",
        key="brief_watch",
        autocomplete="off",
        placeholder="Told of first, with commas between: Marit Engelund, Fennmet",
    )


def names() -> tuple[str, ...]:
    """Those in the field."""
    said = str(st.session_state.get("brief_watch") or "")
    return tuple(" ".join(one.split()) for one in said.split(",") if one.strip())


def keeper(plan: Planned) -> None:
    """Keeps what is asked for as a beat."""
    if room.opened().catalog.read_only:
        return
    with st.popover("Keep as a beat"):
        st.text("Its briefings tell the names first, then what is new since the last one.")
        st.text_input("Its name", key="beat_name", autocomplete="off")
        st.number_input("Days that it reads (0: all in scope)", 0, 366, DAYS, key="beat_days")
        st.button("Keep the beat", key="beat_keep", on_click=_keep, args=(plan,))


def _keep(plan: Planned) -> None:
    held = st.session_state
    made = Beat(
        str(held.beat_name),
        plan.topic,
        plan.scope,
        str(held.brief_template),
        int(held.brief_words),
        int(held.beat_days) or None,
        names(),
    )
    try:
        kept = room.opened().keep_beat(made, reader.owner())
    except DatelineError as error:
        undo.tell("briefing", str(error))
        return
    undo.tell("briefing", f"The beat “{kept.name}” is kept.", lambda: room.opened().forget_beat(kept.name))


def listed(brief_on: Callable[[str], None]) -> None:
    """The beats, each to be briefed on."""
    found = room.opened().beats()
    if not found:
        return
    st.html("<h2>Beats</h2>")
    for at, one in enumerate(found):
        with st.container(horizontal=True, vertical_alignment="center", key=f"kept-beat-{at}"):
            with st.container(width="stretch"):
                draw.line(said(one))
            if st.button(f"Brief on {words.plain(one.name)}", key=f"beat-{at}"):
                brief_on(one.name)
            st.button("Remove", key=f"beat-gone-{at}", type="tertiary", on_click=_remove, args=(one,))


def said(one: Beat) -> str:
    """A beat in a line."""
    about = [one.topic or "everything in scope", *limits(one.scope)]
    about += [f"the last {words.count(one.days, 'day')}"] if one.days and not one.scope.from_ else []
    about += [f"watching {', '.join(one.watched)}"] if one.watched else []
    return " · ".join((one.name, *about))


def _remove(one: Beat) -> None:
    newsroom, me = room.opened(), reader.owner()
    try:
        newsroom.forget_beat(one.name)
    except DatelineError as error:
        undo.tell("briefing", str(error))
        return
    undo.tell("briefing", "1 beat removed; its briefings stay.", lambda: _back(one, me))


def _back(one: Beat, me: str) -> None:
    room.opened().keep_beat(one, me)
