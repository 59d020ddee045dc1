"""Beats at the front door: a scope with names to watch, saved, whose briefings say what is new since the last one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from rag import credits
from rag.brief_reading import BriefReading
from rag.briefed import Beat, Briefing
from rag.briefing import templates
from rag.briefing.about import naming
from rag.briefing.cut import NO_NEWS, Text, cut
from rag.briefing.gathered import Gathered
from rag.errors import UsageError
from rag.jsonable import as_json, from_json
from rag.library import briefings as kept

TOP = 3  # stories of a beat's briefing
WORDS = 300  # one page
NAMES = 20
LONGEST = 80  # characters of a beat's name, and of a name to watch
READ = 200  # articles that a name is looked up in, the newest


class Beats(BriefReading):
    """The part of the newsroom that keeps beats. Safe for threads."""

    def beats(self) -> tuple[Beat, ...]:
        """Those kept, by name."""
        if not self.catalog.holds("beats"):
            return ()
        return tuple(_read(row) for row in kept.beats(self.catalog))

    def beat(self, name: str) -> Beat:
        """One of them. Raises: UsageError."""
        for one in self.beats():
            if one.name.casefold() == " ".join(name.split()).casefold():
                return one
        raise UsageError(f"the beat {name!r}", "there is none", "`dateline beat list` shows them.")

    def keep_beat(self, beat: Beat, owner: str) -> Beat:
        """Keep a beat; one of the same name is replaced.

        Raises:
            UsageError: its name, its names to watch or its window cannot be.
            ReadOnly: the home cannot be written.
        """
        self._refuse_read_only()
        name = " ".join(beat.name.split())
        watched = tuple(dict.fromkeys(" ".join(one.split()) for one in beat.watched if one.strip()))
        if not name or len(name) > LONGEST:
            raise UsageError("the beat", f"its name is empty or over {LONGEST} characters", "Name it anew.")
        if len(watched) > NAMES or any(len(one) > LONGEST for one in watched):
            raise UsageError(
                "the names to watch", f"at most {NAMES} of {LONGEST} characters are taken", "Leave some out."
            )
        if beat.days is not None and not 1 <= beat.days <= 366:
            raise UsageError("the days of a beat", f"{beat.days:,} is not 1 to 366", "Choose another number.")
        templates.load(beat.template, beat.words)
        made = replace(beat, name=name, watched=watched)
        more = {
            "scope": as_json(made.scope),
            "template": made.template,
            "words": made.words,
            "days": made.days,
        }
        row = kept.BeatRow(name, owner, made.topic or "", "\n".join(watched), json.dumps(more))
        kept.keep_beat(self.catalog, row)
        return made

    def forget_beat(self, name: str) -> None:
        """Take one out; its briefings stay. Raises: UsageError, ReadOnly."""
        self._refuse_read_only()
        kept.forget_beat(self.catalog, self.beat(name).name)

    def _in_window(self, beat: Beat) -> Beat:
        """The beat with its days as a scope."""
        if beat.days is None or beat.scope.from_ is not None:
            return beat
        first = self.settings.day - timedelta(days=beat.days)
        return replace(beat, scope=replace(beat.scope, from_=first.isoformat()))

    def _fresh(self, gathered: Gathered, earlier: Briefing | None) -> list[tuple[int, ...]]:
        """The stories with news since an earlier briefing: a text that is no copy, opinion or letter of old."""
        if earlier is None:
            return list(gathered.stories)
        before = _articles(earlier)
        heads = gathered.heads
        old = {group for group, article in heads.values() if article.id in before}
        return [
            keys
            for keys in gathered.stories
            if any(
                heads[key][1].id not in before
                and heads[key][0] not in old
                and heads[key][1].kind not in NO_NEWS
                for key in keys
            )
        ]

    def _naming(self, names: Sequence[str], gathered: Gathered, earlier: Briefing | None) -> list[Text]:
        """The texts that have any of these names, new since an earlier briefing, the newest."""
        pattern = naming(names)
        before = _articles(earlier) if earlier is not None else frozenset[str]()
        found: list[Text] = []
        if pattern is None:
            return found
        for _, group, article in self.catalog.articles_of(list(gathered.heads)):
            if len(found) < READ and article.id not in before and pattern.search(article.text):
                passages = self.catalog.version_passages(article.id, article.version)
                found.append(cut(article, group, passages))
        return found


def nothing_new(earlier: Briefing, gathered: Gathered) -> str:
    """That nothing significant came since, and what did."""
    new = sum(article.id not in _articles(earlier) for _, article in gathered.heads.values())
    what = f": {new:,} new texts, all of them copies, opinion or letters" if new else ""
    return f"Nothing significant since {earlier.at[11:16]} UTC on {credits.day(earlier.at)}{what}."


def _articles(earlier: Briefing) -> frozenset[str]:
    return frozenset(one for story in earlier.stories for one in story.articles)


def _read(row: kept.BeatRow) -> Beat:
    more = json.loads(row.more)
    names = [one for one in row.watched.split("\n") if one]
    return from_json(Beat, {"name": row.name, "topic": row.topic or None, "watched": names, **more})
