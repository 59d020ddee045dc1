"""The newsroom as LangChain parts: a Runnable that answers and a BaseRetriever that finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable, RunnableConfig

from rag.types import Answer, Events, Found, SearchResult


class PassageRetriever(BaseRetriever):
    """Passages as Documents: the text in `page_content`; span, outlet, date, scores and more in `metadata`."""

    search: Callable[[str], SearchResult]

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        return [document(found) for found in self.search(query).passages]


def document(found: Found) -> Document:
    """A found passage as a Document; what is not stated is left out of the metadata."""
    passage = found.passage
    about: dict[str, Any] = {
        "article_id": passage.article_id,
        "version": passage.version,
        "start": passage.start,
        "end": passage.end,
        "title": found.title,
        "outlet": found.outlet,
        "agency": found.agency,
        "kind": found.kind,
        "published": found.published,
        "url": found.url,
        "score": found.score,
        "dense": found.dense,
        "words": found.words,
    }
    return Document(
        page_content=found.text,
        metadata={name: value for name, value in about.items() if value is not None},
        id=str(found.passage_id),
    )


class AnswerChain(Runnable[str, Answer]):
    """`invoke` gives the Answer; `stream` the events: Stage | Sentence | Answer, the last always Answer."""

    def __init__(self, ask: Callable[[str], Iterator[Events]]) -> None:
        self._ask = ask

    def invoke(self, input: str, config: RunnableConfig | None = None, **kwargs: Any) -> Answer:
        """Answer one question, traced as one run."""
        return self._call_with_config(self._answer, input, config, run_type="chain")

    def _answer(self, question: str) -> Answer:
        return next(event for event in self._ask(question) if isinstance(event, Answer))

    def stream(  # type: ignore[override]
        self,
        input: str,
        config: RunnableConfig | None = None,
        **kwargs: Any,
    ) -> Iterator[Events]:
        """The events as they come."""
        yield from self._ask(input)
