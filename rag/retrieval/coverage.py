"""Questions about the coverage itself: they count, list or ask for the first time, and no top few can answer them.

Careful on purpose: only the forms below are taken, whole, and only where they speak of articles, stories, reports,
mentions or outlets. "How many people were evacuated?" is about the news, and so is "How many reports did the board
write?"; what is not surely about the coverage stays an ordinary question.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from rag.library.common_words import COMMON
from rag.library.words import analyzed
from rag.retrieval.query import read
from rag.retrieval.question import days_said, read_question
from rag.retrieval.tree import And, Part, Phrase, Tree, Word
from rag.types import Chip, Counted, Reading, Scope

MOST_WORDS = 8  # of what is counted


@dataclass(frozen=True, slots=True)
class AboutCoverage:
    """What is asked about the coverage: the search it becomes, the same as a phrase, and the scope it names."""

    asked: Counted
    tree: Tree
    phrase: Tree | None
    scope: Scope
    chips: tuple[Chip, ...]


_PIECES = r"(?:news )?(?:articles|stories|reports|pieces|texts)"
_PIECE = r"(?:news )?(?:article|story|report|piece|text)"
_ABOUT = (
    r"(?:on|about|mentioning|naming|covering|regarding|concerning|referring to"
    r"|that (?:mention|name|refer to|cover)s?)"
)
_MENTION = (
    r"(?:mention(?:ed)?|name(?:d)?|refer(?:red)? to|talk(?:ed)? about|deal(?:t)? with|cover(?:ed)?"
    r"|contain(?:ed)?)"
)
_OURS = (
    r"(?:are there|do we have|have we (?:published|run|written|carried|had|got)|did we (?:publish|run|write|carry|have)"
    r"|were (?:there|published)|have been (?:published|written)|have appeared)"
)
_OUTLETS = r"(?:(?:news |media )?outlets|newspapers|news organi[sz]ations|newsrooms)"
_REPORTED = (
    r"(?:(?:have |has |had )?(?:report(?:ed)?|cover(?:ed)?|mention(?:ed)?|wr(?:ote|itten|ite)|r[au]n|carr(?:y|ied)"
    r"|publish(?:ed)?)(?: (?:a |any )?(?:stor(?:y|ies)|articles?|reports?|anything|something))?(?: on| about| that)?)"
)
_WE = r"(?:we|our (?:paper|newspaper|newsroom)|any(?:one|body| outlet| paper)|(?:an|any) outlet)"
_FIRST = (
    r"first (?:report(?: on| about| that)?|mention|cover|name|write (?:about|on)"
    r"|publish (?:anything |a story )?(?:on|about)|run (?:anything |a story )(?:on|about))"
)
_FORMS: tuple[tuple[Counted, str], ...] = (
    ("count", rf"how many (?:of (?:the|our|these) )?{_PIECES} (?:have )?{_MENTION}"),
    ("count", rf"how many {_PIECES} {_OURS}(?: (?:published|written))? {_ABOUT}"),
    ("count", r"how many mentions (?:are there |do we have )?of"),
    ("count", rf"(?:count|number of) (?:all |every |the |all the )?(?:{_PIECES} {_ABOUT}|mentions of)"),
    (
        "list",
        rf"(?:list|(?:show|give|find)(?: me| us)?) (?:all |all the |all our |our |the )?{_PIECES} {_ABOUT}",
    ),
    ("list", rf"(?:list|(?:show|give|find|name)(?: me| us)?) (?:every|each) {_PIECE} {_ABOUT}"),
    ("list", rf"(?:which|what) (?:of (?:the|our|these) )?{_PIECES} (?:have )?{_MENTION}"),
    ("list", rf"(?:which|what) {_PIECES} {_OURS} {_ABOUT}"),
    ("first", rf"when did (?:{_WE}|(?P<outlet>.+?)) {_FIRST}"),
    ("first", rf"(?:what|which) (?:is|was) (?:the|our) (?:first|earliest|oldest) {_PIECE} {_ABOUT}"),
    ("first", rf"(?:which|what) (?:outlet|newspaper|paper) (?:was the )?first (?:to )?{_REPORTED}"),
    ("outlets", rf"(?:which|what|how many) {_OUTLETS} {_REPORTED}"),
)
_COVERAGE = tuple(
    (asked, re.compile(rf"(?:please )?{form} (?P<topic>.+)", re.IGNORECASE)) for asked, form in _FORMS
)
_WHERE = re.compile(
    r"\s*\b(?:in|within|from) (?:the|our|this|these) (?:library|archive|articles|coverage|newsroom|collection)\b"
    r"|\s*\b(?:so far|at all|anywhere|to date|ever)$",
    re.IGNORECASE,
)
_THERE = re.compile(r"\s+(?:are|were) there$", re.IGNORECASE)
_CLAUSE = re.compile(r"\bthat$", re.IGNORECASE)
# A topic with one of these is more than a name for something: the words alone would not say what is asked.
_MORE = re.compile(
    r"\b(?:did|does|do|has|have|had|was|were|is|are|will|would|can|could|should|or|not|without|except|nor|neither|than"
    r"|other|before|after|between|since|until|during|today|tomorrow|yesterday|it|them|this|that|these|those)\b"
    r"|\b(?:on|last|next) (?:mon|tues|wednes|thurs|fri|satur|sun)day\b"
    r"|\b(?:on|in|from|by|around) (?:early |late |mid-)?\d"
)
_VERBS = re.compile(
    r"\b(?:did|does|do|has|have|had|was|were|is|are|will|would|that|had|been)\b", re.IGNORECASE
)


def about_coverage(
    question: str,
    scope: Scope,
    *,
    today: date,
    outlets: Sequence[str],
    not_read: frozenset[Reading] = frozenset(),
) -> AboutCoverage | None:
    """What a question asks about the coverage; None where it is about the news.

    Raises:
        UsageError: the question is empty or too long.
    """
    whole = read_question(question, scope, today=today, outlets=outlets, not_read=not_read)
    text = whole.question.strip(" ?!.")
    dated = scope.from_ is not None or scope.to is not None or not_read & {"from", "to"}
    days = () if dated else days_said(text, today)
    chips = [*days, *(chip for chip in whole.chips if chip.field == "outlets")]
    named = scope.outlets or scope.not_outlets or "outlet" in not_read
    if not named and len(chips) == len(days):
        chips += _said_in(text, outlets)
    for chip in chips:
        text = _without(text, chip)
    asked, topic, teller = _form(_WHERE.sub("", " ".join(text.split())))
    if asked is None:
        return None
    if teller is not None:
        known = [one for one in outlets if _plain(one) == _plain(teller)]
        if not known:
            return None
        if not scope.outlets:
            chips.append(Chip("outlets", known[0], teller, f"outlet {known[0]}"))
    both = _searched(_WHERE.sub("", topic), clause=bool(_CLAUSE.search(text.removesuffix(topic).strip())))
    if both is None:
        return None
    for chip in chips:
        value = (chip.value,) if chip.field == "outlets" else chip.value
        scope = replace(scope, **{"from_" if chip.field == "from" else chip.field: value})  # type: ignore[arg-type]
    return AboutCoverage(asked, *both, scope, tuple(chips))


def _form(text: str) -> tuple[Counted | None, str, str | None]:
    """Which of the forms it is, what is counted, and whose first time it is."""
    for asked, form in _COVERAGE:
        match = form.fullmatch(text)
        if match is not None:
            return asked, _THERE.sub("", match["topic"]), match.groupdict().get("outlet")
    return None, "", None


def _said_in(text: str, outlets: Sequence[str]) -> list[Chip]:
    """The outlet that a question ends with: "... in the Gazette"."""
    for outlet in sorted(outlets, key=len, reverse=True):
        name = re.escape(outlet.removeprefix("The ").removeprefix("the "))
        match = re.search(rf"\b(?:in|by|from) (?:the )?{name}$", text.strip(), re.IGNORECASE)
        if match is not None:
            return [Chip("outlets", outlet, match[0], f"outlet {outlet}")]
    return []


def _without(text: str, chip: Chip) -> str:
    """The question without the words that its scope was read from."""
    if chip.field != "outlets":
        return text.replace(chip.said, " ")
    name = re.escape(chip.value.removeprefix("The ").removeprefix("the "))
    return re.sub(rf"\b(?:in|by|from) (?:the )?{name}(?!\w)", " ", text, flags=re.IGNORECASE)


def _plain(name: str) -> str:
    return " ".join(analyzed(name)[0]).removeprefix("the ")


def _searched(topic: str, *, clause: bool) -> tuple[Tree, Tree | None] | None:
    """The search for what is counted, and the same words as a phrase where there are several; None: it says more."""
    reading = read(topic)
    if reading.tree is not None:
        loose = re.sub(r'"[^"]*"|“[^”]*”|\b(?:AND|OR|NOT)\b', " ", topic)
        return None if _MORE.search(loose.lower()) else (_telling(reading.tree), None)
    if _MORE.search(_VERBS.sub(" ", topic.lower()) if clause else topic.lower()):
        return None
    pieces = [one for one in re.findall(r"[^\s,;:()\"“”]+", topic) if analyzed(one)[0]]
    told = [one for one in pieces if one.lower().removesuffix("'s").removesuffix("’s") not in COMMON]
    if not 0 < len(told) <= MOST_WORDS:
        return None
    words: list[Tree] = [_word(one) for one in told]
    if len(words) == 1:
        return words[0], None
    run = " ".join(pieces[pieces.index(told[0]) :])
    phrase = Phrase(tuple(Part(word) for word in analyzed(run)[0]))
    return And(tuple(words)), None if clause else phrase


def _word(said: str) -> Tree:
    said = re.sub(r"['’]s?$", "", said.strip(".'’"))
    folded, stems = analyzed(said)
    return Word(said, stems[0]) if len(folded) == 1 else Phrase(tuple(Part(word) for word in folded))


def _telling(tree: Tree) -> Tree:
    """Without the common words beside a phrase ("the", "our")."""
    if not isinstance(tree, And):
        return tree
    kept = tuple(one for one in tree.parts if not (isinstance(one, Word) and one.said.lower() in COMMON))
    return tree if not kept else kept[0] if len(kept) == 1 else And(kept)
