"""What a reader does with articles of the library: removed with an undo, put into collections and taken out."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from rag.errors import DatelineError
from rag.state import IngestReport
from ui import reader, room, words

SELECTED, SAID, UNDO = "library_selected", "library_said", "library_undo"
MEND = "library_mended"  # the number of the repair that the line above the page can undo
IMPORT, REDO = "library_imported", "library_redo"  # the number of the import that it can undo, or make again


def selected() -> tuple[str, ...]:
    """The ids of the articles that are selected, in the order in which they were."""
    return tuple(st.session_state.get(SELECTED, ()))


def select(ids: Sequence[str], *, on: bool) -> None:
    """Select these too, or no longer."""
    kept = [one for one in selected() if one not in ids]
    st.session_state[SELECTED] = (*kept, *ids) if on else tuple(kept)


def notice() -> None:
    """What was done last, with its undo, until something else is done or it is put away."""
    said = st.session_state.get(SAID)
    if not said:
        return
    with st.container(key="done", horizontal=True, vertical_alignment="center"):
        st.text(said)
        if st.session_state.get(UNDO):
            st.button("Undo", key="library_undo_button", on_click=undo)
        mend = st.session_state.get(MEND)
        if mend is not None:
            st.button("Undo", key="library_undo_mend", on_click=undo_mend, args=(mend,))
        for name, act in ((IMPORT, undo_import), (REDO, redo_import)):
            number = st.session_state.get(name)
            if number is not None:
                said = "Undo the import" if name == IMPORT else "Make it again"
                st.button(said, key=f"{name}_button", on_click=act, args=(number,))
        st.button("Dismiss", key="library_dismiss", type="tertiary", on_click=tell, args=("",))


def tell(
    said: str,
    undo: tuple[str, ...] = (),
    *,
    mend: int | None = None,
    imported: int | None = None,
    redo: int | None = None,
) -> None:
    """Show a line above the page; `undo`: ids of the articles that can be brought back, `mend`: a repair to undo,
    `imported`: an import to undo, `redo`: one to make again."""
    st.session_state.update({SAID: said, UNDO: undo, MEND: mend, IMPORT: imported, REDO: redo})


def actions(ids: tuple[str, ...], name: str, *, further: Callable[[], None] | None = None) -> None:
    """What can be done with these articles; `further` draws what else can."""
    with st.container(key=f"actions-{name}", horizontal=True, vertical_alignment="center"):
        if name == "selected":
            st.text(f"{words.count(len(ids), 'article')} selected")
        st.button("Remove", key=f"{name}_remove", on_click=remove, args=(ids,))
        with st.popover("Collections", width="content"):
            _collections(ids, name)
        if further is not None:
            further()
        if name == "selected":
            st.button("Select none", key="select_none", type="tertiary", on_click=none_selected)


def remove(ids: tuple[str, ...]) -> None:
    """Remove articles, with an undo."""

    def done(report: IngestReport) -> tuple[str, tuple[str, ...]]:
        gone = tuple(item.article_id for item in report.items if item.status == "changed" and item.article_id)
        rest = len(report.items) - len(gone)
        said = f"{words.count(len(gone), 'article')} removed: no question uses {'it' if len(gone) == 1 else 'them'}."
        return said + (f" {rest:,} had gone before." if rest else ""), gone

    _do(lambda: room.opened().remove(ids), done)
    none_selected()


def undo() -> None:
    """Bring back what was removed last."""
    restore(tuple(st.session_state.get(UNDO, ())))


def undo_mend(number: int) -> None:
    """Take a repair back."""
    try:
        done = room.opened().undo_mend(number)
    except DatelineError as error:
        tell(str(error))
        return
    room.changed()
    tell(" ".join([f"Undone: {done.said}.", *done.warnings]))


def undo_import(number: int) -> None:
    """Take an import back."""
    try:
        with st.spinner("Taking the import back"):
            done = room.opened().undo_import(number)
    except DatelineError as error:
        tell(str(error))
        return
    room.changed()
    tell(" ".join([f"{done.name} is undone.", *done.warnings]), redo=number)


def redo_import(number: int) -> None:
    """Make an import again that was undone."""
    try:
        with st.spinner("Making the import again"):
            done = room.opened().redo_import(number)
    except DatelineError as error:
        tell(str(error))
        return
    room.changed()
    tell(" ".join([f"{done.name} is made again.", *done.warnings]), imported=number)


def restore(ids: tuple[str, ...]) -> None:
    """Bring articles back that were removed by hand."""

    def done(report: IngestReport) -> tuple[str, tuple[str, ...]]:
        others = [f"{item.source}: {item.reason}." for item in report.items if item.reason != "brought back"]
        back = len(report.items) - len(others)
        return " ".join([f"{words.count(back, 'article')} brought back.", *others[:5]]), ()

    _do(lambda: room.opened().restore(ids), done)


def _collections(ids: tuple[str, ...], name: str) -> None:
    known = [one for one, _ in room.opened().shelves().collections]
    st.selectbox(
        "Collection",
        known,
        index=None,
        key=f"{name}_collection",
        accept_new_options=True,
        placeholder="Choose one, or write a new name",
    )
    with st.container(horizontal=True):
        st.button("Put in", key=f"{name}_put", type="primary", on_click=_move, args=(ids, name, "put"))
        st.button("Take out", key=f"{name}_take", on_click=_move, args=(ids, name, "take_out"))
    chosen = st.session_state.get(f"{name}_collection")
    if chosen:
        shown = words.plain(chosen)
        st.checkbox(
            f"Never send “{shown}” to a model on a server",
            value=chosen in room.opened().local_collections(),
            key=f"{name}_local_{chosen}",
            on_change=_keep_here,
            args=(name, chosen),
        )
        st.text_input(
            f"Groups that may read “{shown}”, separated by commas; empty: everyone",
            value=", ".join(room.opened().groups_of().get(chosen, ())),
            key=f"{name}_groups_{chosen}",
            autocomplete="off",
            on_change=_open_to,
            args=(name, chosen),
        )
    with st.form(f"{name}_rename", border=False):
        st.text_input("New name for the collection chosen above", key=f"{name}_new_name", autocomplete="off")
        st.form_submit_button("Rename", on_click=_rename, args=(name,))


def _move(ids: tuple[str, ...], name: str, how: str) -> None:
    collection = st.session_state.get(f"{name}_collection") or ""

    def done(report: IngestReport) -> tuple[str, tuple[str, ...]]:
        said = "put into" if how == "put" else "taken out of"
        moved, rest = report.count("changed"), report.count("unchanged")
        there = f" {rest:,} {'were in it already' if how == 'put' else 'were not in it'}." if rest else ""
        return f"{words.count(moved, 'article')} {said} “{collection}”." + there, ()

    newsroom = room.opened()
    _do(lambda: (newsroom.put if how == "put" else newsroom.take_out)(ids, collection), done)


def _keep_here(name: str, collection: str) -> None:
    local = bool(st.session_state[f"{name}_local_{collection}"])
    try:
        room.opened().keep_local(collection, local)
    except DatelineError as error:
        tell(str(error))
        return
    room.changed()
    tell(
        f"“{collection}” is {'never' if local else 'no longer kept from being'} sent to a model on a server."
    )


def _open_to(name: str, collection: str) -> None:
    said = str(st.session_state[f"{name}_groups_{collection}"]).split(",")
    try:
        theirs = room.opened().open_to(collection, said, by=reader.groups())
    except DatelineError as error:
        tell(str(error))
        return
    room.changed()
    tell(f"“{collection}” is open to {', '.join(theirs) + ' only' if theirs else 'everyone'}.")


def _rename(name: str) -> None:
    old, new = st.session_state.get(f"{name}_collection") or "", st.session_state[f"{name}_new_name"]
    try:
        moved = room.opened().rename_collection(old, new)
    except DatelineError as error:
        tell(str(error))
        return
    room.changed()
    st.session_state.pop(f"{name}_collection", None)
    tell(f"“{old}” is “{new}” now, with {words.count(moved, 'article')}.")


def _do(act: Callable[[], IngestReport], done: Callable[[IngestReport], tuple[str, tuple[str, ...]]]) -> None:
    """Do it and tell what came of it, or why not."""
    try:
        report = act()
    except DatelineError as error:
        tell(str(error))
        return
    room.changed()
    tell(*done(report))


def none_selected() -> None:
    """Select no article any more."""
    st.session_state[SELECTED] = ()
