"""The Library page: every import listed, undone with one click, and made again."""

from __future__ import annotations

from pathlib import Path

from streamlit.testing.v1 import AppTest

from rag.newsroom import Newsroom
from tests.test_newsroom import BRIDGE, write
from tests.ui.conftest import lines
from tests.ui.test_page_library import app, filled, opened, room, texts, titles
from tests.ui.test_page_repairs import html, press

__all__ = ["app", "filled", "room"]


def test_an_import_is_undone_and_made_again_on_the_page(
    filled: Newsroom, app: AppTest, tmp_path: Path
) -> None:
    page = app.run()
    other = tmp_path / "other"
    other.mkdir()
    write(other, "<i>new", BRIDGE + " It is new.", title="New")
    filled.ingest([other])
    press(page, "Imports…")
    assert lines(page)[0].startswith(f"import-2 · {other} · 1 added · ")
    assert "&lt;i&gt;new.md" in html(page)
    before = titles(page)
    press(page, "Undo import-1")
    assert "import-1 is undone. 4 articles taken out." in texts(page)
    assert "· undone " in lines(page)[1]
    assert {"Undo import-2", "Make import-1 again"} <= {one.label for one in page.button}
    press(page, "Make it again")
    assert titles(page) == before
    assert {row.status for row in filled.listing().rows} == {"usable"}
    press(page, "Undo the import")
    press(page, "Undo import-2")
    assert not [row for row in filled.listing().rows if row.status == "usable"]
    assert not page.exception


def test_a_paste_is_undone_from_the_line_that_says_it_was_stored(room: Newsroom, app: AppTest) -> None:
    page = app.run()
    page.text_area(key="paste_text").set_value(f"Bridge shut\n\n{BRIDGE}")
    press(page, "Read it")
    press(page, "Store")
    assert "Stored: it can be asked now." in texts(page)
    press(page, "Undo the import")
    assert room.listing().rows[0].status == "withdrawn"
    assert room.imports()[0].what == "pasted: Bridge shut"


def test_the_original_file_of_an_article_is_offered_to_save_and_never_drawn(
    filled: Newsroom, app: AppTest
) -> None:
    page = opened(app, "bridge")
    [button] = [one for one in page.get("download_button") if "original" in one.proto.label]
    assert button.proto.label.startswith("Save the original file")
    kept = filled.original(filled.article("bridge"))
    assert kept is not None
    (filled.home / "originals" / kept.digest[:2] / kept.digest).unlink()
    assert "Its original file is not there any more" in texts(page.run())
