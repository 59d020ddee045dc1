"""A sentence as it is shown: its citations, and what checking it against the passages they stand in found."""

from __future__ import annotations

from rag.answering.citations import Numbering
from rag.answering.writer import Draft
from rag.evidence import quoted
from rag.evidence.check import Source, check
from rag.library.rows import HitRow
from rag.types import QuotationState, Sentence

NOT_QUOTED: tuple[QuotationState, ...] = ("differs", "joined", "not_found")  # these lose their marks


def checked(draft: Draft, numbering: Numbering) -> Sentence:
    """A writer's draft, cited and checked.

    Raises:
        KeyError: one of its spans lies in no passage that was found.
    """
    numbers = tuple(numbering.number(span) for span in draft.spans)
    cited = [numbering.citations[number - 1] for number in numbers]
    sources = [source(numbering.hit(one.number), one.number, one.quote) for one in cited]
    found = check(draft.text, sources)
    text = quoted.unmarked(draft.text, [one.text for one in found.quotations if one.state in NOT_QUOTED])
    return Sentence(text, numbers, found.attribution, found.evidence, found.quotations)


def source(hit: HitRow, citation: int = 0, quote: str = "") -> Source:
    """A passage as sentences are checked against it; `quote` are the words of it that are cited."""
    article, begin = hit.article, hit.passage.start
    ranges = tuple((start - begin, end - begin) for start, end in hit.passage.sentences)
    return Source(
        citation, hit.text, article.published, article.title, article.text, article.language, ranges, quote
    )
