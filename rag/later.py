"""What came later on the story that an answer cites, and is not cited: said before it, against printing old news."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rag.briefing import stories
from rag.briefing.cut import NO_NEWS
from rag.briefing.stories import StoryArticle
from rag.briefing.write import in_days
from rag.reading.dates import moment
from rag.types import Answer, Nearest

if TYPE_CHECKING:
    from rag.asking import Asking

LOOKED = 40  # passages in which a story's other articles are looked for
SHOWN = 2
CITED = 3  # articles whose stories are followed, the newest


def later(room: Asking, answer: Answer) -> tuple[Nearest, ...]:
    """The newest articles, of a later day than all that is cited, that report the same story: at most `SHOWN`, the
    last first. Copies, opinion and letters are none; nothing where what is cited is undated."""
    dated = {one.article_id: one for one in answer.citations if one.published and one.quote}
    if answer.status != "answered" or not dated or answer.coverage is not None:
        return ()
    cited = sorted(dated.values(), key=lambda one: -moment(one.published or ""))[:CITED]
    day = max(in_days(one.published) or 0 for one in cited)
    found = room.questions.near(cited[0].title or cited[0].quote, answer.scope, k=LOOKED)
    hits = {hit.version_key: hit for hit, _ in found}
    if not any((in_days(hit.article.published) or 0) > day for hit in hits.values()):
        return ()
    return _of_the_story(room, sorted(hits), {one.article_id for one in cited}, day)


def _of_the_story(room: Asking, keys: Sequence[int], cited: set[str], day: int) -> tuple[Nearest, ...]:
    heads = {key: (group, article) for key, group, article in room.catalog.articles_of(keys)}
    grouped = stories.grouped(
        [
            StoryArticle(key, one.title or "", one.text[: stories.READ], in_days(one.published), group)
            for key, (group, one) in heads.items()
        ]
    )
    told = {group for group, article in heads.values() if article.id in cited}
    found = []
    for story in grouped:
        some = [heads[key] for key in story]
        if not cited & {article.id for _, article in some}:
            continue
        groups = set(told)
        for group, article in sorted(some, key=lambda one: -moment(one[1].published or "1000-01-01")):
            if (
                (in_days(article.published) or 0) > day
                and group not in groups
                and article.kind not in NO_NEWS
            ):
                groups.add(group)
                found.append(article)
    found.sort(key=lambda one: -moment(one.published or ""))
    return tuple(Nearest(one.id, one.title, one.outlet, one.published) for one in found[:SHOWN])
