"""The Clips page: sentences and passages put aside across questions, each beside its source, with notes."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import streamlit as st

from rag import clip_sheet
from rag.errors import DatelineError
from rag.jsonable import as_json
from rag.kept import Clip
from ui import clipping, draw, frame, reader, room, undo, view, words
from ui.contract import Pane, Statement, Tool, empty
from ui.sources import Read, Shelf, Wanted

UP, DOWN, REMOVE, NOTE = "up", "down", "remove", "note"


def page() -> None:
    """Draw the page."""
    with st.container(key="shelfhead", horizontal=True, vertical_alignment="center"):
        st.html("<h1>Clips</h1>")
    try:
        undo.notice("clips")
        clips = room.opened().clips(reader.owner())
        if not clips:
            st.text("Nothing yet. “Clip” beside a sentence or a passage puts it here, with its source.")
            frame.listen()
            return
        _away(clips)
        whole: frozenset[str] = st.session_state.get("clips_whole", frozenset())
        pane = of_clips(clips, room.opened().article, room.today(), whole=whole)
    except DatelineError as error:
        frame.fault(error)
        return
    pane["label"] = frame.SAMPLE_LABEL if room.library(hurried=True).sample else None
    clipping.show(pane, room.opened().clipped(reader.owner()))
    heard = {view.WHOLE: _whole, NOTE: _note, REMOVE: _remove, **clipping.heard()}
    heard |= {UP: lambda clip_id: _move(clip_id, -1), DOWN: lambda clip_id: _move(clip_id, 1)}
    draw.pane(pane, heard=heard, key="clips_pane")


def of_clips(clips: tuple[Clip, ...], read: Read, today: date, *, whole: frozenset[str]) -> Pane:
    """The clips in their order, their sources numbered through."""
    pane = empty("clips", "clips")
    pane["summary"] = [words.count(len(clips), "clip")]
    wanted = list[Wanted]()
    for one in clips:
        numbers = []
        for cited in one.citations:
            numbers.append(len(wanted) + 1)
            numbered = replace(cited, number=numbers[-1])
            wanted.append(replace(view.from_citation(numbered), used_by=(one.id,)))
        pane["statements"].append(_statement(one, numbers, len(clips)))
    pane["citations"], pane["sources"] = Shelf(read, today, whole).cite(wanted)
    pane["open"] = 1
    return pane


def _statement(one: Clip, numbers: list[int], of: int) -> Statement:
    marks = [one.mark] if one.mark else []
    said: Statement = {"id": one.id, "kind": "sentence", "text": one.said, "cites": numbers, "marks": marks}
    if one.question:
        said["byline"] = f"For: {one.question}"
    name, tools = f"clip {one.place + 1}", list[Tool]()
    if one.place:
        tools.append({"label": "Up", "name": f"Move {name} up", "event": UP, "value": one.id})
    if one.place + 1 < of:
        tools.append({"label": "Down", "name": f"Move {name} down", "event": DOWN, "value": one.id})
    tools.append({"label": "Take out", "name": f"Take {name} out", "event": REMOVE, "value": one.id})
    said["tools"], said["note"] = tools, one.note
    return said


def _away(clips: tuple[Clip, ...]) -> None:
    """The clips as files."""
    sheets = {
        "Markdown": (clip_sheet.as_markdown, "md", "text/markdown"),
        "HTML": (clip_sheet.as_html, "html", "text/html"),
        "CSV": (lambda some: "\ufeff" + clip_sheet.as_csv(some), "csv", "text/csv"),
        "JSON": (_json, "json", "application/json"),
    }
    with st.container(key="beyond", horizontal=True, vertical_alignment="center", gap="medium"):
        for name, (make, ending, mime) in sheets.items():
            st.download_button(
                name,
                make(clips).encode(),
                file_name=f"dateline-clips.{ending}",
                mime=mime,
                on_click="ignore",
                type="tertiary",
                icon=":material/download:",
                key=f"clips_{ending}",
            )


def _json(clips: tuple[Clip, ...]) -> str:
    return json.dumps({"schema": 1, "clips": as_json(clips)}, ensure_ascii=False, indent=1)


def _whole(source: str) -> None:
    st.session_state.clips_whole = st.session_state.get("clips_whole", frozenset()) | {source}


def _note(said: str) -> None:
    wanted = json.loads(said)
    try:
        room.opened().note(reader.owner(), str(wanted["id"]), str(wanted["text"]))
    except DatelineError as error:
        undo.tell("clips", str(error))


def _move(clip_id: str, by: int) -> None:
    try:
        room.opened().move_clip(reader.owner(), clip_id, by)
    except DatelineError as error:
        undo.tell("clips", str(error))


def _remove(clip_id: str) -> None:
    newsroom, me = room.opened(), reader.owner()
    try:
        gone = newsroom.unclip(me, [clip_id])
    except DatelineError as error:
        undo.tell("clips", str(error))
        return
    if gone:
        undo.tell("clips", "1 clip taken out.", lambda: newsroom.reclip(me, gone))


page()
