"""A newsroom of a dozen invented articles with scripted answers, for testing the page without the engine.

It yields the real types. Every citation is found by its quote, so offsets are always right; what is not scripted
finds no answer.
"""

from __future__ import annotations

import re
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from weakref import finalize

from rag.answering.follow_up import Turn, rewrite
from rag.errors import DatelineError, NoSuchArticle, UsageError
from rag.library.catalog import Catalog
from rag.newsroom import How, Listing
from rag.state import Count, Counts, Status, Vectors
from rag.types import (
    Answer,
    Article,
    Chip,
    Citation,
    Events,
    Evidence,
    Found,
    Freshness,
    Nearest,
    Origins,
    Passage,
    Reading,
    Scope,
    SearchResult,
    Sentence,
    Stage,
)
from rag.watching import Watching
from tests.fakes.scripted import ARTICLES, COST, FERRY, SCRIPTS, UNDATED, Script


@dataclass
class FakeNewsroom(Watching):
    """The front door of rag.newsroom as far as the page uses it; what is kept for readers is kept for real."""

    articles: dict[str, Article] = field(default_factory=lambda: {a.id: a for a in ARTICLES})
    twins: dict[str, Article] = field(default_factory=dict)  # what a search made up, in no count
    sample: bool = False
    pause: float = 0.0
    warnings: tuple[str, ...] = ()
    held: Vectors | None = None
    upkeep_error: DatelineError | None = None
    asked: list[tuple[str, Scope | None]] = field(default_factory=list)
    sought: list[tuple[str, Scope | None]] = field(default_factory=list)
    not_read: list[frozenset[Reading]] = field(default_factory=list)
    after: list[tuple[str, ...]] = field(default_factory=list)

    @cached_property
    def catalog(self) -> Catalog:
        """An empty catalog of its own, for what is kept."""
        self.home = Path(tempfile.mkdtemp(prefix="dateline-fake-"))
        finalize(self, shutil.rmtree, self.home, ignore_errors=True)
        return Catalog(self.home / "catalog.sqlite3")

    def article(self, article_id: str, version: int | None = None) -> Article:
        """The article; raises NoSuchArticle where there is none."""
        known = self.twins | self.articles
        if article_id not in known:
            raise NoSuchArticle(article_id, "not in the library")
        return known[article_id]

    def remove(self, ids: Sequence[str]) -> int:
        """Take articles out; returns how many there were."""
        return sum(self.articles.pop(article_id, None) is not None for article_id in ids)

    def withdraw(self, article_id: str) -> None:
        """Mark an article as withdrawn by its outlet."""
        self.articles[article_id] = replace(self.articles[article_id], status="withdrawn")

    @property
    def sequence(self) -> int:
        """How far the log has come: every article more or less is another step."""
        return 7 + len(ARTICLES) - len(self.articles)

    def later(self, answer: Answer) -> tuple[Nearest, ...]:
        """Nothing came later."""
        return ()

    def counts(self, scope: Scope | None = None, today: object = None) -> Counts:
        """How many articles are in scope, and what each choice would bring."""
        scope, kept = scope or Scope(), list(self.articles.values())

        def within(but: str = "") -> list[Article]:
            return [one for one in kept if all(ok or part == but for part, ok in _parts(one, scope).items())]

        def count(part: str, field: str) -> tuple[Count, ...]:
            names = sorted({str(getattr(one, field)) for one in kept if getattr(one, field)})
            inside = within(part)
            return tuple(Count(name, sum(getattr(one, field) == name for one in inside)) for name in names)

        inside = within()
        days = sorted(one.published[:10] for one in inside if one.published)
        return Counts(
            sequence=self.sequence,
            articles=len(inside),
            of=len(kept),
            undated=sum(one.published is None for one in within("dates")),
            outlets=count("outlets", "outlet"),
            agencies=count("agencies", "agency"),
            collections=(),
            kinds=count("kinds", "kind"),
            languages=count("languages", "language"),
            earliest=days[0] if days else None,
            newest=days[-1] if days else None,
        )

    def ask_stream(
        self,
        question: str,
        scope: Scope | None = None,
        conversation: Sequence[Answer] = (),
        *,
        how: How | None = None,
        stop: threading.Event | None = None,
        session: str = "",
    ) -> Iterator[Events]:
        """Stages, sentences, then the answer; "break" raises, as an engine with a bug would."""
        self.asked.append((question, scope))
        self.not_read.append(how.not_read if how else frozenset())
        self.after.append(tuple(one.id for one in conversation))
        turns = [Turn(one.rewritten or one.question) for one in conversation]
        written, rewritten = question, rewrite(question, turns).rewritten
        question = rewritten or question
        if len(question) > 2000:
            raise UsageError("The question", f"it has {len(question):,} characters", "Ask in at most 2,000.")
        if question == "break":
            raise RuntimeError("secret detail of the inside")
        yield Stage("searching")
        time.sleep(self.pause)
        answer = self._answer(question, SCRIPTS.get(question, Script("no_answer_found")), scope or Scope())
        chips = _wanted(answer.chips, scope or Scope(), how.not_read if how else frozenset())
        answer = replace(answer, chips=chips, question=written, rewritten=rewritten)
        for sentence in answer.sentences:
            yield Stage("choosing sentences")
            time.sleep(self.pause)
            yield sentence
        yield answer

    def search(
        self,
        query: str,
        scope: Scope | None = None,
        k: int | None = 20,
        *,
        how: How | None = None,
        listing: Listing | None = None,
    ) -> SearchResult:
        """The first paragraphs of the articles that hold a word of the query; with an operator, marked and counted."""
        self.sought.append((query, scope))
        words = {word for word in query.lower().split() if len(word) > 3}
        hits = [a for a in self.articles.values() if any(word in a.text.lower() for word in words)]
        if " AND " in query:
            return self._exact(query.split(" AND ")[0], hits, scope or Scope(), k, listing or Listing())
        return SearchResult(
            query=query,
            passages=tuple(_found(at, article, words) for at, article in enumerate(hits[:k], 1)),
            total=len(hits),
            scope=scope or Scope(),
            chips=(),
            searched=len(self.articles),
            meaning=0.5,
            sequence=7,
            seconds=0.004,
        )

    def _exact(
        self, word: str, hits: list[Article], scope: Scope, k: int | None, listing: Listing
    ) -> SearchResult:
        """Every hit many times over, under ids of their own, so that there is more than one page of them."""
        found = []
        for at, article in enumerate(hits * 15, 1):
            twin = f"{article.id}-{at}" if at > len(hits) else article.id
            self.twins.setdefault(twin, article)
            one = _found(at, article, {word.lower()})
            matches = tuple(match.span() for match in re.finditer(re.escape(word), one.text))
            found.append(replace(one, passage=replace(one.passage, article_id=twin), matches=matches))
        return SearchResult(
            query=word,
            passages=tuple(found[:k]),
            total=len(found),
            scope=scope,
            chips=(),
            searched=len(self.articles),
            meaning=None,
            sequence=7,
            seconds=0.004,
            read_as=f"{word} AND more",
            exact=True,
            articles=len(found),
            replaced=1,
            sort=listing.sort or "newest",
        )

    def status(self) -> Status:
        """How the library stands."""
        return Status(
            home="/somewhere/.dateline",
            sequence=7,
            articles=len(self.articles),
            passages=40 * len(self.articles),
            meaning=1.0 if self.articles else None,
            undated=1,
            withdrawn=0,
            superseded=0,
            last_added="2026-11-12T06:02:00Z" if self.articles else None,
            oldest="2026-10-03" if self.articles else None,
            newest="2026-11-12" if self.articles else None,
            outlets=tuple(sorted({a.outlet for a in self.articles.values() if a.outlet})),
            mode="extractive",
            embedder="minilm int8",
            fingerprint="abc",
            sample=self.sample,
            read_only=False,
            holder=True,
            indexes=(),
            bytes=1_000_000,
            bytes_free=9_000_000_000,
            versions=(("dateline", "0.1.0"),),
            warnings=self.warnings,
            vectors=self.held,
        )

    def vectors(self) -> Vectors:
        """What is to be embedded; a third less at every look once it was begun."""
        assert self.held is not None
        if not self.held.anew:
            self.held = replace(self.held, passages=self.held.passages * 2 // 3)
        return self.held

    def meaning(self) -> float | None:
        """The share that is embedded."""
        assert self.held is not None
        return 0.0 if self.held.anew else 1 - self.held.passages / (40 * len(self.articles))

    def make_anew(self) -> bool:
        """Begin, or say why not."""
        assert self.held is not None
        if self.upkeep_error is not None:
            raise self.upkeep_error
        self.held = replace(self.held, anew=False)
        return True

    def close(self) -> None:
        """Nothing to close."""

    def _answer(self, question: str, script: Script, scope: Scope) -> Answer:
        citations: list[Citation] = []
        sentences = []
        for text, rests in script.rests_on:
            numbers = []
            for article_id, quote in rests:
                citations.append(_cite(len(citations) + 1, self._kept(article_id), quote))
                numbers.append(len(citations))
            verbatim = Evidence("verbatim") if script.status == "answered" else None
            sentences.append(Sentence(text, tuple(numbers), evidence=verbatim))
        cited = sorted(c.published for c in citations if c.published)
        answered = script.status == "answered"
        nearest = () if answered or script.rests_on else tuple(map(_near, (FERRY, COST, UNDATED)))
        return Answer(
            id=f"a{len(self.asked)}",
            question=question,
            status=script.status,
            mode="extractive",
            sentences=tuple(sentences) if answered else (),
            citations=tuple(citations),
            answerability=0.9 if answered else 0.3,
            freshness=Freshness(
                newest_cited=cited[-1] if cited and answered else None,
                newest_in_scope="2026-11-12",
                last_added="2026-11-12T06:02:00Z",
                undated_left_out=0 if scope.undated else script.undated_left_out,
                oldest_in_scope="2026-10-03",
            ),
            texts=len({c.article_id for c in citations}) if answered else 0,
            origins=Origins(len(cited), ("NPA",), 1) if answered else None,
            nearest=nearest,
            scope=scope,
            chips=script.chips,
            searched=len(self.articles),
            sequence=7,
            fingerprint="abc",
            timings={"search": 0.004, "write": 0.002},
            warnings=script.warnings,
        )

    def _kept(self, article_id: str) -> Article:
        return next(a for a in ARTICLES if a.id == article_id)


def _parts(article: Article, scope: Scope) -> dict[str, bool]:
    day = (article.published or "")[:10]
    dated = not (scope.from_ or scope.to) or (scope.undated if not day else _between(day, scope))
    outlet = not scope.outlets or article.outlet in scope.outlets
    return {
        "dates": dated,
        "outlets": outlet and article.outlet not in scope.not_outlets,
        "agencies": not scope.agencies or article.agency in scope.agencies,
        "kinds": not scope.kinds or article.kind in scope.kinds,
        "languages": not scope.language or article.language == scope.language,
    }


def _wanted(chips: Sequence[Chip], scope: Scope, not_read: frozenset[Reading]) -> tuple[Chip, ...]:
    """What is read beside what the scope says itself."""
    days, outlets = scope.from_ or scope.to, scope.outlets or scope.not_outlets or scope.agencies
    wanted = (chip for chip in chips if not (days if chip.field in ("from", "to") else outlets))
    return tuple(chip for chip in wanted if chip.field.rstrip("s") not in not_read)


def _between(day: str, scope: Scope) -> bool:
    return (scope.from_ or "") <= day <= (scope.to or "9999")


def _cite(number: int, article: Article, quote: str) -> Citation:
    start = article.text.index(quote)
    return Citation(
        number=number,
        article_id=article.id,
        version=article.version,
        title=article.title,
        outlet=article.outlet,
        agency=article.agency,
        kind=article.kind,
        published=article.published,
        url=article.url,
        page=article.page,
        start=start,
        end=start + len(quote),
        quote=quote,
    )


def _near(article: Article) -> Nearest:
    return Nearest(article.id, article.title, article.outlet, article.published)


def _found(at: int, article: Article, words: set[str]) -> Found:
    end = article.text.find("\n") if "\n" in article.text else len(article.text)
    return Found(
        passage_id=at,
        passage=Passage(article.id, article.version, 0, 0, end, ((0, end),)),
        text=article.text[:end],
        title=article.title,
        outlet=article.outlet,
        agency=article.agency,
        kind=article.kind,
        published=article.published,
        url=article.url,
        page=article.page,
        score=1.0 / at,
        dense=0.61 if at % 2 else None,
        sentence=0.58 if at % 2 else None,
        words=float(sum(word in article.text.lower() for word in words)) * 3.1,
        copies=("elsewhere",) if at == 1 else (),
    )
