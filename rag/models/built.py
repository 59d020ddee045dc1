"""MiniLM's graph in the cache: built once, proved on this processor, remembered.

int8 is faster but depends on the processor's instructions, so at the first build (and again on another
processor or another ONNX Runtime) its vectors are compared with fp32's; where they differ, fp32 is used.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import platform
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np

from rag.errors import DiskFull, ModelError
from rag.library.embedder import ToEmbed, Vector
from rag.models.assets import MINILM_SHA256, MiniLMFiles, check_weights

VERSION = 2
"""Of the graph; raised when its vectors change, so that old ones are never mixed with new ones."""

LEAST_COSINE = 0.98
_SIMILARITY_TOLERANCE = 0.002
_PROOF = Path(__file__).with_name("proof.json")
_STATE = "minilm.json"

Run = Callable[[ToEmbed], dict[str, Vector]]
"""From a passage to the graph's outputs by name, each (tokens, channels)."""
Open = Callable[[bytes], Run]


@dataclass(frozen=True, slots=True)
class Built:
    """A proved graph on disk.

    Attributes:
        model: "minilm-l6-v2", with the digest's beginning where the weights are not the official ones.
        precision: "int8" or "fp32".
        least_cosine: the lowest of the ten proof passages, int8 against fp32.
        similarities: of the three proof sentences, in fp32.
    """

    path: Path
    model: str
    precision: str
    least_cosine: float
    similarities: tuple[float, ...]

    @property
    def fingerprint(self) -> str:
        return f"{self.model}/384/{self.precision}/{VERSION}"


def prepared(
    files: MiniLMFiles, cache: Path, *, runtime: str, open_graph: Open, fresh: bool = False
) -> Built:
    """The graph for this processor and this `runtime` version, built and proved if it is not in the cache.

    `open_graph` turns a serialised graph into a function that runs it. `fresh` builds in any case.
    Raises WeightsMissing, ModelError (wrong vectors even in fp32; a cache that cannot be written) and DiskFull.
    """
    state = _State(cache)
    sha256 = state.known_sha256(files.weights) or check_weights(files)
    key = f"{sha256[:12]}/{VERSION}/{_processor()}/{runtime}"
    kept = None if fresh else state.verdict(key)
    if kept is not None:
        return kept
    official = sha256 == MINILM_SHA256
    built, graph = _proved(files, official=official, open_graph=open_graph)
    model = _named(sha256)
    path = cache / f"minilm-{sha256[:12]}-{built.precision}-{VERSION}.onnx"
    made = Built(path, model, built.precision, built.least_cosine, built.similarities)
    _write(path, graph)
    state.remember(files.weights, sha256, key, made)
    return made


def name_of(files: MiniLMFiles) -> str:
    """The model's name without building anything; files that the user named are read for it.

    Raises:
        WeightsMissing: they cannot be read.
    """
    return _named(MINILM_SHA256 if files.packaged else check_weights(files))


def _named(sha256: str) -> str:
    return "minilm-l6-v2" if sha256 == MINILM_SHA256 else f"minilm-l6-v2+{sha256[:8]}"


@dataclass(frozen=True, slots=True)
class _Verdict:
    precision: str
    least_cosine: float
    similarities: tuple[float, ...]


def _proved(files: MiniLMFiles, *, official: bool, open_graph: Open) -> tuple[_Verdict, bytes]:
    """The better graph. Raises ModelError where fp32 itself does not give the official model's similarities."""
    from rag.models import graph  # onnx takes a second to import, and only this function needs it

    proof = json.loads(_PROOF.read_text("utf-8"))
    weights = graph.read_weights(files.weights)
    run = open_graph(graph.exact(weights, watched=True))
    first, second, third = (_vector(run(ToEmbed("", text, ()))) for text in proof["texts"])
    similarities = tuple(
        round(float(a @ b), 4) for a, b in ((first, second), (first, third), (second, third))
    )
    if official and not np.allclose(similarities, proof["similarities"], atol=_SIMILARITY_TOLERANCE, rtol=0):
        raise ModelError(
            "MiniLM",
            f"its self-test gave the similarities {similarities}, not {tuple(proof['similarities'])}",
            "This ONNX Runtime computes wrongly on this processor; install another version of onnxruntime.",
        )
    passages = [ToEmbed(one["header"], one["text"], ()) for one in proof["passages"]]
    known = [run(passage) for passage in passages]
    small = graph.small(weights, graph.reach(known))
    run = open_graph(small)
    pairs = zip(passages, known, strict=True)
    least = round(min(float(_vector(run(passage)) @ _vector(outputs)) for passage, outputs in pairs), 5)
    if least >= LEAST_COSINE:
        return _Verdict("int8", least, similarities), small
    return _Verdict("fp32", least, similarities), graph.exact(weights)


def _vector(outputs: dict[str, Vector]) -> Vector:
    mean = outputs["tokens"].mean(axis=0)
    return cast("Vector", mean / np.linalg.norm(mean))


class _State:
    """`minilm.json` in the cache: digests of weights already read, verdicts by processor. Lost, it is made again."""

    def __init__(self, cache: Path) -> None:
        self._cache, self._path = cache, cache / _STATE
        try:
            found = json.loads(self._path.read_text("utf-8"))
        except (OSError, ValueError):
            found = {}
        self._found = found if isinstance(found, dict) else {}

    def known_sha256(self, weights: Path) -> str | None:
        """The digest of a file that has not changed since it was read in full."""
        known = self._table("weights").get(str(weights.resolve()))
        return str(known["sha256"]) if known and known.get("stat") == _stat(weights) else None

    def verdict(self, key: str) -> Built | None:
        """What was built for this processor, if its file is still there."""
        known = self._table("verdicts").get(key)
        if known is None:
            return None
        try:
            path = self._cache / known["file"]
            made = Built(
                path, known["model"], known["precision"], known["least_cosine"], tuple(known["similarities"])
            )
        except (KeyError, TypeError):
            return None
        return made if path.is_file() else None

    def remember(self, weights: Path, sha256: str, key: str, made: Built) -> None:
        table = asdict(made) | {"file": made.path.name}
        del table["path"]
        digests = self._table("weights") | {
            str(weights.resolve()): {"sha256": sha256, "stat": _stat(weights)}
        }
        state = {"weights": digests, "verdicts": self._table("verdicts") | {key: table}}
        _write(self._path, json.dumps(state, indent=1).encode())

    def _table(self, name: str) -> dict[str, dict[str, Any]]:
        table = self._found.get(name)
        return table if isinstance(table, dict) else {}


def _stat(path: Path) -> list[int]:
    found = path.stat()
    return [found.st_size, found.st_mtime_ns]


def _processor() -> str:
    """A digest of what decides which kernels run: the processor's flags, else its name."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    flags = next(
        (line for line in lines if line.lower().startswith(("flags", "features"))), platform.processor()
    )
    return hashlib.sha256(f"{platform.machine()} {flags}".encode()).hexdigest()[:12]


def _write(path: Path, content: bytes) -> None:
    """By a temporary file and a rename, so that nobody ever reads half of it."""
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".tmp")
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except OSError as error:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)
        way_out = "Set DATELINE_CACHE to a folder that can be written, with 200 MB to spare."
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull(
                f"the cache {path.parent}", "there is no room for MiniLM's graph", way_out
            ) from error
        fault = f"MiniLM's graph cannot be written there ({error.strerror})"
        raise ModelError(f"the cache {path.parent}", fault, way_out) from error
