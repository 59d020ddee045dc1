"""The page with a language model behind it: sentence by sentence, stopped at once, and what stands in when it fails."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import POLICY, Open, free_port, serving
from tests.browser.test_home import ARTICLES, command
from tests.fakes import openai_server
from tests.fakes.homes import wait_for
from tests.fakes.openai_server import OpenAIServer, Reply, said
from tests.scale import some

QUESTION = "How many steps has the lighthouse?"
WRITTEN = "The lighthouse at Vargholm has 219 steps, which its keeper climbed twice a day [1]."
MORE = "She retires on Friday after 41 years [1]."


@pytest.fixture(scope="module")
def model() -> Iterator[OpenAIServer]:
    """The model's server; each test puts its replies into the script."""
    with openai_server.serving() as server:
        yield server


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, model: OpenAIServer) -> Iterator[str]:
    """The page on a home of three articles with that model."""
    home = tmp_path_factory.mktemp("model") / "home"
    folder = home.parent / "articles"
    folder.mkdir()
    for name, (title, text) in ARTICLES.items():
        (folder / f"{name}.md").write_text(f"---\nid: {name}\ntitle: {title}\noutlet: Post\n---\n{text}\n")
    command(home, "ingest", str(folder))
    port = free_port()
    settings: dict[str, Any] = {
        "DATELINE_HOME": str(home),
        "DATELINE_MODEL": "scripted",
        "DATELINE_PRICE_IN": "2",
        "DATELINE_PRICE_OUT": "8",
        "OPENAI_BASE_URL": model.address,
    }
    run = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true"]
    with serving(
        [*run, f"--server.port={port}", "--server.address=127.0.0.1"], port, settings, home.parent / "log"
    ) as here:
        yield here


def first(request: dict[str, Any]) -> str:
    """The number of the lighthouse's passage in a request."""
    blocks = request["messages"][-1]["content"].split("<passage ")[1:]
    return str(next(at for at, one in enumerate(blocks, 1) if ARTICLES["lighthouse"][0] in one))


def telling(*sentences: str, **more: Any) -> Any:
    """A reply that names the lighthouse's passage."""
    return lambda request: said(*(one.replace("[1]", f"[{first(request)}]") for one in sentences), **more)


def test_a_model_s_sentences_come_one_by_one_with_its_name_and_cost(
    reader: Open, address: str, model: OpenAIServer
) -> None:
    model.script[:] = [telling(WRITTEN, MORE, size=3, silent=(40, 2.0))]
    here = reader(address=address)
    here.ask(QUESTION)
    page = here.page
    expect(page.locator(".pane .statement .text")).to_have_text([WRITTEN.replace(" [1]", "")])
    expect(page.locator('.pane[data-outcome="working"]')).to_be_visible()
    expect(page.locator('.pane[data-outcome="answered"]')).to_be_visible()
    expect(page.locator(".pane .statement")).to_have_count(2)
    summary = page.locator(".pane .summary")
    expect(summary).to_contain_text(["scripted"])
    expect(summary).to_contain_text(["100 + 20 tokens"])
    expect(summary).to_contain_text(["cost 0.00036"])
    assert "219 steps" in "".join(page.locator("mark[data-on]").all_text_contents())


def test_row_20_stop_stops_a_model_at_once(reader: Open, address: str, model: OpenAIServer) -> None:
    model.script[:] = [telling(WRITTEN, MORE, size=3, silent=(40, 30.0))]
    gone = len(model.left)
    here = reader(address=address)
    here.ask(QUESTION)
    expect(here.page.locator(".pane .statement")).to_have_count(1)
    here.page.get_by_role("button", name="Stop").click()
    expect(here.page.get_by_text("Stopped before the answer was complete.")).to_be_visible()
    expect(here.page.locator(".pane .statement")).to_have_count(1)
    wait_for(lambda: len(model.left) == gone + 1)  # the model's server is told


def test_row_20_a_tab_that_is_closed_stops_a_model_and_nothing_is_kept(
    reader: Open, address: str, model: OpenAIServer
) -> None:
    model.script[:] = [telling(WRITTEN, MORE, size=3, silent=(40, 30.0))]
    gone = len(model.left)
    here = reader(address=address)
    here.ask("Where did Tilde Aasen work until she retired?")
    expect(here.page.locator(".pane .statement")).to_have_count(1)
    here.page.close()
    wait_for(lambda: len(model.left) == gone + 1)
    other = reader(address=address, path="history")
    other.page.locator(".st-key-history_words").wait_for()
    expect(other.page.get_by_text("Tilde Aasen")).to_have_count(0)


def test_a_reply_that_is_cut_off_leaves_the_extractive_answer_and_can_be_asked_again(
    reader: Open, address: str, model: OpenAIServer
) -> None:
    def cut(request: dict[str, Any]) -> Reply:
        return Reply(telling(WRITTEN, "She retires on Fri")(request).pieces, finish=None)

    model.script[:] = [cut, telling(WRITTEN)]
    here = reader(address=address)
    here.answered(QUESTION)
    page = here.page
    expect(page.locator(".pane .note").first).to_contain_text("cut off")
    expect(page.locator(".pane .lead")).to_contain_text(["not complete"])
    expect(page.locator(".pane .statement .text").last).to_have_text(WRITTEN.replace(" [1]", ""))
    page.get_by_role("button", name="Ask scripted").click()
    expect(page.locator(".pane .summary")).to_contain_text(["100 + 20 tokens"])
    expect(page.locator(".pane .lead")).to_have_count(0)
    page.get_by_role("button", name="Show the other").click()
    expect(page.locator(".pane .lead")).to_contain_text(["not complete"])
    page.get_by_role("button", name="Show the other").click()
    expect(page.locator(".pane .summary")).to_contain_text(["100 + 20 tokens"])


EVIL = (
    "The lighthouse has 219 steps ![a](http://127.0.0.1:9/a) <img src=http://127.0.0.1:9/b> [1].",
    "Read [the rest](//evil.invalid/c), <http://127.0.0.1:9/d> or [this](javascript:alert(1)) [1].",
    '<a href="http://127.0.0.1:9/e" onclick=alert(1)>Its keeper</a> <svg onload=alert(1)> retires on Friday [1].',
    "![f][g] and ```mermaid graph http://127.0.0.1:9/h ``` are no words of hers [1].\n\n[g]: http://127.0.0.1:9/g",
)


@pytest.mark.parametrize("bypass", some(POLICY, 1))
def test_row_45_and_46_whatever_a_model_writes_is_text_at_every_moment_and_asks_for_nothing(
    reader: Open, address: str, model: OpenAIServer, bypass: bool
) -> None:
    model.script[:] = [telling(*EVIL, size=1)]
    here = reader(address=address, bypass_csp=bypass)
    here.answered(QUESTION)  # who opened the page is asked at its end whether any request left it
    pane = here.page.locator(".pane:not([hidden])")
    made = "pane => pane.querySelectorAll('.statements :is(a, img, svg, iframe, script, object)').length"
    assert pane.evaluate(made) == 0
    shown = " ".join(here.page.locator(".pane .statement .text").all_text_contents())
    assert "219 steps" in shown
    assert "alert(1)" not in shown
    here.page.wait_for_timeout(300)
