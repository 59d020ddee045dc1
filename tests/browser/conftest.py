"""The real page in a real Chromium. Every test fails if any request leaves the page's own origin."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

ROOT = Path(__file__).parents[2]
POLICY = [pytest.param(False, id="policy on"), pytest.param(True, id="policy off")]
LOOKS = [
    pytest.param(width, dark, id=f"{width}-{'dark' if dark else 'light'}")
    for width in (1280, 360)
    for dark in (False, True)
]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here drives a browser."""
    for item in items:
        if Path(item.fspath).parent == Path(__file__).parent:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, headless. Without one: skipped, or a failure with DATELINE_BROWSER=required."""
    found = os.environ.get("DATELINE_CHROMIUM") or shutil.which("chromium")
    if found is None:
        reason = "no chromium on this machine (apt-get install chromium)"
        if os.environ.get("DATELINE_BROWSER") == "required":
            pytest.fail(reason)
        pytest.skip(reason)
    expect.set_options(timeout=30_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def serving(command: list[str], port: int, environment: dict[str, str], log: Path) -> Iterator[str]:
    """A server from `command`, stopped at the end; yields its address."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **environment}, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            _await(f"http://127.0.0.1:{port}/healthz", process, log)
            yield f"http://127.0.0.1:{port}/"
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _await(address: str, process: subprocess.Popen[bytes], log: Path, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"the server did not come up:\n{log.read_text(errors='replace')}")


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def stand_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], str]]:
    """Addresses of pages over the stand-in newsroom, by variant ("", "slow", "sample slow"), started when asked for."""
    started: dict[str, str] = {}
    stack: list[Iterator[str]] = []

    def address(variant: str = "") -> str:
        if variant not in started:
            port = free_port()
            command = [sys.executable, "-m", "tests.browser.serve", str(port), *variant.split()]
            log = tmp_path_factory.mktemp("server") / "log"
            served = serving(command, port, {"DATELINE_TODAY": "2026-11-22"}, log)
            stack.append(served)  # type: ignore[arg-type]
            started[variant] = served.__enter__()
        return started[variant]

    yield address
    for served in stack:
        served.__exit__(None, None, None)  # type: ignore[attr-defined]


@dataclass
class Watch:
    """What the browser did beside what the test looked at."""

    requests: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    sent: list[object] = field(default_factory=list)
    ears: dict[Any, Callable[[Any], None]] = field(init=False)

    def __post_init__(self) -> None:
        self.ears = {
            "request": lambda request: self.requests.append(request.url),
            "pageerror": lambda error: self.troubles.append(f"{error}\n{error.stack}"),
            "console": lambda said: _hear(self, said.type, said.text),
            "websocket": lambda socket: socket.on("framesent", lambda frame: self.sent.append(frame)),
        }


@dataclass
class Reader:
    """A reader in front of the page."""

    page: Page
    watch: Watch
    address: str

    def visit(self, path: str = "") -> None:
        """Open a page and wait until it can be used."""
        self.page.goto(self.address + path)
        self.page.locator(".st-key-masthead").wait_for()
        self.settled()

    def settled(self) -> None:
        """Wait until the page is drawn to its end."""
        self.page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()

    def ask(self, question: str) -> None:
        """Type a question and press Enter."""
        box = self.page.locator(".st-key-question input")
        box.fill(question)
        box.press("Enter")

    def answered(self, question: str, outcome: str = "answered") -> None:
        """Ask and wait for the outcome."""
        self.ask(question)
        try:
            self.page.locator(f'.pane[data-outcome="{outcome}"]').wait_for()
            expect(self.page.locator(".pane")).to_have_count(1)  # the one that showed the stages is gone
        except (PlaywrightTimeoutError, AssertionError):
            asked = self.page.locator(".st-key-question input").input_value()
            shown = self.page.locator("body").inner_text()
            pytest.fail(f"not {outcome}; the question's field holds “{asked}”, the page:\n{shown}")


Open = Callable[..., Reader]


@pytest.fixture(scope="session")
def contexts(chromium: Browser) -> Iterator[Callable[[bool], BrowserContext]]:
    """Two profiles for all tests, with and without the page's policy, so that Streamlit's scripts are fetched once."""
    made: dict[bool, BrowserContext] = {}

    def context(bypass: bool) -> BrowserContext:
        if bypass not in made:
            made[bypass] = chromium.new_context(bypass_csp=bypass)
            made[bypass].set_default_timeout(60_000)
        return made[bypass]

    yield context
    for one in made.values():
        one.close()


@pytest.fixture(scope="session")
def spare() -> dict[bool, list[Page]]:
    """Tabs that a test has left, by bypass: opened again in one, the page's scripts are not compiled again."""
    return {False: [], True: []}


@pytest.fixture
def reader(
    contexts: Callable[[bool], BrowserContext],
    spare: dict[bool, list[Page]],
    stand_in: Callable[[str], str],
) -> Iterator[Open]:
    """Opens the page for a reader, on the stand-in (or whatever is at `address`)."""
    readers: list[Reader] = []
    leaving: list[Callable[[], None]] = []

    def open_page(
        variant: str = "",
        *,
        address: str | None = None,
        path: str = "",
        size: tuple[int, int] = (1280, 800),
        dark: bool = False,
        bypass_csp: bool = False,
    ) -> Reader:
        watch = Watch()
        page = spare[bypass_csp].pop() if spare[bypass_csp] else contexts(bypass_csp).new_page()
        leaving.append(lambda: _leave(page, watch, spare[bypass_csp]))
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.emulate_media(color_scheme="dark" if dark else "light")
        for event, hear in watch.ears.items():
            page.on(event, hear)
        readers.append(Reader(page, watch, address or stand_in(variant)))
        readers[-1].visit(path)
        return readers[-1]

    yield open_page
    for leave in leaving:
        leave()
    for one in readers:
        strays = [url for url in one.watch.requests if not url.startswith((one.address, "data:", "blob:"))]
        assert not strays, f"requests left the page: {strays}"
        assert not one.watch.troubles, f"the page complained: {one.watch.troubles}"


def _leave(page: Page, watch: Watch, spare: list[Page]) -> None:
    """What the test kept in the tab goes with it; the tab stays for the next, unless the test closed it."""
    if page.is_closed():
        return
    page.evaluate("sessionStorage.clear()")
    page.goto("about:blank")
    for event, hear in watch.ears.items():
        page.remove_listener(event, hear)
    spare.append(page)


def _hear(watch: Watch, kind: str, text: str) -> None:
    if kind == "error" and "404 (Not Found)" not in text:  # Streamlit looks for its server under /search too
        watch.troubles.append(text)


def fetched(address: str) -> tuple[int, dict[str, str]]:
    """Status and headers (names in lower case) of a GET."""
    try:
        with urllib.request.urlopen(address, timeout=10) as response:
            return response.status, {name.lower(): value for name, value in response.headers.items()}
    except urllib.error.HTTPError as error:
        return error.code, {name.lower(): value for name, value in error.headers.items()}
