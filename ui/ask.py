"""The Ask page: the question above, the answer left, the source right."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import streamlit as st

from rag import answer_sheet
from rag.errors import DatelineError, NotKept
from rag.kept import Asked
from rag.state import Status
from rag.types import Answer, Events
from ui import (
    clipping,
    conversation,
    draw,
    feedback,
    frame,
    listing,
    reader,
    room,
    scope,
    view,
    watching,
    welcome,
)
from ui.address import Address
from ui.asking import Asking
from ui.contract import Pane

# Seconds the first drawing waits for the whole answer: most come sooner, and then nothing jumps.
PATIENCE = 0.3
# Seconds between looks at whether the reader wants something else.
GLANCE = 0.2
# Seconds that a drawing waits to hear that its answer is kept, before it and after it.
RECORDING_SOON, RECORDING = 0.05, 2.0

UNRECORDED = (
    "Your history holds what you ask, for you alone; you share an answer yourself. A recorded question that finds no "
    "answer is also listed among the gaps, without your name. While this is on, neither question nor answer is kept, "
    "and the address does not say it."
)


def page() -> None:
    """Draw the page; while an answer is on its way, draw it again with what has come."""
    library = room.library(hurried=True)
    if not library.articles:
        frame.empty()
        return
    scope.due("ask", _follow, _forget)  # before the box: what is opened fills it
    frame.question("ask", "Question", "Ask what the articles say", "Ask", _next)
    counts = scope.control("ask", room.today(), _again)
    asking: Asking | None = st.session_state.get("asking")
    _recording(library, asking)
    if asking is None and st.session_state.get("lost"):
        draw.pane(view.not_found("lost", scope.here("ask").question), heard={view.AGAIN: _afresh})
        return
    if asking is None:
        welcome.draw(library, _example)
        frame.listen()
        return
    asking.settle(PATIENCE if st.session_state.pop("fresh", False) else 0)
    asking.recorded(RECORDING_SOON)
    over, seen = not asking.running, asking.seen()
    pane = _pane(asking, library.model)
    pane["label"] = frame.SAMPLE_LABEL if library.sample else None
    scope.dress(pane, "ask", counts)
    draw.pane(
        pane,
        heard={
            view.WHOLE: _whole,
            view.UNDATED: _undated,
            view.STOP: _stop,
            view.READING: _reading,
            view.REREAD: _reread,
            view.RETRY: _retry,
            view.PLAIN: _plain,
            view.OTHER: _other,
            view.REWRITTEN: _rewritten,
            view.AS_WRITTEN: _as_written,
            view.AGAIN: _afresh,
            view.SHARE: lambda _value: _share(True),
            view.UNSHARE: lambda _value: _share(False),
            **clipping.heard(),
        },
    )
    if not over:
        _redraw_with_news(asking, seen)
        return
    _away(library.sample)
    _below()
    if asking.recorded(RECORDING):
        st.rerun()


def _redraw_with_news(asking: Asking, seen: int) -> None:
    pulse = st.empty()
    while asking.running and asking.seen() == seen:
        asking.wait(seen, GLANCE)
        pulse.empty()  # here Streamlit lets what the reader pressed meanwhile break in
    st.rerun()


def _recording(library: Status, asking: Asking | None) -> None:
    """The switch that leaves questions out of the history; and what the next question comes after."""
    with st.container(key="recording", horizontal=True, vertical_alignment="center"):
        if library.read_only:
            st.text("Nothing is recorded: this home cannot be written.")
        else:
            st.toggle("Do not record", key="unrecorded", help=UNRECORDED)
        if asking is not None:
            conversation.line(asking, _anew)


def _next(question: str) -> None:
    """Ask what the box holds, after what was asked before it."""
    _ask(question, before=conversation.following(st.session_state.get("asking")))


def _ask(
    question: str,
    *,
    before: tuple[Answer, ...] = (),
    as_written: bool = False,
    extractive: bool = False,
    others: tuple[Asking, ...] = (),
) -> None:
    """Ask after the answers `before`; `as_written`: nothing is taken from them. `others` asked the same before and stay
    at hand."""
    newsroom, me, answer_id = room.opened(), reader.owner(), uuid.uuid4().hex
    record = not (st.session_state.get("unrecorded") or room.library(hurried=True).read_only)
    # what goes unrecorded is not left in the address either
    within, how = scope.asking("ask", question if record else "", answer_id if record else "")
    how = replace(how, extractive=extractive)
    session = st.session_state.setdefault("session", uuid.uuid4().hex)

    def events(stop: threading.Event) -> Iterator[Events]:
        after = () if as_written else before
        for event in newsroom.ask_stream(question, within, after, how=how, stop=stop, session=session):
            yield replace(event, id=answer_id) if isinstance(event, Answer) else event

    def keep(answer: Answer) -> Asked:
        return newsroom.keep(answer, me, scope=within, not_read=how.not_read).asked

    asking = Asking(
        question,
        events,
        room.workers(),
        keep=keep if record else None,
        owner=me,
        before=before,
        as_written=as_written,
    )
    if record:
        room.under_way()[answer_id] = asking
    _show(asking, others)


def _show(asking: Asking, others: tuple[Asking, ...] = ()) -> None:
    asking.attend(reader.present())
    st.session_state.update(
        asking=asking,
        others=others,
        shown=0,
        asked=st.session_state.get("asked", 0) + 1,
        whole=frozenset(),
        fresh=True,
        lost=False,
    )


def _follow(question: str) -> None:
    """Show the kept answer that the address names, and ask nothing; ask where it names none."""
    answer_id, me = scope.answer("ask"), reader.owner()
    if not answer_id:
        _ask(question)
        return
    under_way = room.under_way().get(answer_id)
    if under_way is not None and under_way.owner == me and not under_way.over:
        _show(under_way)
        return
    try:
        kept = room.opened().kept(answer_id, me)
    except NotKept:
        if answer_id not in st.query_params.get_all("answer"):  # given here before, and forgotten since
            _ask(question)
            return
        _forget()
        st.session_state.lost = True
        return
    except DatelineError as error:
        _show(Asking(question, partial(_fails, error), room.workers(), owner=me))
        return
    asked = kept.asked
    scope.opened("ask", Address(asked.question, asked.scope, frozenset(asked.not_read), answer=asked.id))
    _show(Asking(asked.question, lambda _stop: iter((kept.answer,)), room.workers(), asked=asked, owner=me))


def _fails(error: DatelineError, _stop: threading.Event) -> Iterator[Events]:
    raise error


def _pane(asking: Asking, model: str | None) -> Pane:
    key, today = f"ask-{st.session_state.asked}", room.today()
    try:
        answer = asking.answer
    except DatelineError as error:
        return view.failed(key, str(error))
    if answer is None and asking.stopped:
        return view.stopped(key, asking.sentences)
    if answer is None:
        return view.working(key, asking.stage, asking.sentences)
    shown = _shown()
    answer, key = shown.answer or answer, f"{key}-{st.session_state.shown}" if shown is not asking else key
    read, whole = room.opened().article, st.session_state.whole
    if answer.coverage is not None:
        pane = listing.of_coverage(answer, read, today, key=key, whole=whole)
    else:
        others, later = len(st.session_state.others), conversation.later(answer)
        pane = view.of_answer(
            answer, read, today, key=key, whole=whole, model=model, others=others, later=later
        )
    recorded = shown.recording and not shown.trouble
    record = view.record(shown.asked, opened=shown.opened, recorded=recorded, today=today)
    pane["actions"] = [*pane["actions"], *record]
    clipping.dress(pane, clipping.of_answer(answer, recorded=shown.recording))
    pane["notes"] = [*pane["notes"], *filter(None, [shown.trouble])]
    return pane


def _away(sample: bool) -> None:
    """The answer that is looked at, as files."""
    showing = _shown()
    try:
        answer = showing.answer
    except DatelineError:
        return
    if answer is None or answer.status == "failed":
        return
    newsroom, at = room.opened(), showing.asked.at if showing.asked else None

    def made(form: answer_sheet.Form) -> bytes:
        return answer_sheet.as_bytes(form, answer, newsroom.since(answer.citations), at=at, sample=sample)

    with st.container(key="beyond", horizontal=True, vertical_alignment="center", gap="medium"):
        st.text("Save this answer as")
        for form, name in answer_sheet.NAMES.items():
            st.download_button(
                name,
                partial(made, form),
                file_name=f"dateline-answer.{form}",
                mime=answer_sheet.MIMES[form],
                on_click="ignore",
                type="tertiary",
                icon=":material/download:",
                key=f"answer_{form}",
            )


def _below() -> None:
    """What a reader has to say of the answer that is looked at."""
    showing = _shown()
    try:
        answer = showing.answer
    except DatelineError:
        return
    if answer is not None and answer.status != "failed":
        within = showing.asked.scope if showing.asked else scope.here("ask").scope
        feedback.below(answer, within)
        with st.container(key="watching", horizontal=True):
            watching.below(answer, within)


def _shown() -> Asking:
    """The answer that is looked at, where the same question has several."""
    held = st.session_state
    answers: tuple[Asking, ...] = (held.asking, *held.others)
    at: int = held.shown % len(answers)
    return answers[at]


def _whole(source: str) -> None:
    st.session_state.whole |= {source}


def _again() -> None:
    asking: Asking | None = st.session_state.get("asking")
    if asking is not None:
        _ask_as(asking)


def _ask_as(asking: Asking, *, extractive: bool = False, others: tuple[Asking, ...] = ()) -> None:
    """Ask the same again, after the same; a kept answer's question as it was understood then."""
    kept = asking.given.rewritten if asking.opened and asking.given else None
    _ask(
        kept or asking.question,
        before=asking.before,
        as_written=asking.as_written or kept is not None,
        extractive=extractive,
        others=others,
    )


def _afresh(_value: str) -> None:
    """Ask what is shown as kept, or what was not found, anew."""
    asking: Asking | None = st.session_state.get("asking")
    if asking is None:
        _ask(scope.here("ask").question)
    else:
        _ask_as(asking)


def _rewritten(question: str) -> None:
    """Ask what the reader made of the rewritten question."""
    if question.strip():
        st.session_state.ask_text = question.strip()
        scope.anew("ask")
        _ask(question.strip(), before=st.session_state.asking.before, as_written=True)


def _as_written(_value: str) -> None:
    """Ask a rewritten question as it was before."""
    asking: Asking = st.session_state.asking
    _ask(asking.question, before=asking.before, as_written=True)


def _anew() -> None:
    """End the conversation: the next question comes after none."""
    _forget()
    scope.cleared("ask")


def _share(shared: bool) -> None:
    showing = _shown()
    if showing.asked is None:
        return
    try:
        room.opened().share(showing.asked.id, reader.owner(), shared)
    except DatelineError as error:
        showing.trouble = str(error)
        return
    showing.asked = replace(showing.asked, shared=shared)


def _forget() -> None:
    for name in ("asking", "lost"):
        st.session_state.pop(name, None)


def _undated(_value: str) -> None:
    scope.include_undated()
    _again()


def _reading(query: str) -> None:
    answer = st.session_state.asking.answer
    scope.change_reading("ask", query, answer.chips if answer else ())
    _again()


def _reread(_value: str) -> None:
    scope.anew("ask")
    _again()


def _retry(_value: str) -> None:
    _ask_otherwise(extractive=False)


def _plain(_value: str) -> None:
    _ask_otherwise(extractive=True)


def _ask_otherwise(*, extractive: bool) -> None:
    """Ask the same again, with or without the model; the answers that are there are kept."""
    asking: Asking = st.session_state.asking
    others = (asking, *st.session_state.others) if asking.answer else st.session_state.others
    _ask_as(asking, extractive=extractive, others=others)


def _other(_value: str) -> None:
    st.session_state.shown += 1


def _stop(_value: str) -> None:
    st.session_state.asking.stop()


def _example(question: str) -> None:
    st.session_state.ask_text = question
    _ask(question)


page()
