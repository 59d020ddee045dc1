"""Questions made from an article's own sentences, by rules: who did it, who said it, how many, when.

A person decides which of them are worth asking: each carries the tag `made` and `accepted`, null until then. Each rests
on one whole sentence of the article, `article.text[start:end]`; its answer stands in that sentence and not in the
question.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from rag.evaluation.metrics import fold
from rag.evidence import quoted
from rag.evidence.names import Name
from rag.evidence.parsed import Fact, Parsed, parse
from rag.expected import Evidenced, Question
from rag.library.sentences import sentence_ranges
from rag.types import (
    Article,
)

Form = Literal["who", "quotation", "number", "date", "model"]
FORMS: tuple[Form, ...] = ("who", "quotation", "number", "date")
MADE, ACCEPTED = "made", "accepted"
SHORTEST, LONGEST = 8, 32  # words of a sentence that is asked about
QUOTED = range(5, 26)  # words of a quotation that is asked about
PER_ARTICLE = 3
_LEANS = frozenset(
    "he she it they this that these those his her its their i we you but and so then there here yet also however "
    "meanwhile instead both neither such another one".split()
)  # a sentence that begins so leans on the one before it
_VERBS = frozenset(
    "was were is are has had will won took left led fell began became came went made gave found kept built cut met set "
    "put sold bought paid held lost rose broke drew wrote spoke ran hit shut sent saw stood chose grew".split()
)
_IN_FULL = re.compile(r"[^\n]*[\w”\"]\.[”\"]?")
_STARTS = re.compile(r"[“\"]?(?!\w*[A-Z]{3})[^\W\d_]")  # not with a bullet, a clock or a dateline
_MARKS = re.compile('[“”":;]')
_TITLE = re.compile(r"(?:[A-Z][a-z]+\.? )?")
_BEFORE_DATE = re.compile(r"(?:,? (?:on|in|during)|^(?:On|In|During))? ?$")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question before it is one of a set. `start` and `end` are its sentence's place in the article's text."""

    form: Form
    question: str
    answers: tuple[str, ...]
    article: str
    start: int
    end: int
    quote: str
    name: str | None  # in the question, which another name can stand for


def made(question: Question) -> bool:
    """Whether a question was made, by rules or by a model, and not written by hand."""
    return MADE in question.tags and any(tag.startswith(f"{MADE}-") for tag in question.tags)


def accepted(question: Question) -> bool | None:
    """What a person decided on a question that was made; None: nobody has."""
    said = question.extra.get(ACCEPTED)
    said = said.strip().lower() if isinstance(said, str) else said
    return {True: True, "yes": True, "true": True, False: False, "no": False, "false": False}.get(said)


def asked(questions: Sequence[Question]) -> tuple[Question, ...]:
    """Those that a run asks: all that were written by hand, and what was made and accepted."""
    return tuple(one for one in questions if not made(one) or accepted(one))


def candidates(article: Article) -> Iterator[Candidate]:
    """The questions that an article's sentences give, in its order."""
    text = article.text
    common = frozenset(re.findall(r"\b[a-z][a-z’']+\b", text))
    for start, end in sentence_ranges(text, furniture=article.furniture):
        quote = text[start:end]
        if not SHORTEST <= len(quote.split()) <= LONGEST or not _IN_FULL.fullmatch(quote):
            continue
        if not _STARTS.match(quote):
            continue
        one = parse(quote, article.published, start=start, common=common)
        if not one.words or one.words[0].low in _LEANS:
            continue
        for form, ask in _ASK.items():
            for question, answers in ask(one):
                name = _name_in(one, question, answers)
                told = fold(question)
                if (name is not None or form == "quotation") and not any(
                    f" {fold(a)} " in f" {told} " for a in answers
                ):
                    yield Candidate(form, question, answers, article.id, start, end, quote, name)


def drawn(found: Sequence[Candidate], seed: int) -> Iterator[Candidate]:
    """The candidates in a random order of the seed's: forms by turns, at most so many of one article, no sentence and
    no question twice."""
    chance = random.Random(seed)
    by_form = {form: [one for one in found if one.form == form] for form in FORMS}
    for some in by_form.values():
        chance.shuffle(some)
    taken, seen = Counter[str](), set[object]()
    while any(by_form.values()):
        for some in by_form.values():
            while some:
                one = some.pop()
                place = (one.article, one.start)
                if taken[one.article] < PER_ARTICLE and not {place, one.question} & seen:
                    taken[one.article] += 1
                    seen |= {place, one.question}
                    yield one
                    break


def question_of(one: Candidate, question_id: str) -> Question:
    """The candidate as a question of a set that nobody has accepted yet."""
    evidence = (Evidenced(one.article, one.quote, one.start, one.end),)
    tags = (MADE, f"made-{one.form}")
    return Question(
        question_id, one.question, one.answers, (), evidence, True, tags=tags, extra={ACCEPTED: None}
    )


def without_article(question: Question, away: Sequence[str]) -> Question:
    """A near miss: the same question, its article and the copies of it out of scope."""
    scope = replace(question.scope, not_articles=tuple(dict.fromkeys(away)))
    return _unanswerable(replace(question, scope=scope), "article-out")


def with_name(question: Question, name: str, other: str) -> Question:
    """A near miss: the same question about somebody else."""
    return _unanswerable(replace(question, question=question.question.replace(name, other)), "name-swapped")


def _unanswerable(question: Question, how: str) -> Question:
    tags = (MADE, "unanswerable", f"made-{how}")
    return replace(question, answers=(), evidence=(), answerable=False, tags=tags)


# One form each: a sentence gives (question, its answers)

_Asks = Callable[[Parsed], Iterator[tuple[str, tuple[str, ...]]]]


def _who(one: Parsed) -> Iterator[tuple[str, tuple[str, ...]]]:
    first = one.names[0] if one.names else None
    if (
        first is None
        or not _TITLE.fullmatch(one.text[: first.start])
        or not first.sure
        or len(first.words) < 2
        or _MARKS.search(one.text)
    ):
        return
    rest = re.match(r"(?:, [^,“”\"]{2,60},)? (\w+)\b.*", one.text[first.end :])
    if rest is None or not (rest[1] in _VERBS or (rest[1].endswith("ed") and rest[1].islower())):
        return
    yield f"Who or what {rest[0][rest.start(1) :].rstrip('.')}?", (first.text,)


def _quotation(one: Parsed) -> Iterator[tuple[str, tuple[str, ...]]]:
    for words in quoted.quotations(one.text):
        speaker = quoted.speaker_of(one, words)
        if len(words.split()) in QUOTED and speaker is not None and speaker.sure:
            yield f"Who said “{words.rstrip('.,')}”?", (speaker.text,)


def _number(one: Parsed) -> Iterator[tuple[str, tuple[str, ...]]]:
    for fact in one.numbers:
        asks = _how_many(fact.unit) if fact.noun or fact.unit else None
        if asks is None or fact.ordinal or fact.part or fact.range or fact.bound or fact.value < 2:
            continue
        if _MARKS.search(one.text) or re.search(r"(?:No\.|[Ss]ome) ?$", one.text[: fact.start]):
            continue
        figures = f"{fact.value:g}" if fact.value < 1e6 and fact.value == int(fact.value) else fact.text
        yield _in_place(one, fact, asks), tuple(dict.fromkeys((fact.text, figures)))


def _how_many(unit: str) -> str | None:
    return {"": "how many", "%": "what percentage", "$": "how much", "£": "how much", "€": "how much"}.get(
        unit
    )


def _in_place(one: Parsed, fact: Fact, asks: str) -> str:
    said = f"{one.text[: fact.start]}{asks}{one.text[fact.end :]}".rstrip(".")
    return f"{said[0].upper()}{said[1:]}?"


def _date(one: Parsed) -> Iterator[tuple[str, tuple[str, ...]]]:
    if _MARKS.search(one.text) or len(one.times) > 1:  # another date would stay in the question
        return
    for fact in one.times:
        if fact.form not in ("day", "month", "weekday") or fact.days is None:
            continue
        before, after = one.text[: fact.start], one.text[fact.end :]
        joined = _BEFORE_DATE.search(before)
        if joined is None or not (
            joined[0].strip() and re.match(r"[.,;]|$| (?:and|after|when|but)\b", after)
        ):
            continue
        kept = (before[: joined.start()] + after.rstrip(".")).lstrip(", ")
        first, last = fact.days
        days = (first.isoformat(),) if first == last else ()
        yield f"When was it that {_small(one, kept)}?", (fact.text, *days)


_ASK: dict[Form, _Asks] = {"who": _who, "quotation": _quotation, "number": _number, "date": _date}


def _small(one: Parsed, said: str) -> str:
    """A sentence inside another: its first letter small, unless a name begins it."""
    if any(said.startswith(name.text) for name in one.names):
        return said
    return said[:1].lower() + said[1:]


def _name_in(one: Parsed, question: str, answers: Sequence[str]) -> str | None:
    """The longest name that the question holds: without any it is about nothing that can be looked for."""
    names: list[Name] = [
        name for name in one.names if name.sure and len(name.words[0]) > 2 and name.text in question
    ]
    names = [name for name in names if name.text not in answers]
    return max((name.text for name in names), key=len, default=None)
