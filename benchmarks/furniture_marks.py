"""What reading marks as furniture in real articles: how much, whether it hits evidence, and a sample to judge.

    python -m benchmarks.furniture_marks DATA [--sample 60] [--seed 1]

DATA holds newsqa/ and realtimeqa-2025/ with `articles.jsonl`; newsqa's `questions.jsonl` has gold spans, none of
which may lie in furniture. Whether a marked line is rightly marked only a reader can say: read the sample.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from datetime import date
from pathlib import Path

from rag.reading import read_paths
from rag.types import Article


def gold_spans_in_furniture(questions: Path, articles: dict[str, Article]) -> tuple[int, int]:
    """(gold spans that touch furniture, gold spans)."""
    hit = spans = 0
    for line in questions.read_text("utf-8").splitlines():
        for gold in json.loads(line)["evidence"]:
            spans += 1
            ranges = articles[gold["article"]].furniture
            hit += any(start < gold["end"] and gold["start"] < end for start, end in ranges)
    return hit, spans


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--sample", type=int, default=60, help="how many marked ranges to print for judging")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    marked: list[tuple[str, str]] = []
    for name in ("newsqa", "realtimeqa-2025"):
        began, path = time.perf_counter(), arguments.data / name / "articles.jsonl"
        articles = {
            read.article.id: read.article
            for read in read_paths([path], today=date(2100, 1, 1))
            if read.article
        }
        seconds = time.perf_counter() - began
        ranges = [(one, start, end) for one in articles.values() for start, end in one.furniture]
        characters = sum(len(one.text) for one in articles.values())
        inside = sum(end - start for _, start, end in ranges)
        print(
            f"{name}: {len(articles)} articles read in {seconds:.1f} s; {len(ranges)} ranges of furniture,",
            end=" ",
        )
        print(f"{inside} of {characters} characters ({inside / characters:.2%})")
        marked += [(one.id, one.text[start:end]) for one, start, end in ranges]
        questions = path.with_name("questions.jsonl")
        if name == "newsqa":
            hit, spans = gold_spans_in_furniture(questions, articles)
            print(f"{name}: {hit} of {spans} gold spans touch furniture")
    for article, text in random.Random(arguments.seed).sample(marked, min(arguments.sample, len(marked))):
        print(f"{article}: {' '.join(text.split())}")


if __name__ == "__main__":
    main()
