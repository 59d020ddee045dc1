"""Whether another article gives a figure of an answer differently: both sides cited, before the answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rag.answering.asked_for import kind_of
from rag.answering.citations import Numbering
from rag.evidence.check import Source, check
from rag.evidence.figures import FiguresApart, Stated, asks_for, differ, figures
from rag.types import Conflict, Sentence


def disputes(
    found: Sequence[FiguresApart], question: str, sentences: Sequence[Sentence], numbering: Numbering
) -> Iterator[Conflict]:
    """Of the differences between the articles that were found those of a figure that is asked for, or given."""
    counts = kind_of(question) in ("number", "money")
    told: set[tuple[str, int, str, int]] = set()
    for one in found:
        sides = one.older, one.newer
        key = one.older.article.id, one.older.figure.start, one.newer.article.id, one.newer.figure.start
        if key in told:
            continue
        about = " . ".join(f"{side.article.title or ''} . {side.figure.said}" for side in sides)
        asked = counts and asks_for(question, one.newer.figure, about)
        if asked or any(_gives(each, side, numbering) for each in sentences for side in sides):
            told.add(key)
            older, newer = (_side(side, numbering) for side in sides)
            yield Conflict(one.kind, older, newer, one.reason)


def _gives(sentence: Sentence, side: Stated, numbering: Numbering) -> bool:
    """Whether a sentence says a side's figure: of the same thing, or cited to its article and of the same size."""
    cited = {numbering.citations[number - 1].article_id for number in sentence.citations}
    for one in figures(sentence.text, 0, len(sentence.text), side.article.published):
        if (one.slot, one.what) == (side.figure.slot, side.figure.what) and not differ(one, side.figure):
            return True
    return side.article.id in cited and side.figure.number.text in sentence.text


def _side(side: Stated, numbering: Numbering) -> Sentence:
    article, figure = side.article, side.figure
    number = numbering.lead(article, figure.start, figure.end)
    quote = article.text[figure.start : figure.end]
    source = Source(
        number, quote, article.published, article.title, article.text, article.language, (), quote
    )
    checked = check(figure.said, [source])
    return Sentence(figure.said, (number,), checked.attribution, checked.evidence, checked.quotations)
