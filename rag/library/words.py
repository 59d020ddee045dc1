"""The word index: Tantivy, BM25 over passages, the scope inside the query and scored 0.

Only this module imports tantivy. One process writes, any number read beside it: a reader looks at `meta.json`
before every search, so it sees what the last commit left. Words are folded to ASCII and lower case and
stemmed as English; other languages pass through, by the same rules for text and question.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from functools import cache
from itertools import pairwise
from pathlib import Path
from threading import Lock
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from tantivy import (
    Document,
    FieldType,
    Filter,
    Index,
    Occur,
    Query,
    SchemaBuilder,
    TextAnalyzerBuilder,
    Tokenizer,
)

from rag.errors import LibraryError
from rag.library.common_words import COMMON, plain
from rag.library.durable import adapted, explained
from rag.library.prefixes import may_begin
from rag.library.rows import PassageRow
from rag.library.shadow import Shadow
from rag.library.word_scope import LAST_DAY, Bars, Hits, WordScope
from rag.reading.agencies import agency_name

RULES = "words/2"  # fields and tokens: where they change, this does, and older indexes are built anew
MOST_TERMS = 128  # of a longer text the rarest ones are looked up
_HEAP = 64_000_000

Field = Literal["body", "title", "author"]


class WordIndex:
    """One word index on disk; `writable` makes it where there is none. Safe for threads.

    Raises (from every method): IndexRefused where it is damaged, DiskFull, ReadOnly.
    """

    def __init__(self, path: Path, *, writable: bool = False) -> None:
        self.path, self.writable = path, writable
        self._reading, self._writing = Lock(), Lock()
        self._shadow: Shadow | None = None
        self._writer: Any = None
        with _explained(path):
            self._index = self._opened()
            self._index.register_tokenizer("news", _analyzer(stem=True))
            self._index.config_reader("manual")
            self._index.reload()
        self._schema = self._index.schema
        self._seen = self._stamp()

    @staticmethod
    def exists(path: Path) -> bool:
        """Whether a commit was ever made there."""
        return (path / "meta.json").exists()

    def _opened(self) -> Any:
        if self.writable:
            with explained(self.path):
                self.path.mkdir(parents=True, exist_ok=True)
            return Index(_schema(), str(self.path), reuse=True)
        if os.access(self.path, os.W_OK, effective_ids=os.access in os.supports_effective_ids):
            return Index.open(str(self.path))
        self._shadow = Shadow(self.path)
        return Index.open(str(self._shadow.path))

    def __len__(self) -> int:
        return int(self._searcher().num_docs)

    def apply(self, *, gone: Iterable[int] = (), stored: Iterable[PassageRow] = ()) -> int:
        """Take versions out (by key), put passages in, in one commit. A version already there is replaced.

        Returns how many passages were put in.
        """
        rows = list(stored)
        leaving = set(gone) | {row.version_key for row in rows}
        with self._writing, _explained(self.path):
            writer = self._opened_writer()
            try:
                for key in sorted(leaving):
                    writer.delete_documents_by_term("version_key", key)
                for row in rows:
                    writer.add_document(_document(row))
                writer.commit()
            except BaseException:
                self._writer = writer = None  # a writer that failed is of no further use, and holds a lock
                raise
        return len(rows)

    def clear(self) -> None:
        """Take everything out."""
        with self._writing, _explained(self.path):
            writer = self._opened_writer()
            try:
                writer.delete_all_documents()
                writer.commit()
            except BaseException:
                self._writer = writer = None
                raise

    def _opened_writer(self) -> Any:
        if not self.writable:
            raise LibraryError(str(self.path), "it was opened for reading only")
        if self._writer is None:
            self._writer = self._index.writer(_HEAP, 1)
        return self._writer

    def close(self) -> None:
        """Finish writing. Searches under way go on."""
        with self._writing, _explained(self.path):
            writer, self._writer = self._writer, None
            if writer is not None:
                writer.wait_merging_threads()

    def search(
        self, text: str, *, k: int, scope: WordScope | None = None, title: float = 0.0, bigrams: float = 0.0
    ) -> Hits:
        """The k best passages by BM25 of their text; any word may match, none has a syntax.

        `title` and `bigrams` weigh what the article's title and neighbouring words of the question add.
        """
        searcher = self._searcher()
        query = self._asked(searcher, text, "body", title=title, bigrams=bigrams)
        if query is None or k < 1 or searcher.num_docs == 0:
            return Hits(np.empty(0, np.int64), np.empty(0, np.float32), 0)
        limits = self._limits(scope) if scope is not None else []
        if limits:
            query = Query.boolean_query([(Occur.Must, query), *limits])
        with _explained(self.path):
            ids, scores, total = _run(searcher, query, min(k, searcher.num_docs))
        order = np.lexsort((ids, -scores))
        return Hits(ids[order], scores[order], total)

    def scores(
        self,
        text: str,
        passage_ids: Sequence[int] | NDArray[np.int64],
        *,
        field: Field = "body",
        bigrams: float = 0.0,
    ) -> NDArray[np.float32]:
        """(n,) BM25 of the passages given, in their order; 0 where no word matches."""
        wanted = np.asarray(passage_ids, np.int64)
        out = np.zeros(len(wanted), np.float32)
        searcher = self._searcher()
        query = self._asked(searcher, text, field, bigrams=bigrams)
        if query is None or len(wanted) == 0 or searcher.num_docs == 0:
            return out
        among = Query.term_set_query(self._schema, "passage_id", wanted.tolist())
        both = Query.boolean_query([(Occur.Must, query), _unscored(among)])
        with _explained(self.path):
            ids, scores, _ = _run(searcher, both, len(wanted))
        found = dict(zip(ids.tolist(), scores.tolist(), strict=True))
        out[:] = [found.get(one, 0.0) for one in wanted.tolist()]
        return out

    def document_frequencies(self, words: Sequence[str], *, field: Field = "body") -> list[int]:
        """In how many passages each word of `words_of` occurs; deleted ones count until segments merge."""
        searcher = self._searcher()
        with _explained(self.path):
            return [int(searcher.doc_freq(field, word)) for word in words]

    def holding(
        self, terms: Sequence[str], field: Field, scope: WordScope | None = None
    ) -> NDArray[np.int64]:
        """(n, 2) id and version key of every passage whose text, or whose article's title or author, has one of
        these words (stems of `analyzed`)."""
        searcher = self._searcher()
        if not terms or searcher.num_docs == 0:
            return np.empty((0, 2), np.int64)
        query = Query.term_set_query(self._schema, field, list(terms))
        limits = self._limits(scope) if scope is not None else []
        with _explained(self.path):
            return _keys(searcher, Query.boolean_query([_unscored(query), *limits]))

    def beginning(self, prefix: str, field: Field) -> list[str]:
        """The stems that words beginning so may have; some may be of other words."""
        searcher = self._searcher()
        with _explained(self.path):
            known = searcher.terms_with_prefix(field, prefix[:1])
        return [term for term, _ in known if may_begin(term, prefix)]

    def ids(self) -> NDArray[np.int64]:
        """(n, 2) every passage id with its version key: for checking against the catalog."""
        searcher = self._searcher()
        with _explained(self.path):
            return _keys(searcher, Query.all_query())

    def _asked(
        self, searcher: Any, text: str, field: Field, *, title: float = 0.0, bigrams: float = 0.0
    ) -> Any | None:
        words = words_of(text)
        terms = list(dict.fromkeys(words))
        if len(terms) > MOST_TERMS:
            counts = self.document_frequencies(terms)
            known = [(count, place) for place, count in enumerate(counts) if count]
            terms = [terms[place] for _, place in sorted(known)[:MOST_TERMS]]
        parts = [self._term(field, word) for word in terms]
        if title:
            parts += [Query.boost_query(self._term("title", word), title) for word in terms]
        if bigrams:
            kept = frozenset(terms)
            pairs = dict.fromkeys(pair for pair in pairwise(words) if kept.issuperset(pair))
            phrases = (Query.phrase_query(self._schema, field, list(pair)) for pair in pairs)
            parts += [Query.boost_query(phrase, bigrams) for phrase in phrases]
        return Query.boolean_query([(Occur.Should, part) for part in parts]) if parts else None

    def _term(self, field: str, word: str) -> Any:
        return Query.term_query(self._schema, field, word, "freq")

    def _limits(self, scope: WordScope) -> list[tuple[Any, Any]]:
        limits = []
        for field, names in (
            ("outlet", scope.outlets),
            ("agency", scope.agencies),
            ("kind", scope.kinds),
            ("language", scope.languages),
            ("collection", scope.collections),
            ("article_id", scope.articles),
        ):
            if names:
                limits.append(_unscored(Query.term_set_query(self._schema, field, list(names))))
        for field, names in (
            ("outlet", scope.not_outlets),
            ("collection", scope.not_collections),
            ("article_id", scope.not_articles),
        ):
            if names:
                limits.append((Occur.MustNot, Query.term_set_query(self._schema, field, list(names))))
        if scope.bars.closed:
            limits.append((Occur.MustNot, self._barred(scope.bars)))
        if scope.latest is not None:
            limits.append((Occur.MustNot, self._days("day_first", scope.latest + 1, LAST_DAY)))
        if scope.day_from is not None or scope.day_to is not None:
            limits.append(_unscored(self._dated(scope)))
        return limits

    def _barred(self, bars: Bars) -> Any:
        closed = [(Occur.Must, Query.term_set_query(self._schema, "collection", list(bars.closed)))]
        if bars.opened:
            opened = Query.term_set_query(self._schema, "collection", list(bars.opened))
            closed.append((Occur.MustNot, opened))
        return Query.boolean_query(closed)

    def _dated(self, scope: WordScope) -> Any:
        ends_after = self._days("day_last", scope.day_from or 0, LAST_DAY)
        begins_before = self._days("day_first", 0, scope.day_to or LAST_DAY)
        within = Query.boolean_query([(Occur.Must, ends_after), (Occur.Must, begins_before)])
        if not scope.undated:
            return within
        dated = self._days("day_first", 0, LAST_DAY)
        undated = Query.boolean_query([(Occur.Must, Query.all_query()), (Occur.MustNot, dated)])
        return Query.boolean_query([(Occur.Should, within), (Occur.Should, undated)])

    def _days(self, field: str, first: int, last: int) -> Any:
        return Query.range_query(self._schema, field, FieldType.Integer, first, last)

    def _stamp(self) -> tuple[int, int]:
        try:
            found = (self.path / "meta.json").stat()
        except FileNotFoundError:  # a later generation replaced this one: what is open stays readable
            return self._seen
        return found.st_ino, found.st_mtime_ns

    def _reload(self) -> None:
        for left in (3, 2, 1, 0):
            try:
                if self._shadow is not None:
                    self._shadow.refresh()
                self._index.reload()
            except ValueError:  # without the lock that it may not write, files may change under a reader
                if self._shadow is None or not left:
                    raise
                time.sleep(0.05)
            else:
                return

    def _searcher(self) -> Any:
        with self._reading:
            stamp = self._stamp()
            if stamp != self._seen:
                with _explained(self.path):
                    self._reload()
                self._seen = stamp
            return self._index.searcher()


def words_of(text: str) -> list[str]:
    """A text's words as the index knows them, in order; common ones only where nothing else remains."""
    both = list(zip(*analyzed(text), strict=True))
    telling = [stem for word, stem in both if word not in COMMON]
    return telling or [stem for _, stem in both]


def analyzed(text: str) -> tuple[list[str], list[str]]:
    """Every word of a text in order, folded; and what the index knows it by."""
    text = plain(text)
    return _analyzer(stem=False).analyze(text), _analyzer(stem=True).analyze(text)


def _run(searcher: Any, query: Any, k: int) -> tuple[NDArray[np.int64], NDArray[np.float32], int]:
    result = searcher.search(query, k)
    ids = searcher.fast_field_values("passage_id", [address for _, address in result.hits])
    return (
        np.array(ids, np.int64),
        np.array([score for score, _ in result.hits], np.float32),
        int(result.count),
    )


def _keys(searcher: Any, query: Any) -> NDArray[np.int64]:
    where = [address for _, address in searcher.search(query, max(1, searcher.num_docs)).hits]
    columns = [searcher.fast_field_values(name, where) for name in ("passage_id", "version_key")]
    return np.array(columns, np.int64).T.reshape(-1, 2)


def _unscored(query: Any) -> tuple[Any, Any]:
    return Occur.Must, Query.const_score_query(query, 0.0)


def _document(row: PassageRow) -> Any:
    document = Document()
    document.add_integer("passage_id", row.passage_id)
    document.add_integer("version_key", row.version_key)
    document.add_text("article_id", row.article_id)
    document.add_text("body", plain(row.text))
    for field, value in (("title", row.title), ("author", row.author)):
        if value:
            document.add_text(field, plain(value))
    for field, name in (("outlet", row.outlet), ("kind", row.kind), ("language", row.language)):
        if name:
            document.add_text(field, name)
    if row.agency:
        document.add_text("agency", agency_name(row.agency))
    for name in row.collections:
        document.add_text("collection", name)
    if row.day_first is not None and row.day_last is not None:
        document.add_integer("day_first", row.day_first)
        document.add_integer("day_last", row.day_last)
    return document


def _schema() -> Any:
    builder = SchemaBuilder()
    for name in ("passage_id", "version_key"):
        builder.add_integer_field(name, indexed=True, fast=True)
    for name in ("day_first", "day_last"):
        builder.add_integer_field(name, fast=True)
    for name in ("article_id", "outlet", "agency", "kind", "language", "collection"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in ("title", "body", "author"):
        builder.add_text_field(name, tokenizer_name="news")
    return builder.build()


@cache
def _analyzer(*, stem: bool) -> Any:
    builder = TextAnalyzerBuilder(Tokenizer.simple()).filter(Filter.remove_long(40))
    builder = builder.filter(Filter.lowercase()).filter(Filter.ascii_fold())
    return (builder.filter(Filter.stemmer("English")) if stem else builder).build()


def _explained(path: Path) -> AbstractContextManager[None]:
    return adapted(path, "the word index", (ValueError, RuntimeError, OSError))
