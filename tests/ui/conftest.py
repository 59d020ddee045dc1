"""The page over a stand-in newsroom: real types, invented articles, no engine."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from rag import newsroom
from tests.fakes.newsroom import FakeNewsroom

MAIN = Path(__file__).parents[2] / "ui" / "main.py"


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeNewsroom]:
    """The newsroom that the page opens."""
    room = FakeNewsroom()
    monkeypatch.setattr(newsroom, "open", lambda *_args, **_flags: room)
    monkeypatch.setenv("DATELINE_TODAY", "2026-11-22")
    _forget()
    yield room
    _forget()


def lines(app: AppTest) -> list[str]:
    """The lines whose parts have dots between them (ui/draw.py), as they are read, but for the masthead's."""
    drawn = [one.proto.body for one in app.get("html") if one.proto.body.startswith('<p class="dots')]
    return [unescape(re.sub(r"</?(p|span|i)\b[^>]*>", "", one)) for one in drawn][1:]


def _forget() -> None:
    st.cache_resource.clear()
    st.cache_data.clear()


@pytest.fixture
def app(fake: FakeNewsroom) -> AppTest:
    """The page, not yet drawn."""
    return AppTest.from_file(MAIN, default_timeout=60)
