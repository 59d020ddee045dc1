"""How many tokens a text costs a language model, without ever asking the network.

tiktoken downloads its tables at first use and deletes a file that does not match, so its loader is not used: the
tables are read from an installed package, checked, and handed to it.
"""

from __future__ import annotations

import base64
import math
import re
from dataclasses import dataclass
from functools import cache

import tiktoken

from rag.models.assets import read_tiktoken_table

_PATTERNS = {
    "cl100k_base": (
        r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+"
        r"|\s++$|\s*[\r\n]|\s+(?!\S)|\s"
    ),
    "o200k_base": (
        r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
        r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
        r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
    ),
}
"""How tiktoken 0.14 cuts a text before it looks into the table; part of the encodings' definition."""

_SAME_TABLE = {"o200k_harmony": "o200k_base"}
_UNKNOWN_MODEL = "o200k_base"
_MARGIN = 1.5
_SLICE = 50_000
_RUN = re.compile(r"[0-9]+|[^\w\s]+|_+|\s+")
"""What OpenAI's tables take in one token and others' character by character."""


@dataclass(frozen=True, slots=True)
class TokenCounter:
    """Counts for one model. Where not `exact`, the count is an estimate made to be too high, never too low.

    `encoding` None: no table is on disk, and a text counts its UTF-8 bytes, which no byte-level encoding exceeds.
    """

    encoding: str | None
    exact: bool

    def count(self, text: str) -> int:
        """Tokens of the text itself; what a chat adds around each message is not counted."""
        if self.encoding is None:
            return _bytes(text)
        tokens = _table_count(self.encoding, text)
        if self.exact:
            return tokens
        foreign = sum(_bytes(character) for character in text if not character.isascii())
        runs = sum(len(run) - 1 for run in _RUN.findall(text))
        return math.ceil(_MARGIN * tokens) + foreign + runs


def counter(model: str | None) -> TokenCounter:
    """The counter for a model's name as its provider writes it; other makers' models get the estimate."""
    known = _encoding_of(model) if model else None
    if known is not None and _encoding(known) is not None:
        return TokenCounter(known, exact=True)
    return TokenCounter(_UNKNOWN_MODEL if _encoding(_UNKNOWN_MODEL) is not None else None, exact=False)


def _encoding_of(model: str) -> str | None:
    try:
        name = tiktoken.encoding_name_for_model(model)
    except KeyError:
        return None
    return _SAME_TABLE.get(name, name)


@cache
def _encoding(name: str) -> tiktoken.Encoding | None:
    """None where the table is not on disk as its sha256 says. Its special tokens are left out: text is only text."""
    table = read_tiktoken_table(name)
    if table is None:
        return None
    pairs = (line.split() for line in table.splitlines() if line)
    ranks = {base64.b64decode(token): int(rank) for token, rank in pairs}
    return tiktoken.Encoding(name, pat_str=_PATTERNS[name], mergeable_ranks=ranks, special_tokens={})


def _table_count(name: str, text: str) -> int:
    """In slices, since tiktoken's time and stack grow with the longest run; a cut can only add tokens."""
    encoding = _encoding(name)
    if encoding is None:
        return _bytes(text)
    slices = (text[start : start + _SLICE] for start in range(0, len(text), _SLICE))
    return sum(len(encoding.encode_ordinary(part)) for part in slices)


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))
