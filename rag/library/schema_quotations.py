"""The tables of what articles quote, beside those of schema.py: made from the texts, and made again at any time."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, String, Table, Text

from rag.library.schema_erased import metadata

# A quotation of a version: where it stands, whose it is (`folded`: the words of the name, each with spaces around),
# where the clause stands that says so. `digest`: the same words.
quotations = Table(
    "quotations",
    metadata,
    Column("key", Integer, primary_key=True),
    Column("version_key", Integer, ForeignKey("versions.key"), nullable=False, index=True),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("speaker", Text),
    Column("folded", Text),
    Column("phrase", Text),
    Column("clause_start", Integer),
    Column("clause_end", Integer),
    Column("digest", String, nullable=False, index=True),
)

# The versions that were looked through, and by which rules.
quoted = Table(
    "quoted",
    metadata,
    Column("version_key", Integer, ForeignKey("versions.key"), primary_key=True),
    Column("rules", String, nullable=False),
)

__all__ = ["metadata", "quotations", "quoted"]
