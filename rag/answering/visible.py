"""Text without what a reader cannot see: controls, text direction, zero-width and tag characters, lone surrogates."""

from __future__ import annotations

import unicodedata

_HIDDEN = ("Cc", "Cf", "Cs", "Co")


def visible(text: str) -> str:
    """The text with line ends as `\\n`, tabs as spaces, and nothing hidden in it."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return "".join(c for c in text if c == "\n" or unicodedata.category(c) not in _HIDDEN)
