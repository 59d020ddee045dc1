"""The tables of saved briefings, beside those of schema_evaluation.py."""

from __future__ import annotations

from sqlalchemy import Column, Integer, String, Table, Text

from rag.library.schema_watches import metadata

# A briefing whole, as JSON; versions of one have its `name` and follow each other.
briefings = Table(
    "briefings",
    metadata,
    Column("key", Integer, primary_key=True, autoincrement=True),
    Column("id", String, nullable=False, unique=True),
    *(Column(name, String, nullable=False) for name in ("owner", "series", "at")),
    Column("title", Text, nullable=False),
    Column("briefing", Text, nullable=False),
)

# What is briefed on again and again: `watched` a name a line, `more` the rest as JSON.
beats = Table(
    "beats",
    metadata,
    Column("name", String, primary_key=True),
    Column("owner", String, nullable=False),
    *(Column(name, Text, nullable=False) for name in ("topic", "watched", "more")),
)

# Replies of a language model that briefings were written from, by a digest of what was sent.
briefing_replies = Table(
    "briefing_replies",
    metadata,
    Column("digest", String, primary_key=True),
    Column("at", String, nullable=False),
    Column("reply", Text, nullable=False),
)

__all__ = ["beats", "briefing_replies", "briefings", "metadata"]
