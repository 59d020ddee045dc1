"""Briefings kept in the catalog, whole. What a briefing is stays outside: it is handed in and out as JSON."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, insert, select, update

from rag.library import schema_briefings
from rag.library.catalog import Catalog
from rag.library.schema import meta
from rag.library.schema_briefings import briefing_replies, briefings

KEPT_DAYS = 7  # that a model's replies are kept, for a briefing that is taken up again
_SALT = "briefing_salt"


@dataclass(frozen=True, slots=True)
class Row:
    """A briefing as it is kept. `series` is the same for those of one topic, scope and template."""

    id: str
    owner: str
    series: str
    at: str
    title: str
    briefing: str


def keep(catalog: Catalog, row: Row) -> None:
    """Keep a briefing; one of the same id is replaced."""
    with catalog.writing() as connection:
        there = connection.scalar(select(briefings.c.key).where(briefings.c.id == row.id))
        if there is None:
            connection.execute(insert(briefings).values(**asdict(row)))
        else:
            connection.execute(update(briefings).where(briefings.c.key == there).values(**asdict(row)))


def rows(catalog: Catalog, *, series: str | None = None, limit: int = 100) -> list[Row]:
    """The newest first; of one `series`."""
    asked = select(briefings).order_by(briefings.c.key.desc()).limit(limit)
    if series is not None:
        asked = asked.where(briefings.c.series == series)
    with catalog.reading() as connection:
        return [_row(one) for one in connection.execute(asked)]


def find(catalog: Catalog, id_: str) -> Row | None:
    """The briefing of that id, or whose id begins so where only one does."""
    asked = select(briefings).where(briefings.c.id.startswith(id_, autoescape=True)).limit(2)
    with catalog.reading() as connection:
        found = [_row(one) for one in connection.execute(asked)]
    return found[0] if len(found) == 1 else None


def forget(catalog: Catalog, ids: Sequence[str]) -> int:
    """Take briefings out; how many there were."""
    with catalog.writing() as connection:
        return connection.execute(delete(briefings).where(briefings.c.id.in_(ids))).rowcount


@dataclass(frozen=True, slots=True)
class BeatRow:
    """A beat as it is kept: names to watch a line each, the rest as JSON."""

    name: str
    owner: str
    topic: str
    watched: str
    more: str


def beats(catalog: Catalog) -> list[BeatRow]:
    """All of them, by name."""
    with catalog.reading() as connection:
        found = connection.execute(select(schema_briefings.beats).order_by(schema_briefings.beats.c.name))
        return [BeatRow(*row) for row in found]


def keep_beat(catalog: Catalog, row: BeatRow) -> None:
    """Keep a beat; one of the same name is replaced."""
    with catalog.writing() as connection:
        made = insert(schema_briefings.beats).prefix_with("OR REPLACE")
        connection.execute(made.values(**asdict(row)))


def forget_beat(catalog: Catalog, name: str) -> None:
    """Take a beat out."""
    with catalog.writing() as connection:
        connection.execute(delete(schema_briefings.beats).where(schema_briefings.beats.c.name == name))


def reply(catalog: Catalog, digest: str) -> str | None:
    """What a model replied to what has this digest; None: it was not asked, or that is forgotten."""
    if not catalog.holds(briefing_replies.name):
        return None
    with catalog.reading() as connection:
        asked = select(briefing_replies.c.reply).where(briefing_replies.c.digest == digest)
        return connection.scalar(asked)


def keep_reply(catalog: Catalog, digest: str, said: str) -> None:
    """Keep a reply; those of over `KEPT_DAYS` days are forgotten."""
    now = datetime.now(UTC)
    oldest = (now - timedelta(days=KEPT_DAYS)).isoformat(timespec="seconds")
    row = {"digest": digest, "at": now.isoformat(timespec="seconds"), "reply": said}
    with catalog.writing() as connection:
        connection.execute(delete(briefing_replies).where(briefing_replies.c.at < oldest))
        connection.execute(insert(briefing_replies).prefix_with("OR REPLACE").values(**row))


def salt(catalog: Catalog) -> bytes:
    """A secret of this library, drawn once."""
    found = catalog.meta(_SALT)
    if found is None:
        found = secrets.token_hex(16)
        if not catalog.read_only:
            with catalog.writing() as connection:
                connection.execute(insert(meta).prefix_with("OR IGNORE").values(name=_SALT, value=found))
            found = catalog.meta(_SALT) or found
    return bytes.fromhex(found)


def _row(one: object) -> Row:
    return Row(**{name: getattr(one, name) for name in Row.__slots__})
