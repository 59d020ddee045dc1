"""One /v1/embeddings endpoint: texts in, unit vectors out; a reply is taken as a whole or not at all.

What a server does wrong becomes a ModelError in plain words, without the key. Retries happen here and nowhere else.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx2
import numpy as np
import openai
from pydantic import SecretStr

from rag.errors import ModelError
from rag.library.embedder import Vector
from rag.models.loop import gathered
from rag.models.openai_faults import fault_of, host_of, wait_before

LONGEST_WAIT = 60.0  # seconds that a server may ask us to wait before the next try


class TooLong(ModelError):
    """A text has more tokens than the model behind the endpoint reads."""


class TooSlow(ModelError):
    """No reply came in time."""


@dataclass(frozen=True, slots=True)
class Patience:
    """At most so many tries, and the seconds for each; `whole`: for all of them with the waits between."""

    tries: int
    seconds: float
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """Unit vectors in the order of the texts. Tokens as the server counted them; None: it did not say."""

    vectors: tuple[Vector, ...]
    tokens: int | None


@dataclass(slots=True)
class Endpoint:
    """A model behind an address. Safe for threads.

    Args:
        proxy: the only one used; those of the environment are not.
        names: of the settings that hold the key and the address, for what errors say.
    """

    model: str
    base_url: str
    key: SecretStr | None
    proxy: str | None = None
    names: tuple[str, str] = ("OPENAI_API_KEY", "OPENAI_BASE_URL")
    _client: openai.AsyncOpenAI | None = None
    _making: threading.Lock = field(default_factory=threading.Lock)

    def ask(
        self, texts: Sequence[str], patience: Patience, *, stop: threading.Event | None = None
    ) -> Reply | None:
        """The vectors of texts; None where `stop` was set first: the request is dropped at once.

        Raises:
            TooLong, TooSlow: as they say.
            ModelError: the server failed, or its reply is not just what was asked for.
        """
        content = next(gathered(lambda: self._in_time(list(texts), patience), stop=stop), None)
        if content is None:
            return None
        rows, tokens = self._rows(content)
        return Reply(tuple(self._vectors(rows, len(texts))), tokens)

    def failed(self, fault: str, way_out: str = "") -> ModelError:
        """A fault of this model."""
        return ModelError(self._thing, fault, way_out)

    @property
    def _thing(self) -> str:
        return f"The embedding model {self.model}"

    # The request

    async def _in_time(self, texts: list[str], patience: Patience) -> AsyncGenerator[bytes, None]:
        try:
            async with asyncio.timeout(patience.seconds if patience.whole else None):
                yield await self._tried(texts, patience)
        except TimeoutError as error:
            raise self._too_slow(patience) from error

    async def _tried(self, texts: list[str], patience: Patience) -> bytes:
        tries = 0
        while True:
            try:
                return await self._once(texts, patience)
            except openai.APIError as error:
                tries += 1
                longest = patience.seconds if patience.whole else LONGEST_WAIT
                wait = wait_before(error, tries, most=patience.tries, longest=longest)
                if wait is None:
                    raise self._explained(error) from None  # its own words may repeat the key
                await asyncio.sleep(wait)

    async def _once(self, texts: list[str], patience: Patience) -> bytes:
        try:
            async with asyncio.timeout(patience.seconds):
                reply = await self._opened().embeddings.with_raw_response.create(
                    model=self.model, input=texts, encoding_format="float"
                )
                return reply.content
        except TimeoutError as error:
            raise self._too_slow(patience) from error
        except (httpx2.HTTPError, ConnectionError) as error:
            raise self._failed_midway() from error

    def _opened(self) -> openai.AsyncOpenAI:
        with self._making:
            if self._client is None:
                self._client = openai.AsyncOpenAI(
                    base_url=self.base_url,
                    api_key=self.key.get_secret_value() if self.key else "none",
                    max_retries=0,
                    timeout=None,  # every try has its own
                    http_client=httpx2.AsyncClient(trust_env=False, proxy=self.proxy, timeout=None),
                )
            return self._client

    # The reply

    def _rows(self, content: bytes) -> tuple[list[Any], int | None]:
        try:
            told = json.loads(content)
            rows, used = told["data"], (told.get("usage") or {}).get("prompt_tokens")
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise self.failed(
                "what it sent is not an answer of an embedding model",
                f"Check {self.names[1]}: it usually ends in /v1.",
            ) from error
        if not isinstance(rows, list):
            raise self._rejected("its vectors are no list")
        return rows, used if isinstance(used, int) and used > 0 else None

    def _vectors(self, rows: list[Any], count: int) -> list[Vector]:
        """The rows, if they are just as many as was asked for, in that order, and all of them vectors."""
        if len(rows) != count:
            raise self._rejected(f"it gave {len(rows):,} vectors for {count:,} texts")
        try:
            places = [row.get("index", place) for place, row in enumerate(rows)]
            matrix = np.array([row["embedding"] for row in rows], np.float64)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise self._rejected("its vectors are not lists of numbers, all of one length") from error
        if places != list(range(count)):
            raise self._rejected("its vectors are not in the order of the texts")
        if matrix.ndim != 2 or not matrix.shape[1] or not np.isfinite(matrix).all():
            raise self._rejected("its vectors hold what is not a number")
        lengths = np.linalg.norm(matrix, axis=1)
        if not lengths.all() or not np.isfinite(lengths).all():
            raise self._rejected("one of its vectors has no length")
        return list((matrix / lengths[:, None]).astype(np.float32))

    # What went wrong

    def _rejected(self, fault: str) -> ModelError:
        return self.failed(
            f"{fault}; nothing of it was kept", f"Check the server at {host_of(self.base_url)}."
        )

    def _failed_midway(self) -> ModelError:
        return self.failed("its answer was cut off", "Ask again.")

    def _too_slow(self, patience: Patience) -> TooSlow:
        late = f"{host_of(self.base_url)} did not answer within {patience.seconds:g} s"
        name = "DATELINE_EMBEDDING_TIMEOUT" if patience.whole else "DATELINE_TIMEOUT"
        return TooSlow(self._thing, late, f"Ask again, or raise {name}.")

    def _explained(self, error: openai.APIError) -> ModelError:
        if isinstance(error, openai.APIStatusError) and _calls_too_long(error):
            way_out = "Set a model that reads 512 tokens or more."
            return TooLong(self._thing, "it calls a text too long", way_out)
        key, address = self.names
        fault = fault_of(error, self.base_url, key=key, address=address, model="DATELINE_EMBEDDING_MODEL")
        return self.failed(*fault)


def _calls_too_long(error: openai.APIStatusError) -> bool:
    said = str(error).lower()
    about = any(one in said for one in ("context length", "too long", "too large", "maximum", "max_length"))
    return error.status_code == 413 or (error.status_code in (400, 422) and about and "token" in said)
