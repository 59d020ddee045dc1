from pathlib import Path

import pytest
import streamlit
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from ui.headers import HEADERS, SecurityHeaders
from ui.shell import Shell, dressed

INDEX = Path(streamlit.__file__).parent / "static" / "index.html"


@pytest.fixture
def client() -> TestClient:
    async def index(_request: Request) -> FileResponse:
        return FileResponse(INDEX)

    async def fault(_request: Request) -> PlainTextResponse:
        raise RuntimeError("inside")

    routes = [Route("/", index), Route("/fault", fault)]
    app = Starlette(routes=routes, middleware=[Middleware(SecurityHeaders), Middleware(Shell)])
    return TestClient(app, raise_server_exceptions=False)


def test_the_shell_of_this_streamlit_takes_every_change() -> None:
    html = dressed(INDEX.read_text(encoding="utf-8"))
    assert "<title>Dateline</title>" in html
    assert "<title>Streamlit</title>" not in html
    assert "favicon.png" not in html
    assert "<script>" not in html
    assert 'href="./app/static/frame.css"' in html


def test_a_page_is_sent_with_its_true_length(client: TestClient) -> None:
    answer = client.get("/", headers={"accept": "text/html", "accept-encoding": "gzip"})
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert "frame.css" in answer.text


def test_what_does_not_ask_for_html_is_passed_through(client: TestClient) -> None:
    assert client.get("/", headers={"accept": "*/*"}).content == INDEX.read_bytes()


def test_the_policy_lets_nothing_in_and_nobody_frame_the_page() -> None:
    policy = HEADERS["Content-Security-Policy"].split("; ")
    for rule in ("script-src 'self'", "connect-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"):
        assert rule in policy


@pytest.mark.parametrize("path", ["/", "/nothing"])
def test_every_answer_carries_the_headers(client: TestClient, path: str) -> None:
    answer = client.get(path, headers={"accept": "text/html"})
    for name, value in HEADERS.items():
        assert answer.headers[name] == value
