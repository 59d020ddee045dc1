"""How the ranking's weights are made, and how good they are on questions that they were not made from.

    python -m benchmarks.train_scoring DATA [--train newsqa] [--check realtimeqa-2025] [--cache FOLDER] [--write]

For each question the candidates of a search (200 by meaning, 200 by words) are measured as `rag/retrieval/features.py`
does. The weights maximise, over the questions, the log-likelihood that a softmax over the candidates draws one that
holds the evidence (a listwise loss: Cao et al. 2007), less a penalty on their squares. Five folds, articles kept
together, tell the shares on unseen articles; `--check` sets are never trained on. Seeded; vectors
are computed once into `--cache`.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.data import Data, arguments, judged, load, save, table
from rag.evaluation import metrics
from rag.evaluation.metrics import Place
from rag.library import passages
from rag.library.embedder import ToEmbed
from rag.library.rows import HitRow, PassageRow, SentenceVectors
from rag.library.words import WordIndex
from rag.models.assets import find_minilm
from rag.models.minilm import open_minilm
from rag.models.wordpieces import LIMIT, WordPieces
from rag.retrieval.features import features
from rag.retrieval.scoring import Candidates, cosines_of, digest, measured
from rag.retrieval.terms import idf_of

DEPTH = 200
LEARNED = 60  # candidates of a question that are learned from: the first of the rough order
PENALTY = 1e-3
FOLDS = 5
WEIGHTS = Path(__file__).parent.parent / "rag" / "retrieval" / "weights.json"

Floats = NDArray[np.float64]
Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Asked:
    """One question's candidates in the rough order: (n, f) features, and which hold the evidence."""

    group: str
    rows: Floats
    holds: NDArray[np.bool_]


class Pool:
    """A data folder as a library in memory: hits, vectors and a word index; vectors are computed once into `cache`."""

    def __init__(self, data: Data, cache: Path, home: Path) -> None:
        self.data = data
        kept = cache / f"{data.name}.npz"
        if not kept.exists():
            cache.mkdir(parents=True, exist_ok=True)
            vectors, sentences, questions = embedded(data, cache)
            np.savez(kept, vectors=vectors, sentences=sentences, questions=questions)
        with np.load(kept) as read:
            self.hits = list(hits(data, read["vectors"], read["sentences"].astype(np.float32)))
            self.asked, self.matrix = read["questions"], read["vectors"][: len(self.hits)]
        self.index = WordIndex(home / data.name, writable=True)
        self.index.apply(stored=[row(hit) for hit in self.hits])
        self.idf = idf_of(self.index)

    def candidates(self, question: str, vector: Array, *, meaning: bool) -> Candidates:
        """What a search over the whole library would rank."""
        by_words = self.index.search(question, k=DEPTH)
        cosines = self.matrix @ vector
        near = np.argsort(-cosines, kind="stable")[:DEPTH] if meaning else np.zeros(0, np.int64)
        ids = np.unique(np.concatenate([by_words.passage_ids, near]))
        found = tuple(self.hits[place] for place in ids.tolist())
        each = tuple(one for _, _, one in cosines_of(found, vector))
        return Candidates(
            found,
            cosines[ids],
            np.array([one.max() for one in each], np.float32),
            self.index.scores(question, ids),
            np.array([one.argmax() for one in each], np.int64),
            each,
        )

    def measure(self, *, meaning: bool) -> tuple[tuple[str, ...], list[Asked]]:
        """The features of every question's first candidates; a question for which nothing is found is left out."""
        names: tuple[str, ...] = ()
        out = []
        for question, vector, group in zip(self.data.questions, self.asked, self.data.groups, strict=True):
            candidates = self.candidates(question.question, vector, meaning=meaning)
            if not candidates.hits:
                continue
            found, _ = measured(candidates, meaning=meaning, vector=vector)
            names, rows = features(question.question, found, self.idf)
            places = [Place(hit.article.id, hit.passage.start, hit.passage.end) for hit in found.hits]
            holds = np.array([bool(one) for one in judged(question, places, self.data.texts)])
            out.append(Asked(group, rows.astype(np.float32), holds))
        return names, out


def embedded(data: Data, cache: Path) -> tuple[Array, NDArray[np.float16], Array]:
    """Every passage's vector, all sentences' end to end, every question's."""
    minilm = open_minilm(minilm_dir=None, cache=cache)
    todo = []
    for article in data.articles:
        header = passages.header(article, limit=minilm.limit, count_tokens=minilm.count_tokens)
        for one in passages.split(article, limit=minilm.limit, count_tokens=minilm.count_tokens):
            inside = tuple((start - one.start, end - one.start) for start, end in one.sentences)
            todo.append(ToEmbed(header, article.text[one.start : one.end], inside))
    done = list(minilm.embed(todo))
    return (
        np.stack([one.vector for one in done]),
        np.concatenate([one.sentences * one.scales[:, None] for one in done]).astype(np.float16),
        np.stack([minilm.embed_query(one.question) for one in data.questions]),
    )


def hits(data: Data, vectors: Array, sentences: Array) -> Iterator[HitRow]:
    """The passages of all articles with their vectors, numbered from 0, as far as there are vectors."""
    pieces = WordPieces(find_minilm(None).tokenizer)
    first = count = 0
    for key, article in enumerate(data.articles):
        for one in passages.split(article, limit=LIMIT, count_tokens=pieces.count):
            if count == len(vectors):
                return
            last = first + len(one.sentences)
            text = article.text[one.start : one.end]
            each = SentenceVectors(sentences[first:last], np.ones(last - first, np.float32))
            yield HitRow(count, key, key, article, one, text, vectors[count], each)
            first, count = last, count + 1


def row(hit: HitRow) -> PassageRow:
    """A passage as the word index stores it."""
    title, outlet = hit.article.title, hit.article.outlet
    return PassageRow(
        hit.passage_id,
        hit.version_key,
        hit.article.id,
        hit.text,
        title,
        outlet,
        None,
        None,
        None,
        None,
        (),
        None,
        None,
    )


def fitted(asked: Sequence[Asked], *, steps: int = 40) -> Floats:
    """(f,) weights in the features' own units, by damped Newton steps on the listwise likelihood."""
    some = [(one.rows[:LEARNED], one.holds[:LEARNED]) for one in asked if one.holds[:LEARNED].any()]
    rows = np.concatenate([rows for rows, _ in some]).astype(np.float64)
    holds = np.concatenate([holds for _, holds in some])
    begins = np.concatenate([[0], np.cumsum([len(rows) for rows, _ in some])[:-1]])
    whose = np.repeat(np.arange(len(some)), [len(rows) for rows, _ in some])
    mean, scale = rows.mean(0), rows.std(0)
    scale[scale == 0] = np.inf
    rows = (rows - mean) / scale

    def softmax(values: Floats) -> tuple[Floats, float]:
        likely = np.exp(values - np.maximum.reduceat(values, begins)[whose])
        likely /= np.add.reduceat(likely, begins)[whose]
        return likely, float(-np.log(np.add.reduceat(likely * holds, begins) + 1e-300).mean())

    weights, step = np.zeros(rows.shape[1]), 1.0
    every, loss = softmax(rows @ weights)
    for _ in range(steps):
        right = every * holds
        right /= np.add.reduceat(right, begins)[whose] + 1e-300
        gradient = rows.T @ (every - right) / len(some) + 2 * PENALTY * weights
        weighted = rows * every[:, None]
        means = np.add.reduceat(weighted, begins)
        curve = (weighted.T @ rows - means.T @ means) / len(some) + 2 * PENALTY * np.eye(len(weights))
        move, before = np.linalg.solve(curve, gradient), loss + PENALTY * weights @ weights
        step = min(1.0, 2 * step)
        while step > 1e-4:
            trial = weights - step * move
            every, loss = softmax(rows @ trial)
            if loss + PENALTY * trial @ trial < before:
                break
            step /= 2
        weights = trial
        if before - loss - PENALTY * weights @ weights < 1e-6:
            break
    in_own_units: Floats = weights / scale
    return in_own_units


def out_of_fold(asked: Sequence[Asked], seed: int) -> list[Floats]:
    """Each question's scores by weights that were fitted without any question on its article."""
    groups = sorted({one.group for one in asked})
    random.Random(seed).shuffle(groups)
    fold = {group: place % FOLDS for place, group in enumerate(groups)}
    out: list[Floats] = [np.zeros(0)] * len(asked)
    for left_out in range(FOLDS):
        weights = fitted([one for one in asked if fold[one.group] != left_out])
        for place, one in enumerate(asked):
            if fold[one.group] == left_out:
                out[place] = one.rows @ weights
    return out


def shares(asked: Sequence[Asked], scores: Sequence[Floats]) -> list[str]:
    """hits@1, 5, 10, 20 and MRR@20 with their intervals, questions on one article drawn together."""
    held = [one.holds[np.argsort(-each, kind="stable")] for one, each in zip(asked, scores, strict=True)]
    ranking = [[frozenset({0}) if one else frozenset[int]() for one in each[:20]] for each in held]
    groups = [one.group for one in asked]
    columns = [[float(metrics.hit(one, k)) for one in ranking] for k in (1, 5, 10, 20)]
    columns.append([metrics.reciprocal_rank(one, 20) for one in ranking])
    sure = [metrics.paired_bootstrap(column, [0.0] * len(column), groups=groups) for column in columns]
    return [f"{one.value:.3f} ({one.low:.3f} to {one.high:.3f})" for one in sure if one is not None]


def beside(names: Sequence[str], asked: Sequence[Asked]) -> dict[str, list[Floats]]:
    """The orders that a plain rule gives the same candidates; where nothing has a meaning, words alone."""
    place = {name: column for column, name in enumerate(names)}
    words = [one.rows[:, place["words, of the best"]] for one in asked]
    dense = [one.rows[:, place["cosine, of the best"]] for one in asked]
    if not any(one.any() for one in dense):
        return {"words": words}
    best = [
        0.4 * d + 0.6 * one.rows[:, place["sentence, of the best"]]
        for d, one in zip(dense, asked, strict=True)
    ]
    return {
        "meaning": dense,
        "words": words,
        "convex": [0.6 * d + 0.4 * w for d, w in zip(dense, words, strict=True)],
        "convex, best sentence": [0.6 * b + 0.4 * w for b, w in zip(best, words, strict=True)],
    }


def report(title: str, asked: Sequence[Asked], rows: dict[str, Sequence[Floats]]) -> None:
    """One table: each order's shares over the questions."""
    head = [f"{title}, {len(asked)} questions", "hits@1", "hits@5", "hits@10", "hits@20", "MRR@20"]
    print(
        "\n" + table([head, *([name, *shares(asked, scores)] for name, scores in rows.items())]), flush=True
    )


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--train", nargs="+", default=["newsqa"], help="sets that the weights are made from")
    parser.add_argument(
        "--check", nargs="*", default=["realtimeqa-2025"], help="sets that they are only tried on"
    )
    parser.add_argument("--cache", type=Path, default=Path("~/.cache/dateline/training").expanduser())
    parser.add_argument("--seed", type=int, default=0, help="of the folds")
    parser.add_argument("--write", action="store_true", help="write rag/retrieval/weights.json")
    given = parser.parse_args()
    made: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as home:
        pools = {
            name: Pool(load(given.data / name), given.cache, Path(home)) for name in given.train + given.check
        }
        for kind in ("meaning", "words"):
            asked_of = {name: pool.measure(meaning=kind == "meaning") for name, pool in pools.items()}
            names = next(iter(asked_of.values()))[0]
            learned = [one for name in given.train for one in asked_of[name][1]]
            weights = fitted(learned)
            made[kind] = {
                name: float(f"{weight:.4g}") for name, weight in zip(names, weights, strict=True) if weight
            }
            for name, (_, asked) in asked_of.items():
                rows: dict[str, Sequence[Floats]] = {**beside(names, asked)}
                rows["these weights"] = [one.rows @ weights for one in asked]
                if name in given.train:
                    rows["these weights"] = rows.pop("these weights")
                    rows["weights of other articles"] = out_of_fold(asked, given.seed)
                report(f"{name}, {kind}", asked, rows)
    command = (
        f"python -m benchmarks.train_scoring DATA --train {' '.join(given.train)} --seed {given.seed} --write"
    )
    kept = {"made_by": command, "digest": digest(made["meaning"], made["words"]), **made}
    if given.write:
        save(kept, WEIGHTS)


if __name__ == "__main__":
    main()
