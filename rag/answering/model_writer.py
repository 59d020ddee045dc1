"""The writer with a language model behind it: what it writes is tied to the passages it was given.

The model proposes; which passages exist, what the cited words are and how it ended is decided here.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from rag.answering import packing
from rag.answering.prompts import Prompt
from rag.answering.reply import AHEAD, LONGEST, Said, read
from rag.answering.writer import Draft, Material
from rag.errors import ModelError
from rag.library.rows import HitRow
from rag.library.words import words_of
from rag.models.chat import Chat, End, Piece
from rag.types import Span

PLACEHOLDERS = ("today", "passages", "question")
ENDS = frozenset(".!?]】\n")  # what a sentence may have ended with
ENOUGH = 0.15  # share of a sentence's weight that the passage's best one must say to stand for it
MORE = 0.2  # ... that a neighbour must add to be cited with it

Idf = Callable[[Sequence[str]], Sequence[float]]


@dataclass(frozen=True, slots=True)
class Attempt:
    """What became of a model's writing. `fault`: why it is not a whole answer; `declined`: it found none in what it
    was given; `stopped`: nobody waits for it any more."""

    drafts: tuple[Draft, ...]
    fault: ModelError | None
    declined: bool
    stopped: bool
    tokens: dict[str, int] | None
    cost: float | None
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ModelWriter:
    """Writes with `chat` by `prompt`. `local` names the collections whose articles are never sent; `took` is told the
    tokens and the cost of every call, also of one that was stopped or failed."""

    chat: Chat
    prompt: Prompt
    today: date
    local: frozenset[str] = frozenset()
    took: Callable[[dict[str, int], float | None], None] | None = None

    def kept_here(self, hit: HitRow) -> bool:
        """Whether the article may not be sent."""
        return not self.local.isdisjoint(hit.article.collections)

    def write(self, material: Material, *, stop: threading.Event | None = None) -> Iterator[Draft | Attempt]:
        """Sentences as they are whole, then the Attempt with all of them."""
        sendable = [hit for hit in material.hits if not self.kept_here(hit[0])]
        packed = packing.packed(self.prompt, self.chat, material.question, sendable, self.today.isoformat())
        notes = _left_out(len(material.hits) - len(sendable), packed.left_out, self.chat.window)
        if not packed.given:
            yield self._nothing_sent(notes)
            return
        heard, told = _Heard(), 0
        try:
            for text in heard.listen(self.chat.stream(packed.system, packed.user, stop=stop)):
                reply = read(text, len(packed.given), ended=False)
                for said in reply.said[told:]:
                    yield draft(said, packed.given, material.idf)
                told = max(told, len(reply.said))
        finally:
            tokens, cost = self._taken(packed.tokens, heard)
            if tokens is not None and self.took is not None:
                self.took(tokens, cost)
        yield self._attempt(heard, packed, material.idf, notes)

    def _attempt(
        self, heard: _Heard, packed: packing.Packed, idf: Idf | None, notes: tuple[str, ...]
    ) -> Attempt:
        """What came of it: a whole reply is read to its end, of another the whole sentences are kept."""
        fault, whole = heard.fault, heard.end is not None or len(heard.text) > LONGEST
        reply = read(heard.text, len(packed.given), ended=whole)
        drafts = tuple(draft(said, packed.given, idf) for said in reply.said)
        if whole and not drafts and not reply.declined:
            fault = ModelError(f"The model {self.chat.model}", "nothing it wrote can be read as a sentence")
        tokens, cost = self._taken(packed.tokens, heard)
        return Attempt(
            drafts,
            fault,
            reply.declined,
            stopped=not whole and fault is None,
            tokens=tokens,
            cost=cost,
            notes=(*notes, *reply.notes()),
        )

    def _nothing_sent(self, notes: tuple[str, ...]) -> Attempt:
        fault = ModelError(
            f"The model {self.chat.model}",
            f"no passage could be given to it within {self.chat.window:,} tokens",
            "Raise DATELINE_CONTEXT_WINDOW if its context is larger, or ask more briefly.",
        )
        return Attempt((), fault, declined=False, stopped=False, tokens=None, cost=None, notes=notes)

    def _taken(self, sent: int, heard: _Heard) -> tuple[dict[str, int] | None, float | None]:
        """Tokens and cost of what was heard; None of a call that failed before anything was.

        One stopped before its first word is counted as sent: its server reads the prompt, and charges for it.
        """
        end = heard.end
        if end is not None and end.tokens_in is not None and end.tokens_out is not None:
            tokens = {"in": end.tokens_in, "out": end.tokens_out}
        elif heard.text or heard.fault is None:
            tokens = {"in": sent, "out": self.chat.counter.count(heard.text), "estimated": 1}
        else:
            return None, None
        return tokens, self.chat.cost(tokens["in"], tokens["out"])


@dataclass(slots=True)
class _Heard:
    """What came of a reply: its text, its end, or the fault that broke it off."""

    text: str = ""
    end: End | None = None
    fault: ModelError | None = None

    def listen(self, pieces: Iterator[Piece | End]) -> Iterator[str]:
        """The text so far, whenever a sentence may be whole by now. Closing this ends the call."""
        told = 0
        with closing(pieces) as coming:  # type: ignore[type-var]
            try:
                for piece in coming:
                    if isinstance(piece, End):
                        self.end = piece
                        return
                    self.text += piece.text
                    if len(self.text) > LONGEST:
                        return
                    if len(self.text) - told > AHEAD or not ENDS.isdisjoint(piece.text):
                        told = len(self.text)
                        yield self.text
            except ModelError as error:
                self.fault = error


def draft(said: Said, given: packing.Hits, idf: Idf | None) -> Draft:
    """A sentence with the spans it rests on, each narrowed to the words of its passage that say it."""
    spans = (narrowed(given[number - 1][0], said.text, idf) for number in said.numbers)
    return Draft(said.text, tuple(dict.fromkeys(spans)), 0.0)


def narrowed(hit: HitRow, text: str, idf: Idf | None) -> Span:
    """The sentences of a passage that say what `text` says: the best by shared words, weighed by idf, and a neighbour
    that adds to it. The whole passage where none says enough of it."""
    passage = hit.passage
    words = list(dict.fromkeys(words_of(text)))
    ranges = passage.sentences
    span = Span(passage.article_id, passage.version, passage.start, passage.end)
    if not words or not ranges:
        return span
    weights = np.array(idf(words) if idf else [1.0] * len(words))
    weights = weights / max(weights.sum(), 1e-9)
    told = [set(words_of(hit.text[start - passage.start : end - passage.start])) for start, end in ranges]
    said = np.array([[word in one for word in words] for one in told])
    best = int((said @ weights).argmax())
    if float(said[best] @ weights) < ENOUGH:
        return span
    first = last = best
    here = said[best]
    for at in (best - 1, best + 1):
        if 0 <= at < len(ranges) and float((said[at] & ~here) @ weights) >= MORE:
            first, last, here = min(first, at), max(last, at), here | said[at]
    return replace(span, start=ranges[first][0], end=ranges[last][1])


def _left_out(local: int, beyond: int, window: int) -> tuple[str, ...]:
    notes = []
    if local:
        notes.append(f"{_passages(local)} of a collection that is never sent to a model stayed here.")
    if beyond:
        notes.append(f"{_passages(beyond)} did not fit the model's {window:,} tokens.")
    return tuple(notes)


def _passages(number: int) -> str:
    return "1 passage" if number == 1 else f"{number} passages"
