"""What a page of the library costs in a small and a large library: `python -m benchmarks.shelf [100 25000]`.

Invented articles, stored as any others are. `kept`: counts are known, as on every drawing but the first of a filter.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from rag.library import storing
from rag.library.browse import Browser
from rag.library.catalog import Catalog
from rag.library.rows import ToStore
from rag.state import ShelfSort, Sift
from rag.types import Article, Kind

TIMES = 25
KINDS: tuple[Kind | None, ...] = ("report", "opinion", None, "letter")
CASES: dict[str, tuple[Sift, ShelfSort, int]] = {
    "newest first": (Sift(), "date", 1),
    "by outlet": (Sift(), "outlet", 1),
    "by title": (Sift(), "title", 1),
    "by date added": (Sift(), "added", 1),
    "last page": (Sift(), "date", 10**9),
    "one outlet": (Sift(outlets=("Outlet 1",)), "date", 1),
    "one year": (Sift(from_="2022-01-01", to="2022-12-31"), "date", 1),
    "a collection": (Sift(collections=("B",)), "date", 1),
    "words of the title": (Sift(title="wall 7"), "date", 1),
}


def filled(count: int, home: Path) -> Catalog:
    """A catalog of so many articles."""
    catalog = Catalog(home / f"{count}.sqlite3")
    for first in range(0, count, 1000):
        storing.store(catalog, [_article(number) for number in range(first, min(count, first + 1000))])
    return catalog


def _article(number: int) -> ToStore:
    article = Article(
        f"a{number}",
        f"The council voted on flood wall {number}.",
        title=f"Council votes on wall {number}",
        outlet=f"Outlet {number % 30}",
        published=f"20{20 + number % 7}-{number % 12 + 1:02}-{number % 28 + 1:02}",
        kind=KINDS[number % 4],
        collections=("A", "B")[: number % 3],
    )
    return ToStore(article.id, article, True, (), b"", ())


def milliseconds(what: Callable[[], object]) -> float:
    """The median of several."""
    what()
    taken = []
    for _ in range(TIMES):
        began = time.perf_counter()
        what()
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken)


def main() -> None:
    """Print a line for each case: first and further drawings in both libraries, and their ratios."""
    sizes = [int(one) for one in sys.argv[1:]] or [100, 25_000]
    with tempfile.TemporaryDirectory() as home:
        catalogs = [filled(size, Path(home)) for size in sizes]
        print(f"{'ms':20}" + "".join(f"{size:>9,}" for size in sizes) + "   ratio" + "   (first drawing)")
        for name, (sift, sort, page) in CASES.items():
            kept = [milliseconds(partial(_drawn, Browser(one), sift, sort, page)) for one in catalogs]
            first = [milliseconds(partial(_drawn_first, one, sift, sort, page)) for one in catalogs]
            print(
                f"{name:20}" + "".join(f"{one:9.2f}" for one in kept) + f"{kept[-1] / kept[0]:8.2f}"
                "   (" + ", ".join(f"{one:.2f}" for one in first) + f", {first[-1] / first[0]:.2f})"
            )


def _drawn(browser: Browser, sift: Sift, sort: ShelfSort, page: int) -> None:
    browser.listing(sift, sort=sort, descending=sort in ("date", "added"), page=page, size=50)


def _drawn_first(catalog: Catalog, sift: Sift, sort: ShelfSort, page: int) -> None:
    _drawn(Browser(catalog), sift, sort, page)


if __name__ == "__main__":
    main()
