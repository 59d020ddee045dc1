"""The Briefing page: the stories found, what is left out, the briefing beside its articles, edits, what is kept."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from rag import newsroom
from rag.briefs import Progress
from rag.newsroom import Newsroom
from tests.fakes.embedder import FakeEmbedder
from tests.test_newsroom import write
from tests.ui.conftest import MAIN, _forget


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    folder = tmp_path / "articles"
    folder.mkdir()
    bridge = "The St. Orrin Bridge was closed after engineers found 14 cracks."
    ferry = "The ferry Otter sank off Brunnhaven. All 41 passengers were saved."
    write(folder, "bridge", bridge, title="Bridge shut", outlet="The Post", published="2026-10-14")
    write(folder, "ferry", ferry, title="Ferry lost", outlet="The Mail", published="2026-10-13")
    with newsroom.open(tmp_path / "home", embedder=FakeEmbedder()) as room:
        room.ingest([folder])
        monkeypatch.setattr(newsroom, "open", lambda *_args, **_flags: _unclosed(room))
        _forget()
        opened = AppTest.from_file(MAIN, default_timeout=60)
        opened.run()
        yield opened.switch_page("briefing.py").run()
        _forget()


def _unclosed(room: Newsroom) -> Newsroom:
    room.opened += 1
    return room


def pane(app: AppTest) -> dict[str, Any]:
    drawn = [json.loads(element.proto.json) for element in app.get("bidi_component")]
    return next(one for one in drawn if "outcome" in one)


def press(app: AppTest, label: str) -> AppTest:
    next(one for one in app.button if one.label == label).click().run()
    assert not app.exception
    return app


def test_writing_is_watched_stopped_and_gone_on_with(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    room, go = newsroom.open(), threading.Event()
    whole = room.brief_stream

    def slowly(*words: Any, **told: Any) -> Iterator[Any]:
        for one in whole(*words, **told):
            yield one
            if isinstance(one, Progress) and not go.is_set():
                told["stop"].wait(30)

    monkeypatch.setattr(room, "brief_stream", slowly)
    press(app, "Find the stories")
    press(app, "Write the briefing")
    assert [one.label for one in app.button if one.key == "brief_stop"] == ["Stop"]
    assert not [one for one in app.get("bidi_component") if '"sentence"' in one.proto.json]
    press(app, "Stop")
    deadline = time.monotonic() + 30
    while "brief_run" in app.session_state and time.monotonic() < deadline:
        app.run()
    notes = pane(app)["notes"]
    assert any(one.startswith("Stopped after 1 of 2 stories") for one in notes), notes
    assert room.briefings() == ()
    go.set()
    press(app, "Write the rest")
    while "brief_run" in app.session_state and time.monotonic() < deadline:
        app.run()
    assert not pane(app)["notes"]
    assert len(room.briefings()) == 1
    assert "Write the rest" not in [one.label for one in app.button]


def test_stories_are_found_left_out_written_edited_closed_and_opened_again(app: AppTest) -> None:
    assert "No briefing is kept yet." in app.text[-1].value
    press(app, "Find the stories")
    ticked = [one for one in app.checkbox if one.label != "First"]
    assert [one.label.split(" · ")[0] for one in ticked] == ["Bridge shut", "Ferry lost"]
    ticked[1].uncheck().run()
    press(app, "Write the briefing")
    drawn = pane(app)
    sections = [one["section"] for one in drawn["statements"] if "section" in one]
    assert (sections[0], sections[-1]) == ("In brief", "Coverage")
    assert "41" not in json.dumps(drawn["statements"])
    assert any("1 in stories left out by hand" in one["text"] for one in drawn["statements"])
    assert drawn["citations"][0]["label"].startswith("The Post")
    press(app, "Edit a sentence")
    wrong = "The St. Orrin Bridge was closed after engineers found 41 cracks."
    app.text_area(key="brief_new").set_value(wrong)
    press(app, "Keep and check it")
    changed = pane(app)["statements"][0]
    assert changed["marks"][0] == "edited"
    assert "differs" in changed["marks"][1]
    press(app, "Undo")
    assert "edited" not in pane(app)["statements"][0]["marks"]
    press(app, "Close")
    assert pane(app)["id"] == "blank"
    press(app, "Open")
    assert pane(app)["headline"] == "Morning note"


def test_a_topic_that_nothing_tells_of_is_said_and_since_last_time_is_offered(app: AppTest) -> None:
    app.text_input(key="brief_topic").set_value("zeppelins")
    press(app, "Find the stories")
    assert "No article in this scope tells of it." in " ".join(one.value for one in app.text)
    app.text_input(key="brief_topic").set_value("")
    press(app, "Find the stories")
    press(app, "Write the briefing")
    next(one for one in app.checkbox if one.label.startswith("Say what changed")).check().run()
    press(app, "Write the briefing")
    first = pane(app)["statements"][0]
    assert (first["section"].startswith("Since "), first["text"]) == (True, "Nothing has changed.")


def test_a_beat_is_kept_briefed_on_and_says_that_nothing_came_since(app: AppTest) -> None:
    next(one for one in app.text_input if one.label == "Names to watch").input("Otter, Engelund")
    press(app, "Find the stories")
    next(one for one in app.text_input if one.label == "Its name").input("Ferries").run()
    next(one for one in app.number_input if one.label.startswith("Days")).set_value(0).run()
    press(app, "Keep the beat")
    assert "The beat “Ferries” is kept." in [one.value for one in app.text]
    press(app, "Brief on Ferries")
    drawn = pane(app)
    assert drawn["headline"].startswith("Ferries, ")
    assert [(one["section"], one["lead"]) for one in drawn["statements"][:1]] == [("About us", "Otter")]
    assert any("No article in this scope has: Engelund." in one["text"] for one in drawn["statements"])
    press(app, "Close")
    press(app, "Brief on Ferries")
    assert pane(app)["statements"][0]["text"].startswith("Nothing significant since ")
    press(app, "Close")
    press(app, "Remove")
    assert "Brief on Ferries" not in [one.label for one in app.button]
    press(app, "Undo")
    assert "Brief on Ferries" in [one.label for one in app.button]
