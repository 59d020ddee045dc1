"""What is lost where an endpoint's vectors stand in MiniLM's place: MiniLM itself behind a server on this machine.

    python -m benchmarks.endpoint DATA [--set newsqa] [--draw 600] [--out endpoint.json]

Beside MiniLM as it is built in (with vectors of sentences) and words alone stand the same vectors from a server, as
they are and moved into a space where all cosines lie above .7, as some models have them.
"""

from __future__ import annotations

import contextlib
import json
import tempfile
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import answering, finding, ours
from benchmarks.data import Data, arguments, load, save, table, told
from rag import newsroom, settings
from rag.models.minilm import MiniLM, open_minilm
from rag.newsroom import Newsroom

Vector = NDArray[np.float32]
K = 20


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--set", default="newsqa", help="its questions need evidence (newsqa)")
    parser.add_argument("--draw", type=int, default=600, help="ask so many, drawn by chance (600)")
    given = parser.parse_args()
    data = load(given.data / given.set).drawn(given.draw, 0)
    minilm = open_minilm(minilm_dir=None, cache=settings.load().cache)
    numbers = {}
    with tempfile.TemporaryDirectory() as homes:
        with opened(Path(homes) / "built in", data) as room:
            numbers["MiniLM, built in"] = measured(room, data)
        for name, space in {"as it is": as_it_is, "all cosines above .7": high}.items():
            with serving(minilm, space) as address, opened(Path(homes) / name, data, address) as room:
                numbers[f"MiniLM behind a server, {name}"] = measured(room, data)
        with opened(Path(homes) / "words", data, minilm_dir=homes) as room:
            numbers["words only"] = measured(room, data)
    names = list(next(iter(numbers.values())))
    rows = [[system, *(f"{row[name]:.3f}" for name in names)] for system, row in numbers.items()]
    print("\n" + table([[f"{data.name}", *names], *rows]))
    save(numbers, given.out)


@contextlib.contextmanager
def opened(home: Path, data: Data, address: str | None = None, **more: Any) -> Iterator[Newsroom]:
    """A library of the data's articles, embedded here or at an address."""
    endpoint = {"embedding_model": "minilm", "embedding_base_url": address} if address else {}
    with newsroom.open(home, settings=settings.load(home=home, **endpoint, **more)) as room:
        report = room.ingest([data.folder / "articles.jsonl"])
        if report.warnings:
            raise SystemExit("; ".join(report.warnings))
        yield room


def measured(room: Newsroom, data: Data) -> dict[str, float]:
    """What is found, and what is answered of it, with the articles of the questions and without them."""
    found = {q.id: ours.search(room, q, K, cap=None, fold=False) for q in told(data.questions, "searched")}
    shares = {name: float(np.mean(values)) for name, values in finding.measure(data, found).items()}
    asked = [answering.ask(room, question) for question in told(data.questions, "asked")]
    shares["span within 3"] = float(
        np.mean([answering.holds_span(one.always, one.question) for one in asked])
    )
    shares["area"] = answering.area(asked) or 0.0
    shares["answered"] = float(np.mean([one.answerable.status == "answered" for one in asked]))
    shares["answered without"] = float(np.mean([one.unanswerable.status == "answered" for one in asked]))
    return shares


def as_it_is(vector: Vector) -> Vector:
    """MiniLM's own space."""
    return vector


def high(vector: Vector) -> Vector:
    """The same with seven tenths of every cosine given to all alike."""
    return np.append(np.sqrt(0.3) * vector, np.sqrt(0.7)).astype(np.float32)


@contextlib.contextmanager
def serving(minilm: MiniLM, space: Callable[[Vector], Vector]) -> Iterator[str]:
    """The address of a server on loopback that embeds with MiniLM."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["content-length"])))
            rows = [space(minilm.embed_query(text)).tolist() for text in request["input"]]
            body = json.dumps(
                {"data": [{"index": i, "embedding": row} for i, row in enumerate(rows)]}
            ).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=listening.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listening.server_port}/v1"
    finally:
        listening.shutdown()
        listening.server_close()


if __name__ == "__main__":
    main()
