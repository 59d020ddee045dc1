"""The tables of what was erased, beside those of schema.py: receipts, and what must not come back unasked."""

from __future__ import annotations

from sqlalchemy import Column, Integer, String, Table, Text

from rag.library.schema_evaluation import metadata

# Receipts. `articles`, `done`, `kin` and `files` (originals to be deleted, by digest) are JSON; none holds text. The
# three keys are the highest that were ever given by then: they are never given again, since the log names versions.
erasures = Table(
    "erasures",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("at", String, nullable=False),
    Column("who", Text, nullable=False),
    *(Column(name, Text, nullable=False) for name in ("articles", "done", "kin", "files")),
    *(Column(name, Integer, nullable=False) for name in ("article_key", "version_key", "passage_id")),
    Column("finished", String),
)

# What does not come in again: ids and aliases (`kind` id), digests of texts (`kind` text), each of which article.
erased = Table(
    "erased",
    metadata,
    Column("kind", String, primary_key=True),
    Column("name", String, primary_key=True),
    Column("article", String, nullable=False, index=True),
    Column("erasure", Integer, nullable=False),
)

__all__ = ["erased", "erasures", "metadata"]
