"""Answers kept on a real home: shown after a reload and a restart, to their reader alone until they are shared."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager
from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.browser.conftest import ROOT, Open, free_port, serving
from tests.browser.test_home import ARTICLES, command, write

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
