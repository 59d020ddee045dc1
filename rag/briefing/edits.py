"""A sentence of a briefing written anew by a person: checked again against what it cites, and marked as edited."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from rag.briefed import Briefing
from rag.briefing.cut import checked, source
from rag.errors import UsageError
from rag.types import Article, Sentence

LONGEST = 2_000  # characters of a sentence


def edited(made: Briefing, old: str, new: str, article: Callable[[str, int], Article]) -> Briefing:
    """The briefing with `new` in place of each sentence that says `old`.

    Args:
        article: a cited version of an article, by id and version.

    Raises:
        UsageError: the new words are none or too many, or no sentence says the old ones.
    """
    said = " ".join(new.split())
    if not said or len(said) > LONGEST:
        raise UsageError(
            "the new sentence", "it is empty" if not said else "it is too long", "Write one sentence."
        )
    found: list[str] = []

    def change(one: Sentence) -> Sentence:
        if one.text != old:
            return one
        found.append(old)
        return _checked(made, one, said, article)

    changed = replace(
        made,
        in_brief=tuple(map(change, made.in_brief)),
        stories=tuple(replace(one, sentences=tuple(map(change, one.sentences))) for one in made.stories),
        timeline=tuple(replace(one, sentence=change(one.sentence)) for one in made.timeline),
        about=tuple(replace(one, sentences=tuple(map(change, one.sentences))) for one in made.about),
        voices=tuple(replace(one, sentences=tuple(map(change, one.sentences))) for one in made.voices),
        conflicts=tuple(
            replace(one, older=change(one.older), newer=change(one.newer)) for one in made.conflicts
        ),
        unknown=tuple(map(change, made.unknown)),
    )
    if not found:
        raise UsageError("the sentence", "it does not stand in this briefing", "Choose one that does.")
    return replace(changed, edited=(*made.edited, (old, said)))


def _checked(made: Briefing, one: Sentence, said: str, article: Callable[[str, int], Article]) -> Sentence:
    sources = [
        source(cited.number, article(cited.article_id, cited.version), cited.quote)
        for cited in made.citations
        if cited.number in one.citations
    ]
    return checked(said, sources)
