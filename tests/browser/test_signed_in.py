"""Sign-in with OpenID Connect in a real browser, against a real provider on loopback; what each person then sees."""

from __future__ import annotations

import stat
import sys
import urllib.error
import urllib.request
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from rag import newsroom
from tests.browser.conftest import free_port, serving
from tests.fakes.embedder import FakeEmbedder
from tests.fakes.oidc_provider import CLIENT, SECRET, providing
from tests.test_newsroom import BRIDGE, write

TITLE = "Payments at the harbour"


def library(home: Path, folder: Path) -> None:
    with newsroom.open(home, embedder=FakeEmbedder()) as room:
        room.ingest([write(folder, "bridge", BRIDGE, title="Bridge shut", published="2026-10-12")])
        secret = write(folder, "leak-1", "The auditor counted nine payments.", title=TITLE)
        room.ingest([secret], collection="Investigations")
        room.open_to("Investigations", ["desk"])


def sign_in(page: Page, who: str) -> None:
    expect(page.get_by_text("The articles here are your newsroom's.")).to_be_visible()
    expect(page.get_by_role("link", name="Library")).to_have_count(0)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name=who).click()
    expect(page.locator(".st-key-signed_in")).to_contain_text(who.title())


def test_people_sign_in_see_what_their_groups_may_read_and_sign_out(
    chromium: Browser, tmp_path: Path
) -> None:
    port, home = free_port(), tmp_path / "home"
    library(home, tmp_path)
    here = f"http://localhost:{port}"
    with providing(
        {"maja": ["desk"], "ola": ["sports"]}, f"{here}/oauth2callback", claim="roles"
    ) as provider:
        told = {
            "DATELINE_HOME": str(home),
            "DATELINE_OIDC_METADATA": provider.metadata_url,
            "DATELINE_OIDC_CLIENT_ID": CLIENT,
            "DATELINE_OIDC_CLIENT_SECRET": SECRET,
            "DATELINE_OIDC_GROUPS_CLAIM": "roles",
        }
        start = [sys.executable, "-m", "rag", "serve", "--no-browser", "--port", str(port)]
        with serving(start, port, told, tmp_path / "log"):
            page = chromium.new_context().new_page()
            page.goto(f"{here}/library?article=leak-1")
            sign_in(page, "maja")
            page.goto(f"{here}/library?article=leak-1")
            expect(page.get_by_text("nine payments")).to_be_visible()
            page.get_by_role("button", name="Sign out").click()
            sign_in(page, "ola")
            page.goto(f"{here}/library?article=leak-1")
            expect(page.get_by_text("There is no article “leak-1” in the library.")).to_be_visible()
            page.goto(f"{here}/library")
            expect(page.get_by_text("Bridge shut")).to_be_visible()
            assert TITLE not in page.content()
            forged = chromium.new_context()
            forged.add_cookies([{"name": "_streamlit_user", "value": "forged", "url": here}])
            outside = forged.new_page()
            outside.goto(f"{here}/library")
            expect(outside.get_by_role("button", name="Sign in")).to_be_visible()
            provider.age = 13 * 3600
            outside.get_by_role("button", name="Sign in").click()
            outside.get_by_role("link", name="maja").click()
            expect(outside.get_by_role("button", name="Sign in")).to_be_visible()
        assert provider.refused == []
    kept = home / "sign-in.toml"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert SECRET not in (tmp_path / "log").read_text()


def test_a_proxy_on_this_machine_names_the_user_whomever_it_forwards(tmp_path: Path) -> None:
    port = free_port()
    told = {"DATELINE_HOME": str(tmp_path / "home"), "DATELINE_USER_HEADER": "X-Forwarded-User"}
    start = [
        sys.executable,
        "-m",
        "rag",
        "serve",
        "--no-browser",
        "--port",
        str(port),
        "--behind",
        "news.example",
    ]
    with serving(start, port, told, tmp_path / "log") as here:
        answers = []
        for named in ({"X-Forwarded-User": "maja"}, {}):
            headers = {"Host": "news.example", "X-Forwarded-For": "10.0.0.9", **named}
            try:
                with urllib.request.urlopen(
                    urllib.request.Request(here, headers=headers), timeout=20
                ) as page:
                    answers.append(page.status)
            except urllib.error.HTTPError as refused:
                answers.append(refused.code)
        assert answers == [200, 403]
