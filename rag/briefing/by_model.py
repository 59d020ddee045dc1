"""A story of a briefing written by a language model: facts from all its articles in batches, then the story from them.

Every call is kept by a digest of what was sent, so that a briefing that is taken up again pays nothing twice.
"""

from __future__ import annotations

import hashlib
import hmac
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from rag.answering.packing import AROUND, shown
from rag.answering.prompts import Prompt
from rag.answering.reply import Reply, read
from rag.briefing.cut import Drafted, Told
from rag.errors import ModelError
from rag.models.chat import Chat
from rag.models.whole import whole

FACTS = ("today", "headline", "articles")
STORY = ("today", "headline", "articles", "words", "instruction")
LONGEST = 40_000  # characters of a reply
MOST_FACTS = 40  # of one batch
ROUNDS = 3  # of facts out of facts
TRIES = 2  # of one call
A_SENTENCE = 12  # words, at least, of the sentences asked for
PER_WORD = 1.6  # tokens of a reply for each word asked for, with its marks


@dataclass(frozen=True, slots=True)
class Task:
    """One story to write: its headline, the sentences of all its texts, and how many words it may have."""

    headline: str
    told: tuple[Told, ...]
    words: int
    instruction: str


@dataclass(slots=True)
class Outcome:
    """What became of a story. `fault`: why it is not written; `left_out` lines that fitted no batch, `unsourced`
    sentences that named no line, `kept` calls that were paid for before."""

    drafts: tuple[Drafted, ...] = ()
    fault: str | None = None
    stopped: bool = False
    left_out: int = 0
    unsourced: int = 0
    calls: int = 0
    kept: int = 0
    tokens: Counter[str] = field(default_factory=Counter)
    cost: float | None = None


@dataclass(frozen=True, slots=True)
class Estimate:
    """What writing takes before it is done: calls still to be paid for, about how many tokens, what they cost (None:
    no prices are set), and calls that were paid for before."""

    model: str
    calls: int
    tokens: int
    cost: float | None
    kept: int


@dataclass(frozen=True, slots=True)
class _Batch:
    lines: tuple[Drafted, ...]
    system: str
    user: str
    tokens: int


@dataclass(frozen=True, slots=True)
class Teller:
    """Writes stories with `chat`. Safe for threads, where what it is given is.

    Args:
        salt: of this library, so that no article can know the mark that closes it.
        known, keep: a reply that was paid for, by its digest.
        refusal: why the model may not be asked now.
        took: told the tokens and the cost of every call.
    """

    chat: Chat
    facts: Prompt
    story: Prompt
    today: str
    salt: bytes
    known: Callable[[str], str | None]
    keep: Callable[[str, str], None]
    refusal: Callable[[], str | None]
    took: Callable[[dict[str, int], float | None], None]

    def estimate(self, tasks: Sequence[Task]) -> Estimate:
        """What these stories would take."""
        calls, kept, sent, written = 0, 0, 0, 0
        for task in tasks:
            batches, _ = self._batched(_lines(task), self._told(task), self.story)
            if len(batches) > 1:
                batches, _ = self._batched(_lines(task), {"headline": task.headline}, self.facts)
                there = sum(self.known(self._digest(one)) is not None for one in batches)
                calls, kept = calls + len(batches) + 1 - there, kept + there
                sent += sum(one.tokens for one in batches) + self.chat.window // 4
                written += len(batches) * MOST_FACTS * 20
            elif batches and self.known(self._digest(batches[0])) is None:
                calls, sent = calls + 1, sent + batches[0].tokens
            else:
                kept += len(batches)
                continue
            written += int(task.words * PER_WORD)
        return Estimate(self.chat.model, calls, sent + written, self.chat.cost(sent, written), kept)

    def write(self, task: Task, stop: threading.Event) -> Outcome:
        """One story; never raises for what the model does."""
        outcome, lines = Outcome(), _lines(task)
        for _ in range(ROUNDS):
            batches, left_out = self._batched(lines, self._told(task), self.story)
            if len(batches) <= 1:
                break
            batches, left_out = self._batched(lines, {"headline": task.headline}, self.facts)
            outcome.left_out += left_out
            facts: list[Drafted] = []
            for batch in batches:
                reply = self._asked(batch, MOST_FACTS, outcome, stop)
                if reply is None:
                    return outcome
                facts += _sourced(reply, batch, outcome)
            lines = facts
        batches, left_out = self._batched(lines, self._told(task), self.story)
        outcome.left_out += left_out + sum(len(one.lines) for one in batches[1:])
        if not batches:
            outcome.fault = f"nothing of it fits the model's {self.chat.window:,} tokens"
            return outcome
        reply = self._asked(batches[0], max(6, 2 * task.words // A_SENTENCE), outcome, stop)
        if reply is not None:
            outcome.drafts = tuple(_sourced(reply, batches[0], outcome))
            if not outcome.drafts:
                outcome.fault = "it found nothing to tell" if reply.declined else "it named no source"
        return outcome

    def _told(self, task: Task) -> dict[str, str]:
        return {
            "headline": task.headline,
            "words": str(task.words),
            "instruction": " ".join(task.instruction.split()) or "a briefing",
        }

    def _asked(self, batch: _Batch, most: int, outcome: Outcome, stop: threading.Event) -> Reply | None:
        """A reply that can be read, kept or asked for; None: the outcome says why."""
        digest = self._digest(batch)
        before = self.known(digest)
        if before is not None:
            outcome.kept += 1
            return read(before, len(batch.lines), most=most, longest=LONGEST)
        fault: ModelError | str | None = None
        for _ in range(TRIES):
            if stop.is_set():
                outcome.stopped = True
                return None
            refusal = self.refusal()
            if refusal is not None:
                outcome.fault = refusal
                return None
            said = whole(self.chat, batch.system, batch.user, longest=LONGEST, stop=stop)
            outcome.calls += 1
            if said.tokens is not None:
                self.took(said.tokens, said.cost)
                outcome.tokens.update({name: said.tokens[name] for name in ("in", "out")})
                outcome.cost = None if said.cost is None else (outcome.cost or 0.0) + said.cost
            if said.ended:
                reply = read(said.text, len(batch.lines), most=most, longest=LONGEST)
                if reply.said or reply.declined:
                    self.keep(digest, said.text)
                    return reply
                fault = "nothing it wrote can be read as a sentence"
            else:
                fault = said.fault or "its reply was too long"
        outcome.stopped = stop.is_set()
        outcome.fault = str(fault)
        return None

    def _digest(self, batch: _Batch) -> str:
        said = "\0".join((self.chat.model, batch.system, batch.user))
        return hashlib.sha256(said.encode()).hexdigest()

    def _batched(
        self, lines: Sequence[Drafted], told: dict[str, str], prompt: Prompt
    ) -> tuple[list[_Batch], int]:
        """The lines in as few batches as the window takes, in order; and how many are too long for any."""
        fixed = {**{name: shown(one) for name, one in told.items()}, "today": self.today}
        bare = sum(map(self.chat.counter.count, prompt.filled(**fixed, articles="")))
        room = self.chat.window - self.chat.reply - AROUND - bare
        batches: list[_Batch] = []
        some: list[Drafted] = []
        used = left_out = 0
        for line in lines:
            opens = not some or _about(some[-1]) != _about(line)
            cost = self.chat.counter.count(shown(line.said)) + 6
            cost += self.chat.counter.count(_about(line)) + 30 if opens else 0
            if cost > room:
                left_out += 1
                continue
            if used + cost > room:
                batches.append(self._filled(some, fixed, prompt, bare + used))
                some, used = [], 0
                cost += self.chat.counter.count(_about(line)) + 30 if not opens else 0
            some.append(line)
            used += cost
        if some:
            batches.append(self._filled(some, fixed, prompt, bare + used))
        return batches, left_out

    def _filled(self, lines: Sequence[Drafted], fixed: dict[str, str], prompt: Prompt, tokens: int) -> _Batch:
        said = "\0".join(line.said for line in lines)
        key = hmac.new(self.salt, said.encode(), "sha256").hexdigest()[:8]
        system, user = prompt.filled(**fixed, articles="\n\n".join(_blocks(lines, key)))
        return _Batch(tuple(lines), system, user, tokens)


def _lines(task: Task) -> list[Drafted]:
    return [Drafted(one.said, (one,)) for one in task.told]


def _about(line: Drafted) -> str:
    """What stands above the lines of one article; nothing above facts of several."""
    articles = {(one.text.article.id, one.text.article.version) for one in line.sources}
    if len(articles) != 1:
        return ""
    article = line.sources[0].text.article
    return " · ".join(shown(part) for part in (article.title, article.outlet, article.published) if part)


def _blocks(lines: Sequence[Drafted], key: str) -> Iterator[str]:
    """The lines, numbered through, those of one article in a delimiter that it cannot close."""
    block: list[str] = []
    for at, line in enumerate(lines, 1):
        if at > 1 and _about(line) != _about(lines[at - 2]):
            yield _closed(block, _about(lines[at - 2]), key)
            block = []
        block.append(f"[{at}] {shown(line.said)}")
    yield _closed(block, _about(lines[-1]), key)


def _closed(block: Sequence[str], about: str, key: str) -> str:
    return "\n".join(
        (f'<article key="{key}">', *([about] if about else []), *block, f'</article key="{key}">')
    )


def _sourced(reply: Reply, batch: _Batch, outcome: Outcome) -> list[Drafted]:
    """The sentences of a reply with the articles' sentences that they rest on; those that name none are counted."""
    found = []
    for said in reply.said:
        named = [one for number in said.numbers for one in batch.lines[number - 1].sources]
        sources = {(one.text.article.id, one.text.article.version, one.place): one for one in named}
        if sources:
            found.append(Drafted(said.text, tuple(sources.values())))
        else:
            outcome.unsourced += 1
    return found
