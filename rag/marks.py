"""The words that stand beside a sentence: they promise what was measured and nothing more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rag.checked import CheckedText, TextSentence
from rag.types import (
    Answer,
    Citation,
    Conflict,
    ConflictKind,
    Evidence,
    EvidenceState,
    QuotationState,
    Reason,
    Sentence,
)

ANSWER = "Answer"  # stands above the first sentence where something stands before it
CLOSEST = "Closest passages; not judged an answer"
UNFINISHED = "What the model had written before it failed. It is not complete."
CONFLICTS: dict[ConflictKind, str] = {
    "disagreement": "Sources disagree",
    "update": "Reported later",
    "correction": "Corrected",
}
QUOTATIONS: dict[QuotationState, str | None] = {
    "verbatim": None,
    "differs": "quotation: wording differs from the source",
    "joined": "quotation: joined from two in the source",
    "given_to_another": "quotation: given by the source to someone else",
    "not_found": "quotation: not found in the source",
}


def conflict(found: Conflict) -> str:
    """What stands above two sentences that differ: as "Sources disagree: “About 11,000” → “Forty thousand”"."""
    return f"{CONFLICTS[found.kind]}: “{found.reason.source}” → “{found.reason.said}”"


def evidence(found: Evidence | None, where: str = "answer") -> str | None:
    """The mark on a sentence of an answer, or of another text; None where checking has not been done at all."""
    if found is None:
        return None
    match found.state:
        case "verbatim":
            return "verbatim"
        case "in_source":
            return "in the source"
        case "differs":
            return "differs: " + "; ".join(_both_sides(found.reasons, where)) if found.reasons else "differs"
        case "not_matched":
            return "not matched to the source"
        case "not_checked":
            return "not checked: not in English" if found.reasons else "not checked"


def calculated(found: Evidence | None) -> str | None:
    """The workings of figures that were calculated from those of the source; None where there are none."""
    return f"calculated: {'; '.join(found.calculated)}" if found is not None and found.calculated else None


def _both_sides(reasons: Sequence[Reason], where: str) -> list[str]:
    told = (
        f"{_one_side(reason, reason.said)} in the {where}, {_one_side(reason, reason.source)} in the source"
        for reason in reasons
    )
    return list(dict.fromkeys(told))


def _one_side(reason: Reason, words: str) -> str:
    if not words:
        return "left out"
    quoted = reason.kind in ("number", "date", "name") or words.startswith("“")
    return words if quoted else f"“{words}”"


def marks(sentence: Sentence) -> tuple[str, ...]:
    """What stands beside a sentence: its evidence, whose word it is, what became of its quotations."""
    parts = [evidence(sentence.evidence), calculated(sentence.evidence)]
    parts.append(f"whose word: {sentence.attribution}" if sentence.attribution else None)
    parts += [QUOTATIONS[quotation.state] for quotation in sentence.quotations]
    return tuple(part for part in parts if part)


def alarms(sentence: Sentence) -> tuple[str, ...]:
    """Those of its marks that tell of a difference from the source."""
    parts = (
        [evidence(sentence.evidence)] if sentence.evidence and sentence.evidence.state == "differs" else []
    )
    parts += [QUOTATIONS[quotation.state] for quotation in sentence.quotations]
    return tuple(part for part in parts if part)


def leads(answer: Answer) -> dict[int, str]:
    """Which part of the question stands above which sentence (its number, from 1): the first that was found for it."""
    found: dict[int, str] = {}
    above = 0
    for part in answer.parts:
        own = [number for number in part.sentences if number > above]
        if own:
            found[own[0]], above = part.question, max(own)
    return found


def parts_said(answer: Answer) -> str | None:
    """What a question was taken apart into, where that does not stand above its sentences."""
    if not answer.parts or len(leads(answer)) == len(answer.parts):
        return None
    return "Searched part by part: " + ", ".join(f"“{part.question}”" for part in answer.parts)


def taken_away(sentence: Sentence) -> str:
    """The same in one line, for a copy that leaves the page: there, what was not checked says so."""
    return "; ".join(marks(sentence)) or "not checked"


NO_CLAIM = "nothing to check"


def of_text(one: TextSentence, citations: Sequence[Citation]) -> tuple[str, ...]:
    """What stands beside a sentence of a text that was checked: its state, what other passages have otherwise, where
    its quotations stand."""
    if not one.claims:
        return (NO_CLAIM,)
    sentence = one.sentence
    parts = [evidence(sentence.evidence, "text"), calculated(sentence.evidence)]
    parts.append(f"whose word: {sentence.attribution}" if sentence.attribution else None)
    parts += [QUOTATIONS[quotation.state] for quotation in sentence.quotations]
    parts += _otherwise(one)
    parts += [
        f"quoted in [{place.citation}] {credit(citations[place.citation - 1])}"
        + (f", given to {place.speaker}" if place.speaker else "")
        for place in one.occurrences
    ]
    return tuple(part for part in parts if part)


def alarms_of_text(one: TextSentence) -> tuple[str, ...]:
    """Those that tell of a difference from the library."""
    parts = [evidence(one.sentence.evidence, "text")] if _differs(one.sentence.evidence) else []
    parts += [QUOTATIONS[quotation.state] for quotation in one.sentence.quotations]
    return tuple(part for part in (*parts, *_otherwise(one)) if part)


def _differs(found: Evidence | None) -> bool:
    return found is not None and found.state == "differs"


def _otherwise(one: TextSentence) -> list[str]:
    return [f"otherwise in [{reason.citation}]: {_both_sides([reason], 'text')[0]}" for reason in one.against]


def credit(cited: Citation) -> str:
    """Outlet and day of a citation, as far as they are stated."""
    return f"{cited.outlet or 'outlet not stated'}, {(cited.published or 'undated')[:10]}"


def of_check(found: CheckedText) -> str:
    """How many sentences of a text ended in each state, and what they were held against."""
    states = Counter(
        one.sentence.evidence.state for one in found.sentences if one.claims and one.sentence.evidence
    )
    counted = [f"{states[state]} {said}" for state, said in _STATES.items() if states[state]]
    left = (
        [f"{found.left} sentences beyond the first {len(found.sentences)} were not checked"]
        if found.left
        else []
    )
    articles = f"{found.searched:,} article" + ("" if found.searched == 1 else "s")
    return " · ".join([*counted, *left, f"beside {articles}", f"{found.seconds:.1f} s"])


_STATES: dict[EvidenceState, str] = {
    "verbatim": "verbatim",
    "in_source": "in the source",
    "differs": "differing",
    "not_matched": "not matched",
    "not_checked": "not checked",
}
