"""Articles in: what the front door does to the library. Ingest, plan, remove."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from rag import standing
from rag.embedding import Embedding
from rag.errors import ModelError, UsageError
from rag.imports import Started
from rag.library import access, imported, storing
from rag.library import ingest as stages
from rag.library.ledger import ledger
from rag.library.originals import OriginalFiles
from rag.library.remembered import Remembered
from rag.reading import Read, count_records, read_bytes
from rag.reading.files import shown
from rag.ruled import Rule
from rag.ruling import Ruling
from rag.state import IngestReport, Item, Plan
from rag.upkeep import embed_lock, waited_for

LONGEST_GROUP = 200  # characters of a group's name
LOCAL = "local_collections"  # the catalog's note of those never sent to a model


class Intake(Embedding, Ruling):
    """The part of the newsroom that takes articles in and out of the open library."""

    def ingest(
        self,
        paths: Iterable[Path | str],
        *,
        collection: str | None = None,
        rules: Sequence[Rule] | None = None,
        progress: stages.Report | None = None,
        stop: threading.Event | None = None,
        by: Started | None = None,
    ) -> IngestReport:
        """Read, store and embed files and folders. What is stored is findable by words at once.

        Args:
            rules: import rules to use; None: those of the library.
            by: who or what starts it, for the list of imports.

        Raises:
            UsageError: a rule cannot be used.
            ReadOnly, DiskFull: nothing that was stored before is lost.
        """
        ready = self.ready_rules(rules)
        known = Remembered(self.catalog, collection=collection, rules=ready.digest)
        named = [Path(path) for path in paths]
        reads = ready.over(known.reads(named, today=self.settings.day))
        total = count_records(named) if progress else None
        report = self.ingest_reads(
            reads,
            collection=collection,
            progress=progress,
            stop=stop,
            total=total,
            by=by or Started(what=", ".join(shown(path.absolute()) for path in named)),
            rules=rules,
            same=known.items,
        )
        if stop is None or not stop.is_set():
            known.remember(report.items)
        return report

    def ingest_text(self, name: str, data: bytes, *, collection: str | None = None) -> IngestReport:
        """Ingest an upload or a paste; its kind is found by content."""
        reads = self.ready_rules().over(read_bytes(name, data, today=self.settings.day))
        return self.ingest_reads(reads, collection=collection, by=Started(what=shown(name)))

    def ingest_reads(
        self,
        reads: Iterable[Read],
        *,
        collection: str | None = None,
        progress: stages.Report | None = None,
        stop: threading.Event | None = None,
        total: int | None = None,
        embed: bool = True,
        by: Started | None = None,
        rules: Sequence[Rule] | None = None,
        same: Sequence[Item] = (),
    ) -> IngestReport:
        """Both stages over what was read already; the first alone where `embed` is False: meaning follows behind.

        Args:
            by, rules: who starts it and by which rules it is read (None: the library's), as the list of imports says.
            same: what need not be read, since it is as it was; it may grow while `reads` is read.
        """
        began = time.monotonic()
        self._refuse_read_only()
        by = by or Started()
        number = imported.begin(
            self.catalog, who=by.who, what=by.what, rules=self.rules() if rules is None else rules
        )
        if collection is not None:
            reads = (_collected(read, collection) for read in reads)
        embedder = self.embedder
        split = standing.cutting(self.catalog, embedder)
        warnings = self.not_embedding() if embed else ()
        with self._following(), contextlib.ExitStack() as held:
            lock = embed_lock(self.home)
            held.callback(lock.release)
            mine = lock.try_acquire()  # words first: the app does not begin to embed meanwhile
            items = stages.store_all(
                self.catalog,
                reads,
                split=split,
                total=total,
                report=progress,
                stop=stop,
                into=number,
                files=OriginalFiles(self.home),
            )
            items = [*same, *items]
            imported.end(self.catalog, number, items)
            if embed and embedder is not None and not (stop is not None and stop.is_set()):
                if not mine:
                    watch = stages.watching(self.catalog, progress) if progress else None
                    mine = held.enter_context(waited_for(lock, stop, watch))
                if mine:
                    warnings += self._embed_stored(progress, stop)
        seconds = time.monotonic() - began
        return IngestReport(tuple(items), self.catalog.sequence(), seconds, warnings, number)

    def _embed_stored(self, progress: stages.Report | None, stop: threading.Event | None) -> tuple[str, ...]:
        """Embed what waits; where the model fails, why: what was stored stays stored."""
        try:
            self._embed(progress=progress, stop=stop)
        except ModelError as error:
            return (f"Found by words only until it is embedded: {error}",)
        return ()

    def plan(self, paths: Iterable[Path | str]) -> Plan:
        """What an ingest will take: time, disk and memory, measured on this machine."""
        return standing.plan(self, [Path(path) for path in paths])

    def remove(self, article_ids: Sequence[str]) -> IngestReport:
        """Withdraw articles; from this moment no question uses them. Ingesting them again brings them back."""
        began = time.monotonic()
        self._refuse_read_only()
        done = storing.remove(self.catalog, article_ids)
        self._catch_up()
        return IngestReport(
            tuple(one.item for one in done), self.catalog.sequence(), time.monotonic() - began
        )

    def local_collections(self) -> tuple[str, ...]:
        """The collections that are never sent to a model: what is in one of them stays on this machine."""
        return tuple(json.loads(self.catalog.meta(LOCAL) or "[]"))

    def keep_local(self, collection: str, local: bool = True) -> tuple[str, ...]:
        """Never send a collection to a model, or allow it again. Returns those that stay here now."""
        self._refuse_read_only()
        with ledger(self.catalog) as book:
            kept = dict.fromkeys(json.loads(book.noted(LOCAL) or "[]"))
            kept.pop(collection, None)
            if local:
                kept[collection] = None
            book.note(LOCAL, json.dumps(sorted(kept), ensure_ascii=False))
        return tuple(sorted(kept))

    def groups_of(self) -> dict[str, tuple[str, ...]]:
        """The collections that are open to some groups only, each with these."""
        return access.opened_to(self.catalog)

    def open_to(
        self, collection: str, groups: Sequence[str], *, by: Collection[str] | None = None
    ) -> tuple[str, ...]:
        """Open a collection to these groups only; to none: to everyone again. Returns the groups as they are kept.

        Args:
            by: the groups of who does it, who must not lock themselves out; None: who may read all anyway.

        What is in it is then read by who is in one of them, unless another collection that it is in says otherwise:
        what is in several such collections is read by whoever may read one of them.

        Raises:
            UsageError: a name will not do.
            ReadOnly: the home cannot be written.
        """
        self._refuse_read_only()
        name = " ".join(collection.split())
        if not name:
            raise UsageError("A collection", "it needs a name", "Write one.")
        theirs = tuple(sorted({" ".join(one.split()) for one in groups} - {""}))
        for one in theirs:
            if "," in one or not one.isprintable() or len(one) > LONGEST_GROUP:
                fault = f"it holds a comma or a control character, or more than {LONGEST_GROUP} characters"
                raise UsageError(f"The group “{one[:40]}”", fault, "Write it as sign-in names it.")
        if by is not None and theirs and set(theirs).isdisjoint(by):
            fault = "you are in none of these groups, and could not read it any more"
            raise UsageError(f"The collection “{name}”", fault, "Name one of your own groups, too.")
        access.open_to(self.catalog, name, theirs)
        return theirs

    def _catch_up(self) -> None:
        if self.indexes.follower is not None:
            self.indexes.follower.catch_up()


def _collected(read: Read, collection: str) -> Read:
    if read.article is None:
        return read
    collections = tuple(dict.fromkeys((*read.article.collections, collection)))
    return replace(read, article=replace(read.article, collections=collections))
