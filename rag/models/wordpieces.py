"""Text to MiniLM's word pieces, and which of them each sentence owns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from rag.errors import ModelError, WeightsMissing
from rag.library.embedder import ToEmbed

LIMIT = 256
_CLS, _SEP = "[CLS]", "[SEP]"
_QUESTION_CHARACTERS = 20_000
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Pieces:
    """What the model reads: `ids` (1, tokens) with the special tokens.

    `sentences` are half-open ranges of tokens, in the order of the passage's sentences; an empty range is a sentence
    without any token.
    """

    ids: NDArray[np.int32]
    sentences: tuple[tuple[int, int], ...] = ()


class WordPieces:
    """The tokenizer with its file's own truncation and padding switched off; "[SEP]" in a text is only text."""

    def __init__(self, path: Path) -> None:
        try:
            self._tokenizer = Tokenizer.from_file(str(path))
        except Exception as error:  # the library raises plain Exception
            fault = f"it cannot be read as a tokenizer ({error})"
            raise WeightsMissing(str(path), fault, "Give the tokenizer.json of all-MiniLM-L6-v2.") from error
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._tokenizer.encode_special_tokens = True
        self._cls, self._sep = self._tokenizer.token_to_id(_CLS), self._tokenizer.token_to_id(_SEP)
        if self._cls is None or self._sep is None:
            fault = f"it has no {_CLS} or no {_SEP}"
            raise WeightsMissing(str(path), fault, "Give the tokenizer.json of all-MiniLM-L6-v2.")

    def count(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, special tokens not counted."""
        encoded = self._tokenizer.encode_batch_fast(
            [_readable(text) for text in texts], add_special_tokens=False
        )
        return [len(one) for one in encoded]

    def of_passage(self, passage: ToEmbed) -> Pieces:
        """CLS, header, text, SEP. Raises ModelError where that is more than LIMIT: nothing is cut unseen."""
        header = self._tokenizer.encode(_readable(passage.header), add_special_tokens=False).ids
        text = self._tokenizer.encode(_readable(passage.text), add_special_tokens=False)
        ids = [self._cls, *header, *text.ids, self._sep]
        if len(ids) > LIMIT:
            fault = f"it has {len(ids)} tokens with its header, and MiniLM reads {LIMIT}"
            raise ModelError(f"passage {passage.text[:40]!r}", fault, "Split it into shorter passages.")
        starts = [start for start, _ in text.offsets]
        first = 1 + len(header)
        bounds = np.searchsorted(starts, np.array(passage.sentences, np.int64).reshape(-1, 2)) + first
        return Pieces(np.array([ids], np.int32), tuple((int(start), int(end)) for start, end in bounds))

    def of_question(self, text: str) -> Pieces:
        """CLS, as much of the question as fits in LIMIT tokens, SEP."""
        ids = self._tokenizer.encode(_readable(text[:_QUESTION_CHARACTERS]), add_special_tokens=False).ids
        return Pieces(np.array([[self._cls, *ids[: LIMIT - 2], self._sep]], np.int32))


def _readable(text: str) -> str:
    """The text with lone surrogates, which no tokenizer can encode, as the replacement character; same length."""
    return text if text.isascii() else _LONE_SURROGATE.sub("\ufffd", text)
