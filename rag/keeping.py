"""What is kept for a reader: answers as they were given, whose history they are in, what cites an article."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

from rag.errors import LibraryError, NotKept
from rag.intake import Intake
from rag.jsonable import as_json, from_json
from rag.kept import Asked, Gap, History, Kept
from rag.library import answers, erased
from rag.library.answers import Record
from rag.library.erased_words import without
from rag.library.ledger import now
from rag.types import Answer, Reading, Scope

PAGE = 25
GAPS = 200


class Keeping(Intake):
    """The part of the newsroom that keeps what readers ask. Safe for threads.

    Every `owner` sees their own; what is another's and not shared is not told from what is not there.
    """

    def keep(
        self,
        answer: Answer,
        owner: str,
        *,
        scope: Scope | None = None,
        not_read: frozenset[Reading] = frozenset(),
    ) -> Kept:
        """Keep an answer in the owner's history. `scope` and `not_read`: as they were set for the question.

        Raises:
            ReadOnly, DiskFull: it is not kept.
        """
        self._refuse_read_only()
        asked = Asked(
            id=answer.id,
            at=now(),
            question=answer.asked_as,
            status=answer.status,
            mode=answer.mode,
            sequence=answer.sequence,
            scope=scope or Scope(),
            not_read=tuple(sorted(not_read)),
        )
        cites = sorted({(one.article_id, one.version) for one in answer.citations})
        said = json.dumps(as_json(answer), ensure_ascii=False)
        answers.keep(self.catalog, [self._without_erased(Record(asked, owner, said, tuple(cites)))])
        return Kept(asked, answer)

    def kept(self, answer_id: str, owner: str) -> Kept:
        """An answer of the owner's, or one that was shared, as it was given.

        Raises:
            NotKept: it is not there, or is another's and not shared.
        """
        record = answers.find(self.catalog, answer_id, owner) if self._keeps else None
        if record is None:
            raise _not_kept()
        try:
            answer = from_json(Answer, json.loads(record.answer))
        except (KeyError, TypeError, ValueError) as error:
            raise LibraryError(
                f"The answer “{record.asked.question}”", "it cannot be read any more", "Ask again."
            ) from error
        return Kept(record.asked, answer)

    def history(self, owner: str, *, words: str = "", limit: int = PAGE, offset: int = 0) -> History:
        """The owner's questions, newest first; with `words`, those that hold each of them."""
        if not self._keeps:
            return History((), 0, 0)
        return History(*answers.history(self.catalog, owner, words=words, limit=limit, offset=offset))

    def forget(self, owner: str, ids: Sequence[str] | None) -> tuple[Record, ...]:
        """Take the owner's answers out of the catalog, None: all. What is returned can be brought back.

        Raises:
            ReadOnly: the home cannot be written.
        """
        self._refuse_read_only()
        return tuple(answers.forget(self.catalog, owner, ids))

    def remember(self, records: Sequence[Record]) -> None:
        """Bring back what was forgotten, as it was. Raises: ReadOnly."""
        self._refuse_read_only()
        answers.keep(self.catalog, [self._without_erased(one) for one in records])

    def _without_erased(self, record: Record) -> Record:
        """An answer that was given before something it cites was erased, and is kept after."""
        ids = erased.erased_ids(self.catalog, (article_id for article_id, _ in record.cites))
        if not ids:
            return record
        said = without(json.loads(record.answer), ids, None)
        return replace(record, answer=json.dumps(said, ensure_ascii=False))

    def share(self, answer_id: str, owner: str, shared: bool = True) -> None:
        """Let whoever reaches the page open one of the owner's answers, or no longer.

        Raises:
            NotKept: the owner has no such answer.
            ReadOnly: the home cannot be written.
        """
        self._refuse_read_only()
        if not answers.share(self.catalog, answer_id, owner, shared):
            raise _not_kept()

    def gaps(self, limit: int = GAPS) -> tuple[Gap, ...]:
        """Recorded questions that found no answer when they were last asked, newest first, without who asked."""
        return answers.gaps(self.catalog, limit) if self._keeps else ()

    def cited_by(self, article_id: str, owner: str, limit: int = PAGE) -> tuple[tuple[Asked, ...], int]:
        """The owner's own and shared answers that cite an article, newest first, and how many there are."""
        if not self._keeps:
            return (), 0
        known = self.catalog.known([article_id])
        own_id = known[article_id][1] if article_id in known else article_id
        return answers.cited_by(self.catalog, own_id, owner, limit)

    @property
    def _keeps(self) -> bool:
        return self.catalog.holds("answers")


def _not_kept() -> NotKept:
    return NotKept(
        "This answer", "it is not here: it was never kept, was forgotten, or is not shared with you"
    )
