"""How often the words that answer a question are found: Dateline beside what a user would pick instead.

    python -m benchmarks.finding DATA [--sets newsqa realtimeqa-2025] [--out finding.json]

Shares stand with Wilson's 95 % interval, MRR with a bootstrap one; Dateline less the best other with the paired
one, questions on one article drawn together.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks import ours, peers
from benchmarks.data import Data, Found, arguments, judged, load, save, table
from rag.evaluation import metrics
from rag.evaluation.metrics import Interval

K = 20
OURS = "Dateline"
MEASURES: dict[str, Callable[[Sequence[frozenset[int]]], float]] = {
    "hits@1": lambda held: metrics.hit(held, 1),
    "hits@5": lambda held: metrics.hit(held, 5),
    "hits@10": lambda held: metrics.hit(held, 10),
    "hits@20": lambda held: metrics.hit(held, 20),
    "MRR@20": lambda held: metrics.reciprocal_rank(held, 20),
}
WORDS = "words"
Finds = Mapping[str, Mapping[str, Found]]  # system -> question id -> places, best first
Measured = Mapping[str, Mapping[str, Sequence[float]]]  # system -> measure -> one value a question


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--sets", nargs="+", default=["newsqa", "realtimeqa-2025"], help="both, unless told")
    parser.add_argument("--draw", type=int, default=1000, help="report so many drawn questions too (1000)")
    parser.add_argument("--seed", type=int, default=0, help="of the draw")
    parser.add_argument("--threads", type=int, default=0, help="of the peers' embedder (all cores)")
    parser.add_argument("--peers-only", action="store_true", help="leave Dateline out")
    given = parser.parse_args()
    minilm = peers.MiniLM(peers.CACHE, given.threads)
    numbers = []
    for name in given.sets:
        data = load(given.data / name)
        finds = others(data, minilm)
        if not given.peers_only:
            with ours.library(data, given.keep) as room:
                finds |= ours.found(room, data, K)
        numbers.append(report(data, finds))
        for part in (data.drawn(given.draw, given.seed), data.somewhere()):
            if len(part.questions) < len(data.questions):
                numbers.append(report(part, finds))
    save(numbers, given.out)


def others(data: Data, minilm: peers.MiniLM) -> dict[str, dict[str, Found]]:
    """What the four that rank 160-word passages find, and LangChain's usual."""
    asked = {question.id: question.question for question in data.questions}
    finds = peers.ranked(data, asked, minilm, K)
    with tempfile.TemporaryDirectory() as folder:
        usual = peers.LangChainUsual(Path(folder), minilm)
        usual.add(data.articles)
        finds["LangChain's usual"] = {id_: usual.search(question, K) for id_, question in asked.items()}
    return finds


def report(data: Data, finds: Finds) -> dict[str, object]:
    """Print the tables of one set; the same numbers as a JSON object."""
    measured = {system: measure(data, found) for system, found in finds.items()}
    title = f"{data.name}: {len(data.articles)} articles, {len(data.questions)} questions"
    shares = {system: {m: sure(m, of[m], data.groups) for m in of} for system, of in measured.items()}
    rows = [
        [system, *(f"{i.value:.3f} ±{(i.high - i.low) / 2:.3f}" for i in row.values())]
        for system, row in shares.items()
    ]
    print("\n" + table([[title, *MEASURES, WORDS], *rows]), flush=True)
    beside = {
        system: less_best_other(data, measured, system) for system in measured if system.startswith(OURS)
    }
    for system, row in beside.items():
        cells = [
            [m, other, f"{i.value:+.3f}", f"{i.low:+.3f} to {i.high:+.3f}"] for m, (other, i) in row.items()
        ]
        print(
            "\n" + table([[f"{system} less the best other", "other", "difference", "95 %"], *cells]),
            flush=True,
        )
    return {
        "set": data.name,
        "articles": len(data.articles),
        "questions": len(data.questions),
        "systems": {s: {m: asdict(i) for m, i in row.items()} for s, row in shares.items()},
        "less the best other": {
            s: {m: {"other": other} | asdict(i) for m, (other, i) in row.items()} for s, row in beside.items()
        },
    }


def measure(data: Data, found: Mapping[str, Found]) -> dict[str, list[float]]:
    """Each measure of each question."""
    held = [judged(q, found[q.id], data.texts) for q in data.questions]
    read = [judged(q, metrics.first_words(found[q.id], data.texts), data.texts) for q in data.questions]
    measured = {name: [float(of(one)) for one in held] for name, of in MEASURES.items()}
    return measured | {WORDS: [float(metrics.hit(one)) for one in read]}


def sure(name: str, of: Sequence[float], groups: Sequence[str]) -> Interval:
    """The mean of a measure with its interval: Wilson's for a share, else the bootstrap's."""
    interval = (
        metrics.paired_bootstrap(of, [0.0] * len(of), groups=groups)
        if name.startswith("MRR")
        else metrics.wilson(round(sum(of)), len(of))
    )
    assert interval is not None, "a set without questions"
    return interval


def less_best_other(data: Data, measured: Measured, ours: str) -> dict[str, tuple[str, Interval]]:
    """For each measure the best of the others, and ours less it, question by question."""
    others = [system for system in measured if not system.startswith(OURS)]
    row = {}
    for name, values in measured[ours].items():
        other = max(others, key=lambda system: sum(measured[system][name]))
        interval = metrics.paired_bootstrap(values, measured[other][name], groups=data.groups)
        assert interval is not None, "a set without questions"
        row[name] = other, interval
    return row


if __name__ == "__main__":
    main()
