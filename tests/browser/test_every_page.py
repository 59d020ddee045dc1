"""Every page, in every look: nobody is kept out, nothing sticks out, every date says its year."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from typer.testing import CliRunner

from rag.cli import app
from tests.browser.conftest import ROOT, Open, Reader, free_port, serving
from tests.browser.test_home import ARTICLES, Home, write
from tests.browser.test_reach import TOO_SMALL, serious, serious_of
from tests.scale import some

LOOKS = [
    pytest.param(width, dark, id=f"{width}-{'dark' if dark else 'light'}")
    for width in (1440, 360)
    for dark in (False, True)
]
TODAY = "2031-01-05"  # later than everything here, so that each date has to say its year
STICKS_OUT = """() => [document.scrollingElement, document.querySelector('[data-testid="stMain"]')]
    .filter(one => one && one.scrollWidth > Math.min(innerWidth, one.clientWidth + 1)).map(one => one.tagName)"""
YEARLESS = r"""() => {
    const within = root => [...root.querySelectorAll("*")].map(one => one.shadowRoot ? said(one.shadowRoot) : "");
    const said = root => [...within(root), (root.body ?? root.lastElementChild).innerText].join("\n");
    const months = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec";
    return said(document).match(new RegExp(`\\b\\d{1,2} (${months})\\b(?! \\d{4})[^\\n]*`, "g")) ?? [];
}"""
QUESTION = "What do the Nordmark bakers want?"
LONG = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen" * 2


@pytest.fixture(scope="module")
def home(chromium: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A home with two runs, a repair, two versions of an article and a name that has nowhere to break."""
    folder = tmp_path_factory.mktemp("every")
    articles = folder / "articles"
    articles.mkdir()
    for name, (title, text) in ARTICLES.items():
        write(articles, name, title, text)
    write(articles, LONG.lower()[:100], LONG, f"{LONG} was seen in the harbour of Brattvik.")
    home = folder / "home"

    def run(*arguments: str) -> None:
        done = CliRunner().invoke(app, [*arguments, "--home", str(home)], catch_exceptions=False)
        assert done.exit_code == 0, done.output

    run("ingest", str(articles))
    write(
        articles,
        "otters",
        *ARTICLES["otters"][:1],
        "Three otters and four cubs were filmed below the old weir.",
    )
    run("ingest", str(articles))
    held = {"article": "bakery", "quote": "The 84 bakers want a night bonus"}
    gone = {"article": "bakery", "quote": "The company has offered 5 percent"}
    asked = [
        {"id": "q1", "question": QUESTION, "evidence": [held], "tags": ["wages"]},
        {"id": "q2", "question": "Who opened the museum of clocks?", "evidence": [gone]},
    ]
    questions = folder / "set.jsonl"
    questions.write_text("".join(json.dumps(one) + "\n" for one in asked))
    for name in ("base", "head"):
        run("eval", "run", "--set", str(questions), "--name", name)
    port = free_port()
    start = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), "--server.port", str(port)]
    settings = {"DATELINE_HOME": str(home), "DATELINE_TODAY": TODAY}
    with serving(start, port, settings, folder / "log") as address:
        yield Home(address, home)


def asked(question: str, outcome: str) -> Callable[[Reader], None]:
    """The page once this was asked."""
    return lambda one: one.answered(question, outcome)


def pressed(name: str, then: str) -> Callable[[Reader], None]:
    """The page once a button was pressed and what it opens has come."""

    def press(one: Reader) -> None:
        one.page.get_by_role("button", name=name, exact=True).click()
        expect(one.page.locator(then).first).to_be_visible()

    return press


def sheet(one: Reader) -> None:
    """A cited article, over the answer where the window is narrow."""
    one.answered(QUESTION)
    one.page.locator(".chip").first.click()
    expect(one.page.locator("mark[data-on]").first).to_be_visible()


def found(one: Reader) -> None:
    """What a search found, opened."""
    one.answered("bakery OR otters", "passages")
    one.page.locator(".heading").first.click()
    expect(one.page.locator("article h2")).to_be_visible()


def checked(one: Reader) -> None:
    """A text that was checked."""
    one.page.get_by_label("A text to check").fill("The 48 bakers want a night bonus of 12 percent.")
    one.page.get_by_role("button", name="Check", exact=True).click()
    one.page.locator(".pane .statement").first.wait_for()


def quoted(one: Reader) -> None:
    """Quotations, beside the article."""
    one.page.get_by_label("About").fill("museum")
    one.page.get_by_role("button", name="Find", exact=True).click()
    one.page.locator(".pane .headline, .pane .statement").first.wait_for()


def passages(one: Reader) -> None:
    """An article with the passages it is cut into."""
    one.page.get_by_role("radio", name="Passages").click()
    expect(one.page.locator("article .tag").first).to_be_visible()


def changes(one: Reader) -> None:
    """Two versions of an article beside each other."""
    one.page.get_by_role("radio", name="Changes").click()
    expect(one.page.locator(".reading.compared")).to_be_visible()


def briefed(one: Reader) -> None:
    """A briefing beside its articles, the stories it was written from above."""
    one.page.get_by_role("button", name="Find the stories").click()
    one.page.get_by_role("button", name="Write the briefing").click()
    expect(one.page.locator(".section h2").first).to_be_visible()


def graded(one: Reader) -> None:
    """An answer to grade."""
    name = one.page.get_by_label("Who grades")
    name.fill("Maja")
    name.press("Enter")
    expect(one.page.get_by_role("button", name="Keep the grade")).to_be_visible()


def clipped(one: Reader) -> None:
    """A clip, made where it was read."""
    one.answered(QUESTION)
    one.page.get_by_role("button", name="Clip sentence 1").click()
    expect(one.page.get_by_role("button", name="Clipped sentence 1. Undo")).to_be_visible()
    one.visit("clips")
    one.page.locator(".statement").first.wait_for()


def shown(what: str) -> Callable[[Reader], None]:
    """The page once this is on it."""
    return lambda one: expect(one.page.locator(what).first).to_be_visible()


PAGES: dict[str, tuple[str, Callable[[Reader], None]]] = {
    "ask": ("", shown(".st-key-welcome")),
    "answered": ("", sheet),
    "closest": ("", asked("Who is the mayor of Halsund?", "closest")),
    "no answer": ("", asked("What is the boiling point of tungsten?", "no_answer_found")),
    "search": ("search", found),
    "check": ("check", checked),
    "briefing": ("briefing", briefed),
    "quotes": ("quotes", quoted),
    "erasing": ("library?article=otters", pressed("Erase…", ".st-key-erase")),
    "library": ("library", shown(".shelf tbody tr")),
    "article": ("library?article=otters", shown("article .body")),
    "passages": ("library?article=otters", passages),
    "changes": ("library?article=otters", changes),
    "adding": ("library", pressed("Add articles", ".st-key-adding")),
    "repairs": ("library", pressed("Repair…", ".st-key-mending")),
    "imports": ("library", pressed("Imports…", ".st-key-imports")),
    "evaluate": ("evaluate", shown(".st-key-adding")),
    "run": ("evaluate?run=base", shown(".figures table")),
    "comparison": ("evaluate?base=base&head=head", shown(".figures table")),
    "grading": ("evaluate?grade=base", graded),
    "clips": ("", clipped),
    "history": ("history", shown(".dots")),
    "status": ("status", shown(".st-key-page dl")),
}


@pytest.mark.parametrize(("width", "dark"), some(LOOKS, 3))
def test_every_page_lets_everybody_in_and_nothing_sticks_out(
    reader: Open, home: Home, request: pytest.FixtureRequest, width: int, dark: bool
) -> None:
    one = reader(address=home.address, size=(width, 800), dark=dark)
    request.addfinalizer(one.page.context.clear_cookies)
    wrong: dict[str, list[str]] = {}
    for name, (path, come) in PAGES.items():
        one.visit(path)
        come(one)
        one.settled()
        one.page.wait_for_timeout(100)
        faults = [f"keeps out: {each}" for each in serious(one)]
        faults += [f"too small: {each}" for each in one.page.evaluate(TOO_SMALL)]
        faults += [f"sticks out: {each}" for each in one.page.evaluate(STICKS_OUT)]
        faults += [f"no year: {each}" for each in one.page.evaluate(YEARLESS)]
        if faults:
            wrong[name] = faults
    assert wrong == {}


@pytest.mark.parametrize(("width", "dark"), some(LOOKS, 3))
def test_the_door_lets_everybody_knock(chromium: Browser, tmp_path: Path, width: int, dark: bool) -> None:
    port = free_port()
    start = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), "--server.port", str(port)]
    settings = {"DATELINE_HOME": str(tmp_path / "home"), "DATELINE_PASSWORD": "gulls and stairs"}
    context = chromium.new_context(
        viewport={"width": width, "height": 740}, color_scheme="dark" if dark else "light"
    )
    with serving(start, port, settings, tmp_path / "log") as address:
        page = context.new_page()
        page.goto(address)
        for _ in range(2):
            assert serious_of(page) == []
            assert page.evaluate(TOO_SMALL) == []
            assert page.evaluate(STICKS_OUT) == []
            page.get_by_label("The newsroom's password").fill("not this one")
            page.keyboard.press("Enter")
            expect(page.get_by_role("alert")).to_be_visible()
    context.close()
