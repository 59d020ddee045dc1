"""Who is let in to the page: the door that the settings describe, and what Streamlit must know of OpenID Connect.

Streamlit signs people in itself, and takes what it needs from a file of secrets. It is written here, under the home,
readable by its owner alone.
"""

from __future__ import annotations

import json
import os
import secrets
import tomllib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from rag.errors import LibraryError, UsageError
from rag.settings import Settings

FILE = "sign-in.toml"
CALLBACK = "/oauth2callback"  # where Streamlit takes people back from the provider
PATIENCE = 5.0  # seconds that the start waits for the provider
NEEDED = ("oidc_metadata", "oidc_client_id", "oidc_client_secret")


@dataclass(frozen=True, slots=True)
class Person:
    """Who signed in: an owner that no other provider's user has, how they are called, the groups of the claim."""

    owner: str
    name: str
    groups: frozenset[str]


def uses_oidc(settings: Settings) -> bool:
    """Whether people sign in with OpenID Connect.

    Raises:
        UsageError: part of what it needs is missing, or another door is set, too.
    """
    missing = [_said(name) for name in NEEDED if getattr(settings, name) is None]
    if len(missing) == len(NEEDED):
        return False
    if missing:
        raise UsageError(
            "Sign-in with OpenID Connect",
            f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} not set",
            f"Set {', '.join(map(_said, NEEDED))} in .env, or none of them.",
        )
    other = next((name for name in ("password", "user_header") if getattr(settings, name) is not None), None)
    if other is not None:
        fault = f"{_said(other)} is set, too: it would be a second door"
        raise UsageError("Sign-in with OpenID Connect", fault, "Keep one of the two in .env.")
    return True


def has_door(settings: Settings) -> bool:
    """Whether anything is asked of who opens the page. Raises: UsageError, as `uses_oidc`."""
    told = uses_oidc(settings) or settings.password is not None or settings.user_header is not None
    if settings.groups_header is not None and settings.user_header is None:
        fault = "groups are only taken where the same proxy names the user"
        raise UsageError(_said("groups_header"), fault, f"Set {_said('user_header')}, too.")
    return told


def write_secrets(settings: Settings, names: Sequence[str]) -> Path:
    """Write Streamlit's secrets for sign-in; `names`: the page's, people return to the first. Where they stand.

    The secret that signs the cookies stays the same from start to start, so that who is signed in stays so.

    Raises:
        LibraryError: the file cannot be written.
    """
    path = settings.home / FILE
    assert settings.oidc_client_secret is not None
    address = settings.oidc_address or f"http://{names[0] if names else 'localhost'}:{settings.port}"
    cookie = settings.oidc_cookie_secret
    said = {
        "redirect_uri": address.rstrip("/") + CALLBACK,
        "cookie_secret": cookie.get_secret_value() if cookie else _kept(path) or secrets.token_urlsafe(48),
        "client_id": settings.oidc_client_id,
        "client_secret": settings.oidc_client_secret.get_secret_value(),
        "server_metadata_url": settings.oidc_metadata,
    }
    lines = ["[auth]", *(f"{name} = {_toml(value)}" for name, value in said.items())]
    lines += ["[auth.client_kwargs]", f"scope = {_toml(settings.oidc_scope)}"]
    beside = path.with_name(f".{FILE}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):
            beside.unlink()
        with os.fdopen(
            os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
        ) as file:
            file.write("\n".join(lines) + "\n")
        beside.replace(path)
    except OSError as error:
        reason = (error.strerror or "not writable").lower()
        raise LibraryError(
            str(path), f"it cannot be written ({reason})", "Mend the folder's rights."
        ) from error
    return path


def look(settings: Settings) -> str | None:
    """Whether the provider is there, before anybody tries to sign in; what keeps it from being reached, if anything.

    Raises:
        UsageError: what is there is no provider's metadata.
    """
    import httpx  # 70 ms that no other command waits for

    where = settings.oidc_metadata or ""
    host = urlsplit(where).netloc
    way_out = (
        f"Correct {_said('oidc_metadata')}: it ends in /.well-known/openid-configuration for most providers."
    )
    try:
        answer = httpx.get(where, timeout=PATIENCE, follow_redirects=True)
    except httpx.InvalidURL as error:
        raise UsageError(_said("oidc_metadata"), "it is no address", way_out) from error
    except httpx.HTTPError as error:
        return f"{host} cannot be reached now ({type(error).__name__}): nobody can sign in until it can."
    try:
        said = answer.raise_for_status().json()
    except httpx.HTTPStatusError as error:
        if answer.status_code >= 500:
            return f"{host} answers with status {answer.status_code}: nobody can sign in until it is well."
        fault = f"its address answers with status {answer.status_code}"
        raise UsageError("The sign-in provider", fault, way_out) from error
    except ValueError:
        said = None
    if (
        not isinstance(said, dict)
        or not {"authorization_endpoint", "token_endpoint", "jwks_uri"} <= said.keys()
    ):
        raise UsageError("The sign-in provider", "its address gives no OpenID Connect metadata", way_out)
    return None


def person(claims: Mapping[str, Any], *, claim: str, now: float, hours: float) -> Person | None:
    """Who the provider's claims name; None where they name nobody, or are older than `hours`."""
    issuer, subject, at = claims.get("iss"), claims.get("sub"), claims.get("iat")
    if not (isinstance(issuer, str) and isinstance(subject, str) and subject):
        return None
    if not isinstance(at, int | float) or now - at > hours * 3600:
        return None
    said = next(
        (claims[name] for name in ("name", "preferred_username", "email") if claims.get(name)), subject
    )
    return Person(f"oidc:{issuer} {subject}", str(said), frozenset(_groups(claims.get(claim))))


def _groups(said: Any) -> list[str]:
    """Groups as a claim has them: a list of names, or one text with commas."""
    listed = said.split(",") if isinstance(said, str) else said if isinstance(said, list | tuple) else ()
    return [name for one in listed if isinstance(one, str) and (name := " ".join(one.split()))]


def _kept(path: Path) -> str | None:
    try:
        kept = tomllib.loads(path.read_text(encoding="utf-8"))["auth"]["cookie_secret"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return kept if isinstance(kept, str) and len(kept) >= 32 else None


def _toml(said: str | None) -> str:
    return json.dumps(said or "", ensure_ascii=False)


def _said(name: str) -> str:
    return f"DATELINE_{name.upper()}"
