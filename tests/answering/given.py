"""Material for writers, made from invented articles: each paragraph a passage, found in the order given."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rag.answering.writer import Material
from rag.library.embedder import ToEmbed
from rag.library.rows import HitRow, SentenceVectors
from rag.library.sentences import sentence_ranges
from rag.types import Article, Found, Passage
from tests.fakes.embedder import FakeEmbedder


def material(question: str, articles: Sequence[Article], *, meaning: bool = True) -> Material:
    """All passages of `articles`, as a search that ranks them in this order would give them."""
    embedder = FakeEmbedder()
    vector = embedder.embed_query(question) if meaning else None
    hits = [
        hit(article, Passage(article.id, article.version, at, start, end, sentences), vector, embedder)
        for article in articles
        for at, (start, end, sentences) in enumerate(paragraphs(article.text))
    ]
    return Material(question, vector, hits)


def paragraphs(text: str) -> list[tuple[int, int, tuple[tuple[int, int], ...]]]:
    """Ranges of the paragraphs, with the sentences of each."""
    found, start = [], 0
    for part in text.split("\n\n"):
        inside = tuple((start + a, start + b) for a, b in sentence_ranges(part))
        found.append((start, start + len(part), inside))
        start += len(part) + 2
    return found


def hit(
    article: Article, passage: Passage, vector: np.ndarray | None, embedder: FakeEmbedder
) -> tuple[HitRow, Found]:
    """One passage found; its score falls with its place."""
    text = article.text[passage.start : passage.end]
    ranges = tuple((a - passage.start, b - passage.start) for a, b in passage.sentences)
    whole = sentences = dense = best = None
    if vector is not None:
        made = next(iter(embedder.embed([ToEmbed(article.title or "", text, ranges)])))
        whole, sentences = made.vector, SentenceVectors(made.sentences, made.scales)
        each = sentences.vectors(np.arange(len(sentences)))
        dense, best = float(whole @ vector), float((each @ vector).max())
    row = HitRow(passage.position, 1, 1, article, passage, text, whole, sentences)
    return row, Found(
        passage.position, passage, text, article.title, article.outlet, None, None, article.published,
        None, None, 1.0 / (1 + passage.position), dense, best, 5.0,
    )  # fmt: skip
