"""A reply of a language model read to its end, with what it took."""

from __future__ import annotations

import threading
from contextlib import closing
from dataclasses import dataclass

from rag.errors import ModelError
from rag.models.chat import Chat, End


@dataclass(frozen=True, slots=True)
class Whole:
    """What came of a call. `ended`: it came to its end; `fault`: why not, None where it was stopped or went on for too
    long.

    `tokens` are "in" and "out", with "estimated" where the server did not count them; None where nothing came. A call
    that was stopped before its first word is counted as sent.
    """

    text: str
    ended: bool
    tokens: dict[str, int] | None
    cost: float | None
    fault: ModelError | None


def whole(chat: Chat, system: str, user: str, *, longest: int, stop: threading.Event | None = None) -> Whole:
    """Ask, and read the reply to its end, or up to `longest` characters. A fault is in what it returns."""
    text, end, fault = "", None, None
    with closing(chat.stream(system, user, stop=stop)) as coming:  # type: ignore[type-var]
        try:
            for piece in coming:
                if isinstance(piece, End):
                    end = piece
                    break
                text += piece.text
                if len(text) > longest:
                    break
        except ModelError as error:
            fault = error
    if end is not None and end.tokens_in is not None and end.tokens_out is not None:
        tokens = {"in": end.tokens_in, "out": end.tokens_out}
    elif text or fault is None:
        sent = chat.counter.count(system) + chat.counter.count(user)
        tokens = {"in": sent, "out": chat.counter.count(text), "estimated": 1}
    else:
        return Whole(text, end is not None, None, None, fault)
    return Whole(text, end is not None, tokens, chat.cost(tokens["in"], tokens["out"]), fault)
