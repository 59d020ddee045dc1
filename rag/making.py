"""Test questions made from a newsroom's library: by rules, or by the model that is set; near misses among them.

Nothing here is asked before a person accepts it (`rag/evaluation/making.py`).
"""

from __future__ import annotations

import itertools
import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rag.answering import prompts
from rag.errors import LibraryError, ModelError, UsageError
from rag.eval_sets import keep_set, sets_of
from rag.evaluation import making, proposing, sets
from rag.evaluation.making import Candidate
from rag.evaluation.metrics import contains_answer, fold
from rag.expected import Question
from rag.library.ingest import Progress
from rag.newsroom import SAMPLE, How, Newsroom
from rag.state import Sift
from rag.types import (
    Found,
    Scope,
)

COUNT, MOST = 40, 5_000  # questions made
NEAR_MISS = 4  # one in so many has no answer
ARTICLES = 20_000  # looked at, those that a seed draws
LOOKED = 20  # passages in which a near miss must not be answered after all
SESSION = "eval make"
WHY = {
    "answered": "near misses that another article answers",
    "no_words": "whose answer cannot be told in a text (under three characters)",
    "not_quoted": "from the model whose quote is not in its article word for word",
    "not_in_quote": "from the model whose answer is not in its quote",
    "unreadable": "lines from the model that are no question",
    "kept_here": "articles of a collection that is never sent to a model",
    "too_long": "articles that did not fit the model",
}

Report = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class Made:
    """Questions made, with what was dropped and why (`WHY` in words), out of how many `articles`. `model` is None where
    rules made them; `stopped`: some are missing,
    since it was stopped or the model failed on the way."""

    questions: tuple[Question, ...]
    dropped: dict[str, int]
    articles: int
    model: str | None = None
    prompt: str | None = None
    tokens: dict[str, int] | None = None
    cost: float | None = None
    stopped: bool = False


def make(
    room: Newsroom,
    *,
    count: int = COUNT,
    seed: int = 1,
    extractive: bool = False,
    stop: threading.Event | None = None,
    progress: Report = lambda one: None,
) -> Made:
    """Make questions, the same ones for the same seed and library unless a model writes them.

    Raises:
        UsageError: the count is none.
        LibraryError: there is no article in scope that gives a question.
        ModelError: the model failed before it gave one; what it gave before a later failure is kept.
    """
    if not 1 <= count <= MOST:
        raise UsageError("--count", f"it cannot be {count:,}", f"Choose from 1 to {MOST:,}.")
    stop = stop or threading.Event()
    articles = _articles(room, seed)
    if not articles:
        raise LibraryError("the library", "no usable English article is in scope", "Ingest some first.")
    away, dropped = count // NEAR_MISS, Counter[str]()
    if room.settings.model is not None and not extractive:
        said = _by_model(room, articles, count - away, dropped, stop, progress)
    else:
        said = _by_rules(room, articles, seed, stop, progress)
    if not said.candidates and not stop.is_set():
        raise LibraryError("the library", "none of its sentences gives a question", "Write some by hand.")
    numbered = {one: f"made-{seed}-{at:03}" for at, one in enumerate(said.candidates[: count - away], 1)}
    answerable = [making.question_of(one, name) for one, name in numbered.items()]
    missed: list[Question] = []
    for one in _near_misses(room, said.candidates, seed, dropped):
        if len(missed) >= min(away, len(answerable)) or stop.is_set():
            break
        missed.append(replace(one, id=f"made-{seed}-x{len(missed) + 1:03}"))
        progress(Progress("checking", len(missed), away))
    return Made(
        (*answerable, *missed),
        dict(dropped),
        len(articles),
        said.model,
        said.prompt,
        said.tokens,
        said.cost,
        stop.is_set() or said.broken,
    )


def write(found: Made, path: Path) -> Path:
    """Write what was made as a question set.

    Raises:
        QuestionSetError: it is no .jsonl or .csv.
        LibraryError: it cannot be written, or is there already.
    """
    if path.exists():
        raise LibraryError(
            str(path), "there is such a file", "Name another: what was accepted would be lost."
        )
    try:
        sets.write(found.questions, path)
    except OSError as error:
        reason = (error.strerror or "not writable").lower()
        raise LibraryError(str(path), f"it cannot be written ({reason})", "Name another file.") from error
    return path


def keep(room: Newsroom, found: Made, seed: int) -> Path:
    """Keep what was made among the home's sets, under a name of its own. Raises: ReadOnly, LibraryError."""
    taken = {one.name for one in sets_of(room)}
    names = (f"made-{seed}{f'-{at}' if at > 1 else ''}.jsonl" for at in itertools.count(1))
    name = next(one for one in names if one not in taken)
    keep_set(room, name, sets.as_jsonl(found.questions).encode())
    return room.home / "sets" / name


@dataclass(frozen=True, slots=True)
class _Said:
    candidates: tuple[Candidate, ...]
    model: str | None = None
    prompt: str | None = None
    tokens: dict[str, int] | None = None
    cost: float | None = None
    broken: bool = False


def _articles(room: Newsroom, seed: int) -> list[str]:
    """The usable articles in scope, in the seed's order: without the sample beside others."""
    snapshot = room.questions.snapshot()
    ids = room.browser.ids(Sift(statuses=("usable",)), limit=len(snapshot.keys) + 1)
    chosen = sorted(ids)
    random.Random(seed).shuffle(chosen)
    hidden = not room.questions.sample_only()
    found = []
    for one in chosen[:ARTICLES]:
        article = room.article(one)
        if (article.language or "en").startswith("en") and not (hidden and SAMPLE in article.collections):
            found.append(one)
    return found


def _by_rules(
    room: Newsroom, ids: Sequence[str], seed: int, stop: threading.Event, progress: Report
) -> _Said:
    found: list[Candidate] = []
    for at, one in enumerate(ids, 1):
        if stop.is_set():
            break
        found += making.candidates(room.article(one))
        progress(Progress("reading", at, len(ids)))
    return _Said(tuple(making.drawn(found, seed)))


def _by_model(
    room: Newsroom,
    ids: Sequence[str],
    count: int,
    dropped: Counter[str],
    stop: threading.Event,
    progress: Report,
) -> _Said:
    """Article after article until there are enough; a failure after the first question ends it and keeps what came."""
    chat = room.chat
    assert chat is not None  # a model is set
    prompt, local = prompts.load("make", placeholders=proposing.PLACEHOLDERS), set(room.local_collections())
    found: list[Candidate] = []
    tokens, cost, broken = Counter[str](), list[float](), False
    for one in ids:
        if len(found) >= count or stop.is_set():
            break
        article = room.article(one)
        if local.intersection(article.collections):
            dropped["kept_here"] += 1
            continue
        fault: ModelError | None
        refusal = room.limits.refusal("")
        if refusal is not None:
            fault = ModelError("the model", refusal.rstrip("."), "What it gave before is kept.")
        else:
            asked = proposing.propose(chat, prompt, article, stop=stop)
            if asked.tokens is not None:
                price = chat.cost(asked.tokens["in"], asked.tokens["out"])
                room.limits.note(SESSION, chat.model, asked.tokens, price)
                tokens.update(asked.tokens)
                cost += [price] if price is not None else []
            dropped.update(asked.dropped)
            found += asked.candidates
            fault = asked.fault
        progress(Progress("asking", min(len(found), count), count))
        if fault is not None and not found:
            raise fault
        if fault is not None:
            broken = True
            break
    total = sum(cost) if cost else None
    return _Said(tuple(found), chat.model, prompt.digest, dict(tokens), total, broken)


def _near_misses(
    room: Newsroom, found: Sequence[Candidate], seed: int, dropped: Counter[str]
) -> Iterator[Question]:
    """Questions without an answer, the two kinds by turns; none that a passage found answers after all."""
    chance = random.Random(seed + 1)
    names = sorted({one.name for one in found if one.name and len(one.name.split()) > 1})
    ways = [one for one in found if contains_answer("", one.answers) is not None]
    dropped["no_words"] += len(found) - len(ways)
    chance.shuffle(ways)
    for at, one in enumerate(ways):
        question = making.question_of(one, "")
        swaps = [name for name in names if name not in one.question and one.name]
        if at % 2 and swaps and one.name:
            other = chance.choice(swaps)
            missed = making.with_name(question, one.name, other)
            about: tuple[str, ...] = (other,)
        else:
            copies = [shelved.article_id for shelved in room.browser.copies(one.article)]
            missed, about = making.without_article(question, [one.article, *copies]), ()
        if any(_answers(passage, one.answers, about) for passage in _nearest(room, missed)):
            dropped["answered"] += 1
            continue
        yield missed


def _nearest(room: Newsroom, question: Question) -> Sequence[Found]:
    how = How(cap=None, syntax=False, not_read=frozenset(("from", "to", "outlet")))
    return room.search(question.question, question.scope or Scope(), LOOKED, how=how).passages


def _answers(found: Found, answers: Sequence[str], about: Sequence[str]) -> bool:
    """Whether a passage holds an answer, and whom the question is about now."""
    text = f" {fold(found.text)} "
    return bool(contains_answer(found.text, answers)) and all(f" {fold(name)} " in text for name in about)
