"""The front door for questions: asked after others or alone, whole or by their parts, with a model or without."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date

from rag.answering import prompts
from rag.answering.chain import INSTEAD, answer_stream
from rag.answering.extractive import ExtractiveWriter
from rag.answering.model_writer import PLACEHOLDERS, ModelWriter
from rag.answering.parts import parts
from rag.answering.several import answer_parts
from rag.briefs import Briefs
from rag.conversing import understood
from rag.errors import DatelineError
from rag.how import How
from rag.later import later
from rag.types import Answer, Conversation, Events, Nearest, Scope, Stage


class Asking(Briefs):
    """The part of the newsroom that answers. Safe for threads."""

    def ask(
        self,
        question: str,
        scope: Scope | None = None,
        conversation: Conversation = (),
        *,
        today: date | None = None,
        how: How | None = None,
    ) -> Answer:
        """Answer a question, after those of a conversation (their answers, the oldest first) with what it takes from
        them.

        Raises:
            UsageError: the question is empty or too long.
        """
        events = self.ask_stream(question, scope, conversation, today=today, how=how)
        return next(event for event in events if isinstance(event, Answer))

    def ask_stream(
        self,
        question: str,
        scope: Scope | None = None,
        conversation: Conversation = (),
        *,
        today: date | None = None,
        how: How | None = None,
        stop: threading.Event | None = None,
        session: str = "",
    ) -> Iterator[Events]:
        """The same as it comes: Stage | Sentence | Answer, the last always Answer, unless `stop` is set while a model
        writes: then none comes, and the model's server is told at once. `session` is whose limits count."""
        how, scope = how or How(), scope or Scope()
        if conversation:
            yield Stage("reading the question")
        read = understood(
            self,
            question,
            conversation,
            scope=scope,
            extractive=how.extractive,
            stop=stop,
            session=session,
        )
        for event in self._alone(read.asked, scope, today=today, how=how, stop=stop, session=session):
            yield read.told(event) if conversation and isinstance(event, Answer) else event

    def _alone(
        self,
        question: str,
        scope: Scope,
        *,
        today: date | None,
        how: How,
        stop: threading.Event | None,
        session: str,
    ) -> Iterator[Events]:
        """A question that stands alone."""
        counted = self.questions.counted(question, scope, today=today, how=how)
        if counted is not None:
            yield Stage("counting articles")
            yield counted()
            return
        model, fault = (None, "") if how.extractive else self._model_writer(today, session)
        notes, always = (fault,) if fault else (), how.always_answer
        several = parts(question) if how.parts else ()
        if several:
            yield from answer_parts(
                question,
                several,
                lambda: self.questions.grounds(question, several, scope, today=today, how=how),
                ExtractiveWriter,
                model=model,
                notes=notes,
                always_answer=always,
                stop=stop,
            )
            return
        yield from answer_stream(
            lambda: self.questions.ground(question, scope, today=today, how=how),
            ExtractiveWriter(),
            model=model,
            notes=notes,
            always_answer=always,
            stop=stop,
        )

    def later(self, answer: Answer) -> tuple[Nearest, ...]:
        """The newest articles on the story that an answer cites, later than what it cites, as the library stands."""
        return later(self, answer)

    def _model_writer(self, today: date | None, session: str) -> tuple[ModelWriter | None, str]:
        """The writer with the model of the settings, or None; and why there is none where one is set."""
        try:
            chat = self.chat
            if chat is None:
                return None, ""
            prompt = prompts.load("answer", placeholders=PLACEHOLDERS)
            refusal = self.limits.refusal(session)
        except DatelineError as error:
            return None, f"{error} {INSTEAD}"
        if refusal is not None:
            return None, f"{refusal} {INSTEAD}"
        name, local = chat.model, frozenset(self.local_collections())

        def took(tokens: dict[str, int], cost: float | None) -> None:
            self.limits.note(session, name, tokens, cost)

        return ModelWriter(chat, prompt, today or self.settings.day, local, took), ""
