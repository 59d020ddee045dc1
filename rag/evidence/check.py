"""Whether the cited passages say what a sentence says: found in code, without a model.

A sentence is laid beside those of its source that say most of it. It *differs* only where both sides can be shown;
what cannot be tied to the source is *not matched*; what these checks do not cover is *not checked*.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rag.evidence import copies, quoted, relations, speakers, wordings
from rag.evidence.facts import Difference, compare
from rag.evidence.language import english
from rag.evidence.names import Name, names
from rag.evidence.parsed import Laid, Parsed, parse
from rag.evidence.tokens import tokens
from rag.library.sentences import sentence_ranges
from rag.types import Evidence, EvidenceState, Quotation, Reason

COVERED = 0.5  # share of a sentence's plain words that its source must have
ADDED = 4  # plain words in a row that its source has not: something is added
ALIKE = 0.5  # share of them that the anchors must have, for the two to say the same thing otherwise
MOST_ANCHORS = 2
APART = 400  # characters between two anchors that are shown as one place
_SMALL = re.compile(r"\b[a-z][a-z'’-]+\b")
_FULL = re.compile(r"[A-Z][\w’'-]+(?: [A-Z][\w’'-]+)+")
_ADDS = 0.12  # share of the telling words that a further sentence must add


@dataclass(frozen=True)
class Source:
    """A cited passage. `text` holds the sentences `ranges` (all of it, where none are given); `article` is the whole
    text it is cut from, `published` a date in one of the five forms."""

    citation: int
    text: str
    published: str | None = None
    title: str | None = None
    article: str = ""
    language: str | None = None
    ranges: tuple[tuple[int, int], ...] = ()
    quote: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """A sentence's evidence, whose word its source says it is, and what became of its quotations.

    `place`: where in the first passage that says most of it, from its first anchor to its last.
    """

    evidence: Evidence
    attribution: str | None = None
    quotations: tuple[Quotation, ...] = ()
    place: tuple[int, int] | None = None


def check(text: str, sources: Sequence[Source]) -> Checked:
    """The evidence of one sentence in the passages it cites, an empty sequence for none.

    `text` has its white space folded. Deterministic; no network, no model.
    """
    if not sources:
        return Checked(Evidence("not_matched"))
    if any(_whole(text, source) for source in sources):
        return Checked(Evidence("verbatim"), speakers.whose(parse(text, sources[0].published)))
    if not english(text) or any(not _covered(source) for source in sources):
        return Checked(Evidence("not_checked", (Reason("language", "", ""),)))
    return _judged(_lay(text, sources), sources)


def _covered(source: Source) -> bool:
    """Whether a source is in the language that the checks know: as its record says, else by its small words."""
    return source.language == "en" if source.language else english(source.text)


def _whole(text: str, source: Source) -> bool:
    """Whether it is all that is cited, or whole sentences of it: never a part that may mean something else."""
    if " ".join(source.quote.split()) == text:
        return True
    ranges = source.ranges or sentence_ranges(source.text)
    pieces = [" ".join(source.text[start:end].split()) for start, end in ranges]
    starts = (at for at, piece in enumerate(pieces) if text.startswith(piece))
    return any(text == " ".join(pieces[at:last]) for at in starts for last in range(at + 1, len(pieces) + 1))


def _judged(laid: Laid, sources: Sequence[Source]) -> Checked:
    quotations, differ = _quotations(laid.said, sources)
    facts = compare(laid, _known(sources))
    if coverage(laid.said, laid.anchors) >= ALIKE:
        differ += [*facts.differ, *_said_otherwise(laid)]
    state: EvidenceState = "in_source"
    if differ:
        state = "differs"
    elif facts.missing or facts.differ or _unquoted(quotations) or _adds(laid):
        state = "not_matched"
    told = [
        one for one in differ if one.said != one.source
    ] or differ  # the same twice says nothing to a reader
    reasons = dict.fromkeys(Reason(one.kind, one.said, one.source, one.citation) for one in told)
    whose = speakers.whose(laid.anchors[0]) if laid.anchors and state != "not_matched" else None
    return Checked(Evidence(state, tuple(reasons), tuple(facts.calculated)), whose, quotations, _place(laid))


def _place(laid: Laid) -> tuple[int, int] | None:
    """The anchors' range in the passage of the first; only that one where the others stand far from it."""
    if not laid.anchors:
        return None
    first = laid.anchors[0]
    near = [
        one
        for one in laid.anchors
        if one.citation == first.citation and abs(one.start - first.start) <= APART
    ]
    return min(one.start for one in near), max(one.start + len(one.text) for one in near)


def _said_otherwise(laid: Laid) -> Iterator[Difference]:
    yield from copies.displaced(laid.said, laid.anchors)
    yield from relations.roles(laid)
    yield from relations.reversed_deeds(laid.said, laid.anchors)
    yield from relations.swapped(laid.said, laid.anchors)
    yield from wordings.opposites(laid.said, laid.anchors)
    yield from wordings.furthered(laid.said, laid.anchors)
    yield from wordings.denied(laid.said, laid.anchors)
    yield from wordings.unhedged(laid.said, laid.anchors)
    yield from speakers.dropped(laid.said, laid.anchors)


def _adds(laid: Laid) -> bool:
    """Whether too little of a sentence is in its passages, or so many words in a row are not."""
    stems = _stems(laid.passage)
    run = longest = 0
    for at in laid.said.plain:
        run = 0 if laid.said.words[at].stem in stems else run + 1
        longest = max(longest, run)
    return longest >= ADDED or coverage(laid.said, laid.passage) < COVERED


def _unquoted(quotations: Sequence[Quotation]) -> bool:
    return any(one.state == "not_found" for one in quotations)


def _lay(text: str, sources: Sequence[Source]) -> Laid:
    passage = tuple(one for source in sources for one in _sentences(source))
    common = frozenset().union(*(_common(source) for source in sources))
    said = parse(text, sources[0].published, common=common)
    anchors = _anchors(said, passage)
    published = next(
        (one.published for one in sources if anchors and one.citation == anchors[0].citation), None
    )
    if published != sources[0].published:
        said = parse(text, published, common=common)
    return Laid(said, passage, anchors)


def _anchors(said: Parsed, passage: Sequence[Parsed]) -> tuple[Parsed, ...]:
    """The sentences that say most of it, each adding to the ones before."""
    wanted = set(said.stems)
    found: list[Parsed] = []
    left = list(passage)
    least = max(1.0, _ADDS * len(wanted))
    while left and wanted and len(found) < MOST_ANCHORS:
        best = max(left, key=lambda one: len(wanted & one.stems))
        if len(wanted & best.stems) < least:
            break
        wanted -= best.stems
        left.remove(best)
        found.append(best)
    return tuple(found)


def coverage(said: Parsed, source: Sequence[Parsed]) -> float:
    """The share of a sentence's telling words, those of its facts left out, that the source's sentences have."""
    plain = {said.words[at].stem for at in said.plain}
    return len(plain & _stems(source)) / len(plain) if plain else 1.0


def _stems(source: Sequence[Parsed]) -> frozenset[str]:
    return frozenset().union(*(one.stems for one in source))


def _quotations(said: Parsed, sources: Sequence[Source]) -> tuple[tuple[Quotation, ...], list[Difference]]:
    """Of the sources, the one that has most of the quotations."""
    found = [quoted.check(said, _sentences(one), one.text, one.citation) for one in sources]
    return min(found, key=lambda one: (sum(each.state != "verbatim" for each in one[0]), len(one[1])))


@lru_cache(maxsize=256)
def _sentences(source: Source) -> tuple[Parsed, ...]:
    common, ranges = _common(source), source.ranges or sentence_ranges(source.text)
    return tuple(
        parse(source.text[a:b], source.published, start=a, citation=source.citation, common=common)
        for a, b in ranges
    )


@lru_cache(maxsize=256)
def _common(source: Source) -> frozenset[str]:
    """The words that its article also writes small."""
    return frozenset(_SMALL.findall(source.article or source.text))


def _known(sources: Sequence[Source]) -> tuple[Name, ...]:
    """The names in the headlines, and the full names of those whom the passages name by their last name."""
    found: list[Name] = []
    for source in sources:
        if source.title:
            found += names(source.title, tokens(source.title), _common(source))
        short = {one.words[0] for each in _sentences(source) for one in each.names if len(one.words) == 1}
        for match in _FULL.finditer(source.article):
            words = tokens(match[0])
            if words[-1].low in short:
                found += names(match[0], words)
    return tuple(found)
