"""Erasing articles on the Library page: what would go, asked for twice; and the receipts."""

from __future__ import annotations

import streamlit as st

from rag.erasures import Erasure
from rag.errors import DatelineError
from ui import dates, draw, room, shelving, words

ASKED, OPEN = "erase_asked", "erasures_open"
LISTED = 20
WARNING = (
    "There is no undo. Texts, versions, vectors and original files go, and what clips, kept answers, evaluation "
    "runs and question sets hold of their words. Your own files, and copies of the library's folder, are not touched."
)


def button(ids: tuple[str, ...], name: str) -> None:
    """The way in, for who may read the whole library."""
    if room.opened().sees_all:
        st.button("Erase…", key=f"{name}_erase", on_click=_ask, args=(ids,))


def asked(ids: tuple[str, ...]) -> None:
    """What would go, where erasing these was asked for, and the button that does it."""
    if not ids or st.session_state.get(ASKED) != ids:
        return
    try:
        found = room.opened().erasing(ids)
    except DatelineError as error:
        _ask(())
        shelving.tell(str(error))
        st.rerun()
    with st.container(key="erase", border=True):
        st.html(f"<h2>Erase {words.count(len(found.articles), 'article')} for good?</h2>")
        st.text(", ".join(found.articles))
        draw.line(" · ".join(found.counted))
        if found.kin:
            st.text(f"The same text or story also stands in: {', '.join(found.kin)}. It stays there.")
        st.text(WARNING)
        sure = st.checkbox("It is to be gone for good", key="erase_sure")
        with st.container(key="actions-erase", horizontal=True, vertical_alignment="center"):
            st.button(
                "Erase for good",
                key="erase_do",
                type="primary",
                disabled=not sure,
                on_click=_erase,
                args=(ids,),
            )
            st.button("Keep", key="erase_keep", type="tertiary", on_click=_ask, args=((),))


def any_made() -> bool:
    """Whether there is a receipt to show."""
    return bool(room.opened().erasures())


def toggle() -> None:
    """Open the receipts, or close them."""
    st.session_state[OPEN] = not st.session_state.get(OPEN)


def page() -> None:
    """Draw the receipts, the last first."""
    found = room.opened().erasures()
    with st.container(key="imports"):
        st.html("<h2>Erased</h2>")
        st.text("What was erased stays out when its file is ingested again, until it is let back in.")
        for one in found[:LISTED]:
            _receipt(one)
        if len(found) > LISTED:
            st.text(f"The last {LISTED} are shown; all are listed by {room.command('erase')}")


def _receipt(one: Erasure) -> None:
    out = tuple(each for each in one.articles if each not in one.let_back)
    with st.container(horizontal=True, vertical_alignment="center", key=f"actions-erasure-{one.number}"):
        draw.line(" · ".join(line(one)))
        if out:
            st.button(
                f"Let {one.number} back in", key=f"let_back_{one.number}", on_click=_let_back, args=(out,)
            )


def line(one: Erasure) -> list[str]:
    """The parts of a receipt, as they stand side by side."""
    when = f"{dates.shown(one.at, room.today(), time=True)} UTC"
    state = [] if one.finished else ["not finished: it goes on when the indexes are free"]
    back = [f"may come in again: {', '.join(one.let_back)}"] if one.let_back else []
    who = [one.who] if one.who else []
    return [f"receipt {one.number}", ", ".join(one.articles), *one.counted, when, *who, *state, *back]


def _ask(ids: tuple[str, ...]) -> None:
    st.session_state[ASKED] = ids
    st.session_state.pop("erase_sure", None)


def _erase(ids: tuple[str, ...]) -> None:
    _ask(())
    try:
        with st.spinner("Erasing, and writing the catalog and the indexes anew"):
            done = room.opened().erase(ids, who="the Library page")
    except DatelineError as error:
        shelving.tell(str(error))
        return
    room.changed()
    shelving.none_selected()
    st.query_params.clear()
    said = f"{words.count(len(done.articles), 'article')} erased for good, receipt {done.number}: "
    shelving.tell(said + ", ".join(done.counted) + ".")


def _let_back(ids: tuple[str, ...]) -> None:
    try:
        back = room.opened().let_back(ids)
    except DatelineError as error:
        shelving.tell(str(error))
        return
    shelving.tell(f"May be ingested again: {', '.join(back)}.")
