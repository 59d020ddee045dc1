"""Does checking an answer take less than twice the search that found what it cites?

    python -m benchmarks.evidence_speed HOME QUESTIONS [COUNT]

HOME is a library that was ingested with the embedder, QUESTIONS a set over it (.jsonl). For each of COUNT questions
(60): the search for 12 passages, and the checks of six sentences against two of them each, real ones of the
passages without their first word, so that none passes as verbatim. Nothing is kept from one question to the next.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from rag import newsroom
from rag.answering.evidence import source
from rag.evaluation import sets
from rag.evidence import check as checking
from rag.library.rows import HitRow
from rag.types import Found, Scope

SENTENCES, PASSAGES = 6, 12


def drafts(hits: Sequence[tuple[HitRow, Found]]) -> list[tuple[str, list[HitRow]]]:
    """Six sentences, each with the two passages it is held against."""
    found = []
    for at in range(min(SENTENCES, len(hits))):
        hit = hits[at][0]
        start, end = max(hit.passage.sentences, key=lambda one: one[1] - one[0])
        said = " ".join(hit.article.text[start:end].split()[1:])
        found.append((said, [hit, hits[-1 - at][0]]))
    return found


def main() -> None:
    """Print the medians and their ratio."""
    home, questions = Path(sys.argv[1]), sets.read(Path(sys.argv[2]))
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 60
    searched, checked = [], []
    with newsroom.open(home) as room:
        for question in questions[: count + 5]:
            began = time.perf_counter()
            hits = room.questions.ground(question.question, Scope()).material.hits[:PASSAGES]
            found = time.perf_counter()
            checking._sentences.cache_clear()  # every answer meets its passages for the first time
            checking._common.cache_clear()
            for said, cited in drafts(hits):
                checking.check(said, [source(hit, n) for n, hit in enumerate(cited, 1)])
            searched.append(found - began)
            checked.append(time.perf_counter() - found)
    searched, checked = searched[5:], checked[5:]  # the first ones warm up
    search, evidence = (1000 * statistics.median(one) for one in (searched, checked))
    told = f"search {search:.1f} ms, checks of {SENTENCES} sentences {evidence:.1f} ms: {evidence / search:.2f} x"
    print(f"{told} (medians of {count})")


if __name__ == "__main__":
    main()
