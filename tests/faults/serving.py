"""A process that serves a home as the app does: `python -m tests.faults.serving HOME`.

It prints what it sees, one object a line, until everything is ready; then it waits for the end of stdin.
"""

from __future__ import annotations

import json
import sys
import time
from threading import Event, Thread
from typing import Any

from rag import newsroom
from rag.newsroom import Newsroom
from tests.fakes.embedder import FakeEmbedder

QUESTIONS = ("bracul and lumnis in Garth", "word7x3", "What did the council of Elsham vote on?", "hilgry")
LIMIT = 48  # tokens of a passage: many of them from few articles


def seen(room: Newsroom, states: set[tuple[str, str]]) -> dict[str, Any]:
    """How the indexes stand and stood, and what each question finds: every passage with its cosine."""
    answers = [
        [(one.passage_id, round(one.dense or 0, 4)) for one in room.search(question, k=5).passages]
        for question in QUESTIONS
    ]
    now = room.indexes.health().states
    return {"states": now, "stood": sorted(states), "usable": usable(room), "answers": answers}


def usable(room: Newsroom) -> bool:
    """Whether the status page says of every index that it can be used."""
    return all(one.usable for one in room.status().indexes)


def watch(room: Newsroom, states: set[tuple[str, str]], stop: Event) -> None:
    """Note every state that an index is in, however short."""
    while not stop.wait(0.01):
        states.update(room.indexes.health().states.items())


def main(home: str) -> None:
    """Serve until stdin ends."""
    with newsroom.open(home, embedder=FakeEmbedder(limit=LIMIT), serve=True) as room:
        states, stop = set[tuple[str, str]](), Event()
        Thread(target=watch, args=(room, states, stop), daemon=True).start()
        while True:
            now = seen(room, states)
            print(json.dumps(now), flush=True)
            if set(now["states"].values()) == {"ready"} and room.indexes.vectors is not None:
                break
            time.sleep(0.02)
        stop.set()
        print("{}", flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main(sys.argv[1])
