"""Watching a question from below its answer; the change is shown on the History page until it is put away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from rag import newsroom
from rag.newsroom import Newsroom
from tests.fakes.embedder import FakeEmbedder
from tests.test_newsroom import write
from tests.test_watching import AGAIN, ME, QUESTION, fill
from tests.ui.conftest import MAIN, _forget
from tests.ui.test_page_library import html, texts
from tests.ui.test_page_repairs import press
from ui import reader


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Newsroom]:
    monkeypatch.setenv("DATELINE_TODAY", "2026-11-22")
    monkeypatch.setattr(reader, "owner", lambda: ME)
    with newsroom.open(tmp_path / "home", embedder=FakeEmbedder()) as opened:
        fill(opened, tmp_path)
        monkeypatch.setattr(newsroom, "open", lambda *_args, **_flags: opened)
        _forget()
        yield opened
        _forget()


def page() -> AppTest:
    return AppTest.from_file(MAIN, default_timeout=60)


def asked() -> AppTest:
    app = page()
    app.query_params["q"] = QUESTION
    return app.run()


def test_a_question_is_watched_told_and_put_away(room: Newsroom, tmp_path: Path) -> None:
    app = asked()
    press(app, "Watch this question")
    assert [one.question for one in room.watched(ME)] == [QUESTION]
    assert "Watched: stop" in {one.label for one in app.button}
    room.ingest([write(tmp_path, "again", AGAIN + " <b>", title="Shut <i>again", outlet="The Mail")])
    room.run_watches()
    welcome = page().run()
    assert "1 change in the answers to questions you watch" in {
        one.proto.label for one in welcome.get("page_link")
    }
    history = page().run()
    history.query_params["show"] = "watched"
    history.switch_page("history.py").run()
    shown = html(history)
    assert '<span class="sign">+</span>' in shown
    assert "Cited now: Shut &lt;i&gt;again, The Mail" in shown
    assert "<i>again" not in shown
    press(history, "Put all changes away")
    assert room.changes(ME) == ()
    press(history, "Ask all again now")
    assert "The library has not changed since." in texts(history)
    press(history, "Stop")
    assert room.watched(ME) == ()
    assert "Nothing is watched." in texts(history)
    assert not history.exception


def test_watching_is_stopped_below_the_answer(room: Newsroom) -> None:
    room.watch(QUESTION, ME)
    app = asked()
    press(app, "Watched: stop")
    assert room.watched(ME) == ()
    assert "Watch this question" in {one.label for one in app.button}
    assert not app.exception
