"""How the weights of briefings are made, and how good they are on clusters unseen, beside what a user would pick.

    python -m benchmarks.train_briefing DATA [--write]

DATA holds multinews/briefings.jsonl: several articles on one event and an editor's summary. A ridge regression of each
sentence's share of words and pairs of words that stand in the summary. Five folds of clusters tell ROUGE-1, -2 and
-Lsum (rouge-score, stemming, sentences on lines, cut at the summary's number of words) beside text from the start, the
first three sentences of each article, and LexRank (Erkan and Radev 2004, continuous, damping .85) in the same run.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rouge_score import rouge_scorer

from rag.briefing import summary
from rag.briefing.summary import Read
from rag.evidence.tokens import tokens
from rag.library.sentences import sentence_ranges

PENALTY = 30.0  # on squares of standardised weights
FOLDS = 5
MEASURES = ("rouge1", "rouge2", "rougeLsum")
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Cluster:
    """Articles on one event, cut into sentences, and the editor's summary."""

    sentences: tuple[Read, ...]
    summary: str

    @property
    def words(self) -> int:
        """How long the summary is."""
        return len(self.summary.split())


def clusters(path: Path) -> list[Cluster]:
    """Read the set."""
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        cut = [texts for article in record["articles"] if (texts := pieces(article))]
        sentences = tuple(
            Read(article, place, len(some), text)
            for article, some in enumerate(cut)
            for place, text in enumerate(some)
        )
        found.append(Cluster(sentences, record["reference"]))
    return found


def pieces(text: str) -> list[str]:
    """The sentences of a text, white space folded."""
    return [said for start, end in sentence_ranges(text) if (said := " ".join(text[start:end].split()))]


def aim(cluster: Cluster) -> Floats:
    """(m,) how much of each sentence stands in the summary: pairs of words, and words at half."""
    words = [word.stem for word in tokens(cluster.summary) if not word.empty]
    known, pairs = set(words), set(pairwise(words))
    found = []
    for one in cluster.sentences:
        some = [word.stem for word in tokens(one.text) if not word.empty]
        two = set(pairwise(some))
        found.append((len(two & pairs) + 0.5 * len(set(some) & known)) / (len(some) + 3))
    return np.array(found)


def fitted(some: Sequence[Cluster]) -> dict[str, float]:
    """A weight for each feature, in the feature's own units."""
    known = [summary.features(one.sentences) for one in some]
    names = [name for name in known[0] if name != "bias"]
    rows = np.vstack([np.stack([one[name] for name in names], axis=1) for one in known])
    target = np.concatenate([aim(one) for one in some])
    middle, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-9
    scaled = (rows - middle) / spread
    weights = np.linalg.solve(
        scaled.T @ scaled + PENALTY * np.eye(len(names)), scaled.T @ (target - target.mean())
    )
    own = weights / spread
    rule = dict(zip(names, (round(float(one), 5) for one in own), strict=True))
    return {"bias": round(float(target.mean() - own @ middle), 5)} | rule


def cut(texts: Sequence[str], words: int) -> str:
    """Sentences on lines, no more than so many words."""
    lines, left = [], words
    for text in texts:
        some = text.split()[:left]
        lines.append(" ".join(some))
        left -= len(some)
        if left <= 0:
            break
    return "\n".join(lines)


def from_the_start(one: Cluster) -> list[str]:
    """The articles one after another."""
    return [sentence.text for sentence in one.sentences]


def lead_three(one: Cluster) -> list[str]:
    """The first three sentences of each article, then the next three."""
    return [sentence.text for sentence in sorted(one.sentences, key=lambda each: each.place // 3)]


def lexrank(one: Cluster) -> list[str]:
    """The stationary distribution of a random walk over tf-idf cosines, what repeats a sentence above left out."""
    bags = [[word.stem for word in tokens(each.text) if not word.empty] for each in one.sentences]
    vocabulary = {word: at for at, word in enumerate(sorted({word for bag in bags for word in bag}))}
    rows = np.zeros((len(bags), max(1, len(vocabulary))))
    for at, bag in enumerate(bags):
        for word in bag:
            rows[at, vocabulary[word]] += 1
    rows *= np.log((1 + len(bags)) / (1 + (rows > 0).sum(axis=0)))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True) + 1e-9
    alike = rows @ rows.T + 1e-6
    walk = alike / alike.sum(axis=1, keepdims=True)
    rank = np.full(len(bags), 1 / len(bags))
    for _ in range(100):
        rank = 0.15 / len(bags) + 0.85 * walk.T @ rank
    told: list[int] = []
    for at in np.argsort(-rank, kind="stable").tolist():
        if all(alike[at, other] < 0.6 for other in told):
            told.append(at)
    return [one.sentences[at].text for at in told]


def by(rule: Mapping[str, float]) -> Callable[[Cluster], list[str]]:
    """Our choice by these weights."""

    def choose(one: Cluster) -> list[str]:
        told = summary.chosen(one.sentences, summary.scores(one.sentences, rule), one.words)
        return [one.sentences[at].text for at in told]

    return choose


def rouge(some: Sequence[Cluster], choose: Callable[[Cluster], list[str]]) -> Floats:
    """(n, 3) F-measures."""
    scorer = rouge_scorer.RougeScorer(list(MEASURES), use_stemmer=True)
    found = []
    for one in some:
        said = scorer.score("\n".join(pieces(one.summary)), cut(choose(one), one.words))
        found.append([said[name].fmeasure for name in MEASURES])
    return np.array(found)


def unseen(some: Sequence[Cluster]) -> Floats:
    """Ours, each cluster by weights that have not seen it."""
    found = np.zeros((len(some), len(MEASURES)))
    fold = np.arange(len(some)) % FOLDS
    for at in range(FOLDS):
        rule = fitted([one for one, own in zip(some, fold, strict=True) if own != at])
        found[fold == at] = rouge([one for one, own in zip(some, fold, strict=True) if own == at], by(rule))
    return found


def main() -> None:
    """Measure, and with --write keep the weights of all clusters."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--write", action="store_true", help=f"keep the weights in {summary.WEIGHTS.name}")
    given = parser.parse_args()
    some = clusters(given.data / "multinews" / "briefings.jsonl")
    draw = np.random.default_rng(0).integers(0, len(some), (1000, len(some)))
    print(f"{len(some)} clusters; ROUGE-1, -2, -Lsum with 95 % intervals over clusters")
    rows = {
        "text from the start": rouge(some, from_the_start),
        "first three of each": rouge(some, lead_three),
        "LexRank": rouge(some, lexrank),
        "ours, unseen": unseen(some),
    }
    for name, values in rows.items():
        low, high = np.percentile(values[draw].mean(axis=1), [2.5, 97.5], axis=0) * 100
        told = "  ".join(
            f"{value:.1f} ({first:.1f}-{last:.1f})"
            for value, first, last in zip(values.mean(axis=0) * 100, low, high, strict=True)
        )
        print(f"{name:26} {told}")
    if given.write:
        rule = fitted(some)
        kept = {
            "digest": summary.digest_of(rule),
            "made from": f"{len(some)} clusters of multinews",
            "weights": rule,
        }
        summary.WEIGHTS.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
        print(f"kept in {summary.WEIGHTS}")


if __name__ == "__main__":
    main()
