"""The sentences of the passages found, side by side with the question: one row of numbers each.

All features stand on what does not depend on how passages are scored: ranks, raw cosines, raw BM25, idf-weighted shares of
the question's words. Without vectors every cosine is 0 and `meaning` says so. About 4 ms for 12 passages.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.answering.asked_for import KINDS, WANTED, Kind, Offer, kind_of, offers
from rag.answering.writer import Material
from rag.retrieval.terms import Occurrences, Terms, occurrences, terms
from rag.types import Span

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

TOUCHING = 12  # characters of white space that may lie between a sentence and the next
NEAR = 60  # characters at which a word of the question counts half beside what is offered


@dataclass(frozen=True, slots=True)
class Sentences:
    """Every sentence found, once, by article and place in it.

    `hit` is the best passage that holds it, `place` its index there; `article` counts from 0 by best passage;
    `follows`: it stands right behind the row before it; `cosine` is 0 where there is no vector.
    """

    spans: tuple[Span, ...]
    texts: tuple[str, ...]
    hit: Ints
    place: Ints
    article: Ints
    follows: Bools
    cosine: Floats
    vectors: NDArray[np.float32] | None


def sentences_of(material: Material) -> Sentences:
    """The sentences of `material`, one that lies in two passages taken from the better one."""
    order: dict[str, int] = {}
    rows: dict[Span, tuple[int, int, int]] = {}
    for rank, (hit, _) in enumerate(material.hits):
        article = order.setdefault(hit.article.id, len(order))
        for place, (start, end) in enumerate(hit.passage.sentences):
            rows.setdefault(Span(hit.passage.article_id, hit.passage.version, start, end), (article, rank, place))
    spans = sorted(rows, key=lambda span: (rows[span][0], span.start))
    table = np.array([rows[span] for span in spans], np.int64).reshape(-1, 3)
    article, hits, place = table.T
    follows = np.zeros(len(spans), bool)
    for i in range(1, len(spans)):
        follows[i] = article[i] == article[i - 1] and spans[i].start - spans[i - 1].end <= TOUCHING
    vectors = _vectors(material, hits, place)
    cosine = np.zeros(len(spans))
    if vectors is not None and material.vector is not None:
        cosine = (vectors @ material.vector).astype(np.float64)
    return Sentences(
        tuple(spans), tuple(_text(material, span, hits[i]) for i, span in enumerate(spans)),
        hits, place, article, follows, cosine, vectors,
    )  # fmt: skip


def _text(material: Material, span: Span, rank: int) -> str:
    hit, _ = material.hits[rank]
    return hit.text[span.start - hit.passage.start : span.end - hit.passage.start]


def _vectors(material: Material, hits: Ints, place: Ints) -> NDArray[np.float32] | None:
    """(m, dimension), zeros where a passage is not embedded yet; None where none is."""
    if material.vector is None or all(hit.sentences is None for hit, _ in material.hits):
        return None
    vectors = np.zeros((len(hits), len(material.vector)), np.float32)
    for rank, (hit, _) in enumerate(material.hits):
        if hit.sentences is not None:
            rows = np.flatnonzero((hits == rank) & (place < len(hit.sentences)))
            vectors[rows] = hit.sentences[place[rows]]
    return vectors
