"""Runs made by code: questions over an invented text, asked with whatever outcome a test needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from rag.evaluation.runs import Asked, Run, Seen, Setting
from rag.expected import Evidenced, Question
from rag.types import (
    Answer,
    AnswerStatus,
    Citation,
    Freshness,
    Scope,
    Sentence,
)

GIVEN = 12


def setting(**more: Any) -> Setting:
    told = Setting("f00d", 7, None, {}, 20, GIVEN, 3, True, False, 1, "2026-11-22")
    return replace(told, **more)


def run(name: str = "base", **more: Any) -> Run:
    told = Run(
        name, "2026-11-22T06:00:00+00:00", "2026-11-22T06:01:00+00:00", "q.jsonl", "d1", 0, setting(), 1.0
    )
    return replace(told, **more)


def question(number: int, **more: Any) -> Question:
    """Its evidence is ten characters at ten times its number, in an article of its own."""
    quote = f"fact {number:05}"
    told = Question(
        f"q{number}",
        f"What is {number}?",
        (quote,),
        (),
        (Evidenced(f"a{number}", quote, 10, 20),),
        tags=("made",),
    )
    return replace(told, **more)


def answer(
    one: Question,
    *,
    status: AnswerStatus = "answered",
    cites: Sequence[tuple[str, int, int]] | None = None,
    **more: Any,
) -> Answer:
    """An answer that cites the question's evidence, or what is told."""
    if cites is None:
        cites = [(entry.article, entry.start or 0, entry.end or 0) for entry in one.evidence]
    citations = tuple(
        Citation(n, article, 1, None, None, None, None, None, None, None, start, end, "x" * (end - start))
        for n, (article, start, end) in enumerate(cites, 1)
    )
    sentences = tuple(
        Sentence(f"It is {one.answers[0] if one.answers else 'so'}.", (c.number,)) for c in citations
    )
    told = Answer(
        f"id-{one.id}",
        one.question,
        status,
        "extractive",
        sentences if status == "answered" else (),
        citations,
        0.9,
        Freshness(None, None, None),
        len(citations),
        None,
        (),
        Scope(),
        (),
        9,
        7,
        "f00d",
        timings={"total": 0.1},
    )
    return replace(told, **more)


def asked(one: Question, said: Answer | None = None, *, rank: int | None = 1, **more: Any) -> Asked:
    """The question, asked: its evidence found at a rank (None: not at all), and answered from it unless told."""
    found = tuple(
        Seen(one.evidence[0].article if one.evidence and at == rank else f"other{at}", 1, 0, 40)
        for at in range(1, 21)
    )
    held = tuple((0,) if at == rank and one.evidence else () for at in range(1, 21))
    told = Asked(
        one, 0, said or answer(one), None, found, held, rank is not None and rank < 5, rank, 20, (), 0.2
    )
    return replace(told, **more)
