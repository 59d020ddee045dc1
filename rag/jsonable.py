"""Our nouns as JSON, with the names of docs/contracts.md. The same object everywhere."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

from rag.state import IngestReport, ItemStatus
from rag.types import Answer, Article, Found, SearchResult

SCHEMA = 1
STATUSES: tuple[ItemStatus, ...] = ("added", "changed", "unchanged", "duplicate", "skipped", "failed")


def as_json(value: Any) -> Any:
    """A value as dicts, lists and plain values."""
    if isinstance(value, Answer):
        return {"schema": SCHEMA, **_fields(value)}
    if isinstance(value, Found):
        return _found(value)
    if isinstance(value, SearchResult):
        return {"schema": SCHEMA, **_fields(value)}
    if isinstance(value, IngestReport):
        counts = {status: value.count(status) for status in STATUSES}
        return {"schema": SCHEMA, **counts, **_fields(value)}
    if is_dataclass(value):
        return _fields(value)
    if isinstance(value, dict):
        return {key: as_json(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(one) for one in value]
    return value


def article_json(article: Article, passages: Any = None) -> dict[str, Any]:
    """An article as `show --json` prints it."""
    return {"schema": SCHEMA, **_fields(article), "passages": as_json(passages)}


def _fields(value: Any) -> dict[str, Any]:
    return {one.name.removesuffix("_"): as_json(getattr(value, one.name)) for one in fields(value)}


def _found(found: Found) -> dict[str, Any]:
    passage = found.passage
    rest = _fields(found)
    del rest["passage"], rest["features"]
    place = {name: getattr(passage, name) for name in ("article_id", "version", "position", "start", "end")}
    return {**place, "sentences": as_json(passage.sentences), **rest}
