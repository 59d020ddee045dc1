"""The words that stand beside a sentence: they promise what was measured and nothing more."""

from __future__ import annotations

from collections.abc import Sequence

from rag.types import Evidence, QuotationState, Reason, Sentence

CLOSEST = "Closest passages; not judged an answer"
UNFINISHED = "What the model had written before it failed. It is not complete."
QUOTATIONS: dict[QuotationState, str | None] = {
    "verbatim": None,
    "differs": "quotation: wording differs from the source",
    "joined": "quotation: joined from two in the source",
    "given_to_another": "quotation: given by the source to someone else",
    "not_found": "quotation: not found in the source",
}


def evidence(found: Evidence | None) -> str | None:
    """The mark on a sentence, or None where checking has not been done at all."""
    if found is None:
        return None
    match found.state:
        case "verbatim":
            return "verbatim"
        case "in_source":
            return "in the source"
        case "differs":
            return "differs: " + "; ".join(_both_sides(found.reasons)) if found.reasons else "differs"
        case "not_matched":
            return "not matched to the source"
        case "not_checked":
            return "not checked"


def _both_sides(reasons: Sequence[Reason]) -> list[str]:
    return [
        f"{_one_side(reason, reason.said)} in the answer, {_one_side(reason, reason.source)} in the source"
        for reason in reasons
    ]


def _one_side(reason: Reason, words: str) -> str:
    if not words:
        return "left out"
    quoted = reason.kind in ("number", "date", "name") or words.startswith("“")
    return words if quoted else f"“{words}”"


def marks(sentence: Sentence) -> tuple[str, ...]:
    """What stands beside a sentence: its evidence, whose word it is, what became of its quotations."""
    parts = [evidence(sentence.evidence)]
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


def taken_away(sentence: Sentence) -> str:
    """The same in one line, for a copy that leaves the page: there, what was not checked says so."""
    return "; ".join(marks(sentence)) or "not checked"
