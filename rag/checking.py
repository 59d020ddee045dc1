"""The front door for whole texts: a draft, a claim or a quotation beside the library."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from rag.answering.text_check import MOST, TextCheck
from rag.checked import CheckedText, TextSentence
from rag.erasing import Erasing
from rag.errors import ReadingError, UsageError
from rag.how import Listing
from rag.library.sentences import sentence_ranges
from rag.questions import Questions
from rag.reading import read_bytes
from rag.types import Found, Scope

LONGEST = 200_000  # characters of a text
OCCURRENCES = 20  # of one quotation that are listed


class Checking(Erasing):
    """The part of the newsroom that checks texts. Safe for threads."""

    questions: Questions

    def check(self, text: str, scope: Scope | None = None) -> CheckedText:
        """Every sentence of a text beside the articles in scope, without a model.

        Raises:
            UsageError: the text is empty or too long.
        """
        return next(one for one in self.check_stream(text, scope) if isinstance(one, CheckedText))

    def check_stream(
        self, text: str, scope: Scope | None = None
    ) -> Iterator[tuple[int, int, TextSentence] | CheckedText]:
        """The same as it comes: (how many are done, of how many, the last of them), then the CheckedText."""
        if not text.strip():
            raise UsageError("The text", "it is empty", "Paste or name a text with at least one sentence.")
        if len(text) > LONGEST:
            fault = f"it has {len(text):,} characters, more than {LONGEST:,}"
            raise UsageError("The text", fault, "Check it in parts.")
        began, scope = time.perf_counter(), scope or Scope()
        snapshot = self.questions.snapshot()
        inside = self.questions.inside(snapshot, scope)
        checking = TextCheck(
            lambda said: self.questions.near(said, scope), lambda words: self._occurs(words, scope)
        )
        there = len(sentence_ranges(text))
        done: list[TextSentence] = []
        for sentence in checking.sentences(text):
            done.append(sentence)
            yield len(done), min(there, MOST), sentence
        yield CheckedText(
            tuple(done),
            tuple(checking.citations),
            scope,
            inside.articles,
            snapshot.sequence,
            round(time.perf_counter() - began, 3),
            max(0, there - MOST),
        )

    def text_of(self, name: str, data: bytes) -> str:
        """The text of a file as an ingest would read it; several articles one after another.

        Raises:
            ReadingError: it cannot be read.
        """
        texts = []
        for read in read_bytes(name, data, today=self.settings.day):
            if read.article is None:
                raise ReadingError(name, read.reason or "it holds no text", "")
            texts.append(read.article.text)
        return "\n\n".join(texts)

    def file_text(self, path: Path) -> str:
        """The same of a file on disk. Raises: UsageError, ReadingError."""
        try:
            data = path.expanduser().read_bytes()
        except OSError as error:
            raise UsageError(
                str(path), f"it cannot be read ({error.strerror})", "Name a file that is there."
            ) from error
        return self.text_of(path.name, data)

    def _occurs(self, words: str, scope: Scope) -> Sequence[Found]:
        phrase = " ".join(words.replace('"', " ").split())
        listing = Listing("oldest", "no")
        return self.questions.search(f'"{phrase}"', scope, OCCURRENCES, listing=listing).passages
