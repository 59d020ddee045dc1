"""The page on the office network, behind its password."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import ROOT, free_port, serving

PASSWORD = "gulls and stairs"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port, home = free_port(), tmp_path_factory.mktemp("door")
    start = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), "--server.port", str(port)]
    settings = {"DATELINE_HOME": str(home / "home"), "DATELINE_PASSWORD": PASSWORD}
    with serving(start, port, settings, Path(home / "log")) as here:
        yield here


def test_who_knows_the_password_reaches_the_page_that_was_asked_for(chromium: Browser, address: str) -> None:
    page = chromium.new_context().new_page()
    page.goto(address + "status")
    expect(page.locator(".st-key-masthead")).to_have_count(0)
    page.get_by_label("The newsroom's password").fill("not this one")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text(["That is not the password."])
    page.get_by_label("The newsroom's password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator(".st-key-masthead")).to_be_visible()
    assert page.url == address + "status"
    page.context.close()
