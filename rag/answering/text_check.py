"""A text beside the library: each of its sentences with the passages that speak for it, or against it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from rag.answering.citations import cited
from rag.answering.evidence import source
from rag.checked import Occurrence, TextSentence
from rag.evidence import quoted
from rag.evidence.check import Checked, check
from rag.evidence.parsed import parse
from rag.evidence.quote_marks import paragraphs
from rag.evidence.quote_marks import quoted as quoted_ranges
from rag.evidence.tokens import tokens
from rag.library.rows import HitRow
from rag.library.sentences import sentence_ranges
from rag.types import Citation, Evidence, EvidenceState, Found, Reason, Sentence, Span

MOST = 200  # sentences of one text
LEAST = 3  # words that a claim has
HEADING = 12  # words that one has at most
LONGEST = 600  # characters of the sentences of one quotation that are checked together
SHOWN = 3  # passages cited for a sentence
QUOTED = 3  # words that a quotation has for its occurrences to be looked for
_BEST: tuple[EvidenceState, ...] = ("verbatim", "in_source", "differs", "not_checked", "not_matched")
_WORD = re.compile(r"\w+")

Hits = Sequence[tuple[HitRow, Found]]


@dataclass(slots=True)
class TextCheck:
    """Checks one text. `look` finds the passages nearest to a sentence; `occurs` those that have words exactly, oldest
    first."""

    look: Callable[[str], Hits]
    occurs: Callable[[str], Sequence[Found]]
    citations: list[Citation] = field(default_factory=list)
    _numbers: dict[Span, int] = field(default_factory=dict)

    def sentences(self, text: str) -> Iterator[TextSentence]:
        """The sentences in order, as each is checked; at most `MOST`."""
        for start, end in _whole_quotations(text)[:MOST]:
            yield self._sentence(" ".join(text[start:end].split()), start, end)

    def _sentence(self, said: str, start: int, end: int) -> TextSentence:
        if _no_claim(said):
            return TextSentence(
                start, end, Sentence(said, (), evidence=Evidence("not_checked")), claims=False
            )
        beside = _nearest_first(
            said, [(found, one) for hit, found in self.look(said) if (one := _beside(said, hit, found))]
        )
        state = beside[0][1].evidence.state if beside else "not_matched"
        best = [pair for pair in beside if pair[1].evidence.state == state] if state != "not_matched" else []
        numbers, reasons = self._cite(best[:SHOWN])
        against = [pair for pair in beside if _against(said, *pair)] if state != "differs" else []
        otherwise = self._cite(against[:SHOWN])[1]
        first = best[0][1] if best else Checked(Evidence("not_matched"))
        evidence = Evidence(
            state, reasons if state in ("differs", "not_checked") else (), first.evidence.calculated
        )
        sentence = Sentence(said, numbers, first.attribution, evidence, first.quotations)
        return TextSentence(start, end, sentence, otherwise, tuple(self._occurrences(said)))

    def _cite(self, beside: Sequence[tuple[Found, Checked]]) -> tuple[tuple[int, ...], tuple[Reason, ...]]:
        """The passages numbered, each narrowed to what was compared, and their reasons under these numbers."""
        numbers, reasons = [], []
        for found, one in beside:
            begin = found.passage.start
            first, last = one.place or (0, len(found.text))
            numbers.append(self._number(found, begin + first, begin + last))
            reasons += [Reason(why.kind, why.said, why.source, numbers[-1]) for why in one.evidence.reasons]
        return tuple(dict.fromkeys(numbers)), tuple(dict.fromkeys(reasons))

    def _number(self, found: Found, start: int, end: int) -> int:
        span = Span(found.passage.article_id, found.passage.version, start, end)
        if span not in self._numbers:
            self.citations.append(cited(found, len(self.citations) + 1, start, end))
            self._numbers[span] = len(self.citations)
        return self._numbers[span]

    def _occurrences(self, said: str) -> Iterator[Occurrence]:
        for words in quoted.quotations(said):
            if len(_WORD.findall(words)) < QUOTED:
                continue
            for found in self.occurs(words):
                if place := quoted.occurrence(words, found.text):
                    number = self._number(
                        found, found.passage.start + place[0], found.passage.start + place[1]
                    )
                    yield Occurrence(number, place[2])


def _whole_quotations(text: str) -> list[tuple[int, int]]:
    """The sentences of a text, those that stand in one quotation as one: half of it says nothing of whose it is."""
    inside = quoted_ranges(text, paragraphs(text))
    found: list[tuple[int, int]] = []
    for start, end in sentence_ranges(text):
        before = found[-1] if found else None
        cut = before and any(one.opens < before[1] < one.closes and start < one.closes for one in inside)
        if before and cut and end - before[0] <= LONGEST:
            found[-1] = (before[0], end)
        else:
            found.append((start, end))
    return found


def _no_claim(said: str) -> bool:
    """Whether it is a question, a heading or a mere word."""
    words = len(_WORD.findall(said))
    heading = words <= HEADING and not said.endswith((".", "!", "…", ".”", '."', ".’", ".'", ")"))
    return said.endswith(("?", "?”", '?"')) or words < LEAST or heading


def _nearest_first(said: str, beside: Sequence[tuple[Found, Checked]]) -> list[tuple[Found, Checked]]:
    """The passages in order: those that say it before those that have it otherwise, unless these have clearly more of
    its words: what stands elsewhere in the same words is no proof. Far from the nearest, "otherwise" is another matter.
    """
    stems = {word.stem for word in tokens(said) if not word.empty}

    def near(pair: tuple[Found, Checked]) -> float:
        first, last = pair[1].place or (0, len(pair[0].text))
        return len(stems & {word.stem for word in tokens(pair[0].text[first:last])}) / max(1, len(stems))

    nearest = max(map(near, beside), default=0.0)
    kept = [pair for pair in beside if pair[1].evidence.state != "differs" or near(pair) >= nearest - FAR]
    kept.sort(key=lambda pair: (_BEST.index(pair[1].evidence.state), -near(pair)))
    says = [pair for pair in kept if pair[1].evidence.state == "in_source"]
    denies = [pair for pair in kept if _has_otherwise(pair[1])]
    nearer = near(denies[0]) - near(says[0]) if says and denies else 0.0
    if (
        says
        and says[0] is kept[0]
        and denies
        and (nearer >= NEARER or (nearer >= 0 and len(denies) > len(says)))
    ):
        return [*denies, *(pair for pair in kept if pair not in denies)]
    return kept


def _has_otherwise(one: Checked) -> bool:
    """Whether it differs in more than whose word it is."""
    return one.evidence.state == "differs" and any(why.kind not in _WHOSE for why in one.evidence.reasons)


def _against(said: str, found: Found, one: Checked) -> bool:
    """Whether a passage has something otherwise, and not only says whose word it is: where it says nearly all of the
    sentence. Of 10 such marks on drafts by somebody who had not seen the checks, the 3 that were right had all of its
    telling words, the others three quarters at most."""
    if not _has_otherwise(one):
        return False
    first, last = one.place or (0, len(found.text))
    parsed = parse(said, None)
    telling = {parsed.words[at].stem for at in parsed.plain}
    there = {word.stem for word in tokens(found.text[first:last]) if not word.empty}
    return len(telling & there) >= NEARLY * len(telling)


NEARLY = 0.9  # of a sentence's telling words
NEARER, FAR = 0.05, 0.2  # more, and fewer, of its telling words than another passage has
_WHOSE = ("attribution", "hedge")


def _beside(said: str, hit: HitRow, found: Found) -> Checked | None:
    """What one passage says to a sentence; None where it has nothing to do with it."""
    if (place := quoted.verbatim(said, found.text)) is not None:
        return Checked(Evidence("verbatim"), place=place)
    one = check(said, [source(hit)])
    return None if one.evidence.state == "not_matched" else one
