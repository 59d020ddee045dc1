"""What repairs by hand make of an article's record.

A record's own outlet, date, kind and byline are kept as the file states them (`stated`); over them lie the repairs in
force, in the order in which they were made. So every repair can be undone, whatever came after it, and holds for the
versions and the articles that come.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, insert, select

from rag.library.schema import mended, mendings, stated
from rag.types import Article

FIELDS = ("outlet", "published", "kind", "author")
Record = dict[str, str | None]


@dataclass(frozen=True, slots=True)
class InForce:
    """A repair in force. `names`: outlets merged into `fields["outlet"]`, casefolded; None: set for chosen articles."""

    id: int
    names: frozenset[str] | None
    fields: Record

    def changes(self, record: Record, chosen: frozenset[int]) -> bool:
        """Whether it holds for an article with this record, that these repairs were made for."""
        if self.names is None:
            return self.id in chosen
        return (record["outlet"] or "").casefold() in self.names


def in_force(connection: Connection) -> tuple[InForce, ...]:
    """The repairs in force, in their order."""
    rows = connection.execute(select(mendings).where(mendings.c.undone.is_(None)).order_by(mendings.c.id))
    return tuple(InForce(row.id, names_of(row.names), json.loads(row.fields)) for row in rows)


def names_of(kept: str | None) -> frozenset[str] | None:
    """Merged outlets as the catalog keeps them, casefolded."""
    return None if kept is None else frozenset(name.casefold() for name in json.loads(kept))


def stated_by(article: Any) -> Record:
    """What an article, or a row of `versions`, says in the fields that can be repaired."""
    return {name: getattr(article, name) for name in FIELDS}


def own_record(kept: str | None, now: Record) -> Record:
    """What a version's record states itself: `kept` beside it, or where nothing is, what it says now."""
    return now if kept is None else json.loads(kept)


def folded(
    record: Record, mends: Sequence[InForce], chosen: frozenset[int] = frozenset()
) -> tuple[Record, list[int]]:
    """A record with the repairs in force over it, and which of them hold for it."""
    held = []
    for mend in mends:
        if mend.changes(record, chosen):
            record = {**record, **mend.fields}
            held.append(mend.id)
    return record, held


def chosen_for(connection: Connection, key: int) -> frozenset[int]:
    """The repairs that were made for an article."""
    return frozenset(connection.scalars(select(mended.c.mending).where(mended.c.article_key == key)))


def after_mends(
    connection: Connection, key: int, article: Article, mends: Sequence[InForce]
) -> tuple[Article, list[int]]:
    """A new version of the article with this key as repairs leave it, and the merges that changed it."""
    if not mends:
        return article, []
    chosen = chosen_for(connection, key)
    record, held = folded(stated_by(article), mends, chosen)
    return replace(article, **record), [one for one in held if one not in chosen]  # type: ignore[arg-type]


def keep_record(
    connection: Connection, key: int, version_key: int, own: Article, now: Article, fired: Sequence[int]
) -> None:
    """Keep what a new version's record states itself, where repairs changed it, and that they did."""
    if own != now:
        kept = json.dumps(stated_by(own), ensure_ascii=False)
        connection.execute(insert(stated).values(version_key=version_key, fields=kept))
    if fired:
        connection.execute(insert(mended), [{"mending": one, "article_key": key} for one in fired])
