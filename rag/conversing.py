"""The front door for follow-ups: a question asked after others, rewritten so that it stands alone."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rag.answering import follow_up, model_follow_up, prompts
from rag.answering.follow_up import FollowUp, Turn
from rag.errors import DatelineError, NoSuchArticle
from rag.types import Answer, Conversation, Scope

if TYPE_CHECKING:
    from rag.asking import Asking

BY_RULES = (
    "The question was rewritten by rules instead."  # why stands before it: a model is set and could not
)
KEPT_HERE = (
    "The conversation rests on a collection that is never sent to a model: the question was rewritten here."
)


@dataclass(frozen=True, slots=True)
class Understood:
    """How a question is asked: `asked` is it as it was written, or rewritten. What is `told` goes to its answer."""

    question: str
    asked: str
    after: str | None = None
    notes: tuple[str, ...] = ()
    tokens: dict[str, int] | None = None
    cost: float | None = None
    prompts: tuple[tuple[str, str], ...] = ()

    def told(self, answer: Answer) -> Answer:
        """The answer to what was asked, with what became of the question."""
        written = " ".join(self.question.split())
        return replace(
            answer,
            question=written,
            rewritten=self.asked if self.asked != written else None,
            after=self.after,
            warnings=(*self.notes, *answer.warnings),
            tokens=_added(answer.tokens, self.tokens),
            cost=None if answer.cost is None and self.cost is None else (answer.cost or 0) + (self.cost or 0),
            prompts={**dict(self.prompts), **answer.prompts},
        )


def understood(
    room: Asking,
    question: str,
    conversation: Conversation,
    *,
    scope: Scope,
    extractive: bool,
    stop: threading.Event | None = None,
    session: str = "",
) -> Understood:
    """A question with what it takes from the answers before it, by the model where one is set, else by rules. One that
    stands alone stays as it is, and is never sent for this."""
    written = " ".join(question.split())
    if not conversation:
        return Understood(question, written)
    after, turns = conversation[-1].id, [_turn(room, one) for one in conversation]
    by_rules = follow_up.rewrite(written, turns)
    if by_rules == FollowUp():
        return Understood(question, written, after)
    by_model = None if extractive else _by_model(room, written, conversation, turns, scope, stop, session)
    found = (by_model.follow_up if by_model is not None else None) or by_rules
    notes = tuple(one for one in (by_model.note if by_model else None, found.note) if one)
    return Understood(
        question,
        found.rewritten or written,
        after,
        notes,
        by_model.tokens if by_model else None,
        by_model.cost if by_model else None,
        by_model.prompts if by_model else (),
    )


@dataclass(frozen=True, slots=True)
class _ByModel:
    """What the model made of it; None with a note where the rules are to do it."""

    follow_up: FollowUp | None
    note: str | None = None
    tokens: dict[str, int] | None = None
    cost: float | None = None
    prompts: tuple[tuple[str, str], ...] = ()


def _by_model(
    room: Asking,
    question: str,
    conversation: Conversation,
    turns: Sequence[Turn],
    scope: Scope,
    stop: threading.Event | None,
    session: str,
) -> _ByModel | None:
    """None: no model is set."""
    try:
        chat = room.chat
        if chat is None:
            return None
        local = frozenset(room.local_collections())
        if local and (set(scope.collections) & local or _rests_on(room, conversation, local)):
            return _ByModel(None, KEPT_HERE)
        prompt = prompts.load("follow_up", placeholders=model_follow_up.PLACEHOLDERS)
        refusal = room.limits.refusal(session)
    except DatelineError as error:
        return _ByModel(None, f"{error} {BY_RULES}")
    if refusal is not None:
        return _ByModel(None, f"{refusal} {BY_RULES}")
    made = model_follow_up.rewrite(question, turns, chat, prompt, stop)
    if made.tokens is not None:
        room.limits.note(session, chat.model, made.tokens, made.cost)
    used = ((prompt.name, prompt.digest),)
    if made.fault is not None:
        return _ByModel(None, f"{made.fault} {BY_RULES}", made.tokens, made.cost, used)
    return _ByModel(made.follow_up, None, made.tokens, made.cost, used)


def _turn(room: Asking, answer: Answer) -> Turn:
    said = tuple(one.text for one in answer.sentences) if answer.status == "answered" else ()
    return Turn(answer.asked_as, said, _texts(room, answer))


def _texts(room: Asking, answer: Answer) -> Callable[[], Sequence[str]]:
    def read() -> list[str]:
        texts = []
        for one in dict.fromkeys((cited.article_id, cited.version) for cited in answer.citations):
            try:
                texts.append(room.article(*one).text)
            except NoSuchArticle:
                continue
        return texts

    return read


def _rests_on(room: Asking, conversation: Conversation, local: frozenset[str]) -> bool:
    """Whether an answer of it cites, or names, an article of such a collection."""
    cited = {one.article_id for answer in conversation for one in answer.citations}
    cited |= {one.article_id for answer in conversation for one in answer.nearest}
    there = [one for one in cited if one in room.catalog.known([one])]
    return any(local.intersection(room.browser.one(one).collections) for one in there)


def _added(one: dict[str, int] | None, other: dict[str, int] | None) -> dict[str, int] | None:
    if one is None or other is None:
        return one or other
    total = {name: one[name] + other[name] for name in ("in", "out")}
    return {**total, "estimated": 1} if one.get("estimated") or other.get("estimated") else total
