"""How fast passages become vectors, and how near int8's are to fp32's: MiniLM our way beside Chroma's default embedder.

    python -m benchmarks.embedding DATA [--set newsqa] [--passages 320] [--out embedding.json]

All run the same weights over the same passages of about 190 tokens. Useful tokens are counted: the passages' own, not
the padding. Nothing else should run: the load is printed, too; tokens per second of processor time depend on it less.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from chromadb.utils.embedding_functions import ONNXMiniLM_L6_V2
from numpy.typing import NDArray

from benchmarks.chroma_weights import chroma_folder
from benchmarks.data import arguments, load, save, table
from benchmarks.peers import passages
from rag.library.embedder import ToEmbed
from rag.models import graph
from rag.models.assets import find_minilm
from rag.models.minilm import MiniLM, Session, open_minilm
from rag.models.wordpieces import LIMIT, WordPieces
from rag.settings import load as load_settings

WORDS = 160  # of a passage: about 190 tokens of news
BATCH = 8


@dataclass(frozen=True, slots=True)
class Row:
    """One way of embedding. `cosine`: mean and least against fp32 alone, None where that is not what it measures."""

    what: str
    tokens_a_second: float
    passages_a_second: float
    tokens_a_processor_second: float
    cosine: tuple[float, float] | None


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--set", default="newsqa", help="whose articles are read (newsqa)")
    parser.add_argument("--passages", type=int, default=320, help="how many passages (320)")
    given = parser.parse_args()
    minilm, exact, pieces = opened()
    texts = drawn(given.data / given.set, given.passages, pieces)
    tokens = sum(pieces.of_passage(text).ids.size for text in texts)
    print(f"{len(texts)} passages of {tokens / len(texts):.0f} tokens, {minilm.fingerprint}")
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} before")
    known = np.stack([one.vector for one in exact.embed(texts)])
    ways: dict[str, Callable[[], NDArray[np.float32] | None]] = {
        "fp32, alone, 1 thread": lambda: ours(exact, texts, 1),
        "fp32, alone, a thread per core": lambda: ours(exact, texts, minilm.threads),
        "int8, alone, 1 thread": lambda: ours(minilm, texts, 1),
        "int8, alone, a thread per core": lambda: ours(minilm, texts, minilm.threads),
        f"int8, batches of {BATCH}, padded, sorted": batches(minilm, texts, pieces),
        "Chroma's default embedder": chroma(texts),
    }
    rows = [timed(what, way, known, tokens) for what, way in ways.items()]
    cells = [
        [
            row.what,
            f"{row.tokens_a_second:,.0f}",
            f"{row.passages_a_second:.1f}",
            f"{row.tokens_a_processor_second:,.0f}",
            "–" if row.cosine is None else f"{row.cosine[0]:.4f} ({row.cosine[1]:.4f})",
        ]
        for row in rows
    ]
    print(
        "\n"
        + table(
            [["what", "tokens/s", "passages/s", "tokens/processor s", "cosine to fp32, mean (least)"], *cells]
        )
    )
    print(f"\nload {os.getloadavg()[0]:.1f} after")
    save({"load": os.getloadavg()[0], "tokens": tokens, "rows": [asdict(row) for row in rows]}, given.out)


def opened() -> tuple[MiniLM, MiniLM, WordPieces]:
    """MiniLM as it is used here, the same in fp32, and their tokenizer."""
    settings = load_settings()
    minilm = open_minilm(minilm_dir=settings.minilm_dir, cache=settings.cache)
    files = find_minilm(settings.minilm_dir)
    pieces = WordPieces(files.tokenizer)
    session = Session(graph.exact(graph.read_weights(files.weights)))
    built = replace(minilm.built, precision="fp32")
    return minilm, MiniLM(built, session, pieces, minilm.threads), pieces


def drawn(folder: Path, n: int, pieces: WordPieces) -> list[ToEmbed]:
    """n passages, evenly from all articles, none longer than the model reads."""
    data = load(folder)
    places = passages(data.articles, WORDS)
    found = [ToEmbed("", data.texts[place.article][place.start : place.end], ()) for place in places]
    lengths = pieces.count([one.text for one in found])
    fitting = [one for one, length in zip(found, lengths, strict=True) if LIMIT // 2 < length <= LIMIT - 2]
    return fitting[:: max(1, len(fitting) // n)][:n]


def ours(minilm: MiniLM, texts: Sequence[ToEmbed], threads: int) -> NDArray[np.float32]:
    minilm.threads = threads
    return np.stack([one.vector for one in minilm.embed(texts)])


def chroma(texts: Sequence[ToEmbed]) -> Callable[[], NDArray[np.float32]]:
    """It pads every text to 256 tokens and runs batches of 32 on all cores."""
    embedder = ONNXMiniLM_L6_V2()
    embedder.DOWNLOAD_PATH = chroma_folder()
    embedder(["warm"])
    return lambda: np.stack(list(embedder([f"\n{text.text}" for text in texts])))


def batches(minilm: MiniLM, texts: Sequence[ToEmbed], pieces: WordPieces) -> Callable[[], None]:
    """For the time only: the graph has no mask, so the padding is read as if it were text."""
    model = onnx.load(minilm.built.path)
    for value in (*model.graph.input, *model.graph.output):
        value.type.tensor_type.shape.dim[0].dim_param = "batch"
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), options)
    ids = sorted((pieces.of_passage(text).ids[0] for text in texts), key=len)
    groups = [ids[start : start + BATCH] for start in range(0, len(ids), BATCH)]
    padded = [np.stack([np.pad(one, (0, len(group[-1]) - len(one))) for one in group]) for group in groups]

    def run() -> None:
        with ThreadPoolExecutor(minilm.threads) as pool:
            list(pool.map(lambda group: session.run(["tokens"], {"ids": group}), padded))

    return run


def timed(
    what: str, way: Callable[[], NDArray[np.float32] | None], known: NDArray[np.float32], tokens: int
) -> Row:
    started, busy = time.perf_counter(), time.process_time()
    vectors = way()
    seconds, busy = time.perf_counter() - started, time.process_time() - busy
    cosine = None
    if vectors is not None:
        near = (vectors * known).sum(axis=1)
        cosine = (float(near.mean()), float(near.min()))
    return Row(what, tokens / seconds, len(known) / seconds, tokens / busy, cosine)


if __name__ == "__main__":
    main()
