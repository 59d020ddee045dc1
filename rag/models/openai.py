"""Chat models behind any server that speaks OpenAI's Chat Completions: hosted ones, Ollama, vLLM, llama.cpp, LM Studio.

Only this module imports langchain_openai. What a server does wrong becomes a ModelError in plain words,
without the key. Retries happen here and nowhere else, and only before the first piece of a reply has come.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, Protocol

import httpx2
import openai
from langchain_openai import ChatOpenAI
from langsmith import tracing_context
from pydantic import SecretStr

from rag.errors import ModelError
from rag.models.chat import End, Piece
from rag.models.loop import gathered
from rag.models.openai_faults import HOSTED, fault_of, wait_before
from rag.models.tokens import TokenCounter
from rag.models.tokens import counter as token_counter

TRIES = 3
SILENCE = 30.0  # seconds without a piece
LONGEST_WAIT = 20.0  # seconds that a server may ask us to wait before the next try
AT_ONCE = 8  # calls under way; further ones wait, and their deadline runs
# What a server may not know, dropped for good when it says so.
OPTIONAL = ("temperature", "stream_options", "max_completion_tokens")


class ChatSettings(Protocol):
    """What of the settings a chat model needs."""

    model: str | None
    openai_api_key: SecretStr | None
    openai_base_url: str | None
    context_window: int
    timeout: float
    price_in: float | None
    price_out: float | None
    proxy: str | None


def open_chat(settings: ChatSettings) -> OpenAIChat:
    """The model that the settings name.

    Raises:
        ModelError: neither a key nor an address is set.
    """
    assert settings.model is not None
    if settings.openai_api_key is None and settings.openai_base_url is None:
        raise ModelError(
            f"The model {settings.model}",
            "there is neither a key nor an address for it",
            "Set OPENAI_API_KEY, or OPENAI_BASE_URL for a server of your own.",
        )
    return OpenAIChat(
        settings.model,
        settings.openai_base_url or HOSTED,
        settings.openai_api_key,
        token_counter(settings.model),
        window=settings.context_window,
        timeout=settings.timeout,
        price_in=settings.price_in,
        price_out=settings.price_out,
        proxy=settings.proxy,
    )


@dataclass(slots=True)
class OpenAIChat:
    """One model of one server. Safe for threads.

    Args:
        window: the model's context in tokens; a quarter of it, at most 4,096, is kept for the reply.
        timeout: seconds for a whole reply with its retries.
        price_in, price_out: per million tokens; None: not known.
        proxy: the only one used; those of the environment are not.
    """

    model: str
    base_url: str
    key: SecretStr | None
    counter: TokenCounter
    window: int = 8192
    timeout: float = 60.0
    price_in: float | None = None
    price_out: float | None = None
    proxy: str | None = None
    silence: float = SILENCE
    _client: ChatOpenAI | None = None
    _dropped: set[str] = field(default_factory=set)
    _making: threading.Lock = field(default_factory=threading.Lock)
    _places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    @property
    def reply(self) -> int:
        """Tokens kept for the reply."""
        return min(4096, self.window // 4)

    def cost(self, tokens_in: int, tokens_out: int) -> float | None:
        """By the prices set; None where either is not."""
        if self.price_in is None or self.price_out is None:
            return None
        return (tokens_in * self.price_in + tokens_out * self.price_out) / 1_000_000

    def stream(self, system: str, user: str, *, stop: threading.Event | None = None) -> Iterator[Piece | End]:
        """See `rag.models.chat.Chat`."""
        messages = [("system", system), ("human", user)]
        return gathered(lambda: self._within_time(messages), stop=stop)

    async def _within_time(self, messages: list[tuple[str, str]]) -> AsyncGenerator[Piece | End, None]:
        begun = False
        try:
            async with asyncio.timeout(self.timeout), self._places, aclosing(self._tried(messages)) as events:
                async for event in events:
                    begun = True
                    yield event
        except TimeoutError as error:
            late = "its answer was not complete" if begun else "it had not begun to answer"
            raise self._failed(
                f"{late} after {self.timeout:.0f} s", "Ask again, or raise DATELINE_TIMEOUT."
            ) from error

    async def _tried(self, messages: list[tuple[str, str]]) -> AsyncGenerator[Piece | End, None]:
        tries = 0
        while True:
            begun = False
            try:
                async with aclosing(self._once(messages)) as events:
                    async for event in events:
                        begun = True
                        yield event
            except openai.APIError as error:
                wait = None if begun else self._again(error, tries)
                if wait is None:
                    raise self._explained(error) from None  # its own words may repeat the key
                tries += wait > 0
                await asyncio.sleep(wait)
            else:
                return

    async def _once(self, messages: list[tuple[str, str]]) -> AsyncGenerator[Piece | End, None]:
        ended, said, name = None, False, None
        tokens: Mapping[str, Any] = {}
        chunks = self._opened().astream(messages)
        with tracing_context(enabled=False):
            async with aclosing(chunks) as coming:  # type: ignore[type-var]
                while True:
                    chunk = await self._next(coming)
                    if chunk is None:
                        break
                    about = chunk.response_metadata
                    ended, name = about.get("finish_reason") or ended, about.get("model_name") or name
                    tokens = chunk.usage_metadata or tokens
                    if chunk.text:
                        said = True
                        yield Piece(chunk.text)
        self._check_end(ended, said=said)
        yield End(tokens.get("input_tokens"), tokens.get("output_tokens"), name)

    async def _next(self, chunks: AsyncIterator[Any]) -> Any | None:
        """The next chunk, None at the end."""
        try:
            async with asyncio.timeout(self.silence):
                return await anext(chunks, None)
        except TimeoutError as error:
            raise self._failed(f"it sent nothing for {self.silence:.0f} s", "Ask again.") from error
        except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
            raise self._failed(
                "what it sent is not an answer of a chat model",
                "Check OPENAI_BASE_URL: it usually ends in /v1.",
            ) from error
        except (httpx2.HTTPError, OSError) as error:
            raise self._failed("its answer was cut off", "Ask again.") from error

    def _check_end(self, ended: str | None, *, said: bool) -> None:
        if ended is None:
            cut = "its answer was cut off" if said else "it sent no answer"
            raise self._failed(cut, "Ask again; if it stays so, check OPENAI_BASE_URL.")
        if ended == "length":
            raise self._failed(f"its answer ran into the limit of {self.reply:,} tokens", "Ask again.")
        if ended == "content_filter":
            raise self._failed("its provider's filter stopped the answer", "")
        if not said:
            raise self._failed("it sent an empty answer", "Ask again.")

    def _again(self, error: openai.APIError, tries: int) -> float | None:
        """Seconds to wait before the next try (0: at once, without what the server does not know); None: give up."""
        if isinstance(error, openai.BadRequestError):
            known = set(OPTIONAL) - self._dropped
            unknown = next((name for name in sorted(known) if name in str(error)), None)
            if unknown is None:
                return None
            with self._making:
                self._dropped.add(unknown)
                self._client = None
            return 0
        return wait_before(error, tries + 1, most=TRIES, longest=LONGEST_WAIT)

    def _explained(self, error: openai.APIError) -> ModelError:
        small = isinstance(error, openai.BadRequestError) and "context" in str(error).lower()
        if small:
            fault = f"its context is smaller than {self.window:,} tokens"
            return self._failed(fault, "Lower DATELINE_CONTEXT_WINDOW.")
        settings = {"key": "OPENAI_API_KEY", "address": "OPENAI_BASE_URL", "model": "DATELINE_MODEL"}
        return self._failed(*fault_of(error, self.base_url, **settings))

    def _failed(self, fault: str, way_out: str) -> ModelError:
        return ModelError(f"The model {self.model}", fault, way_out)

    def _opened(self) -> ChatOpenAI:
        with self._making:
            if self._client is None:
                self._client = self._made()
            return self._client

    def _made(self) -> ChatOpenAI:
        given = {"temperature": 0.0, "max_completion_tokens": self.reply}
        options: dict[str, Any] = {name: value for name, value in given.items() if name not in self._dropped}
        if "max_completion_tokens" in self._dropped:
            options["extra_body"] = {"max_tokens": self.reply}
        return ChatOpenAI(
            model=self.model,
            base_url=self.base_url,
            api_key=self.key or SecretStr("none"),
            max_retries=0,
            timeout=self.silence,
            stream_usage="stream_options" not in self._dropped,
            use_responses_api=False,
            openai_proxy="",
            stream_chunk_timeout=None,  # its wait_for may swallow a cancellation before Python 3.12
            http_async_client=httpx2.AsyncClient(trust_env=False, proxy=self.proxy, timeout=self.silence),
            **options,
        )
