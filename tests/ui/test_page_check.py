"""The Check page: a text's sentences with what the library has to each, drawn as an answer is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from rag import newsroom
from rag.newsroom import Newsroom
from tests.fakes.embedder import FakeEmbedder
from tests.test_checking import DRAFT, MAIL, POST
from tests.test_newsroom import write
from tests.ui.conftest import MAIN, _forget


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    folder = tmp_path / "articles"
    folder.mkdir()
    write(folder, "post", POST, title="Bridge shut", outlet="The Post", published="2026-10-14")
    write(folder, "mail", MAIL, title="Bridge closed", outlet="The Mail", published="2026-10-13")
    with newsroom.open(tmp_path / "home", embedder=FakeEmbedder()) as room:
        room.ingest([folder])
        monkeypatch.setattr(newsroom, "open", lambda *_args, **_flags: _unclosed(room))
        _forget()
        opened = AppTest.from_file(MAIN, default_timeout=60)
        opened.run()
        yield opened.switch_page("check.py").run()
        _forget()


def _unclosed(room: Newsroom) -> Newsroom:
    room.opened += 1
    return room


def pane(app: AppTest) -> dict[str, Any]:
    drawn = [json.loads(element.proto.json) for element in app.get("bidi_component")]
    return next(one for one in drawn if "outcome" in one)


def test_a_text_is_held_against_the_articles_and_what_differs_alarms(app: AppTest) -> None:
    assert pane(app)["id"] == "blank"
    app.text_area(key="check_text").set_value(DRAFT)
    app.button[0].click().run()
    drawn = pane(app)
    assert not app.exception
    assert [one["text"] for one in drawn["statements"]][
        1
    ] == "Engineers found 14 cracks in the bridge at Tarn."
    assert drawn["statements"][0]["marks"] == ["nothing to check"]
    assert drawn["statements"][1]["alarms"] == drawn["statements"][1]["marks"][-1:]
    assert drawn["statements"][4]["marks"][0].startswith("differs: 40 in the text")
    assert len(drawn["sources"]) == 2
    assert "beside 2 articles" in drawn["summary"][0]


def test_an_empty_text_says_what_to_do_and_what_was_checked_stays(app: AppTest) -> None:
    app.button[0].click().run()
    assert "Paste or name a text" in pane(app)["notes"][0]
    app.text_area(key="check_text").set_value(POST)
    app.button[0].click().run()
    assert pane(app)["statements"][0]["marks"][0] == "verbatim"
    app.switch_page("search.py").run()
    app.switch_page("check.py").run()
    assert pane(app)["statements"][0]["marks"][0] == "verbatim"
