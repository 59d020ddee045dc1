"""A sentence as it is shown: its citations, and what checking it against the passages they stand in found."""

from __future__ import annotations

from rag.answering.citations import Numbering
from rag.answering.writer import Draft
from rag.evidence import quoted
from rag.evidence.check import Source, check
from rag.library.rows import HitRow
from rag.types import Citation, QuotationState, Sentence

NOT_QUOTED: tuple[QuotationState, ...] = ("differs", "joined", "not_found")  # these lose their marks


def checked(draft: Draft, numbering: Numbering) -> Sentence:
    """A writer's draft, cited and checked.

    Raises:
        KeyError: one of its spans lies in no passage that was found.
    """
    numbers = tuple(numbering.number(span) for span in draft.spans)
    sources = [_source(numbering.citations[number - 1], numbering.hit(number)) for number in numbers]
    found = check(draft.text, sources)
    text = quoted.unmarked(draft.text, [one.text for one in found.quotations if one.state in NOT_QUOTED])
    return Sentence(text, numbers, found.attribution, found.evidence, found.quotations)


def _source(cited: Citation, hit: HitRow) -> Source:
    begin = hit.passage.start
    return Source(
        citation=cited.number,
        text=hit.text,
        quote=cited.quote,
        published=cited.published,
        title=cited.title,
        article=hit.article.text,
        language=hit.article.language,
        ranges=tuple((start - begin, end - begin) for start, end in hit.passage.sentences),
    )
