"""The front door for briefings: which articles and stories, in what order, written, kept, and what changed since."""

from __future__ import annotations

import hashlib
import json
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from rag import standing, told
from rag.briefed import SECTIONS, Briefing, Template
from rag.briefing import stories as grouping
from rag.briefing import templates
from rag.briefing.by_model import Estimate
from rag.briefing.changes import changes
from rag.briefing.cut import Text, cut
from rag.briefing.edits import edited
from rag.briefing.gathered import Candidate, Gathered, candidate, coverage, ordered, weight
from rag.briefing.stories import StoryArticle
from rag.briefing.write import Chosen, Written, in_days, said_in, write
from rag.briefs_by_model import BriefsByModel, ModelStories
from rag.errors import DatelineError, NoSuchArticle, UsageError
from rag.evidence.tokens import tokens
from rag.jsonable import as_json, from_json
from rag.library import briefings as kept
from rag.library.erased import erased_ids
from rag.library.erased_words import without
from rag.library.ingest import Progress
from rag.types import Article, Scope, Stage

MOST = 5_000  # articles that are read at once, the newest of a scope
TOLD, WORDS_OF_ONE = 10, 80  # stories written out, and words that each needs
# A topic fits from this cosine, and share of the best; or from this share of its words, the rare ones counting most.
NEAR, BEST, WORDED = 0.45, 0.8, 0.7
READ_AT_ONCE = 200
FOUND = 2_000  # passages that a topic is looked for in


@dataclass(frozen=True, slots=True)
class Planned:
    """What a briefing would be written from: its stories, the first of them told; where a model would write
    them, what that takes (None: none is set)."""

    topic: str | None
    scope: Scope
    template: Template
    stories: tuple[Candidate, ...]
    told: int
    estimate: Estimate | None = None


class Briefs(BriefsByModel):
    """The part of the newsroom that writes briefings. Safe for threads."""

    def brief_plan(
        self,
        topic: str | None = None,
        scope: Scope | None = None,
        *,
        template: str = "morning-note",
        words: int | None = None,
        extractive: bool = False,
    ) -> Planned:
        """The stories that a briefing would tell, those that most texts of their own tell first.

        Raises:
            UsageError, ReadingError: the template is none.
        """
        scope, form = scope or Scope(), templates.load(template, words)
        gathered = self._gather(topic, scope)
        found = tuple(candidate(keys, gathered) for keys in gathered.stories)
        many, estimate = min(len(found), _many(form.words)), None
        if self.settings.model is not None and not extractive:
            chosen = [self._chosen(keys, gathered, told=True) for keys in gathered.stories[:many]]
            estimate = self._estimate(chosen, form, topic)
        return Planned(topic, scope, form, found, many, estimate)

    def brief(
        self,
        topic: str | None = None,
        scope: Scope | None = None,
        *,
        template: str = "morning-note",
        words: int | None = None,
        since: str | None = None,
        without: Sequence[str] = (),
        first: Sequence[str] = (),
        watched: Sequence[str] = (),
        extractive: bool = False,
    ) -> Briefing:
        """A briefing over a scope. As `brief_stream`."""
        asked = self.brief_stream(
            topic,
            scope,
            template=template,
            words=words,
            since=since,
            without=without,
            first=first,
            watched=watched,
            extractive=extractive,
        )
        return next(one for one in asked if isinstance(one, Briefing))

    def brief_stream(
        self,
        topic: str | None = None,
        scope: Scope | None = None,
        *,
        template: str = "morning-note",
        words: int | None = None,
        since: str | None = None,
        without: Sequence[str] = (),
        first: Sequence[str] = (),
        watched: Sequence[str] = (),
        extractive: bool = False,
        stop: threading.Event | None = None,
        session: str = "",
    ) -> Iterator[Stage | Progress | Briefing]:
        """The same as it is written; the last is the Briefing. Where `stop` is set, it has what was written by then.

        Args:
            since: an earlier briefing's id, or "last": the newest of the same topic, scope and template.
            without, first: ids of stories left out, or told before the others.
            watched: names told of even where no article has them.
            extractive: no model writes, also where one is set. `session` is whose limits count.

        Raises:
            UsageError: there is no such template or earlier briefing.
            ReadingError: the template is none.
        """
        began, scope, form = time.perf_counter(), scope or Scope(), templates.load(template, words)
        topic = " ".join((topic or "").split()) or None
        earlier = self._earlier(since, _series(topic, scope, form))
        yield Stage("finding the stories")
        gathered = self._gather(topic, scope)
        in_order = ordered(gathered, without, first)
        out = in_order[: _many(form.words)]
        yield Stage(f"reading {sum(map(len, out)):,} articles of {len(out):,} stories")
        chosen = [self._chosen(keys, gathered, told=at < len(out)) for at, keys in enumerate(in_order)]
        outlets, written = gathered.snapshot.outlets, Written()
        notes = self._told_of(gathered, scope)
        by_model = ModelStories()
        if not extractive:
            for event in self._by_model(chosen, form, topic, session, stop):
                if isinstance(event, Progress):
                    yield event
                else:
                    by_model = event
            notes += by_model.notes
        for done, so_far in write(chosen, form.words, outlets, by_model.drafts):
            written = so_far
            yield Progress("writing", done, len(out))
            if stop is not None and stop.is_set():
                notes.append(
                    f"Stopped after {done:,} of {len(out):,} stories; the sections behind them are missing."
                )
                break
        seconds = round(time.perf_counter() - began, 3)
        missing = self._missing(topic, watched, gathered)
        made = self._made(topic, scope, form, gathered, written, missing, seconds)
        made = replace(made, warnings=tuple(notes), watched=tuple(watched), **by_model.told())
        if earlier is not None:
            made = replace(made, since=earlier.at, changes=changes(earlier, made))
        yield made

    # What is kept

    def keep_briefing(self, made: Briefing, owner: str) -> None:
        """Keep a briefing, or its newer text under the same id. Raises: ReadOnly."""
        self._refuse_read_only()
        title = made.topic or made.template.name
        series = _series(made.topic, made.scope, made.template)
        out = erased_ids(self.catalog, (one for story in made.stories for one in story.articles))
        said = json.dumps(without(as_json(made), out, None), ensure_ascii=False)
        kept.keep(self.catalog, kept.Row(made.id, owner, series, made.at, title, said))

    def briefings(self, limit: int = 50) -> tuple[Briefing, ...]:
        """Those kept, newest first."""
        if not self.catalog.holds("briefings"):
            return ()
        return tuple(_read(row) for row in kept.rows(self.catalog, limit=limit))

    def briefing(self, id_: str) -> Briefing:
        """One that is kept, by its id or how that begins. Raises: UsageError."""
        row = kept.find(self.catalog, id_) if self.catalog.holds("briefings") and id_ else None
        if row is None:
            raise UsageError(f"the briefing {id_!r}", "there is none", "`dateline brief --list` lists them.")
        return _read(row)

    def edit_briefing(self, made: Briefing, old: str, new: str, owner: str) -> Briefing:
        """A sentence of it written anew, checked again and marked; kept under the same id.

        Raises:
            UsageError: it has no such sentence, or the new words are none or too many.
            ReadOnly: the home cannot be written.
        """
        changed = edited(made, old, new, self.catalog.article)
        self.keep_briefing(changed, owner)
        return changed

    def forget_briefing(self, id_: str) -> None:
        """Take one out. Raises: UsageError, ReadOnly."""
        self._refuse_read_only()
        kept.forget(self.catalog, [self.briefing(id_).id])

    def _earlier(self, since: str | None, series: str) -> Briefing | None:
        if since is None:
            return None
        if since != "last":
            return self.briefing(since)
        there = kept.rows(self.catalog, series=series, limit=1) if self.catalog.holds("briefings") else []
        if not there:
            fault = "no briefing of this topic, scope and template is kept yet"
            raise UsageError("--since last", fault, "Write one without it first; it is kept.")
        return _read(there[0])

    # What is read

    def _gather(self, topic: str | None, scope: Scope) -> Gathered:
        snapshot = self.questions.snapshot()
        inside = self.questions.inside(snapshot, scope)
        rows = np.flatnonzero(inside.mask)
        newest = rows[np.argsort(-snapshot.last[rows], kind="stable")]
        over, rows = newest[MOST:], newest[:MOST]
        keys: NDArray[np.int64] = snapshot.keys[rows]
        fits = keys if topic is None else keys[np.isin(keys, self._on_topic(topic, scope))]
        heads: dict[int, tuple[int, Article]] = {}
        failed: list[tuple[str, str]] = []
        for first in range(0, len(fits), READ_AT_ONCE):
            try:
                for key, group, article in self.catalog.articles_of(
                    fits[first : first + READ_AT_ONCE].tolist()
                ):
                    heads[key] = group, replace(article, text=article.text[: grouping.READ])
            except (DatelineError, ValueError) as error:
                failed += [
                    (f"version {key}", str(error)) for key in fits[first : first + READ_AT_ONCE].tolist()
                ]
        grouped = grouping.grouped(
            [
                StoryArticle(key, one.title or "", one.text, in_days(one.published), group)
                for key, (group, one) in heads.items()
            ]
        )
        stories = sorted(grouped, key=lambda keys: weight(keys, heads))
        return Gathered(
            snapshot, inside, keys.tolist(), len(over), len(keys) - len(fits), heads, stories, failed
        )

    def _on_topic(self, topic: str, scope: Scope) -> NDArray[np.int64]:
        """Version keys of the articles that a topic fits: by words, or near in meaning."""
        found = self.questions.near(topic, scope, k=FOUND)
        if not found:
            return np.zeros(0, np.int64)
        near = max(NEAR, BEST * max((one.dense or 0.0) for _, one in found))
        said = {
            hit.version_key: {word.stem for word in tokens(f"{hit.article.title} {hit.article.text}")}
            for hit, _ in found
        }
        asked = {word.stem for word in tokens(topic) if not word.empty} & set().union(*said.values())
        weights = dict(
            zip(sorted(asked), self.questions.rarity(sorted(asked)) or [1.0] * len(asked), strict=True)
        )
        least = WORDED * sum(weights.values())
        worded = {
            key
            for key, words in said.items()
            if asked and sum(weights[one] for one in asked & words) >= least
        }
        fits = worded | {hit.version_key for hit, one in found if (one.dense or 0.0) >= near}
        copies = sorted({id_ for hit, one in found if hit.version_key in fits for id_ in one.copies})
        articles = [key for key, _ in self.catalog.known(copies).values()]
        snapshot = self.questions.snapshot()
        return np.union1d(sorted(fits), snapshot.keys[np.isin(snapshot.article_keys, articles)]).astype(
            np.int64
        )

    def _chosen(self, keys: tuple[int, ...], gathered: Gathered, *, told: bool) -> Chosen:
        folded = len(keys) - len({gathered.heads[key][0] for key in keys})
        if not told:
            texts = [Text(article, group, ()) for group, article in (gathered.heads[key] for key in keys)]
            return Chosen(tuple(texts), len(keys), folded, False)
        found: list[Text] = []
        for _, group, article in self.catalog.articles_of(keys):
            try:
                passages = self.catalog.version_passages(article.id, article.version)
                found.append(cut(article, group, passages))
            except (DatelineError, ValueError, IndexError) as error:
                gathered.failed.append((article.id, str(error)))
        return Chosen(tuple(found), len(keys), folded, True, tuple(self._ended(found)))

    def _ended(self, texts: Sequence[Text]) -> Iterator[tuple[Text, Text]]:
        """What a text of a story replaced, with it; never what was withdrawn."""
        for newer in texts:
            article = newer.article
            before = [(article.id, article.version - 1)] if article.version > 1 else []
            before += [(article.supersedes, None)] if article.supersedes else []  # type: ignore[list-item]
            for id_, version in before:
                try:
                    old = self.catalog.article(id_, version)
                except NoSuchArticle:
                    continue
                if old.status == "superseded":
                    passages = self.catalog.version_passages(old.id, old.version)
                    yield cut(old, newer.group, passages), newer

    # What is said of it

    def _told_of(self, gathered: Gathered, scope: Scope) -> list[str]:
        notes = [told.unknown(name, gathered.snapshot.outlets) for name in gathered.inside.unknown]
        if gathered.over:
            notes.append(
                f"Only the {MOST:,} newest of {gathered.inside.articles:,} articles in scope were read."
            )
        if gathered.inside.undated_left_out and not scope.undated:
            notes.append(f"{gathered.inside.undated_left_out:,} undated articles are left out.")
        if not gathered.heads:
            notes.append(
                "No article in this scope tells of it." if gathered.keys else "No article is in this scope."
            )
        return notes

    def _missing(self, topic: str | None, watched: Sequence[str], gathered: Gathered) -> tuple[str, ...]:
        words = [topic[one.start : one.end] for one in tokens(topic) if not one.empty] if topic else []
        asked = [*dict.fromkeys(words), *watched]
        texts = (
            f"{article.title} {article.text}"
            for _, _, article in self.catalog.articles_of(sorted(gathered.heads))
        )
        return tuple(said_in(texts, asked)) if asked else ()

    def _made(
        self,
        topic: str | None,
        scope: Scope,
        form: Template,
        gathered: Gathered,
        written: Written,
        missing: tuple[str, ...],
        seconds: float,
    ) -> Briefing:
        cited = {one.article_id for one in written.cites.citations}
        return Briefing(
            id=uuid.uuid4().hex,
            topic=topic,
            template=form,
            scope=scope,
            mode="extractive",
            at=datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
            in_brief=tuple(written.in_brief),
            stories=tuple(written.stories),
            timeline=tuple(written.timeline),
            voices=tuple(written.voices),
            conflicts=tuple(written.conflicts),
            unknown=tuple(written.unknown),
            not_found=missing,
            coverage=coverage(gathered, written, cited),
            citations=tuple(written.cites.citations),
            sequence=gathered.snapshot.sequence,
            fingerprint=standing.answer_fingerprint(self.catalog),
            seconds=seconds,
        )


def _many(words: int) -> int:
    return max(1, min(TOLD, words // WORDS_OF_ONE))


def _series(topic: str | None, scope: Scope, form: Template) -> str:
    """The same for briefings that follow each other: topic, template, and the scope but for its days."""
    told = json.dumps([topic, form.name, as_json(replace(scope, from_=None, to=None))], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:12]


def _read(row: kept.Row) -> Briefing:
    try:
        return from_json(Briefing, json.loads(row.briefing))
    except (KeyError, TypeError, ValueError) as error:
        raise UsageError(
            f"the briefing {row.id[:8]}", "it cannot be read any more", "Write it anew."
        ) from error


__all__ = ["SECTIONS", "Briefing", "Briefs", "Candidate", "Planned", "Progress", "templates"]
