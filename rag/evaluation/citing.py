"""What an answer says and cites, beside a question's evidence. Evidence is spans: what is cited must cover them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rag.evaluation import metrics
from rag.evaluation.runs import Asked, Seen
from rag.expected import Evidenced, Question
from rag.types import (
    Answer,
    Citation,
)

_QUOTED = re.compile(r"“([^“”]+)”|\"([^\"]+)\"")
_MARKS = str.maketrans("’‘", "''")


def text_of(answer: Answer) -> str:
    """What an answer says, in its order."""
    if answer.coverage is not None:
        return answer.coverage.said
    return " ".join(sentence.text for sentence in answer.sentences)


def cited_by(answer: Answer, sentences: int | None = None) -> tuple[Citation, ...]:
    """The citations of the first sentences (None: of all); those that an answer only lists as nearest are none."""
    if answer.coverage is not None:
        return answer.citations
    numbers = {number for sentence in answer.sentences[:sentences] for number in sentence.citations}
    return tuple(citation for citation in answer.citations if citation.number in numbers)


def shown_by(answer: Answer) -> tuple[Citation, ...]:
    """What a reader sees of the articles beside it: what it cites, or the closest passages."""
    return answer.passages if answer.status == "closest" else cited_by(answer)


def covers(citations: Iterable[Citation], entry: Evidenced, found: Sequence[Seen] = ()) -> bool:
    """Do the citations together cover an entry's words, white space aside?

    A citation of a copy counts where the search folded the evidence's article into it (`found` tells) and it holds
    the evidence word for word.
    """
    if entry.start is None:
        return False
    cited: set[int] = set()
    for citation in citations:
        if citation.article_id == entry.article:
            cited.update(range(citation.start, citation.end))
        elif _of_copy(citation, entry, found):
            return True
    return all(entry.start + at in cited for at, sign in enumerate(entry.quote) if not sign.isspace())


def touches(citation: Citation, entry: Evidenced, found: Sequence[Seen] = ()) -> bool:
    """Does a citation hold any of an entry's words?"""
    if entry.start is None:
        return False
    if citation.article_id != entry.article:
        return _of_copy(citation, entry, found)
    return any(
        citation.start <= entry.start + at < citation.end
        for at, sign in enumerate(entry.quote)
        if not sign.isspace()
    )


def holds_span(answer: Answer, question: Question, sentences: int | None = None) -> bool:
    """Do the citations of the first sentences cover any evidence of the question?"""
    cited = cited_by(answer, sentences)
    return any(covers(cited, entry) for entry in question.evidence)


def right(asked: Asked) -> bool | None:
    """Whether a question came out right.

    Not answerable: not `answered`. Answerable: `answered`, and what is cited covers a piece of its evidence; where it
    names none, what is said holds one of its answers. None: it failed, or names neither.
    """
    question, answer = asked.question, asked.answer
    if answer is None:
        return None
    said = answer.status == "answered"
    if not question.answerable:
        return not said
    if question.evidence:
        cited = cited_by(answer)
        return said and any(covers(cited, entry, asked.found) for entry in question.evidence)
    holds = metrics.contains_answer(text_of(answer), question.answers)
    return None if holds is None else said and holds


def verbatim(answer: Answer) -> tuple[int, int]:
    """Of the quotations inside an answer's sentences, how many stand word for word in what the sentence cites."""
    quotes = {citation.number: _plain(citation.quote) for citation in answer.citations}
    kept, of = 0, 0
    for sentence in answer.sentences:
        sources = [quotes[number] for number in sentence.citations if number in quotes]
        for match in _QUOTED.finditer(sentence.text):
            of += 1
            words = _plain(match[1] or match[2])
            kept += any(words in source for source in sources)
    return kept, of


def _plain(text: str) -> str:
    """White space folded, apostrophes alike, no comma or full stop that only closes a quotation."""
    return " ".join(text.split()).translate(_MARKS).rstrip(",.")


def _of_copy(citation: Citation, entry: Evidenced, found: Sequence[Seen]) -> bool:
    folded_in = any(one.article == citation.article_id and entry.article in one.copies for one in found)
    return folded_in and " ".join(entry.quote.split()) in " ".join(citation.quote.split())
