"""The library as a list: its articles by page, what they can be filtered by, and how many there are over time.

An article is listed as its newest version, usable or not. Rows are read by page along an index, so that a page of a
large library costs about what one of a small one does; what has to be counted is counted once for each sequence.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, LargeBinary, TextClause, and_, func, or_, select
from sqlalchemy import cast as cast_to
from sqlalchemy import exists as there_is
from sqlalchemy import text as sql

from rag.errors import NoSuchArticle
from rag.library.catalog import Catalog
from rag.library.database import folded
from rag.library.schema import OLDEST, OUTLET, TITLE, articles, changes, counter, versions
from rag.library.selects import article_key, status_of
from rag.library.snapshot import day_number
from rag.state import Ended, Published, ShelfPage, ShelfSort, ShelfStatus, Shelved, Shelves, Sift, Timeline

MOST_DAYS = 92  # a longer time is told by month
_KEPT = 64  # counts kept of one sequence
T = TypeVar("T")
v = versions.c
_later = versions.alias("later")
_newest = ~there_is().where(_later.c.article_key == v.article_key, _later.c.key > v.key)
_Order = tuple[
    tuple[Any, bool], ...
]  # what to sort by, and whether descending; along an index where there is one
_BY_DAY = ((v.day_last, True), (v.article_key, True))
_ORDERS: dict[tuple[ShelfSort, bool], _Order] = {
    ("date", True): ((v.day_last, True), (v.published, True), (v.article_key, True)),
    ("date", False): ((OLDEST, False), (v.published, False), (v.article_key, False)),
    ("outlet", False): ((OUTLET, False), *_BY_DAY),
    ("outlet", True): ((OUTLET, True), *_BY_DAY),
    ("title", False): ((TITLE, False), *_BY_DAY),
    ("title", True): ((TITLE, True), *_BY_DAY),
    ("added", True): ((v.key, True),),
    ("added", False): ((v.key, False),),
}


class Browser:
    """Lists one catalog. Safe for threads."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._lock = Lock()
        self._sequence, self._kept = 0, dict[Hashable, Any]()

    def listing(self, sift: Sift, *, sort: ShelfSort, descending: bool, page: int, size: int) -> ShelfPage:
        """One page; a page past the last is the last."""
        with self._catalog.reading() as connection:
            held = self._once(connection, "held", _held)
            total = held
            if not sift.everything:
                total = self._once(connection, ("total", sift), lambda c: _total(c, sift))
            page = max(1, min(page, -(-total // size)))
            keys = _page_of_keys(connection, sift, _ORDERS[sort, descending], (page - 1) * size, size, total)
            return ShelfPage(tuple(_rows(connection, keys)), total, held, page, size)

    def one(self, article_id: str) -> Shelved:
        """An article by its id or an alias. Raises: NoSuchArticle."""
        with self._catalog.reading() as connection:
            key = article_key(connection, article_id)
            newest = select(func.max(v.key)).where(v.article_key == key)
            found = connection.scalar(newest) if key is not None else None
            if found is None:
                raise NoSuchArticle(
                    article_id, "there is no such article", "The Library lists those there are."
                )
            return _rows(connection, [found])[0]

    def copies(self, article_id: str) -> tuple[Shelved, ...]:
        """The other articles of its near-duplicate group, newest first."""
        with self._catalog.reading() as connection:
            key = article_key(connection, article_id)
            group = select(articles.c.group_key).where(articles.c.key == key).scalar_subquery()
            others = select(articles.c.key).where(articles.c.group_key == group, articles.c.key != key)
            newest = select(func.max(v.key)).where(v.article_key.in_(others)).group_by(v.article_key)
            order = _sorted(_ORDERS["date", True])
            keys = connection.scalars(select(v.key).where(v.key.in_(newest)).order_by(*order))
            return tuple(_rows(connection, list(keys)))

    def ids(self, sift: Sift, *, limit: int) -> tuple[str, ...]:
        """The ids of all that match, newest first, at most `limit`."""
        with self._catalog.reading() as connection:
            keys = _page_of_keys(connection, sift, _ORDERS["date", True], 0, limit)
            return tuple(row.article_id for row in _rows(connection, keys))

    def article_keys(self, sift: Sift) -> tuple[int, ...]:
        """The keys of all articles that match."""
        with self._catalog.reading() as connection:
            return tuple(connection.scalars(select(v.article_key).where(*_conditions(sift), _newest)))

    def shelves(self) -> Shelves:
        """What can be filtered by."""
        with self._catalog.reading() as connection:
            return self._once(connection, "shelves", _shelves)

    def timeline(self, sift: Sift) -> Timeline:
        """How many of the articles that match were published when, by outlet."""
        with self._catalog.reading() as connection:
            return self._once(connection, ("timeline", sift), lambda c: _timeline(c, sift))

    def _once(self, connection: Connection, what: Hashable, count: Callable[[Connection], T]) -> T:
        """Counted once for what this transaction sees; vectors that come change nothing of it."""
        sequence = int(connection.scalar(select(counter.c.sequence)) or 0)
        with self._lock:
            if sequence != self._sequence:
                told = changes.c.kind != "embedded"
                since = select(changes.c.kind).where(changes.c.sequence > self._sequence, told).limit(1)
                if sequence < self._sequence or connection.scalar(since) is not None:
                    self._kept = {}
                self._sequence = sequence
            if len(self._kept) >= _KEPT:
                self._kept = {}
            if what in self._kept:
                return cast(T, self._kept[what])
        counted = count(connection)
        with self._lock:
            if sequence == self._sequence:
                self._kept[what] = counted
        return counted


def _conditions(sift: Sift) -> list[Any]:
    found: list[Any] = [_in_title(word) for word in sift.title.split()]
    for names, column in ((sift.outlets, v.outlet), (sift.kinds, v.kind)):
        if names:
            stated = column.in_([name for name in names if name])
            found.append(or_(stated, column.is_(None)) if "" in names else stated)
    if sift.statuses:
        found.append(or_(*(_has_status(status) for status in sift.statuses)))
    if sift.collections:
        quoted = [json.dumps(name, ensure_ascii=False) for name in sift.collections]
        found.append(or_(*(func.instr(v.collections, name) > 0 for name in quoted)))
    dated = []
    if sift.from_ or sift.to:
        within = [v.day_last >= day_number(sift.from_ or "0001-01-01")]
        if sift.to:  # a date that is a year ends with the year: this bound is for the index
            within += [v.day_first <= day_number(sift.to), v.day_last <= int(sift.to[:4]) * 10000 + 1231]
        dated.append(and_(*within))
    if sift.undated:
        dated.append(v.day_first.is_(None))
    return [*found, or_(*dated)] if dated else found


def _in_title(word: str) -> Any:
    """Whether a word is in the title; titles of plain letters are compared by SQLite itself, which is faster."""
    plain = folded(word) or ""
    found = func.instr(func.folded(v.title), plain) > 0
    if not plain.isascii():
        return found
    special = and_(func.length(v.title) != func.length(cast_to(v.title, LargeBinary)), found)
    return or_(func.instr(func.lower(v.title), plain) > 0, special)


def _has_status(status: ShelfStatus) -> Any:
    if status == "usable":
        return v.went.is_(None)
    if status == "superseded":
        return and_(v.went.is_not(None), v.ended == "superseded")
    return and_(v.went.is_not(None), v.ended != "superseded")


def _held(connection: Connection) -> int:
    return int(connection.scalar(select(func.count()).select_from(articles)) or 0)


def _total(connection: Connection, sift: Sift) -> int:
    asked = select(func.count()).select_from(versions).where(*_conditions(sift), _newest)
    return int(connection.scalar(asked) or 0)


def _page_of_keys(
    connection: Connection, sift: Sift, order: _Order, offset: int, size: int, total: int | None = None
) -> list[int]:
    """Keys from `offset` on, found from whichever end is nearer where the `total` is known."""
    asked = select(v.key).where(*_conditions(sift), _newest)
    if total is None or offset <= total // 2:
        return list(connection.scalars(asked.order_by(*_sorted(order)).limit(size).offset(offset)))
    size = max(0, min(size, total - offset))
    turned = tuple((what, not down) for what, down in order)
    from_end = asked.order_by(*_sorted(turned)).limit(size).offset(total - offset - size)
    return list(reversed(list(connection.scalars(from_end))))


def _sorted(order: _Order) -> list[Any]:
    return [
        sql(f"{what} {'DESC' if down else 'ASC'}")
        if isinstance(what, TextClause)
        else (what.desc() if down else what.asc())
        for what, down in order
    ]


def _rows(connection: Connection, keys: list[int]) -> list[Shelved]:
    found: dict[int, Any] = {}
    for first in range(0, len(keys), 500):
        asked = select(versions, articles.c.id.label("article_id"), articles.c.group_key)
        asked = asked.join_from(versions, articles).where(v.key.in_(keys[first : first + 500]))
        found |= {row.key: row for row in connection.execute(asked)}
    sizes = _group_sizes(connection, {row.group_key for row in found.values() if row.group_key is not None})
    return [_shelved(found[key], sizes) for key in keys]


def _group_sizes(connection: Connection, groups: set[int]) -> dict[int, int]:
    if not groups:
        return {}
    group = articles.c.group_key
    asked = select(group, func.count()).where(group.in_(groups)).group_by(group)
    return {row[0]: row[1] for row in connection.execute(asked)}


def _shelved(row: Any, sizes: dict[int, int]) -> Shelved:
    return Shelved(
        row.article_id,
        row.version,
        row.title,
        row.outlet,
        row.published,
        row.kind,
        status_of(row.went, row.ended),
        cast(Ended, row.ended) if row.went is not None else None,
        row.ended_by,
        tuple(json.loads(row.collections)),
        sizes.get(row.group_key, 1) - 1,
        row.added_at,
    )


def _shelves(connection: Connection) -> Shelves:
    undated = v.day_first.is_(None).label("undated")
    asked = select(v.outlet, v.kind, v.collections, undated, func.count().label("number")).where(_newest)
    outlets, kinds, collections = Counter[str](), Counter[str](), Counter[str]()
    without_date = held = 0
    for row in connection.execute(asked.group_by(v.outlet, v.kind, v.collections, undated)):
        outlets[row.outlet or ""] += row.number
        kinds[row.kind or ""] += row.number
        for name in json.loads(row.collections):
            collections[name] += row.number
        without_date += row.number if row.undated else 0
        held += row.number
    return Shelves(
        _largest_first(outlets), _largest_first(collections), _largest_first(kinds), without_date, held
    )


def _largest_first(counts: dict[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0].casefold())))


def _timeline(connection: Connection, sift: Sift) -> Timeline:
    grouped = select(v.outlet, v.day_first, v.day_last, func.count().label("number"))
    grouped = grouped.where(*_conditions(sift), _newest).group_by(v.outlet, v.day_first, v.day_last)
    rows = connection.execute(grouped).all()
    undated = sum(row.number for row in rows if row.day_first is None)
    dated = [row for row in rows if row.day_first is not None]
    by_day = len({row.day_first for row in dated if row.day_first == row.day_last}) <= MOST_DAYS
    by_day = by_day and _days(dated) <= MOST_DAYS
    counts: dict[tuple[str, str | None], int] = {}
    coarse = 0
    for row in dated:
        exact = row.day_first == row.day_last if by_day else row.day_first // 100 == row.day_last // 100
        if not exact:
            coarse += row.number
            continue
        day = str(row.day_first)
        period = f"{day[:4]}-{day[4:6]}-{day[6:]}" if by_day else f"{day[:4]}-{day[4:6]}"
        counts[period, row.outlet] = counts.get((period, row.outlet), 0) + row.number
    periods = sorted(counts.items(), key=lambda pair: (pair[0][0], pair[0][1] or ""))
    found = tuple(Published(period, outlet, number) for (period, outlet), number in periods)
    return Timeline("day" if by_day else "month", found, undated, coarse)


def _days(dated: list[Any]) -> int:
    """About how many days lie between the first and the last that is known to the day."""
    days = [int(row.day_first) for row in dated if row.day_first == row.day_last]
    if not days:
        return MOST_DAYS + 1 if dated else 0
    first, last = min(days), max(days)
    months = (last // 10000 - first // 10000) * 12 + last // 100 % 100 - first // 100 % 100
    return months * 31 + last % 100 - first % 100
