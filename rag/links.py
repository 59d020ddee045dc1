"""Where a link really leads: only http and https are ever made into one, and the real host is shown."""

from __future__ import annotations

from urllib.parse import urlsplit

# A browser reads "\\" as "/" and drops tabs and line ends; Python does not. What they could read differently
# is no link.
AMBIGUOUS = frozenset("\\\t\r\n ")


def host(url: str | None) -> str | None:
    """The host that a browser would ask, in its ASCII form so that no letter can pose as another; None: no link."""
    if not url or AMBIGUOUS & set(url) or not url.isprintable():
        return None
    try:
        parts = urlsplit(url)
        name = parts.hostname
        if parts.scheme.lower() not in ("http", "https") or not name:
            return None
        return name.encode("idna").decode("ascii")
    except ValueError:
        return None
