"""Clips: sentences and passages that a reader puts aside, each with the exact words it rests on."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace

from rag.credits import ERASED, SINCE
from rag.errors import NoSuchArticle, NotKept, UsageError
from rag.keeping import Keeping
from rag.kept import Clip
from rag.library import clips
from rag.library.erased import erased_ids
from rag.library.ledger import now
from rag.types import Article, Citation

LONGEST_NOTE = 5_000  # characters
MOST = 1_000  # clips of one owner


class Clipping(Keeping):
    """The part of the newsroom that keeps clips. Every `owner` has their own. Safe for threads."""

    def article(self, article_id: str, version: int | None = None) -> Article:
        """A version of an article. Raises: NoSuchArticle."""
        raise NotImplementedError

    def clip(
        self,
        owner: str,
        citations: Sequence[Citation],
        *,
        text: str | None = None,
        mark: str = "",
        question: str = "",
        answer_id: str | None = None,
    ) -> Clip:
        """Put a sentence (`text`, as an answer said it) or the cited words themselves aside, last among the owner's.

        What is there already is not put there twice; the one that is there is returned.

        Raises:
            UsageError: nothing is cited, or the words do not stand where a citation says; or there is no more room.
            ReadOnly: the home cannot be written.
        """
        self._refuse_read_only()
        if not citations:
            raise UsageError("A clip", "it cites nothing", "Clip a sentence that has a source.")
        for one in citations:
            self._check(one)
        if len(clips.digests(self.catalog, owner)) >= MOST:
            raise UsageError(
                "The clips", f"there are {MOST:,} already", "Export them and take some out first."
            )
        made = Clip(uuid.uuid4().hex, now(), text, mark, tuple(citations), question, answer_id)
        [kept] = clips.keep(self.catalog, owner, [made], last=True)
        return self._seen(kept)

    def clips(self, owner: str) -> tuple[Clip, ...]:
        """The owner's clips in their order, each with what has become of its sources."""
        there = clips.all_of(self.catalog, owner) if self.catalog.holds("clips") else ()
        return tuple(self._seen(one) for one in there)

    def clipped(self, owner: str) -> dict[str, str]:
        """The owner's clips by what they say (`rag.newsroom.clip_digest`): digest -> id."""
        return clips.digests(self.catalog, owner) if self.catalog.holds("clips") else {}

    def unclip(self, owner: str, ids: Sequence[str]) -> tuple[Clip, ...]:
        """Take clips out. What is returned can be brought back. Raises: ReadOnly."""
        self._refuse_read_only()
        return tuple(clips.remove(self.catalog, owner, ids))

    def reclip(self, owner: str, gone: Sequence[Clip]) -> None:
        """Bring back what was taken out, in its place and with its note, but clips of what was erased since.

        Raises:
            ReadOnly: the home cannot be written.
        """
        self._refuse_read_only()
        cited = (one.article_id for clip in gone for one in clip.citations)
        out = erased_ids(self.catalog, cited)
        there = [clip for clip in gone if not any(one.article_id in out for one in clip.citations)]
        clips.keep(self.catalog, owner, there, last=False)

    def note(self, owner: str, clip_id: str, said: str) -> None:
        """Write the note of a clip.

        Raises:
            NotKept: the owner has no such clip.
            UsageError: it is too long.
            ReadOnly: the home cannot be written.
        """
        self._refuse_read_only()
        if len(said) > LONGEST_NOTE:
            raise UsageError("The note", f"it has {len(said):,} characters", f"Use at most {LONGEST_NOTE:,}.")
        if not clips.note(self.catalog, owner, clip_id, said.strip()):
            raise _no_clip()

    def move_clip(self, owner: str, clip_id: str, by: int) -> None:
        """Move a clip up (negative) or down by so many places. Raises: NotKept, ReadOnly."""
        self._refuse_read_only()
        if not clips.move(self.catalog, owner, clip_id, by):
            raise _no_clip()

    def _check(self, cited: Citation) -> None:
        try:
            text = self.article(cited.article_id, cited.version).text
        except NoSuchArticle:
            text = ""
        if not cited.quote.strip() or text[cited.start : cited.end] != cited.quote:
            raise UsageError(
                f"The words cited from “{cited.title or cited.article_id}”",
                "they do not stand in that version of the article where the citation says",
                "Open the article and clip them there.",
            )

    def since(self, citations: Sequence[Citation]) -> tuple[str | None, ...]:
        """What has become of each cited version, in words; None: it is still the one to cite."""
        return tuple(self._since(cited) for cited in citations)

    def _seen(self, one: Clip) -> Clip:
        return replace(one, since=self.since(one.citations))

    def _since(self, cited: Citation) -> str | None:
        if cited.erased:
            return ERASED
        try:
            return SINCE.get(self.article(cited.article_id, cited.version).status)
        except NoSuchArticle:
            return SINCE[None]


digest = clips.digest


def _no_clip() -> NotKept:
    return NotKept("This clip", "it is not among yours: it was never kept, or was taken out")
