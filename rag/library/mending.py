"""Repairing many articles' records at once: looked at first, made in batches, undone at any time.

The repair itself and whom it is for are kept in one transaction; versions follow in batches, each with its log entries,
so that every index follows. What a killed repair has left over is done at the next start (`settle`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from rag.errors import UsageError
from rag.library.catalog import AT_ONCE, Catalog
from rag.library.ledger import Ledger, ledger, now
from rag.library.mended import (
    FIELDS,
    InForce,
    Record,
    chosen_for,
    folded,
    in_force,
    own_record,
    stated_by,
)
from rag.library.schema import articles, mended, mendings, stated, versions
from rag.library.selects import article_key
from rag.mends import Mend, Mended, MendPreview, MendRow, SetByHand
from rag.reading.dates import day_range
from rag.ruled import NAMED

ROWS = 50
Report = Callable[[int, int], None]  # articles done, of how many
m, v = mendings.c, versions.c


def said(names: Sequence[str] | None, fields: Record) -> str:
    """A repair in words."""
    if names:
        return f"outlet {', '.join(names)} → {fields['outlet'] or 'not stated'}"
    return ", ".join(f"{NAMED.get(name, name)}: {value or 'not stated'}" for name, value in fields.items())


def keys_of(catalog: Catalog, mend: Mend, sifted: Sequence[int]) -> list[int]:
    """The keys of the articles that a repair is for.

    Raises:
        UsageError: an id that is not there, or nothing to repair.
    """
    with catalog.reading() as connection:
        if mend.merge:
            wanted = {name.casefold() for name in mend.merge}
            held = connection.scalars(select(v.outlet).where(v.outlet.is_not(None)).distinct())
            names = [name for name in held if name.casefold() in wanted]
            into = dict(mend.fields)["outlet"]
            unknown = sorted(set(mend.merge) - {name for name in mend.merge if _among(name, names)})
            if unknown:
                fault, way_out = "no article is of it", "The Library's filter lists the outlets there are."
                raise UsageError(f"The outlet '{unknown[0][:80]}'", fault, way_out)
            names = [name for name in names if name != into]
            return sorted(connection.scalars(select(v.article_key).where(v.outlet.in_(names)).distinct()))
        if mend.sift is not None:
            return sorted(sifted)
        keys = {one: article_key(connection, one) for one in mend.ids}
    missing = [one for one, key in keys.items() if key is None]
    if missing:
        raise UsageError(missing[0][:80], "there is no such article", "`dateline list` shows the ids.")
    return sorted({key for key in keys.values() if key is not None})


def _among(name: str, names: Iterable[str]) -> bool:
    return any(name.casefold() == one.casefold() for one in names)


def look(catalog: Catalog, mend: Mend, keys: Sequence[int]) -> MendPreview:
    """What a repair would do to these articles, as their newest versions are now."""
    fields, changed, rows = dict(mend.fields), 0, list[MendRow]()
    for first in range(0, len(keys), AT_ONCE):
        with catalog.reading() as connection:
            newest = select(func.max(v.key)).where(v.article_key.in_(keys[first : first + AT_ONCE]))
            asked = select(versions, articles.c.id.label("article_id")).join_from(versions, articles)
            found = connection.execute(asked.where(v.key.in_(newest.group_by(v.article_key)))).all()
        for row in found:
            told = _told(row, fields, merged=bool(mend.merge), names=mend.merge)
            changed += bool(told)
            if told and len(rows) < ROWS:
                rows.append(MendRow(row.article_id, row.title, told))
    return MendPreview(said(mend.merge, fields), changed, len(keys) - changed, tuple(rows))


def _told(
    row: Any, fields: Record, *, merged: bool, names: Sequence[str]
) -> tuple[tuple[str, str | None, str | None], ...]:
    if merged and not _among(row.outlet or "", names):
        return ()
    changes = ((name, getattr(row, name), value) for name, value in fields.items())
    return tuple((name, before, after) for name, before, after in changes if before != after)


def make(catalog: Catalog, mend: Mend, keys: Sequence[int], *, who: str, report: Report | None = None) -> int:
    """Make a repair; its number."""
    names = json.dumps(list(mend.merge), ensure_ascii=False) if mend.merge else None
    values = {"at": now(), "who": who, "names": names, "pending": 1}
    values["fields"] = json.dumps(dict(mend.fields), ensure_ascii=False)
    with catalog.writing() as connection:
        made = int(connection.execute(insert(mendings).values(**values)).inserted_primary_key[0])  # type: ignore[index]
        if keys:
            connection.execute(insert(mended), [{"mending": made, "article_key": key} for key in keys])
    _follow(catalog, made, report)
    return made


def undo(catalog: Catalog, number: int, *, report: Report | None = None) -> tuple[str, ...]:
    """Take a repair back: every article is as if it had never been made. What to know about that, in sentences.

    Raises:
        UsageError: there is no such repair, or it was undone.
    """
    with catalog.writing() as connection:
        row = connection.execute(select(mendings).where(m.id == number)).first()
        if row is None:
            raise UsageError(
                f"Repair {number}", "there is none of this number", "`dateline mends` lists them."
            )
        if row.undone is not None:
            raise UsageError(f"Repair {number}", f"it was undone at {row.undone}", "Nothing was changed.")
        connection.execute(update(mendings).where(m.id == number).values(undone=now(), pending=1))
        remarks = _in_the_way(connection, number, json.loads(row.fields))
    _follow(catalog, number, report)
    return remarks


def _in_the_way(connection: Connection, number: int, fields: Record) -> tuple[str, ...]:
    """Later repairs of the same fields of the same articles: what they set stays."""
    members = select(mended.c.article_key).where(mended.c.mending == number)
    later = select(m.id, m.fields, func.count().label("articles")).join_from(mendings, mended)
    later = later.where(m.id > number, m.undone.is_(None), mended.c.article_key.in_(members)).group_by(m.id)
    return tuple(
        f"{row.articles:,} of its articles were set again by repair {row.id}: that stays."
        for row in connection.execute(later)
        if set(json.loads(row.fields)) & set(fields)
    )


def settle(catalog: Catalog) -> None:
    """Do what a killed repair or undo has left over."""
    with catalog.reading() as connection:
        left = list(connection.scalars(select(m.id).where(m.pending == 1).order_by(m.id)))
    for number in left:
        _follow(catalog, number, None)


def made(catalog: Catalog) -> tuple[Mended, ...]:
    """The repairs made, the last first."""
    many = select(func.count()).where(mended.c.mending == m.id).scalar_subquery()
    if not catalog.holds(mendings.name):
        return ()
    with catalog.reading() as connection:
        rows = connection.execute(select(mendings, many.label("articles")).order_by(m.id.desc())).all()
    return tuple(
        Mended(
            row.id,
            row.at,
            row.who,
            said(json.loads(row.names) if row.names else None, json.loads(row.fields)),
            row.articles,
            row.undone,
            bool(row.pending),
        )
        for row in rows
    )


def by_hand(catalog: Catalog, article_id: str, version: int) -> tuple[SetByHand, ...]:
    """What repairs have changed of a version's record."""
    if not catalog.holds(mendings.name):
        return ()
    with catalog.reading() as connection:
        key = article_key(connection, article_id)
        asked = select(versions, stated.c.fields).join_from(versions, stated)
        row = connection.execute(asked.where(v.article_key == key, v.version == version)).first()
        if key is None or row is None:
            return ()
        record, chosen = json.loads(row.fields), chosen_for(connection, key)
        found = []
        for name in FIELDS:
            if record[name] != getattr(row, name):
                setting = tuple(
                    one.id for one in in_force(connection) if name in one.fields and one.id in chosen
                )
                found.append(SetByHand(name, record[name], getattr(row, name), setting))
    return tuple(found)


def _follow(catalog: Catalog, number: int, report: Report | None) -> None:
    """Bring the versions of a repair's articles to what the repairs in force make of them, batch by batch."""
    with catalog.reading() as connection:
        members = select(mended.c.article_key).where(mended.c.mending == number)
        keys = list(connection.scalars(members.order_by(mended.c.article_key)))
    for first in range(0, len(keys), AT_ONCE):
        with ledger(catalog) as book:
            _fold(book, keys[first : first + AT_ONCE])
        if report:
            report(min(first + AT_ONCE, len(keys)), len(keys))
    with catalog.writing() as connection:
        connection.execute(update(mendings).where(m.id == number).values(pending=0))


def _fold(book: Ledger, keys: Sequence[int]) -> None:
    connection, mends = book.connection, in_force(book.connection)
    for_key: dict[int, set[int]] = {}
    for row in connection.execute(select(mended).where(mended.c.article_key.in_(keys))):
        for_key.setdefault(row.article_key, set()).add(row.mending)
    asked = select(v.key, v.article_key, v.went, stated.c.fields, *(v[name] for name in FIELDS))
    asked = asked.outerjoin_from(versions, stated, stated.c.version_key == v.key)
    for row in connection.execute(asked.where(v.article_key.in_(keys)).order_by(v.key)).all():
        _fold_version(book, row, mends, frozenset(for_key.get(row.article_key, ())))


def _fold_version(book: Ledger, row: Any, mends: Sequence[InForce], chosen: frozenset[int]) -> None:
    current = stated_by(row)
    own = own_record(row.fields, current)
    wanted, held = folded(own, mends, chosen)
    fresh = [{"mending": one, "article_key": row.article_key} for one in held if one not in chosen]
    if fresh:  # a merge that another repair had kept from this article
        book.connection.execute(insert(mended).prefix_with("OR IGNORE"), fresh)
    if wanted == current:
        return
    first, last = day_range(wanted["published"]) if wanted["published"] else (None, None)
    changed = {**wanted, "day_first": first, "day_last": last}
    book.connection.execute(update(versions).where(v.key == row.key).values(**changed))
    book.connection.execute(delete(stated).where(stated.c.version_key == row.key))
    if wanted != own:
        kept = json.dumps(own, ensure_ascii=False)
        book.connection.execute(insert(stated).values(version_key=row.key, fields=kept))
    if row.went is None:
        book.log("stored", row.key)
