"""A newsroom as a reader may see it: what is in collections closed to their groups is not there.

Everything is read through a guarded catalog (`rag/library/access.py`), so that nothing here or on a page decides what
is hidden. What changes the library is done by the whole newsroom, once it is sure that the reader may read what it is
done to; what would change articles that the reader may not read is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any

from rag.erasures import Erasure
from rag.errors import UsageError
from rag.imports import Import
from rag.library.access import GuardedCatalog, bars_for, opened_to
from rag.library.browse import Browser
from rag.library.embedder import Embedder
from rag.library.quotations import Row
from rag.library.repair import Finding
from rag.library.shelved import NO_SUCH
from rag.mends import Mend, Mended
from rag.models.chat import Chat
from rag.newsroom import Newsroom
from rag.questions import Questions
from rag.reading import Read
from rag.state import IngestReport, Item, Vectors
from rag.watched import Rerun

KEPT = 16  # views of one newsroom that stay open; a snapshot of what is in scope stands with each
ASK = "Ask someone who may read the whole library, or use the command line."
ELSEWHERE = "it has to do with an article that you may not read"


def seen_by(room: Newsroom, groups: Collection[str] | None) -> Newsroom:
    """The newsroom for who is in these groups; itself where nothing is closed to them, or for None."""
    rules = opened_to(room.catalog) if groups is not None else {}
    named = {name for theirs in rules.values() for name in theirs}
    theirs = frozenset(groups or ()) & named
    if not bars_for(rules, theirs).closed:
        return room
    views, state = room.views, (theirs, tuple(rules.items()))
    with room.viewing:
        view = views.pop(state, None) or SeenNewsroom(room, theirs)
        views[state] = view  # the last used last
        while len(views) > KEPT:
            views.pop(next(iter(views))).catalog.close()
    return view


class SeenNewsroom(Newsroom):
    """Made by `seen_by`; shares all parts of the newsroom it is made of but the catalog, and closes none."""

    def __init__(self, room: Newsroom, groups: frozenset[str]) -> None:
        self.__dict__.update(room.__dict__)
        self._all, self._groups = room, groups
        self.catalog: GuardedCatalog = GuardedCatalog(room.catalog, groups)
        self.browser = Browser(self.catalog)
        self.questions = Questions(
            self.catalog,
            room.indexes,
            embedder=lambda: room.embedder,
            why_none=lambda: room.no_embedder,
            kept_here=room.kept_here,
            approximate=False,
            today=lambda: room.settings.day,
            as_of_today=room.settings.today is not None,
            bars=bars_for(opened_to(room.catalog), groups),
        )

    @property
    def sees_all(self) -> bool:
        """Never."""
        return False

    @property
    def embedder(self) -> Embedder | None:
        """The whole newsroom's."""
        return self._all.embedder

    @property
    def no_embedder(self) -> str:
        """Why it has none."""
        return self._all.no_embedder

    @property
    def chat(self) -> Chat | None:
        """The whole newsroom's."""
        return self._all.chat

    def close(self) -> None:
        """Nothing: its parts are another's."""

    def vectors(self, *, anew: bool = False) -> Vectors:
        """Whose vectors the whole library has: numbers only."""
        return self._all.vectors(anew=anew)

    def find_quotations(self, **flags: Any) -> tuple[Row, ...]:
        """The whole newsroom's, kept; what the reader may read of them is read through the guard."""
        rows = self._all.find_quotations(**flags)
        seen = set(self.catalog.current_keys().tolist()) if rows else set()
        return tuple(row for row in rows if row.version_key in seen)

    # In and out

    def ingest_reads(self, reads: Iterable[Read], **flags: Any) -> IngestReport:
        """As the whole newsroom does; nothing takes the place of an article that the reader may not read."""
        if flags.get("collection") is not None:
            self._theirs(flags["collection"])
        return self._told(self._all.ingest_reads((self._read(one) for one in reads), **flags))

    def remove(self, article_ids: Sequence[str]) -> IngestReport:
        """Withdraw those that the reader may read; the others are not there."""
        return self._on(article_ids, self._all.remove)

    def restore(self, article_ids: Sequence[str]) -> IngestReport:
        """Bring back those that the reader may read; the others are not there."""
        return self._on(article_ids, self._all.restore)

    def put(self, article_ids: Sequence[str], collection: str) -> IngestReport:
        """Put those that the reader may read into a collection that is not closed to them."""
        self._theirs(collection)
        return self._on(article_ids, lambda ids: self._all.put(ids, collection))

    def take_out(self, article_ids: Sequence[str], collection: str) -> IngestReport:
        """Take those that the reader may read out of a collection that is not closed to them."""
        self._theirs(collection)
        return self._on(article_ids, lambda ids: self._all.take_out(ids, collection))

    # What holds for a collection or the library as a whole

    def rename_collection(self, collection: str, name: str) -> int:
        """Rename one that is not closed to the reader, to a name that is not."""
        self._theirs(collection)
        self._theirs(name)
        return self._all.rename_collection(collection, name)

    def keep_local(self, collection: str, local: bool = True) -> tuple[str, ...]:
        """Never send one to a model, or allow it again, where it is not closed to the reader."""
        self._theirs(collection)
        return self._all.keep_local(collection, local)

    def groups_of(self) -> dict[str, tuple[str, ...]]:
        """The collections open to some groups only, without those that are closed to the reader."""
        closed = bars_for(rules := self._all.groups_of(), self._groups).closed
        return {name: theirs for name, theirs in rules.items() if name not in closed}

    def open_to(
        self, collection: str, groups: Sequence[str], *, by: Collection[str] | None = None
    ) -> tuple[str, ...]:
        """Say whom one that is not closed to the reader is open to."""
        self._theirs(collection)
        return self._all.open_to(collection, groups, by=by)

    def mend(
        self, mend: Mend, *, who: str = "", progress: Callable[[int, int], None] | None = None
    ) -> Mended:
        """Refused: it would hold for articles that the reader may not read, too."""
        raise self._refused("A repair")

    def undo_mend(
        self, number: int | None = None, *, progress: Callable[[int, int], None] | None = None
    ) -> Mended:
        """Refused, as repairs are."""
        raise self._refused("A repair")

    def undo_import(self, number: int, *, progress: Callable[[int, int], None] | None = None) -> Import:
        """Take back one that brought nothing that the reader may not read; others are not there."""
        self.import_items(number, 1)
        return self._said(self._all.undo_import(number, progress=progress))

    def redo_import(self, number: int, *, progress: Callable[[int, int], None] | None = None) -> Import:
        """Make such a one again."""
        self.import_items(number, 1)
        return self._said(self._all.redo_import(number, progress=progress))

    def erasing(self, article_ids: Sequence[str]) -> Erasure:
        """Refused: what is erased goes out of other readers' answers and clips, too."""
        raise self._refused("Erasing")

    def erase(self, article_ids: Sequence[str], *, who: str = "") -> Erasure:
        """Refused, too."""
        raise self._refused("Erasing")

    def run_watches(self, owner: str | None = None, **flags: Any) -> Rerun:
        """The reader's own, asked within what they may read."""
        if owner is None:
            raise self._refused("Asking everybody's watched questions")
        return super().run_watches(owner, **flags)

    def let_back(self, article_ids: Sequence[str]) -> tuple[str, ...]:
        """Refused, as erasing is."""
        raise self._refused("Erasing")

    def make_anew(self, *, anew: bool = False) -> bool:
        """As the whole newsroom does: it tells of no article."""
        return self._all.make_anew(anew=anew)

    def embed(self, **flags: Any) -> Any:
        """As the whole newsroom does: it tells of no article."""
        return self._all.embed(**flags)

    def repair(self, **flags: Any) -> list[Finding]:
        """As the whole newsroom does: it tells of no article."""
        return self._all.repair(**flags)

    def at(self, sequence: int) -> Newsroom:
        """Refused: it would be read without the guard."""
        raise self._refused("A run at a sequence")

    # How it is made sure

    def _on(self, ids: Sequence[str], act: Callable[[Sequence[str]], IngestReport]) -> IngestReport:
        known = self.catalog.known(ids)
        report = self._told(act([one for one in ids if one in known]))
        gone = tuple(Item(one, "failed", NO_SUCH) for one in ids if one not in known)
        return replace(report, items=(*report.items, *gone))

    def _theirs(self, collection: str) -> None:
        said = " ".join(collection.split())
        if said in bars_for(opened_to(self._all.catalog), self._groups).closed:
            raise UsageError(
                f"The collection “{said}”",
                "it is open to other groups only",
                "Choose another, or another name.",
            )

    def _refused(self, thing: str) -> UsageError:
        return UsageError(thing, "it would go over articles that you may not read", ASK)

    def _read(self, read: Read) -> Read:
        article = read.article
        if article is None or not self.catalog.hidden_ids() & {article.id, article.supersedes}:
            return read
        return replace(read, article=None, reason=f"{article.id}: {ELSEWHERE}")

    def _told(self, report: IngestReport) -> IngestReport:
        hidden = self.catalog.hidden_ids()
        return replace(report, items=tuple(_without(one, hidden) for one in report.items))

    def _said(self, done: Import) -> Import:
        hidden = self.catalog.hidden_ids()
        return replace(done, warnings=tuple(one for one in done.warnings if not _names(one, hidden)))


def _without(item: Item, hidden: frozenset[str]) -> Item:
    """An item that names no hidden article."""
    if item.article_id not in hidden and not _names(item.reason or "", hidden):
        return item
    kept = None if item.article_id in hidden else item.article_id
    return replace(item, reason=ELSEWHERE, article_id=kept)


def _names(said: str, hidden: frozenset[str]) -> bool:
    return any(one in said for one in hidden)
