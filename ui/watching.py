"""Watching a question from below its answer, and the list of what is watched and what changed."""

from __future__ import annotations

from html import escape

import streamlit as st

from rag.errors import DatelineError
from rag.types import Answer, Citation, Scope
from rag.watched import Change, Watched
from ui import address, bar, dates, draw, reader, room, undo, words
from ui.address import Address

SHOW = "watched"  # the parameter of the History page's address that opens the list


def below(answer: Answer, scope: Scope) -> None:
    """Watch the question that is looked at, or no longer."""
    if room.library(hurried=True).read_only:
        return
    question = answer.rewritten or answer.question
    mine = next((one for one in _mine() if (one.question, one.scope) == (question, scope)), None)
    if mine is not None:
        st.button(
            "Watched: stop", key="unwatch", type="tertiary", on_click=_stop, args=((mine.number,), "ask")
        )
        return
    unread = frozenset(st.session_state.get("ask_not_read", frozenset()))
    with st.popover("Watch", type="tertiary", width="content"):
        st.text(
            "The question is asked again as articles come, and told only when its sentences or sources change: on the "
            "History page, and here."
        )
        st.button(
            "Watch this question",
            key="watch",
            type="primary",
            on_click=_watch,
            args=(question, scope, unread, False),
        )
        if answer.mode == "llm":
            st.button(
                f"Watch, answered by {answer.model}: each time costs what it costs",
                key="watch_model",
                on_click=_watch,
                args=(question, scope, unread, True),
            )


def told() -> None:
    """A line that leads to what changed, where something did."""
    news = sum(one.news for one in _mine())
    if news:
        said = f"{words.count(news, 'change')} in the answers to questions you watch"
        with st.container(key="cites-news"):
            st.page_link("history.py", label=said, query_params={"show": SHOW})


def page() -> None:
    """Draw the changes that were not put away, then everything that is watched."""
    mine = _mine()
    if not mine:
        st.text("Nothing is watched. “Watch” below an answer has its question asked again as articles come.")
        return
    changes = room.opened().changes(reader.owner())
    with st.container(horizontal=True, vertical_alignment="center", key="actions-watched"):
        st.button("Ask all again now", key="watch_run", on_click=_run)
        if changes:
            st.button("Put all changes away", key="watch_seen", type="tertiary", on_click=_see, args=(None,))
    by_number = {one.number: one for one in mine}
    for change in changes:
        _change(change, by_number[change.watch])
    st.html(f"<h2>{words.count(len(mine), 'question')} watched</h2>")
    for one in mine:
        _row(one)


def _change(change: Change, one: Watched) -> None:
    moved = f"{words.OUTCOMES[change.before]} before, {words.OUTCOMES[change.after]} now"
    with st.container(key=f"asked-change-{change.number}", gap=None):
        _link(one)
        when = f"{dates.shown(change.at, room.today(), time=True)} UTC"
        draw.line(" · ".join([when, *([moved] if change.before != change.after else [])]), small=True)
        st.html(f'<article class="reading compared"><div class="body">{_lines(change)}</div></article>')
        label, key = f"Put away change {change.number}", f"seen-{change.number}"
        st.button(label, key=key, type="tertiary", on_click=_see, args=((change.number,),))


def _link(one: Watched) -> None:
    asks = address.write(Address(one.question, one.scope, frozenset(one.not_read)))
    st.page_link("ask.py", label=words.plain(one.question), query_params=asks)


def _lines(one: Change) -> str:
    """Each with its sign, so that colour is never the only one."""
    signed = [("−", "del", line) for line in one.went] + [("+", "ins", line) for line in one.came]
    said = [
        f'<p><{tag}><span class="sign">{sign}</span>{escape(line)}</{tag}></p>' for sign, tag, line in signed
    ]
    said += [f"<p>No longer cited: {_source(source)}</p>" for source in one.sources_went]
    said += [f"<p>Cited now: {_source(source)}</p>" for source in one.sources_came]
    return "".join(said)


def _source(cited: Citation) -> str:
    line = words.source(cited.outlet, cited.published, cited.kind, room.today())
    return escape(f"{cited.title or 'Untitled'}, {line}")


def _row(one: Watched) -> None:
    with st.container(key=f"asked-watch-{one.number}", horizontal=True, vertical_alignment="center"):
        with st.container(width="stretch", gap=None):
            _link(one)
            last = f"asked {dates.shown(one.asked, room.today(), time=True)} UTC"
            model = ["with the model"] if one.model else []
            fault = [one.fault] if one.fault else []
            limits = bar.limits(one.scope, room.today())
            draw.line(
                " · ".join([words.OUTCOMES[one.answer.status], last, *model, *limits, *fault]), small=True
            )
        st.button(
            "Stop",
            key=f"unwatch-{one.number}",
            type="tertiary",
            on_click=_stop,
            args=((one.number,), "history"),
        )


def _mine() -> tuple[Watched, ...]:
    return room.opened().watched(reader.owner())


def _watch(question: str, scope: Scope, unread: frozenset[str], model: bool) -> None:
    try:
        room.opened().watch(
            question,
            reader.owner(),
            scope,
            not_read=unread,  # type: ignore[arg-type]  # as the address was read
            model=model,
            groups=reader.groups(),
        )
    except DatelineError as error:
        undo.tell("ask", str(error))


def _stop(numbers: tuple[int, ...], where: str) -> None:
    try:
        room.opened().unwatch(reader.owner(), numbers)
    except DatelineError as error:
        undo.tell(where, str(error))


def _see(numbers: tuple[int, ...] | None) -> None:
    try:
        room.opened().see_changes(reader.owner(), numbers)
    except DatelineError as error:
        undo.tell("history", str(error))


def _run() -> None:
    try:
        with st.spinner("Asking again"):
            done = room.opened().run_watches(reader.owner())
    except DatelineError as error:
        undo.tell("history", str(error))
        return
    said = (
        "The library has not changed since."
        if not done.asked
        else (
            f"{words.count(done.asked, 'question')} asked again, {words.count(len(done.changes), 'answer')} changed."
        )
    )
    undo.tell("history", " ".join([said, *done.faults]))
