"""Undoing imports: what one brought is taken back, as if it had never been made, or made again.

Of an article's versions those stand that no undone import brought, or that an import in force has found just so; the
newest of them is to be in use. That is all that an undo looks at, so imports can be undone and made again in any order.
A version that came back after others is stored once more, since the newest version is the one in use.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from rag.errors import UsageError
from rag.library import originals
from rag.library.catalog import Catalog
from rag.library.duplicates import Signature, bands
from rag.library.imported import NONE
from rag.library.ledger import Ledger, ledger, now
from rag.library.mended import own_record, stated_by
from rag.library.restoring import bring_back
from rag.library.rows import ToStore
from rag.library.schema import (
    articles,
    imported,
    imports,
    once_more,
    passages,
    seen,
    shelving,
    stated,
    taken_back,
    texts,
    vectors,
    versions,
)
from rag.library.selects import article_of, passage_of, with_text
from rag.library.storing import Known, add_version, look_up
from rag.types import Article

AT_ONCE = 100  # articles in one transaction, half a second that another writer may wait
NAMED = 5  # ids told
Report = Callable[[int, int], None]  # articles done, of how many
i, v = imports.c, versions.c


@dataclass(frozen=True, slots=True)
class _Came:
    """A version as an undo looks at it. `import_id` None: of none, or kept by hand. `mark`: how it had ended before it
    was taken back. `of`: which version it is once more, itself where it is none."""

    row: Any
    import_id: int | None
    taken: bool
    was: str | None
    was_by: str | None
    of: int

    @property
    def ended(self) -> str | None:
        """How it ended by itself, whatever imports were undone."""
        return self.was if self.taken else self.row.ended

    @property
    def in_use(self) -> bool:
        """Whether it was in use until it was taken back, or until a newer one of its own article came."""
        if self.taken:
            return self.was != "removed"
        own = self.row.ended == "superseded" and self.row.ended_by == self.row.article_id
        return self.row.went is None or own


@dataclass(slots=True)
class _Told:
    """What became of an import's articles, to tell: numbers of articles, and the ids of those usable again."""

    out: int = 0
    before: int = 0
    back: int = 0
    newer: int = 0
    gone: int = 0
    kept: int = 0
    by_sight: dict[int, int] = field(default_factory=dict)
    freed: dict[str, None] = field(default_factory=dict)

    def sentences(self) -> tuple[str, ...]:
        found = [
            (self.out, "taken out"),
            (self.before, "at the version before again"),
            (self.back, "as the import had left them again"),
            (self.newer, "newer by now: these versions stay"),
            (self.gone, "gone before: they stay so"),
            (self.kept, "brought back by hand: they stay"),
            *((many, f"found the same by import-{one}: they stay") for one, many in self.by_sight.items()),
        ]
        said = [f"{many:,} {'article' if many == 1 else 'articles'} {what}." for many, what in found if many]
        if self.freed:
            more = f" and {len(self.freed) - NAMED:,} more" if len(self.freed) > NAMED else ""
            said.append(
                f"Usable again, since it had replaced or withdrawn them: {', '.join(list(self.freed)[:NAMED])}{more}."
            )
        return tuple(said) or ("Nothing was changed by it.",)


def undo(catalog: Catalog, number: int, *, report: Report | None = None) -> tuple[str, ...]:
    """Take an import back. What became of its articles, in sentences.

    Raises:
        UsageError: there is no such import, or it was undone.
    """
    _switch(catalog, number, now())
    return _follow(catalog, number, report).sentences()


def redo(catalog: Catalog, number: int, *, report: Report | None = None) -> tuple[str, ...]:
    """Make an import again that was undone.

    Raises:
        UsageError: there is no such import, or it is in force.
    """
    _switch(catalog, number, None)
    return _follow(catalog, number, report).sentences()


def settle(catalog: Catalog) -> None:
    """Do what a killed undo or redo has left over."""
    with catalog.reading() as connection:
        left = list(connection.scalars(select(i.id).where(i.pending == 1).order_by(i.id)))
    for number in left:
        _follow(catalog, number, None)


def _switch(catalog: Catalog, number: int, undone: str | None) -> None:
    with catalog.writing() as connection:
        row = connection.execute(select(imports).where(i.id == number)).first()
        if row is None:
            raise UsageError(f"Import {number}", "there is none of this number", NONE)
        if undone is not None and row.undone is not None:
            way_out = f"Nothing was changed; `dateline redo import-{number}` makes it again."
            raise UsageError(f"Import {number}", f"it was undone at {row.undone}", way_out)
        if undone is None and row.undone is None:
            raise UsageError(f"Import {number}", "it was not undone", "Nothing was changed.")
        connection.execute(update(imports).where(i.id == number).values(undone=undone, pending=1))


def _follow(catalog: Catalog, number: int, report: Report | None) -> _Told:
    told = _Told()
    with catalog.reading() as connection:
        keys = _keys_of(connection, number)
    for first in range(0, len(keys), AT_ONCE):
        with ledger(catalog) as book:
            undone = frozenset(book.connection.scalars(select(i.id).where(i.undone.is_not(None))))
            for key in keys[first : first + AT_ONCE]:
                _Article(book, key, number, undone, told).settle()
        if report:
            report(min(first + AT_ONCE, len(keys)), len(keys))
    with catalog.writing() as connection:
        connection.execute(update(imports).where(i.id == number).values(pending=0))
    return told


def _keys_of(connection: Connection, number: int) -> list[int]:
    """The keys of the articles that an import brought a version of, or found unchanged last."""
    brought = select(v.article_key).join_from(imported, versions, imported.c.version_key == v.key)
    found = set(connection.scalars(brought.where(imported.c.import_id == number).distinct()))
    return sorted(
        found | set(connection.scalars(select(seen.c.article_key).where(seen.c.import_id == number)))
    )


class _Article:
    """One article, to be brought to what stands of it."""

    def __init__(self, book: Ledger, key: int, number: int, undone: frozenset[int], told: _Told) -> None:
        self._book, self._key, self._number, self._undone, self._told = book, key, number, undone, told
        self._came = _came(book.connection, key)
        self._newest = self._came[-1]
        self._seen = book.connection.execute(select(seen).where(seen.c.article_key == key)).first()

    def settle(self) -> None:
        """Bring it there, and tell what was done."""
        newest, standing = self._newest, self._standing()
        if standing is not None and standing.row.key == newest.of:
            if newest.taken:
                self._again()
            else:
                self._stays()
        elif standing is not None and standing.in_use and newest.ended != "removed":
            self._once_more(standing)
        elif not newest.taken:
            self._take_back()

    def _standing(self) -> _Came | None:
        """The newest version that stands, of those that are not one once more."""
        sight = self._by_sight()
        own = [one for one in self._came if one.of == one.row.key]
        stands = [one for one in own if one.import_id not in self._undone or one.row.key == sight]
        return stands[-1] if stands else None

    def _by_sight(self) -> int | None:
        """The version that an import in force has found unchanged."""
        if self._seen is None or self._seen.import_id in self._undone:
            return None
        return next((one.of for one in self._came if one.row.key == self._seen.version_key), None)

    def _stays(self) -> None:
        mine = [one for one in self._came if one.row.import_id == self._number]
        if not mine:
            return
        if self._newest.row.import_id != self._number:
            self._told.newer += self._newest.of == self._newest.row.key
        elif self._newest.row.by_hand:
            self._told.kept += 1
        elif self._seen is not None and self._number in self._undone:
            by = self._seen.import_id
            self._told.by_sight[by] = self._told.by_sight.get(by, 0) + 1

    def _again(self) -> None:
        """Bring the newest version back, which had been taken back."""
        if self._newest.was == "removed":
            own = taken_back.c.version_key == self._newest.row.key
            self._book.connection.execute(delete(taken_back).where(own))
            self._told.gone += 1
        else:
            bring_back(self._book, self._known(), self._newest.row)
            self._told.back += 1

    def _take_back(self) -> None:
        """End the newest version, with all that followed from it."""
        row, connection = self._newest.row, self._book.connection
        ended = self._marked()
        if row.went is None:
            self._book.end(row.key, "removed")
        else:
            gone = update(versions).where(v.key == row.key).values(ended="removed", ended_by=None)
            connection.execute(gone)
        if row.went is None or row.ended_by == row.article_id:  # in use, or a kill notice
            self._told.out += 1
        else:
            self._told.gone += 1
        self._free(ended)

    def _once_more(self, wanted: _Came) -> None:
        """Store an older version once more, in the place of the newest, which no longer stands."""
        row, connection = self._newest.row, self._book.connection
        ended = [] if self._newest.taken else self._marked()
        if row.went is None:
            self._book.end(row.key, "superseded", by=row.article_id)
        self._free(ended)
        again = _to_store(connection, wanted)
        came = add_version(self._book, self._known(), again, self._key, row.version + 1, "changed").came
        connection.execute(insert(once_more).values(version_key=came, of_key=wanted.row.key))
        own = select(v.content_hash).where(v.key == wanted.row.key).scalar_subquery()
        connection.execute(update(versions).where(v.key == came).values(content_hash=own))
        if wanted.row.embedded is not None and came is not None:
            _copy_vectors(self._book, wanted.row.key, came)
        if wanted.import_id == self._number:
            self._told.back += 1
        else:
            self._told.before += 1

    def _marked(self) -> list[int]:
        """Mark the newest version as taken back. The other articles that had ended because of it."""
        row, ended = self._newest.row, _ended_by(self._book.connection, self._newest)
        mark = {"version_key": row.key, "was": row.ended, "was_by": row.ended_by}
        self._book.connection.execute(insert(taken_back).values(**mark))
        return ended

    def _free(self, keys: Sequence[int]) -> None:
        """Articles whose end is void: usable again, unless another one ends them or they do not stand themselves."""
        for key in keys:
            newest = _came(self._book.connection, key)[-1]
            if newest.taken:
                continue
            bring_back(self._book, look_up(self._book.connection, [newest.row.article_id]), newest.row)
            _Article(self._book, key, self._number, self._undone, _Told()).settle()
            if _came(self._book.connection, key)[-1].row.went is None:
                self._told.freed[newest.row.article_id] = None

    def _known(self) -> Known:
        return look_up(self._book.connection, [self._newest.row.article_id])


def _came(connection: Connection, key: int) -> list[_Came]:
    """The versions of an article, oldest first."""
    asked = (
        select(v.key, v.article_key, v.version, v.came, v.went, v.ended, v.ended_by, v.embedded)
        .add_columns(articles.c.id.label("article_id"), imported.c.import_id, imported.c.by_hand)
        .add_columns(taken_back.c.version_key.label("taken"), taken_back.c.was, taken_back.c.was_by)
        .add_columns(once_more.c.of_key)
        .join_from(versions, articles)
        .outerjoin(imported, imported.c.version_key == v.key)
        .outerjoin(taken_back, taken_back.c.version_key == v.key)
        .outerjoin(once_more, once_more.c.version_key == v.key)
        .where(v.article_key == key)
        .order_by(v.version)
    )
    return [
        _Came(
            row,
            None if row.by_hand else row.import_id,
            row.taken is not None,
            row.was,
            row.was_by,
            row.of_key or row.key,
        )
        for row in connection.execute(asked)
    ]


def _ended_by(connection: Connection, newest: _Came) -> list[int]:
    """The other articles whose newest version this article has ended: superseded or withdrawn."""
    asked = select(v.article_key).where(
        v.ended_by == newest.row.article_id,
        v.article_key != newest.row.article_key,
        v.ended.in_(("superseded", "withdrawn")),
    )
    keys = list(connection.scalars(asked.distinct()))
    latest = select(func.max(v.key)).where(v.article_key.in_(keys)).group_by(v.article_key)
    return list(connection.scalars(asked.where(v.key.in_(latest)).order_by(v.article_key)))


def _to_store(connection: Connection, came: _Came) -> ToStore:
    """A version as it was read: its own record, without what was set by hand since."""
    row = connection.execute(
        with_text()
        .add_columns(texts.c.signature, stated.c.fields)
        .outerjoin(stated, stated.c.version_key == v.key)
        .where(v.key == came.row.key)
    ).one()
    article = article_of(row)
    killed = came.taken and (came.was, came.was_by) == ("withdrawn", article.id)
    own = replace(
        article,
        **own_record(row.fields, stated_by(article)),  # type: ignore[arg-type]
        collections=_own_collections(connection, came.row.article_key, article),
        status="withdrawn" if killed else "usable",
    )
    cut = select(passages, v.version, articles.c.id.label("article_id"))
    cut = cut.join_from(passages, versions).join(articles).where(v.key == came.row.key)
    found = tuple(passage_of(one) for one in connection.execute(cut.order_by(passages.c.position)))
    marks = bands(Signature.from_bytes(row.signature)) if row.signature else ()
    kept = originals.of_version(connection, came.row.key)
    return ToStore("", own, True, found, row.signature, marks, original=kept)


def _own_collections(connection: Connection, key: int, article: Article) -> tuple[str, ...]:
    rows = connection.execute(select(shelving).where(shelving.c.article_key == key)).all()
    put = {row.collection for row in rows if row.put_in}
    out = [row.collection for row in rows if not row.put_in]
    return tuple(dict.fromkeys([*(one for one in article.collections if one not in put), *out]))


def _copy_vectors(book: Ledger, of_key: int, to_key: int) -> None:
    """A version that is another once more has its vectors, too."""
    old, new = passages.alias("old"), passages.alias("new")
    asked = (
        select(new.c.id, vectors.c.vector, vectors.c.sentences, vectors.c.scales)
        .join_from(old, vectors, vectors.c.passage_id == old.c.id)
        .join(new, (new.c.position == old.c.position) & (new.c.version_key == to_key))
        .where(old.c.version_key == of_key)
    )
    names = ["passage_id", "vector", "sentences", "scales"]
    book.connection.execute(insert(vectors).from_select(names, asked))
    sequence = book.log("embedded", to_key)
    book.connection.execute(update(versions).where(v.key == to_key).values(embedded=sequence))
