"""What every embedder offers, MiniLM or an endpoint's: the seam that ingest and search stand on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class ToEmbed:
    """A passage as the embedder reads it: `header` line, then `text`; `sentences` are ranges inside `text`."""

    header: str
    text: str
    sentences: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Embedded:
    """One passage's vectors. All of unit length before quantising.

    Attributes:
        vector: (dimension,) float32, the passage's.
        sentences: (n, dimension) int8, one row per sentence; row * scale is the unit vector.
        scales: (n,) float32.
    """

    vector: Vector
    sentences: NDArray[np.int8]
    scales: Vector


class Embedder(Protocol):
    """Text to unit vectors. The fingerprint names model, dimension and precision: vectors of two never mix."""

    @property
    def fingerprint(self) -> str: ...

    @property
    def dimension(self) -> int: ...

    @property
    def limit(self) -> int:
        """Tokens read of one passage, header and special tokens included."""
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, special tokens not counted."""
        ...

    def embed_query(self, text: str) -> Vector:
        """(dimension,) float32 of unit length."""
        ...

    def embed(self, passages: Iterable[ToEmbed]) -> Iterator[Embedded]:
        """One result per passage, in order; each passage's vectors do not depend on its neighbours."""
        ...
