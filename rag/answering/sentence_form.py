"""How a sentence reads: its length, whether it is a heading or a fragment, whether it can stand alone."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_PRONOUN = re.compile(r"[\"“‘']?(?:He|She|They|It|His|Her|Their|Its|This|That|These|Those|We|I|You|There)\b")
_JOINED = re.compile(r"[\"“‘']?(?:But|And|So|Or|Yet|However|Also|Still|Then|Meanwhile)\b")
_CLOSERS = "\"”’')] "
_ENDS = (".", "!", "?", "…")
_PAGE = (
    "share this", "sign up", "subscribe", "newsletter", "read more", "click here", "cookie", "advertisement",
    "all rights reserved", "copyright", "follow us", "watch video", "watch the video", "photo:", "photos:",
    "image caption", "getty images", "related:", "»", ">>", "©",
)  # fmt: skip


def _says_any(phrases: Sequence[str], texts: Sequence[str]) -> Floats:
    """(m,) 1 where a text says one of them, whatever the case."""
    low = [text.lower() for text in texts]
    whole = "\n".join(low)
    there = [phrase for phrase in phrases if phrase in whole]
    return np.array([any(phrase in text for phrase in there) for text in low], np.float64)


def form(texts: Sequence[str], starts: Sequence[int]) -> dict[str, Floats]:
    """(m,) each; `starts` are the characters of their articles at which the sentences begin."""
    words = np.array([text.count(" ") + 1 for text in texts], np.float64)
    start = np.array(starts, np.float64)

    def opens(pattern: re.Pattern[str]) -> Floats:
        return np.array([bool(pattern.match(text)) for text in texts], np.float64)

    page = _says_any(_PAGE, texts)
    unfinished = np.array([text.rstrip(_CLOSERS)[-1:] not in _ENDS for text in texts], np.float64)
    return {
        "fragment": np.maximum((words < 3) | ((words < 10) & (unfinished > 0)), (words < 12) * page),
        "length": np.log(np.maximum(words, 1)),
        "very long": np.maximum(np.log(np.maximum(words, 1) / 45), 0),
        "unfinished": unfinished,
        "asks": np.array([text.rstrip("\"”’' ").endswith("?") for text in texts], np.float64),
        "pronoun": opens(_PRONOUN),
        "joined": opens(_JOINED),
        "of the page": page,
        "lead": (start < 60).astype(np.float64),
        "place in article": np.log1p(start / 500),
    }
