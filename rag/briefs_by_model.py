"""Briefings written with a language model, at the front door: which stories it writes, at once, and what it took."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from string import Template as Placeholders
from typing import Any

from rag.answering import prompts
from rag.briefed import Template
from rag.briefing.by_model import FACTS, STORY, Estimate, Outcome, Task, Teller
from rag.briefing.cut import Drafted
from rag.briefing.write import Chosen, each_once, headline, shares
from rag.errors import DatelineError
from rag.library import briefings as kept
from rag.library.ingest import Progress
from rag.limits import Limits
from rag.models.chat import Chat
from rag.quoting import Quoting

AT_ONCE = 4  # calls
INSTEAD = "The stories are told by extraction."


@dataclass(frozen=True, slots=True)
class ModelStories:
    """What a model wrote of stories, by their place among those chosen; what to tell of it, and what it took."""

    drafts: Mapping[int, Sequence[Drafted]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    model: str | None = None
    tokens: dict[str, int] | None = None
    cost: float | None = None
    prompts: dict[str, str] = field(default_factory=dict)

    def told(self) -> dict[str, Any]:
        """What a briefing says of it: nothing where no story of it stands."""
        if not self.drafts:
            return {"tokens": self.tokens, "cost": self.cost}
        return {
            "mode": "llm",
            "model": self.model,
            "tokens": self.tokens,
            "cost": self.cost,
            "prompts": self.prompts,
        }


class BriefsByModel(Quoting):
    """The part of the newsroom that lets a model write stories. Safe for threads."""

    limits: Limits
    _meeting: threading.Lock
    _chat: Chat | None

    @property
    def chat(self) -> Chat | None:
        """The language model of the settings, opened at first use; None where none is set."""
        with self._meeting:
            if self._chat is None and self.settings.model is not None:
                from rag.models.openai import open_chat

                self._chat = open_chat(self.settings)
            return self._chat

    def _teller(self, session: str) -> tuple[Teller | None, str]:
        """What writes stories, or None; and why there is none where a model is set."""
        try:
            chat = self.chat
            if chat is None:
                return None, ""
            facts = prompts.load("brief_facts", placeholders=FACTS)
            story = prompts.load("brief_story", placeholders=STORY)
            refusal = self.limits.refusal(session)
        except DatelineError as error:
            return None, f"{error} {INSTEAD}"
        if refusal is not None:
            return None, f"{refusal} {INSTEAD}"
        name, catalog = chat.model, self.catalog

        def took(tokens: dict[str, int], cost: float | None) -> None:
            self.limits.note(session, name, tokens, cost)

        def keep(digest: str, said: str) -> None:
            if not catalog.read_only:
                kept.keep_reply(catalog, digest, said)

        teller = Teller(
            chat,
            facts,
            story,
            self.settings.day.isoformat(),
            kept.salt(catalog),
            lambda digest: kept.reply(catalog, digest),
            keep,
            lambda: self.limits.spent_up(session),
            took,
        )
        return teller, ""

    def _tasks(self, chosen: Sequence[Chosen], form: Template, topic: str | None) -> dict[int, Task]:
        """The stories that a model may write, by their place: none with an article that is never sent to one."""
        local = set(self.local_collections())
        asked = Placeholders(form.instruction).safe_substitute(topic=topic or "the news", words=form.words)
        words = iter(shares(chosen, form.words))
        found = {}
        for at, one in enumerate(chosen):
            if not one.told:
                continue
            least = next(words)
            if not any(local.intersection(text.article.collections) for text in one.texts):
                found[at] = Task(headline(one.texts), tuple(each_once(one.texts)), least, asked)
        return {at: task for at, task in found.items() if task.told}

    def _estimate(self, chosen: Sequence[Chosen], form: Template, topic: str | None) -> Estimate | None:
        teller, _ = self._teller("")
        return teller.estimate(list(self._tasks(chosen, form, topic).values())) if teller else None

    def _by_model(
        self,
        chosen: Sequence[Chosen],
        form: Template,
        topic: str | None,
        session: str,
        stop: threading.Event | None,
    ) -> Iterator[Progress | ModelStories]:
        """The stories as a model writes them, at once; the last is what came of it. Nothing of it ends a briefing."""
        teller, why_not = self._teller(session)
        tasks = self._tasks(chosen, form, topic) if teller is not None else {}
        if teller is None or not tasks:
            told = [why_not] if why_not else []
            yield ModelStories(notes=(*told, *_kept_here(chosen, tasks, teller)))
            return
        halt, outcomes = stop or threading.Event(), dict[int, Outcome]()
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="briefing") as pool:
            running = {pool.submit(teller.write, task, halt): at for at, task in tasks.items()}
            try:
                for done in as_completed(running):
                    outcomes[running[done]] = done.result()
                    yield Progress("asking", len(outcomes), len(tasks))
            finally:
                if len(outcomes) < len(tasks):  # nobody waits for them any more
                    halt.set()
        notes = (*_kept_here(chosen, tasks, teller), *_told(tasks, outcomes))
        yield _stories(teller, outcomes, notes)


def _stories(teller: Teller, outcomes: Mapping[int, Outcome], notes: tuple[str, ...]) -> ModelStories:
    tokens, costs = Counter[str](), []
    for one in outcomes.values():
        tokens.update(one.tokens)
        costs += [one.cost] if one.cost is not None else []
    return ModelStories(
        {at: outcomes[at].drafts for at in sorted(outcomes) if outcomes[at].drafts},
        notes,
        teller.chat.model,
        {name: tokens[name] for name in ("in", "out")},
        sum(costs) if costs else None,
        {one.name: one.digest for one in (teller.facts, teller.story)},
    )


def _kept_here(chosen: Sequence[Chosen], tasks: Mapping[int, Task], teller: Teller | None) -> Iterator[str]:
    many = sum(one.told for one in chosen)
    if teller is not None and len(tasks) < many:
        yield (
            f"{many - len(tasks)} of {many} stories hold articles of a collection that is never sent to a model, or "
            "no news: they are told by extraction."
        )


def _told(tasks: Mapping[int, Task], outcomes: Mapping[int, Outcome]) -> Iterator[str]:
    for at in sorted(outcomes):
        if outcomes[at].fault is not None and not outcomes[at].stopped:
            yield f"“{tasks[at].headline}” is told by extraction: {outcomes[at].fault}"
    unsourced = sum(one.unsourced for one in outcomes.values())
    if unsourced:
        said = "1 sentence of the model that named no source is"
        yield f"{said if unsourced == 1 else f'{unsourced} sentences of the model that named no source are'} left out."
    left_out = sum(one.left_out for one in outcomes.values())
    if left_out:
        yield f"{left_out:,} sentences of articles did not fit the model's window."
    before = sum(one.kept for one in outcomes.values())
    if before:
        yield f"{before} of {before + sum(one.calls for one in outcomes.values())} calls had been paid for before."
