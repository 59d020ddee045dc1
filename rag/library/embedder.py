"""What every embedder offers, MiniLM or an endpoint's: the seam that ingest and search stand on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from threading import Event
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
        sentences: (n, dimension) int8, one row per sentence; row * scale is the unit vector. (0, 0) where the
            embedder gives none of sentences.
        scales: (n,) float32.
    """

    vector: Vector
    sentences: NDArray[np.int8]
    scales: Vector


@dataclass(frozen=True, slots=True)
class Proof:
    """What a model's vectors are like, asked of it before any is kept; (dimension,) float32 each.

    Attributes:
        vector: of one sentence that never changes, by which the model is known again.
        centre: the mean over sentences about anything: what it gives every text alike, which says nothing of any.
    """

    vector: Vector
    centre: Vector


class Embedder(Protocol):
    """Text to unit vectors. The fingerprint names what made them: vectors of two never mix."""

    @property
    def fingerprint(self) -> str: ...

    @property
    def tokenizer(self) -> str:
        """Whose tokens it counts: passages cut by another's are cut again."""
        ...

    @property
    def remote(self) -> bool:
        """Whether texts are sent to an endpoint, on whatever machine: that costs, and what is kept here is not sent."""
        ...

    @property
    def dimension(self) -> int: ...

    @property
    def limit(self) -> int:
        """Tokens read of one passage, header and special tokens included."""
        ...

    def probe(self) -> Proof | None:
        """What its vectors are like, to be kept with them; None where the fingerprint says it all.

        Raises ModelError where it cannot embed now: ask before vectors are dropped for its sake.
        """
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, special tokens not counted."""
        ...

    def embed_query(self, text: str) -> Vector:
        """(dimension,) float32 of unit length."""
        ...

    def embed(self, passages: Iterable[ToEmbed], *, stop: Event | None = None) -> Iterator[Embedded]:
        """One result per passage, in order; each passage's vectors do not depend on its neighbours.

        May end early where `stop` is set. Raises ModelError.
        """
        ...
