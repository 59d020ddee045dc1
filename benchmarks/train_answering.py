"""How the weights of answers without a language model are made, and how good they are on articles unseen.

    python -m benchmarks.train_answering DATA [--train newsqa] [--check realtimeqa-2025] [--keep FOLDER] [--write]

Every question is searched twice, the second time with its own article out of scope; the first search is also read
without the passages that answer, as a near miss. Ranking: the weights maximise
the log-likelihood that a softmax over all sentences found draws one that holds the answer (listwise: Cao et al. 2007,
with the likelihood of all right ones taken together), less a penalty on their squares. Answerability: a logistic
regression of the first kind against the others, over what the ranking's best sentences show, ranked by folds
that have not seen them. Five folds, articles kept together, tell the shares on unseen articles; `--check` sets are
never trained on. Both are made twice, with meaning and for keyword search only. Seeded.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from benchmarks import ours
from benchmarks.answering import names_in
from benchmarks.data import Data, arguments, judged, load, save, table
from rag.answering import answerability
from rag.answering.extractive import LONGEST, WEAK, chosen
from rag.answering.ranking import WEIGHTS, digest_of
from rag.answering.sentence_features import Reading, read
from rag.answering.writer import Material
from rag.evaluation import metrics
from rag.evaluation.metrics import Place
from rag.expected import Question
from rag.newsroom import Newsroom
from rag.questions import Questions
from rag.types import (
    Scope,
)

FOLDS = 5
RANKING_PENALTY = 1e-3  # per question, on squares of standardised weights
ANSWERABILITY_PENALTY = 3.0  # on the whole, on squares of standardised weights
KINDS = ("there", "without", "missed")
MISSED = 0.25  # what a near miss counts beside a question whose article is out
COUNTED = 3  # sentences of an answer in which the span is looked for

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Case:
    """What was found for a question, vectors left out, and which of its sentences hold the answer."""

    material: Material
    reading: Reading
    holds: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question asked with its articles there, with them out of scope, and with only the passages that answer out."""

    question: Question
    group: str
    there: Case
    without: Case
    missed: Case


Ranking = Callable[[Case], Floats]


def ask_all(data: Data, room: Newsroom, *, meaning: bool) -> list[Asked]:
    """Every question of `data` whose own articles are known, asked in both ways."""
    questions = room.questions if meaning else words_only(room)
    asked = []
    for question, group in zip(data.questions, data.groups, strict=True):
        own = own_articles(question)
        if own:
            without = Scope(not_articles=own, undated=True)
            there = ground(questions, question, ours.ANY_DAY)
            materials = there, ground(questions, question, without), missing(there, question, data.texts)
            asked.append(Asked(question, group, *(case(data, question, found) for found in materials)))
    return asked


def words_only(room: Newsroom) -> Questions:
    """Questions to the same library as they are answered where there is no embedder."""
    return Questions(
        room.catalog, room.indexes, embedder=lambda: None, why_none=lambda: "left out",
        kept_here=tuple, approximate=False, today=date.today, as_of_today=False,
    )  # fmt: skip


def own_articles(question: Question) -> tuple[str, ...]:
    """The articles that a question is about: those of its evidence, else the pages that came with it."""
    pages = question.extra.get("pages", ())
    return tuple({e.article for e in question.evidence}) or tuple(pages if isinstance(pages, list) else ())


def ground(questions: Questions, question: Question, scope: Scope) -> Material:
    """What is found for a question."""
    return questions.ground(question.question, scope, today=ours.day_of(question)).material


def missing(found: Material, question: Question, texts: Mapping[str, str]) -> Material:
    """The same without the passages that hold the answer: a near miss, all of the story there but what is asked."""
    places = [Place(hit.passage.article_id, hit.passage.start, hit.passage.end) for hit, _ in found.hits]
    holds = judged(question, places, texts)
    return replace(found, hits=[one for one, held in zip(found.hits, holds, strict=True) if not held])


def case(data: Data, question: Question, found: Material) -> Case:
    """The sentences of what was found, read, and their vectors left behind: there are many."""
    reading = read(found)
    spans = reading.sentences.spans
    holds = [
        holds_answer(question, span.article_id, span.start, span.end, data.texts[span.article_id])
        for span in spans
    ]
    some = None if reading.sentences.vectors is None else np.zeros((len(spans), 0), np.float32)
    hits = [(replace(hit, sentences=None), one) for hit, one in found.hits]
    lean = replace(reading, sentences=replace(reading.sentences, vectors=some))
    return Case(replace(found, hits=hits), lean, np.array(holds, bool))


def holds_answer(question: Question, article: str, start: int, end: int, text: str) -> bool:
    """Whether a sentence holds a whole evidence span; where there are none, an answer as whole words."""
    if not question.evidence:
        return bool(metrics.contains_answer(text[start:end], question.answers))
    return any(
        e.article == article
        and e.start is not None
        and start <= e.start
        and e.start + len(e.quote.rstrip()) <= end
        for e in question.evidence
    )


# Fitting


def fit_ranking(cases: Sequence[Case], steps: int = 30) -> Floats:
    """(f,) weights in the features' own units, by Newton steps on the listwise likelihood, halved until it rises."""
    some = [one for one in cases if one.holds.any()]
    rows, _, scale = standardised(np.concatenate([one.reading.table for one in some]))
    holds = np.concatenate([one.holds for one in some])
    sizes = [len(one.holds) for one in some]
    begins, whose = np.cumsum([0, *sizes[:-1]]), np.repeat(np.arange(len(some)), sizes)

    def at(weights: Floats) -> tuple[float, Floats, Floats]:
        ranked = rows @ weights
        every, all_of_it = shares(ranked, begins, whose)
        right, of_right = shares(np.where(holds, ranked, -np.inf), begins, whose)
        loss = float((all_of_it - of_right).mean() + RANKING_PENALTY * weights @ weights)
        return loss, every, right

    weights = np.zeros(rows.shape[1])
    loss, every, right = at(weights)
    for _ in range(steps):
        gradient = rows.T @ (every - right) / len(some) + 2 * RANKING_PENALTY * weights
        means = np.add.reduceat(rows * every[:, None], begins)
        curve = ((rows * every[:, None]).T @ rows - means.T @ means) / len(some)
        step = np.linalg.solve(curve + 2 * RANKING_PENALTY * np.eye(len(curve)), gradient)
        while (better := at(weights - step))[0] > loss and np.abs(step).max() > 1e-6:
            step = step / 2
        weights, gained = weights - step, loss - better[0]
        loss, every, right = better
        if gained < 1e-6:
            break
    return weights / scale


def shares(ranked: Floats, begins: NDArray[np.int64], whose: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """A softmax over each question's sentences, and the logarithm of what it was divided by."""
    highest = np.maximum.reduceat(ranked, begins)
    likely = np.exp(ranked - highest[whose])
    total = np.add.reduceat(likely, begins)
    return likely / total[whose], highest + np.log(total)


def fit_logistic(rows: Floats, answers: NDArray[np.bool_], share: Floats, steps: int = 30) -> Floats:
    """(f,) weights in the features' own units, each row counted by its share; the constant 1 bears no penalty."""
    scaled, mean, scale = standardised(rows)
    scaled[:, 0] = 1.0
    penalty = np.full(rows.shape[1], ANSWERABILITY_PENALTY)
    penalty[0] = 1e-9
    weights = np.zeros(rows.shape[1])
    for _ in range(steps):
        sure = 1 / (1 + np.exp(-scaled @ weights))
        curve = (scaled * (share * sure * (1 - sure))[:, None]).T @ scaled + np.diag(penalty)
        step = np.linalg.solve(curve, scaled.T @ (share * (sure - answers)) + penalty * weights)
        weights = weights - step
        if np.abs(step).max() < 1e-6:
            break
    out = weights / scale
    out[0] = weights[0] - (out[1:] * mean[1:]).sum()
    return out


def standardised(rows: Floats) -> tuple[Floats, Floats, Floats]:
    """Rows of mean 0 and deviation 1, with both; a constant column becomes 0."""
    mean, scale = rows.mean(axis=0), rows.std(axis=0)
    scale = np.where(scale > 1e-9, scale, np.inf)
    return (rows - mean) / scale, mean, scale


# Judging


def folds_of(asked: Sequence[Asked], seed: int) -> list[int]:
    """A fold for each question, the same for all on one article."""
    groups = sorted({one.group for one in asked})
    random.Random(seed).shuffle(groups)
    fold = {group: place % FOLDS for place, group in enumerate(groups)}
    return [fold[one.group] for one in asked]


def by(weights: Floats) -> Ranking:
    return lambda case: case.reading.table @ weights


def known(case: Case, ranking: Ranking) -> Mapping[str, float]:
    """A case's features of answerability; none where nothing was found."""
    return answerability.features(case.reading, ranking(case), case.material) if len(case.holds) else {}


@dataclass(frozen=True, slots=True)
class Judged:
    """(n,) for each question: which of the first sentences holds the answer (0: none), and its answerabilities."""

    right: NDArray[np.int64]
    there: Floats
    without: Floats
    missed: Floats


def trained(asked: Sequence[Asked], seed: int) -> tuple[dict[str, float], dict[str, float], Judged]:
    """The weights of all questions, and each question judged by those of other articles."""
    fold = folds_of(asked, seed)
    ranking: list[Ranking] = []
    for out in range(FOLDS):
        ranking.append(by(fit_ranking([one.there for one, f in zip(asked, fold, strict=True) if f != out])))
    by_kind = [
        [known(getattr(one, kind), ranking[f]) for one, f in zip(asked, fold, strict=True)] for kind in KINDS
    ]
    names = max((list(one) for one in by_kind[0]), key=len)
    tables = np.array([[[one.get(name, 0.0) for name in names] for one in some] for some in by_kind])
    folds = np.array(fold)
    sure = np.zeros((len(KINDS), len(asked)))
    for out in range(FOLDS):
        weights = answerable_by(tables[:, folds != out])
        sure[:, folds == out] = 1 / (1 + np.exp(-tables[:, folds == out] @ weights))
    right = np.array([place_of_answer(one.there, ranking[f]) for one, f in zip(asked, fold, strict=True)])
    final = answerable_by(tables)
    columns = asked[0].there.reading.names
    whole = fit_ranking([one.there for one in asked])
    return rounded(columns, whole), rounded(names, final), Judged(right, *sure)


def answerable_by(tables: Floats) -> Floats:
    """The logistic weights that tell the first kind of the three from the others, given (3, n, f)."""
    n = tables.shape[1]
    return fit_logistic(
        np.concatenate(tables), np.repeat([True, False, False], n), np.repeat([1.0, 1.0, MISSED], n)
    )


def tried(asked: Sequence[Asked], ranking: Mapping[str, float], learned: Mapping[str, float]) -> Judged:
    """Questions of a set that the weights were not made from."""
    names = asked[0].there.reading.names
    order = by(np.array([ranking[name] for name in names]))
    sure = [
        [
            1 / (1 + np.exp(-sum(learned[n] * v for n, v in known(one, order).items() if n in learned)))
            for one in some
        ]
        for some in ([getattr(one, kind) for one in asked] for kind in KINDS)
    ]
    right = np.array([place_of_answer(one.there, order) for one in asked])
    return Judged(right, *(np.array(each) for each in sure))


def place_of_answer(case: Case, ranking: Ranking) -> int:
    """Which sentence of the answer, counted from 1, holds it; 0 where none does."""
    rows = chosen(case.reading, ranking(case), most=LONGEST, weak=WEAK)
    return next((place for place, row in enumerate(rows, 1) if case.holds[row]), 0)


def rounded(names: Sequence[str], weights: Floats) -> dict[str, float]:
    return {name: float(f"{weight:.4g}") for name, weight in zip(names, weights, strict=True) if weight}


def report(title: str, asked: Sequence[Asked], judged_as: Judged) -> None:
    """The shares with their intervals, questions on one article drawn together, and the curve."""
    groups = [one.group for one in asked]
    found = np.array([one.there.holds.any() for one in asked])
    within = (judged_as.right > 0) & (judged_as.right <= COUNTED)
    shares = {
        "in some passage found": found,
        "in the first sentence": judged_as.right == 1,
        f"in the first {COUNTED}": within,
    }
    rows = [[title, "share", "95 %", "of"]]
    for name, column in shares.items():
        sure = metrics.paired_bootstrap([float(one) for one in column], [0.0] * len(column), groups=groups)
        if sure is not None:
            rows.append([name, f"{sure.value:.3f}", f"{sure.low:.3f} to {sure.high:.3f}", str(len(column))])
    print("\n" + table(rows))
    counts = np.array([names_in(one.question.question) for one in asked])
    rows = [["answerability, by names in the question", "AUROC", "near misses", "of"]]
    for name, some in (
        ("all", counts >= 0),
        ("none", counts == 0),
        ("one", counts == 1),
        ("more", counts > 1),
    ):
        there = judged_as.there[some].tolist()
        areas = [
            metrics.auroc(there + other, [True] * len(there) + [False] * len(other))
            for other in (judged_as.without[some].tolist(), judged_as.missed[some].tolist())
        ]
        rows.append([name, *("–" if area is None else f"{area:.3f}" for area in areas), str(len(there))])
    print("\n" + table(rows))
    rows = [
        [
            "threshold",
            "there, not answered",
            "without, not answered",
            "near misses, not answered",
            "answered, and it is in it",
        ]
    ]
    for threshold in sorted({answerability.CLOSEST, answerability.ANSWERED, *(n / 20 for n in range(1, 20))}):
        a, b = judged_as.there >= threshold, judged_as.without >= threshold
        near = float((judged_as.missed < threshold).mean())
        said = a.sum() + b.sum()
        hold = f"{(a & within).sum() / said:.3f}" if said else "–"
        rows.append([f"{threshold:.2f}", f"{1 - a.mean():.3f}", f"{1 - b.mean():.3f}", f"{near:.3f}", hold])
    print("\n" + table(rows), flush=True)


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--train", default="newsqa", help="the set that the weights are made from")
    parser.add_argument("--check", nargs="*", default=[], help="sets that they are only tried on")
    parser.add_argument("--draw", type=int, help="only so many questions, drawn by chance")
    parser.add_argument("--seed", type=int, default=0, help="of the folds and the draw")
    parser.add_argument("--write", action="store_true", help="write rag/answering/weights.json")
    given = parser.parse_args()
    made: dict[str, dict[str, dict[str, float]]] = {"meaning": {}, "words": {}}
    for name in [given.train, *given.check]:
        data = load(given.data / name)
        if given.draw:
            data = replace(data.drawn(given.draw, given.seed), name=name)
        with ours.library(data, given.keep) as room:
            for kind, weights in made.items():
                asked = ask_all(data, room, meaning=kind == "meaning")
                if name == given.train:
                    weights["ranking"], weights["answerability"], judged_as = trained(asked, given.seed)
                else:
                    judged_as = tried(asked, weights["ranking"], weights["answerability"])
                report(
                    f"{name}, {kind}, {'other articles' if name == given.train else 'not trained on'}",
                    asked,
                    judged_as,
                )
    command = f"python -m benchmarks.train_answering DATA --train {given.train} --seed {given.seed} --write"
    if given.write:
        save({"made_by": command, "digest": digest_of(made), **made}, WEIGHTS)


if __name__ == "__main__":
    main()
