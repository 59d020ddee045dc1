"""Watched questions at the front door: asked again as the library grows, told only when their answer changed."""

from __future__ import annotations

import json
import threading
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict
from typing import Any

from rag.clipping import Clipping
from rag.erasures import MARK
from rag.errors import DatelineError, NotKept, UsageError
from rag.how import How
from rag.jsonable import as_json, from_json
from rag.library import watches
from rag.library.ledger import now
from rag.library.watches import ChangeRow, Row
from rag.types import Answer, Citation, Conversation, Events, Reading, Scope
from rag.watched import Change, Rerun, Watched

MOST = 200  # watches of one owner
SHOWN = 50
_running = threading.Lock()


class Watching(Clipping):
    """The part of the newsroom that watches questions. Every `owner` has their own. Safe for threads.

    A question whose answer a model writes changes when its sources do: the same sources in other words are no change.
    """

    @property
    def sequence(self) -> int:
        """How far the library's log has come."""
        raise NotImplementedError

    def ask_stream(
        self,
        question: str,
        scope: Scope | None = None,
        conversation: Conversation = (),
        *,
        how: How | None = None,
    ) -> Iterator[Events]:
        """Answer a question, as it comes."""
        raise NotImplementedError

    def seen_by(self, groups: Collection[str] | None) -> Any:
        """The newsroom as who is in these groups may see it."""
        raise NotImplementedError

    def watch(
        self,
        question: str,
        owner: str,
        scope: Scope | None = None,
        *,
        not_read: frozenset[Reading] = frozenset(),
        model: bool = False,
        groups: Collection[str] | None = None,
    ) -> Watched:
        """Watch a question: it is asked now, and again whenever the library has changed.

        Args:
            model: let the language model answer, also when it is asked again: that costs what it costs.
            groups: those of the owner, so that it is asked within what they may read; None: all.

        Raises:
            UsageError: the question is empty or too long, it is watched already, or there are too many.
            ReadOnly: the home cannot be written.
        """
        self._refuse_read_only()
        scope = scope or Scope()
        mine = self.watched(owner)
        if any((one.question, one.scope, one.model) == (question, scope, model) for one in mine):
            raise UsageError(
                "This question", "you watch it in this scope already", "`dateline watch list` shows it."
            )
        if len(mine) >= MOST:
            raise UsageError("Watched questions", f"there are {MOST:,} already", "Remove some first.")
        sequence, unread = self.sequence, tuple(sorted(not_read))
        answer = self._asked(question, scope, unread, model)
        at = now()
        row = Row(
            owner,
            at,
            question,
            json.dumps(asdict(scope), ensure_ascii=False, sort_keys=True),
            json.dumps(unread),
            None if groups is None else json.dumps(sorted(groups), ensure_ascii=False),
            int(model),
            at,
            sequence,
            json.dumps(as_json(answer), ensure_ascii=False),
        )
        return _watched(watches.add(self.catalog, row), row, 0)

    def watched(self, owner: str) -> tuple[Watched, ...]:
        """The owner's watched questions, the last first."""
        if not self.catalog.holds("watches"):
            return ()
        return tuple(_watched(*one) for one in watches.rows(self.catalog, owner))

    def unwatch(self, owner: str, numbers: Sequence[int]) -> None:
        """Watch these no longer; their changes go with them.

        Raises:
            NotKept: the owner has no such watch; the others are gone.
            ReadOnly: the home cannot be written.
        """
        self._refuse_read_only()
        gone = watches.remove(self.catalog, owner, numbers)
        missing = [one for one in numbers if one not in gone]
        if missing:
            raise NotKept(f"Watch {missing[0]}", "it is not among yours", "`dateline watch list` shows them.")

    def changes(self, owner: str, *, only_unseen: bool = True, limit: int = SHOWN) -> tuple[Change, ...]:
        """What changed in the answers to the owner's watched questions, the last first."""
        if not self.catalog.holds("watch_changes"):
            return ()
        return tuple(
            _change(row) for row in watches.changes(self.catalog, owner, only_unseen=only_unseen, limit=limit)
        )

    def see_changes(self, owner: str, numbers: Sequence[int] | None = None) -> None:
        """Put changes away; None: all of the owner's. Raises: ReadOnly."""
        self._refuse_read_only()
        watches.see(self.catalog, owner, numbers)

    def run_watches(
        self,
        owner: str | None = None,
        *,
        models: bool = True,
        limit: int | None = None,
        stop: threading.Event | None = None,
    ) -> Rerun:
        """Ask the watched questions again whose library has changed since; what changed is kept and returned.

        Args:
            owner: None: everybody's.
            models: also those that a language model answers.
            limit: of how many at most, those asked the longest ago first; None: all.
        """
        self._refuse_read_only()
        with _running:
            sequence = self.sequence
            due = [one for one in watches.rows(self.catalog, owner) if one[1].sequence != sequence]
            due = sorted((one for one in due if models or not one[1].model), key=lambda one: one[1].asked)
            found: list[Change] = []
            faults: list[str] = []
            asked = 0
            for number, row, _ in due[:limit]:
                if stop is not None and stop.is_set():
                    break
                asked += 1
                try:
                    change = self._again(number, row)
                except DatelineError as error:
                    watches.again(self.catalog, number, now(), row.sequence, str(error))
                    faults.append(f"{row.question}: {error}")
                    continue
                found += [change] if change is not None else []
        return Rerun(asked, tuple(found), tuple(faults))

    def _again(self, number: int, row: Row) -> Change | None:
        sequence = self.sequence
        whole = row.groups is None or not self.sees_all
        room = self if whole else self.seen_by(json.loads(row.groups or "[]"))
        unread = tuple(json.loads(row.not_read))
        after = room._asked(row.question, _scope(row.scope), unread, bool(row.model))
        before = from_json(Answer, json.loads(row.answer))
        if _same(before, after, bool(row.model)):
            watches.again(self.catalog, number, now(), sequence)
            return None
        at, said = now(), as_json(after)
        both = json.dumps({"before": json.loads(row.answer), "after": said}, ensure_ascii=False)
        kept = json.dumps(said, ensure_ascii=False)
        key = watches.changed(
            self.catalog, number, at, sequence, before=row.answer, answer=kept, answers=both
        )
        return None if key is None else _change(ChangeRow(key, number, row.question, at, False, both))

    def _asked(self, question: str, scope: Scope, not_read: Sequence[Reading], model: bool) -> Answer:
        how = How(extractive=not model, not_read=frozenset(not_read))
        events = self.ask_stream(question, scope, how=how)
        return next(event for event in events if isinstance(event, Answer))


def said(answer: Answer) -> tuple[str, ...]:
    """What an answer says, line by line: its sentences, what it counted, or the closest passages."""
    if answer.coverage is not None:
        return (answer.coverage.said,)
    if answer.status == "closest":
        return tuple(" ".join(one.quote.split()) or MARK for one in answer.passages)
    return tuple(one.text for one in answer.sentences)


def _sources(answer: Answer) -> dict[tuple[str, int], Citation]:
    """What an answer cites, by article and version, the first citation of each."""
    found: dict[tuple[str, int], Citation] = {}
    for one in answer.citations:
        found.setdefault((one.article_id, one.version), one)
    return found


def _same(before: Answer, after: Answer, model: bool) -> bool:
    if before.status != after.status or set(_sources(before)) != set(_sources(after)):
        return False
    return model or set(said(before)) == set(said(after))


def _change(row: ChangeRow) -> Change:
    answers = json.loads(row.answers)
    before, after = from_json(Answer, answers["before"]), from_json(Answer, answers["after"])
    lines, sources = (said(before), said(after)), (_sources(before), _sources(after))
    return Change(
        row.number,
        row.watch,
        row.question,
        row.at,
        before.status,
        after.status,
        tuple(one for one in lines[1] if one not in lines[0]),
        tuple(one for one in lines[0] if one not in lines[1]),
        tuple(one for key, one in sources[1].items() if key not in sources[0]),
        tuple(one for key, one in sources[0].items() if key not in sources[1]),
        row.seen,
    )


def _watched(number: int, row: Row, news: int) -> Watched:
    return Watched(
        number,
        row.question,
        _scope(row.scope),
        tuple(json.loads(row.not_read)),
        bool(row.model),
        row.at,
        row.asked,
        row.sequence,
        from_json(Answer, json.loads(row.answer)),
        news,
        row.fault,
    )


def _scope(said: str) -> Scope:
    kept: dict[str, Any] = {
        name: tuple(one) if isinstance(one, list) else one for name, one in json.loads(said).items()
    }
    return Scope(**kept)
