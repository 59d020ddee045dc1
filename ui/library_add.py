"""The way in: paste a story or drop files, see what happened to each, try again what failed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from html import escape

import streamlit as st

from rag.errors import DatelineError
from rag.imports import Started
from rag.state import IngestReport, Item, Pasted, Shelves
from ui import importing, room, shelf, shelving, words
from ui.adding import Adding, Upload, as_csv, counted, named

RUN, FOUND, PASTE = "library_adding_run", "paste_found", "paste_text"
GLANCE = 0.7  # seconds between looks at how far it is
LISTED = 200  # items listed on the page; the rest are in the CSV
PASTED = {
    "added": "Stored: it can be asked now.",
    "changed": "Stored as a new version of an article that was there.",
    "unchanged": "It was there already, just so: nothing was stored.",
    "duplicate": "It was there already under another id: nothing was stored.",
}


@st.cache_resource(show_spinner=False)
def _workers() -> ThreadPoolExecutor:
    """One ingest at a time, apart from the threads that answer questions."""
    return ThreadPoolExecutor(1, thread_name_prefix="adding")


def under_way() -> bool:
    """Whether files are on their way, or what became of them has not been put away yet."""
    return RUN in st.session_state


def page(shelves: Shelves, open_article: Callable[[str], None]) -> None:
    """Draw the two ways in, or the ingest under way."""
    run: Adding | None = st.session_state.get(RUN)
    with st.container(key="adding"):
        if run is not None:
            _progress() if run.running else _happened(run)
            return
        held = st.session_state.get(importing.HELD)
        if held is not None:
            _held(*held)
            return
        left, right = st.columns(2, gap="large")
        with left:
            _paste(shelves, open_article)
        with right:
            _files(shelves)


# Files


def _files(shelves: Shelves) -> None:
    st.html("<h2>Drop files</h2>")
    importing.rules()
    with st.form("files", border=False, clear_on_submit=True):
        st.file_uploader(
            "Text, Markdown, HTML, JSON, JSON Lines, CSV, or a .zip of them; many at once, 50 MB each",
            accept_multiple_files=True,
            key="files_dropped",
        )
        _collection("files_collection", shelves)
        with st.container(horizontal=True):
            st.form_submit_button("Store the files", type="primary", on_click=_start)
            st.form_submit_button("Look at them first", on_click=_hold)


def _dropped() -> list[Upload]:
    dropped = st.session_state.get("files_dropped") or []
    if not dropped:
        shelving.tell("No file was chosen: drop some, or browse for them.")
    return [(one.name, one.getvalue()) for one in dropped]


def _hold() -> None:
    """Keep the files aside, to look at what would be stored of them."""
    uploads = _dropped()
    if uploads:
        shelving.tell("")
        st.session_state[importing.HELD] = (uploads, st.session_state.get("files_collection") or None)


def _held(uploads: list[Upload], collection: str | None) -> None:
    """What would be stored, and then whether it shall be."""
    st.html(f"<h2>{words.count(len(uploads), 'file')} looked at, nothing stored yet</h2>")
    with st.container(horizontal=True):
        said = f"Store {words.count(len(uploads), 'file')}"
        st.button(said, key="held_store", type="primary", on_click=_store_held, args=(uploads, collection))
        st.button("Put them away", key="held_away", on_click=_away)
    importing.rules()
    importing.preview(uploads)


def _store_held(uploads: list[Upload], collection: str | None) -> None:
    _away()
    _add(uploads, collection)


def _away() -> None:
    for name in (importing.HELD, "files_seen"):
        st.session_state.pop(name, None)


def _start() -> None:
    uploads = _dropped()
    if uploads:
        _add(uploads, st.session_state.get("files_collection") or None)


def _add(uploads: list[Upload], collection: str | None) -> None:
    newsroom = room.opened()

    def add(
        files: Sequence[Upload],
        only: frozenset[str] | None,
        at: Callable[[int], None],
        stop: threading.Event,
    ) -> IngestReport:
        by = Started("the Library page", named(files))
        return newsroom.add(files, collection=collection, only=only, at=at, stop=stop, by=by)

    st.session_state[RUN] = Adding(uploads, add, _workers())
    shelving.tell("")


@st.fragment(run_every=GLANCE)
def _progress() -> None:
    """How far it is, looked at again and again while the rest of the page can be used."""
    run: Adding | None = st.session_state.get(RUN)
    if run is None or not run.running:
        room.changed()
        st.rerun()
        return
    many = len(run.uploads)
    name = run.uploads[min(run.at, many - 1)][0]
    st.progress((run.at + 0.5) / many, text=f"Reading file {run.at + 1:,} of {many:,}")
    st.text(name)
    st.button("Stop", key="adding_stop", on_click=run.stop, disabled=run.stopped)


def _happened(run: Adding) -> None:
    """What became of each, what failed first."""
    error, items = run.error, run.items
    st.html(f"<h2>{escape('Not all was added' if error else counted(items))}</h2>")
    if error is not None:
        st.text(f"{error} What was stored before is kept.")
    if run.stopped:
        st.text("Stopped. What was stored is kept; the same files go on from there.")
    with st.container(horizontal=True):
        if error is not None or run.failed:
            said = "Try again" if error is not None else f"Try again the {len(run.failed):,} that failed"
            st.button(said, key="adding_again", on_click=_again, args=(run,))
        if items:
            st.download_button("The list as CSV", as_csv(items), "added.csv", "text/csv", on_click="ignore")
        if run.imported is not None:
            st.button("Undo this import", key="adding_undo", on_click=_undo, args=(run.imported,))
        st.button("Done", key="adding_done", type="primary", on_click=_done)
    if items:
        st.html(_listed(items))


def _listed(items: Sequence[Item]) -> str:
    rows = "".join(
        f'<tr data-status="{item.status}"><td>{item.status}</td><td>{escape(item.source)}</td>'
        f"<td>{escape(item.reason or '')}</td></tr>"
        for item in items[:LISTED]
    )
    more = f"<p>{len(items) - LISTED:,} more are in the CSV.</p>" if len(items) > LISTED else ""
    head = "<tr><th>What happened</th><th>File</th><th>Why, or what could not be used</th></tr>"
    return f'<table class="items"><thead>{head}</thead><tbody>{rows}</tbody></table>{more}'


def _again(run: Adding) -> None:
    st.session_state[RUN] = run.again(_workers())


def _undo(number: int) -> None:
    _done()
    shelving.undo_import(number)


def _done() -> None:
    st.session_state.pop(RUN, None)


# A paste


def _paste(shelves: Shelves, open_article: Callable[[str], None]) -> None:
    found: Pasted | None = st.session_state.get(FOUND)
    st.html("<h2>Paste a story</h2>")
    if found is None:
        with st.form("paste", border=False):
            st.text_area("The whole story, its headline first", key=PASTE, height=180)
            st.form_submit_button("Read it", type="primary", on_click=_read)
        return
    today = room.today()
    with st.form("paste_fields", border=False):
        st.text("This is what it says of itself. Correct it, then store it.")
        st.text_input("Headline", key="paste_title", autocomplete="off")
        one, two = st.columns(2)
        one.text_input("Outlet", key="paste_outlet", autocomplete="off")
        two.text_input("Agency credited", key="paste_agency", autocomplete="off")
        one.text_input(
            "Date", key="paste_published", autocomplete="off", placeholder=f"as {today.isoformat()}"
        )
        kinds = ["", *words.KINDS]
        two.selectbox("Kind", kinds, key="paste_kind", format_func=shelf.kind)
        if not found.published:
            st.text(
                "No date was found. Without one it is kept undated: dated questions leave it out and say so."
            )
        for remark in found.remarks:
            st.text(remark)
        _collection("paste_collection", shelves)
        with st.container(horizontal=True):
            st.form_submit_button("Store", type="primary", on_click=_store, args=(open_article,))
            st.form_submit_button("Back to the text", on_click=_unread)


def _read() -> None:
    try:
        found = room.opened().propose(st.session_state.get(PASTE, ""))
    except DatelineError as error:
        shelving.tell(str(error))
        return
    shelving.tell("")
    st.session_state[FOUND] = found
    st.session_state["paste_kept"] = st.session_state[PASTE]
    for field in ("title", "outlet", "published", "agency", "kind"):
        st.session_state[f"paste_{field}"] = getattr(found, field) or ""


def _unread() -> None:
    st.session_state.pop(FOUND, None)
    st.session_state[PASTE] = st.session_state.get("paste_kept", "")


def _store(open_article: Callable[[str], None]) -> None:
    held = st.session_state
    found: Pasted = held[FOUND]
    into = held.get("paste_collection")
    corrected = Pasted(
        title=held["paste_title"],
        outlet=held["paste_outlet"],
        published=held["paste_published"] or None,
        agency=held["paste_agency"],
        kind=held["paste_kind"] or None,
        collections=(*found.collections, *((into,) if into and into not in found.collections else ())),
    )
    try:
        by = Started("the Library page", f"pasted: {corrected.title or 'a story without a headline'}")
        done = room.opened().add_pasted(held["paste_kept"], corrected, by=by)
    except DatelineError as error:
        shelving.tell(str(error))
        return
    room.changed()
    [item] = done.items
    said, stored = PASTED.get(item.status, "It was not stored."), item.status in ("added", "changed")
    shelving.tell(f"{said} {item.reason or ''}".strip(), imported=done.import_id if stored else None)
    if item.article_id:
        for name in (FOUND, PASTE, "paste_kept"):
            held.pop(name, None)
        open_article(item.article_id)


def _collection(key: str, shelves: Shelves) -> None:
    st.selectbox(
        "Into a collection",
        [one for one, _ in shelves.collections],
        index=None,
        key=key,
        accept_new_options=True,
        placeholder="None; or choose one, or write a new name",
    )
