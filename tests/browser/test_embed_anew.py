"""The Status page where another embedding model was set: said, begun with a button, followed to its end."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import Any

from playwright.sync_api import expect

from tests.browser.conftest import Open, free_port, serving
from tests.browser.test_home import ARTICLES, command
from tests.fakes.embeddings_server import embedding
from tests.fakes.openai_server import Reply


def test_the_library_is_made_anew_from_the_status_page(tmp_path: Path, reader: Open) -> None:
    home, folder, port = tmp_path / "home", tmp_path / "articles", free_port()
    folder.mkdir()
    for name, (title, text) in ARTICLES.items():
        (folder / f"{name}.md").write_text(f"---\nid: {name}\ntitle: {title}\noutlet: Post\n---\n{text}\n")
    command(home, "ingest", str(folder))
    with embedding() as server:
        go_on = threading.Event()

        def held_back(request: dict[str, Any]) -> Reply:
            go_on.wait(30)
            return server.right(request)

        server.script = [server.right] * 2 + [held_back]
        settings = {
            "DATELINE_HOME": str(home),
            "DATELINE_EMBEDDING_MODEL": "scripted",
            "DATELINE_EMBEDDING_BASE_URL": server.address,
        }
        run = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true"]
        run += [f"--server.port={port}", "--server.address=127.0.0.1"]
        with serving(run, port, settings, tmp_path / "log") as address:
            page = reader(address=address, path="status", size=(360, 800), dark=True).page
            expect(page.get_by_text("The vectors in this library are by MiniLM.")).to_be_visible()
            assert page.evaluate("document.documentElement.scrollWidth") == 360
            assert not server.requests
            page.get_by_role("button", name="Make all vectors anew").click()
            expect(page.get_by_text("passages to read by scripted")).to_be_visible()
            expect(page.get_by_role("progressbar")).to_be_visible()
            expect(page.locator(".st-key-holdings")).to_contain_text("meaning: 0 % of the library")
            go_on.set()
            expect(page.locator(".st-key-vectors")).to_have_count(0)
            expect(page.locator(".st-key-holdings")).to_contain_text("meaning: whole library")
