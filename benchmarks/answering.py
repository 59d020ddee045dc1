"""Answers without a language model: does a cited sentence hold the gold span, and does Dateline know when not?

    python -m benchmarks.answering DATA [--set newsqa] [--draw 500] [--out answering.json]

Every question is asked three times: with --always-answer; as it is; and with its own article taken out of
scope, when nothing should be `answered`. Names are runs of capitalised words in the question.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass

from benchmarks import ours
from benchmarks.data import arguments, load, save, table, told
from rag.evaluation import citing, metrics
from rag.evaluation.metrics import Interval
from rag.expected import Question
from rag.newsroom import How, Newsroom
from rag.types import (
    Answer,
    Scope,
)

SENTENCES = 3
OPENERS = frozenset(
    "what who whom whose which when where why how is are was were do does did has have had can could will would"
    " should in on at by for from to with the a an according name".split()
)


@dataclass(frozen=True, slots=True)
class Asked:
    """One question, asked in the three ways."""

    question: Question
    always: Answer
    answerable: Answer
    unanswerable: Answer


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--set", default="newsqa", help="its questions need evidence (newsqa)")
    parser.add_argument("--draw", type=int, help="ask only so many, drawn by chance")
    parser.add_argument("--seed", type=int, default=0, help="of the draw")
    given = parser.parse_args()
    data = load(given.data / given.set)
    if given.draw:
        data = data.drawn(given.draw, given.seed)
    with ours.library(data, given.keep) as room:
        asked = [ask(room, question) for question in told(data.questions, "asked")]
    save({"set": data.name, "questions": len(asked)} | spans(asked) | abstention(asked), given.out)


def ask(room: Newsroom, question: Question) -> Asked:
    """The same question, three times."""
    text, day = question.question, ours.day_of(question)
    without = Scope(not_articles=tuple({e.article for e in question.evidence}), undated=True)
    return Asked(
        question,
        room.ask(text, ours.ANY_DAY, today=day, how=How(always_answer=True)),
        room.ask(text, ours.ANY_DAY, today=day),
        room.ask(text, without, today=day),
    )


def holds_span(answer: Answer, question: Question, sentences: int = SENTENCES) -> bool:
    """Do the passages cited by the first sentences cover any gold span, white space aside?"""
    return citing.holds_span(answer, question, sentences)


def holds_words(answer: Answer, question: Question) -> bool | None:
    """Does the text of the first sentences hold a gold answer as whole words?"""
    return metrics.contains_answer(" ".join(s.text for s in answer.sentences[:SENTENCES]), question.answers)


def names_in(question: str) -> int:
    """How many runs of capitalised words; a first word counts only if it is not one that opens questions."""
    words = re.findall(r"[^\W_][\w.'’&-]*", question)
    named = [w[0].isupper() and (i > 0 or w.lower() not in OPENERS) for i, w in enumerate(words)]
    return sum(now and not before for before, now in zip([False, *named], named, strict=False))


def spans(asked: Sequence[Asked]) -> dict[str, object]:
    """How often the answer holds what it should, declining turned off."""
    shares = {
        "span in the first sentence": share([holds_span(one.always, one.question, 1) for one in asked]),
        f"span within {SENTENCES}": share([holds_span(one.always, one.question) for one in asked]),
        f"answer's words within {SENTENCES}": share([holds_words(one.always, one.question) for one in asked]),
    }
    print(
        "\n" + table([["always answering", "share", "95 %", "of"], *(row(n, i) for n, i in shares.items())])
    )
    return {"always answering": as_json(shares)}


def abstention(asked: Sequence[Asked]) -> dict[str, object]:
    """Answerable questions against the same ones without their article."""
    kinds: dict[str, Callable[[int], bool]] = {
        "all": lambda n: True,
        "no name": lambda n: n == 0,
        "one name": lambda n: n == 1,
        "two or more": lambda n: n > 1,
    }
    areas = {}
    for name, belongs in kinds.items():
        some = [one for one in asked if belongs(names_in(one.question.question))]
        areas[name] = {"area": area(some), "questions": len(some)}
    rows = [
        [n, "–" if a["area"] is None else f"{a['area']:.3f}", str(a["questions"])] for n, a in areas.items()
    ]
    print("\n" + table([["answerability, by names in the question", "AUROC", "of"], *rows]))

    outcomes = {
        "article there": Counter[str](one.answerable.status for one in asked),
        "article out of scope": Counter[str](one.unanswerable.status for one in asked),
    }
    kept = ("answered", "closest", "no_answer_found", "failed")
    print("\n" + table([["outcome", *kept], *([n, *(str(c[s]) for s in kept)] for n, c in outcomes.items())]))

    answered = [(a, one.question) for one in asked for a in (one.answerable, one.unanswerable) if said(a)]
    errors = {
        "article there, not answered": share([not said(one.answerable) for one in asked]),
        "article out of scope, answered": share([said(one.unanswerable) for one in asked]),
        "answered, and the span is in it": share([holds_span(answer, q) for answer, q in answered]),
    }
    print(
        "\n"
        + table(
            [["at the shipped threshold", "share", "95 %", "of"], *(row(n, i) for n, i in errors.items())]
        )
    )
    return {
        "AUROC": areas,
        "outcomes": outcomes,
        "at the shipped threshold": as_json(errors),
        "curve": curve(asked),
    }


def area(asked: Sequence[Asked]) -> float | None:
    """AUROC of answerability, both kinds of a question beside each other."""
    scores = [sure(one.answerable) for one in asked] + [sure(one.unanswerable) for one in asked]
    return metrics.auroc(scores, [True] * len(asked) + [False] * len(asked))


def curve(asked: Sequence[Asked], steps: int = 100) -> list[dict[str, float | None]]:
    """At each threshold of answerability the three shares that the shipped one trades against each other."""
    right = [holds_span(one.always, one.question) for one in asked]
    points = []
    for threshold in (step / steps for step in range(steps + 1)):
        there = [sure(one.answerable) >= threshold for one in asked]
        without = [sure(one.unanswerable) >= threshold for one in asked]
        answered = sum(there) + sum(without)
        points.append(
            {
                "threshold": threshold,
                "article there, not answered": 1 - sum(there) / len(asked),
                "article out of scope, answered": sum(without) / len(asked),
                "answered, and the span is in it": (
                    sum(a and r for a, r in zip(there, right, strict=True)) / answered if answered else None
                ),
            }
        )
    return points


def sure(answer: Answer) -> float:
    """Answerability; where nothing was found to judge, 0 for this comparison."""
    return answer.answerability or 0.0


def said(answer: Answer) -> bool:
    return answer.status == "answered"


def share(of: Sequence[bool | None]) -> Interval | None:
    """Wilson's interval over those that apply."""
    known = [value for value in of if value is not None]
    return metrics.wilson(sum(known), len(known))


def row(name: str, interval: Interval | None) -> list[str]:
    if interval is None:
        return [name, "–", "–", "0"]
    return [name, f"{interval.value:.3f}", f"{interval.low:.3f} to {interval.high:.3f}", str(interval.n)]


def as_json(shares: Mapping[str, Interval | None]) -> dict[str, object]:
    return {name: None if interval is None else asdict(interval) for name, interval in shares.items()}


if __name__ == "__main__":
    main()
