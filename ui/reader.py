"""Whose history a page shows: the user whom the proxy names, else this browser, known by a random cookie.

The page itself never sees the cookie, and the catalog only its digest.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import uuid
from collections.abc import Callable
from contextlib import suppress
from functools import partial

import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from ui import sign_in
from ui.door import named

COOKIE = "dateline-reader"
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
LONG = 400 * 24 * 3600  # seconds; browsers keep no cookie longer
HEADER = "x-dateline-reader"  # from here to the page; what a browser sends under these names is dropped
GROUPS = "x-dateline-groups"


class Reader:
    """ASGI middleware that tells the page who reads it.

    Args:
        header: in which the proxy names the user; `groups`: their groups, separated by commas.
        closed: whether there is a door: without one whoever reaches the page may read all, as on the command line.
    """

    def __init__(
        self, app: ASGIApp, *, header: str | None = None, groups: str | None = None, closed: bool = False
    ) -> None:
        self.app, self._header, self._groups, self._closed = app, header, groups, closed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on with the owner in a header; a browser without a cookie gets one with the page."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        user, token = named(scope, self._header), _token(scope)
        fresh = token or secrets.token_urlsafe(32)
        said = f"user:{user}" if user else of_browser(token) if token else ""
        kept = [one for one in scope["headers"] if one[0] not in (HEADER.encode(), GROUPS.encode())]
        if said:
            kept.append((HEADER.encode(), said.encode("latin-1")))
        if self._closed:
            theirs = listed(named(scope, self._groups)) if user else ()
            kept.append((GROUPS.encode(), json.dumps(theirs).encode()))
        inner = {**scope, "headers": kept}
        page = scope["type"] == "http" and scope["method"] == "GET"
        if user or not page or "text/html" not in Headers(scope=scope).get("accept", ""):
            await self.app(inner, receive, send)
            return

        async def with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 200:
                MutableHeaders(scope=message).append("set-cookie", _cookie(Request(scope), fresh))
            await send(message)

        await self.app(inner, receive, with_cookie)


def of_browser(token: str) -> str:
    """The owner of what is asked in a browser with this token."""
    return f"browser:{hashlib.sha256(token.encode()).hexdigest()[:40]}"


def present() -> Callable[[], bool]:
    """Tells, on any thread, whether the reader of the page that is being drawn still has it open."""
    context = get_script_run_ctx()
    if context is None or not runtime.exists():
        return lambda: True
    return partial(runtime.get_instance().is_active_session, context.session_id)


def owner() -> str:
    """Whose history this session has. A browser that takes no cookie has one as long as its session."""
    who = sign_in.person()
    if who is not None:
        return who.owner
    said = st.context.headers.get(HEADER)
    if said:
        return said
    return str(st.session_state.setdefault("owner", f"session:{uuid.uuid4().hex}"))


def groups() -> frozenset[str] | None:
    """The groups of whoever reads the page; None: there is no door, and they may read all."""
    who = sign_in.person()
    if who is not None:
        return who.groups
    said = st.context.headers.get(GROUPS)
    return None if said is None else frozenset(json.loads(said))


def listed(said: str) -> tuple[str, ...]:
    """Names of groups as a header has them, in UTF-8, separated by commas."""
    with suppress(UnicodeError):
        said = said.encode("latin-1").decode("utf-8")
    return tuple(name for one in said.split(",") if (name := " ".join(one.split())))


def _token(scope: Scope) -> str:
    given = Request({**scope, "type": "http"}).cookies.get(COOKIE, "")
    return given if TOKEN.fullmatch(given) else ""


def _cookie(request: Request, token: str) -> str:
    secure = request.url.scheme == "https" or request.headers.get("x-forwarded-proto") == "https"
    made = Response()
    made.set_cookie(COOKIE, token, max_age=LONG, httponly=True, samesite="lax", secure=secure)
    return made.headers["set-cookie"]
