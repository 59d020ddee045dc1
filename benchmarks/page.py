"""How soon the page answers, in Chromium: `python -m benchmarks.page [--asks 30] [--sessions 20] [--seconds 60]`.

Enter to first words beside a Streamlit page that only echoes what was typed; a citation pressed until its article is
marked and in sight; and many readers at once beside one, over the page's own protocol. All over the sample newsroom.
Needs Chromium; nothing else should run.
"""

from __future__ import annotations

import argparse
import itertools
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from rag.evaluation import sets

ROOT = Path(__file__).resolve().parent.parent
ECHO = "import streamlit as st\nst.html('<p class=\"echoed\">' + st.text_input('Say', key='question') + '</p>')\n"
PACE = 5.0  # seconds between one reader's questions
DONE = '.pane:not([hidden]):not([data-outcome="working"])'
OUTCOMES = ("answered", "closest", "no_answer_found")

# The pane stands in a shadow root. Times are the browser's own, from the key or the click to the frame that shows it.
WATCH = """(words) => {
    const parts = () => [document, ...[...document.querySelectorAll('[data-testid="stBidiComponentIsolated"]')]
        .map(one => one.shadowRoot).filter(Boolean)];
    const all = (selector) => parts().flatMap(one => [...one.querySelectorAll(selector)]);
    const wait = (done) => new Promise((resolve, reject) => {
        setTimeout(() => reject(Error('nothing was drawn')), 30000);
        const look = () => done() ? resolve(performance.now()) : requestAnimationFrame(look);
        requestAnimationFrame(look);
    });
    window.words = () => {
        all(words).forEach(one => { one.dataset.old = ''; });
        const fresh = (one) => !('old' in one.dataset) && one.textContent;
        window.took = new Promise(resolve => addEventListener('keydown', event => {
            const began = performance.now();
            resolve(wait(() => all(words).some(fresh)).then(ended => ended - began));
        }, {once: true, capture: true}));
    };
    window.pressed = (number) => {
        const chip = all('.pane:not([hidden]) .statement .chip')[number], began = performance.now();
        chip.click();
        return wait(() => {
            const boxes = all('mark[data-on]').map(one => one.getBoundingClientRect());
            return chip.getAttribute('aria-pressed') === 'true'
                && boxes.some(one => one.height > 0 && one.top >= 0 && one.bottom <= innerHeight);
        }).then(ended => ended - began);
    };
}"""
WORDS = ".pane:not([hidden]) .statement, .pane:not([hidden]) .headline, .echoed"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--asks", type=int, default=30, help="questions on each page (30)")
    parser.add_argument("--sessions", type=int, default=20, help="readers at once (20)")
    parser.add_argument("--seconds", type=float, default=60, help="how long they ask (60)")
    given = parser.parse_args()
    questions = sets.read(ROOT / "corpus" / "questions.jsonl")
    asked = list(
        dict.fromkeys(one.question for one in questions)
    )  # asked again, the same words need not be drawn
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} before")
    with tempfile.TemporaryDirectory() as made, sync_playwright() as playwright:
        folder = Path(made)
        command = [sys.executable, "-m", "rag", "ingest", str(ROOT / "corpus" / "articles")]
        home = {**os.environ, "DATELINE_HOME": str(folder / "home")}
        subprocess.run(command, cwd=ROOT, env=home, check=True, capture_output=True)
        (folder / "echo.py").write_text(ECHO)
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("DATELINE_CHROMIUM") or shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu"],
        )
        with served(folder / "echo.py", home) as echo, served(ROOT / "app.py", home) as ours:
            tell("Enter to first words, echo", words(opened(browser, echo), asked, given.asks))
            page = opened(browser, ours)
            tell("Enter to first words, Dateline", words(page, asked, given.asks))
            tell("citation to marked and in sight", clicks(page, asked, given.asks))
            page.close()
            tell("one reader", crowd(ours, asked, 1, given.seconds / 2))
            tell(f"{given.sessions} readers", crowd(ours, asked, given.sessions, given.seconds))
        browser.close()


def tell(what: str, milliseconds: Sequence[float]) -> None:
    """A line: median and 95th percentile, of how many."""
    low, high = np.percentile(milliseconds, [50, 95])
    print(f"{what:34}{low:8.0f} ms p50{high:8.0f} ms p95   of {len(milliseconds)}", flush=True)


def words(page: Page, asked: Sequence[str], count: int) -> list[float]:
    """Milliseconds from Enter to the first words that were not there before, for each question."""
    box, taken = page.locator(".st-key-question input"), []
    for question in itertools.islice(itertools.cycle(asked), count):
        box.fill(question)
        page.evaluate("window.words()")
        box.press("Enter")
        taken.append(float(page.evaluate("window.took")))
        page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()
    return taken


def clicks(page: Page, asked: Sequence[str], count: int) -> list[float]:
    """Milliseconds from a press on a citation to its span marked and in sight."""
    taken: list[float] = []
    for question in itertools.cycle(asked):
        words(page, [question], 1)
        page.locator(DONE).wait_for()
        chips = page.locator(".pane:not([hidden]) .statement .chip")
        for number in reversed(range(chips.count())):
            taken.append(float(page.evaluate(f"window.pressed({number})")))
        if len(taken) >= count:
            return taken[:count]
    raise AssertionError("there is always a question")


def crowd(address: str, asked: Sequence[str], sessions: int, seconds: float) -> list[float]:
    """Readers that each ask every few seconds over the page's own protocol; milliseconds to each whole answer."""
    with ThreadPoolExecutor(sessions) as pool:
        readers = [pool.submit(_reader, address, asked, n, n / sessions, seconds) for n in range(sessions)]
        return [one for reader in readers for one in reader.result()]


def _reader(address: str, asked: Sequence[str], number: int, share: float, seconds: float) -> list[float]:
    uri = address.replace("http:", "ws:") + "_stcore/stream"
    taken: list[float] = []
    with connect(uri, origin=Origin(address.rstrip("/")), subprotocols=[Subprotocol("streamlit")]) as socket:
        _run(socket, "")
        time.sleep(PACE * share)
        ends = time.monotonic() + seconds
        for question in itertools.cycle([*asked[number:], *asked[:number]]):
            began = time.monotonic()
            _run(socket, urlencode({"q": question}))
            taken.append((time.monotonic() - began) * 1000)
            if time.monotonic() > ends:
                return taken
            time.sleep(max(0.0, PACE - (time.monotonic() - began)))
    raise AssertionError("there is always a question")


def _run(socket: ClientConnection, query: str) -> None:
    """Have the page drawn for an address, to its end. Raises: RuntimeError, the page tells of an exception."""
    asking = BackMsg(rerun_script=ClientState(query_string=query))
    socket.send(asking.SerializeToString())
    answered = False
    while True:
        message = ForwardMsg.FromString(socket.recv(timeout=120, decode=False))
        drawn = message.SerializeToString() if message.HasField("delta") else b""
        answered = answered or any(f'"{one}"'.encode() in drawn for one in OUTCOMES)
        if b"stException" in drawn or message.delta.new_element.HasField("exception"):
            raise RuntimeError("the page shows an exception")
        done = message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY
        if message.HasField("script_finished") and done and (answered or not query):
            return


def opened(browser: Browser, address: str) -> Page:
    """A page that is ready to be asked and watched."""
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(address)
    page.locator(".st-key-question input").wait_for()
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()
    page.evaluate(WATCH, WORDS)
    return page


@contextmanager
def served(script: Path, environment: dict[str, str]) -> Iterator[str]:
    """A Streamlit page, served; yields its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port)]
    command += ["--server.headless", "true", "--browser.gatherUsageStats", "false"]
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=2).close()
                break
            except OSError:
                time.sleep(0.2)
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.terminate()
        process.wait(20)


if __name__ == "__main__":
    main()
