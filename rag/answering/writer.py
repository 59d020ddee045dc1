"""The seam where a writer stands: extractive here, a model's beside it. Sentence by sentence, each with its spans."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rag.library.rows import HitRow
from rag.types import Found, Mode, Span


@dataclass(frozen=True, slots=True)
class Material:
    """What a writer is given: the question, its vector (None: no embedder), and the passages found, best first.

    `idf` weighs words of `rag.library.words.words_of` by their rarity; without it each weighs the same.
    """

    question: str
    vector: NDArray[np.float32] | None
    hits: Sequence[tuple[HitRow, Found]]
    idf: Callable[[Sequence[str]], Sequence[float]] | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A sentence as a writer proposes it, and the spans it says it rests on."""

    text: str
    spans: tuple[Span, ...]
    score: float


@dataclass(frozen=True, slots=True)
class Judged:
    """Whether the material answers the question: `answerability` 0 to 1, and the passages nearest to an answer, each
    with the range of its sentence that is nearest."""

    answerability: float
    nearest: tuple[tuple[Span, tuple[int, int]], ...]


class Writer(Protocol):
    """Proposes sentences; whether they are shown as an answer is decided by `judge`."""

    @property
    def mode(self) -> Mode: ...

    @property
    def model(self) -> str | None: ...

    def judge(self, material: Material) -> Judged: ...

    def write(self, material: Material) -> Iterator[Draft]: ...
