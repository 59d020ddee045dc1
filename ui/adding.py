"""Files on their way into the library: stored by a thread, so that no question waits; the page shows how far."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Executor

from rag import table
from rag.state import IngestReport, Item, ItemStatus
from ui.behind import Behind

Upload = tuple[str, bytes]
# add(uploads, only, at, stop): `at` hears which upload is being read, from 0.
Add = Callable[
    [Sequence[Upload], frozenset[str] | None, Callable[[int], None], threading.Event], IngestReport
]
ORDER: tuple[ItemStatus, ...] = ("failed", "changed", "duplicate", "added", "unchanged", "skipped")


class Adding(Behind[IngestReport]):
    """Stores uploads behind the page; what was stored before it is stopped is kept.

    Args:
        uploads: names and bytes; names that come twice are told apart.
        add: stores them; called on the gathering thread.
        only: these sources alone (a retry), the others' items being `kept`.
    """

    def __init__(
        self,
        uploads: Sequence[Upload],
        add: Add,
        run_on: Executor,
        *,
        only: frozenset[str] | None = None,
        kept: Sequence[Item] = (),
    ) -> None:
        self.uploads, self._add, self._only, self._kept = told_apart(uploads), add, only, tuple(kept)
        self.at = 0
        super().__init__(self._run, run_on)

    def _run(self, stop: threading.Event) -> IngestReport:
        return self._add(self.uploads, self._only, self._reached, stop)

    def _reached(self, at: int) -> None:
        self.at = at

    @property
    def items(self) -> tuple[Item, ...]:
        """What happened to each article, file or line, what failed first."""
        if self.running or self.error is not None:
            return self._kept
        found = (*self._kept, *self._future.result().items)
        return tuple(sorted(found, key=lambda item: ORDER.index(item.status)))

    @property
    def imported(self) -> int | None:
        """The number of the import that brought or changed something; None: there is nothing to undo."""
        if self.running or self.error is not None:
            return None
        report = self._future.result()
        return report.import_id if report.count("added") or report.count("changed") else None

    @property
    def failed(self) -> frozenset[str]:
        """The sources that failed."""
        return frozenset(item.source for item in self.items if item.status == "failed")

    def again(self, run_on: Executor) -> Adding:
        """What failed, alone; after a fault that ended it, everything."""
        if self.error is not None:
            return Adding(self.uploads, self._add, run_on, only=self._only, kept=self._kept)
        kept = [item for item in self.items if item.status != "failed"]
        return Adding(self.uploads, self._add, run_on, only=self.failed, kept=kept)


def told_apart(uploads: Sequence[Upload]) -> tuple[Upload, ...]:
    """The uploads, a name that came before with a number behind it: "story (2).txt"."""
    seen: set[str] = set()
    found = []
    for name, data in uploads:
        stem, dot, suffix = name.rpartition(".")
        number, told = 2, name
        while told in seen:
            told = f"{stem} ({number}).{suffix}" if dot else f"{name} ({number})"
            number += 1
        seen.add(told)
        found.append((told, data))
    return tuple(found)


def named(uploads: Sequence[Upload]) -> str:
    """What was dropped, in the list of imports: "north.zip and 3 more"."""
    more = f" and {len(uploads) - 1:,} more" if len(uploads) > 1 else ""
    return f"{uploads[0][0]}{more}" if uploads else "no file"


def as_csv(items: Sequence[Item]) -> str:
    """The list as a table for a spreadsheet, in which nothing an article says can become a formula."""
    columns = ("source", "status", "reason", "article_id")
    return table.sheet(columns, ((one.source, one.status, one.reason, one.article_id) for one in items))


def counted(items: Sequence[Item]) -> str:
    """As "3 added, 1 failed"."""
    counts = {status: sum(item.status == status for item in items) for status in ORDER}
    return (
        ", ".join(f"{counts[status]:,} {status}" for status in ORDER[::-1] if counts[status])
        or "Nothing added"
    )
