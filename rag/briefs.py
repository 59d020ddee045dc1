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

from rag import standing, told
from rag.beats import TOP, WORDS, Beats, nothing_new
from rag.brief_reading import MOST
from rag.briefed import SECTIONS, Briefing, Template
from rag.briefing import templates
from rag.briefing.about import about
from rag.briefing.apart import conflicts_of
from rag.briefing.by_model import Estimate
from rag.briefing.changes import changes
from rag.briefing.cut import Cites
from rag.briefing.edits import edited
from rag.briefing.gathered import Candidate, Gathered, candidate, coverage, ordered
from rag.briefing.write import Written, said_in, write
from rag.briefs_by_model import ModelStories
from rag.errors import UsageError
from rag.evidence.tokens import tokens
from rag.jsonable import as_json, from_json
from rag.library import briefings as kept
from rag.library.erased import erased_ids
from rag.library.erased_words import without
from rag.library.ingest import Progress
from rag.types import Scope, Stage

TOLD, WORDS_OF_ONE = 10, 80  # stories written out, and words that each needs


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


class Briefs(Beats):
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
        beat: str | None = None,
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
            beat=beat,
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
        beat: str | None = None,
        stop: threading.Event | None = None,
        session: str = "",
    ) -> Iterator[Stage | Progress | Briefing]:
        """The same as it is written; the last is the Briefing. Where `stop` is set, it has what was written by then.

        Args:
            since: an earlier briefing's id, or "last": the newest of the same topic, scope and template.
            without, first: ids of stories left out, or told before the others.
            watched: names told of even where no article has them.
            beat: brief on this beat: topic, scope and template are its own; at most three stories, those with
                news since its briefing before, or that nothing significant came.
            extractive: no model writes, also where one is set. `session` is whose limits count.

        Raises:
            UsageError: there is no such template, beat or earlier briefing.
            ReadingError: the template is none.
        """
        began, scope, most = time.perf_counter(), scope or Scope(), TOLD
        if beat is not None:
            told = self._in_window(self.beat(beat))
            beat, topic, scope, template, most = told.name, told.topic, told.scope, told.template, TOP
            words, watched = words or told.words or WORDS, (*told.watched, *watched)
        form = templates.load(template, words)
        topic = " ".join((topic or "").split()) or None
        earlier = self._earlier(since, _series(topic, scope, form, beat), beat)
        yield Stage("finding the stories")
        gathered = self._gather(topic, scope)
        in_order = ordered(gathered, without, first)
        fresh = self._fresh(gathered, earlier) if beat else in_order
        in_order.sort(key=lambda keys: keys not in fresh)
        out = in_order[: min(len(fresh), most, _many(form.words))]
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
        cites = Cites()
        named = about(self._naming(watched, gathered, earlier if beat else None), watched, cites)
        for done, so_far in write(chosen, form.words, outlets, by_model.drafts, cites):
            written = so_far
            yield Progress("writing", done, len(out))
            if stop is not None and stop.is_set():
                notes.append(
                    f"Stopped after {done:,} of {len(out):,} stories; the sections behind them are missing."
                )
                break
        else:
            ticked = (gathered.heads[key] for keys in (out if beat else in_order) for key in keys)
            written.conflicts += conflicts_of(ticked, cites, tuple(written.conflicts))
        seconds = round(time.perf_counter() - began, 3)
        missing = self._missing(topic, watched, gathered)
        made = self._made(topic, scope, form, gathered, written, missing, seconds)
        made = replace(made, warnings=tuple(notes), watched=tuple(watched), **by_model.told())
        made = replace(made, beat=beat, about=tuple(named))
        if earlier is not None and beat and not fresh:
            made = replace(made, nothing=nothing_new(earlier, gathered))
        if earlier is not None:
            made = replace(made, since=earlier.at, changes=changes(earlier, made))
        yield made

    # What is kept

    def keep_briefing(self, made: Briefing, owner: str) -> None:
        """Keep a briefing, or its newer text under the same id. Raises: ReadOnly."""
        self._refuse_read_only()
        title = made.beat or made.topic or made.template.name
        series = _series(made.topic, made.scope, made.template, made.beat)
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

    def _earlier(self, since: str | None, series: str, beat: str | None) -> Briefing | None:
        if since is None and beat is None:
            return None
        if since not in (None, "last"):
            return self.briefing(str(since))
        there = kept.rows(self.catalog, series=series, limit=1) if self.catalog.holds("briefings") else []
        if not there and beat is not None:
            return None
        if not there:
            fault = "no briefing of this topic, scope and template is kept yet"
            raise UsageError("--since last", fault, "Write one without it first; it is kept.")
        return _read(there[0])

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


def _series(topic: str | None, scope: Scope, form: Template, beat: str | None) -> str:
    """The same for briefings that follow each other: the beat; else topic, template, and the scope but for its days."""
    told = json.dumps([topic, form.name, as_json(replace(scope, from_=None, to=None))], sort_keys=True)
    return hashlib.sha256(f"beat {beat}".encode() if beat else told.encode()).hexdigest()[:12]


def _read(row: kept.Row) -> Briefing:
    try:
        return from_json(Briefing, json.loads(row.briefing))
    except (KeyError, TypeError, ValueError) as error:
        raise UsageError(
            f"the briefing {row.id[:8]}", "it cannot be read any more", "Write it anew."
        ) from error


__all__ = ["SECTIONS", "Briefing", "Briefs", "Candidate", "Planned", "Progress", "templates"]
