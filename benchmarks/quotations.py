"""Quotations of a large library: `python -m benchmarks.quotations DATA [ARTICLES]`, 25,000 where nothing else is said.

The articles are put together from real paragraphs of DATA (newsqa, realtimeqa-2025), so that quotations are as dense
and as crooked as they are. It tells how long it takes to look through all of them, once, and to list what was said.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from rag import newsroom
from rag.evidence.speech import spoken
from rag.reading import Read
from rag.types import Article

ASKED = (("Trump", "tariff"), ("Biden", ""), ("", "vaccine"), ("Trump", ""), ("", ""))
TOGETHER, MOST = 3, 900  # paragraphs that stay together; characters of one


def texts(data: Path) -> Iterator[str]:
    """The texts of the articles."""
    for folder in ("newsqa", "realtimeqa-2025"):
        with (data / folder / "articles.jsonl").open(encoding="utf-8") as lines:
            yield from (json.loads(line)["text"] for line in lines)


def pieces(found: Iterator[str]) -> list[str]:
    """Runs of neighbouring paragraphs."""
    runs = []
    for text in found:
        parts = [part for part in text.split("\n") if 80 < len(part) < MOST]
        runs += [
            "\n\n".join(parts[at : at + TOGETHER]) for at in range(0, len(parts) - TOGETHER + 1, TOGETHER)
        ]
    return runs


def articles(runs: list[str], count: int) -> Iterator[Read]:
    """So many articles of three runs each."""
    chance = random.Random(3)
    for number in range(count):
        text = "\n\n".join(chance.sample(runs, 3))
        day = f"20{10 + number % 15}-{1 + number % 12:02}-{1 + number % 28:02}"
        made = Article(
            f"a{number}", text, title=f"Story {number}", outlet=f"Outlet {number % 20}", published=day
        )
        yield Read(f"a{number}", made, given_id=True)


def main() -> None:
    """Print the numbers."""
    data, count = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 25_000
    found = list(texts(data))
    began = time.perf_counter()
    said = [one for text in found for one in spoken(text)]
    took = time.perf_counter() - began
    named = sum(one.speaker is not None for one in said)
    print(f"{len(found):,} articles of DATA: {len(said):,} quotations, {named:,} named, {took:.1f} s")
    with tempfile.TemporaryDirectory() as folder, newsroom.open(Path(folder) / "home") as room:
        room.ingest_reads(articles(pieces(iter(found)), count), embed=False)
        began = time.perf_counter()
        room.find_quotations()
        print(f"{count:,} articles looked through in {time.perf_counter() - began:.1f} s")
        for speaker, about in ASKED:
            times = []
            for _ in range(5):
                began = time.perf_counter()
                listed = room.quotations(speaker, about)
                times.append(time.perf_counter() - began)
            many = f"{listed.quotations:,} quotations of {listed.total:,} utterances"
            print(
                f"{speaker or 'whoever':8} {about or 'whatever':9} {many}: {1000 * sorted(times)[2]:.0f} ms"
            )


if __name__ == "__main__":
    main()
