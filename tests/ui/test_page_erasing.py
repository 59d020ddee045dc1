"""The Library page: an article erased only once it was asked for twice, its receipt, and the answer that cited it."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from rag.newsroom import Newsroom
from rag.types import Citation
from tests.test_newsroom import BRIDGE, write
from tests.ui.conftest import MAIN, lines
from tests.ui.test_page_library import app, filled, opened, pane, room, texts
from tests.ui.test_page_repairs import press
from ui import reader

__all__ = ["app", "filled", "room"]
ME = "user:maja"


def test_an_article_is_erased_on_its_page_once_it_is_confirmed(filled: Newsroom, app: AppTest) -> None:
    page = opened(app, "bridge")
    press(page, "Erase…")
    assert "There is no undo." in texts(page)
    assert page.button(key="erase_do").disabled
    press(page, "Keep")
    assert not [one for one in page.button if one.label == "Erase for good"]
    press(page, "Erase…")
    page.checkbox(key="erase_sure").check().run()
    press(page, "Erase for good")
    assert "1 article erased for good, receipt 1: " in texts(page)
    assert {row.article_id for row in filled.listing().rows} == {"ferry", "wire", "mayor"}
    press(page, "Erased…")
    [line] = [one for one in lines(page) if one.startswith("receipt 1 · bridge · ")]
    assert line.endswith("the Library page")
    press(page, "Let 1 back in")
    assert "May be ingested again: bridge." in texts(page)
    assert not page.exception


def test_selected_articles_are_erased_together(filled: Newsroom, app: AppTest) -> None:
    app.session_state.library_selected = ("ferry", "wire")
    page = app.run()
    press(page, "Erase…")
    page.checkbox(key="erase_sure").check().run()
    press(page, "Erase for good")
    assert "2 articles erased for good" in texts(page)
    assert not page.session_state.library_selected
    assert not page.exception


def test_an_answer_that_cited_it_says_so(filled: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "owner", lambda: ME)
    kept = filled.keep(filled.ask("Who closed the Marden bridge?"), ME).asked
    filled.erase(["bridge"])
    page = AppTest.from_file(MAIN, default_timeout=30)
    page.query_params["answer"] = kept.id
    page.query_params["q"] = kept.question
    page.run()
    shown = pane(page)
    assert "[erased]" in shown
    assert "Erased since: nothing of it is kept" in shown
    assert "was erased; what was said of it here went with it" in shown
    assert "fourteen" not in shown
    assert not page.exception


def test_a_reader_who_may_not_read_everything_is_offered_no_erasing(
    filled: Newsroom, app: AppTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled.ingest([write(tmp_path, "secret", BRIDGE.replace("Marden", "Aldby"))], collection="Desk")
    filled.open_to("Desk", ["desk"])
    page = opened(app, "bridge")
    assert "Erase…" in {one.label for one in page.button}
    monkeypatch.setattr(reader, "groups", lambda: ())
    page.run()
    assert "Remove" in {one.label for one in page.button}
    assert "Erase…" not in {one.label for one in page.button}


def test_a_citation_without_words_is_of_what_was_erased() -> None:
    cited = Citation(1, "a", 1, None, None, None, None, None, None, None, 0, 0, "")
    assert cited.erased
