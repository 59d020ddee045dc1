"""The seam where a language model stands: text comes in pieces, and the last event says how it ended."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from rag.models.tokens import TokenCounter


@dataclass(frozen=True, slots=True)
class Piece:
    """Some characters of a reply, cut wherever the server cut them."""

    text: str


@dataclass(frozen=True, slots=True)
class End:
    """A reply that came to its end. Tokens as the server counted them; None: it did not say."""

    tokens_in: int | None
    tokens_out: int | None
    model: str | None


class Chat(Protocol):
    """One chat model. `window` is its context in tokens, `reply` what of it is kept for the reply."""

    @property
    def model(self) -> str: ...

    @property
    def window(self) -> int: ...

    @property
    def reply(self) -> int: ...

    @property
    def counter(self) -> TokenCounter: ...

    def stream(self, system: str, user: str, *, stop: threading.Event | None = None) -> Iterator[Piece | End]:
        """The pieces of the reply, then its End. Where `stop` is set it ends without one, at once.

        Raises:
            ModelError: the server failed, said nothing in time, or cut the reply off.
        """
        ...

    def cost(self, tokens_in: int, tokens_out: int) -> float | None:
        """What that many tokens cost, in the currency of the prices set; None: no price is set."""
        ...
