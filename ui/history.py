"""The History page: what the reader asked before, and what the library could not answer."""

from __future__ import annotations

import streamlit as st

from rag.errors import DatelineError
from rag.kept import Asked, Gap
from ui import address, bar, dates, draw, frame, reader, recorded, room, undo, watching, words
from ui.address import Address

SHOWN = 25  # questions at first, and more at each press
MINE, WATCHED, GAPS = "Asked by me", "Watched", "Gaps"


def page() -> None:
    """Draw the page."""
    with st.container(key="shelfhead", horizontal=True, vertical_alignment="center"):
        st.html("<h1>History</h1>")
    if st.query_params.pop("show", None) == watching.SHOW:
        st.session_state.history_shows = WATCHED
    st.session_state.setdefault("history_shows", MINE)
    try:
        shows = st.segmented_control(
            "Show", [MINE, WATCHED, GAPS], key="history_shows", required=True, label_visibility="collapsed"
        )
        undo.notice("history")
        if shows == GAPS:
            _gaps()
        elif shows == WATCHED:
            watching.page()
        else:
            _mine()
    except DatelineError as error:
        frame.fault(error)


def _mine() -> None:
    held = st.session_state
    limit = held.setdefault("history_limit", SHOWN)
    found = room.opened().history(reader.owner(), words=str(held.get("history_words", "")), limit=limit)
    if not found.held:
        st.text("Nothing yet. What you ask is listed here, for you alone, unless you ask unrecorded.")
        return
    with st.container(key="sift", horizontal=True, vertical_alignment="center"):
        st.text_input(
            "Words of the question",
            key="history_words",
            placeholder="Words of the question",
            label_visibility="collapsed",
            autocomplete="off",
            on_change=_from_the_top,
        )
        with st.popover("Forget all", type="tertiary", width="content"):
            st.text(f"{words.count(found.held, 'question')} with the answers, also those you shared.")
            st.button("Forget all of them", key="forget_all", on_click=_forget, args=(None,))
    st.text(
        words.count(found.total, "question")
        if found.total == found.held
        else f"{found.total:,} of {words.count(found.held, 'question')}"
    )
    for asked in found.asked:
        _row(asked)
    if len(found.asked) < found.total:
        st.button("Show more", key="history_more", on_click=_more)


def _row(asked: Asked) -> None:
    with st.container(key=f"asked-{asked.id}", horizontal=True, vertical_alignment="center"):
        with st.container(width="stretch", gap=None):
            recorded.row(asked)
        st.button(
            "Forget",
            key=f"forget-{asked.id}",
            type="tertiary",
            on_click=_forget,
            args=((asked.id,),),
        )


def _gaps() -> None:
    found = room.opened().gaps()
    st.text(
        "Recorded questions of all readers that found no answer when they were last asked; nobody's name is kept "
        "with them here."
    )
    if not found:
        st.text("None.")
    for at, gap in enumerate(found):
        with st.container(key=f"gap-{at}", gap=None):
            asks = address.write(Address(gap.question, gap.scope))
            st.page_link("ask.py", label=words.plain(gap.question), query_params=asks)
            draw.line(_gap(gap), small=True)


def _gap(gap: Gap) -> str:
    times = "asked once" if gap.times == 1 else f"asked {gap.times:,} times"
    last = f"last {dates.shown(gap.last, room.today(), time=True)} UTC"
    return " · ".join([words.OUTCOMES[gap.status], f"{times}, {last}", *bar.limits(gap.scope, room.today())])


def _forget(ids: tuple[str, ...] | None) -> None:
    newsroom = room.opened()
    try:
        gone = newsroom.forget(reader.owner(), ids)
    except DatelineError as error:
        undo.tell("history", str(error))
        return
    said = f"{words.count(len(gone), 'question')} forgotten, with the answer{'s' * (len(gone) != 1)}."
    undo.tell("history", said, lambda: newsroom.remember(gone))


def _from_the_top() -> None:
    st.session_state.history_limit = SHOWN


def _more() -> None:
    st.session_state.history_limit += SHOWN


page()
