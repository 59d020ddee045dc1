import pytest

from rag import links


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://lantern.example/a?b#c", "lantern.example"),
        ("HTTP://Lantern.Example:8080/", "lantern.example"),
        ("https://reader@bank.example@evil.invalid/", "evil.invalid"),
        ("https://www.gаzette.example/", "www.xn--gzette-3nf.example"),
    ],
)
def test_a_link_shows_the_host_a_browser_would_ask(url: str, host: str) -> None:
    assert links.host(url) == host


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "javascript:alert(1)",
        "javascript://evil.invalid/%0aalert(1)",
        "data:text/html,<script>alert(1)</script>",
        "//evil.invalid/a",
        "/relative",
        "file:///etc/hosts",
        "https:///nowhere",
        "https://good.example\\@evil.invalid/",
        "java\nscript:alert(1)",
        " https://evil.invalid/",
        "https://evil.invalid/\u202egpj.exe",
        "https://[::1",
        "https://" + "a" * 70 + ".example/",
    ],
)
def test_what_is_not_plainly_http_is_no_link(url: str | None) -> None:
    assert links.host(url) is None
