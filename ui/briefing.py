"""The Briefing page: choose what it is about, look at the stories found, leave some out, write it, take it away."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import streamlit as st

from rag import brief_sheet
from rag.briefed import Briefing
from rag.briefs import Candidate, Planned, Progress, templates
from rag.errors import DatelineError
from ui import beats, briefed, clipping, dates, draw, frame, reader, room, scope, undo, view, words
from ui.writing import Start, Writing

LAST = "Say what changed since the last one"
RUN = "brief_run"  # where a session keeps the briefing that is being written
GLANCE, SOON = 0.5, 1.5  # seconds between looks at how far it is, and from which they are taken
NO_MODEL = "Without the model"
DOING = {"asking": "written by the model", "writing": "put together"}


def page() -> None:
    """Draw the page."""
    library = room.library(hurried=True)
    if not library.articles:
        frame.empty()
        return
    held = st.session_state
    with st.form("brief", border=False):
        st.text_input(
            "Topic",
            key="brief_topic",
            autocomplete="off",
            placeholder="A topic or a question; empty: everything in scope",
        )
        beats.watching()
        with st.container(horizontal=True, vertical_alignment="bottom", key="brief_form"):
            st.selectbox("Template", templates.names(), key="brief_template", format_func=_name)
            held.setdefault("brief_words", 600)
            st.number_input("Words", templates.LEAST, templates.MOST, step=100, key="brief_words")
            found = st.form_submit_button("Find the stories", type="primary")
    scope.control("briefing", room.today(), _again)
    undo.notice("briefing")
    if found:
        _find()
    if isinstance(run := held.get(RUN), Writing) and not run.running:
        _ended(run)
    if RUN in held:
        _progress()
        frame.listen()
        return
    if "brief_plan" in held:
        _stories()
    if isinstance(held.get("brief_made"), Briefing):
        _made(held.brief_made)
    else:
        beats.listed(_brief_on)
        _kept()
        frame.listen()


def _name(template: str) -> str:
    return template.replace("-", " ").capitalize()


def _again() -> None:
    if "brief_plan" in st.session_state:
        _find()


def _find() -> None:
    held = st.session_state
    held.pop("brief_made", None)
    try:
        held.brief_plan = room.opened().brief_plan(
            str(held.brief_topic) or None,
            scope.chosen(),
            template=str(held.brief_template),
            words=int(held.brief_words),
        )
    except DatelineError as error:
        held.pop("brief_plan", None)
        undo.tell("briefing", str(error))


def _stories() -> None:
    """The stories found, ticked; the first of them are written out."""
    held, plan = st.session_state, st.session_state.brief_plan
    assert isinstance(plan, Planned)
    if not plan.stories:
        st.text("No article in this scope tells of it. Widen the dates, or name the topic otherwise.")
        return
    found = words.count(len(plan.stories), "story", "stories") + " found"
    with st.expander(found, expanded="brief_made" not in held):
        st.text("Untick what is to be left out; pin what is to be told first.")
        for at, one in enumerate(plan.stories[:40]):
            with st.container(horizontal=True, vertical_alignment="center", key=f"story-{at}"):
                st.checkbox(_said(one), value=True, key=f"tell-{one.id}", width="stretch")
                st.checkbox("First", key=f"pin-{one.id}", width="content")
        _options(plan)


def _options(plan: Planned) -> None:
    since = st.checkbox(LAST, key="brief_since") if room.opened().briefings(1) else False
    alone = False
    if plan.estimate is not None:
        st.text(brief_sheet.estimated(plan.estimate))
        alone = st.checkbox(NO_MODEL, key="brief_alone")
    with st.container(horizontal=True, vertical_alignment="bottom", key="brief_go"):
        if st.button("Write the briefing", type="primary"):
            _write(plan, "last" if since else None, alone)
        beats.keeper(plan)


def _said(one: Candidate) -> str:
    copies = f", {words.count(one.folded, 'copy', 'copies')}" if one.folded else ""
    today = room.today()
    days = [dates.shown(day, today) for day in (one.first, one.last) if day]
    span = " to ".join(dict.fromkeys(days)) or "undated"
    said = f"{one.headline} · {words.count(one.texts, 'text')}{copies} · {span}"
    return words.plain(said)


def _write(plan: Planned, since: str | None, alone: bool) -> None:
    held = st.session_state
    without = [one.id for one in plan.stories if not held.get(f"tell-{one.id}", True)]
    first = [one.id for one in plan.stories if held.get(f"pin-{one.id}") and one.id not in without]
    template, many, watched, me = (
        str(held.brief_template),
        int(held.brief_words),
        beats.names(),
        reader.owner(),
    )
    newsroom = room.opened()
    _begin(
        lambda stop: newsroom.brief_stream(
            plan.topic, plan.scope, template=template, words=many, since=since, without=without, first=first,
            watched=watched, extractive=alone, stop=stop, session=me,
        )
    )  # fmt: skip
    st.rerun()


def _brief_on(beat: str) -> None:
    """What is new on a beat."""
    newsroom, me = room.opened(), reader.owner()
    _begin(lambda stop: newsroom.brief_stream(beat=beat, stop=stop, session=me))
    st.rerun()


@st.cache_resource(show_spinner=False)
def _workers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(4, thread_name_prefix="briefing")


def _begin(start: Start) -> None:
    """Write behind the page; what is soon over is not shown on its way."""
    newsroom, me, held = room.opened(), reader.owner(), st.session_state

    def keep(made: Briefing) -> None:
        if made.stories and not newsroom.catalog.read_only:
            newsroom.keep_briefing(made, me)

    held.brief_start, held[RUN] = start, Writing(start, keep, _workers())
    held.pop("brief_made", None)
    held[RUN].wait(SOON)


def _ended(run: Writing) -> None:
    """Put what was written where the page shows it."""
    held = st.session_state
    del held[RUN]
    if run.error is not None:
        undo.tell("briefing", str(run.error))
    elif run.result is not None:
        held.update(brief_made=run.result, brief_stopped=run.stopped, brief_whole=frozenset())
        held.brief_count = held.get("brief_count", 0) + 1


@st.fragment(run_every=GLANCE)
def _progress() -> None:
    """How far it is, looked at again and again while the rest of the page can be used."""
    run: Writing | None = st.session_state.get(RUN)
    if run is None or not run.running:
        st.rerun()
        return
    one, left = run.progress, run.left
    said = _doing(one) if one is not None and one.total else f"{run.stage[:1].upper()}{run.stage[1:]}"
    after = f" · about {words.seconds(max(1.0, left))} left" if left is not None else ""
    st.progress(min(1.0, one.done / one.total) if one is not None and one.total else 0.0, f"{said}{after}")
    if run.stopped:
        st.text("Stopping: what is under way is finished first.")
    st.button("Stop", key="brief_stop", on_click=run.stop, disabled=run.stopped)


def _go_on() -> None:
    """Write it whole: replies that a model has given are kept, and not asked for again."""
    _begin(st.session_state.brief_start)


def _doing(one: Progress) -> str:
    return (
        f"{one.done} of {words.count(one.total or 0, 'story', 'stories')} {DOING.get(one.stage, one.stage)}"
    )


def _made(made: Briefing) -> None:
    held, newsroom = st.session_state, room.opened()
    with st.container(key="beyond", horizontal=True, gap="medium", vertical_alignment="center"):
        for form, name in brief_sheet.FORMS.items():
            _file(made, form, name)
        if held.get("brief_stopped"):
            st.button("Write the rest", key="brief_rest", type="primary", on_click=_go_on)
        st.button("Edit a sentence", key="brief_edit", type="tertiary", on_click=_turn)
        st.button("Close", key="brief_close", type="tertiary", on_click=_close)
    if held.get("brief_stopped"):
        st.text("Stopped: this part is not kept. What a model wrote of the rest is not asked for twice.")
    if held.get("brief_editing"):
        _edit(made)
    pane = briefed.of_briefing(
        made, newsroom.article, room.today(), key=f"brief-{held.get('brief_count', 0)}-{len(made.edited)}",
        whole=held.get("brief_whole", frozenset()),
    )  # fmt: skip
    pane["label"] = frame.SAMPLE_LABEL if room.library(hurried=True).sample else None
    clipping.dress(pane, clipping.of_citations(made.citations))
    draw.pane(pane, heard={view.WHOLE: _whole, **clipping.heard()}, key="brief_pane")


def _file(made: Briefing, form: brief_sheet.Form, name: str) -> None:
    file = f"{made.template.name.lower().replace(' ', '-')}-{made.at[:10]}.{form}"
    said = lambda: brief_sheet.as_bytes(form, made)  # noqa: E731
    mime = brief_sheet.MIMES[form]
    st.download_button(name, said, file, mime, key=f"brief-{form}", type="tertiary", on_click="ignore")


def _edit(made: Briefing) -> None:
    """One sentence at a time: it is checked again against what it cites, and marked as edited."""
    there = briefed.sentences(made)
    with st.form("brief_editor"):
        chosen = st.selectbox("Sentence", list(there), key="brief_sentence")
        st.text_area("Its new words", key="brief_new", placeholder=there.get(str(chosen), ""))
        st.form_submit_button("Keep and check it", on_click=_keep, args=(made.id,))


def _keep(briefing_id: str) -> None:
    held, newsroom = st.session_state, room.opened()
    made: Briefing = held.brief_made
    old = briefed.sentences(made).get(str(held.brief_sentence))
    if old is None:
        return
    try:
        held.brief_made = newsroom.edit_briefing(made, old, str(held.brief_new), reader.owner())
    except DatelineError as error:
        undo.tell("briefing", str(error))
        return
    held.brief_new = ""

    def back() -> None:
        newsroom.keep_briefing(made, reader.owner())
        held.brief_made = made

    undo.tell("briefing", "The sentence is changed and was checked again.", back)


def _turn() -> None:
    st.session_state.brief_editing = not st.session_state.get("brief_editing")


def _close() -> None:
    for name in ("brief_made", "brief_plan", "brief_editing", "brief_stopped"):
        st.session_state.pop(name, None)


def _whole(source: str) -> None:
    st.session_state.brief_whole = st.session_state.get("brief_whole", frozenset()) | {source}


def _kept() -> None:
    """Earlier briefings, to be opened again."""
    some: Sequence[Briefing] = room.opened().briefings(20)
    if not some:
        st.text(
            "No briefing is kept yet. What is written here is kept, so that the next can say what changed."
        )
        return
    st.html("<h2>Earlier briefings</h2>")
    for one in some:
        with st.container(horizontal=True, vertical_alignment="center", key=f"kept-{one.id[:8]}"):
            told = words.count(sum(story.told for story in one.stories), "story", "stories")
            said = f"{brief_sheet.title(one)} · {dates.shown(one.at, room.today(), time=True)} UTC · {told}"
            with st.container(width="stretch"):
                draw.line(said)
            st.button("Open", key=f"open-{one.id[:8]}", type="tertiary", on_click=_open, args=(one,))
            st.button("Forget", key=f"gone-{one.id[:8]}", type="tertiary", on_click=_forget, args=(one,))


def _open(one: Briefing) -> None:
    count = st.session_state.get("brief_count", 0) + 1
    st.session_state.update(brief_made=one, brief_stopped=False, brief_count=count)


def _forget(one: Briefing) -> None:
    newsroom, me = room.opened(), reader.owner()
    try:
        newsroom.forget_briefing(one.id)
    except DatelineError as error:
        undo.tell("briefing", str(error))
        return
    undo.tell("briefing", "1 briefing forgotten.", lambda: newsroom.keep_briefing(one, me))


page()
