"""A real OpenID Connect provider on loopback: discovery, keys, a page to choose who one is, codes, signed tokens.

It holds callers to the protocol: the client's secret, the address that was registered, one use of each code, PKCE.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "dateline-tests", "a client's secret, known to both"


@dataclass
class Provider:
    """One provider: its `people` by name with their groups, what was asked of it, and how far back tokens are dated."""

    people: dict[str, list[str]]
    returns: str
    age: float = 0.0
    claim: str = "groups"
    address: str = ""
    refused: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    key: Any = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))

    @property
    def metadata_url(self) -> str:
        """What a client is configured with."""
        return f"{self.address}/.well-known/openid-configuration"

    def metadata(self) -> dict[str, Any]:
        """The discovery document."""
        return {
            "issuer": self.address,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "jwks_uri": f"{self.address}/jwks",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
        }

    def code(self, asked: dict[str, str], who: str) -> str:
        """The address to go back to, with a code for who was chosen."""
        if asked.get("client_id") != CLIENT or asked.get("redirect_uri") != self.returns:
            self.refused.append(f"authorize: {asked}")
            return ""
        code = secrets.token_urlsafe(16)
        self.codes[code] = {**asked, "who": who}
        return f"{self.returns}?{urlencode({'code': code, 'state': asked.get('state', '')})}"

    def token(self, form: dict[str, str], authorization: str) -> dict[str, Any] | None:
        """Tokens for a code, once."""
        asked = self.codes.pop(form.get("code", ""), None)
        said = base64.b64decode(authorization.removeprefix("Basic ") or b"").decode()
        client, _, secret = (
            said.partition(":") if said else (form.get("client_id"), "", form.get("client_secret"))
        )
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        proof = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if asked is None or (client, secret) != (CLIENT, SECRET) or proof != asked.get("code_challenge"):
            self.refused.append(f"token: {sorted(form)} by {client}")
            return None
        now = int(time.time() - self.age)
        claims = {"iss": self.address, "aud": CLIENT, "sub": asked["who"], "name": asked["who"].title()}
        claims |= {"iat": now, "exp": now + 24 * 3600, "nonce": asked.get("nonce")}
        claims |= {self.claim: self.people[asked["who"]]}
        signed = jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.key)
        return {"access_token": secrets.token_urlsafe(16), "token_type": "Bearer", "id_token": signed}


class _Handler(BaseHTTPRequestHandler):
    provider: Provider

    def log_message(self, *_args: object) -> None:
        """Quiet."""

    def do_GET(self) -> None:
        where = urlsplit(self.path)
        asked = {name: one[0] for name, one in parse_qs(where.query).items()}
        if where.path == "/.well-known/openid-configuration":
            self._json(self.provider.metadata())
        elif where.path == "/jwks":
            self._json({"keys": [self.provider.key.as_dict(private=False)]})
        elif where.path == "/authorize":
            links = "".join(
                f'<p><a href="/choose?{html.escape(urlencode({**asked, "who": name}))}">{html.escape(name)}</a></p>'
                for name in self.provider.people
            )
            self._send(200, f"<title>Who are you?</title>{links}".encode(), "text/html")
        elif where.path == "/choose":
            back = self.provider.code(asked, asked.pop("who"))
            self.send_response(302 if back else 400)
            if back:
                self.send_header("Location", back)
            self.send_header("Content-Length", "0")
            self.end_headers()
        else:
            self._send(404, b"", "text/plain")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        form = {name: one[0] for name, one in parse_qs(body).items()}
        given = self.provider.token(form, self.headers.get("Authorization", ""))
        if given is None:
            self._json({"error": "invalid_grant"}, 400)
        else:
            self._json(given)

    def _json(self, value: Any, status: int = 200) -> None:
        self._send(status, json.dumps(value).encode(), "application/json")

    def _send(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def providing(people: dict[str, list[str]], returns: str, **flags: Any) -> Iterator[Provider]:
    """A provider that runs; `returns`: the one address that is registered with it."""
    provider = Provider(people, returns, **flags)
    handler = type("Handler", (_Handler,), {"provider": provider})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    provider.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
