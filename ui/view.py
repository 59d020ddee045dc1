"""Answers and search results as the pane is handed them (ui/contract.py)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from rag.erasures import MARK
from rag.kept import Asked
from rag.marks import CONFLICTS, UNFINISHED, alarms, leads, marks, parts_said
from rag.types import Answer, Citation, Conflict, Found, Nearest, SearchResult, Sentence
from ui import dates, words
from ui.contract import Action, Dispute, Headline, Pane, Side, Statement
from ui.contract import empty as _pane
from ui.readings import reading
from ui.sources import Read, Shelf, Wanted

WHOLE = "whole"
UNDATED = "undated"
STOP = "stop"
READING = "reading"
REREAD = "reread"
RETRY = "retry"
PLAIN = "plain"
OTHER = "other"
REWRITTEN = "rewritten"
AS_WRITTEN = "as_written"
AGAIN = "again"
SHARE = "share"
UNSHARE = "unshare"

OWN = "Only you can open this answer"

EXCERPT = 280  # characters of a passage found that are sure to be shown


def blank() -> Pane:
    """Nothing asked yet: the pane only listens for its keys."""
    return _pane("blank", "working")


def working(key: str, stage: str, sentences: Sequence[Sentence]) -> Pane:
    """A question on its way: the stage, and the sentences that are complete and checked."""
    pane = _pane(key, "working")
    pane["stage"] = stage
    pane["statements"] = [_sentence(at, sentence) for at, sentence in enumerate(sentences, 1)]
    pane["actions"] = [{"label": "Stop", "said": "", "event": STOP}]
    return pane


def stopped(key: str, sentences: Sequence[Sentence]) -> Pane:
    """A question that the reader stopped, with what had come."""
    pane = working(key, "", sentences)
    pane["stage"], pane["actions"] = None, []
    pane["notes"] = ["Stopped before the answer was complete."]
    return pane


def failed(key: str, reason: str) -> Pane:
    """A question that broke on the way, with the reason."""
    pane = _pane(key, "failed")
    pane["headline"] = "The question could not be answered"
    pane["notes"] = [reason]
    return pane


def not_found(key: str, question: str) -> Pane:
    """An answer that the address names and that is not there for this reader; whyever, it is told in the same words."""
    pane = _pane(key, "failed")
    pane["headline"] = "There is no such answer here"
    pane["notes"] = [words.NOT_FOUND]
    if question:
        pane["actions"] = [{"label": "Ask the question now", "said": "", "event": AGAIN}]
    return pane


def of_answer(
    answer: Answer,
    read: Read,
    today: date,
    *,
    key: str,
    whole: frozenset[str] = frozenset(),
    model: str | None = None,
    others: int = 0,
    later: Sequence[Nearest] = (),
) -> Pane:
    """An answer with its sources, and what came `later` on its story.

    Args:
        whole: the long sources to send whole.
        key: stays while one question does.
        model: the one that could be asked.
        others: how many more answers to the same question there are.
    """
    pane = _pane(key, answer.status)
    pane["question"] = answer.rewritten
    pane["read"] = [reading(chip) for chip in answer.chips]
    pane["headline"] = words.headline(answer, today)
    pane["summary"] = list(words.summary(answer, today))
    pane["details"] = [*([said] if (said := parts_said(answer)) else []), *words.freshness(answer, today)]
    pane["actions"] = actions(answer, model, others)
    pane["notes"] = list(answer.warnings)
    answered = answer.status == "answered"
    shelf = Shelf(read, today, whole)
    sentences = (*answer.sentences, *answer.unfinished)
    wanted = [from_citation(cited, sentences, answered) for cited in _shown(answer)]
    pane["citations"], cited = shelf.cite(wanted)
    nearest = shelf.cite([_from_nearest(near) for near in (*answer.nearest, *later)])[1]
    pane["disputes"] = [_dispute(one, answer, today) for one in answer.disagreements]
    pane["later"] = [_headline(near, today) for near in later]
    pane["sources"] = cited + nearest
    pane["open"] = wanted[0].number if wanted else None
    pane["headlines"] = [_headline(near, today) for near in answer.nearest]
    if answered:
        pane["statements"] = [_sentence(at, sentence) for at, sentence in enumerate(sentences, 1)]
        for number, part in leads(answer).items():
            pane["statements"][number - 1]["lead"] = part
        if answer.unfinished:
            pane["statements"][len(answer.sentences)]["lead"] = UNFINISHED
    else:
        passages = answer.passages if answer.status == "closest" else ()
        pane["statements"] = [_closest(citation, today) for citation in passages]
    return pane


def of_search(result: SearchResult, read: Read, today: date, *, key: str, whole: frozenset[str]) -> Pane:
    """Passages, best first, each with why it was found, and its article beside it."""
    pane = _pane(key, "passages")
    pane["read"] = [reading(chip) for chip in result.chips]
    shown, total = len(result.passages), words.count(result.total, "passage")
    first = f"{shown} of {total}" if shown < result.total else total
    pane["summary"] = [
        first,
        f"{words.count(result.searched, 'article')} searched",
        words.seconds(result.seconds),
    ]
    pane["details"] = list(words.begun([words.meaning(result.meaning)]))
    if result.read_as:
        pane["details"].append(f"Read as {result.read_as}")
    pane["headline"] = None if result.passages else "Nothing found. It may be there in other words."
    pane["notes"] = list(result.warnings)
    wanted = [_from_found(at, found) for at, found in enumerate(result.passages, 1)]
    pane["citations"], pane["sources"] = Shelf(read, today, whole).cite(wanted)
    pane["statements"] = [_found(at, found, today) for at, found in enumerate(result.passages, 1)]
    pane["open"] = 1 if wanted else None
    return pane


def actions(answer: Answer, model: str | None = None, others: int = 0) -> list[Action]:
    """What the header offers: undated articles taken in, the model asked or left out, another answer shown."""
    left_out = words.left_out(answer.freshness.undated_left_out)
    offered: list[Action] = []
    if left_out:
        offered.append({"label": "Include", "said": left_out, "event": UNDATED})
    if answer.mode == "llm":
        offered.append({"label": "Answer without the model", "said": "", "event": PLAIN})
    elif model is not None and answer.status != "no_answer_found":
        offered.append({"label": f"Ask {model}", "said": "", "event": RETRY})
    if others:
        said = words.count(others + 1, "answer") + " to this question"
        offered.append(
            {"label": "Show the other" if others == 1 else "Show the next", "said": said, "event": OTHER}
        )
    return offered


def record(asked: Asked | None, *, opened: bool, recorded: bool, today: date) -> list[Action]:
    """What the header says of the record: when a kept answer was given, who can open it, or that there is none."""
    offered: list[Action] = []
    if opened and asked is not None:
        said = f"Answered {dates.shown(asked.at, today, time=True)} UTC, kept as it was"
        offered.append({"label": "Ask again", "said": said, "event": AGAIN})
    if asked is None:  # what is being recorded takes its place already
        return [{"label": "", "said": OWN if recorded else "Not recorded", "event": ""}]
    if not asked.own:
        offered.append({"label": "", "said": "Another reader shared this answer", "event": ""})
    elif asked.shared:
        said = "Shared: whoever reaches this page can open it by its address"
        offered.append({"label": "Stop sharing", "said": said, "event": UNSHARE})
    else:
        offered.append({"label": "Share", "said": OWN, "event": SHARE})
    return offered


def _shown(answer: Answer) -> tuple[Citation, ...]:
    return answer.citations if answer.status in ("answered", "closest") else ()


def _sentence(at: int, sentence: Sentence) -> Statement:
    return {
        "id": f"s{at}",
        "kind": "sentence",
        "text": sentence.text,
        "cites": list(sentence.citations),
        "marks": list(marks(sentence)),
        "alarms": list(alarms(sentence)),
    }


def _closest(cited: Citation, today: date) -> Statement:
    return {
        "id": f"p{cited.number}",
        "kind": "passage",
        "text": " ".join(_nearer(cited).split()) or MARK,
        "cites": [cited.number],
        "heading": cited.title or "Untitled",
        "byline": words.source(cited.outlet, cited.published, cited.kind, today),
    }


def _nearer(cited: Citation) -> str:
    """A closest passage from its nearest sentence, where that would otherwise stand below what is shown."""
    if cited.erased or cited.within is None or cited.within[1] - cited.start < EXCERPT:
        return cited.quote
    return "… " + cited.quote[cited.within[0] - cited.start :]


def _found(at: int, found: Found, today: date) -> Statement:
    return {
        "id": f"p{at}",
        "kind": "passage",
        "text": "\n".join(line for line in _excerpt(found).splitlines() if line.strip()),
        "cites": [at],
        "heading": found.title or "Untitled",
        "byline": words.source(found.outlet, found.published, found.kind, today),
        "why": list(words.why(found)),
    }


def _excerpt(found: Found) -> str:
    """The passage from the sentence before its best one, where that would otherwise stand below what is shown."""
    best, sentences = found.best_sentence, found.passage.sentences
    begin = found.passage.start
    if best is None or best < 2 or sentences[best][1] - begin < EXCERPT:
        return found.text
    return "… " + found.text[sentences[best - 1][0] - begin :]


def _dispute(found: Conflict, answer: Answer, today: date) -> Dispute:
    sides: list[Side] = []
    for sentence, figure in ((found.older, found.reason.source), (found.newer, found.reason.said)):
        number = sentence.citations[0]
        cited = answer.citations[number - 1]
        when = dates.shown(cited.published, today, time=True)
        line = f"{cited.outlet or 'outlet not stated'} · {when}"
        sides.append({"figure": figure, "text": sentence.text, "line": line, "cite": number})
    return {"label": CONFLICTS[found.kind], "sides": sides}


def _headline(near: Nearest, today: date) -> Headline:
    return {
        "title": near.title or "Untitled",
        "line": words.source(near.outlet, near.published, None, today),
        "source": f"{near.article_id}@None",
    }


def from_citation(cited: Citation, sentences: Sequence[Sentence] = (), answered: bool = False) -> Wanted:
    """A citation's place in its source, used by sentences of an answer or by the passage that it is."""
    uses = [(at, one) for at, one in enumerate(sentences, 1) if cited.number in one.citations]
    return Wanted(
        number=cited.number,
        article_id=cited.article_id,
        version=cited.version,
        title=cited.title,
        outlet=cited.outlet,
        published=cited.published,
        kind=cited.kind,
        start=cited.start,
        end=cited.end,
        quote=cited.quote,
        used_by=tuple(f"s{at}" for at, _ in uses) if answered else (f"p{cited.number}",),
        attributions=tuple(sentence.attribution for _, sentence in uses if sentence.attribution),
        within=cited.within,
        erased=cited.erased,
    )


def _from_found(at: int, found: Found) -> Wanted:
    best = found.best_sentence
    return Wanted(
        number=at,
        article_id=found.passage.article_id,
        version=found.passage.version,
        title=found.title,
        outlet=found.outlet,
        published=found.published,
        kind=found.kind,
        start=found.passage.start,
        end=found.passage.end,
        quote=found.text,
        used_by=(f"p{at}",),
        within=None if best is None else found.passage.sentences[best],
    )


def _from_nearest(near: Nearest) -> Wanted:
    return Wanted(
        number=0,
        article_id=near.article_id,
        version=None,
        title=near.title,
        outlet=near.outlet,
        published=near.published,
        kind=None,
        start=0,
        end=0,
        quote="",
    )
