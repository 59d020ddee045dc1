"""The tables of watched questions, beside those of schema.py."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table, Text

from rag.library.schema_quotations import metadata

# A watched question as it was set (`scope`, `not_read`, `groups` of who watches: JSON), with the answer that was last
# told, whole, as JSON. `sequence`: of the log when it was last asked.
watches = Table(
    "watches",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("owner", String, nullable=False, index=True),
    Column("at", String, nullable=False),
    *(Column(name, Text, nullable=False) for name in ("question", "scope", "not_read")),
    Column("groups", Text),
    Column("model", Integer, nullable=False),
    Column("asked", String, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("fault", Text),
    Column("answer", Text, nullable=False),
    sqlite_autoincrement=True,
)

# What changed, as both answers whole: JSON {"before", "after"}.
watch_changes = Table(
    "watch_changes",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("watch", Integer, nullable=False, index=True),
    Column("at", String, nullable=False),
    Column("seen", Integer, nullable=False),
    Column("answers", Text, nullable=False),
    Index("watch_changes_unseen", "watch", "seen"),
    sqlite_autoincrement=True,
)

__all__ = ["metadata", "watch_changes", "watches"]
