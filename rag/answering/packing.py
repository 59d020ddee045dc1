"""What a model is given: the passages that fit its window, each inside a delimiter that no article can close."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from rag.answering.prompts import Prompt
from rag.answering.visible import visible
from rag.library.rows import HitRow
from rag.models.chat import Chat
from rag.types import Found

AROUND = 64  # tokens that a chat adds around its two messages, and a little to spare
_ROLE = re.compile(r"<\|")  # how chat templates begin a role

Hits = Sequence[tuple[HitRow, Found]]


@dataclass(frozen=True, slots=True)
class Packed:
    """The two messages, the passages in them as they are numbered from 1, and how many did not fit."""

    system: str
    user: str
    given: Hits
    left_out: int
    tokens: int


def packed(prompt: Prompt, chat: Chat, question: str, hits: Hits, today: str) -> Packed:
    """Pack the best passages, in order, until the next would not fit. `given` is empty where none does."""
    key = secrets.token_hex(4)
    room = chat.window - chat.reply - AROUND

    def filled(given: Hits) -> tuple[str, str]:
        blocks = [block(at, hit, key) for at, (hit, _) in enumerate(given, 1)]
        return prompt.filled(today=today, passages="\n\n".join(blocks), question=shown(question))

    bare = sum(chat.counter.count(part) for part in filled(()))
    given, used = 0, bare
    for hit, _ in hits:
        cost = chat.counter.count(block(given + 1, hit, key)) + 2
        if used + cost > room:
            break
        given, used = given + 1, used + cost
    system, user = filled(hits[:given])
    return Packed(system, user, hits[:given], len(hits) - given, used)


def block(number: int, hit: HitRow, key: str) -> str:
    """One passage as the model sees it. `key` is drawn anew for each question."""
    article = hit.article
    about = " · ".join(shown(part) for part in (article.title, article.outlet, article.published) if part)
    return f'<passage {number} key="{key}">\n{about}\n{shown(hit.text)}\n</passage {number} key="{key}">'


def shown(text: str) -> str:
    """A text as it is sent: nothing hidden in it, and nothing that a chat template would read as a role."""
    return _ROLE.sub("< |", visible(text))
