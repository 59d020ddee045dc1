"""A newsroom as it was at a sequence of its log, for runs that later articles must not change."""

from __future__ import annotations

from dataclasses import replace

from rag.errors import NoSuchArticle, UsageError
from rag.library.pinned import open_at
from rag.newsroom import Newsroom
from rag.questions import Questions
from rag.types import Article


class PinnedNewsroom(Newsroom):
    """Shares all parts of the newsroom it is made of, which stays open as long, and closes none.

    What was set by hand since, in collections and repairs, holds here too: it is not part of the log. So do vectors
    that were made since.

    Raises:
        UsageError: the log has not come so far.
        DiskFull, ReadOnly: the word index for that sequence cannot be built.
    """

    def __init__(self, room: Newsroom, sequence: int) -> None:
        if not 1 <= sequence <= room.sequence:
            fault = f"the library has no sequence {sequence:,}"
            raise UsageError("--at", fault, f"It stands at {room.sequence:,}; name one from 1 to there.")
        self.__dict__.update(room.__dict__)
        self.pinned_at = sequence
        indexes = open_at(room.indexes, room.catalog, sequence)
        self.indexes = indexes
        self.questions = Questions(
            room.catalog,
            indexes,
            embedder=lambda: room.embedder,
            why_none=lambda: room.no_embedder,
            kept_here=room.kept_here,
            approximate=False,
            today=lambda: room.settings.day,
            as_of_today=room.settings.today is not None,
            at=sequence,
            groups=indexes.groups,
        )

    @property
    def sequence(self) -> int:
        """The one that it stands at."""
        assert self.pinned_at is not None
        return self.pinned_at

    def article(self, article_id: str, version: int | None = None) -> Article:
        """The version that was usable then, or the one asked for.

        Raises:
            NoSuchArticle: none was.
        """
        if version is not None:
            return super().article(article_id, version)
        snapshot = self.questions.snapshot()
        known = self.catalog.known([article_id])
        there = snapshot.article_keys == (known[article_id][0] if known else -1)
        keys = snapshot.keys[there].tolist()
        if not keys:
            fault = f"it was not in the library at sequence {self.sequence:,}"
            raise NoSuchArticle(article_id, fault, "Name another sequence.")
        return replace(self.catalog.version(keys[-1]), status="usable")

    def close(self) -> None:
        """Nothing: its parts are another's."""
