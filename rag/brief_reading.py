"""What a briefing is written from, at the front door: the articles of a scope, put into stories, cut into sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from rag.briefing import stories as grouping
from rag.briefing.cut import Text, cut
from rag.briefing.gathered import Gathered, weight
from rag.briefing.stories import StoryArticle
from rag.briefing.write import Chosen, in_days
from rag.briefs_by_model import BriefsByModel
from rag.errors import DatelineError, NoSuchArticle
from rag.evidence.tokens import tokens
from rag.types import Article, Scope

MOST = 5_000  # articles that are read at once, the newest of a scope
# A topic fits from this cosine, and share of the best; or from this share of its words, the rare ones counting most.
NEAR, BEST, WORDED = 0.45, 0.8, 0.7
HEAD, OFTEN = 600, 3  # characters of an article's beginning; times that it says a word it is about
READ_AT_ONCE = 200
FOUND = 2_000  # passages that a topic is looked for in


class BriefReading(BriefsByModel):
    """The part of the newsroom that reads for briefings. Safe for threads."""

    def _gather(self, topic: str | None, scope: Scope) -> Gathered:
        snapshot = self.questions.snapshot()
        inside = self.questions.inside(snapshot, scope)
        rows = np.flatnonzero(inside.mask)
        newest = rows[np.argsort(-snapshot.last[rows], kind="stable")]
        over, rows = newest[MOST:], newest[:MOST]
        keys: NDArray[np.int64] = snapshot.keys[rows]
        fits = keys if topic is None else keys[np.isin(keys, self._on_topic(topic, scope))]
        heads: dict[int, tuple[int, Article]] = {}
        failed: list[tuple[str, str]] = []
        for first in range(0, len(fits), READ_AT_ONCE):
            try:
                for key, group, article in self.catalog.articles_of(
                    fits[first : first + READ_AT_ONCE].tolist()
                ):
                    heads[key] = group, replace(article, text=article.text[: grouping.READ])
            except (DatelineError, ValueError) as error:
                failed += [
                    (f"version {key}", str(error)) for key in fits[first : first + READ_AT_ONCE].tolist()
                ]
        grouped = grouping.grouped(
            [
                StoryArticle(key, one.title or "", one.text, in_days(one.published), group)
                for key, (group, one) in heads.items()
            ]
        )
        stories = sorted(grouped, key=lambda keys: weight(keys, heads))
        return Gathered(
            snapshot, inside, keys.tolist(), len(over), len(keys) - len(fits), heads, stories, failed
        )

    def _on_topic(self, topic: str, scope: Scope) -> NDArray[np.int64]:
        """Version keys of the articles that a topic fits: by words, or near in meaning."""
        found = self.questions.near(topic, scope, k=FOUND)
        if not found:
            return np.zeros(0, np.int64)
        near = max(NEAR, BEST * max((one.dense or 0.0) for _, one in found))
        said = {hit.version_key: _about(hit.article) for hit, _ in found}
        asked = {word.stem for word in tokens(topic) if not word.empty} & set().union(*said.values())
        weights = dict(
            zip(sorted(asked), self.questions.rarity(sorted(asked)) or [1.0] * len(asked), strict=True)
        )
        least = WORDED * sum(weights.values())
        worded = {
            key
            for key, words in said.items()
            if asked and sum(weights[one] for one in asked & words) >= least
        }
        fits = worded | {hit.version_key for hit, one in found if (one.dense or 0.0) >= near}
        copies = sorted({id_ for hit, one in found if hit.version_key in fits for id_ in one.copies})
        articles = [key for key, _ in self.catalog.known(copies).values()]
        snapshot = self.questions.snapshot()
        return np.union1d(sorted(fits), snapshot.keys[np.isin(snapshot.article_keys, articles)]).astype(
            np.int64
        )

    def _chosen(self, keys: tuple[int, ...], gathered: Gathered, *, told: bool) -> Chosen:
        folded = len(keys) - len({gathered.heads[key][0] for key in keys})
        if not told:
            texts = [Text(article, group, ()) for group, article in (gathered.heads[key] for key in keys)]
            return Chosen(tuple(texts), len(keys), folded, False)
        found: list[Text] = []
        for _, group, article in self.catalog.articles_of(keys):
            try:
                passages = self.catalog.version_passages(article.id, article.version)
                found.append(cut(article, group, passages))
            except (DatelineError, ValueError, IndexError) as error:
                gathered.failed.append((article.id, str(error)))
        return Chosen(tuple(found), len(keys), folded, True, tuple(self._ended(found)))

    def _ended(self, texts: Sequence[Text]) -> Iterator[tuple[Text, Text]]:
        """What a text of a story replaced, with it; never what was withdrawn."""
        for newer in texts:
            article = newer.article
            before = [(article.id, article.version - 1)] if article.version > 1 else []
            before += [(article.supersedes, None)] if article.supersedes else []  # type: ignore[list-item]
            for id_, version in before:
                try:
                    old = self.catalog.article(id_, version)
                except NoSuchArticle:
                    continue
                if old.status == "superseded":
                    passages = self.catalog.version_passages(old.id, old.version)
                    yield cut(old, newer.group, passages), newer


def _about(article: Article) -> set[str]:
    """The words that an article is about: those of its headline and its beginning, and those that it says often."""
    told = Counter(word.stem for word in tokens(article.text))
    head = {word.stem for word in tokens(f"{article.title} {article.text[:HEAD]}")}
    return head | {word for word, times in told.items() if times >= OFTEN}
