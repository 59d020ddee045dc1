"""Killed (-9) at random moments while it ingests real articles with MiniLM: are all acknowledged ones findable once?

    python -m benchmarks.kills DATA [--set newsqa] [--articles 300] [--kills 10] [--latest 40]

Each kill is in a library of its own. What the process had said to be stored must be in the catalog, once, and each of
its passages once in the word index; every vector stored once, too. The last library is then ingested to its end.
"""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.data import arguments, table
from rag import newsroom
from rag.library.ingest import Progress
from rag.library.repair import check
from rag.newsroom import Newsroom
from rag.types import Scope


def main() -> None:
    if sys.argv[1:2] == ["--child"]:
        ingest(Path(sys.argv[2]), Path(sys.argv[3]))
        return
    parser = arguments(__doc__)
    parser.add_argument("--set", default="newsqa", help="whose articles (newsqa)")
    parser.add_argument("--articles", type=int, default=300, help="how many of them (300)")
    parser.add_argument("--kills", type=int, default=10, help="how often (10)")
    parser.add_argument(
        "--latest", type=float, default=40, help="seconds after which it is killed at the latest"
    )
    parser.add_argument("--seed", type=int, default=0, help="of the moments")
    given = parser.parse_args()
    chance = random.Random(given.seed)
    lines = (given.data / given.set / "articles.jsonl").read_text(encoding="utf-8").split("\n")
    rows = [["killed after", "acknowledged", "stored", "passages", "embedded", "wrong"]]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "articles.jsonl"
        file.write_text("\n".join(lines[: given.articles]) + "\n", encoding="utf-8")
        for number in range(given.kills):
            seconds = chance.uniform(0.3, given.latest)
            home = Path(folder) / f"home{number}"
            said = killed(home, file, seconds)
            with newsroom.open(home) as room:
                rows.append([f"{seconds:.1f} s", str(said), *looked_at(room, said)])
                if number == given.kills - 1:
                    room.ingest([file])
                    rows.append(["ingested again", str(given.articles), *looked_at(room, given.articles)])
            print(" ".join(rows[-1]), file=sys.stderr, flush=True)
    print("\n" + table(rows))
    if any(row[-1] != "0" for row in rows[1:]):
        sys.exit(1)


def ingest(home: Path, file: Path) -> None:
    """The process that is killed: says how many articles are stored."""

    def say(step: Progress) -> None:
        if step.stage == "storing":
            print(step.done, flush=True)

    with newsroom.open(home) as room:
        room.ingest([file], progress=say)


def killed(home: Path, file: Path, seconds: float) -> int:
    """How many articles an ingest had acknowledged when it was killed."""
    command = [sys.executable, "-m", "benchmarks.kills", "--child", str(home), str(file)]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    time.sleep(seconds)
    child.send_signal(signal.SIGKILL)
    said, _ = child.communicate()
    return max((int(line) for line in said.split()), default=0)


def looked_at(room: Newsroom, acknowledged: int) -> Sequence[str]:
    """Articles and passages stored, passages embedded, and how many things are wrong."""
    totals = room.catalog.totals()
    faults = [one for one in check(room.catalog, room.home, room.indexes) if one.thing != "the vectors"]
    wrong = len(faults) + max(0, acknowledged - totals.articles)  # vectors that wait are no fault
    if room.indexes.words is not None:
        ids = [int(one) for one in room.indexes.words.ids()[:, 0]]
        wrong += abs(len(set(ids)) - totals.passages) + len(ids) - len(set(ids))
    if room.indexes.meaning is not None:
        kept = room.indexes.meaning.rows().passage_ids.tolist()
        wrong += abs(len(set(kept)) - totals.embedded) + len(kept) - len(set(kept))
    for key in room.catalog.current_keys().tolist():
        article = room.catalog.version(key)
        words = " ".join(article.text.split()[:12])
        found = room.search(words, Scope(articles=(article.id,), undated=True), k=3).passages
        wrong += not any(one.passage.article_id == article.id for one in found)
    return [str(n) for n in (totals.articles, totals.passages, totals.embedded, wrong)]


if __name__ == "__main__":
    main()
