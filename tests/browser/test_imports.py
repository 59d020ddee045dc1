"""Imports undone on the Library page, and an original file saved, on a real home, in a real browser."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.test_repairs import Home, home

__all__ = ["home"]


def test_an_import_is_undone_and_an_original_is_saved_not_opened(reader: Open, home: Home) -> None:
    page = reader(address=home.address, path="library").page
    page.get_by_role("button", name="Add articles").click()
    story = b"<article><h1>Harbour</h1><p>The harbour was dredged.</p></article><script>1</script>"
    dropped = [{"name": "harbour.html", "mimeType": "text/html", "buffer": story}]
    page.locator("input[type=file]").set_input_files(dropped)  # type: ignore[arg-type]
    page.get_by_role("button", name="Store the files").click()
    expect(page.get_by_role("button", name="Undo this import")).to_be_visible()
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_role("button", name="Done")).to_have_count(0)
    expect(page.get_by_role("button", name="Store the files")).to_be_visible()
    page.get_by_role("link", name="Harbour").click()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save the original file").click()
    assert saved.value.suggested_filename == "harbour.html"
    assert Path(saved.value.path()).read_bytes() == story
    page.get_by_role("button", name="← All articles").click()
    page.get_by_role("button", name="Imports…").click()
    page.get_by_role("button", name="Undo import-2").click()
    expect(page.get_by_text("import-2 is undone. 1 article taken out.")).to_be_visible()
    page.get_by_role("button", name="Make it again").click()
    expect(page.get_by_role("button", name="Undo import-2")).to_be_visible()
    page.set_viewport_size({"width": 360, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
