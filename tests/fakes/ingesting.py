"""A process that ingests a folder with the stand-in embedder and says what is stored: something to be killed.

python -m tests.fakes.ingesting HOME FOLDER [seconds of delay a passage]
"""

from __future__ import annotations

import sys
from pathlib import Path

from rag import newsroom
from rag.library.ingest import Progress
from tests.fakes.embedder import FakeEmbedder


def main() -> None:
    home, folder, *rest = sys.argv[1:]
    delay = float(rest[0]) if rest else 0.0

    def say(step: Progress) -> None:
        print(step.stage, step.done, flush=True)

    print("begin", flush=True)
    with newsroom.open(home, embedder=FakeEmbedder(delay=delay)) as room:
        print("open", flush=True)
        room.ingest([Path(folder)], progress=say)
    print("done", flush=True)


if __name__ == "__main__":
    main()
