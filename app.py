"""The server's entry: security headers and /healthz around the page. Decides nothing.

`streamlit run app.py`, or any ASGI server on `app:app`.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from ui.headers import SecurityHeaders


async def healthz(_request: Request) -> PlainTextResponse:
    """200 while the server answers; it says nothing of the library."""
    return PlainTextResponse("ok")


app = st.App(
    Path(__file__).parent / "ui" / "main.py",
    middleware=[Middleware(SecurityHeaders)],
    routes=[Route("/healthz", healthz, methods=["GET"])],
)
