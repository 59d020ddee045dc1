"""What a model judges of an answer: what it is shown, how its reply is read, and nothing where it cannot be."""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import dataclass
from typing import Literal, get_args

from rag.answering.packing import shown
from rag.evaluation.citing import cited_by, text_of
from rag.evaluation.grading import Agreement
from rag.evaluation.metrics import Interval
from rag.evaluation.runs import Asked
from rag.types import Answer

PLACEHOLDERS = ("given",)
JudgeMark = Literal["right", "partly", "wrong"]
JUDGE_MARKS: tuple[JudgeMark, ...] = get_args(JudgeMark)
LONGEST = 4_000  # characters of a reply that are read


@dataclass(frozen=True, slots=True)
class Judged:
    """What one judge said of a run's answers, by one prompt. `marks` count those judged, `right` is the share of right
    ones among them alone (None: none was judged); `not_judged` are question ids with why. `agreements` are with
    people who graded the same answers."""

    run: str
    judge: str
    prompt: str
    marks: dict[JudgeMark, int]
    right: Interval | None
    not_judged: dict[str, str]
    agreements: tuple[Agreement, ...]


def given(asked: Asked, answer: Answer) -> str:
    """What the judge is shown, between tags that nothing in it can close."""
    key, question = secrets.token_hex(4), asked.question
    expected = "; ".join(question.answers) if question.answerable else "that there is no answer"
    evidence = "\n".join(entry.quote for entry in question.evidence)
    cited = "\n".join(f"[{one.number}] {one.quote}" for one in cited_by(answer))
    parts = {
        "question": question.question,
        "expected": expected or "what the evidence says",
        "key_facts": "; ".join(question.key_facts),
        "evidence": evidence,
        "answer": text_of(answer),
        "cited": cited,
    }
    return "\n".join(
        f'<{name} key="{key}">\n{shown(text)}\n</{name} key="{key}">' for name, text in parts.items() if text
    )


def read(text: str) -> tuple[JudgeMark, str] | None:
    """The mark of a reply and why; None where it is not one mark."""
    match = re.search(r"\{.*\}", text[:LONGEST], re.DOTALL)
    try:
        told = json.loads(match[0]) if match else None
        mark, why = str(told["mark"]).strip().lower(), str(told.get("why", "")).strip()  # type: ignore[index,union-attr]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return next(((one, why) for one in JUDGE_MARKS if one == mark), None)
