"""Embeddings from any server that speaks OpenAI's /v1/embeddings: hosted ones, Ollama, vLLM, llama.cpp, LM Studio.

Every request carries a sentence of ours behind its texts. Its vector must be the one that the library was built with:
so a server that has another model behind the same name is noticed before anything is stored or compared.
"""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from itertools import islice
from pathlib import Path
from typing import Protocol

import numpy as np
from pydantic import SecretStr

from rag.errors import ModelError, WeightsMissing
from rag.library.embedder import Embedded, Proof, ToEmbed, Vector
from rag.library.passages import estimate_tokens
from rag.models.assets import find_minilm
from rag.models.built import name_of
from rag.models.embeddings_endpoint import Endpoint, Patience, TooLong, TooSlow
from rag.models.openai_faults import HOSTED, host_of
from rag.models.wordpieces import LIMIT, WordPieces

PROOF = "Engineers closed the harbour bridge on Tuesday after they had found fourteen cracks in its girders."
"""What every request asks for besides. Another sentence would be another proof: it never changes."""

ALIKE = 0.95  # cosine of the proof's vectors: one model's differ by their precision only, others' by far more
TRIES, TRIES_OF_A_QUESTION = 6, 2
REST = 30.0  # seconds for which a server that let a question wait in vain is not asked by another
REMEMBERED = 256  # questions' vectors
SHORTEST = 400  # characters: a text that is refused as too long is not cut further
CHARACTERS_PER_TOKEN = 4


ProofOf = Callable[[], Vector | None]


class EmbeddingSettings(Protocol):
    """What of the settings an endpoint's embedder needs."""

    embedding_model: str | None
    embedding_base_url: str | None
    embedding_api_key: SecretStr | None
    embedding_batch: int
    embedding_timeout: float
    openai_api_key: SecretStr | None
    openai_base_url: str | None
    timeout: float
    proxy: str | None
    minilm_dir: Path | None


@cache
def _neutral() -> tuple[str, ...]:
    """Sentences about anything, for the centre."""
    return tuple(files("rag.models").joinpath("neutral.txt").read_text("utf-8").splitlines())


@dataclass(frozen=True, slots=True)
class Meter:
    """Money: `refusal` says why nothing may be sent now, None: it may; `took` is told the tokens of every request."""

    refusal: Callable[[], str | None] = lambda: None
    took: Callable[[int], None] = lambda tokens: None


@dataclass(frozen=True, slots=True)
class Tokens:
    """By whose word pieces passages are cut: MiniLM's, so that they stay as they are whichever model embeds them."""

    name: str
    count: Callable[[Sequence[str]], list[int]]


def open_embeddings(settings: EmbeddingSettings, *, proof: ProofOf, meter: Meter) -> OpenAIEmbeddings:
    """The embedder that the settings name. An address of its own is never sent the key of OPENAI_BASE_URL.

    Args:
        proof: gives the vector of `PROOF` that the library was built with; None: none is known.

    Raises:
        ModelError: neither a key nor an address is set.
    """
    assert settings.embedding_model is not None
    own = settings.embedding_base_url is not None
    key = settings.embedding_api_key or (None if own else settings.openai_api_key)
    address = settings.embedding_base_url or settings.openai_base_url
    if key is None and address is None:
        raise ModelError(
            f"The embedding model {settings.embedding_model}",
            "there is neither a key nor an address for it",
            "Set OPENAI_API_KEY, or DATELINE_EMBEDDING_BASE_URL for a server of your own.",
        )
    names = (
        "DATELINE_EMBEDDING_API_KEY" if own or settings.embedding_api_key else "OPENAI_API_KEY",
        "DATELINE_EMBEDDING_BASE_URL" if own else "OPENAI_BASE_URL",
    )
    return OpenAIEmbeddings(
        Endpoint(settings.embedding_model, address or HOSTED, key, settings.proxy, names),
        passage_tokens(settings.minilm_dir),
        batch=settings.embedding_batch,
        patience=settings.embedding_timeout,
        timeout=settings.timeout,
        proof=proof,
        meter=meter,
    )


def passage_tokens(minilm_dir: Path | None) -> Tokens:
    """MiniLM's word pieces; an estimate where its files are not there."""
    try:
        found = find_minilm(minilm_dir)
        return Tokens(name_of(found), WordPieces(found.tokenizer).count)
    except WeightsMissing:
        return Tokens("estimate", estimate_tokens)


@dataclass(slots=True)
class OpenAIEmbeddings:
    """An `Embedder`: a vector for each passage, none for its sentences. Safe for threads.

    Args:
        batch: passages of one request.
        patience: seconds that a question waits for its vector.
        timeout: seconds for one try of a request with passages.
        proof: gives the vector of `PROOF` that replies are held to; None: to none.
    """

    endpoint: Endpoint
    tokens: Tokens
    batch: int = 32
    patience: float = 4.0
    timeout: float = 60.0
    proof: ProofOf = lambda: None
    meter: Meter = field(default_factory=Meter)
    _resting: float = 0.0
    _known: OrderedDict[tuple[bytes, str], Vector] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def fingerprint(self) -> str:
        """The model's name; what its vectors are like is told by the proof, which only asking it gives."""
        return f"endpoint/{self.endpoint.model}"

    @property
    def tokenizer(self) -> str:
        return self.tokens.name

    @property
    def remote(self) -> bool:
        return True

    @property
    def dimension(self) -> int:
        """0 while no proof is known."""
        proof = self.proof()
        return 0 if proof is None else len(proof)

    @property
    def limit(self) -> int:
        return LIMIT

    @property
    def where(self) -> str:
        """Its host and port."""
        return host_of(self.endpoint.base_url)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return self.tokens.count(texts)

    def probe(self) -> Proof:
        """What the model's vectors are like now, whatever the library was built with.

        Raises:
            ModelError: the server failed, or what it gave are no vectors.
        """
        patience, neutral = Patience(TRIES, self.timeout), list(_neutral())
        found: list[Vector] = []
        for first in range(0, len(neutral), self.batch):
            some = self._asked(neutral[first : first + self.batch], patience, None)
            assert some is not None
            *vectors, proof = some
            found += vectors
        return Proof(proof, np.mean(found, axis=0, dtype=np.float32))

    def embed_query(self, text: str) -> Vector:
        """Within `patience`, retries included.

        Raises:
            ModelError: the server failed, was too slow (now or a moment ago), or gave what is no vector of this model.
        """
        proof = self.proof()
        key = (b"" if proof is None else proof.tobytes(), text)
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
            left = self._resting - time.monotonic()
        if left > 0:
            late = f"{self.where} did not answer a moment ago"
            raise self.endpoint.failed(late, f"It is asked again in {math.ceil(left)} s.")
        vector = self._query(text)
        with self._lock:
            self._known[key] = vector
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return vector

    def _query(self, text: str) -> Vector:
        try:
            found = self._proved([text], Patience(TRIES_OF_A_QUESTION, self.patience, whole=True), None)
        except TooSlow:
            with self._lock:
                self._resting = time.monotonic() + REST
            raise
        assert found is not None
        return found[0]

    def embed(
        self, passages: Iterable[ToEmbed], *, stop: threading.Event | None = None
    ) -> Iterator[Embedded]:
        """In order, in requests of `batch` passages. Ends early where `stop` is set, the request under way dropped.

        A passage that the server calls too long is embedded by its beginning.

        Raises:
            ModelError: as `embed_query`, after `TRIES` tries; of that request nothing comes.
        """
        coming = iter(passages)
        while some := list(islice(coming, self.batch)):
            found = self._fitting([read_as(one) for one in some], stop)
            if found is None:
                return
            for vector in found:
                yield Embedded(vector, np.zeros((0, 0), np.int8), np.zeros(0, np.float32))

    def close(self) -> None:
        """Nothing is held open between requests."""

    def _fitting(self, texts: list[str], stop: threading.Event | None) -> list[Vector] | None:
        """The vectors of texts; those that the server refuses as too long are asked for apart, then cut in half."""
        try:
            return self._proved(texts, Patience(TRIES, self.timeout), stop)
        except TooLong:
            if len(texts) == 1:
                if len(texts[0]) <= SHORTEST:
                    raise
                return self._fitting([texts[0][: len(texts[0]) // 2]], stop)
        middle = len(texts) // 2
        first = self._fitting(texts[:middle], stop)
        second = self._fitting(texts[middle:], stop) if first is not None else None
        return first + second if first is not None and second is not None else None

    def _proved(
        self, texts: list[str], patience: Patience, stop: threading.Event | None
    ) -> list[Vector] | None:
        """The vectors of texts, if the model behind the name is the one that the library was built with."""
        found = self._asked(texts, patience, stop)
        if found is None:
            return None
        proof = self.proof()
        if proof is not None:
            self._prove(found[-1], proof)
        return found[:-1]

    def _prove(self, found: Vector, kept: Vector) -> None:
        if len(found) != len(kept):
            fault = f"its vectors have {len(found):,} numbers, the library's {len(kept):,}"
        elif not (alike := float(found @ kept)) >= ALIKE:
            fault = (
                f"its vectors are not those of the model that the library was built with (cosine {alike:.2f})"
            )
        else:
            return
        raise self.endpoint.failed(fault, "Set the model that made them, or run `dateline embed --anew`.")

    def _asked(
        self, texts: list[str], patience: Patience, stop: threading.Event | None
    ) -> list[Vector] | None:
        """The vectors of texts, then the proof's; None where `stop` was set."""
        refusal = self.meter.refusal()
        if refusal is not None:
            raise self.endpoint.failed(refusal.rstrip("."))
        asked = [*texts, PROOF]
        reply = self.endpoint.ask(asked, patience, stop=stop)
        if reply is None:
            return None
        self.meter.took(reply.tokens or estimated_tokens(asked))
        return list(reply.vectors)


def read_as(passage: ToEmbed) -> str:
    """A passage as an endpoint reads it."""
    return f"{passage.header}\n{passage.text}" if passage.header else passage.text


def estimated_tokens(texts: Sequence[str]) -> int:
    """About how many tokens texts have, where the server does not count."""
    return sum(math.ceil(len(text) / CHARACTERS_PER_TOKEN) for text in texts)
