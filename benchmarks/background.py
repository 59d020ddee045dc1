"""The story so far, from an event's updates before a date, beside people's: `python -m benchmarks.background DATA`.

DATA holds background/updates.jsonl: dated updates of an event, and for most three people's backgrounds of what came
before. Each update before it is an article; ROUGE-1, -2 and -Lsum are the mean over the backgrounds, each cut at that
background's number of words, beside the last updates repeated, the first ones, and LexRank, in the same run.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from itertools import groupby
from pathlib import Path

import numpy as np

from benchmarks.train_briefing import MEASURES, Cluster, by, from_the_start, lexrank, pieces, rouge
from rag.briefing import summary
from rag.briefing.summary import Read

Choose = Callable[[Cluster], list[str]]


def clusters(path: Path) -> dict[str, list[Cluster]]:
    """By event: what came before each update that has backgrounds, once for each of them."""
    lines = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    found: dict[str, list[Cluster]] = {}
    for event, records in groupby(lines, lambda one: one["event"]):
        before: list[Read] = []
        some = found.setdefault(event, [])
        for at, record in enumerate(sorted(records, key=lambda one: one["date"])):
            texts = [text.replace("\\n", " ") for text in record["backgrounds"] if text.strip()]
            some += [Cluster(tuple(before), text) for text in texts if before]
            said = pieces(record["update"].replace("\\n", " "))
            before = [*before, *(Read(at, place, len(said), one) for place, one in enumerate(said))]
    return found


def last_ones(one: Cluster) -> list[str]:
    """The updates from the last one back."""
    return [each.text for each in sorted(one.sentences, key=lambda each: (-each.article, each.place))]


def ours(one: Cluster) -> list[str]:
    """Our choice, each update a day of its own."""
    scored = summary.aged(summary.scores(one.sentences), [each.article for each in one.sentences])
    return [one.sentences[at].text for at in summary.chosen(one.sentences, scored, one.words)]


def main() -> None:
    """Print the numbers, over all events and for each."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    known = clusters(parser.parse_args().data / "background" / "updates.jsonl")
    ways: dict[str, Choose] = {
        "the last updates": last_ones,
        "the first updates": from_the_start,
        "LexRank": lexrank,
        "ours, whatever the day": by(summary.weights()),
        "ours": ours,
    }
    print(f"{sum(map(len, known.values()))} backgrounds of {len(known)} events; {', '.join(MEASURES)}")
    for name, choose in ways.items():
        rows = {event: rouge(some, choose).mean(axis=0) * 100 for event, some in known.items()}
        mean = np.mean(list(rows.values()), axis=0)
        each = "  ".join(f"{event} {row[0]:.1f}" for event, row in rows.items())
        print(f"{name:24} {mean[0]:.1f} {mean[1]:.1f} {mean[2]:.1f}   {each}", flush=True)


if __name__ == "__main__":
    main()
