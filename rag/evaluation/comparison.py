"""Two runs beside each other, question by question: what changed, whether it can be told from chance, and the gate."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

import numpy as np

from rag.evaluation import intervals, metrics
from rag.evaluation.diagnosis import Diagnosis
from rag.evaluation.measures import BY_NAME, MEASURES, Value, over_turns
from rag.evaluation.metrics import Interval
from rag.evaluation.power import ALPHA, exact_p
from rag.evaluation.runs import Asked, Run, Setting
from rag.evaluation.scoring import Result, Turns, came_out, group_of, result, sure, turns_of, wrong_of

Verdict = Literal["better", "worse", "same", "not_told_apart"]
Whole = tuple[Run, Sequence[Asked]]
AUROC = "AUROC"
FEWEST = (
    6  # questions that must differ: fewer, all in one direction, are within chance (exact sign test, 5 %)
)

NAMES: dict[str, str] = {
    "fingerprint": "what answers are made with (fingerprint)",
    "sequence": "the library (sequence)",
    "model": "the model",
    "prompts": "the prompts",
    "k": "passages searched",
    "given": "passages given to the writer",
    "cap": "passages of one article",
    "fold": "folding of copies",
    "always_answer": "declining turned off",
    "repeat": "turns of each question",
    "ranking": "how passages are ranked",
}


@dataclass(frozen=True, slots=True)
class Change:
    """One measure over the questions that it applies to in both runs. `difference` is head less base, paired by
    question; `up` and `down` count the questions whose value rose and fell; `more_is_better` tells the direction.

    `verdict`: told apart from chance only where the interval leaves out 0 and, of right-or-wrong measures, McNemar's
    exact test is below .05; of others, at least six questions differ. `same`: no question differs.
    """

    name: str
    base: float
    head: float
    difference: Interval
    up: int
    down: int
    more_is_better: bool
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Side:
    """A question as it was asked in one run, and why it came out wrong there."""

    asked: Asked
    diagnosis: Diagnosis | None


@dataclass(frozen=True, slots=True)
class Turned:
    """A question that came out right in one run and not in the other."""

    id: str
    question: str
    tags: tuple[str, ...]
    base: Side
    head: Side


@dataclass(frozen=True, slots=True)
class Comparison:
    """`warnings` say what else than the thing under test differs. `compared` questions are in both runs as they are;
    those of one run only are counted. A question that failed in head and was right in base is a regression."""

    base: Result
    head: Result
    compared: int
    only_base: int
    only_head: int
    warnings: tuple[str, ...]
    changes: dict[str, Change]
    tags: dict[str, dict[str, Change]]
    regressions: tuple[Turned, ...]
    improvements: tuple[Turned, ...]


def compare(base: Whole, head: Whole) -> Comparison:
    """Compare two runs over the questions that both asked."""
    ours, theirs = ({turns[0].question.id: turns for turns in turns_of(asked)} for _, asked in (head, base))
    common = [one for one, turns in theirs.items() if one in ours and _alike(turns, ours[one])]
    pairs = [(theirs[one], ours[one]) for one in common]
    changes = _changes(pairs)
    area = _area(pairs)
    if area is not None:
        changes[AUROC] = area
    tags = sorted({tag for turns, _ in pairs for tag in turns[0].question.tags})
    turned = [(one, came_out(theirs[one]), came_out(ours[one])) for one in common]
    given = base[0].setting.given, head[0].setting.given
    return Comparison(
        result(*base),
        result(*head),
        len(common),
        len(theirs) - len(common),
        len(ours) - len(common),
        _warnings(base[0], head[0], len(theirs) - len(common), len(ours) - len(common), pairs),
        changes,
        {tag: _changes([p for p in pairs if tag in p[0][0].question.tags]) for tag in tags},
        tuple(_turned(theirs[one], ours[one], given) for one, was, now in turned if was and not now),
        tuple(_turned(theirs[one], ours[one], given) for one, was, now in turned if now and not was),
    )


def gate(
    compared: Comparison,
    *,
    max_regressions: int | None = None,
    least: Mapping[str, float] | None = None,
    harmful: Sequence[str] = (),
    waived: Container[str] = (),
) -> tuple[str, ...]:
    """Why a change may not go in; empty: it may. A number that applies to no question is no pass.

    Args:
        harmful: critical questions whose answer in head somebody called harmful: it always fails then.
        waived: regressions that do not count.
    """
    faults = [f"the answer to {one} is harmful, and the question critical" for one in dict.fromkeys(harmful)]
    regressions = [one for one in compared.regressions if one.id not in waived]
    if max_regressions is not None and len(regressions) > max_regressions:
        ids = ", ".join(one.id for one in regressions)
        faults.append(f"{len(regressions):,} regressions, {max_regressions:,} allowed: {ids}")
    if max_regressions is not None and not compared.compared:
        faults.append("no question is in both runs")
    if max_regressions is not None and compared.head.run.finished is None:
        faults.append("the run under test is not finished")
    for name, floor in (least or {}).items():
        number = compared.head.auroc if name == AUROC else compared.head.numbers[name]
        if number is None:
            faults.append(f"{name} applies to no question; at least {floor:g} was asked for")
        elif number.value < floor:
            faults.append(f"{name} is {number.value:.6g} (of {number.n:,}); at least {floor:g} was asked for")
    return tuple(faults)


def _alike(base: Turns, head: Turns) -> bool:
    """Whether a question asks and expects the same in both."""
    one, other = base[0].question, head[0].question
    said = [[" ".join(entry.quote.split()) for entry in q.evidence] for q in (one, other)]
    same = ("question", "answers", "key_facts", "answerable", "as_of", "scope")
    return said[0] == said[1] and all(getattr(one, name) == getattr(other, name) for name in same)


def _changes(pairs: Sequence[tuple[Turns, Turns]]) -> dict[str, Change]:
    rows = [(over_turns(base), over_turns(head)) for base, head in pairs]
    groups = [group_of(base) for base, _ in pairs]
    columns = {name: [_less(head[name], base[name]) for base, head in rows] for name in BY_NAME}
    found = {}
    for name, difference in intervals.means(columns, groups, differences=True).items():
        if difference is None:
            continue
        both = [(b[name], h[name]) for b, h in rows if b[name] is not None and h[name] is not None]
        found[name] = _change(name, both, difference, BY_NAME[name].up)
    return found


def _change(name: str, both: Sequence[tuple[Value, Value]], difference: Interval, better_up: bool) -> Change:
    steps = [_less(now, was) or 0.0 for was, now in both]
    up, down = sum(step > 0 for step in steps), sum(step < 0 for step in steps)
    binary = all(value in (0, 1) for pair in both for value in pair)
    enough = exact_p(up, down) <= ALPHA if binary else up + down >= FEWEST
    verdict = _verdict(difference, differ=bool(up or down), enough=enough, better_up=better_up)
    base, head = metrics.mean([was for was, _ in both]), metrics.mean([now for _, now in both])
    assert base is not None
    assert head is not None
    return Change(name, base, head, difference, up, down, better_up, verdict)


def _verdict(difference: Interval, *, differ: bool, enough: bool, better_up: bool) -> Verdict:
    if not differ:
        return "same"
    if not enough or difference.low <= 0 <= difference.high:
        return "not_told_apart"
    return "better" if (difference.value > 0) == better_up else "worse"


def _less(head: Value, base: Value) -> Value:
    return None if head is None or base is None else head - base


def _area(pairs: Sequence[tuple[Turns, Turns]]) -> Change | None:
    """The change of the area under the curve, both runs' answerability of the same questions drawn together."""
    scores = [[metrics.mean([sure(one) for one in turns]) for turns in pair] for pair in pairs]
    kept = [i for i, pair in enumerate(scores) if None not in pair]
    base, head = (np.array([scores[i][side] for i in kept], dtype=np.float64) for side in (0, 1))
    labels = np.array([pairs[i][0][0].question.answerable for i in kept], dtype=bool)

    def difference(some: np.ndarray[tuple[int], np.dtype[np.int64]]) -> float | None:
        areas = [metrics.auroc(one[some].tolist(), labels[some].tolist()) for one in (base, head)]
        return _less(areas[1], areas[0])

    groups = [group_of(pairs[i][0]) for i in kept]
    interval = intervals.of_statistic(difference, groups, n=len(kept))
    if interval is None:
        return None
    up, down = int((head > base).sum()), int((head < base).sum())
    verdict = _verdict(interval, differ=bool(up or down), enough=up + down >= FEWEST, better_up=True)
    areas = [metrics.auroc(one.tolist(), labels.tolist()) for one in (base, head)]
    assert areas[0] is not None
    assert areas[1] is not None
    return Change(AUROC, areas[0], areas[1], interval, up, down, True, verdict)


def _turned(base: Turns, head: Turns, given: tuple[int, int]) -> Turned:
    question = base[0].question
    sides = []
    for turns, most in zip((base, head), given, strict=True):
        wrong = wrong_of(turns, most)
        sides.append(Side(turns[0], None) if wrong is None else Side(wrong.asked, wrong.diagnosis))
    return Turned(question.id, question.question, question.tags, sides[0], sides[1])


def _warnings(
    base: Run, head: Run, only_base: int, only_head: int, pairs: Sequence[tuple[Turns, Turns]]
) -> tuple[str, ...]:
    warnings = []
    if base.set_digest != head.set_digest:
        warnings.append(
            f"The sets differ: {base.set_name} ({base.set_digest}) and {head.set_name} ({head.set_digest}). "
            f"{only_base:,} questions of base and {only_head:,} of head are left out, "
            "for they are not in both or ask or expect something else."
        )
    elif only_base or only_head:
        warnings.append(f"{only_base:,} questions were asked in base only, {only_head:,} in head only.")
    warnings += [
        f"{NAMES[name]} differs: {was} in base, {now} in head."
        for name, was, now in _differing(base.setting, head.setting)
    ]
    warnings += [f"{run.name} is not finished." for run in (base, head) if run.finished is None]
    if base.meaning != head.meaning:
        warnings.append(f"Found by meaning: {_meaning(base)} in base, {_meaning(head)} in head.")
    if base.setting.today != head.setting.today and any(_reads_days(one) for pair in pairs for one in pair):
        warnings.append(
            f"The day differs that “last week” counts from: {base.setting.today} in base, "
            f"{head.setting.today} in head, and days were read from questions without as_of."
        )
    return tuple(warning[0].upper() + warning[1:] for warning in warnings)


def _differing(base: Setting, head: Setting) -> list[tuple[str, object, object]]:
    before, now = asdict(base), asdict(head)
    return [(name, _none(before[name]), _none(now[name])) for name in NAMES if before[name] != now[name]]


def _none(value: object) -> object:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None or value == {} else value


def _meaning(run: Run) -> str:
    return "keyword search only" if run.meaning is None else f"{run.meaning:.1%} of the library"


def _reads_days(turns: Turns) -> bool:
    return turns[0].question.as_of is None and any(
        chip.field in ("from", "to") for one in turns if one.answer for chip in one.answer.chips
    )


def order_of(changes: Mapping[str, Change]) -> list[Change]:
    """The changes in the order of the measures, AUROC after the outcomes."""
    order = [measure.name for measure in MEASURES]
    order.insert(3, AUROC)
    return [changes[name] for name in order if name in changes]
