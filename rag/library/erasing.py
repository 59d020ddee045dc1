"""Articles erased from the catalog: one transaction with its receipt, then the file rewritten without a trace.

Whatever holds their words goes with them: versions, passages, vectors, what was set by hand; clips of them; in answers
kept, of runs, and of feedback what they are cited for. What must not come back unasked is kept by id and by a digest.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np
from sqlalchemy import Column, Connection, Table, delete, func, insert, or_, select, update

from rag.erasures import Erasure
from rag.library import originals, schema, schema_evaluation
from rag.library.answers import plain
from rag.library.catalog import Catalog
from rag.library.erased import HIGHEST, text_digest
from rag.library.erased_words import ErasedWords, without
from rag.library.ledger import Ledger, ledger
from rag.library.schema import (
    aliases,
    answers,
    articles,
    clips,
    files,
    imported,
    original_of,
    passages,
    texts,
    vectors,
    versions,
)
from rag.library.schema_briefings import beats, briefing_replies, briefings
from rag.library.schema_erased import erased, erasures
from rag.library.schema_quotations import quotations, quoted
from rag.library.schema_watches import watch_changes, watches
from rag.library.selects import article_key

# Where rows of versions and of articles hang, those that refer to others first.
_OF_VERSIONS = (
    quotations,
    quoted,
    schema.once_more,
    schema.taken_back,
    schema.away,
    schema.stated,
    original_of,
)
_OF_ARTICLES = (schema.seen, schema.shelving, schema.mended, schema.bands, aliases)
# Answers as JSON, and words that people wrote: both may repeat what was erased.
_HOLDING = (
    (answers, answers.c.key, answers.c.answer, "answers kept"),
    (schema.run_answers, None, schema.run_answers.c.asked, "answers of evaluation runs"),
    (
        schema_evaluation.feedback,
        schema_evaluation.feedback.c.number,
        schema_evaluation.feedback.c.answer,
        "answers with feedback",
    ),
    (briefings, briefings.c.key, briefings.c.briefing, "briefings kept"),
    (watches, watches.c.number, watches.c.answer, "answers of watched questions"),
    (watch_changes, watch_changes.c.number, watch_changes.c.answers, "answers of watched questions"),
)
_WRITTEN: tuple[tuple[Table, tuple[str, ...]], ...] = (
    (answers, ("question",)),
    (clips, ("note", "question")),
    (briefings, ("title",)),
    (beats, ("topic", "watched")),
    (watches, ("question", "fault")),
    (schema_evaluation.feedback, ("note", "question")),
    (schema_evaluation.judgements, ("why", "fault")),
    (schema.grades, ("why",)),
    (schema.decisions, ("said",)),
    (schema.imports, ("what",)),
    (imported, ("source", "reason")),
)


@dataclass(frozen=True, slots=True)
class ToErase:
    """What is to be erased, looked up: the ids asked for that nothing has, the articles (key, id), what is to stay out
    (kind, name, id of the article), all keys of versions, all words."""

    unknown: tuple[str, ...]
    articles: tuple[tuple[int, str], ...]
    barred: tuple[tuple[str, str, str], ...]
    version_keys: tuple[int, ...]
    words: ErasedWords

    @property
    def names(self) -> frozenset[str]:
        """All ids and aliases."""
        return frozenset(name for kind, name, _ in self.barred if kind == "id")


def look(catalog: Catalog, article_ids: Sequence[str]) -> ToErase:
    """What these ids stand for, with every word of it."""
    with catalog.reading() as connection:
        return _looked(connection, article_ids)


def _looked(connection: Connection, article_ids: Sequence[str]) -> ToErase:
    keys = {one: article_key(connection, one) for one in dict.fromkeys(article_ids)}
    wanted = sorted({key for key in keys.values() if key is not None})
    named = select(articles.c.key, articles.c.id).where(articles.c.key.in_(wanted))
    own = {row.key: row.id for row in connection.execute(named)}
    also = connection.execute(select(aliases).where(aliases.c.article_key.in_(wanted))).all()
    found = connection.execute(
        select(versions.c.key, versions.c.article_key, versions.c.title, texts.c.text)
        .join_from(versions, texts)
        .where(versions.c.article_key.in_(wanted))
        .order_by(versions.c.key)
    ).all()
    barred = [("id", one, one) for one in own.values()]
    barred += [("id", row.id, own[row.article_key]) for row in also]
    barred += dict.fromkeys(("text", text_digest(row.text, row.title), own[row.article_key]) for row in found)
    return ToErase(
        tuple(one for one, key in keys.items() if key is None),
        tuple(own.items()),
        tuple(barred),
        tuple(row.key for row in found),
        ErasedWords([row.text for row in found], _sentences(connection, found)),
    )


def _sentences(connection: Connection, found: Sequence[Any]) -> list[str]:
    """Every sentence, line and headline."""
    said = {row.key: row.text for row in found}
    cut = select(passages.c.version_key, passages.c.sentences).where(passages.c.version_key.in_(list(said)))
    sentences = [
        said[row.version_key][start:end]
        for row in connection.execute(cut)
        for start, end in _ranges(row.sentences)
    ]
    lines = [line for text in said.values() for line in text.splitlines()]
    return [*sentences, *lines, *(row.title for row in found if row.title)]


def erase(catalog: Catalog, what: ToErase, *, who: str, kin: Sequence[str], beside: Counter[str]) -> Erasure:
    """Take them out of the catalog, with a receipt that is not finished yet.

    Args:
        beside: what was taken out elsewhere already, for the receipt.

    Raises:
        ReadOnly, DiskFull: nothing of the catalog was changed.
    """
    with ledger(catalog) as book:
        return _erase(book, what, who, kin, beside)


def would(catalog: Catalog, what: ToErase, *, kin: Sequence[str], beside: Counter[str]) -> Erasure:
    """The receipt as it would be: the same is done, and not kept."""
    try:
        with ledger(catalog) as book:
            _take_back(_erase(book, what, "", kin, beside))
    except _Enough as enough:
        return Erasure(0, enough.receipt.at, "", enough.receipt.articles, enough.receipt.done, tuple(kin))


def _take_back(receipt: Erasure) -> NoReturn:
    raise _Enough(receipt)


class _Enough(Exception):
    def __init__(self, receipt: Erasure) -> None:
        super().__init__()
        self.receipt = receipt


def _erase(book: Ledger, what: ToErase, who: str, kin: Sequence[str], beside: Counter[str]) -> Erasure:
    connection, done = book.connection, Counter(beside)
    connection.exec_driver_sql("PRAGMA secure_delete=ON")
    highest = _highest(connection)
    digests = _originals(connection, what, done)
    _answers(connection, what, done)
    _written(connection, what, done)
    for key in what.version_keys:
        book.log("gone", key)
    _out(connection, what, done)
    number = int(connection.scalar(select(func.coalesce(func.max(erasures.c.number), 0))) or 0) + 1
    ids = tuple(article_id for _, article_id in what.articles)
    own = {"number": number, "at": book.at, "who": who, **highest}
    told = {"articles": ids, "done": list(done.items()), "kin": list(kin), "files": sorted(digests)}
    connection.execute(
        insert(erasures).values(
            **own, **{name: json.dumps(one, ensure_ascii=False) for name, one in told.items()}
        )
    )
    for kind, name, article in what.barred:
        row = {"kind": kind, "name": name, "article": article, "erasure": number}
        connection.execute(insert(erased).prefix_with("OR REPLACE").values(**row))
    return Erasure(number, book.at, who, ids, tuple(done.items()), tuple(kin))


def _highest(connection: Connection) -> dict[str, int]:
    """The highest keys that were ever given."""
    found = {}
    for name, column in HIGHEST.items():
        now_at = connection.scalar(select(func.max(column))) or 0
        before = connection.scalar(select(func.max(erasures.c[name]))) or 0
        found[name] = max(int(now_at), int(before))
    return found


def _originals(connection: Connection, what: ToErase, done: Counter[str]) -> list[str]:
    """The files that they came in, which go whole: other articles that came in them lose theirs."""
    asked = select(original_of.c.digest).where(original_of.c.version_key.in_(what.version_keys)).distinct()
    digests = list(connection.scalars(asked))
    originals.forget(connection, digests)
    _count(done, "files kept as originals", len(digests))
    return digests


def _answers(connection: Connection, what: ToErase, done: Counter[str]) -> None:
    for table, key, column, name in _HOLDING:
        own = [key] if key is not None else list(table.primary_key.columns)
        for row in connection.execute(select(*own, column).where(_naming(column, what.names))).all():
            before = json.loads(row[-1])
            after = without(before, what.names, what.words)
            if after != before:
                there = [one == value for one, value in zip(own, row, strict=False)]
                said = json.dumps(after, ensure_ascii=False)
                connection.execute(update(table).where(*there).values({column.name: said}))
                _count(done, name, 1)
    _count(done, "replies of a model", connection.execute(delete(briefing_replies)).rowcount)
    gone = connection.execute(delete(clips).where(_naming(clips.c.citations, what.names))).rowcount
    _count(done, "clips", gone)


def _naming(column: Column[Any], names: Iterable[str]) -> Any:
    """Rows whose JSON names any of these ids, however it is spaced or escaped."""
    said = {json.dumps(one, ensure_ascii=False) for one in names} | {json.dumps(one) for one in names}
    return or_(*(func.instr(column, one) > 0 for one in sorted(said)))


def _written(connection: Connection, what: ToErase, done: Counter[str]) -> None:
    """What people wrote, where it repeats the words."""
    for table, names in _WRITTEN:
        own = list(table.primary_key.columns)
        for row in connection.execute(select(*own, *(table.c[name] for name in names))).all():
            said = dict(zip(names, row[len(own) :], strict=True))
            anew = {name: without(one, what.names, what.words) for name, one in said.items() if one}
            changed = {name: one for name, one in anew.items() if one != said[name]}
            if changed:
                if table is answers:
                    changed["folded"] = plain(changed["question"])
                there = [one == value for one, value in zip(own, row, strict=False)]
                connection.execute(update(table).where(*there).values(changed))
                _count(done, "texts that people wrote", 1)


def _out(connection: Connection, what: ToErase, done: Counter[str]) -> None:
    keys, own = list(what.version_keys), [key for key, _ in what.articles]
    of_them = select(passages.c.id).where(passages.c.version_key.in_(keys))
    gone = connection.execute(delete(vectors).where(vectors.c.passage_id.in_(of_them))).rowcount
    _count(done, "passages with vectors", gone)
    named = [imported.c.version_key.in_(keys), imported.c.article_id.in_(sorted(what.names))]
    _count(done, "lines of imports", connection.execute(delete(imported).where(or_(*named))).rowcount)
    connection.execute(delete(files).where(_naming(files.c["items"], what.names)))
    for table in (*_OF_VERSIONS, passages, texts):
        connection.execute(delete(table).where(table.c.version_key.in_(keys)))
    for table in _OF_ARTICLES:
        connection.execute(delete(table).where(table.c.article_key.in_(own)))
    gone = connection.execute(delete(versions).where(versions.c.key.in_(keys))).rowcount
    _count(done, "versions", gone)
    _count(done, "articles", connection.execute(delete(articles).where(articles.c.key.in_(own))).rowcount)


def _count(done: Counter[str], what: str, many: int) -> None:
    if many > 0:
        done[what] += many


def _ranges(packed: bytes) -> list[tuple[int, int]]:
    pairs = np.frombuffer(packed, np.int32).reshape(-1, 2).tolist()
    return [(start, end) for start, end in pairs]
