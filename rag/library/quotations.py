"""Quotations kept in the catalog for every usable version, so that those of the whole library are found at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Select, delete, func, insert, select

from rag.library.catalog import AT_ONCE, Catalog
from rag.library.schema import articles, texts, versions
from rag.library.schema_quotations import quotations, quoted

q, v = quotations.c, versions.c


@dataclass(frozen=True, slots=True)
class Row:
    """A quotation of a version; `folded` are the words of the speaker's name, each with spaces around."""

    version_key: int
    start: int
    end: int
    speaker: str | None
    folded: str | None
    phrase: str | None
    clause_start: int | None
    clause_end: int | None
    digest: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """A version that was not looked through yet."""

    version_key: int
    text: str
    furniture: bytes


def waiting(catalog: Catalog, rules: str, *, after: int = 0, limit: int = 200) -> list[Waiting]:
    """Usable versions with a key above `after` that were not looked through by these rules."""
    asked = select(v.key, texts.c.text, texts.c.furniture).join_from(versions, texts)
    asked = asked.where(v.went.is_(None), v.key > after).order_by(v.key).limit(limit)
    if catalog.holds(quoted.name):
        done = select(quoted.c.version_key).where(quoted.c.rules == rules)
        asked = asked.where(v.key.not_in(done))
    with catalog.reading() as connection:
        return [Waiting(row.key, row.text, row.furniture) for row in connection.execute(asked)]


def many_waiting(catalog: Catalog, rules: str) -> int:
    """How many there are."""
    done = select(quoted.c.version_key).where(quoted.c.rules == rules)
    asked = select(func.count()).select_from(versions).where(v.went.is_(None), v.key.not_in(done))
    with catalog.reading() as connection:
        return int(connection.scalar(asked) or 0)


def keep(catalog: Catalog, found: Sequence[tuple[int, Sequence[Row]]], rules: str) -> None:
    """Keep what versions quote, in place of what was found before; versions that are gone are passed over."""
    with catalog.writing() as connection:
        keys = [key for key, _ in found]
        there = set(connection.scalars(select(v.key).where(v.key.in_(keys))))
        connection.execute(delete(quotations).where(q.version_key.in_(keys)))
        connection.execute(delete(quoted).where(quoted.c.version_key.in_(keys)))
        rows = [asdict(row) for key, rows in found if key in there for row in rows]
        if rows:
            connection.execute(insert(quotations), rows)
        if there:
            connection.execute(
                insert(quoted), [{"version_key": key, "rules": rules} for key in sorted(there)]
            )


def find(catalog: Catalog, words: Sequence[str], keys: Sequence[int] | None) -> Iterator[Row]:
    """What these usable versions (None: all) quote of a speaker whose name has all these folded words."""
    asked = select(*(column for column in quotations.c if column.name != "key")).join_from(
        quotations, versions
    )
    asked = asked.where(v.went.is_(None), *(func.instr(q.folded, f" {word} ") > 0 for word in words))
    parts: list[Any] = [asked]
    if keys is not None:
        parts = [
            asked.where(q.version_key.in_(keys[at : at + AT_ONCE])) for at in range(0, len(keys), AT_ONCE)
        ]
    with catalog.reading() as connection:
        for part in parts:
            yield from (Row(*row) for row in connection.execute(part))


def unnamed(catalog: Catalog, digests: Sequence[str]) -> Iterator[Row]:
    """The same words where usable versions do not name who said them."""
    asked = select(*(column for column in quotations.c if column.name != "key"))
    asked = asked.join_from(quotations, versions).where(v.went.is_(None), q.speaker.is_(None))
    with catalog.reading() as connection:
        for at in range(0, len(digests), AT_ONCE):
            some = asked.where(q.digest.in_(digests[at : at + AT_ONCE]))
            yield from (Row(*row) for row in connection.execute(some))


@dataclass(frozen=True, slots=True)
class About:
    """What a version's quotation is listed with: its article's key and group, and the days that it may be of."""

    article_key: int
    group: int
    day: int | None
    published: str | None


def about(catalog: Catalog, keys: Sequence[int]) -> dict[int, About]:
    """The same for these versions, by key."""
    found: dict[int, About] = {}
    group = func.coalesce(articles.c.group_key, articles.c.key)
    asked: Select[Any] = select(v.key, v.article_key, group, v.day_first, v.published).join_from(
        versions, articles
    )
    with catalog.reading() as connection:
        for at in range(0, len(keys), AT_ONCE):
            for key, *rest in connection.execute(asked.where(v.key.in_(keys[at : at + AT_ONCE]))):
                found[key] = About(*rest)
    return found
