"""A stand-in for MiniLM in tests: no weights, no threads, and near words give near vectors.

A word is a hashed bag of its stem and its character trigrams; a text is the sum over its words, made unit
length.
"Flooded the harbour" is therefore near "flooding in the harbour" and far from "the budget was passed".
"""

from __future__ import annotations

import re
import threading
import time
import zlib
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from rag.errors import ModelError
from rag.library.embedder import Embedded, Proof, ToEmbed, Vector

_TOKEN = re.compile(r"\w+|[^\w\s]")
_SUFFIXES = ("ations", "ation", "ings", "ing", "edly", "ed", "ies", "es", "ly", "s", "e", "y")
_COMMON = frozenset(
    """
    a an and are as at be been but by did do does for from had has have he her his how i in is it its
    many much not of on or our she so than that the their them there they this to was we were what when
    where which who why will with would you
    """.split()
)
_COMMON_WEIGHT = 0.1
_SPECIAL_TOKENS = 2


class FakeEmbedder:
    """An `Embedder`. `delay` is seconds of sleep before each passage's result.

    Like the real one it refuses a passage that is longer than `limit` tokens, and reads the first `limit`
    tokens of a question. `embedded` counts the passages it has handed out, `queries` lists the questions.
    """

    def __init__(
        self,
        *,
        fingerprint: str = "fake/384/f32/1",
        dimension: int = 384,
        limit: int = 256,
        delay: float = 0.0,
        remote: bool = False,
        tokenizer: str = "fake",
    ) -> None:
        self._remote, self._tokenizer = remote, tokenizer
        self._fingerprint, self._dimension, self._limit, self._delay = fingerprint, dimension, limit, delay
        self.embedded = 0
        self.queries: list[str] = []
        self.closed = False

    @property
    def fingerprint(self) -> str:
        return self._fingerprint

    @property
    def tokenizer(self) -> str:
        return self._tokenizer

    @property
    def remote(self) -> bool:
        return self._remote

    @property
    def dimension(self) -> int:
        return self._dimension

    @property
    def limit(self) -> int:
        return self._limit

    def probe(self) -> Proof | None:
        return None

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [sum(1 for _ in _TOKEN.finditer(text)) for text in texts]

    def embed_query(self, text: str) -> Vector:
        self.queries.append(text)
        tokens = list(_TOKEN.finditer(text))
        if len(tokens) + _SPECIAL_TOKENS > self._limit:
            text = text[: tokens[self._limit - _SPECIAL_TOKENS].start()]
        return self._vector(text)

    def embed(
        self, passages: Iterable[ToEmbed], *, stop: threading.Event | None = None
    ) -> Iterator[Embedded]:
        for passage in passages:
            if self._delay:
                time.sleep(self._delay)
            read = f"{passage.header}\n{passage.text}"
            tokens = self.count_tokens([read])[0] + _SPECIAL_TOKENS
            if tokens > self._limit:
                raise ModelError("passage", f"it has {tokens} tokens, the embedder reads {self._limit}")
            vector = self._vector(read)
            rows = [self._vector(passage.text[start:end]) for start, end in passage.sentences]
            sentences, scales = _quantised(np.array(rows, np.float32).reshape(len(rows), self._dimension))
            self.embedded += 1
            yield Embedded(vector, sentences, scales)

    def close(self) -> None:
        self.closed = True

    def _vector(self, text: str) -> Vector:
        """Unit length, always: a text without words gets a fixed direction of its own."""
        total = np.zeros(self._dimension)
        for match in _TOKEN.finditer(text.lower()):
            hashes, weights = _features(match.group())
            np.add.at(total, hashes % self._dimension, weights)
        length = float(np.linalg.norm(total))
        if length == 0.0:
            total[0] = length = 1.0
        return (total / length).astype(np.float32)


@lru_cache(maxsize=100_000)
def _features(word: str) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Hashes of the word's stem and of its trigrams, with signed weights; crc32, so every process agrees."""
    stem = _stem(word)
    marked = f"<{stem}>"
    grams = [marked[i : i + 3] for i in range(len(marked) - 2)] if len(stem) > 3 else []
    keys = [f"={stem}", *grams]
    weights = [1.0, *(0.5 / len(grams) ** 0.5 for _ in grams)]
    hashes = [zlib.crc32(key.encode("utf-8", "surrogatepass")) for key in keys]
    signs = [1.0 if value & 0x80000000 else -1.0 for value in hashes]
    rarity = _COMMON_WEIGHT if word in _COMMON or not word[0].isalnum() else 1.0
    return np.array(hashes, np.int64), rarity * np.array(signs) * np.array(weights)


def _stem(word: str) -> str:
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            return word[: -len(suffix)]
    return word


def _quantised(rows: Vector) -> tuple[NDArray[np.int8], Vector]:
    """(n, dimension) unit rows as int8, one scale per row, as the real embedder keeps them."""
    scales = (np.abs(rows).max(axis=1) / 127).astype(np.float32)
    return np.rint(rows / scales[:, None]).astype(np.int8), scales
