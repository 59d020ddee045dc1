"""A follow-up rewritten by the language model; what it writes is held against the conversation before it is used."""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass

from rag.answering.follow_up import BACK, FollowUp, Turn
from rag.answering.packing import AROUND
from rag.answering.prompts import Prompt
from rag.answering.spoken_of import proper
from rag.errors import ModelError
from rag.evidence.names import same
from rag.models.chat import Chat
from rag.models.whole import whole

PLACEHOLDERS = ("conversation", "question")
LONGEST = 1_000  # characters of a rewritten question
SAID = 600  # characters of an earlier answer that are sent
UNCLEAR = "UNCLEAR"
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_LABEL = re.compile(r"^(?:(?:rewritten )?question:\s*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Rewriting:
    """What a model made of a follow-up; what it took; `fault`: why that cannot be used."""

    follow_up: FollowUp
    tokens: dict[str, int] | None
    cost: float | None
    fault: ModelError | None = None


def rewrite(
    question: str,
    conversation: Sequence[Turn],
    chat: Chat,
    prompt: Prompt,
    stop: threading.Event | None = None,
) -> Rewriting:
    """The question as the model rewrites it. Names and numbers that neither it nor the conversation has are refused."""
    turns = conversation[-BACK:]
    system, user = prompt.filled(
        conversation="\n".join(_told(turn) for turn in turns), question=_plain(question)
    )
    sent = chat.counter.count(system) + chat.counter.count(user)
    if sent > chat.window - chat.reply - AROUND:
        return Rewriting(FollowUp(), None, None, _fault(chat, "the conversation does not fit its context"))
    asked = whole(chat, system, user, longest=LONGEST, stop=stop)
    if not asked.ended:
        fault = asked.fault or _fault(chat, "the rewritten question did not end")
        return Rewriting(FollowUp(), asked.tokens, asked.cost, fault)
    try:
        return Rewriting(_read(asked.text, question, turns, chat), asked.tokens, asked.cost)
    except ModelError as error:
        return Rewriting(FollowUp(), asked.tokens, asked.cost, error)


def _read(reply: str, question: str, turns: Sequence[Turn], chat: Chat) -> FollowUp:
    """Raises: ModelError, where it is no question that can be asked instead."""
    said = _LABEL.sub("", reply.strip()).strip().strip('"“”').strip()
    if said.upper().rstrip(".") == UNCLEAR:
        return FollowUp(
            note=f"The model {chat.model} could not tell what the question refers to: it was asked as it stands."
        )
    if not said or "\n" in said or len(said) > LONGEST:
        raise _fault(chat, "what it wrote is no question")
    known = " ".join([question, *(part for turn in turns for part in (turn.question, *turn.said))])
    held = proper(known)
    for name in proper(f"and {said}"):
        if name.text.lower() not in known.lower() and not any(same(name, one) for one in held):
            raise _fault(
                chat, f"it put “{name.text}” into the question, which the conversation does not name"
            )
    for number in _NUMBER.findall(said):
        if number not in _NUMBER.findall(known):
            raise _fault(chat, f"it put “{number}” into the question, which the conversation does not say")
    return FollowUp(None if said.casefold() == " ".join(question.split()).casefold() else said)


def _told(turn: Turn) -> str:
    answer = " ".join(turn.said)[:SAID]
    return f"Question: {_plain(turn.question)}" + (f"\nAnswer: {_plain(answer)}" if answer else "")


def _plain(text: str) -> str:
    """In one line, and with no tag of its own."""
    return " ".join(text.replace("<", "‹").replace(">", "›").split())


def _fault(chat: Chat, fault: str) -> ModelError:
    return ModelError(f"The model {chat.model}", fault)
