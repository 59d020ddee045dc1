"""The door of a page on the office network: a shared password, or a user named by the proxy in front.

Without either there is no door, and the page listens on this machine alone (`dateline serve`).
"""

from __future__ import annotations

import hashlib
import hmac
import time
from html import escape
from urllib.parse import parse_qs

from itsdangerous import BadSignature, TimestampSigner
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

COOKIE = "dateline"
KEPT = 30 * 24 * 3600  # seconds that a browser stays let in
TRIES = 5  # wrong passwords from one address in WINDOW, before it has to wait
WINDOW = 60.0
LONGEST = 2_000  # bytes of a form
MOST = 10_000  # addresses remembered
ENTER, LEAVE = "/enter", "/leave"
OPEN = ("/healthz",)
LOOPBACK = ("127.0.0.1", "::1", "testclient")

PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Dateline</title>
<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><style>
body {{ font: 17px/1.5 system-ui, sans-serif; max-width: 22rem; margin: 18vh auto 0; padding: 0 1rem;
 background: light-dark(#f5f6f7, #11161b); color: light-dark(#18212b, #e4e8ec); }}
h1 {{ font: 600 30px/1.2 Georgia, serif; margin: 0 0 1.2rem; }}
label {{ display: block; margin-bottom: .3rem; }}
input, button {{ font: inherit; padding: .55rem .7rem; border-radius: 4px; box-sizing: border-box; width: 100%; }}
input {{ border: 1px solid #7d8893; background: light-dark(#fff, #1a2128); color: inherit; }}
button {{ margin-top: .8rem; border: 0; background: #0f4c81; color: #fff; cursor: pointer; }}
:focus-visible {{ outline: 3px solid light-dark(#0f4c81, #8fbce6); outline-offset: 2px; }}
p {{ border-left: 3px solid currentColor; padding-left: .6rem; }}
</style></head><body><main><h1>Dateline</h1>{said}<form method="post" action="{enter}">
<label for="password">The newsroom's password</label>
<input id="password" name="password" type="password" autocomplete="current-password" autofocus required>
<input type="hidden" name="to" value="{to}"><button>Come in</button></form></main></body></html>"""


class Door:
    """ASGI middleware. It lets in who knows the password, or whom the proxy on this machine names in `header`."""

    def __init__(self, app: ASGIApp, *, password: str | None = None, header: str | None = None) -> None:
        self.app, self._header = app, header
        self._password = password.encode() if password else None
        self._wrong: dict[str, list[float]] = {}
        self._signer: TimestampSigner | None = None
        if self._password:
            key = hashlib.scrypt(self._password, salt=b"dateline-door", n=2**14, r=8, p=1)
            self._signer = TimestampSigner(key)  # another password lets nobody in with an old cookie

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is let in; show the form, or refuse."""
        no_door = self._password is None and self._header is None
        if scope["type"] not in ("http", "websocket") or no_door or scope["path"] in OPEN:
            await self.app(scope, receive, send)
            return
        if scope["type"] == "http" and scope["path"] == ENTER and scope["method"] == "POST":
            await (await self._enter(Request(scope, receive)))(scope, receive, send)
        elif scope["type"] == "http" and scope["path"] == LEAVE:
            gone = RedirectResponse("/", 303)
            gone.delete_cookie(COOKIE)
            await gone(scope, receive, send)
        elif self._is_in(scope):
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
        else:
            await self._refused(Request(scope))(scope, receive, send)

    def _is_in(self, scope: Scope) -> bool:
        if named(scope, self._header):
            return True
        if self._signer is None:
            return False
        try:
            self._signer.unsign(Request({**scope, "type": "http"}).cookies.get(COOKIE, ""), max_age=KEPT)
        except BadSignature:
            return False
        return True

    async def _enter(self, request: Request) -> Response:
        client = request.client.host if request.client else ""
        wait = self._must_wait(client)
        if wait:
            said = f"Too many wrong passwords from here. Try again in {wait:.0f} s."
            return self._form(said, 429, "/")
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > LONGEST:
                return self._form("That is no password.", 400, "/")
        form = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)
        given, to = form.get("password", [""])[0], _inside(form.get("to", ["/"])[0])
        if self._password is None or not hmac.compare_digest(given.encode(), self._password):
            self._wrong.setdefault(client, []).append(time.monotonic())
            return self._form("That is not the password.", 401, to)
        assert self._signer is not None
        self._wrong.pop(client, None)
        let_in = RedirectResponse(to, 303)
        secure = request.url.scheme == "https" or request.headers.get("x-forwarded-proto") == "https"
        token = self._signer.sign("in").decode()
        let_in.set_cookie(COOKIE, token, max_age=KEPT, httponly=True, samesite="lax", secure=secure)
        return let_in

    def _must_wait(self, client: str) -> float:
        """Seconds until this address may try again."""
        now = time.monotonic()
        if len(self._wrong) > MOST:
            self._wrong = {who: times for who, times in self._wrong.items() if times[-1] > now - WINDOW}
        recent = [one for one in self._wrong.get(client, []) if one > now - WINDOW]
        self._wrong[client] = recent
        return 0.0 if len(recent) < TRIES else max(1.0, recent[-TRIES] + WINDOW - now)

    def _refused(self, request: Request) -> Response:
        if self._password is None:
            return PlainTextResponse("Come in through the newsroom's proxy: it names who you are.", 403)
        if "text/html" not in request.headers.get("accept", ""):
            return PlainTextResponse("Come in through the page first.", 401)
        query = f"?{request.url.query}" if request.url.query else ""
        return self._form("", 401, _inside(request.url.path + query))

    def _form(self, said: str, status: int, to: str) -> Response:
        told = f'<p role="alert">{escape(said)}</p>' if said else ""
        page = PAGE.format(said=told, enter=ENTER, to=escape(to, quote=True))
        return HTMLResponse(page, status, {"cache-control": "no-store"})


def named(scope: Scope, header: str | None) -> str:
    """The user whom the proxy on this machine names in `header`; "" where it names none."""
    client = scope.get("client")
    if not (header and client and client[0] in LOOPBACK):
        return ""
    return Headers(scope=scope).get(header, "").strip()


def _inside(path: str) -> str:
    """A path of this page; anything that would lead elsewhere becomes its start."""
    plain = path.startswith("/") and not path.startswith(("//", "/\\")) and "\\" not in path
    return path if plain and path.isprintable() else "/"
