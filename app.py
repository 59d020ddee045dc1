"""The server's entry: security headers and /healthz around the page, the library open as long as it runs.

`streamlit run app.py`, or any ASGI server on `app:app`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from rag import settings, sign_in
from ui import room
from ui.door import Door
from ui.headers import SecurityHeaders
from ui.reader import Reader
from ui.shell import Shell


@asynccontextmanager
async def library(_app: st.App) -> AsyncIterator[None]:
    """The library stays open as long as the server runs."""
    with room.kept_open():
        yield


async def healthz(_request: Request) -> PlainTextResponse:
    """200 while the server answers; it says nothing of the library."""
    return PlainTextResponse("ok")


def door() -> tuple[Middleware, Middleware]:
    """The door, closed where a password or a proxy's header is set, and behind it who came in.

    Where people sign in with OpenID Connect, Streamlit does that, and `ui/main.py` draws nothing before.
    """
    told = settings.load()
    password = told.password.get_secret_value() if told.password else None
    closed = Middleware(Door, password=password, header=told.user_header)
    has_door = sign_in.has_door(told)
    who = Middleware(Reader, header=told.user_header, groups=told.groups_header, closed=has_door)
    return closed, who


app = st.App(
    Path(__file__).parent / "ui" / "main.py",
    lifespan=library,
    middleware=[Middleware(SecurityHeaders), *door(), Middleware(Shell)],
    routes=[Route("/healthz", healthz, methods=["GET"])],
)
