"""A data folder: `articles.jsonl` and `questions.jsonl`, given as an argument and never copied into the project.

Every system is known only by the places it finds for each question; `judged` tells which of them hold the
evidence.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TypeVar

from rag.evaluation import metrics, sets
from rag.evaluation.metrics import Place
from rag.expected import Question
from rag.types import (
    Article,
)

Found = Sequence[Place]
Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class Data:
    """The articles of one folder and those of its questions that can be judged."""

    name: str
    folder: Path
    articles: tuple[Article, ...]
    questions: tuple[Question, ...]
    texts: Mapping[str, str]

    @property
    def groups(self) -> list[str]:
        """What each question is about, for intervals: its article, else itself."""
        return [q.evidence[0].article if q.evidence else q.id for q in self.questions]

    def drawn(self, n: int, seed: int) -> Data:
        """The same with at most n of the questions, drawn by chance."""
        some = random.Random(seed).sample(self.questions, min(n, len(self.questions)))
        return replace(self, name=f"{self.name}, {len(some)} drawn", questions=tuple(some))

    def somewhere(self) -> Data:
        """The same with those questions only that some article holds the evidence of."""
        folded = [f" {metrics.fold(text)} " for text in self.texts.values()]

        def held(question: Question) -> bool:
            return any(f" {one} " in text for one in metrics.telling(question.answers) for text in folded)

        kept = tuple(q for q in self.questions if q.evidence or held(q))
        return replace(self, name=f"{self.name}, answer in some article", questions=kept)


def load(folder: Path) -> Data:
    """Read a folder; questions without evidence whose answers tell nothing (yes, no, "7") are left out."""
    lines = (folder / "articles.jsonl").read_text(encoding="utf-8").split("\n")
    known = {field.name for field in fields(Article)}
    records = [json.loads(line) for line in lines if line.strip()]
    articles = tuple(Article(**{name: r[name] for name in r if name in known}) for r in records)
    questions = [q for q in sets.read(folder / "questions.jsonl") if q.evidence or metrics.telling(q.answers)]
    return Data(folder.name, folder, articles, tuple(questions), {a.id: a.text for a in articles})


def judged(question: Question, found: Found, texts: Mapping[str, str]) -> tuple[frozenset[int], ...]:
    """For each rank which evidence the passage holds: a span's start, or (without spans) an answer's words."""
    if question.evidence:
        return metrics.covered(found, question.evidence)
    return metrics.holding(found, texts, question.answers)


def arguments(about: str) -> argparse.ArgumentParser:
    """The arguments that all benchmarks share: the data folder, and where the numbers go."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder that holds the data sets, each a folder of its own")
    parser.add_argument("--keep", type=Path, help="keep Dateline's libraries in this folder for the next run")
    parser.add_argument("--out", type=Path, help="write the numbers as JSON here, too")
    return parser


def told(things: Iterable[Thing], what: str) -> Iterator[Thing]:
    """The same things; stderr tells how many are done, every hundred."""
    for done, thing in enumerate(things):
        if done % 100 == 0:
            print(f"{done} {what}", file=sys.stderr, flush=True)
        yield thing


def table(rows: Sequence[Sequence[str]]) -> str:
    """Rows of cells, the first the header, as a Markdown table with its columns in line."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = [
        "| " + " | ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)) + " |" for row in rows
    ]
    return "\n".join([lines[0], "|" + "|".join("-" * (w + 2) for w in widths) + "|", *lines[1:]])


def save(numbers: object, out: Path | None) -> None:
    """Write the numbers as JSON where `--out` says."""
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(json.dumps(numbers, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
