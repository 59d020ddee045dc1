"""The Evaluate page: question sets, runs of them, a run's numbers, two runs beside each other."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from rag import evaluating, making
from rag.errors import DatelineError, QuestionSetError, UsageError
from rag.evaluating import Listed, SetFile, can_show
from ui import dates, draw, evaluated, feedback, frame, grading, measuring, questions, room, undo, words
from ui.evaluated import heed, html

GLANCE = 1.0  # seconds between looks at how far a run is
PROBLEMS = 50  # faults of a set that are listed
OPENED = "evaluate_opened"  # whether the address named something when the page was last drawn


def page() -> None:
    """Draw what the address asks for: answers to grade, a run, two beside each other, or the list."""
    said = {name: st.query_params.get(name, "") for name in ("run", "base", "head", "set")}
    for name, value in said.items():  # a link from this page to itself leaves the browser's address as it was
        if value:
            st.query_params[name] = value
    if st.query_params:
        st.session_state[OPENED] = True
    elif st.session_state.pop(OPENED, False):
        st.query_params.clear()
    try:
        evaluating.refuse_partial(room.opened())
        grade = tuple(st.query_params.get_all("grade"))
        if grade:
            st.query_params["grade"] = list(grade)
            _head("Grade answers")
            grading.desk_page(grade)
        elif said["set"]:
            _head(said["set"])
            questions.set_page(said["set"])
        elif said["run"]:
            _head(said["run"])
            evaluated.run_page(_named(said["run"]))
        elif said["base"] and said["head"]:
            _head(f"{said['head']} beside {said['base']}")
            evaluated.comparison_page(_named(said["base"]), _named(said["head"]))
        else:
            _all()
    except DatelineError as error:
        frame.fault(error)


def _head(title: str) -> None:
    with st.container(key="shelfhead", horizontal=True, vertical_alignment="center"):
        st.html("<h1>Evaluate</h1>")
        st.page_link("evaluate.py", label="All runs", query_params={})
    with st.container(key="evaluated"):
        st.text(title)


def _named(name: str) -> Listed:
    for one in evaluating.listed(room.opened()):
        if one.run.name == name:
            return one
    raise UsageError(f"run {name!r}", "there is no such run", "“All runs” lists them.")


def _all() -> None:
    with st.container(key="shelfhead"):
        st.html("<h1>Evaluate</h1>")
    newsroom = room.opened()
    undo.notice("evaluate")
    busy = measuring.under_way()
    if busy is not None:
        _progress()
    elif newsroom.catalog.read_only:
        st.text("This home cannot be written: runs can be read, and none made.")
    else:
        with st.container(key="adding"):
            _begin()
    _runs(evaluating.listed(newsroom), busy)
    feedback.listed()


# A new run


def _begin() -> None:
    newsroom, known = room.opened(), evaluating.sets_of(room.opened())
    st.html("<h2>Measure answers on a question set</h2>")
    by_name = {one.name: one for one in known}
    chosen = None
    if known:
        chosen = st.selectbox(
            "Question set", list(by_name), key="eval_set", format_func=lambda name: _called(by_name[name])
        )
        st.page_link("evaluate.py", label="Read and change its questions", query_params={"set": chosen})
    with st.expander("Another set", expanded=not known), st.form("set", border=False, clear_on_submit=True):
        st.file_uploader(
            "CSV or JSON Lines: id, question, answers, article and quote, answerable, tags",
            type=["csv", "jsonl"],
            key="set_dropped",
        )
        st.form_submit_button("Keep the set", on_click=_keep_set)
    _problems()
    with st.expander("Make questions from the library"), st.form("make", border=False):
        st.number_input("How many", 1, 500, 40, key="make_count")
        st.number_input("Seed: another one, other articles", 1, 10_000, 1, key="make_seed")
        st.form_submit_button("Make them", on_click=_make)
    if chosen is None:
        return
    try:
        seen = evaluating.look(newsroom, by_name[chosen].path)
    except (QuestionSetError, UsageError) as error:
        heed(str(error))
        return
    st.text(
        f"{words.count(seen.questions, 'question')}, {seen.answerable:,} answerable, "
        f"on {words.count(seen.topics, 'article or topic', 'articles or topics')}. {can_show(seen.smallest)}"
    )
    if seen.left_out:
        st.text(f"{words.count(seen.left_out, 'made question')} left out: nobody has accepted them.")
    if seen.lost:
        heed(f"{words.count(seen.lost, 'question')}: evidence that the library does not hold.")
    if seen.moved:
        st.text(
            f"{words.count(seen.moved, 'question')}: evidence found elsewhere in its article than it says."
        )
    _form(by_name[chosen].path)


def _form(path: Path) -> None:
    held, model = st.session_state, room.opened().settings.model
    with st.form("run", border=False, enter_to_submit=True):
        st.text_input("Name of the run", key="run_name", placeholder="base", autocomplete="off", max_chars=80)
        if model is not None:
            st.checkbox(f"Without the language model ({words.plain(model)})", key="run_extractive")
        st.checkbox("Never decline, to see what would be said", key="run_always")
        st.number_input(
            "Over the library as it was at sequence (empty: as it stands)", 0, value=None, key="run_at"
        )
        st.form_submit_button(
            "Run", type="primary", on_click=lambda: _start(path, str(held["run_name"]).strip())
        )


def _called(one: SetFile) -> str:
    return f"{one.name} (starter set, for the sample newsroom)" if one.starter else one.name


def _keep_set() -> None:
    held = st.session_state
    dropped = held.get("set_dropped")
    held.pop("set_problems", None)
    if dropped is None:
        undo.tell("evaluate", "No file was chosen: drop one, or browse for it.")
        return
    try:
        found = evaluating.keep_set(room.opened(), dropped.name, dropped.getvalue())
    except DatelineError as error:
        undo.tell("evaluate", str(error))
        return
    if found.problems:
        held["set_problems"] = (dropped.name, [str(one) for one in found.problems])
        undo.tell("evaluate", "")
        return
    held["eval_set"] = dropped.name
    undo.tell("evaluate", f"{dropped.name} is kept: {words.count(len(found.questions), 'question')}.")


def _make() -> None:
    """By rules: the model's way takes minutes, and is the command's."""
    held, newsroom = st.session_state, room.opened()
    seed = int(held["make_seed"])
    try:
        found = making.make(newsroom, count=int(held["make_count"]), seed=seed, extractive=True)
        name = making.keep(newsroom, found, seed).name
    except DatelineError as error:
        undo.tell("evaluate", str(error))
        return
    st.query_params["set"] = name
    undo.tell("evaluate", f"{words.count(len(found.questions), 'question')} made. Accept those worth asking.")


def _problems() -> None:
    told = st.session_state.get("set_problems")
    if told is None:
        return
    name, problems = told
    heed(f"{name} was not kept: {words.count(len(problems), 'fault')}. Mend them, and drop it again.")
    for one in problems[:PROBLEMS]:
        st.text(one)
    if len(problems) > PROBLEMS:
        st.text(f"and {len(problems) - PROBLEMS:,} more")


def _start(path: Path, name: str) -> None:
    held = st.session_state
    flags = []
    if held.get("run_extractive"):
        flags.append("--extractive")
    if held.get("run_always"):
        flags.append("--always-answer")
    how = evaluating.How(extractive="--extractive" in flags, always_answer="--always-answer" in flags)
    try:
        if any(one.run.name == name for one in evaluating.listed(room.opened())):
            raise UsageError(
                f"run {name!r}", "a run has this name", "Choose another, or go on with that one."
            )
        measuring.refuse_busy()
        at = held.get("run_at")
        flags += [f"--at={at}"] if at is not None else []
        evaluating.plan(room.opened() if at is None else room.opened().at(at), path, name, how=how)
        measuring.start(path, name, tuple(flags))
    except DatelineError as error:
        undo.tell("evaluate", str(error))
        return
    undo.tell("evaluate", "")


@st.fragment(run_every=GLANCE)
def _progress() -> None:
    """How far the run under way is; drawn anew on its own, and the page with it at the end."""
    name = measuring.under_way()
    if name is None:
        st.rerun()
    one = _named(str(name))
    total = one.run.questions * one.run.setting.repeat
    with st.container(key="adding"):
        share = min(1.0, one.answers / total) if total else 0.0
        st.progress(share, text=words.plain(f"{name}: asked {one.answers:,} of {total:,}"))
        st.text("It goes on when you leave this page, and can be stopped and gone on with.")
        st.button("Stop", key="run_stop", on_click=_stop, args=(name,))


def _stop(name: str) -> None:
    room.runs()[name].stop()


# The list


def _runs(listed: list[Listed], busy: str | None) -> None:
    html("<h2>Runs</h2>")
    if not listed:
        st.text("None yet.")
        return
    if len(listed) > 1:
        _choose(listed)
    for one in listed:
        name = one.run.name
        with st.container(key=f"asked-run-{name}", horizontal=True, vertical_alignment="center"):
            with st.container(width="stretch", gap=None):
                st.page_link("evaluate.py", label=words.plain(name), query_params={"run": name})
                draw.line(_line(one, busy), small=True)
                fault = measuring.fault(name)
                if fault and one.run.finished is None:
                    heed(fault)
            if busy is None and not one.run.imported and (one.run.finished is None or one.failed):
                st.button("Go on", key=f"on-{name}", type="tertiary", on_click=_go_on, args=(one,))
            if name != busy and not room.opened().catalog.read_only:
                with st.popover("Forget", type="tertiary", width="content"):
                    st.text(f"{name}, with its {words.count(one.answers, 'answer')}. It cannot be undone.")
                    st.button("Forget it", key=f"forget-{name}", on_click=_forget, args=(name,))


def _line(one: Listed, busy: str | None) -> str:
    run, total = one.run, one.run.questions * one.run.setting.repeat
    under_way = "asking now" if run.name == busy else f"stopped at {one.answers:,} of {total:,}"
    parts = [
        dates.shown(run.began, room.today(), time=True) + " UTC",
        f"{run.set_name} {run.set_digest}, {words.count(run.questions, 'question')}",
        run.setting.model or "extractive",
        "finished" if run.finished else under_way,
        *([f"{one.failed:,} failed"] if one.failed else []),
        *(["imported"] if run.imported else []),
    ]
    return " · ".join(parts)


def _choose(listed: list[Listed]) -> None:
    names = [one.run.name for one in listed]
    with st.container(key="sift", horizontal=True, vertical_alignment="bottom"):
        base = st.selectbox("Base", names, index=1, key="compare_base", width=260)
        head = st.selectbox("Head: under test", names, index=0, key="compare_head", width=260)
        if base != head:
            asks = {"base": str(base), "head": str(head)}
            st.page_link("evaluate.py", label="Compare", query_params=asks)


def _go_on(one: Listed) -> None:
    setting = one.run.setting
    by_name = {found.name: found for found in evaluating.sets_of(room.opened())}
    try:
        found = by_name.get(one.run.set_name)
        if found is None:
            way_out = f"Drop {one.run.set_name} under “Another set” first, as it was."
            raise UsageError(f"run {one.run.name!r}", "its question set is not kept here", way_out)
        how = evaluating.How(
            cap=setting.cap,
            fold=setting.fold,
            always_answer=setting.always_answer,
            extractive=setting.model is None,
            ranking=evaluating.ranking(setting.ranking),
        )
        measuring.refuse_busy()
        newsroom, then = room.opened(), setting.sequence
        same = newsroom.sequence == then
        there = newsroom if same else newsroom.at(then)
        evaluating.plan(there, found.path, one.run.name, how=how, repeat=setting.repeat)
        flags = _flags(how, setting.repeat, setting.ranking)
        measuring.start(found.path, one.run.name, flags if same else (*flags, f"--at={then}"))
    except DatelineError as error:
        undo.tell("evaluate", str(error))


def _flags(how: evaluating.How, repeat: int, ranking: str) -> tuple[str, ...]:
    flags = [
        f"--repeat={repeat}",
        f"--ranking={ranking}",
        f"--cap={how.cap or 0}",
        "--fold" if how.fold else "--no-fold",
    ]
    flags += ["--always-answer"] if how.always_answer else []
    return (*flags, *(["--extractive"] if how.extractive else []))


def _forget(name: str) -> None:
    try:
        evaluating.forget(room.opened(), name)
    except DatelineError as error:
        undo.tell("evaluate", str(error))
        return
    room.runs().pop(name, None)
    undo.tell("evaluate", f"{name} is forgotten, with its answers.")


page()
