"""The scope a reader sets and the readings they do not want: kept with the session, said by the address, drawn as
a bar.

The session holds the scope of these pages, and for each page (`name`: "ask", "search"; "quotes", with a speaker;
"check" has a text instead) the question asked there. The address follows what the reader does; where it says something
else (a link, back, forward, reload), the session follows it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from urllib.parse import parse_qs

import streamlit as st

from rag.newsroom import How
from rag.state import Counts
from rag.types import Chip, Scope
from ui import address, bar, draw, readings, room, view
from ui.address import Address
from ui.contract import Pane

PAGES = ("ask", "search", "quotes", "check", "briefing")
# Seconds between looks at whether the library has changed underneath.
LOOK = 3


def chosen() -> Scope:
    """What the reader has set; everything where nothing is set."""
    scope: Scope = st.session_state.get("scope", Scope())
    return scope


def here(name: str) -> Address:
    """What the address of a page should say. It names the answer as long as question and scope are those it was
    given to."""
    held = st.session_state
    unread = held.get(f"{name}_not_read", frozenset())
    said = Address(held.get(f"{name}_question", ""), chosen(), unread, by=held.get(f"{name}_by", ""))
    asked: Address | None = held.get(f"{name}_asked")
    return asked if asked is not None and replace(asked, answer="") == said else said


def link(name: str) -> dict[str, list[str]]:
    """The parameters of a link to a page."""
    return address.write(here(name)) if name in PAGES else {}


# Asking


def asking(name: str, question: str, answer: str = "") -> tuple[Scope, How]:
    """In which scope, and how, a question is asked now; it is what the address says from here on, with the id under
    which its `answer` is kept."""
    held = st.session_state
    held[f"{name}_question"] = question
    asked = replace(here(name), answer=answer)
    held[f"{name}_asked"] = asked
    if answer:
        held[f"{name}_answers"] = held.get(f"{name}_answers", {}) | {_key(asked): answer}
    return chosen(), How(not_read=asked.not_read)


def opened(name: str, kept: Address) -> None:
    """A kept answer is shown: what is set becomes what it was asked with. The address that led to it stays."""
    held = st.session_state
    held.update({"scope": kept.scope, f"{name}_question": kept.question, f"{name}_text": kept.question})
    held.update({f"{name}_not_read": kept.not_read, f"{name}_asked": kept})
    held.address_said = address.write(kept)


def answer(name: str) -> str:
    """The kept answer that the address names, or that the same address was given in this session before (an address
    gone back to asks nothing again)."""
    at: Address = st.session_state.get(f"{name}_at", Address())
    return at.answer or str(st.session_state.get(f"{name}_answers", {}).get(_key(at), ""))


def _key(at: Address) -> str:
    return json.dumps(address.write(replace(at, answer="")), sort_keys=True)


def anew(name: str) -> None:
    """Another question: everything in it is read."""
    st.session_state.update({f"{name}_not_read": frozenset(), "problems": (), "acted": True})


def cleared(name: str) -> None:
    """Nothing is asked any more: the address keeps the scope alone."""
    held = st.session_state
    held.update({f"{name}_question": "", f"{name}_text": "", f"{name}_not_read": frozenset(), "acted": True})
    held.pop(f"{name}_asked", None)


def follow(name: str) -> None:
    """Take over what the address says, where it is not what this page put there. Called before anything is drawn."""
    held = st.session_state
    acted, moved = held.pop("acted", False), held.get("page") != name
    held.page = name
    now = {one: st.query_params.get_all(one) for one in st.query_params}
    if name not in PAGES or (acted and not moved):
        return
    if now == held.get("address") if not moved else not now and "address" in held:
        return
    read = address.read(now)
    if name != "ask":
        read = replace(read, answer="")
    held.update({"scope": read.scope, "problems": read.problems, "address": now})
    held[f"{name}_not_read"], held[f"{name}_question"] = read.not_read, read.question
    held[f"{name}_by"] = read.by
    asked: Address | None = held.get(f"{name}_asked")
    if replace(read, problems=()) != asked and (read.question or read.by or read.answer or asked is not None):
        held[f"{name}_text"], held[f"{name}_due"] = read.question, True
        if read.by or f"{name}_by_text" in held:
            held[f"{name}_by_text"] = read.by
        held[f"{name}_at"], held[f"{name}_asked"] = read, None
    held.address_said = address.write(here(name))


def due(name: str, ask: Callable[[str], None], forget: Callable[[], None]) -> None:
    """Ask what the address asks; forget the question that it asks no more."""
    if not st.session_state.pop(f"{name}_due", False):
        return
    question = here(name).question
    if question or here(name).by or answer(name):
        ask(question)
    else:
        st.session_state.pop(f"{name}_asked", None)
        forget()


# The bar


def control(name: str, today: date, on_change: Callable[[], None]) -> Counts:
    """Draw the bar, and put what it says into the address. `on_change` is called after each change."""
    counts = room.opened().counts(chosen())
    _tell(name)

    def changed(query: str) -> None:
        if _take(parse_qs(query)):
            on_change()

    with st.container(key="scope"):
        data = bar.bar(here(name), counts, today, st.session_state.get("problems", ()))
        draw.bar(data, heard={"scope": changed})
    _look(counts.sequence, time.monotonic())
    return counts


def include_undated() -> None:
    """Keep undated articles in the dated scope."""
    _take(address.write(Address(scope=replace(chosen(), undated=True))))


def _take(said: Mapping[str, Sequence[str]]) -> bool:
    """Make it the scope; says whether that changed anything."""
    before, read = chosen(), address.read(said)
    st.session_state.update({"scope": read.scope, "problems": read.problems, "acted": True})
    return read.scope != before


def _tell(name: str) -> None:
    """Let the address say what is set and asked, unless it says so already."""
    held, said = st.session_state, address.write(here(name))
    if said != held.get("address_said", {}):
        st.query_params.from_dict(said)
        held.address = held.address_said = said


@st.fragment(run_every=LOOK)
def _look(sequence: int, drawn: float) -> None:
    if time.monotonic() - drawn >= LOOK / 2 and room.opened().sequence != sequence:
        room.changed()
        st.session_state.acted = True  # this drawing is no reader's: the address is left as it is
        st.rerun()


# What was read from the question


def dress(pane: Pane, name: str, counts: Counts) -> None:
    """Give the readings in a pane what they could be instead, and say which are not wanted."""
    for reading in pane["read"]:
        if reading["name"] in ("outlet", "agency"):
            reading["offers"] = readings.offers(counts)
    left = readings.left_out(here(name).not_read)
    if left:
        pane["actions"] = [*pane["actions"], {"label": "Read it again", "said": left, "event": view.REREAD}]


def change_reading(name: str, query: str, chips: Sequence[Chip]) -> None:
    """Move a reading, or take it out. One that was moved stands in the scope from then on, and so do the question's
    other days: what is set is never read over."""
    read = address.read(said := parse_qs(query))
    if read.not_read:
        held = f"{name}_not_read"
        st.session_state.update({held: here(name).not_read | read.not_read, "acted": True})
        return
    put = address.write(Address(scope=chosen()))
    if "from" in said or "to" in said:
        put |= {chip.field: [chip.value] for chip in chips if chip.field in ("from", "to")}
        put["undated"] = ["1"]
    _take(put | said)
