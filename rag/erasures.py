"""Articles erased for good: the receipt, which holds no text. A frozen value beside `rag.state`."""

from __future__ import annotations

from dataclasses import dataclass

MARK = "[erased]"  # stands where erased words stood


@dataclass(frozen=True, slots=True)
class Erasure:
    """A receipt: which articles were erased, when, by whom, and how much of what.

    `number` 0: nothing was erased, this is what would be. `done` are (what, how many), what was nowhere left out.
    `kin`: ids of other articles that hold the same or nearly the same text, or are of the same story: they stay.
    `finished` None: it was cut off; the next start goes on. `let_back`: its articles that may
    be ingested again. Times
    are RFC 3339 in UTC.
    """

    number: int
    at: str
    who: str
    articles: tuple[str, ...]
    done: tuple[tuple[str, int], ...]
    kin: tuple[str, ...] = ()
    finished: str | None = None
    let_back: tuple[str, ...] = ()

    @property
    def counted(self) -> tuple[str, ...]:
        """As "1 file kept as original", "2 answers kept"."""
        return tuple(f"{many:,} {what if many != 1 else _one(what)}" for what, many in self.done)


def _one(what: str) -> str:
    first, _, rest = what.partition(" ")
    return " ".join(filter(None, (first.removesuffix("s"), rest)))
