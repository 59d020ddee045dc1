"""What became of each story since an earlier briefing of the same scope: new, reported again, now reported differently,
no longer mentioned. The same library: nothing."""

from __future__ import annotations

from collections.abc import Iterator

from rag.briefed import Briefing, Change, Story
from rag.evidence.check import Source, check
from rag.types import Sentence

COMPARED = 6  # sentences of each side


def changes(earlier: Briefing, now: Briefing) -> tuple[Change, ...]:
    """The changes, in the order of the stories; those no article of this window mentions last."""
    return (*_of_stories(earlier, now), *_gone(earlier, now))


def _of_stories(earlier: Briefing, now: Briefing) -> Iterator[Change]:
    before = {article for story in earlier.stories for article in story.articles}
    for story in now.stories:
        added = [article for article in story.articles if article not in before]
        if not added:
            continue
        was = [one for one in earlier.stories if set(one.articles) & set(story.articles)]
        fresh = tuple(one for one in story.sentences if _rests_on(now, one, added))
        if not was:
            yield Change("new", story.headline, fresh or story.sentences[:1])
            continue
        other = next(_differently(earlier, was, fresh), None)
        if other is not None:
            sentence, old = other
            yield Change("differently", story.headline, (sentence,), old)
        else:
            yield Change("again", story.headline, fresh)


def _differently(
    earlier: Briefing, was: list[Story], fresh: tuple[Sentence, ...]
) -> Iterator[tuple[Sentence, str]]:
    for sentence in fresh[:COMPARED]:
        for old in [one for story in was for one in story.sentences][:COMPARED]:
            about = next((one for one in earlier.citations if one.number in old.citations), None)
            source = Source(
                1, old.text, about.published if about else None, None, old.text, None, (), old.text
            )
            found = check(sentence.text, [source])
            if found.evidence.state == "differs" and any(
                why.kind in ("number", "date") for why in found.evidence.reasons
            ):
                yield sentence, old.text


def _rests_on(now: Briefing, sentence: Sentence, articles: list[str]) -> bool:
    return any(one.number in sentence.citations and one.article_id in articles for one in now.citations)


def _gone(earlier: Briefing, now: Briefing) -> Iterator[Change]:
    there = {article for story in now.stories for article in story.articles}
    for story in earlier.stories:
        if story.told and not there & set(story.articles):
            yield Change("not_mentioned", story.headline)
