"""Search settings beside each other over one question set: what each finds, without asking for answers."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import median

from rag.errors import UsageError
from rag.eval_sets import looked, to_ask
from rag.eval_workers import K, articles_of, refuse_instead
from rag.evaluation import intervals
from rag.evaluation.asking import holding, judgeable
from rag.evaluation.measures import BY_NAME, Value
from rag.evaluation.metrics import Interval
from rag.evaluation.placing import placed
from rag.evaluation.runs import Asked
from rag.evaluation.scoring import group_of
from rag.evaluation.sweep_page import sweep_page
from rag.expected import Question
from rag.how import CAP
from rag.library.ingest import Progress
from rag.newsroom import How, Newsroom
from rag.retrieval.scoring import Ranking

MEASURED = ("hits@1", "hits@5", "hits@10", "hits@20", "recall@20", "MRR@20", "nDCG@20")
SHARES = (0.2, 0.4, 0.6, 0.8)  # of meaning in a convex sum
CAPS = (1, 2, 5, None)


@dataclass(frozen=True, slots=True)
class Swept:
    """What a search setting finds: `numbers` by measure (None: it applies to no question), the median `seconds` of a
    search. `as_shipped`: it is what readers get."""

    setting: str
    as_shipped: bool
    numbers: dict[str, Interval | None]
    seconds: float


@dataclass(frozen=True, slots=True)
class Sweep:
    """Every setting over the answerable questions of one set, as the library stood at `sequence`. `left_out`: settings
    that cannot be tried here. `stopped`: some settings are missing."""

    set_name: str
    set_digest: str
    questions: int
    sequence: int
    meaning: float | None
    swept: tuple[Swept, ...]
    left_out: tuple[str, ...]
    stopped: bool


def settings(*, meaning: bool) -> dict[str, How]:
    """The settings that are tried, by what they are called; without vectors those by words alone."""
    shipped = {"as shipped" if meaning else "as shipped (words only)": How(syntax=False)}
    by_meaning = {
        "words only": Ranking("words"),
        "meaning only": Ranking("meaning"),
        **{f"convex, {share:.0%} meaning": Ranking("convex", share) for share in SHARES},
    }
    ways = {name: How(syntax=False, ranking=one) for name, one in by_meaning.items()} if meaning else {}
    caps = {
        f"at most {cap} of an article" if cap else "no limit to an article": How(syntax=False, cap=cap)
        for cap in CAPS
        if cap != CAP
    }
    return {**shipped, **ways, **caps, "copies not folded": How(syntax=False, fold=False)}


def sweep(
    room: Newsroom,
    path: Path,
    *,
    stop: threading.Event | None = None,
    progress: Callable[[Progress], None] = lambda one: None,
) -> Sweep:
    """Search for every answerable question of a set under each setting.

    Raises:
        QuestionSetError, UsageError: as a run does; no question of it can be judged.
        ModelError: a question could not be embedded.
    """
    stop = stop or threading.Event()
    questions, _ = to_ask(path)
    seen = looked(room, questions, path.name)
    article_of = articles_of(room)
    judged = [placed(one, article_of)[0] for one in questions if one.answerable and judgeable(one)]
    if not judged:
        raise UsageError(
            path.name, "no question of it has evidence or a telling answer", "Give its questions evidence."
        )
    meaning = room.meaning()
    ways = settings(meaning=bool(meaning))
    swept: list[Swept] = []
    for name, how in ways.items():
        asked: list[Asked] = []
        for at, question in enumerate(judged, 1):
            if stop.is_set():
                break
            asked.append(_searched(room, question, how))
            progress(Progress("asking", len(swept) * len(judged) + at, len(ways) * len(judged)))
        if stop.is_set():
            break
        rows: dict[str, list[Value]] = {
            measure: [_value(measure, one) for one in asked] for measure in MEASURED
        }
        numbers = intervals.means(rows, [group_of((one,)) for one in asked])
        shipped = name.startswith("as shipped")
        swept.append(Swept(name, shipped, numbers, round(median(one.seconds for one in asked), 4)))
    left_out = () if meaning else ("meaning only", "convex sums: there are no vectors here")
    return Sweep(
        path.name,
        seen.digest,
        len(judged),
        room.sequence,
        meaning,
        tuple(swept),
        left_out,
        len(swept) < len(ways),
    )


def about(found: Sweep) -> tuple[str, ...]:
    """What a reader of the numbers must know, in sentences."""
    said = (
        f"{found.questions:,} answerable questions of {found.set_name} {found.set_digest}, library sequence "
        f"{found.sequence:,}.",
        "Every number is of these questions. A setting that wins on one set is fitted to it: hold the winner "
        "against another set.",
    )
    return (*said, f"Not tried: {', '.join(found.left_out)}.") if found.left_out else said


def page(found: Sweep) -> str:
    """The sweep as one HTML file."""
    rows = [(one.setting, one.numbers, one.seconds) for one in found.swept]
    return sweep_page(about(found), rows, MEASURED, ("hits@5", "MRR@20"))


def _searched(room: Newsroom, question: Question, how: How) -> Asked:
    """What one search finds, as a run keeps it, without an answer."""
    today = None if question.as_of is None else date.fromisoformat(question.as_of)
    began = time.perf_counter()
    found = room.search(question.question, question.scope, K, today=today, how=how)
    seconds = time.perf_counter() - began
    refuse_instead(found.warnings)
    held = tuple(holding(question, one) for one in found.passages)
    rank = next((at for at, spans in enumerate(held, 1) if spans), None)
    return Asked(question, 0, None, None, (), held, None, rank, len(held), (), seconds)


def _value(measure: str, asked: Asked) -> Value:
    value = BY_NAME[measure].of(asked)
    return None if value is None else float(value)


__all__ = ["MEASURED", "Sweep", "Swept", "about", "page", "settings", "sweep"]
