"""MiniLM, built once for all tests here, into a cache of their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.models.minilm import MiniLM, open_minilm


@pytest.fixture(scope="session")
def minilm_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("minilm")


@pytest.fixture(scope="session")
def minilm(minilm_cache: Path) -> Iterator[MiniLM]:
    embedder = open_minilm(minilm_dir=None, cache=minilm_cache, threads=2)
    yield embedder
    embedder.close()
