"""The table of the Library page: what the script (ui/shelf) is handed, and how it is put on the page.

Every string is drawn as text. Events sent back: `sort` (a column), `page` (a number), `open` (an article's id),
`select` (JSON: ids, and whether they are selected from now on).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import TypedDict
from urllib.parse import quote

from rag.state import ShelfPage, ShelfSort, Shelved
from ui import dates, draw, words

NOT_STATED = "not stated"


class Row(TypedDict):
    """One article. `about`: its collections and copies."""

    id: str
    href: str
    title: str
    about: str
    outlet: str
    date: str
    dated: str
    kind: str
    status: str
    added: str
    added_at: str
    selected: bool


class Column(TypedDict):
    """A column; `sort` is what a press on its head sorts by, None: nothing."""

    name: str
    label: str
    sort: ShelfSort | None


class Table(TypedDict):
    """The whole table, one page of it."""

    columns: list[Column]
    rows: list[Row]
    sort: ShelfSort
    descending: bool
    page: int
    pages: int
    caption: str
    summary: str
    selectable: bool


COLUMNS: list[Column] = [
    {"name": "title", "label": "Headline", "sort": "title"},
    {"name": "outlet", "label": "Outlet", "sort": "outlet"},
    {"name": "date", "label": "Date", "sort": "date"},
    {"name": "kind", "label": "Kind", "sort": None},
    {"name": "status", "label": "Status", "sort": None},
    {"name": "added", "label": "Added", "sort": "added"},
]


def table(
    listing: ShelfPage,
    today: date,
    *,
    sort: ShelfSort,
    descending: bool,
    selected: frozenset[str],
    selectable: bool,
) -> Table:
    """A page of the library as the script draws it."""
    first = (listing.page - 1) * listing.size + 1
    shown = f"{first:,} to {first + len(listing.rows) - 1:,} of {words.count(listing.total, 'article')}"
    left_out = f", {listing.held:,} in all" if listing.total < listing.held else ""
    return {
        "columns": COLUMNS,
        "rows": [_row(row, today, row.article_id in selected) for row in listing.rows],
        "sort": sort,
        "descending": descending,
        "page": listing.page,
        "pages": listing.pages,
        "caption": f"Articles {shown}",
        "summary": shown + left_out,
        "selectable": selectable,
    }


def put(data: Table, *, heard: Mapping[str, Callable[[str], None]]) -> None:
    """Draw the table; when the reader presses something, the matching callback gets what the script sent."""
    draw.component("shelf", data, heard=heard, key="shelf")


def status(row: Shelved) -> str:
    """As "usable", "superseded", "removed", "withdrawn"."""
    return "removed" if row.ended == "removed" else row.status


def kind(said: str | None) -> str:
    """A kind in words."""
    return words.KINDS.get(said, said) if said else NOT_STATED  # type: ignore[call-overload]


def _row(row: Shelved, today: date, selected: bool) -> Row:
    about = [", ".join(row.collections)] if row.collections else []
    about += [words.count(row.copies, "copy", "copies") + " elsewhere"] if row.copies else []
    return {
        "id": row.article_id,
        "href": f"?article={quote(row.article_id, safe='')}",
        "title": row.title or "Untitled",
        "about": " · ".join(about),
        "outlet": row.outlet or NOT_STATED,
        "date": dates.shown(row.published, today),
        "dated": dates.zoned(row.published),
        "kind": kind(row.kind),
        "status": status(row),
        "added": dates.shown(row.added_at, today),
        "added_at": f"{dates.shown(row.added_at, today, time=True)} UTC",
        "selected": selected,
    }
