"""The page on a real home: real articles in, real answers out, other processes at work beside it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import ROOT, Open, free_port, serving

ARTICLES = {
    "lighthouse": (
        "Lighthouse keeper retires after 41 years",
        "The last keeper of the Vargholm lighthouse, Tilde Aasen, retires on Friday after 41 years.\n\n"
        "Aasen, 67, has climbed its 219 steps twice a day since 1985. The lamp will be run from the mainland.\n\n"
        "“I shall miss the gulls and not the stairs,” she said.",
    ),
    "bakery": (
        "Strike at the Nordmark bakery enters third week",
        "The strike at the Nordmark bakery entered its third week on Monday with no talks planned.\n\n"
        "The 84 bakers want a night bonus of 12 percent. The company has offered 5 percent.\n\n"
        "Bread for the town's schools is brought in from Halsund.",
    ),
    "otters": (
        "Otters return to the Lunde river",
        "Otters have been seen in the Lunde river for the first time since 1974, the county biologist said.\n\n"
        "Two adults and three cubs were filmed below the old weir.",
    ),
}


@dataclass(frozen=True)
class Home:
    """A home with its server, and the command line beside it."""

    address: str
    folder: Path

    def run(self, *arguments: str) -> dict[str, object]:
        """A command in a process of its own; its JSON."""
        return command(self.folder, *arguments)


def command(home: Path, *arguments: str) -> dict[str, object]:
    """`dateline … --json` on a home."""
    done = subprocess.run(
        [sys.executable, "-m", "rag", *arguments, "--home", str(home), "--json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout, done.stderr
    said: dict[str, object] = json.loads(done.stdout)
    return said


def write(folder: Path, name: str, title: str, text: str) -> Path:
    """An article as a record of its own."""
    record = {"id": name, "title": title, "text": text, "outlet": "Vargholm Post", "published": "2026-11-10"}
    path = folder / f"{name}.json"
    path.write_text(json.dumps(record), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def home(chromium: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A home of three articles, open in the app."""
    folder = tmp_path_factory.mktemp("home")
    articles = tmp_path_factory.mktemp("articles")
    for name, (title, text) in ARTICLES.items():
        write(articles, name, title, text)
    command(folder, "ingest", str(articles))
    port = free_port()
    start = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), "--server.port", str(port)]
    with serving(start, port, {"DATELINE_HOME": str(folder)}, folder.parent / "server.log") as address:
        yield Home(address, folder)
    assert not list(folder.glob("index/*/DIRTY")), "the server did not close the library when it was stopped"


def test_a_real_answer_stands_beside_its_article_at_the_cited_words(reader: Open, home: Home) -> None:
    one = reader(address=home.address)
    one.answered("Which keeper of the Vargholm lighthouse retires on Friday?")
    sentence = one.page.locator(".statement .text").first
    expect(sentence).to_contain_text(["Tilde Aasen"])
    expect(one.page.locator("article h2")).to_have_text(["Lighthouse keeper retires after 41 years"])
    one.page.locator("mark[data-on]").first.wait_for()
    assert "".join(one.page.locator("mark[data-on]").all_text_contents()) == sentence.inner_text()
    expect(one.page.locator(".details")).to_contain_text(["Searched 3 articles"])


def test_nothing_near_is_no_answer(reader: Open, home: Home) -> None:
    one = reader(address=home.address)
    one.ask("What is the boiling point of tungsten?")
    outcome = one.page.locator('.pane[data-outcome="no_answer_found"], .pane[data-outcome="closest"]')
    outcome.wait_for()
    expect(one.page.locator(".headline")).to_be_visible()


def test_an_article_that_another_process_adds_is_found_while_the_page_is_open(
    reader: Open, home: Home, tmp_path: Path
) -> None:
    one = reader(address=home.address)
    home.run(
        "ingest",
        str(write(tmp_path, "ferry", "Ferry", "The ferry Solveig sank at her moorings in Brattvik.")),
    )
    one.answered("Where did the ferry Solveig sink?")
    expect(one.page.locator(".statement").first).to_contain_text("Brattvik")


def test_the_scope_bar_follows_another_process_while_nobody_touches_the_page(
    reader: Open, home: Home, tmp_path: Path
) -> None:
    one = reader(address=home.address, path="?outlet=Vargholm+Post")
    said = one.page.locator(".scope .said")
    expect(said).to_contain_text(["articles"])
    before = int(said.inner_text().split()[0])
    one.page.locator(".opener", has_text="Outlets").click()
    home.run("ingest", str(write(tmp_path, "swans", "Swans", "Swans nest on the Halsund pier this spring.")))
    expect(said).to_contain_text([f"{before + 1} of {before + 1} articles"])
    expect(one.page.locator(".panel .count").first).to_contain_text(str(before + 1))
    expect(one.page.locator(".st-key-holdings")).to_contain_text([f"{before + 1} articles"])
    address = one.page.url
    assert address.endswith("?outlet=Vargholm+Post")


def test_an_article_that_another_process_removes_is_shown_as_removed(reader: Open, home: Home) -> None:
    one = reader(address=home.address)
    one.answered("What do the Nordmark bakers want?")
    expect(one.page.locator("article h2")).to_contain_text(["Strike at the Nordmark bakery"])
    home.run("remove", "bakery")
    one.page.get_by_role("link", name="Status").click()
    one.page.locator(".st-key-page").wait_for()
    one.page.get_by_role("link", name="Ask", exact=True).click()
    expect(one.page.locator("article .note")).to_contain_text(["removed"])
    assert "night bonus" not in one.page.locator(".source").inner_text()
    one.ask("What do the Nordmark bakers want?")
    one.page.wait_for_timeout(1500)
    expect(one.page.locator("article", has_text="Strike at the Nordmark bakery")).to_have_count(0)
