"""Near-duplicates on the planted set: are copies grouped, and pieces by other reporters left alone?

    python benchmarks/near_duplicates.py [tests/near_duplicates/articles.jsonl]

Articles are grouped as the catalog does it: candidates by shared bands, `is_copy` on each, groups joined. A pair is
right if both are of one story's original and its copies. Recall by kind is of pairs (original, copy).
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from rag.library.duplicates import Signature, bands, is_copy, likeness, signature

PLANTED = Path(__file__).parent.parent / "tests" / "near_duplicates" / "articles.jsonl"
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Planted:
    """An article of the set; `group` is None for one that is a copy of nothing."""

    id: str
    text: str
    group: str | None
    kind: str
    copy_of: str | None


@dataclass(frozen=True, slots=True)
class Result:
    """What grouping found: pairs (smaller id first) as they should be and as they are, and what it took."""

    right: frozenset[Pair]
    found: frozenset[Pair]
    compared: int
    seconds: float

    @property
    def precision(self) -> float:
        return len(self.right & self.found) / len(self.found) if self.found else 1.0

    @property
    def recall(self) -> float:
        return len(self.right & self.found) / len(self.right)

    @property
    def f1(self) -> float:
        return 2 * len(self.right & self.found) / (len(self.right) + len(self.found))


def planted(path: Path) -> list[Planted]:
    """Read the set; its fields are told in the README beside it."""
    articles = []
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        group = row["story"] if row["role"] in ("original", "copy") else None
        articles.append(
            Planted(row["id"], row["text"], group, row.get("copy_kind") or row["role"], row.get("copy_of"))
        )
    return articles


def measure(articles: Sequence[Planted]) -> Result:
    """Group the articles in the order given."""
    began = time.perf_counter()
    signatures: dict[str, Signature] = {}
    holders: defaultdict[int, list[str]] = defaultdict(list)
    groups: dict[str, set[str]] = {}
    compared = 0
    for article in articles:
        own = signatures[article.id] = signature(article.text)
        keys = bands(own)
        candidates = sorted({other for key in keys for other in holders[key]})
        compared += len(candidates)
        joined = {article.id}.union(
            *(groups[other] for other in candidates if is_copy(own, signatures[other]))
        )
        groups |= dict.fromkeys(joined, joined)
        for key in keys:
            holders[key].append(article.id)
    seconds = time.perf_counter() - began
    found = {
        pair
        for group in {id(g): g for g in groups.values()}.values()
        for pair in combinations(sorted(group), 2)
    }
    grouped: defaultdict[str, list[str]] = defaultdict(list)
    for article in articles:
        if article.group is not None:
            grouped[article.group].append(article.id)
    right = {pair for group in grouped.values() for pair in combinations(sorted(group), 2)}
    return Result(frozenset(right), frozenset(found), compared, seconds)


def by_kind(articles: Sequence[Planted], result: Result) -> Mapping[str, tuple[int, int]]:
    """Of each kind of copy: how many are in one group with their original, of how many."""
    counts: Counter[str] = Counter()
    hits: Counter[str] = Counter()
    for article in articles:
        if article.copy_of:
            counts[article.kind] += 1
            hits[article.kind] += tuple(sorted((article.id, article.copy_of))) in result.found
    return {kind: (hits[kind], counts[kind]) for kind in sorted(counts)}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("path", nargs="?", type=Path, default=PLANTED)
    parser.add_argument("--detail", action="store_true", help="print what each missed or wrong pair shares")
    asked = parser.parse_args()
    articles = planted(asked.path)
    result = measure(articles)
    both = len(result.right & result.found)
    print(f"{len(articles)} articles, {len(result.right)} pairs of copies")
    print(f"precision {result.precision:.3f} ({both} of {len(result.found)} pairs)")
    print(f"recall    {result.recall:.3f} ({both} of {len(result.right)} pairs)")
    print(f"F1        {result.f1:.3f}")
    for kind, (hits, count) in by_kind(articles, result).items():
        print(f"  {kind}: {hits} of {count} in their original's group")
    kinds = {article.id: article.kind for article in articles}
    wrong = sorted(result.found - result.right)
    for kind in ("same_event", "template"):
        merged = {one for pair in wrong for one in pair if kinds[one] == kind}
        print(f"  {kind}: {len(merged)} of {sum(k == kind for k in kinds.values())} wrongly merged")
    print(
        f"{1000 * result.seconds / len(articles):.2f} ms an article, {result.compared / len(articles):.1f} compared"
    )
    if asked.detail:
        texts = {article.id: article.text for article in articles}
        for name, pairs in (("wrong", wrong), ("missed", sorted(result.right - result.found))):
            for a, b in pairs:
                print(name, a, kinds[a], b, kinds[b], likeness(signature(texts[a]), signature(texts[b])))


if __name__ == "__main__":
    main()
