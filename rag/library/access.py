"""Which collections are open to some groups only, and the guard that hides the rest from a reader.

The guard is a catalog of its own. Each of its connections lays a view over every table that could tell of a hidden
article, under the table's own name: whatever is read through it, by whichever function, the hidden rows are not there.
An article is hidden where its newest version is in a collection that is closed to the reader and in none that is
opened to a group of theirs; a version is hidden with its article, or where that is so of the version itself.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from sqlalchemy import Connection, Table, delete, event, insert, select

from rag.library import (
    database,
    schema,
    schema_briefings,
    schema_erased,
    schema_evaluation,
    schema_quotations,
    schema_watches,
)
from rag.library.catalog import Catalog
from rag.library.kept_versions import KeptVersions
from rag.library.ledger import ledger
from rag.library.schema import access, counter, meta
from rag.library.shelved import MOVED
from rag.library.word_scope import Bars

Stamp = tuple[Any, ...]

_SCRATCH = (
    "CREATE TEMP TABLE hidden_articles (key INTEGER PRIMARY KEY)",
    "CREATE TEMP TABLE hidden_versions (key INTEGER PRIMARY KEY)",
    "CREATE TEMP TABLE hidden_ids (id TEXT PRIMARY KEY) WITHOUT ROWID",
    "CREATE TEMP TABLE hidden_of (stamp TEXT)",
)
_ARTICLE = "{0} NOT IN (SELECT key FROM temp.hidden_articles)"
_VERSION = "{0} NOT IN (SELECT key FROM temp.hidden_versions)"
_NOTHING = "NOT EXISTS (SELECT 1 FROM temp.hidden_articles)"
_NO_CITED = (
    "NOT EXISTS (SELECT 1 FROM json_each({0}) one"
    " JOIN temp.hidden_ids ON hidden_ids.id = json_extract(one.value, '$.article_id'))"
)
# What of each table a reader sees. A run of a question set is made over the whole library: it is shown whole, or not.
SEEN: dict[Table, str] = {
    schema.articles: _ARTICLE.format("key"),
    schema.aliases: _ARTICLE.format("article_key"),
    schema.shelving: _ARTICLE.format("article_key"),
    schema.mended: _ARTICLE.format("article_key"),
    schema.seen: _ARTICLE.format("article_key"),
    schema.bands: _ARTICLE.format("article_key"),
    schema.versions: f"{_ARTICLE.format('article_key')} AND {_VERSION.format('key')}",
    schema.texts: _VERSION.format("version_key"),
    schema.passages: _VERSION.format("version_key"),
    schema.stated: _VERSION.format("version_key"),
    # a file of many records is not shown to who may not read one of them
    schema.original_of: "digest NOT IN (SELECT digest FROM main.original_of"
    " WHERE version_key IN (SELECT key FROM temp.hidden_versions))",
    schema.imports: "id NOT IN (SELECT import_id FROM main.imported"
    " WHERE version_key IN (SELECT key FROM temp.hidden_versions))",
    schema.imported: "(version_key IS NULL OR version_key NOT IN (SELECT key FROM temp.hidden_versions))"
    " AND (article_id IS NULL OR article_id NOT IN (SELECT id FROM temp.hidden_ids))",
    schema.answers: "key NOT IN (SELECT answer_key FROM main.citing"
    " WHERE article_id IN (SELECT id FROM temp.hidden_ids))"
    " AND (status = 'answered' OR " + _NO_CITED.format("answers.answer, '$.nearest'") + ")",
    schema.citing: "article_id NOT IN (SELECT id FROM temp.hidden_ids)",
    schema.clips: _NO_CITED.format("clips.citations"),
    schema.files: _NOTHING,
    schema.runs: _NOTHING,
    schema.run_answers: _NOTHING,
    schema.grades: _NOTHING,
    schema_evaluation.judgements: _NOTHING,
    schema_evaluation.feedback: " AND ".join(
        _NO_CITED.format(f"feedback.answer, '$.{found}'") for found in ("citations", "nearest")
    ),
    schema.decisions: _NOTHING,
    schema_briefings.briefings: _NOTHING,
    schema_briefings.briefing_replies: _NOTHING,
    schema_briefings.beats: _NOTHING,
    schema_erased.erasures: _NOTHING,
    schema_watches.watches: " AND ".join(
        _NO_CITED.format(f"watches.answer, '$.{found}'") for found in ("citations", "nearest")
    ),
    schema_watches.watch_changes: " AND ".join(
        _NO_CITED.format(f"watch_changes.answers, '$.{answer}.{found}'")
        for answer in ("before", "after")
        for found in ("citations", "nearest")
    ),
    schema_quotations.quotations: _VERSION.format("version_key"),
}
# Tables without a view, since they tell of no article: keys and numbers, settings, repairs by their names.
TELLING_NOTHING = frozenset(
    {"meta", "counter", "access", "away", "vectors", "changes", "mendings", "taken_back", "once_more"}
    | {"originals", "rules", "spending", "erased", "quoted"}
)


def opened_to(catalog: Catalog) -> dict[str, tuple[str, ...]]:
    """The groups that each restricted collection is open to."""
    if not catalog.holds(access.name):
        return {}
    with catalog.reading() as connection:
        return _rules(connection)


def open_to(catalog: Catalog, collection: str, groups: Sequence[str]) -> None:
    """Open a collection to these groups only; to none: to everyone again."""
    with ledger(catalog) as book:
        book.connection.execute(delete(access).where(access.c.collection == collection))
        if groups:
            said = json.dumps(sorted(set(groups)), ensure_ascii=False)
            book.connection.execute(insert(access).values(collection=collection, groups=said))


def bars_for(rules: dict[str, tuple[str, ...]], groups: Collection[str]) -> Bars:
    """What who is in these groups may not read."""
    opened = tuple(name for name, theirs in rules.items() if not set(theirs).isdisjoint(groups))
    return Bars(tuple(name for name in rules if name not in opened), opened)


class GuardedCatalog(Catalog):
    """A catalog as a reader may read it. Safe for threads; what it writes goes where the whole one writes.

    The views are laid over the connection when it is made, and filled anew by each read that finds the library or its
    rules changed. No read takes place without them.
    """

    def __init__(self, whole: Catalog, groups: frozenset[str]) -> None:
        self.path, self.read_only = whole.path, whole.read_only
        self._whole, self._groups, self._ruled = whole, groups, whole.holds(access.name)
        self._kept_versions = KeptVersions()
        self._engine = database.engine_for(whole.path, read_only=whole.read_only)
        event.listen(self._engine, "connect", _lay)

    def writing(self) -> AbstractContextManager[Connection]:
        """One write transaction of the whole catalog: it sees every row, so nothing read in it is to be shown."""
        return self._whole.writing()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One read transaction over what the reader may read."""
        with database.reading(self._engine, self.path, ending="COMMIT") as connection:
            if self._ruled:
                self._hide(connection)
            yield connection

    def hidden_ids(self) -> frozenset[str]:
        """The ids and aliases of what is hidden: to keep them out of what is said, never to be shown."""
        with self.reading() as connection:
            return frozenset(connection.exec_driver_sql("SELECT id FROM temp.hidden_ids").scalars())

    def _hide(self, connection: Connection) -> None:
        rules = _rules(connection)
        sequence = connection.scalar(select(counter.c.sequence))
        moved = connection.scalar(select(meta.c.value).where(meta.c.name == MOVED))
        stamp = json.dumps([sequence, moved, rules])
        said = connection.exec_driver_sql
        if said("SELECT stamp FROM temp.hidden_of").scalar() == stamp:
            return
        hidden = _hidden(connection, bars_for(rules, self._groups))
        for table in ("articles", "versions", "ids"):
            said(f"DELETE FROM temp.hidden_{table}")
            keys: Sequence[int | str] = hidden[table]
            if keys:
                said(f"INSERT INTO temp.hidden_{table} VALUES (?)", [(key,) for key in keys])
        said("DELETE FROM temp.hidden_of")
        said("INSERT INTO temp.hidden_of VALUES (?)", (stamp,))


def _lay(connection: Any, _record: object) -> None:
    """Lay the views over a connection that was just made."""
    connection.execute("PRAGMA temp_store=MEMORY")
    for statement in _SCRATCH:
        connection.execute(statement)
    listed = connection.execute("SELECT name FROM main.sqlite_master WHERE type='table'").fetchall()
    there = {name for (name,) in listed}
    for table, condition in SEEN.items():
        if table.name in there:
            columns = ", ".join(_column(column.name) for column in table.columns)
            connection.execute(
                f"CREATE TEMP VIEW {table.name} AS SELECT {columns} FROM main.{table.name} WHERE {condition}"
            )


def _column(name: str) -> str:
    """A column as the views show it; an article is not ended by one that is hidden."""
    if name != "ended_by":
        return f'"{name}"'
    return "CASE WHEN ended_by IN (SELECT id FROM temp.hidden_ids) THEN NULL ELSE ended_by END AS ended_by"


def _rules(connection: Connection) -> dict[str, tuple[str, ...]]:
    rows = connection.execute(select(access).order_by(access.c.collection))
    return {row.collection: tuple(json.loads(row.groups)) for row in rows}


def _hidden(connection: Connection, bars: Bars) -> dict[str, list[Any]]:
    """Keys of the articles and versions that are hidden, and the ids and aliases of the articles."""
    if not bars.closed:
        return {"articles": [], "versions": [], "ids": []}
    said = connection.exec_driver_sql
    named = " OR ".join("instr(collections, ?) > 0" for _ in bars.closed)
    quoted = tuple(json.dumps(name, ensure_ascii=False) for name in bars.closed)
    rows = said(
        "SELECT key, article_key, collections, NOT EXISTS (SELECT 1 FROM main.versions later"
        " WHERE later.article_key = v.article_key AND later.version > v.version)"
        f" FROM main.versions v WHERE {named}",
        quoted,
    ).all()
    barred = [row for row in rows if bars.hides(json.loads(row[2]))]
    keys = sorted({row[1] for row in barred if row[3]})
    listed = json.dumps(keys)
    of_articles = said(
        "SELECT key FROM main.versions WHERE article_key IN (SELECT value FROM json_each(?))", (listed,)
    )
    ids = said(
        "SELECT id FROM main.articles WHERE key IN (SELECT value FROM json_each(?))"
        " UNION SELECT id FROM main.aliases WHERE article_key IN (SELECT value FROM json_each(?))",
        (listed, listed),
    )
    all_versions = sorted({*of_articles.scalars(), *(row[0] for row in barred)})
    return {"articles": keys, "versions": all_versions, "ids": list(ids.scalars())}
