"""all-MiniLM-L6-v2 on ONNX Runtime: the embedder that needs no key and no network.

Each passage is run alone and unpadded, so its vectors depend on nothing but its text. ONNX Runtime computes each in
the thread that asks and lets go of Python's lock meanwhile, so one graph in memory serves one thread per core.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import cast

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from rag.errors import ModelError
from rag.library.embedder import Embedded, Proof, ToEmbed, Vector
from rag.models.assets import find_minilm
from rag.models.built import Built, prepared
from rag.models.wordpieces import LIMIT, Pieces, WordPieces

DIMENSION = 384
_AHEAD = 4
_ERRORS_ONLY = 3


class MiniLM:
    """An `Embedder`. Safe to use from several threads and after a fork; `close()` frees the graph."""

    def __init__(self, built: Built, session: Session, pieces: WordPieces, threads: int) -> None:
        self.built = built
        self.threads = threads
        self._session: Session | None = session
        self._pieces = pieces

    @property
    def fingerprint(self) -> str:
        return self.built.fingerprint

    @property
    def tokenizer(self) -> str:
        return self.built.model

    @property
    def remote(self) -> bool:
        return False

    @property
    def dimension(self) -> int:
        return DIMENSION

    @property
    def limit(self) -> int:
        return LIMIT

    def probe(self) -> Proof | None:
        return None

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return self._pieces.count(texts)

    def embed_query(self, text: str) -> Vector:
        """Of a question longer than 256 tokens only the first 254 are read (with the two special ones: 256)."""
        return _unit(self._tokens(self._pieces.of_question(text)).mean(axis=0))

    def embed(self, passages: Iterable[ToEmbed], *, stop: Event | None = None) -> Iterator[Embedded]:
        """In order, computed a few passages ahead by `threads` threads. Closing the iterator stops them.

        `passages` is read in the caller's thread, at most 4 per thread ahead. A sentence that owns no token gets the
        passage's vector. `stop` is left to whoever gives the passages: one takes milliseconds. Raises ModelError at a
        passage of more than 256 tokens, header included.
        """
        if self.threads == 1:
            yield from map(self._embed_one, passages)
            return
        waiting: deque[Future[Embedded]] = deque()
        with ThreadPoolExecutor(self.threads, thread_name_prefix="minilm") as pool:
            try:
                for passage in passages:
                    waiting.append(pool.submit(self._embed_one, passage))
                    while waiting and (waiting[0].done() or len(waiting) > _AHEAD * self.threads):
                        yield waiting.popleft().result()
                while waiting:
                    yield waiting.popleft().result()
            finally:
                for future in waiting:
                    future.cancel()

    def close(self) -> None:
        """Free the graph; embedding afterwards raises ModelError."""
        self._session = None

    def _embed_one(self, passage: ToEmbed) -> Embedded:
        pieces = self._pieces.of_passage(passage)
        tokens = self._tokens(pieces)
        vector = _unit(tokens.mean(axis=0))
        rows = np.empty((len(pieces.sentences), DIMENSION), np.float32)
        for row, (start, end) in enumerate(pieces.sentences):
            rows[row] = _unit(tokens[start:end].mean(axis=0)) if end > start else vector
        scales = np.abs(rows).max(axis=1) / np.float32(127)
        return Embedded(vector, np.rint(rows / scales[:, None]).astype(np.int8), scales)

    def _tokens(self, pieces: Pieces) -> Vector:
        session = self._session
        if session is None:
            raise ModelError("MiniLM", "it has been closed", "Open it again.")
        return session.tokens(pieces)


def open_minilm(*, minilm_dir: Path | None, cache: Path, threads: int | None = None) -> MiniLM:
    """MiniLM from `minilm_dir`, else from the installed package; `threads` None means one per core.

    The first time its graph is built into `cache` and proved there (about 5 s, 35 MB). Raises WeightsMissing,
    ModelError and DiskFull.
    """
    files = find_minilm(minilm_dir)
    pieces = WordPieces(files.tokenizer)

    def open_graph(graph: bytes) -> Callable[[ToEmbed], dict[str, Vector]]:
        session = Session(graph)
        return lambda passage: session.outputs(pieces.of_passage(passage))

    def prepare(*, fresh: bool) -> Built:
        return prepared(files, cache, runtime=onnxruntime.__version__, open_graph=open_graph, fresh=fresh)

    built = prepare(fresh=False)
    try:
        session = Session(built.path)
    except ModelError:  # the file in the cache is damaged
        built = prepare(fresh=True)
        session = Session(built.path)
    return MiniLM(built, session, pieces, threads or _cores())


class Session:
    """A graph in memory, computing in the caller's thread."""

    def __init__(self, graph: Path | bytes) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = _ERRORS_ONLY
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        source = graph if isinstance(graph, bytes) else str(graph)
        try:
            self._session = onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # its errors have no common base but Exception
            thing = "MiniLM's graph" if isinstance(graph, bytes) else str(graph)
            raise ModelError(
                thing, f"ONNX Runtime refuses it ({error})", "Delete it; it is built again."
            ) from error

    def tokens(self, pieces: Pieces) -> Vector:
        """(tokens, 384), special tokens included."""
        (tokens,) = self._session.run(["tokens"], {"ids": pieces.ids})
        return cast("Vector", tokens[0])

    def outputs(self, pieces: Pieces) -> dict[str, Vector]:
        """Every output by its name, each (tokens, channels)."""
        names = [output.name for output in self._session.get_outputs()]
        found = self._session.run(names, {"ids": pieces.ids})
        return {name: values[0] for name, values in zip(names, found, strict=True)}


def _unit(vector: NDArray[np.float32]) -> Vector:
    return vector / np.linalg.norm(vector)


def _cores() -> int:
    """Those this process may use, where the system tells."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
