"""What the catalog hands out, frozen: changes of the log, passages and vectors with what an index needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from rag.state import Item, Kept
from rag.types import Article, Found, Passage

ChangeKind = Literal["stored", "embedded", "gone"]


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of the log. "gone": the version was superseded, withdrawn or removed."""

    sequence: int
    kind: ChangeKind
    version_key: int


@dataclass(frozen=True, slots=True)
class PassageRow:
    """A passage as the word index stores it. Days are yyyymmdd, the first and last that its date may mean."""

    passage_id: int
    version_key: int
    article_id: str
    text: str
    title: str | None
    outlet: str | None
    agency: str | None
    author: str | None
    kind: str | None
    language: str | None
    collections: tuple[str, ...]
    day_first: int | None
    day_last: int | None


@dataclass(frozen=True, slots=True)
class VectorRow:
    """A passage's vector, (dimension,) float32."""

    passage_id: int
    version_key: int
    vector: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class SentenceVectors:
    """Sentences of one passage: (n, dimension) `rows` as they are stored, int8, and (n,) `scales`.

    A row times its scale is the sentence's unit vector.
    """

    rows: NDArray[np.int8] | NDArray[np.float32]
    scales: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.scales)

    def vectors(self, places: NDArray[np.int64]) -> NDArray[np.float32]:
        """(len, dimension) unit vectors of these sentences."""
        return self.rows[places].astype(np.float32) * self.scales[places, None]


@dataclass(frozen=True, slots=True)
class HitRow:
    """A passage that a search may show, joined with its article in one read transaction.

    The article is whole, with its text. `vector` and `sentences` are None while the passage is not embedded.
    """

    passage_id: int
    version_key: int
    group_key: int
    article: Article
    passage: Passage
    text: str
    vector: NDArray[np.float32] | None
    sentences: SentenceVectors | None

    def found(
        self,
        *,
        score: float,
        words: float,
        dense: float | None = None,
        sentence: float | None = None,
        best_sentence: int | None = None,
        copies: tuple[str, ...] = (),
        matches: tuple[tuple[int, int], ...] = (),
    ) -> Found:
        """The passage as a search shows it, with why it was found."""
        article = self.article
        return Found(
            self.passage_id,
            self.passage,
            self.text,
            article.title,
            article.outlet,
            article.agency,
            article.kind,
            article.published,
            article.url,
            article.page,
            score,
            dense,
            sentence,
            words,
            best_sentence,
            copies,
            author=article.author,
            matches=matches,
        )


@dataclass(frozen=True, slots=True)
class Pending:
    """A version that waits for its vectors."""

    version_key: int
    article: Article
    passages: tuple[tuple[int, Passage], ...]


@dataclass(frozen=True, slots=True)
class ToStore:
    """An article ready to be stored: everything that costs time was done before the transaction."""

    source: str
    article: Article
    given_id: bool
    passages: tuple[Passage, ...]
    signature: bytes
    bands: tuple[int, ...]
    remark: str | None = None
    original: Kept | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of it, and which versions came and went."""

    item: Item
    came: int | None = None
    went: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Totals:
    """Of what is usable now."""

    articles: int
    passages: int
    embedded: int
    withdrawn: int
    superseded: int
    versions: int
    last_added: str | None

    @property
    def meaning(self) -> float:
        """Share of passages that have a vector, 0 to 1; 1 for an empty library."""
        return self.embedded / self.passages if self.passages else 1.0
