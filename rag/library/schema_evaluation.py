"""The tables of what is said of answers, beside those of schema.py: readers' feedback, and what a model judged."""

from __future__ import annotations

from sqlalchemy import Column, Integer, String, Table, Text

from rag.library.schema import metadata

# What a reader said of an answer: right, wrong, ...; open until somebody closes it.
feedback = Table(
    "feedback",
    metadata,
    Column("number", Integer, primary_key=True),
    *(Column(name, String, nullable=False) for name in ("answer_id", "owner", "kind", "at")),
    *(Column(name, Text, nullable=False) for name in ("note", "question", "answer", "scope")),
    Column("closed", String),
    Column("closed_by", String),
)

# What a model judged of a run's answers; `mark` is null where it was not judged, and `fault` says why.
judgements = Table(
    "judgements",
    metadata,
    Column("run_key", Integer, primary_key=True),
    Column("question", Text, primary_key=True),
    Column("judge", String, primary_key=True),
    Column("prompt", String, primary_key=True),
    Column("mark", String),
    Column("why", Text, nullable=False),
    Column("fault", Text),
)

__all__ = ["feedback", "judgements", "metadata"]
