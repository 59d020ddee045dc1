"""What the page keeps in and out: headers, and text that would like to be more than text."""

from __future__ import annotations

import json
from collections.abc import Callable
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import POLICY, Open, fetched
from tests.scale import some

HOSTILE = "What happened to the harvest?"


@pytest.mark.parametrize(
    "path",
    [
        "",
        "search",
        "healthz",
        "_stcore/health",
        "_stcore/bidi-components/dateline.pane/pane.js",
        "app/static/newsreader-latin.woff2",
        "app/static/nothing",
        "media/nothing",
    ],
)
def test_row_47_every_response_carries_the_headers(stand_in: Callable[[str], str], path: str) -> None:
    _, headers = fetched(stand_in("") + path)
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == policy["script-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["object-src"] == "'none'"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize(
    ("host", "origin", "status"),
    [
        ("{own}", "http://{own}", 101),
        ("{own}", "http://evil.example", 403),
        ("{own}", "null", 403),
        ("evil.example", "http://evil.example", 403),
        ("evil.example", "http://{own}", 403),
    ],
)
def test_row_49_a_page_from_elsewhere_cannot_open_the_page_s_socket(
    stand_in: Callable[[str], str], host: str, origin: str, status: int
) -> None:
    own = urlsplit(stand_in("")).netloc
    connection = HTTPConnection(own, timeout=10)
    connection.putrequest("GET", "/_stcore/stream", skip_host=True)
    for name, value in {
        "Host": host.format(own=own),
        "Origin": origin.format(own=own),
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
        "Sec-WebSocket-Protocol": "streamlit",
    }.items():
        connection.putheader(name, value)
    connection.endheaders()
    assert connection.getresponse().status == status
    connection.close()


def test_row_52_streamlit_s_own_doors_are_shut_or_tell_nothing_of_the_articles(
    stand_in: Callable[[str], str],
) -> None:
    connection = HTTPConnection(urlsplit(stand_in("")).netloc, timeout=10)
    connection.request("POST", "/_stcore/agent/interact")
    refused = connection.getresponse()
    assert (refused.status, json.loads(refused.read())["error"]["code"]) == (403, "not_available")
    connection.request("GET", "/_stcore/metrics")
    told = connection.getresponse().read().decode()
    assert "cache" in told
    assert not [word for word in ("Tarn", "harvest", "Lantern") if word in told]
    connection.close()


def test_healthz_answers(stand_in: Callable[[str], str]) -> None:
    status, headers = fetched(stand_in("") + "healthz")
    assert status == 200
    assert headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize("bypass", some(POLICY, 1))
def test_row_45_hostile_text_stays_text_and_asks_for_nothing(reader: Open, bypass: bool) -> None:
    one = reader(bypass_csp=bypass)
    one.answered(HOSTILE)
    one.page.wait_for_timeout(500)
    pane = one.page.locator(".pane")
    assert (
        pane.evaluate("pane => pane.querySelectorAll('img, script, iframe, svg, style, object').length") == 0
    )
    expect(one.page.locator("article h2")).to_contain_text(["<img src=x onerror="])
    expect(one.page.locator("article")).to_contain_text(["![pixel](http://evil.invalid/pixel.png)"])
    expect(one.page.locator(".note")).to_contain_text(["<img src=http://evil.invalid/w>"])
    expect(one.page.locator("article a")).to_have_count(0)
    assert not [url for url in one.watch.requests if "evil" in url]


def test_a_link_leads_to_the_article_and_tells_nobody_where_from(reader: Open) -> None:
    one = reader()
    one.answered("Why is the Tarn bridge closed?")
    link = one.page.locator("article a")
    expect(link).to_have_text(["Open at lantern.example"])
    expect(link).to_have_attribute("href", "https://lantern.example/tarn-bridge")
    expect(link).to_have_attribute("rel", "noopener noreferrer")


def test_nothing_of_streamlit_s_own_is_on_the_page(reader: Open) -> None:
    one = reader()
    answer = one.page.reload()
    shell = answer.text() if answer else ""
    assert "<title>Dateline</title>" in shell
    assert "favicon.png" not in shell
    assert "<script>" not in shell
    for name in ("stHeader", "stToolbar", "stDecoration", "stAppDeployButton", "stMainMenu"):
        assert one.page.get_by_test_id(name).locator("visible=true").count() == 0
