"""A model as judge of a run's answers: optional, beside the run's own numbers, held against people's grades."""

from __future__ import annotations

import threading
from collections.abc import Callable
from itertools import groupby

from rag import evaluating, grading
from rag.answering import prompts
from rag.answering.packing import AROUND
from rag.answering.prompts import Prompt
from rag.errors import ModelError, ReadOnly, UsageError
from rag.evaluation import metrics
from rag.evaluation.grading import Grade, Item, agreement
from rag.evaluation.judging import JUDGE_MARKS, LONGEST, PLACEHOLDERS, Judged, given, read
from rag.evaluation.words import judged_lines
from rag.library import judgements as kept
from rag.library import runs as kept_runs
from rag.library.ingest import Progress
from rag.models.chat import Chat
from rag.models.whole import whole
from rag.newsroom import Newsroom

SESSION = "eval judge"
Said = tuple[str | None, str, str | None]  # a mark and why, or None and the fault
KEPT_HERE = "it cites a collection that is never sent to a model"


def judge(
    room: Newsroom,
    name: str,
    *,
    stop: threading.Event | None = None,
    progress: Callable[[Progress], None] = lambda one: None,
) -> bool:
    """Let the model that is set judge the answers of a run that it has not judged yet by this prompt; whether all were
    asked about. What could not be judged is kept so, with why, and asked again the next time.

    Raises:
        UsageError: there is no such run; no model is set.
        ReadOnly: the home cannot be written.
        ModelError: a limit was reached before the first answer.
    """
    stop = stop or threading.Event()
    chat, key = room.chat, _key(room, name)
    if chat is None:
        raise UsageError("eval judge", "no language model is set", "Set DATELINE_MODEL to the judge's name.")
    if room.catalog.read_only:
        raise ReadOnly(str(room.home), "it cannot be written", "Judge in a home that can.")
    prompt = prompts.load("judge", placeholders=PLACEHOLDERS)
    _, asked = evaluating.load(room, name)
    done = {
        row.question
        for row in kept.of_run(room.catalog, key)
        if row.mark is not None and (row.judge, row.prompt) == (chat.model, prompt.digest)
    }
    left = [
        (one, one.answer)
        for one in asked
        if one.turn == 0 and one.answer is not None and one.answer.status == "answered"
    ]
    left = [pair for pair in left if pair[0].question.id not in done]
    local = set(room.local_collections())
    for at, (one, answer) in enumerate(left, 1):
        refusal = room.limits.refusal("")
        if stop.is_set() or refusal is not None:
            if refusal is not None and at == 1:
                raise ModelError("the judge", refusal.rstrip("."))
            return False
        ids = {cited.article_id for cited in answer.citations} | {e.article for e in one.question.evidence}
        if local and any(local.intersection(room.browser.one(i).collections) for i in ids if _there(room, i)):
            said: Said = (None, "", KEPT_HERE)
        else:
            said = _asked(room, chat, prompt, given(one, answer), stop)
        mark, why, fault = said
        if stop.is_set() and mark is None:
            return False
        row = kept.Row(key, one.question.id, chat.model, prompt.digest, mark, why, fault)
        kept.keep(room.catalog, row)
        progress(Progress("asking", at, len(left)))
    return True


def judged(room: Newsroom, name: str) -> tuple[Judged, ...]:
    """What judges said of a run, each by itself: nothing that was not judged is counted. Raises: UsageError."""
    key = _key(room, name)
    if not room.catalog.holds("judgements"):
        return ()
    by_grader: dict[str, dict[Item, Grade]] = {}
    for grade in grading.grades_of(room, [name]).grades:
        by_grader.setdefault(grade.grader, {})[grade.run, grade.question] = grade
    rows = kept.of_run(room.catalog, key)
    return tuple(
        _judged(name, judge_name, prompt, list(some), by_grader)
        for (judge_name, prompt), some in groupby(rows, lambda row: (row.judge, row.prompt))
    )


def _judged(
    name: str, judge_name: str, prompt: str, rows: list[kept.Row], by_grader: dict[str, dict[Item, Grade]]
) -> Judged:
    marks = {mark: sum(row.mark == mark for row in rows) for mark in JUDGE_MARKS}
    said: dict[Item, Grade] = {
        (name, row.question): Grade(name, row.question, judge_name, mark, row.why, "")
        for row in rows
        if (mark := next((one for one in JUDGE_MARKS if one == row.mark), None)) is not None
    }
    with_people = (agreement((judge_name, who), said, theirs) for who, theirs in sorted(by_grader.items()))
    return Judged(
        name,
        judge_name,
        prompt,
        marks,
        metrics.wilson(marks["right"], sum(marks.values())),
        {row.question: row.fault or "" for row in rows if row.mark is None},
        tuple(one for one in with_people if one is not None),
    )


def _asked(room: Newsroom, chat: Chat, prompt: Prompt, text: str, stop: threading.Event) -> Said:
    """A mark and why; or None with the fault that kept it from being one."""
    system, user = prompt.filled(given=text)
    sent = chat.counter.count(system) + chat.counter.count(user)
    if sent > chat.window - chat.reply - AROUND:
        return None, "", f"it does not fit the model's {chat.window:,} tokens"
    asked = whole(chat, system, user, longest=LONGEST, stop=stop)
    if asked.tokens is not None:
        room.limits.note(SESSION, chat.model, asked.tokens, asked.cost)
    found = read(asked.text) if asked.fault is None else None
    if found is None:
        return None, "", str(asked.fault or "what it wrote is no judgement")
    return found[0], found[1], None


def _there(room: Newsroom, article_id: str) -> bool:
    return article_id in room.catalog.known([article_id])


def _key(room: Newsroom, name: str) -> int:
    found = kept_runs.find(room.catalog, name)
    if found is None:
        raise UsageError(f"run {name!r}", "there is no such run", "`dateline eval runs` lists them.")
    return found.key


__all__ = ["Judged", "judge", "judged", "judged_lines"]
