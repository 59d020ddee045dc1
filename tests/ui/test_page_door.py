"""The door of a page on the office network."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from ui import door
from ui.door import COOKIE, Door

PASSWORD = "gulls and stairs"


async def _page(_request: object) -> PlainTextResponse:
    return PlainTextResponse("every article")


async def _stream(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text("every article")
    await socket.close()


def visitor(**settings: str | None) -> TestClient:
    routes = [Route("/healthz", _page), Route("/{path:path}", _page), WebSocketRoute("/stream", _stream)]
    return TestClient(
        Door(Starlette(routes=routes), **settings),
        headers={"accept": "text/html"},
        follow_redirects=False,
    )


@pytest.fixture
def outside() -> Iterator[TestClient]:
    yield visitor(password=PASSWORD)


def test_without_a_password_or_a_proxy_there_is_no_door() -> None:
    assert visitor().get("/").text == "every article"


def test_nothing_is_shown_to_who_is_not_let_in(outside: TestClient) -> None:
    for path in ("/", "/media/x.png", "/_stcore/host-config", "/search?q=x"):
        refused = outside.get(path)
        assert refused.status_code == 401
        assert "every article" not in refused.text
    assert outside.get("/x", headers={"accept": "*/*"}).status_code == 401
    with pytest.raises(WebSocketDisconnect), outside.websocket_connect("/stream"):
        pass
    assert outside.get("/healthz").status_code == 200


def test_the_password_lets_in_and_leads_on_to_what_was_asked_for(outside: TestClient) -> None:
    assert (
        'value="/search?q=ferry&amp;from=2026-01-01"' in outside.get("/search?q=ferry&from=2026-01-01").text
    )
    let_in = outside.post("/enter", data={"password": PASSWORD, "to": "/search?q=ferry"})
    assert (let_in.status_code, let_in.headers["location"]) == (303, "/search?q=ferry")
    cookie = let_in.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert outside.get("/").text == "every article"
    with outside.websocket_connect("/stream") as stream:
        assert stream.receive_text() == "every article"
    outside.get("/leave")
    assert outside.get("/").status_code == 401


@pytest.mark.parametrize("to", ["//evil.example", "https://evil.example", "/\\evil.example", "", "\n/x"])
def test_the_door_leads_nowhere_else(outside: TestClient, to: str) -> None:
    assert outside.post("/enter", data={"password": PASSWORD, "to": to}).headers["location"] == "/"


def test_a_wrong_password_is_told_and_too_many_have_to_wait(outside: TestClient) -> None:
    for _ in range(door.TRIES):
        wrong = outside.post("/enter", data={"password": "guess"})
        assert wrong.status_code == 401
        assert "not the password" in wrong.text
        assert "set-cookie" not in wrong.headers
    waiting = outside.post("/enter", data={"password": PASSWORD})
    assert waiting.status_code == 429
    assert "Try again in" in waiting.text


def test_a_forged_or_an_old_cookie_does_not_let_in(outside: TestClient) -> None:
    other = visitor(password="another password")
    cookie = other.post("/enter", data={"password": "another password"}).cookies[COOKIE]
    for forged in (cookie, "in", "in.x.y", ""):
        assert outside.get("/", headers={"cookie": f"{COOKIE}={forged}"}).status_code == 401


def test_a_form_without_end_and_odd_bytes_are_refused(outside: TestClient) -> None:
    assert outside.post("/enter", content=b"x" * 10_000).status_code == 400
    assert outside.post("/enter", content=b"password=\xff\x00%00").status_code == 401


def test_a_user_named_by_the_proxy_on_this_machine_is_let_in() -> None:
    proxied = visitor(header="x-forwarded-user")
    assert proxied.get("/").status_code == 403
    assert proxied.get("/", headers={"x-forwarded-user": "maja"}).text == "every article"
    assert proxied.post("/enter", data={"password": ""}).status_code == 401


def test_a_header_from_another_machine_is_not_believed() -> None:
    routes = [Route("/", _page)]
    far = TestClient(Door(Starlette(routes=routes), header="x-forwarded-user"), client=("10.0.0.8", 1))
    assert far.get("/", headers={"x-forwarded-user": "maja"}).status_code == 403
