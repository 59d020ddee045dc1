"""Row 45 on every page: whatever an article or a model says is words, with the page's policy on and off."""

from __future__ import annotations

import json
import re
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import expect
from typer.testing import CliRunner

from rag.cli import app
from tests.browser.conftest import POLICY, ROOT, Open, Reader, free_port, serving
from tests.fakes import openai_server
from tests.fakes.hostile import hostile, records, reply
from tests.scale import some

RENDERED = re.compile(r"(?<!\*\*)zq(?!model)\w+|(?<!:material/)zzq|😄")

# Everything on the page, shadow roots included, that is or leads anywhere but here; and words whose Markdown was read.
FOUND = r"""() => {
    const bad = [];
    const leads = one => ["src", "srcset", "href", "xlink:href", "action", "formaction", "poster", "data", "ping"]
        .filter(name => one.hasAttribute(name)).map(name => one.getAttribute(name));
    const walk = root => {
        for (const one of root.querySelectorAll("*")) {
            const tag = one.tagName.toLowerCase();
            if (["img", "iframe", "object", "embed", "base", "frame"].includes(tag)) bad.push(one.outerHTML);
            if (/^(strong|em|b|i|code|del|a)$/.test(tag) && /^\W*zq/.test(one.textContent)) bad.push(one.outerHTML);
            for (const { name } of one.attributes) if (/^on/.test(name)) bad.push(one.outerHTML);
            for (const to of leads(one)) {
                const url = new URL(to, location.href);
                const told = new RegExp(`(^|Open at )${url.host}$`).test(one.textContent);
                const link = tag === "a" && /^https?:$/.test(url.protocol) && told;
                const own = ["data:", "blob:"].includes(url.protocol) || url.origin === location.origin;
                if (!link && !own) bad.push(one.outerHTML);
            }
            if (/url\(|@import/.test(one.getAttribute("style") ?? "")) bad.push(one.outerHTML);
            if (one.shadowRoot) walk(one.shadowRoot);
        }
    };
    walk(document);
    return bad.map(html => html.slice(0, 300));
}"""
SAID = """() => {
    const said = [];
    const walk = node => {
        if (node.nodeType === Node.TEXT_NODE) said.push(node.textContent);
        else if (!/^(STYLE|SCRIPT)$/.test(node.tagName ?? "")) {
            for (const child of node.childNodes) walk(child);
            if (node.shadowRoot) walk(node.shadowRoot);
            if (/^(P|DIV|LI|TD|DT|DD|H\\d)$/.test(node.tagName ?? "")) said.push("\\n");
        }
    };
    walk(document.body);
    return said.join("");
}"""


@pytest.fixture(scope="module")
def there() -> Iterator[tuple[str, list[str]]]:
    """Where everything hostile leads, and what was asked of it."""
    asked: list[str] = []

    class Ear(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_said: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Ear) as ear:
        threading.Thread(target=ear.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{ear.server_port}", asked
        ear.shutdown()


@pytest.fixture(scope="module")
def page(
    chromium: object, there: tuple[str, list[str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, openai_server.OpenAIServer]]:
    """The page on a home of these articles, one of them in two versions, with a model behind it."""
    folder = tmp_path_factory.mktemp("hostile")
    home, articles = folder / "home", folder / "<img src=x onerror=alert(1)> **zqfile**"
    articles.mkdir()

    def run(*arguments: str) -> None:
        done = CliRunner().invoke(app, [*arguments, "--home", str(home)], catch_exceptions=False)
        assert done.exit_code == 0, done.output

    for turn in ("", " Ministers met."):
        first, *rest = records(there[0])
        lines = [{**first, "text": first["text"] + turn}, *rest]
        (articles / "all.jsonl").write_text("".join(json.dumps(one) + "\n" for one in lines))
        run("ingest", str(articles))
    run("rules", "add", "**zqrule** ![a](x)", "path: {outlet}/nothing/*")
    port = free_port()
    with openai_server.serving() as model:
        settings = {
            "DATELINE_HOME": str(home),
            "DATELINE_MODEL": "scripted",
            "OPENAI_BASE_URL": model.address,
        }
        start = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), "--server.port", str(port)]
        with serving(start, port, settings, folder / "log") as address:
            yield address, model


class Walk:
    """A reader who looks at each page for what should be words and is not."""

    def __init__(self, one: Reader, there: str) -> None:
        self.one, self.page, self.there = one, one.page, there
        self.wrong: dict[str, list[str]] = {}

    def look(self, where: str, *fields: str) -> None:
        """What is shown now: nothing leads away, all Markdown is as it was written, and these fields are there."""
        self.one.settled()
        text = self.page.evaluate(SAID).replace("\u2060", "")
        wrong = [f"leads away: {each}" for each in self.page.evaluate(FOUND)]
        wrong += [
            f"read: {text[max(0, at.start() - 40) : at.end() + 40]!r}" for at in RENDERED.finditer(text)
        ]
        wrong += [f"not shown: {field}" for field in fields if f"**zq{field}**" not in text]
        if wrong:
            self.wrong[where] = wrong

    def go(self, name: str, wait: str) -> None:
        """To another page, until `wait` is on it."""
        self.page.get_by_role("link", name=name, exact=True).click()
        self.page.locator(wait).first.wait_for()
        self.one.settled()

    def press(self, name: str, wait: str = "") -> None:
        """Press a button by the end of its name, and wait for what comes of it."""
        self.page.get_by_role("button", name=re.compile(f"{name}$")).first.click()
        if wait:
            self.page.locator(wait).first.wait_for()
        self.one.settled()


def ask(walk: Walk) -> None:
    """Answers with a model, without one, and kept; the question is hostile, too."""
    walk.look("ask, a model", "title", "outlet", "body")
    walk.press("Clip sentence 1", '[aria-label="Clipped sentence 1. Undo"]')
    walk.press("Outlets")
    walk.look("ask, the scope", "outlet")
    walk.press("Watch", "[data-testid=stPopoverBody]")
    walk.press("Watch this question")
    walk.press("Answer without the model")
    expect(walk.page.locator(".pane .summary")).to_contain_text(["xtractive"])
    walk.look("ask, extractive", "title", "outlet")
    walk.page.reload()
    walk.page.locator(".pane .statement").first.wait_for()
    walk.look("a kept answer", "title", "outlet")


def search(walk: Walk) -> None:
    """Passages, and articles found exactly."""
    walk.go("Search", ".st-key-search_text input")
    walk.one.answered("harvest", "passages")
    walk.look("search", "title", "outlet", "body")
    walk.one.answered("harvest AND Dunmere", "passages")
    walk.look("search, exact", "title", "outlet")


def quotes(walk: Walk) -> None:
    """What somebody said."""
    walk.go("Quotes", ".st-key-quotes_text input")
    walk.press("Find", ".pane .statement")
    walk.look("quotes", "quoted", "title")


def check(walk: Walk) -> None:
    """A hostile draft."""
    walk.go("Check", ".st-key-check_text textarea")
    draft = f"The harvest at Dunmere was lost {hostile('draft', walk.there)}."
    walk.page.get_by_label("A text to check").fill(draft)
    walk.press("Check", ".pane .statement")
    walk.look("check", "draft", "title")


def briefing(walk: Walk) -> None:
    """The stories to be ticked, and the briefing."""
    walk.go("Briefing", ".st-key-brief_topic input")
    walk.press("Find the stories", "[class*=st-key-tell-]")
    walk.look("briefing, the stories", "title")
    walk.press("Write the briefing", ".section h2")
    walk.look("briefing", "title")
    expect(walk.page.locator(".pane")).to_contain_text(["scripted"])


def kept(walk: Walk) -> None:
    """Clips, and what was asked and is watched."""
    walk.go("Clips", ".pane .statement")
    walk.look("clips", "title", "outlet")
    walk.go("History", "[class*=st-key-asked-]")
    walk.look("history", "question")
    for shown in ("Watched", "Gaps"):
        walk.page.get_by_role("radio", name=shown).click()
        walk.look(f"history, {shown}")


def library(walk: Walk) -> None:
    """The list, its panels and its filter."""
    walk.go("Library", ".shelf tbody tr")
    walk.look("library", "title", "outlet", "collection")
    walk.press("Imports…", ".st-key-imports")
    walk.look("library, imports", "file")
    walk.press("Close imports")
    walk.press("Add articles", ".st-key-adding summary")
    walk.page.get_by_text("Import rules: 1 in use").click()
    walk.look("library, adding", "rule")
    walk.press("^Close")
    walk.page.get_by_label("Select all on this page").check()
    walk.press("Collections", "[data-testid=stPopoverBody]")
    collection = walk.page.get_by_role("combobox", name="Collection")
    collection.press("ArrowDown")
    collection.press("Enter")
    walk.page.get_by_role("checkbox", name=re.compile("Never send")).wait_for(state="attached")
    walk.look("library, collections", "collection")
    walk.page.keyboard.press("Escape")
    walk.press("Erase…", ".st-key-erase")
    walk.look("library, erasing", "id")
    walk.press("Keep")
    walk.press("All articles", "[data-testid=stPopoverBody]")
    outlets = walk.page.get_by_role("combobox", name="Outlets")
    outlets.fill("Post")
    walk.look("library, choosing", "outlet")
    outlets.press("Enter")
    walk.page.locator(".shelf tbody tr:only-child").wait_for()
    for _ in range(2):
        walk.page.keyboard.press("Escape")
    expect(walk.page.get_by_test_id("stPopoverBody")).to_have_count(0)
    walk.look("library, filtered", "outlet")


def article(walk: Walk) -> None:
    """The one that is hostile, its text, passages and versions; and one whose host looks like another's."""
    walk.page.locator(".shelf tbody a").first.click()
    walk.page.locator("article .body").wait_for()
    walk.look("article", "title", "outlet", "author", "agency", "id", "body")
    for mode, wait in (("Passages", "article .tag"), ("Changes", ".reading.compared")):
        walk.page.get_by_role("radio", name=mode).click()
        walk.page.locator(wait).first.wait_for()
        walk.look(f"article, {mode}", "title", "outlet")
    walk.one.visit("library?article=posing")
    links = walk.page.get_by_role("link", name=re.compile("xn--"))
    expect(links).to_have_text(["xn--exampe-fqf.com", "Open at xn--exampe-fqf.com"])


@pytest.mark.parametrize("bypass", some(POLICY, 1))
def test_row_45_on_every_page_all_text_is_words_and_nothing_is_asked_for(
    reader: Open,
    page: tuple[str, openai_server.OpenAIServer],
    there: tuple[str, list[str]],
    request: pytest.FixtureRequest,
    bypass: bool,
) -> None:
    address, model = page
    one = reader(address=address, bypass_csp=bypass)
    request.addfinalizer(one.page.context.clear_cookies)
    model.script[:] = [reply(there[0])] * 40  # the answer, then all that the briefing asks for
    one.answered(f"Why was the harvest at Dunmere lost? {hostile('question', there[0])}")
    walk = Walk(one, there[0])
    for visit in (ask, search, quotes, check, briefing, kept, library, article):
        visit(walk)
    assert walk.wrong == {}
    assert there[1] == []
