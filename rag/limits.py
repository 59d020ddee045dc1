"""What a session and a day may ask of the model: spending by the settings' limits, and questions a minute."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from datetime import date

from rag.errors import DatelineError
from rag.library import spending
from rag.library.catalog import Catalog
from rag.settings import Settings

A_MINUTE = 30  # questions to the model from one session
SESSIONS = 1_000  # remembered
EMBEDDING = "embedding"  # the session that embedding is counted under: it is nobody's own


class Limits:
    """Says whether the model may be asked, and keeps what it took. Safe for threads.

    A call is counted when it has ended, so calls under way at once may pass a limit by what they take.
    """

    def __init__(
        self, catalog: Catalog, settings: Settings, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._catalog, self._settings, self._clock = catalog, settings, clock
        self._asked: dict[str, deque[float]] = {}
        self._counting = threading.Lock()
        self._not_kept: DatelineError | None = None

    def refusal(self, session: str) -> str | None:
        """Why the model is not to be asked by this session now, as a sentence; None: it may be."""
        return self.spent_up(session) or self._too_many(session)

    def spent_up(self, session: str) -> str | None:
        """The same by what was spent alone, for one call of many that a reader asked for at once."""
        told = self._settings
        if self._not_kept is not None:
            error, self._not_kept = self._not_kept, None
            return f"What the model took could not be kept, so it was not asked again: {error}"
        limits = (("day", told.limit_day), ("session", told.limit_session))
        for name, limit in limits:
            if limit is None:
                continue
            if told.price_in is None or told.price_out is None:
                return (
                    f"DATELINE_LIMIT_{name.upper()} is set but the prices are not, so nothing was sent to the "
                    "model. Set DATELINE_PRICE_IN and DATELINE_PRICE_OUT."
                )
            taken = self.spent(session)[name == "session"].cost
            if taken >= limit:
                return f"This {name}'s limit for the model is reached: {taken:.2f} of {limit:.2f} spent."
        return None

    def embedding_refusal(self) -> str | None:
        """Why no text is to be sent to the embedding model now, as a sentence; None: it may be."""
        limit, price = self._settings.limit_day, self._settings.embedding_price
        if limit is None:
            return None
        if price is None:
            return (
                "DATELINE_LIMIT_DAY is set but DATELINE_EMBEDDING_PRICE is not, so nothing was sent to it. "
                "Set the price (0 where it costs nothing)."
            )
        if self._catalog.read_only:
            return "a limit is set, and what it takes cannot be kept in a home that cannot be written"
        taken = self.spent("")[0].cost
        if taken >= limit:
            return f"this day's limit is reached: {taken:.2f} of {limit:.2f} spent"
        return None

    def note_embedding(self, model: str, tokens: int) -> None:
        """Keep what a request to the embedding model took. A home that cannot be written keeps nothing."""
        if not self._catalog.read_only:
            price = self._settings.embedding_price
            cost = None if price is None else tokens * price / 1_000_000
            self.note(EMBEDDING, model, {"in": tokens, "out": 0}, cost)

    def spent(self, session: str) -> tuple[spending.Spent, spending.Spent]:
        """What today took, and what the session took."""
        return (
            spending.spent(self._catalog, day=date.today().isoformat()),
            spending.spent(self._catalog, session=session),
        )

    def note(self, session: str, model: str, tokens: dict[str, int], cost: float | None) -> None:
        """Keep what a call took. Where that cannot be kept the call stands, and the next one is refused."""
        today = date.today().isoformat()
        try:
            spending.note(self._catalog, day=today, session=session, model=model, tokens=tokens, cost=cost)
        except DatelineError as error:
            self._not_kept = error

    def _too_many(self, session: str) -> str | None:
        now = self._clock()
        with self._counting:
            if len(self._asked) > SESSIONS:
                self._asked = {who: asked for who, asked in self._asked.items() if asked[-1] > now - 60}
            asked = self._asked.setdefault(session, deque())
            while asked and asked[0] <= now - 60:
                asked.popleft()
            if len(asked) >= A_MINUTE:
                wait = asked[0] + 60 - now
                return f"More than {A_MINUTE} questions in a minute: the model can be asked again in {wait:.0f} s."
            asked.append(now)
        return None
