"""What the article of a passage adds: questions lean on it, and a name may stand in another of its passages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from rag.library.rows import HitRow
from rag.library.words import words_of
from rag.retrieval.evidence import Measured, Sentences, best_of, share_of, sum_of
from rag.retrieval.terms import Floats, Ints, Terms


class Articles:
    """The articles of the passages: what each says in any of its passages found, and in its title."""

    def __init__(self, asked: Terms, found: Measured, sentences: Sentences) -> None:
        self._asked, self._named = asked, sentences.named
        count = len(found.hits)
        _, every = np.unique(found.keys, return_inverse=True)
        self.count = int(every.max()) + 1
        self.every, self.owner = every, every[:count]
        titles = self._titles(found.hits)
        self.title = titles
        self.said = best_of(np.maximum(sentences.passage_said, titles), self.owner, self.count)
        tops = np.array([hit.passage.position == 0 for hit in found.hits], bool)
        lead = np.where(tops[:, None], np.maximum(sentences.passage_said, titles), titles)
        self.lead = best_of(lead, self.owner, self.count)
        self.counts = sum_of(sentences.counts, self.owner, self.count)
        self.length = np.bincount(self.owner, [len(hit.text) for hit in found.hits], self.count)

    def _titles(self, hits: Sequence[HitRow]) -> Floats:
        """(n, t) which words the title says."""
        known: dict[str | None, list[bool]] = {None: [False] * len(self._asked.stems)}
        for hit in hits:
            title = hit.article.title
            if title not in known:
                words = frozenset(words_of(title or ""))
                known[title] = [stem in words for stem in self._asked.stems]
        return np.array([known[hit.article.title] for hit in hits], np.float64)

    def names_of(self, passages: Ints) -> Floats:
        """(len, t) which of the question's names stand in the article of each passage."""
        return (self.said * self._named)[self.owner[passages]]

    def columns(
        self, found: Measured, passage: Mapping[str, Floats], joint: Mapping[str, Floats]
    ) -> dict[str, Floats]:
        """The evidence of each passage's article, (n,) each."""
        weights, owner = self._asked.weights, self.owner
        best = np.full(self.count, -np.inf)
        np.maximum.at(best, self.every, found.rough)
        saturated = self.counts / (self.counts + 0.3 + 0.9 * self.length[:, None] / 3000)
        return {
            "article: best": best[owner],
            "article: said": share_of(self.said, weights)[owner],
            "article: names said": share_of(self.said, weights * self._named)[owner],
            "article: words": share_of(saturated, weights)[owner],
            "article: lead": share_of(self.lead, weights)[owner],
            "article: title": share_of(self.title, weights),
            "article: cosine": self._cosine(found),
            "article: sentence": best_of(passage["sentence"], owner, self.count)[owner],
            "article: joint": best_of(joint["joint, with neighbours"], owner, self.count)[owner],
            "article: found": np.log(np.bincount(self.every, minlength=self.count))[owner],
        }

    def _cosine(self, found: Measured) -> Floats:
        """Cosine of the mean of the article's passages found."""
        vectors = found.vectors
        known = np.array([vector is not None for vector in vectors], bool)
        if found.vector is None or not known.any():
            total = np.bincount(self.owner, found.cosine, self.count)
            return (total / np.maximum(np.bincount(self.owner, minlength=self.count), 1))[self.owner]
        matrix = np.stack([vector for vector in vectors if vector is not None])
        mean = sum_of(matrix, self.owner[known], self.count)
        length = np.linalg.norm(mean, axis=1)
        cosine = mean @ found.vector / np.maximum(length, 1e-9)
        return np.where((length > 0)[self.owner], cosine[self.owner], found.cosine)
