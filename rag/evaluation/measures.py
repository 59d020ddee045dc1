"""The measures of a run, by name: what each says of one question, what it applies to, and which way is better.

A value of None: it does not apply to this question. Sources of the formulas stand in `metrics.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from rag.evaluation import metrics
from rag.evaluation.asking import judgeable
from rag.evaluation.citing import cited_by, covers, right, shown_by, text_of, touches, verbatim
from rag.evaluation.dates import says_date
from rag.evaluation.runs import Asked
from rag.types import Answer

Part = Literal["outcome", "finding", "answering", "taking"]
Value = float | None


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure. `up`: more is better; `says` is what it means, for a reader."""

    name: str
    part: Part
    says: str
    of: Callable[[Asked], Value]
    up: bool = True


def _finding(of: Callable[[Sequence[Sequence[int]], int], Value]) -> Callable[[Asked], Value]:
    """A measure of what was found, for answerable questions that can be judged; `of` is told how many there are."""

    def value(asked: Asked) -> Value:
        question = asked.question
        if not question.answerable or not judgeable(question) or (asked.fault and not asked.held):
            return None
        return of(asked.held, len(question.evidence) or 1)

    return value


def _answering(of: Callable[[Asked, Answer], Value]) -> Callable[[Asked], Value]:
    """A measure of what was said to an answerable question; `of` says what one that was declined counts."""
    return lambda asked: (
        None if asked.answer is None or not asked.question.answerable else of(asked, asked.answer)
    )


def _said(of: Callable[[Asked, Answer], Value]) -> Callable[[Asked], Value]:
    """The same, where one that was not answered counts 0 wherever the measure applies at all."""

    def value(asked: Asked, answer: Answer) -> Value:
        found = of(asked, answer)
        return found if found is None or answer.status == "answered" else 0.0

    return _answering(value)


def _share(asked: Asked, answer: Answer) -> Value:
    cited = cited_by(answer)
    if answer.status != "answered" or not cited or not asked.question.evidence:
        return None
    evidence = asked.question.evidence
    return sum(any(touches(one, entry, asked.found) for entry in evidence) for one in cited) / len(cited)


def _recall(asked: Asked, answer: Answer) -> Value:
    evidence, cited = asked.question.evidence, cited_by(answer)
    return sum(covers(cited, entry, asked.found) for entry in evidence) / len(evidence) if evidence else None


def _shown(asked: Asked, answer: Answer) -> Value:
    """Also of the closest passages, which promise no answer."""
    evidence = asked.question.evidence
    if not evidence:
        return None
    return float(any(covers(shown_by(answer), entry, asked.found) for entry in evidence))


def _facts(asked: Asked, answer: Answer) -> Value:
    facts, said = asked.question.key_facts, f" {metrics.fold(text_of(answer))} "
    return sum(f" {metrics.fold(fact)} " in said for fact in facts) / len(facts) if facts else None


def _verbatim(asked: Asked) -> Value:
    kept, of = verbatim(asked.answer) if asked.answer is not None else (0, 0)
    return kept / of if of else None


def _tokens(name: str) -> Callable[[Asked], Value]:
    return lambda asked: asked.answer.tokens[name] if asked.answer and asked.answer.tokens else None


def _hits(k: int) -> Measure:
    says = (
        f"some evidence is in the first {k} passages found" if k > 1 else "the first passage holds evidence"
    )
    return Measure(f"hits@{k}", "finding", says, _finding(lambda held, of: metrics.hit(held, k)))


def _right(asked: Asked) -> Value:
    came = right(asked)
    return None if came is None else float(came)


MEASURES: tuple[Measure, ...] = (
    Measure("right", "outcome", "answered from the evidence, or rightly not answered", _right),
    Measure(
        "answered",
        "outcome",
        "of the answerable, those that were answered",
        _answering(lambda asked, answer: answer.status == "answered"),
    ),
    Measure(
        "declined",
        "outcome",
        "of the unanswerable, those that were not answered",
        lambda asked: (
            None
            if asked.answer is None or asked.question.answerable
            else asked.answer.status != "answered"
        ),
    ),
    *(_hits(k) for k in (1, 5, 10, 20)),
    Measure("recall@20", "finding", "share of the evidence in the first 20", _finding(
        lambda held, of: metrics.recall(held, of, 20))),
    Measure("MRR@20", "finding", "1 / rank of the first that holds evidence", _finding(
        lambda held, of: metrics.reciprocal_rank(held, 20))),
    Measure("MAP@20", "finding", "average precision", _finding(
        lambda held, of: metrics.average_precision(held, of, 20))),
    Measure("nDCG@20", "finding", "discounted gain over the best possible", _finding(
        lambda held, of: metrics.ndcg(held, of, 20))),
    Measure("words", "finding", "some evidence is in the first 1,000 words found", lambda asked: (
        None if not asked.question.answerable or asked.in_words is None or (asked.fault and not asked.held)
        else asked.in_words)),
    Measure("exact_match", "answering", "the answer is a given answer (SQuAD)", _said(
        lambda asked, answer: metrics.exact_match(text_of(answer), asked.question.answers))),
    Measure("token_f1", "answering", "words shared with a given answer (SQuAD)", _said(
        lambda asked, answer: metrics.token_f1(text_of(answer), asked.question.answers))),
    Measure("says_answer", "answering", "a given answer stands in the answer, as whole words", _said(
        lambda asked, answer: metrics.contains_answer(text_of(answer), asked.question.answers))),
    Measure("key_facts", "answering", "share of the key facts that stand in the answer", _said(_facts)),
    Measure("date", "answering", "of the dates asked for, those that the answer says, in whatever form", _said(
        lambda asked, answer: says_date(asked.question, answer))),
    Measure("evidence_cited", "answering", "the citations cover some evidence whole", _said(
        lambda asked, answer: _recall(asked, answer) if not asked.question.evidence
        else float(bool(_recall(asked, answer))))),
    Measure("evidence_shown", "answering",
            "some evidence stands whole in what is shown: cited, or among the closest passages", _answering(_shown)),
    Measure("citation_precision", "answering", "of what an answer cites, the share on evidence", _answering(_share)),
    Measure("citation_recall", "answering", "of the evidence, the share that is cited whole", _said(_recall)),
    Measure("quotations_verbatim", "answering", "quotations that stand so in what is cited", _verbatim),
    Measure("seconds", "taking", "for one answer; it depends on what else the machine did", lambda asked: (
        None if asked.answer is None else asked.answer.timings.get("total")), up=False),
    Measure("tokens_in", "taking", "given to the model", _tokens("in"), up=False),
    Measure("tokens_out", "taking", "written by the model", _tokens("out"), up=False),
    Measure("cost", "taking", "of one answer", lambda asked: asked.answer.cost if asked.answer else None, up=False),
)  # fmt: skip
BY_NAME = {measure.name: measure for measure in MEASURES}


def values(asked: Asked) -> dict[str, Value]:
    """Every measure of one question, asked once."""
    found = {measure.name: measure.of(asked) for measure in MEASURES}
    return {name: None if value is None else float(value) for name, value in found.items()}


def over_turns(turns: Sequence[Asked]) -> dict[str, Value]:
    """The same of a question that was asked several times: the mean of those that apply."""
    each = [values(one) for one in turns]
    return {name: metrics.mean([one[name] for one in each]) for name in BY_NAME}


def names(parts: Sequence[Part]) -> Iterator[str]:
    """The measures of these parts, in order."""
    return (measure.name for measure in MEASURES if measure.part in parts)
