"""The library as a shelf: what the front door says of its articles, and how they are put in, moved, taken out."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence

from rag.errors import UsageError
from rag.imports import Started
from rag.library import ingest as stages
from rag.library import originals, restoring, shelved
from rag.library.browse import Browser
from rag.library.editions import By, compare, editions
from rag.library.rows import Stored
from rag.questions import SAMPLE
from rag.reading import Read, read_bytes
from rag.reading.pasted import propose, read_pasted
from rag.state import (
    Comparison,
    Edition,
    IngestReport,
    Item,
    Kept,
    Pasted,
    ShelfPage,
    ShelfSort,
    Shelved,
    Shelves,
    Sift,
    Timeline,
)
from rag.types import Article
from rag.watching import Watching

PAGE = 50
LONGEST = 80  # characters of a collection's name
Upload = tuple[str, bytes]


class Browsing(Watching):
    """The part of the newsroom that its library page and `dateline list` use. Safe for threads."""

    browser: Browser

    def listing(
        self,
        sift: Sift | None = None,
        *,
        sort: ShelfSort = "date",
        descending: bool | None = None,
        page: int = 1,
        size: int = PAGE,
    ) -> ShelfPage:
        """A page of the library's articles, each as its newest version; by date and when added, newest first."""
        if descending is None:
            descending = sort in ("date", "added")
        return self.browser.listing(sift or Sift(), sort=sort, descending=descending, page=page, size=size)

    def shelves(self) -> Shelves:
        """The outlets, collections and kinds of the library's articles, with their numbers."""
        return self.browser.shelves()

    def timeline(self, sift: Sift | None = None) -> Timeline:
        """Articles over time, by outlet."""
        return self.browser.timeline(sift or Sift())

    def editions(self, article_id: str) -> tuple[Edition, ...]:
        """The versions of an article's story, newest first."""
        return editions(self.catalog, article_id)

    def copies(self, article_id: str) -> tuple[Shelved, ...]:
        """The other articles of its near-duplicate group, newest first."""
        return self.browser.copies(article_id)

    def shelved(self, article_id: str) -> Shelved:
        """How an article stands in the library.

        Raises:
            NoSuchArticle: it is not there.
        """
        return self.browser.one(article_id)

    def original(self, article: Article) -> Kept | None:
        """The file that this version was read from; None where none was kept."""
        return originals.of_article(self.catalog, article.id, article.version)

    def original_is_there(self, kept: Kept) -> bool:
        """Whether that file is still where it was put."""
        return originals.OriginalFiles(self.home).path(kept.digest).exists()

    def original_bytes(self, kept: Kept) -> bytes:
        """That file as it came: whoever wrote it, so never to be rendered. Raises: LibraryError: gone, or damaged."""
        return originals.OriginalFiles(self.home).read(kept)

    def compare(self, before: tuple[str, int], after: tuple[str, int], *, by: By = "sentence") -> Comparison:
        """What changed from one version (id, version) to another.

        Raises:
            NoSuchArticle: one of them is not there.
        """
        return compare(self.catalog.article(*before), self.catalog.article(*after), by)

    # In

    def propose(self, text: str) -> Pasted:
        """What a pasted story says of itself. Raises: ReadingError."""
        return propose(text, today=self.settings.day)

    def add_pasted(self, text: str, said: Pasted, *, by: Started | None = None) -> IngestReport:
        """Store a pasted story with the fields as a reader left them. Raises: ReadingError, ReadOnly, DiskFull."""
        self._refuse_read_only()
        for name in said.collections:
            _named(name)
        read = read_pasted(text, said, today=self.settings.day)
        by = by or Started(what="a pasted story")
        return self.ingest_reads([read], embed=not self._meaning_follows, by=by, rules=())

    def add(
        self,
        uploads: Sequence[Upload],
        *,
        collection: str | None = None,
        only: frozenset[str] | None = None,
        at: Callable[[int], None] | None = None,
        progress: stages.Report | None = None,
        stop: threading.Event | None = None,
        by: Started | None = None,
    ) -> IngestReport:
        """Store what was uploaded (name, bytes). `only` these sources; `at` hears which upload is being read, from 0.

        `by`: who or what starts it, for the list of imports.

        Raises:
            ReadOnly, DiskFull: what was stored before is kept.
        """
        self._refuse_read_only()
        collection = _named(collection) if collection else None
        return self.ingest_reads(
            self.ready_rules().over(self._reads(uploads, only, at)),
            collection=collection,
            progress=progress,
            stop=stop,
            embed=not self._meaning_follows,
            by=by or Started(what=", ".join(name for name, _ in uploads)),
        )

    def _reads(
        self, uploads: Sequence[Upload], only: frozenset[str] | None, at: Callable[[int], None] | None
    ) -> Iterator[Read]:
        for number, (name, data) in enumerate(uploads):
            if at is not None:
                at(number)
            for read in read_bytes(name, data, today=self.settings.day):
                if only is None or read.source in only:
                    yield read

    @property
    def _meaning_follows(self) -> bool:
        """Whether what is stored is embedded behind the page anyway."""
        return self._upkeep is not None

    # Moved, and brought back

    def restore(self, article_ids: Sequence[str]) -> IngestReport:
        """Bring back articles that were removed by hand: the same versions, usable again. Raises: ReadOnly."""
        return self._changed(lambda: restoring.restore(self.catalog, article_ids))

    def put(self, article_ids: Sequence[str], collection: str) -> IngestReport:
        """Put articles into a collection, a new one or one that is there. Raises: UsageError, ReadOnly."""
        name = _named(collection)
        return self._changed(lambda: shelved.put(self.catalog, article_ids, name))

    def take_out(self, article_ids: Sequence[str], collection: str) -> IngestReport:
        """Take articles out of a collection. Raises: UsageError, ReadOnly."""
        name = _named(collection)
        return self._changed(lambda: shelved.take_out(self.catalog, article_ids, name))

    def rename_collection(self, collection: str, name: str) -> int:
        """Give a collection another name, or join it to one that has it. How many articles moved.

        One that is never sent to a model stays so, with all that it is joined to; so does one that is open to some
        groups only, and of two such ones only the groups of both may read what they become.

        Raises:
            UsageError: there is no such collection, or the name will not do.
            ReadOnly: the home cannot be written.
        """
        old, new = _named(collection), _named(name)
        self._refuse_read_only()
        local = old in self.local_collections()
        if local:  # first the new name, so that nothing of it is sent meanwhile
            self.keep_local(new)
        rules = self.groups_of()
        if old in rules and old != new:
            self.open_to(new, _both(rules, old, new))
        moved = shelved.rename(self.catalog, old, new)
        if local and moved:
            self.keep_local(old, False)
        if old in rules and old != new:
            self.open_to(*((old, ()) if moved else (new, rules.get(new, ()))))
        if not moved:
            known = ", ".join(one for one, _ in self.shelves().collections) or "none"
            raise UsageError(f"The collection “{old}”", "there is none of this name", f"There are: {known}.")
        self._words_follow()
        return moved

    def _changed(self, change: Callable[[], list[Stored]]) -> IngestReport:
        began = time.monotonic()
        self._refuse_read_only()
        items: tuple[Item, ...] = tuple(done.item for done in change())
        self._words_follow()
        return IngestReport(items, self.catalog.sequence(), time.monotonic() - began)

    def _words_follow(self) -> None:
        """Let the indexes follow; behind the page, where they do so anyway, wait for the words alone."""
        follower = self.indexes.follower
        if follower is not None:
            follower.catch_up(parts=("words",) if self._meaning_follows else None)


def _both(rules: dict[str, tuple[str, ...]], old: str, new: str) -> tuple[str, ...]:
    """The groups of a collection that another joins.

    Raises:
        UsageError: nobody would be in them.
    """
    theirs = tuple(one for one in rules[old] if one in rules.get(new, rules[old]))
    if not theirs:
        fault = f"it and “{new}” are open to different groups: nobody could read what they become"
        raise UsageError(f"The collection “{old}”", fault, "Open both to a common group first.")
    return theirs


def _named(collection: str) -> str:
    """A collection's name as it is kept.

    Raises:
        UsageError: it will not do.
    """
    name = " ".join(collection.split())
    if not name:
        raise UsageError("A collection", "it needs a name", "Write one.")
    if len(name) > LONGEST:
        raise UsageError("A collection's name", f"it has {len(name)} characters", f"Use at most {LONGEST}.")
    if "," in name or "|" in name or not name.isprintable():
        raise UsageError(
            f"The name “{name}”", "it holds a comma, | or a control character", "Write it without."
        )
    if name.casefold() == SAMPLE.casefold():
        raise UsageError(f"“{SAMPLE}”", "it is kept for the invented articles", "Choose another collection.")
    return name
