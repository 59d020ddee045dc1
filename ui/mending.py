"""Repairs on the Library page: chosen, looked at before and after, made, and undone with one click."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from rag.errors import DatelineError
from rag.mends import Mend, Mended, MendPreview
from rag.ruled import NAMED
from rag.state import Shelves, Sift
from rag.types import Article
from ui import dates, draw, room, shelf, shelving, words

OPEN, LOOKED, MAKE = "mend_open", "mend_looked", "mend_make"
SELECTED, LISTED, MERGE = (
    "the articles selected",
    "all that the filter lists",
    "every article of some outlets",
)
LEAVE = "as it is"
FIELDS = ("outlet", "published", "kind", "author")


def toggle() -> None:
    """Open the repairs, or close them."""
    st.session_state[OPEN] = not st.session_state.get(OPEN)
    st.session_state.pop(LOOKED, None)


def page(shelves: Shelves, sift: Sift, listed: int) -> None:
    """Draw the way to a repair: what and for whom, then before and after; below, the repairs that were made."""
    with st.container(key="mending"):
        st.html("<h2>Repair many articles at once</h2>")
        mend: Mend | None = st.session_state.get(LOOKED)
        if mend is None:
            _ask(shelves, sift, listed)
        else:
            _look(mend)
        _made(room.opened().mends())


def _ask(shelves: Shelves, sift: Sift, listed: int) -> None:
    chosen = shelving.selected()
    whom = [*([SELECTED] if chosen else []), LISTED, MERGE]
    many = {SELECTED: len(chosen), LISTED: listed}
    picked = st.radio(
        "Repair",
        whom,
        key="mend_whom",
        horizontal=True,
        format_func=lambda one: f"{one} ({many[one]:,})" if one in many else one,
    )
    with st.form("mend", border=False):
        if picked == MERGE:
            outlets = dict(shelves.outlets)
            names = [name for name in outlets if name]
            st.multiselect(
                "These names",
                names,
                key="mend_names",
                format_func=lambda one: f"{one} ({outlets.get(one, 0):,})",
            )
            st.selectbox(
                "are one outlet, called",
                names,
                index=None,
                key="mend_into",
                accept_new_options=True,
                placeholder="Choose one, or write a new name",
            )
            st.text("It holds for articles that come, too, until it is undone.")
        else:
            st.text("What is left empty stays as it is. What the files state is kept beside it.")
            one, two = st.columns(2)
            one.text_input("Outlet", key="mend_outlet", autocomplete="off")
            two.text_input(
                "Date", key="mend_published", autocomplete="off", placeholder="2026-11-12, 2026-11 or 2026"
            )
            one.text_input("Byline", key="mend_author", autocomplete="off")
            kinds = ["", *words.KINDS]
            two.selectbox(
                "Kind", kinds, key="mend_kind", format_func=lambda one: shelf.kind(one) if one else LEAVE
            )
            st.checkbox("Take the date away: undated", key="mend_undated")
        with st.container(horizontal=True):
            st.form_submit_button("Look first", type="primary", on_click=_looked, args=(sift,))


def _looked(sift: Sift) -> None:
    """Keep what was asked for, once it can be done."""
    held, picked = st.session_state, st.session_state["mend_whom"]
    if picked == MERGE:
        into = " ".join((held.get("mend_into") or "").split())
        mend = Mend((("outlet", into or None),), merge=tuple(held.get("mend_names") or ()))
    else:
        said = {name: str(held.get(f"mend_{name}") or "").strip() for name in FIELDS}
        fields: dict[str, str | None] = {name: value for name, value in said.items() if value}
        if held.get("mend_undated"):
            fields["published"] = None
        ids = shelving.selected() if picked == SELECTED else ()
        mend = Mend(tuple(fields.items()), ids=ids, sift=sift if picked == LISTED else None)
    try:
        if picked == MERGE and not mend.merge:
            shelving.tell("No name was chosen: choose those that are one outlet.")
            return
        room.opened().mend_preview(mend)
    except DatelineError as error:
        shelving.tell(str(error))
        return
    shelving.tell("")
    held[LOOKED] = mend


def _look(mend: Mend) -> None:
    found = room.opened().mend_preview(mend)
    st.text(f"{found.said}: {words.count(found.articles, 'article')} would change, {found.same:,} would not.")
    if found.warnings:
        st.html("".join(f'<p class="heed">{escape(warning)}</p>' for warning in found.warnings))
    with st.container(horizontal=True):
        if found.articles:
            said = f"Repair {words.count(found.articles, 'article')}"
            if st.button(said, key="mend_make", type="primary"):
                _make(mend, found)
        st.button("Back", key="mend_back", on_click=_back)
    if found.rows:
        st.html(_table(found))


def _make(mend: Mend, found: MendPreview) -> None:
    """Make it, and say how far it is."""
    bar = st.progress(0.0, text="Repairing")

    def far(done: int, of: int) -> None:
        bar.progress(done / of, text=f"Repairing {done:,} of {of:,}")

    try:
        done = room.opened().mend(mend, who="the Library page", progress=far)
    except DatelineError as error:
        shelving.tell(str(error))
    else:
        many = words.count(found.articles, "article")
        shelving.tell(f"Repaired {many}: {done.said}.", mend=done.id)
        st.session_state.pop(LOOKED, None)
    room.changed()
    st.rerun()


def _back() -> None:
    st.session_state.pop(LOOKED, None)


def _table(found: MendPreview) -> str:
    rows = "".join(
        f"<tr><td>{escape(row.title or 'Untitled')}</td><td>{escape(NAMED.get(field, field))}</td>"
        f"<td>{escape(before or shelf.NOT_STATED)}</td><td>{escape(after or shelf.NOT_STATED)}</td></tr>"
        for row in found.rows
        for field, before, after in row.changes
    )
    more = found.articles - len(found.rows)
    rest = f"<p>{more:,} more articles would change in the same way.</p>" if more > 0 else ""
    head = "<tr><th>Headline</th><th>Field</th><th>Now</th><th>After</th></tr>"
    return (
        '<div class="wide" role="region" aria-label="Before and after" tabindex="0">'
        f'<table class="items seen"><thead>{head}</thead><tbody>{rows}</tbody></table></div>{rest}'
    )


def _made(made: Sequence[Mended]) -> None:
    """The repairs that were made, each with its undo."""
    if not made:
        st.text("No repairs yet. Each that is made stands here, and can be undone at any time.")
        return
    with st.expander(f"{words.count(len(made), 'repair')} made"):
        for one in made[:50]:
            with st.container(horizontal=True, vertical_alignment="center", key=f"actions-mend-{one.id}"):
                when = dates.shown(one.at[:10], room.today())
                state = f" · undone {dates.shown(one.undone[:10], room.today())}" if one.undone else ""
                who = f" · {one.who}" if one.who else ""
                draw.line(
                    f"{one.id}. {one.said} · {words.count(one.articles, 'article')} · {when}{who}{state}"
                )
                if not one.undone:
                    st.button(
                        f"Undo repair {one.id}",
                        key=f"mend_undo_{one.id}",
                        on_click=shelving.undo_mend,
                        args=(one.id,),
                    )


def stated(article: Article) -> str:
    """What was set by hand, as rows of the record: what the file states itself."""
    rows = []
    for one in room.opened().set_by_hand(article):
        said = f"set by hand; the file states {one.stated or 'none'}"
        rows.append(f"<dt>{NAMED.get(one.field, one.field).capitalize()}</dt><dd>{escape(said)}</dd>")
    return "".join(rows)
