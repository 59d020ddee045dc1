"""Questions and answers kept in the catalog, each whole and with the article versions it cites.

What an answer is stays outside: it is handed in and out as JSON. Nothing here is part of the change log: no index
follows it, and a library read as of a sequence has nothing to do with it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Select, delete, func, insert, or_, select, update

from rag.kept import Asked, Gap
from rag.library.catalog import AT_ONCE, Catalog
from rag.library.database import folded
from rag.library.schema import answers, citing
from rag.types import Scope

UNANSWERED = ("no_answer_found", "closest")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Record:
    """A row of the table with what it cites: (article id, version). `key`: its place among all; None: the next."""

    asked: Asked
    owner: str
    answer: str
    cites: tuple[tuple[str, int], ...]
    key: int | None = None


def keep(catalog: Catalog, records: Sequence[Record]) -> None:
    """Keep answers, each with what it cites; one that is kept already stays as it is."""
    with catalog.writing() as connection:
        for one in records:
            if connection.scalar(select(answers.c.key).where(answers.c.id == one.asked.id)) is not None:
                continue
            key = connection.execute(insert(answers).values(**_values(one))).inserted_primary_key[0]  # type: ignore[index]
            cited = [
                {"answer_key": key, "article_id": name, "version": version} for name, version in one.cites
            ]
            if cited:
                connection.execute(insert(citing), cited)


def find(catalog: Catalog, answer_id: str, owner: str) -> Record | None:
    """An answer of the owner's, or a shared one."""
    asked = select(answers).where(answers.c.id == answer_id, _readable(owner))
    with catalog.reading() as connection:
        row = connection.execute(asked).first()
        return None if row is None else _record(connection, row, owner)


def history(
    catalog: Catalog, owner: str, *, words: str = "", limit: int, offset: int = 0
) -> tuple[tuple[Asked, ...], int, int]:
    """The owner's questions that hold each of the words, newest first; how many hold them, and how many there are."""
    own = answers.c.owner == owner
    within = [own, *(func.instr(answers.c.folded, word) > 0 for word in plain(words).split())]
    asked = _light().where(*within).order_by(answers.c.key.desc()).limit(limit).offset(offset)
    with catalog.reading() as connection:
        rows = [_asked(row, owner) for row in connection.execute(asked)]
        total = connection.scalar(select(func.count()).where(*within)) or 0
        held = connection.scalar(select(func.count()).where(own)) or 0
    return tuple(rows), int(total), int(held)


def forget(catalog: Catalog, owner: str, ids: Sequence[str] | None) -> list[Record]:
    """Take the owner's answers out for good (None: all of them); returns them, so that they can be kept again."""
    gone: list[Record] = []
    with catalog.writing() as connection:
        connection.exec_driver_sql("PRAGMA secure_delete=ON")  # what is forgotten is not left in free pages
        for some in [None] if ids is None else _in_parts(ids):
            asked = select(answers).where(answers.c.owner == owner).order_by(answers.c.key)
            rows = connection.execute(asked if some is None else asked.where(answers.c.id.in_(some))).all()
            gone += [_record(connection, row, owner) for row in rows]
            for part in _in_parts([row.key for row in rows]):
                connection.execute(delete(citing).where(citing.c.answer_key.in_(part)))
                connection.execute(delete(answers).where(answers.c.key.in_(part)))
    return gone


def share(catalog: Catalog, answer_id: str, owner: str, shared: bool) -> bool:
    """Let others open one of the owner's answers, or no longer; whether there is such an answer."""
    asked = update(answers).where(answers.c.id == answer_id, answers.c.owner == owner)
    with catalog.writing() as connection:
        return connection.execute(asked.values(shared=int(shared))).rowcount > 0


def gaps(catalog: Catalog, limit: int) -> tuple[Gap, ...]:
    """Questions that found no answer when they were last asked, by whomever, the one last asked first."""
    same = (answers.c.folded, answers.c.scope)
    newest = (
        select(func.max(answers.c.key).label("key"), func.count().label("times")).group_by(*same).subquery()
    )
    asked = (
        select(answers.c.question, answers.c.scope, answers.c.status, answers.c.at, newest.c.times)
        .join(newest, newest.c.key == answers.c.key)
        .where(answers.c.status.in_(UNANSWERED))
        .order_by(answers.c.key.desc())
        .limit(limit)
    )
    with catalog.reading() as connection:
        rows = connection.execute(asked).all()
    return tuple(Gap(row.question, _scope(row.scope), row.status, int(row.times), row.at) for row in rows)


def cited_by(catalog: Catalog, article_id: str, owner: str, limit: int) -> tuple[tuple[Asked, ...], int]:
    """The owner's and shared answers that cite an article (its own id), in whatever version, newest first; how many
    there are."""
    with catalog.reading() as connection:
        citers = select(citing.c.answer_key).where(citing.c.article_id == article_id)
        within = (answers.c.key.in_(citers), _readable(owner))
        asked = _light().where(*within).order_by(answers.c.key.desc()).limit(limit)
        rows = [_asked(row, owner) for row in connection.execute(asked)]
        total = connection.scalar(select(func.count()).select_from(answers).where(*within)) or 0
    return tuple(rows), int(total)


def _readable(owner: str) -> ColumnElement[bool]:
    return or_(answers.c.owner == owner, answers.c.shared == 1)


def _light() -> Select[Any]:
    """Everything of an answer but the answer itself."""
    return select(*(column for column in answers.c if column.name != "answer"))


def _values(one: Record) -> dict[str, Any]:
    asked = one.asked
    return ({} if one.key is None else {"key": one.key}) | {
        "id": asked.id,
        "owner": one.owner,
        "at": asked.at,
        "question": asked.question,
        "folded": plain(asked.question),
        "scope": json.dumps(asdict(asked.scope), ensure_ascii=False, sort_keys=True),
        "not_read": json.dumps(asked.not_read),
        "status": asked.status,
        "mode": asked.mode,
        "sequence": asked.sequence,
        "shared": int(asked.shared),
        "answer": one.answer,
    }


def _asked(row: Any, owner: str) -> Asked:
    return Asked(
        id=row.id,
        at=row.at,
        question=row.question,
        status=row.status,
        mode=row.mode,
        sequence=row.sequence,
        scope=_scope(row.scope),
        not_read=tuple(json.loads(row.not_read)),
        shared=bool(row.shared),
        own=row.owner == owner,
    )


def _record(connection: Connection, row: Any, owner: str) -> Record:
    cited = select(citing.c.article_id, citing.c.version).where(citing.c.answer_key == row.key)
    pairs = connection.execute(cited.order_by(citing.c.article_id, citing.c.version))
    return Record(_asked(row, owner), row.owner, row.answer, tuple((one, two) for one, two in pairs), row.key)


def _scope(said: str) -> Scope:
    kept: dict[str, Any] = {
        name: tuple(one) if isinstance(one, list) else one for name, one in json.loads(said).items()
    }
    return Scope(**kept)


def _in_parts(values: Sequence[T]) -> Iterator[list[T]]:
    for first in range(0, len(values), AT_ONCE):
        yield list(values[first : first + AT_ONCE])


def plain(said: str) -> str:
    """Words as they are compared: without case, diacritics and white space around."""
    return " ".join((folded(said) or "").split())
