"""The Library page: repairs seen, made and undone; import rules over what was dropped."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from rag.mends import Mend
from rag.newsroom import Newsroom
from rag.ruled import Rule
from tests.ui.test_page_library import app, filled, room, table, texts
from ui import importing, mending

__all__ = ["app", "filled", "room"]


def press(app: AppTest, label: str) -> AppTest:
    return next(button for button in app.button if button.label == label).click().run()


def html(app: AppTest) -> str:
    return "\n".join(element.proto.body for element in app.get("html"))


@pytest.fixture
def page(filled: Newsroom, app: AppTest) -> AppTest:
    return app.run()


def test_outlets_are_merged_on_the_page_and_parted_again_with_one_click(
    filled: Newsroom,
    page: AppTest,
) -> None:
    press(page, "Repair…")
    assert "No repairs yet" in texts(page)
    page.radio(key="mend_whom").set_value(mending.MERGE).run()
    page.multiselect(key="mend_names").set_value(["The Post"])
    page.session_state["mend_into"] = "The Mail"
    press(page, "Look first")
    assert "1 article would change" in texts(page)
    assert "<td>The Post</td><td>The Mail</td>" in html(page)
    assert "Bridge &lt;b&gt;shut&lt;/b&gt;" in html(page)
    press(page, "Repair 1 article")
    assert filled.article("bridge").outlet == "The Mail"
    assert "Repaired 1 article" in texts(page)
    assert {row["outlet"] for row in table(page)["rows"]} == {"The Mail", "Reuters", "not stated"}
    press(page, "Undo")
    assert filled.article("bridge").outlet == "The Post"
    assert "Undone" in texts(page)


def test_a_date_is_set_for_all_that_the_filter_lists(filled: Newsroom, page: AppTest) -> None:
    press(page, "Repair…")
    page.text_input(key="library_title").set_value("mayor").run()
    page.radio(key="mend_whom").set_value(mending.LISTED).run()
    page.text_input(key="mend_published").set_value("3 March 2031")
    press(page, "Look first")
    assert "later than tomorrow" in texts(page)
    page.text_input(key="mend_published").set_value("March 2024")
    press(page, "Look first")
    press(page, "Repair 1 article")
    assert filled.shelved("mayor").published == "2024-03"
    assert [one.published for one in filled.listing().rows].count("2024-03") == 1
    press(page, "Undo repair 1")
    assert filled.shelved("mayor").published is None


def test_a_rule_is_kept_on_the_page_and_a_bad_one_names_its_place(filled: Newsroom, page: AppTest) -> None:
    press(page, "Add articles")
    page.text_input(key="rule_name").set_value("names")
    page.text_input(key="rule_text").set_value("name: {dat}_*")
    press(page, "Keep the rule")
    assert "character 8" in texts(page)
    page.text_input(key="rule_text").set_value("name: {date:YYYYMMDD}_*")
    press(page, "Keep the rule")
    assert filled.rules() == (Rule("names", "name: {date:YYYYMMDD}_*"),)
    press(page, "Leave out names")
    assert not filled.rules()[0].on


def test_what_was_dropped_is_looked_at_before_it_is_stored(filled: Newsroom, page: AppTest) -> None:
    filled.keep_rule(Rule("names", "name: {date:YYYYMMDD}_*"))
    uploads = [
        ("20240311_<b>tram.txt", b"The tram\n\nThe tram of Marden runs again since Monday."),
        ("notes.txt", b"Notes\n\nThe council of Marden met on Tuesday."),
    ]
    page.session_state["library_adding"] = True
    page.session_state[importing.HELD] = (uploads, None)
    page.run()
    assert "2 articles: 1 matched by a rule, 1 not, 1 undated" in texts(page)
    assert "20240311_&lt;b&gt;tram.txt" in html(page)
    assert "1 of 2 articles are matched by no rule." in html(page)
    held = filled.listing().held
    press(page, "Leave out names")
    assert "2 articles: 0 matched by a rule" in texts(page)
    press(page, "Use names")
    press(page, "Store 2 files")
    for _ in range(50):
        if filled.listing().held == held + 2:
            break
        page.run()
    assert "2024-03-11" in {row.published for row in filled.listing().rows}


def test_an_article_says_what_was_set_by_hand(filled: Newsroom, page: AppTest) -> None:
    filled.mend(Mend((("outlet", "The <i>Gazette"),), ids=("bridge",)))
    page.query_params["article"] = "bridge"
    page.run()
    assert "set by hand; the file states The Post" in html(page)
