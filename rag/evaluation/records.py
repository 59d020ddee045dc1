"""A question as a record and back: the fields of `docs/contracts.md` "Question record", checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import get_args

from rag.expected import Evidenced, Question
from rag.types import (
    Kind,
    Scope,
)

LISTS = ("answers", "key_facts", "tags")
KNOWN = ("id", "question", *LISTS, "evidence", "answerable", "as_of", "scope")
_YES_NO = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
_SCOPE_LISTS = ("outlets", "not_outlets", "agencies", "collections", "articles", "not_articles", "kinds")

Record = Mapping[str, object]


class Fault(ValueError):
    """What is wrong with one field ("" where it is the whole record), and the way out."""

    def __init__(self, column: str, fault: str, way_out: str) -> None:
        super().__init__(fault)
        self.column, self.fault, self.way_out = column, fault, way_out


def question_of(record: Record) -> Question:
    """The question a record stands for; fields not in the contract go to `extra`.

    Raises:
        Fault: the first field that is missing or not what it must be.
    """
    as_of = record.get("as_of")
    return Question(
        id=_words(record, "id"),
        question=_words(record, "question"),
        answers=_list(record, "answers"),
        key_facts=_list(record, "key_facts"),
        evidence=_evidence(record.get("evidence")),
        answerable=_answerable(record.get("answerable")),
        as_of=None if as_of is None else _day(as_of, "as_of"),
        scope=_scope(record.get("scope")),
        tags=_list(record, "tags"),
        extra={name: value for name, value in record.items() if name not in KNOWN},
    )


def record_of(question: Question) -> dict[str, object]:
    """The JSON object of a question; what is not stated is left out, `answerable` is always there."""
    record: dict[str, object] = {"id": question.id, "question": question.question}
    for name in LISTS:
        if getattr(question, name):
            record[name] = list(getattr(question, name))
    if question.evidence:
        record["evidence"] = [
            {k: v for k, v in asdict(e).items() if v is not None} for e in question.evidence
        ]
    record["answerable"] = question.answerable
    if question.as_of is not None:
        record["as_of"] = question.as_of
    if question.scope != Scope():
        fields = {name.rstrip("_"): value for name, value in asdict(question.scope).items()}
        record["scope"] = {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in fields.items()
            if value
        }
    return record | question.extra


def whole_number(value: object, name: str) -> int | None:
    """A count of characters, from JSON or from a cell; None stays None."""
    if isinstance(value, str) and re.fullmatch(r"\s*[0-9]{1,12}\s*", value):
        value = int(value)
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= 0):
        return value
    raise Fault(
        name, f"it must be a whole number, got {short(value)}", "Leave it out: the quote is looked for."
    )


def short(value: object) -> str:
    """A value as an error shows it."""
    shown = repr(value)
    return shown if len(shown) <= 60 else shown[:57] + "..."


def _words(record: Record, name: str) -> str:
    value = record.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if value is None or value == "":
        raise Fault(name, "it is missing", f"Every question has {'an id' if name == 'id' else 'its text'}.")
    if not isinstance(value, str) or not value.strip():
        raise Fault(name, f"it must be text, got {short(value)}", "Write it as text.")
    return value.strip()


def _list(record: Record, name: str) -> tuple[str, ...]:
    value = record.get(name)
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise Fault(name, f"it must be a list of texts, got {short(value)}", 'Write it like ["one", "two"].')
    return tuple(value)


def _evidence(value: object) -> tuple[Evidenced, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        way_out = 'Write it like [{"article": "its id", "quote": "its words"}].'
        raise Fault("evidence", f"it must be a list of objects, got {short(value)}", way_out)
    return tuple(_evidenced(entry) for entry in value)


def _evidenced(entry: Record) -> Evidenced:
    for name in ("article", "quote"):
        if not isinstance(entry.get(name), str) or not entry[name]:
            raise Fault(name, "it is missing from the evidence", "Name the article's id and quote its words.")
    article, quote = str(entry["article"]), str(entry["quote"])
    start, end = (whole_number(entry.get(name), name) for name in ("start", "end"))
    if start is not None and end is not None and end - start != len(quote):
        fault = f"start and end are {end - start} apart, the quote has {len(quote)} characters"
        raise Fault("end", fault, "Leave both out: the quote is then looked for.")
    return Evidenced(article, quote, start, end)


def _answerable(value: object) -> bool:
    if value is None or isinstance(value, bool):
        return value is not False
    said = _YES_NO.get(value.strip().lower()) if isinstance(value, str) else None
    if said is None:
        raise Fault("answerable", f"it must be yes or no, got {short(value)}", "Write yes or no.")
    return said


def _day(value: object, column: str) -> str:
    day = None
    if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value.strip()):
        try:
            day = date.fromisoformat(value.strip())
        except ValueError:  # the 31st of February
            day = None
    if day is None:
        raise Fault(column, f"it must be a day, got {short(value)}", "Write it like 2026-11-22.")
    return day.isoformat()


def _scope(value: object) -> Scope:
    if value is None:
        return Scope()
    if not isinstance(value, dict):
        raise Fault(
            "scope", f"it must be an object, got {short(value)}", 'Write it like {"from": "2026-10-01"}.'
        )
    fields = ("from", "to", "language", "undated", *_SCOPE_LISTS)
    unknown = sorted(set(value) - set(fields))
    if unknown:
        raise Fault("scope", f"it knows no {unknown[0]!r}", f"Its fields are {', '.join(fields)}.")
    kinds = _list(value, "kinds")
    for kind in kinds:
        if kind not in get_args(Kind):
            raise Fault("scope", f"there is no kind {kind!r}", f"Kinds are {', '.join(get_args(Kind))}.")
    language, undated = value.get("language"), value.get("undated", False)
    if not isinstance(language, str | None) or not isinstance(undated, bool):
        way_out = 'Write them like "language": "en", "undated": true.'
        raise Fault("scope", "its language must be text and undated true or false", way_out)
    return Scope(
        from_=None if value.get("from") is None else _day(value["from"], "scope"),
        to=None if value.get("to") is None else _day(value["to"], "scope"),
        outlets=_list(value, "outlets"),
        not_outlets=_list(value, "not_outlets"),
        agencies=_list(value, "agencies"),
        collections=_list(value, "collections"),
        articles=_list(value, "articles"),
        not_articles=_list(value, "not_articles"),
        kinds=kinds,  # type: ignore[arg-type]  # checked above
        language=language,
        undated=undated,
    )
