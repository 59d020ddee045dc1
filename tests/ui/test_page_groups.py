"""Every page, drawn for who is outside a collection's groups: not a word of what is in it. Each way is first walked by
who is inside, to whom the article is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from rag import newsroom
from rag.newsroom import Newsroom
from tests.fakes.embedder import FakeEmbedder
from tests.test_newsroom import BRIDGE, write
from tests.test_seen import DESK, SECRET, cited
from tests.ui.conftest import MAIN
from ui import reader
from ui.reader import GROUPS, HEADER, Reader

ME = "user:maja"
TOLD = ("auditor", "Solveig", "Payments at the harbour")
PAGES = sorted(path.name for path in MAIN.parent.glob("*.py") if f'"{path.name}"' in MAIN.read_text())


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Newsroom]:
    monkeypatch.setenv("DATELINE_TODAY", "2026-11-22")
    with newsroom.open(tmp_path / "home", embedder=FakeEmbedder()) as opened:
        write(tmp_path, "bridge", BRIDGE, title="Bridge shut", outlet="The Post", published="2026-10-12")
        opened.ingest([tmp_path / "bridge.md"])
        head = {"title": TOLD[2], "outlet": "The Desk", "published": "2026-10-13"}
        opened.ingest([write(tmp_path, "leak-1", SECRET, **head)], collection=DESK)
        opened.open_to(DESK, ["desk"])
        asked = opened.keep(opened.ask("What did the auditor tell the paper?"), ME).asked
        opened.share(asked.id, ME)
        opened.clip(ME, [cited(opened)])
        monkeypatch.setattr(newsroom, "open", lambda *_args, **_flags: opened)
        monkeypatch.setattr(reader, "owner", lambda: ME)
        _forget()
        yield opened
        _forget()


def _forget() -> None:
    st.cache_resource.clear()
    st.cache_data.clear()


@pytest.fixture
def groups(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Those of who reads, to be changed by a test."""
    theirs: list[str] = []
    monkeypatch.setattr(reader, "groups", lambda: frozenset(theirs))
    return theirs


def drawn(app: AppTest) -> str:
    """Everything that the server has sent to the browser."""
    assert not app.exception

    def said(node: Any) -> str:
        children = getattr(node, "children", None)
        own = str(node.proto) if getattr(node, "proto", None) is not None else ""
        return own + "".join(map(said, children.values())) if children else own

    return said(app._tree)


def at(page: str, **said: str) -> AppTest:
    app = AppTest.from_file(MAIN, default_timeout=60)
    app.run()
    if page != "ask.py":
        app.switch_page(page)
    app.query_params.update(said)
    return app.run()


def searched(_room: Newsroom) -> AppTest:
    return at("search.py", q='"nine payments"')


def asked(_room: Newsroom) -> AppTest:
    return at("ask.py", q="Who took nine payments at the harbour?")


def counted(_room: Newsroom) -> AppTest:
    return at("ask.py", q='List every story mentioning "nine payments"')


def kept(room: Newsroom) -> AppTest:
    [one] = room.history(ME).asked
    return at("ask.py", answer=one.id)


def checked(_room: Newsroom) -> AppTest:
    app = at("check.py")
    app.text_area(key="check_text").set_value("The harbour master took nine payments from a company.")
    return app.button[0].click().run()


def linked(_room: Newsroom) -> AppTest:
    return at("library.py", article="leak-1")


WAYS: dict[str, Callable[[Newsroom], AppTest]] = {
    "search": searched,
    "ask": asked,
    "count": counted,
    "kept answer": kept,
    "check": checked,
    "library": lambda _room: at("library.py"),
    "link": linked,
    "history": lambda _room: at("history.py"),
    "clips": lambda _room: at("clips.py"),
}


@pytest.mark.parametrize("way", WAYS)
def test_who_is_outside_is_shown_nothing_that_who_is_inside_is_shown(
    way: str, room: Newsroom, groups: list[str]
) -> None:
    groups[:] = ["desk"]
    shown = drawn(WAYS[way](room))
    assert any(one in shown for one in TOLD)
    groups[:] = ["sports"]
    hidden = drawn(WAYS[way](room))
    assert [one for one in TOLD if one in hidden] == []


@pytest.mark.parametrize("page", PAGES)
def test_no_page_as_it_opens_tells_of_it(page: str, room: Newsroom, groups: list[str]) -> None:
    groups[:] = ["sports"]
    said = drawn(at(page))
    assert [one for one in (*TOLD, "The Desk", "leak-1") if one in said] == []


def test_every_page_is_walked() -> None:
    assert {"ask.py", "search.py", "check.py", "library.py", "history.py", "clips.py"} <= set(PAGES)
    assert len(PAGES) == MAIN.read_text().count("st.Page(")


def test_runs_are_not_shown_to_who_may_not_read_all(room: Newsroom, groups: list[str]) -> None:
    groups[:] = ["sports"]
    assert "you may not read all of it" in drawn(at("evaluate.py"))
    groups[:] = ["desk"]
    assert "you may not read all of it" not in drawn(at("evaluate.py"))


def test_a_collection_is_opened_to_groups_on_the_page_and_nobody_locks_themselves_out(
    room: Newsroom, groups: list[str]
) -> None:
    groups[:] = ["desk", "court"]
    app = at("library.py", article="leak-1")
    app.selectbox(key="article_collection").set_value(DESK).run()
    field = f"article_groups_{DESK}"
    assert app.text_input(key=field).value == "desk"
    app.text_input(key=field).set_value("sports").run()
    assert "you are in none of these groups" in drawn(app)
    app.text_input(key=field).set_value("court, sports").run()
    assert "is open to court, sports only" in drawn(app)
    assert room.groups_of() == {DESK: ("court", "sports")}


def test_the_page_is_told_the_groups_that_the_proxy_on_this_machine_names_and_no_others() -> None:
    async def page(request: Request) -> JSONResponse:
        return JSONResponse({name: request.headers.get(name) for name in (HEADER, GROUPS)})

    inner = Starlette(routes=[Route("/", page)])

    def told(client: str = "127.0.0.1", *, closed: bool = True, **sent: str) -> Any:
        names = {"header": "x-user", "groups": "x-groups"}
        behind = Reader(inner, **names, closed=closed)
        headers = {name.replace("_", "-"): value for name, value in sent.items()}
        return TestClient(behind, client=(client, 1)).get("/", headers=headers).json()

    named = told(x_user="maja", x_groups=" desk,, court desk ", x_dateline_groups='["editors"]')
    assert named == {HEADER: "user:maja", GROUPS: '["desk", "court desk"]'}
    assert told(x_groups="desk")[GROUPS] == "[]"
    assert told("10.0.0.8", x_user="maja", x_groups="desk")[GROUPS] == "[]"
    assert told(closed=False, x_dateline_groups='["desk"]')[GROUPS] is None
    assert reader.listed("Lokalredaktion Köln".encode().decode("latin-1")) == ("Lokalredaktion Köln",)
