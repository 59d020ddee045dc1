"""How fast, as ratios of one run on one machine: ingest, search and a cold start beside LangChain's usual.

    python -m benchmarks.speed DATA [--sets newsqa realtimeqa-2025] [--passages 25000] [--out speed.json]

The first set is ingested by both, from its file to findable. Searched are the articles of all sets and, up to the
size asked for, articles made of sentences drawn from them. Nothing else should run: the load is printed, too.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from threading import Event

import numpy as np

from benchmarks import ours, peers
from benchmarks.data import Data, arguments, load, save, table
from rag import newsroom
from rag.library.embedder import Embedded, Embedder, Proof, ToEmbed, Vector
from rag.library.sentences import sentence_ranges
from rag.models.minilm import open_minilm
from rag.settings import load as load_settings
from rag.types import Article

BATCH = 200  # made articles at a time
LENGTH = 40  # sentences of a made article
K = 20


@dataclass(frozen=True, slots=True)
class Row:
    """A number beside another of the same unit. `ratio`: how many times faster ours is; for a share, the share."""

    what: str
    ours: float
    beside: float | None
    unit: str
    ratio: float


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--sets", nargs="+", default=["newsqa", "realtimeqa-2025"], help="both, unless told")
    parser.add_argument("--passages", type=int, default=25_000, help="size of the searched library (25,000)")
    parser.add_argument("--searches", type=int, default=200, help="questions of the first set (200)")
    parser.add_argument("--starts", type=int, default=5, help="cold starts of each (5)")
    given = parser.parse_args()
    sets = [load(given.data / name) for name in given.sets]
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} before")
    with tempfile.TemporaryDirectory() as made:
        folder = given.keep or Path(made)
        rows = told(ingest(sets[0], Path(made)))
        home = folder / f"{given.passages} passages"
        articles = filled(sets, home, given.passages)
        asked = [q.question for q in sets[0].drawn(given.searches, 0).questions]
        rows += told(cold(home, asked[0], given.starts))
        rows += told(search(articles, asked, home, Path(made)))
    cells = [
        [
            r.what,
            f"{r.ours:.4g} {r.unit}",
            "–" if r.beside is None else f"{r.beside:.4g} {r.unit}",
            f"{r.ratio:.3g}",
        ]
        for r in rows
    ]
    print("\n" + table([["what", "Dateline", "beside", "ratio or share"], *cells]))
    print(f"\nload {os.getloadavg()[0]:.1f} after")
    save(
        {"processors": os.cpu_count(), "load": os.getloadavg()[0], "rows": [asdict(r) for r in rows]},
        given.out,
    )


def told(rows: list[Row]) -> list[Row]:
    """The same rows; stderr has each as soon as it is measured."""
    for row in rows:
        print(f"{row.what}: {row.ours:.4g} {row.unit}, ratio {row.ratio:.3g}", file=sys.stderr, flush=True)
    return rows


# Ingest


def ingest(data: Data, folder: Path) -> list[Row]:
    """One set into both, each with its model already loaded; then the same file again into Dateline."""
    usual = peers.LangChainUsual(folder / "usual")
    usual.search("warm", 1)
    theirs = timed(lambda: usual.add(load(data.folder).articles))
    settings = load_settings()
    watched = Watched(open_minilm(minilm_dir=settings.minilm_dir, cache=settings.cache))
    file = data.folder / "articles.jsonl"
    with newsroom.open(folder / "first", embedder=watched) as room:
        watched.embed_query("warm")
        first = timed(lambda: room.ingest([file]))
        again = timed(lambda: room.ingest([file]))
    alone = timed(lambda: list(watched.inner.embed(watched.given)))
    n = len(data.articles)
    return [
        Row("ingest, beside LangChain's usual", n / first, n / theirs, "articles/s", theirs / first),
        Row("ingest again, unchanged, beside the first", again, first, "s", first / again),
        Row("ingest, share that is not the model", first - alone, first, "s", 1 - alone / first),
    ]


class Watched:
    """MiniLM, keeping what it was given, so that the model can be timed alone afterwards."""

    def __init__(self, inner: Embedder) -> None:
        self.inner, self.given = inner, list[ToEmbed]()
        self.fingerprint, self.dimension, self.limit = inner.fingerprint, inner.dimension, inner.limit
        self.tokenizer, self.remote = inner.tokenizer, inner.remote

    def probe(self) -> Proof | None:
        return self.inner.probe()

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return self.inner.count_tokens(texts)

    def embed_query(self, text: str) -> Vector:
        return self.inner.embed_query(text)

    def embed(self, passages: Iterable[ToEmbed], *, stop: Event | None = None) -> Iterator[Embedded]:
        return self.inner.embed(self._noted(passages), stop=stop)

    def _noted(self, passages: Iterable[ToEmbed]) -> Iterator[ToEmbed]:
        for passage in passages:
            self.given.append(passage)
            yield passage


# Search


def filled(sets: Sequence[Data], home: Path, passages: int) -> list[Article]:
    """A library of at least so many passages, made or found in `home`; all its articles."""
    articles = [article for data in sets for article in data.articles]
    made = made_articles(articles)
    with newsroom.open(home) as room, tempfile.TemporaryDirectory() as folder:
        room.ingest([data.folder / "articles.jsonl" for data in sets])
        while room.catalog.totals().passages < passages:
            more = [next(made) for _ in range(BATCH)]
            file = Path(folder) / "made.jsonl"
            file.write_text("".join(json.dumps({"id": a.id, "text": a.text}) + "\n" for a in more))
            room.ingest([file])
            articles += more
    return articles


def made_articles(articles: Sequence[Article], seed: int = 0) -> Iterator[Article]:
    """Articles of sentences drawn by chance from real ones: honest words, and none a copy of another."""
    chance = random.Random(seed)
    number = 0
    while True:
        sentences: list[str] = []
        while len(sentences) < LENGTH:
            source = chance.choice(articles).text
            ranges = sentence_ranges(source[:20_000])
            sentences += [source[a:b] for a, b in chance.sample(ranges, min(2, len(ranges)))]
        number += 1
        yield Article(f"made-{number}", "Made\n\n" + " ".join(sentences))


def search(articles: Sequence[Article], asked: Sequence[str], home: Path, folder: Path) -> list[Row]:
    """The same questions, embedding included: from a command (exact) and in the app (Chroma beside it)."""
    minilm = peers.MiniLM(peers.CACHE)
    stored = peers.LangChainUsual(folder / "searched", minilm)
    pieces = stored.add(articles)
    del minilm
    usual = peers.LangChainUsual(
        folder / "searched"
    )  # the same store, questions embedded by Chroma's own code
    theirs = latencies(partial(usual.search, k=K), asked)
    rows = []
    for name, serve in (("exact", False), ("in the app", True)):
        with newsroom.open(home, serve=serve) as room:
            size = room.catalog.totals().passages
            mine = latencies(partial(room.search, scope=ours.ANY_DAY, k=K), asked)
        for percent in (50, 95):
            a, b = (float(np.percentile(times, percent)) * 1000 for times in (mine, theirs))
            what = f"one search, p{percent}, {name}, {size:,} passages beside {pieces:,} pieces"
            rows.append(Row(what, a, b, "ms", b / a))
    return rows


def latencies(search_for: Callable[[str], object], asked: Sequence[str]) -> list[float]:
    """Seconds of each search, after a few to warm up."""
    for question in asked[:5]:
        search_for(question)
    return [timed(partial(search_for, question)) for question in asked]


# Cold start


def cold(home: Path, question: str, starts: int) -> list[Row]:
    """A whole `dateline ask` from the shell beside `import chromadb` alone; the median of alternating starts."""
    ask = [sys.executable, "-m", "rag", "ask", question, "--home", str(home)]
    imported = [sys.executable, "-c", "import chromadb"]
    times: dict[str, list[float]] = {"ask": [], "import": []}
    for _ in range(starts + 1):
        for name, command in (("ask", ask), ("import", imported)):
            times[name].append(timed(partial(run, command)))
    mine, theirs = (float(np.median(times[name][1:])) for name in ("ask", "import"))
    return [Row("cold `dateline ask`, beside `import chromadb`", mine, theirs, "s", theirs / mine)]


def run(command: Sequence[str]) -> None:
    """Run it; 3 (nothing was found) is an answer, too."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 3):
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr}")


def timed(work: Callable[[], object]) -> float:
    """Seconds of wall clock."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
