"""Versions kept in memory: what is asked for is always there, whatever is let go of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import event

from rag.library.catalog import Catalog
from rag.library.kept_versions import KeptVersions
from tests.fakes.library import open_catalog, store


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    opened = open_catalog(tmp_path)
    store(opened, range(6))
    yield opened
    opened.close()


def test_a_text_is_read_once_and_let_go_of_when_others_need_its_place(catalog: Catalog) -> None:
    texts = {key: catalog.article(f"a{key - 1}").text for key in range(1, 7)}
    kept = KeptVersions(most=len(texts[1]) + len(texts[2]))
    read: list[object] = []
    with catalog.reading() as connection:

        def note(*said: object) -> None:
            if "texts" in str(said[2]):
                read.append(said[2])

        event.listen(connection, "before_cursor_execute", note)

        def of(keys: Iterable[int]) -> dict[int, str]:
            return {key: article.text for key, article in kept.of(connection, keys).items()}

        assert of([1, 2, 1]) == {1: texts[1], 2: texts[2]}
        assert of([2]) == {2: texts[2]}
        assert len(read) == 1
        assert of(texts) == texts, "more than it keeps is still told whole"
        assert len(read) == 2
        assert of([1]) == {1: texts[1]}
        assert len(read) == 3
        assert of([99]) == {}
