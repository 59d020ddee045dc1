"""The Evaluate page on a real home, its run in a real process."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import ROOT, Open, free_port, serving
from tests.browser.test_home import ARTICLES, command, write

ASKED = "How many steps does the Vargholm lighthouse have?"


@pytest.fixture(scope="module")
def served(chromium: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the app over three articles."""
    folder = tmp_path_factory.mktemp("measured")
    home, articles = folder / "home", folder / "articles"
    articles.mkdir()
    for name, (title, text) in ARTICLES.items():
        write(articles, name, title, text)
    command(home, "ingest", str(articles))
    port = free_port()
    start = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), "--server.port", str(port)]
    with serving(start, port, {"DATELINE_HOME": str(home)}, folder / "log") as address:
        yield address


def test_a_dropped_set_runs_while_its_reader_is_away_and_a_wrong_question_opens_on_ask(
    reader: Open, served: str
) -> None:
    gone = {"article": "lighthouse", "quote": "A quote that no article has."}
    held = {"article": "bakery", "quote": "The 84 bakers want a night bonus"}
    records = [
        {"id": "q1", "question": ASKED, "evidence": [gone]},
        {"id": "q2", "question": "How many bakers want a bonus?", "evidence": [held]},
    ]
    dropped = "".join(json.dumps(one) + "\n" for one in records).encode()
    one = reader(address=served, path="evaluate", size=(360, 780))
    one.page.get_by_text("Another set").click()
    one.page.locator("input[type=file]").set_input_files(
        [{"name": "mine.jsonl", "mimeType": "application/jsonl", "buffer": dropped}]
    )
    one.page.get_by_role("button", name="Keep the set").click()
    expect(one.page.get_by_text("mine.jsonl is kept: 2 questions.")).to_be_visible()
    one.page.get_by_label("Name of the run").fill("base")
    one.page.get_by_role("button", name="Run", exact=True).click()
    expect(one.page.get_by_text("It goes on when you leave this page")).to_be_visible()
    one.visit()
    one.visit("evaluate")
    expect(one.page.get_by_text("finished")).to_be_visible()
    one.page.get_by_role("link", name="base").click()
    expect(one.page.locator(".figures table").first).to_be_visible()
    assert one.page.evaluate("document.documentElement.scrollWidth") <= 360
    one.page.get_by_role("link", name=ASKED).click()
    expect(one.page.locator(".st-key-question input")).to_have_value(ASKED)
    one.page.locator(".pane").first.wait_for()
