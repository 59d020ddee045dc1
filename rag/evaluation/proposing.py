"""Questions that a model proposes from one article: what it writes is checked against the article's own words."""

from __future__ import annotations

import json
import secrets
import threading
from collections import Counter
from dataclasses import dataclass

from rag.answering.packing import AROUND, shown
from rag.answering.prompts import Prompt
from rag.errors import ModelError
from rag.evaluation.making import Candidate
from rag.evaluation.metrics import fold
from rag.models.chat import Chat
from rag.models.whole import whole
from rag.types import Article

PLACEHOLDERS = ("count", "article")
EACH = 4  # questions asked for of one article
LONGEST = 12_000  # characters of a reply that are read


@dataclass(frozen=True, slots=True)
class Proposed:
    """What came of one article: candidates that hold, what was dropped by reason, why it broke off, what it took."""

    candidates: tuple[Candidate, ...]
    dropped: dict[str, int]
    fault: ModelError | None
    tokens: dict[str, int] | None


def propose(chat: Chat, prompt: Prompt, article: Article, *, stop: threading.Event) -> Proposed:
    """Ask the model for questions from an article that fits its window."""
    key = secrets.token_hex(4)
    about = " · ".join(shown(part) for part in (article.title, article.outlet, article.published) if part)
    block = f'<article key="{key}">\n{about}\n{shown(article.text)}\n</article key="{key}">'
    system, user = prompt.filled(count=str(EACH), article=block)
    sent = chat.counter.count(system) + chat.counter.count(user)
    if sent > chat.window - chat.reply - AROUND:
        return Proposed((), {"too_long": 1}, None, None)
    asked = whole(chat, system, user, longest=LONGEST, stop=stop)
    candidates, dropped = read(asked.text, article, whole=asked.ended)
    return Proposed(candidates, dropped, asked.fault, asked.tokens)


def read(text: str, article: Article, *, whole: bool) -> tuple[tuple[Candidate, ...], dict[str, int]]:
    """The questions of a reply that hold, and how many do not, by reason. A last line that broke off counts as none."""
    found, dropped = list[Candidate](), Counter[str]()
    lines = text.splitlines() if whole else text.splitlines()[:-1]
    for line in lines:
        if not line.strip() or line.strip().startswith("```"):
            continue
        try:
            told = json.loads(line)
            question, answer, quote = (str(told[name]).strip() for name in ("question", "answer", "quote"))
        except (ValueError, KeyError, TypeError, RecursionError):
            dropped["unreadable"] += 1
            continue
        start = article.text.find(quote) if quote else -1
        if start < 0:
            dropped["not_quoted"] += 1
        elif not question or not answer or f" {fold(answer)} " not in f" {fold(quote)} ":
            dropped["not_in_quote"] += 1
        else:
            place = (start, start + len(quote))
            found.append(Candidate("model", question, (answer,), article.id, *place, quote, None))
    return tuple(found), dict(dropped)
