"""What the model may be asked is bounded by money and by questions a minute, across restarts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rag import settings
from rag.library.catalog import Catalog
from rag.limits import A_MINUTE, Limits

TOKENS = {"in": 900, "out": 100}


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def limits(path: Path, **told: Any) -> tuple[Limits, Clock]:
    clock = Clock()
    prices = {"price_in": 1.0, "price_out": 1.0}
    return Limits(Catalog(path), settings.load(**(prices | told)), clock=clock), clock


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "catalog.sqlite3"


def test_without_limits_the_model_may_be_asked(path: Path) -> None:
    assert limits(path)[0].refusal("maja") is None


def test_row_67_a_day_s_limit_holds_for_everybody_and_survives_a_restart(path: Path) -> None:
    first, _ = limits(path, limit_day=1.0)
    first.note("maja", "m", TOKENS, 0.6)
    assert first.refusal("maja") is None
    first.note("per", "m", TOKENS, 0.4)
    again, _ = limits(path, limit_day=1.0)
    assert again.refusal("ida") == "This day's limit for the model is reached: 1.00 of 1.00 spent."


def test_row_67_a_session_s_limit_is_its_own(path: Path) -> None:
    here, _ = limits(path, limit_session=0.5)
    here.note("maja", "m", TOKENS, 0.5)
    assert "session's limit" in (here.refusal("maja") or "")
    assert here.refusal("per") is None


def test_a_limit_without_prices_sends_nothing(path: Path) -> None:
    here, _ = limits(path, limit_day=1.0, price_in=None)
    assert "DATELINE_PRICE_IN" in (here.refusal("maja") or "")


def test_row_67_many_questions_in_a_minute_wait_and_others_do_not(path: Path) -> None:
    here, clock = limits(path)
    for _ in range(A_MINUTE):
        assert here.refusal("maja") is None
    assert "again in 60 s" in (here.refusal("maja") or "")
    assert here.refusal("per") is None
    clock.now = 61.0
    assert here.refusal("maja") is None


def test_what_a_call_took_is_counted_by_day_and_session(path: Path) -> None:
    here, _ = limits(path)
    here.note("maja", "m", TOKENS, None)
    here.note("maja", "m", TOKENS, 0.25)
    day, session = here.spent("maja")
    assert (day.calls, day.tokens, day.cost) == (2, 2000, 0.25)
    assert session == day
    assert here.spent("per")[1].calls == 0


def test_what_cannot_be_kept_stops_the_next_call(path: Path) -> None:
    here, _ = limits(path)
    here._catalog = Catalog(path, read_only=True)
    here.note("maja", "m", TOKENS, 0.1)
    assert "could not be kept" in (here.refusal("maja") or "")
