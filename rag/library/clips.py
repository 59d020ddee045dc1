"""Clips kept in the catalog, each owner's in the order they gave them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from rag.kept import Clip
from rag.library.catalog import Catalog
from rag.library.schema import clips
from rag.types import Citation


def digest(text: str | None, citations: Sequence[Citation]) -> str:
    """The same for two clips that say the same with the same sources."""
    places = [[one.article_id, one.version, one.start, one.end] for one in citations]
    return hashlib.sha256(json.dumps([text, places]).encode()).hexdigest()[:40]


def keep(catalog: Catalog, owner: str, new: Sequence[Clip], *, last: bool) -> list[Clip]:
    """Keep clips, at the end (`last`) or at the places they had; one that is there already is returned instead."""
    with catalog.writing() as connection:
        return [_keep(connection, owner, one, last) for one in new]


def all_of(catalog: Catalog, owner: str) -> list[Clip]:
    """The owner's clips in their order."""
    with catalog.reading() as connection:
        rows = connection.execute(_ordered(owner)).all()
    return [_clip(row, place) for place, row in enumerate(rows)]


def digests(catalog: Catalog, owner: str) -> dict[str, str]:
    """The owner's clips: digest -> id."""
    asked = select(clips.c.digest, clips.c.id).where(clips.c.owner == owner)
    with catalog.reading() as connection:
        return {row.digest: row.id for row in connection.execute(asked)}


def remove(catalog: Catalog, owner: str, ids: Sequence[str]) -> list[Clip]:
    """Take the owner's clips out; returns those that were there, with their places."""
    gone = [one for one in all_of(catalog, owner) if one.id in ids]
    with catalog.writing() as connection:
        for one in gone:
            connection.execute(delete(clips).where(clips.c.owner == owner, clips.c.id == one.id))
    return gone


def note(catalog: Catalog, owner: str, clip_id: str, said: str) -> bool:
    """Write the note of one of the owner's clips; whether there is such a clip."""
    asked = update(clips).where(clips.c.owner == owner, clips.c.id == clip_id).values(note=said)
    with catalog.writing() as connection:
        return connection.execute(asked).rowcount > 0


def move(catalog: Catalog, owner: str, clip_id: str, by: int) -> bool:
    """Move one of the owner's clips up (negative) or down; whether there is such a clip."""
    with catalog.writing() as connection:
        ids = [row.id for row in connection.execute(_ordered(owner))]
        if clip_id not in ids:
            return False
        at = ids.index(clip_id)
        ids.insert(min(max(at + by, 0), len(ids) - 1), ids.pop(at))
        _renumber(connection, owner, ids)
    return True


def _keep(connection: Connection, owner: str, one: Clip, last: bool) -> Clip:
    same = digest(one.text, one.citations)
    there = connection.execute(select(clips).where(clips.c.owner == owner, clips.c.digest == same)).first()
    if there is not None:
        return _clip(there, there.place)
    ids = [row.id for row in connection.execute(_ordered(owner))]
    place = len(ids) if last else min(one.place, len(ids))
    values = {
        name: getattr(one, name) for name in ("id", "at", "text", "mark", "question", "answer_id", "note")
    }
    cited = json.dumps([asdict(citation) for citation in one.citations], ensure_ascii=False)
    connection.execute(insert(clips).values(**values, owner=owner, place=place, citations=cited, digest=same))
    _renumber(connection, owner, [*ids[:place], one.id, *ids[place:]], after=place)
    return replace(one, place=place)


def _renumber(connection: Connection, owner: str, ids: Sequence[str], after: int = -1) -> None:
    for place, clip_id in enumerate(ids):
        if place > after:
            own = (clips.c.owner == owner, clips.c.id == clip_id)
            connection.execute(update(clips).where(*own).values(place=place))


def _ordered(owner: str) -> Any:
    return select(clips).where(clips.c.owner == owner).order_by(clips.c.place, clips.c.key)


def _clip(row: Any, place: int) -> Clip:
    return Clip(
        id=row.id,
        at=row.at,
        text=row.text,
        mark=row.mark,
        citations=tuple(Citation(**one) for one in json.loads(row.citations)),
        question=row.question,
        answer_id=row.answer_id,
        note=row.note,
        place=place,
    )
