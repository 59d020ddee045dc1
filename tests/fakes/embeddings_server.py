"""A real server on loopback that speaks /v1/embeddings over the stand-in embedder, faults included, as its script says.

What is not scripted is answered rightly, so a test scripts only what goes wrong.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.fakes.embedder import FakeEmbedder
from tests.fakes.openai_server import OpenAIServer, Reply, serving

Change = Callable[[dict[str, Any]], Any]
Space = Callable[[NDArray[np.float32]], NDArray[np.float32]]


def as_it_is(vector: NDArray[np.float32]) -> NDArray[np.float32]:
    return vector


class EmbeddingsServer(OpenAIServer):
    """Answers with the stand-in's vectors, moved into its own `space`; `script` holds what goes wrong first."""

    space: Space = staticmethod(as_it_is)
    embedder = FakeEmbedder(dimension=48)

    def next(self, request: dict[str, Any]) -> Reply:
        if self.script:
            return super().next(request)
        self.requests.append(request)
        return self.right(request)

    def right(self, request: dict[str, Any]) -> Reply:
        """What a server without faults answers."""
        return Reply(body=json.dumps(self.told(request)).encode())

    def told(self, request: dict[str, Any]) -> dict[str, Any]:
        """The object that it answers."""
        texts = request["input"]
        rows = [self.space(self.embedder._vector(text)).tolist() for text in texts]
        data = [{"object": "embedding", "index": at, "embedding": row} for at, row in enumerate(rows)]
        used = sum(self.embedder.count_tokens(texts))
        return {"object": "list", "data": data, "model": request["model"], "usage": {"prompt_tokens": used}}

    def wrong(self, change: Change) -> Callable[[dict[str, Any]], Reply]:
        """A reply in which `change` has done something to the object; what it returns is sent, if anything."""

        def reply(request: dict[str, Any]) -> Reply:
            told = self.told(request)
            given = change(told)
            return Reply(body=json.dumps(told if given is None else given).encode())

        return reply

    def cut(self, after: int) -> Callable[[dict[str, Any]], Reply]:
        """A right reply whose connection breaks after so many bytes."""
        return lambda request: replace(self.right(request), cut=after, whole=True)

    @property
    def sent(self) -> list[str]:
        """Every text that ever came."""
        return [text for request in self.requests for text in request["input"]]


@contextlib.contextmanager
def embedding(space: Space = as_it_is) -> Iterator[EmbeddingsServer]:
    """A server at `address` (with /v1) until the end of the block."""
    told = EmbeddingsServer()
    told.space = space
    with serving(told=told):
        yield told
