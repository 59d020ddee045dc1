"""The front door: opens the parts of one home, once; ingests, searches, answers.

from rag import newsroom

with newsroom.open() as room:
    answer = room.ask("Who opened the bridge?")
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Collection
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from rag import settings as settings_module
from rag import standing
from rag.asking import Asking
from rag.clipping import digest as clip_digest
from rag.errors import CatalogDamaged, DatelineError, LibraryError
from rag.home import event_log, hold, open_catalog
from rag.how import How, Listing
from rag.library import ingest as stages
from rag.library import originals
from rag.library.browse import Browser
from rag.library.embedder import Embedder
from rag.library.indexes import Indexes, open_indexes
from rag.library.lock import held_by, holder
from rag.library.originals import OriginalFiles
from rag.library.repair import Finding
from rag.library.repair import repair as repair_library
from rag.limits import Limits
from rag.models.chat import Chat
from rag.questions import SAMPLE, Questions
from rag.settings import Settings
from rag.state import Counts, Status
from rag.types import Article, Passage, Scope, SearchResult
from rag.upkeep import Upkeep, embed_lock, waited_for

if TYPE_CHECKING:
    from rag.answering.runnable import AnswerChain, PassageRetriever
    from rag.evaluation.scoring import Result

WATCH_PAUSE = 60.0  # seconds between two times that the app asks watched questions again
WATCHES_AT_ONCE = 20
_open: dict[Path, Newsroom] = {}
_opening = threading.Lock()


def open(
    home: Path | str | None = None,
    *,
    settings: Settings | None = None,
    embedder: Embedder | None = None,
    serve: bool = False,
) -> Newsroom:
    """Open a home. One that this process has open already is returned as the same object, counted.

    Args:
        home: default: the settings' (DATELINE_HOME, else `.dateline` beside pyproject).
        embedder: another than MiniLM.
        serve: this is the app: it needs the index lock, keeps Chroma, and follows the log in the background.

    Raises:
        IndexLocked: `serve`, and another process holds the indexes.
        CatalogDamaged, CatalogTooNew, ReadOnly, LockUnsupported: as they say.
    """
    settings = settings or settings_module.load(home=home)
    path = Path(home).expanduser().absolute() if home is not None else settings.home
    with _opening:
        room = _open.get(path)
        if room is None:
            room = _open[path] = Newsroom(path, settings, embedder, serve=serve)
        room.opened += 1
        return room


class Newsroom(Asking):
    """One home, open. Safe for threads. `pinned_at`: the sequence that it is read at; None: as it stands."""

    pinned_at: int | None = None

    def __init__(self, home: Path, settings: Settings, embedder: Embedder | None, *, serve: bool) -> None:
        self.home, self.settings, self.opened = home, settings, 0
        self._embedder, self._no_embedder = embedder, ""
        self._own_embedder, self._watches_ran = embedder is not None, -WATCH_PAUSE
        self._chat: Chat | None = None
        self._meeting, self.viewing = threading.Lock(), threading.Lock()
        self.views: dict[object, Newsroom] = {}  # of those who may not read all of it
        # one that cannot be opened whole leaves nothing open and holds no lock
        with contextlib.ExitStack() as undo:
            self.catalog = open_catalog(home, thorough=serve)
            undo.callback(self.catalog.close)
            self.settle()
            self.limits = Limits(self.catalog, settings)
            self.browser = Browser(self.catalog)
            self.indexes: Indexes = open_indexes(
                home, self.catalog, hold=hold(self.catalog, serve), chroma=serve, on_event=event_log(home)
            )
            undo.callback(self.indexes.close)
            self.questions = Questions(
                self.catalog,
                self.indexes,
                embedder=lambda: self.embedder,
                why_none=lambda: self._no_embedder,
                kept_here=self.kept_here,
                approximate=serve,
                today=lambda: self.settings.day,
                as_of_today=settings.today is not None,
            )
            self._upkeep: Upkeep | None = None
            self._follow(serve)
            self.finish_erasures()
            undo.pop_all()

    def _follow(self, serve: bool) -> None:
        follower = self.indexes.follower
        if follower is None:
            return
        if serve:
            follower.start()
            self._upkeep = Upkeep(embed_lock(self.home), self._behind_the_page)
            self._upkeep.start()
            return
        try:
            follower.catch_up()
        except CatalogDamaged:
            raise
        except LibraryError:
            # the follower keeps it and every answer says it: what is indexed can be asked
            assert follower.last_error is not None

    def _behind_the_page(self, stop: threading.Event) -> int:
        """What follows behind the page: quotations found, vectors made, then watched questions asked again, a few a
        minute, but those that cost something. How many vectors."""
        self.find_quotations(stop=stop)
        done = self._embed(stop=stop)
        if (
            not stop.is_set()
            and time.monotonic() - self._watches_ran > WATCH_PAUSE
            and not self.catalog.read_only
        ):
            self._watches_ran = time.monotonic()
            self.run_watches(models=False, limit=WATCHES_AT_ONCE, stop=stop)
        return done

    def __enter__(self) -> Newsroom:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close it; the last of those that opened it closes the parts."""
        with _opening:
            self.opened -= 1
            if self.opened > 0:
                return
            _open.pop(self.home, None)
            if self._upkeep is not None:
                self._upkeep.close()
            self._close_parts()

    def _close_parts(self) -> None:
        for view in self.views.values():
            view.catalog.close()
        try:
            self.indexes.close()
        finally:
            self.catalog.close()

    # Questions

    def search(
        self,
        query: str,
        scope: Scope | None = None,
        k: int | None = 20,
        *,
        today: date | None = None,
        how: How | None = None,
        listing: Listing | None = None,
    ) -> SearchResult:
        """The `k` best passages, copies folded, at most three of one article. With operators ("exact phrase", AND OR
        NOT, NEAR/n, word*, title: byline: outlet:) everything that matches, `k` passages of it listed (None: all).

        Raises:
            UsageError: the query is empty or too long.
        """
        return self.questions.search(query, scope or Scope(), k, today=today, how=how, listing=listing)

    def counts(self, scope: Scope | None = None, today: date | None = None) -> Counts:
        """How many articles are in scope, of how many, and how many each choice would hold within the others."""
        return self.questions.counts(scope or Scope(), today)

    # The rest

    def article(self, article_id: str, version: int | None = None) -> Article:
        """An article's newest version, or the one asked for.

        Raises:
            NoSuchArticle: it is not in the library.
        """
        return self.catalog.article(article_id, version)

    def passages(self, article: Article) -> tuple[Passage, ...]:
        """The passages of an article's version, in order."""
        return self.catalog.version_passages(article.id, article.version)

    def status(self) -> Status:
        """How the library stands."""
        return standing.status(self)

    def repair(self, *, progress: stages.Report | None = None) -> list[Finding]:
        """Find and mend what is wrong with the indexes and the vectors; says what it did.

        Another model's vectors stay as they are: `embed` makes those anew.
        """
        self._refuse_read_only()
        if not self.indexes.holder:
            raise held_by(holder(self.home), self.home)
        embedder = self.embedder
        standing.cutting(self.catalog, embedder)
        found = [Finding("the vectors", one, "nothing") for one in self.not_embedding()]
        with waited_for(embed_lock(self.home)):
            found += [Finding("the vectors", one, "nothing") for one in self._embed_stored(progress, None)]
        found += repair_library(self.catalog, self.home, self.indexes, without=self.kept_here())
        swept = OriginalFiles(self.home).sweep(originals.named(self.catalog))
        fault = f"{swept:,} that no article was read from"
        return found + ([Finding("the original files", fault, "deleted")] if swept else [])

    def meaning(self) -> float | None:
        """The share of the library that can be found by meaning; None without an embedder."""
        return self.questions.meaning()

    @property
    def sequence(self) -> int:
        """How far the library's log has come: another number, another library."""
        return self.catalog.sequence()

    @property
    def own_embedder(self) -> bool:
        """Whether it was opened with another embedder than MiniLM."""
        return self._own_embedder

    @property
    def upkeep_error(self) -> DatelineError | None:
        """What last went wrong behind the page."""
        return self._upkeep.last_error if self._upkeep else None

    def at(self, sequence: int) -> Newsroom:
        """The newsroom as it was at a sequence of its log; it closes with this one (`rag/pinned.py`).

        Raises:
            UsageError: the log has not come so far.
        """
        from rag.pinned import PinnedNewsroom

        return PinnedNewsroom(self, sequence)

    def seen_by(self, groups: Collection[str] | None) -> Newsroom:
        """The newsroom as who is in these groups may see it; None: who may read all of it (`rag/seen.py`)."""
        from rag.seen import seen_by

        return seen_by(self, groups)

    def evaluate(
        self, questions: Path | str, name: str, *, how: How | None = None, repeat: int = 1, workers: int = 2
    ) -> Result:
        """Ask a question set and keep the run under its name; one that was stopped goes on (`rag/evaluating.py`).

        Raises:
            QuestionSetError: the set cannot be read.
            UsageError: another run has this name.
        """
        from rag import evaluating

        planned = evaluating.plan(self, Path(questions), name, how=how, repeat=repeat)
        evaluating.go(self, planned, workers=workers)
        return evaluating.scored(self, name)

    def retriever(self, *, scope: Scope | None = None, k: int = 8) -> PassageRetriever:
        """A LangChain `BaseRetriever` over `search`."""
        from rag.answering.runnable import PassageRetriever

        return PassageRetriever(search=lambda query: self.search(query, scope, k, how=How(syntax=False)))

    def chain(self, *, scope: Scope | None = None) -> AnswerChain:
        """A LangChain `Runnable`: `invoke(question)` gives the Answer, `stream` the same events as `ask_stream`."""
        from rag.answering.runnable import AnswerChain

        return AnswerChain(lambda question: self.ask_stream(question, scope))


__all__ = ["SAMPLE", "How", "Listing", "Newsroom", "clip_digest", "open"]
