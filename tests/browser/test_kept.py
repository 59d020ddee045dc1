"""Answers kept on a real home: shown after a reload and a restart, to their reader alone until they are shared."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import ROOT, Open, free_port, serving
from tests.browser.test_home import ARTICLES, command, write
from tests.browser.test_reach import BRIDGE

QUESTION = "What do the Nordmark bakers want?"


def served(folder: Path, port: int) -> AbstractContextManager[str]:
    start = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), "--server.port", str(port)]
    return serving(start, port, {"DATELINE_HOME": str(folder)}, folder.parent / "kept.log")


def test_an_answer_outlives_reload_and_restart_and_is_its_reader_s_own_until_shared(
    reader: Open, chromium: Browser, tmp_path: Path
) -> None:
    folder, port = tmp_path / "home", free_port()
    for name, (title, text) in ARTICLES.items():
        write(tmp_path, name, title, text)
    command(folder, "ingest", str(tmp_path))
    with served(folder, port) as address:
        one = reader(address=address)
        one.answered(QUESTION)
        expect(one.page.get_by_role("button", name="Share", exact=True)).to_be_visible()
        words, shown = one.page.locator(".statement .text").all_inner_texts(), one.page.url
        one.page.close()
        command(folder, "remove", "bakery")
    with served(folder, port) as address:
        one = reader(address=address, path=shown.removeprefix(address))
        expect(one.page.locator(".action")).to_contain_text(["kept as it was", "Only you"])
        assert one.page.locator(".statement .text").all_inner_texts() == words
        expect(one.page.locator(".chip").first).to_contain_text("withdrawn or removed since")
        assert one.page.url == shown
        stranger = chromium.new_context().new_page()
        stranger.goto(shown)
        expect(stranger.locator(".headline")).to_have_text("There is no such answer here")
        one.page.get_by_role("button", name="Share", exact=True).click()
        expect(one.page.get_by_role("button", name="Stop sharing")).to_be_visible()
        stranger.reload()
        expect(stranger.locator(".statement .text").first).to_have_text(words[0])
        stranger.goto(address + "history")
        expect(stranger.get_by_text("Nothing yet.")).to_be_visible()
        stranger.context.close()
        one.page.get_by_role("link", name="History").click()
        one.page.get_by_role("link", name=QUESTION).click()
        expect(one.page.locator(".statement .text").first).to_have_text(words[0])
        one.page.get_by_role("link", name="History").click()
        one.page.get_by_role("button", name="Forget", exact=True).click()
        expect(one.page.get_by_text("1 question forgotten, with the answer.")).to_be_visible()
        one.page.get_by_role("button", name="Undo").click()
        expect(one.page.get_by_role("link", name=QUESTION)).to_be_visible()
        one.page.close()


PASTED = """async () => {
    const [item] = await navigator.clipboard.read(), said = {};
    for (const type of item.types) said[type] = await (await item.getType(type)).text();
    return said;
}"""
SELECT = """([from, to]) => {
    const root = [...document.querySelectorAll("*")].find(one => one.shadowRoot?.querySelector(".pane")).shadowRoot;
    const texts = root.querySelectorAll(".statement .text");
    getSelection().setBaseAndExtent(texts[0].firstChild, from, texts[1].firstChild, to);
}"""


def test_what_is_copied_carries_its_source_and_what_is_clipped_is_noted_moved_and_taken_away(
    reader: Open, request: pytest.FixtureRequest
) -> None:
    one = reader(dark=True, size=(1280, 800))
    page = one.page
    page.context.grant_permissions(["clipboard-read"])
    request.addfinalizer(page.context.clear_cookies)  # the profile is shared: other tests have no clips
    one.answered(BRIDGE)
    page.get_by_role("button", name="Copy sentence 1 with its source").click()
    copied, words = page.evaluate(PASTED), page.locator(".statement .text").all_inner_texts()
    assert copied["text/plain"].startswith(f"{words[0]} [verbatim]\n— Harbour Lantern, ")
    assert "<blockquote><p>" in copied["text/html"]
    page.evaluate(SELECT, [4, 9])
    page.keyboard.press("Control+c")
    parts = page.evaluate(PASTED)["text/plain"].split("\n\n")
    assert [part.split(" [")[0] for part in parts] == [words[0][4:], words[1][:9]]
    assert all("[part of a sentence: verbatim]\n— " in part for part in parts)
    for name in ("sentence 1", "sentence 2"):
        page.get_by_role("button", name=f"Clip {name}").click()
        undo = page.get_by_role("button", name=f"Clipped {name}. Undo")
        expect(undo).to_be_focused()
    page.get_by_role("link", name="Clips").click()
    note = page.get_by_label("Note to clip 1")
    note.fill("ask the harbour master")
    page.get_by_role("button", name="Move clip 1 down").click()
    expect(page.get_by_label("Note to clip 2")).to_have_value("ask the harbour master")
    page.get_by_role("button", name="Take clip 1 out").click()
    expect(page.locator(".statement")).to_have_count(1)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".statement .text")).to_have_text([words[1], words[0]])
    with page.expect_download() as saved:
        page.get_by_role("button", name="CSV").click()
    assert "ask the harbour master" in Path(saved.value.path()).read_text(encoding="utf-8-sig")
