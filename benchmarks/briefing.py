"""What a briefing takes beside ingesting its articles: `python -m benchmarks.briefing DATA`.

realtimeqa-2025 (1,559 web pages) is ingested and briefed on, then newsqa (314 articles); extractive, everything in
scope, 600 words, the best of three, with the share of the time that ingesting took.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from rag import newsroom


def main() -> None:
    """Print the numbers."""
    for name in ("realtimeqa-2025", "newsqa"):
        with tempfile.TemporaryDirectory() as folder, newsroom.open(Path(folder) / "home") as room:
            began = time.perf_counter()
            room.ingest([Path(sys.argv[1]) / name / "articles.jsonl"])
            ingested = time.perf_counter() - began
            times = []
            for _ in range(3):
                began = time.perf_counter()
                made = room.brief(words=600)
                times.append(time.perf_counter() - began)
            print(f"{name}: {made.coverage.considered:,} articles, {len(made.stories):,} stories; ", end="")
            print(
                f"ingested in {ingested:.1f} s, briefed in {min(times):.2f} s ({min(times) / ingested:.1%})"
            )


if __name__ == "__main__":
    main()
