"""Our nouns as JSON, with the names of docs/contracts.md. The same object everywhere."""

from __future__ import annotations

from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from rag.state import IngestReport, ItemStatus
from rag.types import Answer, Article, Found, SearchResult

SCHEMA = 1
T = TypeVar("T")
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


def from_json(kind: type[T], said: Any) -> T:
    """What `as_json` made of a value of this kind, back. A field that was not there yet gets its default.

    Raises:
        KeyError, TypeError, ValueError: it is not what `as_json` makes of this kind.
    """
    return _back(kind, said)  # type: ignore[no-any-return]


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


def _back(kind: Any, said: Any) -> Any:
    if is_dataclass(kind):
        return _object(kind, said)
    inner = get_args(kind)
    match get_origin(kind):
        case origin if origin in (UnionType, Union):
            [rest] = [one for one in inner if one is not NoneType]
            return None if said is None else _back(rest, said)
        case origin if origin is tuple and inner[-1] is Ellipsis:
            return tuple(_back(inner[0], one) for one in said)
        case origin if origin is tuple:
            return tuple(_back(part, one) for part, one in zip(inner, said, strict=True))
        case origin if origin is dict:
            return {key: _back(inner[1], one) for key, one in said.items()}
    return float(said) if kind is float and said is not None else said


def _object(kind: Any, said: Any) -> Any:
    given = {}
    for one in fields(kind):
        name = one.name.removesuffix("_")
        if name in said:
            given[one.name] = _back(_hints(kind)[one.name], said[name])
        elif one.default is MISSING and one.default_factory is MISSING:
            raise KeyError(name)
    return kind(**given)


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)
