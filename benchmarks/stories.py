"""Are articles grouped by the event they report? Beside MiniLM vectors clustered at their best threshold.

    python -m benchmarks.stories DATA

DATA holds events/articles.jsonl: articles with the event they report. Pairwise F1 and B³ (Bagga and Baldwin 1998). Ours
is as it ships; the peer (average and complete linkage over cosines of mean passage vectors) gets the threshold that is
best for it on the very articles it is measured on.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage

from rag.briefing.stories import StoryArticle, grouped
from rag.library.duplicates import bands, is_copy, signature
from rag.library.embedder import ToEmbed
from rag.library.sentences import sentence_ranges
from rag.models.minilm import open_minilm

Labels = NDArray[np.int64]


def scored(found: Labels, right: Labels) -> tuple[float, float]:
    """Pairwise F1 and the F of B³."""
    same, gold = found[:, None] == found, right[:, None] == right
    above = np.triu_indices(len(found), 1)
    both = float((same & gold)[above].sum())
    precision, recall = both / max(1, same[above].sum()), both / max(1, gold[above].sum())
    inner = (same & gold).sum(axis=1)
    b_precision, b_recall = float((inner / same.sum(axis=1)).mean()), float((inner / gold.sum(axis=1)).mean())
    return _f(precision, recall), _f(b_precision, b_recall)


def _f(precision: float, recall: float) -> float:
    return 2 * precision * recall / max(1e-9, precision + recall)


def groups_of(texts: list[str]) -> list[int]:
    """The near-duplicate group of each text, as the catalog joins them."""
    found = list(range(len(texts)))
    signatures = [signature(text) for text in texts]
    keys = [set(bands(one)) for one in signatures]
    for at in range(len(texts)):
        for before in range(at):
            if keys[at] & keys[before] and is_copy(signatures[at], signatures[before]):
                old, new = found[at], found[before]
                found = [new if one == old else one for one in found]
    return found


def vectors_of(texts: list[str]) -> NDArray[np.float32]:
    """The mean of each text's vectors, every four sentences one passage."""
    embedder = open_minilm(minilm_dir=None, cache=Path.home() / ".cache" / "dateline")
    rows = []
    for text in texts:
        ranges = sentence_ranges(text)
        parts = [
            text[ranges[at][0] : ranges[min(at + 3, len(ranges) - 1)][1]] for at in range(0, len(ranges), 4)
        ]
        made = [
            one.vector for one in embedder.embed([ToEmbed("", part, ((0, len(part)),)) for part in parts])
        ]
        mean = np.mean(made, axis=0)
        rows.append(mean / np.linalg.norm(mean))
    return np.stack(rows).astype(np.float32)


def main() -> None:
    """Measure both in one run."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    path = parser.parse_args().data / "events" / "articles.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    names = sorted({row["event"] for row in rows})
    right = np.array([names.index(row["event"]) for row in rows])
    texts = [row["text"] for row in rows]
    groups = groups_of(texts)
    began = time.perf_counter()
    stories = grouped(
        [StoryArticle(at, row["title"] or "", row["text"], None, groups[at]) for at, row in enumerate(rows)]
    )
    took = time.perf_counter() - began
    ours = np.zeros(len(rows), np.int64)
    for number, keys in enumerate(stories):
        ours[list(keys)] = number
    pairwise, b_cubed = scored(ours, right)
    print(f"{len(rows)} articles, {len(names)} events; pairwise F1, B³")
    print(
        f"ours, as it ships             {pairwise:.3f}  {b_cubed:.3f}  {len(stories)} stories, {took:.2f} s"
    )
    vectors = vectors_of(texts)
    apart = np.clip(1 - vectors @ vectors.T, 0, 2)[np.triu_indices(len(rows), 1)]
    for method in ("average", "complete"):
        tree = linkage(apart, method)
        best = max(scored(fcluster(tree, at, "distance"), right) for at in np.arange(0.1, 0.95, 0.025))
        print(f"MiniLM, {method} linkage, best {best[0]:.3f}  {best[1]:.3f}")


if __name__ == "__main__":
    main()
