"""The HTML shell that Streamlit serves, with our name, mark, styles and keys before any script runs: nothing jumps."""

from __future__ import annotations

import re

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

OURS = (
    '<link rel="stylesheet" href="./app/static/frame.css"><script defer src="./app/static/keys.js"></script>'
)
CHANGES = (
    (re.compile(r"<title>Streamlit</title>"), "<title>Dateline</title>"),
    (re.compile(r'href="\./favicon\.png"'), 'href="./app/static/mark.svg" type="image/svg+xml"'),
    # The shell's one inline script is for search engines, and our policy stops it anyway.
    (re.compile(r"<script>\s*window\.prerenderReady = false\s*</script>"), ""),
    (re.compile(r"</head>"), f"{OURS}</head>"),
)


def dressed(html: str) -> str:
    """The shell with every change made; what a change does not find, it leaves."""
    for found, put in CHANGES:
        html = found.sub(put, html, count=1)
    return html


class Shell:
    """ASGI middleware that dresses the HTML of a page and passes everything else through."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Only a GET that asks for HTML is looked at, and answered uncompressed (it has 8 kB)."""
        if scope["type"] != "http" or "text/html" not in Headers(scope=scope).get("accept", ""):
            await self.app(scope, receive, send)
            return
        plain = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
        start: Message = {}
        body = b""

        async def collect(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                start = message
                return
            body += message.get("body", b"")
            if not message.get("more_body", False):
                await finish()

        async def finish() -> None:
            nonlocal body
            headers = MutableHeaders(scope=start)
            if headers.get("content-type", "").startswith("text/html") and body:
                body = dressed(body.decode("utf-8")).encode("utf-8")
                headers["content-length"] = str(len(body))
            await send(start)
            await send({"type": "http.response.body", "body": body})

        await self.app({**scope, "headers": plain}, receive, collect)
