"""Which article it is: canonical address, the id derived from it, and whether a changed text is still it."""

from __future__ import annotations

import hashlib
import os
import re
from urllib.parse import urlsplit, urlunsplit

_TRACKING = re.compile(r"(?:utm_[^=]*|fbclid)(?:=|$)", re.I)
_WORD = re.compile(r"\w+")


def canonical_url(url: str) -> str:
    """Lower-case scheme and host, no fragment, no utm_*/fbclid, no trailing slash; as given if unreadable."""
    url = url.strip()
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    query = "&".join(p for p in parts.query.split("&") if p and not _TRACKING.match(p))
    user, at, host = parts.netloc.rpartition("@")
    return urlunsplit((parts.scheme.lower(), user + at + host.lower(), parts.path.rstrip("/"), query, ""))


def derived_id(what: str | bytes) -> str:
    """The first 16 hex digits of sha256: of a canonical address, an absolute path, or a text."""
    data = what if isinstance(what, bytes) else what.encode("utf-8", "surrogatepass")
    return hashlib.sha256(data).hexdigest()[:16]


def path_id(path: str | os.PathLike[str], line: int | None = None) -> str:
    """The id of an article without id or address: from its file's absolute path, and its line in it."""
    name = os.fsencode(os.path.abspath(path))  # noqa: PTH100 (links are not resolved: releases move under them)
    return derived_id(name if line is None else name + b":" + str(line).encode())


def same_article(old_text: str, old_title: str | None, new_text: str, new_title: str | None) -> bool:
    """Is a new text under a derived id a new version of the old one, and not another article in its place?

    It is where the titles agree, or where half of the shorter text's 5-word shingles occur in the other
    (case and punctuation folded; texts under 5 words count as one shingle).
    """
    if _words(old_title or "") and _words(old_title or "") == _words(new_title or ""):
        return True
    old, new = _shingles(old_text), _shingles(new_text)
    return bool(old and new) and 2 * len(old & new) >= min(len(old), len(new))


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _shingles(text: str, size: int = 5) -> set[tuple[str, ...]]:
    words = _words(text)
    if len(words) <= size:
        return {tuple(words)} if words else set()
    return set(zip(*(words[i:] for i in range(size)), strict=False))
