"""A process that follows until it is killed: `python -m tests.fakes.following HOME ROLE [chroma]`.

Roles: `write` stores, embeds and follows batch after batch, and says each number once it is stored; `renew` builds
every index anew again and again; `hold` opens, catches up, says so and waits.
"""

from __future__ import annotations

import itertools
import sys
import time
from pathlib import Path

from rag.library.indexes import Indexes, open_indexes
from tests.fakes.library import embed, open_catalog, store

BATCH = 4


def main(home: Path, role: str, chroma: bool) -> None:
    """Follow in this role."""
    catalog = open_catalog(home)
    with_lock = open_indexes(home, catalog, hold=True, chroma=chroma)
    sys.stdout.write("begin\n")
    sys.stdout.flush()
    if role == "write":
        write(home, with_lock)
    elif role == "renew":
        renew(with_lock)
    else:
        follower = with_lock.follower
        assert follower is not None
        follower.catch_up()
        sys.stdout.write("caught up\n")
        sys.stdout.flush()
        time.sleep(120)


def write(home: Path, indexes: Indexes) -> None:
    """Store four articles at a time for ever."""
    catalog = open_catalog(home)
    follower = indexes.follower
    assert follower is not None
    first = catalog.totals().articles
    for number in itertools.count(first, BATCH):
        store(catalog, range(number, number + BATCH))
        sys.stdout.write(f"{number + BATCH}\n")
        sys.stdout.flush()
        embed(catalog)
        follower.catch_up()


def renew(indexes: Indexes) -> None:
    """Build words and the flat file anew for ever."""
    follower = indexes.follower
    assert follower is not None
    follower.catch_up()
    for parts in itertools.cycle(({"words"}, {"meaning"}, {"words", "meaning"})):
        follower.renew(frozenset(parts))
        sys.stdout.write("renewed\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], "chroma" in sys.argv[3:])
