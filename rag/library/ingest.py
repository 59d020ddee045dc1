"""The two stages of ingest: stored and findable by words; then embedded and findable by meaning.

Both can be stopped at any moment and go on at the next start: the first by reading again (what is stored is
"unchanged"), the second from the catalog, which knows what waits.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from threading import Event
from typing import Literal

from rag.errors import ModelError
from rag.library import originals
from rag.library.catalog import Catalog
from rag.library.duplicates import bands, signature
from rag.library.embedder import Embedded, Embedder, ToEmbed
from rag.library.embeddings import store_vectors, work
from rag.library.erased import barred
from rag.library.originals import OriginalFiles
from rag.library.passages import header, split
from rag.library.rows import Pending, ToStore
from rag.library.storing import content_hash, store
from rag.reading import Read
from rag.state import Item
from rag.types import Article, Passage

BATCH_ARTICLES = 64
BATCH_SECONDS = 0.5
BATCH_CHARACTERS = 4_000_000


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a stage is. `total` is None while it is not known; units are articles, then passages; questions."""

    stage: Literal["storing", "embedding", "asking", "reading", "checking", "writing"]
    done: int
    total: int | None


Report = Callable[[Progress], None]
Split = Callable[[Article], tuple[Passage, ...]]


def splitter(limit: int, count_tokens: Callable[[Sequence[str]], list[int]]) -> Split:
    """The passage rules bound to one embedder's limit and tokenizer."""
    return lambda article: split(article, limit=limit, count_tokens=count_tokens)


def store_all(
    catalog: Catalog,
    reads: Iterable[Read],
    *,
    split: Split,
    total: int | None = None,
    report: Report | None = None,
    stop: Event | None = None,
    into: int | None = None,
    files: OriginalFiles | None = None,
) -> list[Item]:
    """First stage: store what was read, in batches; an item is returned once its batch is committed.

    Args:
        into: the import that they are of.
        files: where the files that they were read from are kept.

    Raises:
        UsageError: the import was undone meanwhile.
        DiskFull, ReadOnly, LibraryError: what was stored before is kept.
    """
    items: list[Item] = []
    batch: list[Read] = []
    began, size = time.monotonic(), 0
    for read in reads:
        if stop is not None and stop.is_set():
            break
        size += _weight(read)
        batch.append(read)
        full = len(batch) >= BATCH_ARTICLES or size >= BATCH_CHARACTERS
        if full or time.monotonic() - began >= BATCH_SECONDS:
            items += _store_batch(catalog, batch, split, into, files)
            batch, began, size = [], time.monotonic(), 0
            if report:
                report(Progress("storing", len(items), total))
    items += _store_batch(catalog, batch, split, into, files)
    if report:
        stopped = stop is not None and stop.is_set()
        report(Progress("storing", len(items), total if stopped else len(items)))
    return items


def watching(catalog: Catalog, report: Report) -> Callable[[], None]:
    """Reports the second stage, which another process is at, each time it is called."""
    waited = catalog.totals()
    total = waited.passages - waited.embedded

    def look() -> None:
        now = catalog.totals()
        left = now.passages - now.embedded
        report(Progress("embedding", max(0, total - left), total))

    return look


def _weight(read: Read) -> int:
    """What an article adds to a batch, in characters and bytes: a file of records is in memory once anyway."""
    original = len(read.original.data) if read.original is not None and read.line is None else 0
    return original + (len(read.article.text) if read.article else 0)


def _store_batch(
    catalog: Catalog, batch: Sequence[Read], split: Split, into: int | None, files: OriginalFiles | None
) -> list[Item]:
    known = catalog.contents([read.article.id for read in batch if read.article])
    settled: dict[int, Item] = {}
    fresh: list[tuple[int, ToStore]] = []
    out = _kept_out(catalog, batch, files)
    for place, read in enumerate(batch):
        if read.article is not None and read.article.id in out:
            settled[place] = Item(read.source, "skipped", out[read.article.id], read.article.id)
        elif read.article is None:
            settled[place] = Item(read.source, "skipped" if read.skipped else "failed", read.reason)
        elif known.get(read.article.id) == (content_hash(read.article), True):
            settled[place] = Item(read.source, "unchanged", read.reason, read.article.id)
        else:
            fresh.append((place, _prepared(read, read.article, split, files)))
    stored = store(catalog, [one for _, one in fresh], into=into) if fresh else []
    settled |= {place: done.item for (place, _), done in zip(fresh, stored, strict=True)}
    return [settled[place] for place in range(len(batch))]


def _prepared(read: Read, article: Article, split: Split, files: OriginalFiles | None) -> ToStore:
    marks = signature(article.text, furniture=article.furniture)
    return ToStore(
        read.source,
        article,
        read.given_id,
        split(article),
        marks.to_bytes(),
        bands(marks),
        read.reason,
        files.keep(read.original, read.line)
        if files and read.original and not files.refused(read.original.digest)
        else None,
    )


def _kept_out(catalog: Catalog, batch: Sequence[Read], files: OriginalFiles | None) -> dict[str, str]:
    """Why what was erased does not come in again, by id; a file that holds it is not kept either."""
    out = barred(catalog, [read.article for read in batch if read.article])
    digests = {
        read.original.digest
        for read in batch
        if read.original is not None and read.article is not None and read.article.id in out
    }
    if digests and files is not None:
        with catalog.writing() as connection:
            originals.forget(connection, sorted(digests))
        for digest in digests:
            files.refuse(digest)
    return {
        one: f"it was erased (receipt {number}) and stays out; `dateline erase --let-back ID` allows it again"
        for one, number in out.items()
    }


def embed_all(
    catalog: Catalog,
    embedder: Embedder,
    *,
    fingerprint: str,
    without: Callable[[], Sequence[str]] = tuple,
    report: Report | None = None,
    stop: Event | None = None,
) -> int:
    """Second stage: embed what waits, oldest first, and keep each version's vectors as a whole.

    Returns how many passages were embedded. The vectors of a version that is killed half-way are made again.

    Args:
        without: gives the collections whose articles are left out, asked again on the way.

    Raises:
        ModelError: the embedder failed; what it had done is kept.
    """
    if not catalog.pending(
        limit=1, without=without()
    ):  # asked every second by the app: nothing is counted then
        if report:
            report(Progress("embedding", 0, 0))
        return 0
    keeping = _Keeping(catalog, fingerprint, work(catalog, without=without()).passages, report)
    try:
        for pending, embedded in _embedded(_waiting(catalog, without, stop), embedder, stop):
            keeping.take(pending, embedded)
    except ModelError:
        keeping.keep()
        raise
    keeping.keep()
    return keeping.done


class _Keeping:
    """Vectors on their way into the catalog, half a second's at once."""

    def __init__(self, catalog: Catalog, fingerprint: str, total: int, report: Report | None) -> None:
        self._catalog, self._fingerprint, self._total, self._report = catalog, fingerprint, total, report
        self._ready: list[tuple[Pending, Sequence[Embedded]]] = []
        self._began = time.monotonic()
        self.done = 0

    def take(self, pending: Pending, embedded: Sequence[Embedded]) -> None:
        self._ready.append((pending, embedded))
        self.done += len(embedded)
        if time.monotonic() - self._began >= BATCH_SECONDS:
            self.keep()

    def keep(self) -> None:
        store_vectors(self._catalog, self._ready, fingerprint=self._fingerprint)
        self._ready, self._began = [], time.monotonic()
        if self._report:
            self._report(Progress("embedding", self.done, max(self._total, self.done)))


def _waiting(catalog: Catalog, without: Callable[[], Sequence[str]], stop: Event | None) -> Iterator[Pending]:
    after = 0
    while not (stop is not None and stop.is_set()):
        found = catalog.pending(after=after, without=without())
        if not found:
            return
        for one in found:
            if stop is not None and stop.is_set():
                return
            if not set(without()).intersection(one.article.collections):  # it may have been said just now
                yield one
        after = found[-1].version_key


def _embedded(
    waiting: Iterable[Pending], embedder: Embedder, stop: Event | None
) -> Iterator[tuple[Pending, list[Embedded]]]:
    """Group the embedder's stream of passages by version again. The embedder reads ahead; nothing waits for it."""
    queue: list[Pending] = []

    def inputs() -> Iterator[ToEmbed]:
        for pending in waiting:
            queue.append(pending)
            yield from to_embed(pending, embedder)

    results = embedder.embed(inputs(), stop=stop)
    for first in results:
        while not queue[0].passages:
            yield queue.pop(0), []
        pending = queue.pop(0)
        embedded = [first, *islice(results, len(pending.passages) - 1)]
        if len(embedded) < len(pending.passages):  # it was stopped
            return
        yield pending, embedded
    yield from ((pending, []) for pending in queue if not pending.passages)


def to_embed(pending: Pending, embedder: Embedder) -> Iterator[ToEmbed]:
    """A version's passages as the embedder reads them: header line, text, sentence ranges inside it."""
    line = header(pending.article, limit=embedder.limit, count_tokens=embedder.count_tokens)
    for _, passage in pending.passages:
        ranges = tuple((start - passage.start, end - passage.start) for start, end in passage.sentences)
        yield ToEmbed(line, pending.article.text[passage.start : passage.end], ranges)
