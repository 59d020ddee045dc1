"""The Quotes page: who said it and about what, each quotation beside its article; the address says both."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from rag import newsroom
from rag.newsroom import Newsroom
from tests.fakes.embedder import FakeEmbedder
from tests.test_newsroom import write
from tests.ui.conftest import MAIN, _forget

FIRST = '"The bridge is safe for the loads it carries today," said Carla Ruiz, 50, the engineer.'
LATER = 'Dr. Ruiz promised: "The bridge is not safe for the loads it carries."'


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Newsroom]:
    monkeypatch.setenv("DATELINE_TODAY", "2026-11-22")
    write(tmp_path, "first", FIRST, title="Span checked", outlet="The Post", published="2026-10-01")
    write(tmp_path, "later", LATER, title="Span again", outlet="The Mail", published="2026-10-03")
    with newsroom.open(tmp_path / "home", embedder=FakeEmbedder()) as opened:
        opened.ingest([tmp_path / "first.md", tmp_path / "later.md"])
        monkeypatch.setattr(newsroom, "open", lambda *_args, **_flags: opened)
        _forget()
        yield opened
        _forget()


@pytest.fixture
def app(room: Newsroom) -> AppTest:
    return AppTest.from_file(MAIN, default_timeout=60).run().switch_page("quotes.py").run()


def pane(app: AppTest) -> dict[str, Any]:
    drawn = [json.loads(element.proto.json) for element in app.get("bidi_component")]
    return next(one for one in drawn if "outcome" in one)


def find(app: AppTest, who: str = "", about: str = "") -> dict[str, Any]:
    app.text_input(key="quotes_by_text").set_value(who)
    app.text_input(key="quotes_text").set_value(about)
    next(one for one in app.button if one.label == "Find").click().run()
    assert not app.exception
    return pane(app)


def test_quotations_stand_beside_their_articles_variants_marked(app: AppTest) -> None:
    drawn = find(app, "ruiz", "bridge")
    assert [(one["heading"], one.get("lead")) for one in drawn["statements"]] == [
        ("Carla Ruiz", None),
        ("Ruiz", "Quoted elsewhere: altered"),
    ]
    assert drawn["statements"][0]["text"] == "“The bridge is safe for the loads it carries today”"
    assert drawn["summary"][:3] == ["1 utterance", "2 quotations", "2 articles searched"]
    marked = [
        segment["text"]
        for source in drawn["sources"]
        for paragraph in source["paragraphs"]
        for segment in paragraph["segments"]
        if segment.get("marks")
    ]
    assert marked == [
        "The bridge is safe for the loads it carries today",
        "The bridge is not safe for the loads it carries.",
    ]
    assert [one.proto.label for one in app.get("download_button")] == ["Download as CSV"]
    assert {name: app.query_params[name] for name in ("by", "q")} == {"by": "ruiz", "q": "bridge"}


def test_a_link_opens_on_the_same_quotations(room: Newsroom) -> None:
    page = AppTest.from_file(MAIN, default_timeout=60).run()
    page.query_params.update({"by": "ruiz", "from": "2026-10-02"})
    drawn = pane(page.switch_page("quotes.py").run())
    assert [one["heading"] for one in drawn["statements"]] == ["Ruiz"]
    assert page.text_input(key="quotes_by_text").value == "ruiz"


def test_the_order_is_turned_and_nothing_found_is_told(app: AppTest) -> None:
    assert find(app, "nobody")["headline"].startswith("No quotation found.")
    assert find(app, "x" * 301)["outcome"] == "failed"
    assert len(find(app)["statements"]) == 2
