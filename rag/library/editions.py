"""The versions of a story and what changed between two of them; the copies of an article in other outlets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Any, Literal, cast

from sqlalchemy import Connection, or_, select

from rag.library.catalog import Catalog
from rag.library.schema import articles, versions
from rag.library.selects import article_key, status_of
from rag.library.sentences import sentence_ranges
from rag.state import Change, Comparison, Edition, Ended, FieldChange
from rag.types import Article

By = Literal["sentence", "word"]
COMPARED = ("title", "outlet", "agency", "author", "published", "updated", "kind", "section", "page", "url")
MOST_WORDS = 4000  # of a stretch that is compared word by word; a longer one is shown as it was and as it is
_WORD = re.compile(r"\S+\s*|\s+")
v = versions.c


def editions(catalog: Catalog, article_id: str) -> tuple[Edition, ...]:
    """The article's own versions, and those of the articles that it replaced or that replaced it; newest first."""
    with catalog.reading() as connection:
        key = article_key(connection, article_id)
        if key is None:
            return ()
        keys = _of_story(connection, key)
        asked = select(versions, articles.c.id.label("article_id")).join_from(versions, articles)
        rows = connection.execute(asked.where(v.article_key.in_(keys))).all()
    newest = {row.article_id: row for row in sorted(rows, key=lambda row: int(row.version))}
    ordered = sorted(rows, key=lambda row: (_age(row, newest), -row.came, -row.key))
    return tuple(_edition(row) for row in ordered)


def _age(row: Any, newest: dict[str, Any]) -> int:
    """How many versions came after it, by what ended what: an older one may have been read later."""
    age, seen = 0, set[str]()
    while row.article_id not in seen:
        seen.add(row.article_id)
        last = newest[row.article_id]
        age += last.version - row.version
        row = newest.get(last.ended_by, last)
        age += row.article_id not in seen
    return age


def _of_story(connection: Connection, key: int) -> set[int]:
    own = connection.scalar(select(articles.c.id).where(articles.c.key == key))
    enders = select(v.ended_by).where(v.article_key == key, v.ended_by.is_not(None))
    ids = {own, *connection.scalars(enders)}
    related = select(v.article_key).join_from(versions, articles)
    return {key, *connection.scalars(related.where(or_(v.ended_by.in_(ids), articles.c.id.in_(ids))))}


def _edition(row: Any) -> Edition:
    return Edition(
        row.article_id,
        row.version,
        row.title,
        row.outlet,
        row.published,
        status_of(row.went, row.ended),
        cast(Ended, row.ended) if row.went is not None else None,
        row.ended_by,
        row.added_at,
    )


def compare(before: Article, after: Article, by: By) -> Comparison:
    """What changed from one version to the other: sentences, or words within the sentences that changed."""
    old, new = _sentences(before.text), _sentences(after.text)
    changes: list[Change] = []
    for op, one, other in _blocks([_plain(part) for part in old], [_plain(part) for part in new]):
        if op == "same":
            changes.append(Change("same", "".join(new[other])))
        elif by == "word":
            changes += _by_word("".join(old[one]), "".join(new[other]))
        else:
            changes += [Change("removed", "".join(old[one])), Change("added", "".join(new[other]))]
    return Comparison(by, tuple(_fields(before, after)), _joined(changes))


def _fields(before: Article, after: Article) -> Iterable[FieldChange]:
    for name in COMPARED:
        one, other = getattr(before, name), getattr(after, name)
        if one != other:
            yield FieldChange(name, one, other)


def _sentences(text: str) -> list[str]:
    """The text in whole sentences, each with the white space behind it; joined they are the text."""
    starts = [start for start, _ in sentence_ranges(text)]
    edges = sorted({0, *starts, len(text)})
    return [text[start:end] for start, end in pairwise(edges)]


def _plain(said: str) -> str:
    return " ".join(said.split())


def _by_word(old: str, new: str) -> list[Change]:
    before, after = _WORD.findall(old), _WORD.findall(new)
    if max(len(before), len(after)) > MOST_WORDS:
        return [Change("removed", old), Change("added", new)]
    changes = []
    for op, one, other in _blocks([word.strip() for word in before], [word.strip() for word in after]):
        if op == "same":
            changes.append(Change("same", "".join(after[other])))
        else:
            changes += [Change("removed", "".join(before[one])), Change("added", "".join(after[other]))]
    return changes


def _blocks(
    old: Sequence[str], new: Sequence[str]
) -> Iterable[tuple[Literal["same", "other"], slice, slice]]:
    matched = SequenceMatcher(None, old, new, autojunk=False)
    for tag, first, last, begin, end in matched.get_opcodes():
        yield "same" if tag == "equal" else "other", slice(first, last), slice(begin, end)


def _joined(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Without empty runs, and neighbours of one kind as one."""
    joined: list[Change] = []
    for change in changes:
        if not change.text:
            continue
        if joined and joined[-1].op == change.op:
            joined[-1] = Change(change.op, joined[-1].text + change.text)
        else:
            joined.append(change)
    return tuple(joined)
