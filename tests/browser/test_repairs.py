"""Import rules and repairs on the Library page, on a real home, in a real browser."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import ROOT, Open, free_port, serving
from tests.browser.test_home import Home, command

STORY = (
    "---\nid: {id}\ntitle: {title}\noutlet: {outlet}\n---\n{title} was the talk of Marden, said the mayor.\n"
)


@pytest.fixture(scope="module")
def home(chromium: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A home with one outlet spelled in two ways, and a rule for what comes, open in the app."""
    folder, articles = tmp_path_factory.mktemp("repairs"), tmp_path_factory.mktemp("spelled")
    for name, title, outlet in (("one", "The ferry", "Gazette"), ("two", "The tram", "The Gazette")):
        (articles / f"{name}.md").write_text(STORY.format(id=name, title=title, outlet=outlet))
    command(folder, "ingest", str(articles))
    command(folder, "rules", "add", "names", "name: {date:YYYY-MM-DD}_p{page}_*")
    port = free_port()
    start = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), "--server.port", str(port)]
    log: Path = folder.parent / "repairs.log"
    with serving(start, port, {"DATELINE_HOME": str(folder)}, log) as address:
        yield Home(address, folder)


def test_outlets_are_merged_and_dropped_files_looked_at(reader: Open, home: Home) -> None:
    page = reader(address=home.address, path="library").page
    page.get_by_role("button", name="Repair…").click()
    page.get_by_text("every article of some outlets").click()
    page.get_by_label("These names").click()
    page.get_by_role("option", name="Gazette (1)", exact=True).click()
    page.keyboard.press("Escape")
    page.get_by_label("are one outlet, called").click()
    page.get_by_role("option", name="The Gazette").click()
    page.get_by_role("button", name="Look first").click()
    expect(page.get_by_role("region", name="Before and after")).to_contain_text("The ferry")
    page.get_by_role("button", name="Repair 1 article").click()
    rows = page.locator(".shelf tbody tr")
    expect(rows.filter(has_text="The Gazette")).to_have_count(2)
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(rows.filter(has_text="The Gazette")).to_have_count(1)

    page.get_by_role("button", name="Add articles").click()
    names = ("2024-03-11_p04_bridge.txt", "notes.txt")
    dropped = [{"name": name, "mimeType": "text/plain", "buffer": b"Title\n\nThe bridge."} for name in names]
    page.locator("input[type=file]").set_input_files(dropped)  # type: ignore[arg-type]
    page.get_by_role("button", name="Look at them first").click()
    expect(page.get_by_role("region", name="The first of them")).to_contain_text("2024-03-11")
    expect(page.locator(".heed").first).to_contain_text("1 of 2 articles are matched by no rule.")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
