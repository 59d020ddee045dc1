"""The Library page on a real home, in a real browser."""

from __future__ import annotations

import io
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ROOT, Open, free_port, serving
from tests.browser.test_home import ARTICLES, Home, command, write


@pytest.fixture(scope="module")
def home(chromium: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A home of three articles, open in the app."""
    folder = tmp_path_factory.mktemp("shelf")
    articles = tmp_path_factory.mktemp("articles")
    for name, (title, text) in ARTICLES.items():
        write(articles, name, title, text)
    command(folder, "ingest", str(articles))
    port = free_port()
    start = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), "--server.port", str(port)]
    with serving(start, port, {"DATELINE_HOME": str(folder)}, folder.parent / "shelf.log") as address:
        yield Home(address, folder)


def headlines(page: Page) -> list[str]:
    return page.locator(".shelf th.title a").all_text_contents()


def test_an_article_is_opened_by_its_headline_and_by_its_address(reader: Open, home: Home) -> None:
    one = reader(address=home.address, path="library")
    one.page.get_by_role("link", name="Otters return to the Lunde river").click()
    expect(one.page.locator("article h1")).to_have_text(["Otters return to the Lunde river"])
    expect(one.page.locator("article .body")).to_contain_text(["Two adults and three cubs"])
    assert one.page.url.endswith("?article=otters")
    one.page.go_back()
    expect(one.page.locator(".shelf tbody tr")).not_to_have_count(0)
    other = reader(address=home.address, path="library?article=otters")
    expect(other.page.locator("article h1")).to_have_text(["Otters return to the Lunde river"])
    other.page.get_by_role("button", name="All articles").click()
    expect(other.page.locator(".shelf tbody tr")).not_to_have_count(0)


PICK = """() => {
    const root = [...document.querySelectorAll("*")].find(one => one.shadowRoot?.querySelector(".body")).shadowRoot;
    const line = root.querySelector(".body p:last-child").firstChild;
    getSelection().setBaseAndExtent(line, 4, line, 24);
    return line.textContent.slice(4, 24).trim();
}"""


def test_selected_words_of_an_article_are_copied_and_clipped_with_their_source_wherever_it_is_read(
    reader: Open, home: Home, request: pytest.FixtureRequest
) -> None:
    page = reader(address=home.address, path="library?article=otters").page
    page.context.grant_permissions(["clipboard-read"])
    request.addfinalizer(page.context.clear_cookies)
    picked = []
    for press in ("Copy the selected words with their source", "Clip the selected words"):
        page.locator("article .body").wait_for()
        picked.append(page.evaluate(PICK))
        page.get_by_role("button", name=press).click()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == f"{picked[0]}\n— Vargholm Post, 10 Nov 2026, “Otters return to the Lunde river”"
    expect(page.get_by_role("button", name="Clipped the selected words. Undo")).to_be_visible()
    page.get_by_role("link", name="Search").click()
    box = page.locator(".st-key-question input")
    box.fill("lighthouse AND keeper")
    box.press("Enter")
    page.locator("mark[data-on]").first.wait_for()
    picked.append(page.evaluate(PICK))
    page.get_by_role("button", name="Clip the selected words").click()
    expect(page.get_by_role("button", name="Clipped the selected words. Undo")).to_be_visible()
    page.get_by_role("link", name="Clips").click()
    expect(page.locator(".statement .text")).to_have_text(picked[1:])


def test_the_list_is_sorted_by_a_press_on_a_head_and_filtered_by_words(reader: Open, home: Home) -> None:
    one = reader(address=home.address, path="library")
    one.page.get_by_role("button", name="Headline").click()
    expect(one.page.locator('th.title[aria-sort="ascending"]')).to_be_visible()
    assert headlines(one.page) == sorted(headlines(one.page))
    expect(one.page.get_by_role("button", name="Headline")).to_be_focused()
    box = one.page.get_by_label("Words of the headline")
    box.fill("bakery")
    box.press("Enter")
    expect(one.page.locator(".shelf tbody tr")).to_have_count(1)


def test_a_selected_article_is_removed_and_brought_back(reader: Open, home: Home) -> None:
    one = reader(address=home.address, path="library")
    one.page.get_by_role("checkbox", name="Select Strike at the Nordmark bakery").check()
    expect(one.page.get_by_text("1 article selected")).to_be_visible()
    one.page.get_by_role("button", name="Remove", exact=True).click()
    expect(one.page.get_by_text("1 article removed: no question uses it.")).to_be_visible()
    expect(one.page.locator('.shelf tr[data-status="removed"]')).to_contain_text(["Strike at the Nordmark"])
    one.page.get_by_role("button", name="Undo").click()
    expect(one.page.get_by_text("1 article brought back.")).to_be_visible()
    expect(one.page.locator('.shelf tr[data-status="removed"]')).to_have_count(0)


def test_dropped_files_and_a_zip_are_stored_and_each_says_what_became_of_it(reader: Open, home: Home) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("whale.txt", "Whale seen\n\nA whale was seen off Brattvik on Monday.")
        archive.writestr("../evil.txt", "This leads out.")
    one = reader(address=home.address, path="library")
    one.page.get_by_role("button", name="Add articles").click()
    one.page.locator("input[type=file]").set_input_files(
        [
            {"name": "stories.zip", "mimeType": "application/zip", "buffer": packed.getvalue()},
            {
                "name": "seal.txt",
                "mimeType": "text/plain",
                "buffer": b"Seal\n\nA seal slept in the Halsund harbour.",
            },
        ]
    )
    for name in ("stories.zip", "seal.txt"):
        expect(one.page.get_by_text(name)).to_be_visible()
    one.page.get_by_role("button", name="Store the files").click()
    table = one.page.locator("table.items")
    expect(table.locator("tbody tr")).to_have_count(3)
    expect(table.locator('tr[data-status="failed"]')).to_contain_text(["its name leads out of the archive"])
    expect(one.page.get_by_role("button", name="Try again the 1 that failed")).to_be_visible()
    with one.page.expect_download() as saved:
        one.page.get_by_role("button", name="The list as CSV").click()
    assert Path(saved.value.path()).read_text().startswith("source,status,reason,article_id")
    one.page.get_by_role("button", name="Done").click()
    expect(one.page.get_by_role("link", name="Whale seen")).to_be_visible()
