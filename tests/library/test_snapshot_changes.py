"""A snapshot that follows the log holds what reading everything anew holds."""

from __future__ import annotations

import random
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from rag.library import snapshot_changes, storing
from rag.library.catalog import Catalog
from rag.library.rows import ToStore
from rag.library.snapshot import Snapshot, load
from rag.library.snapshot_changes import refreshed
from rag.types import Article


def article(number: int, draw: random.Random) -> Article:
    return Article(
        f"a{number}",
        f"text {number} {draw.random()}",
        outlet=draw.choice(["Post", "Mail", "Echo", f"O{number}", None]),
        agency=draw.choice(["REUTERS", "Reuters", f"A{number}", None]),
        published=draw.choice(["2026-10-12", "2026-10", "2026", None]),
        kind=draw.choice(["report", "opinion", None]),
        language=draw.choice(["en", "de", None]),
        collections=tuple(draw.sample(["x", "y", f"c{number}"], draw.randrange(3))),
    )


def store(catalog: Catalog, *articles: Article) -> None:
    storing.store(catalog, [ToStore(one.id, one, True, (), b"", ()) for one in articles])


def assert_same(found: Snapshot, wanted: Snapshot) -> None:
    for one in fields(Snapshot):
        left, right = getattr(found, one.name), getattr(wanted, one.name)
        if isinstance(right, np.ndarray):
            assert (left.tolist(), left.dtype) == (right.tolist(), right.dtype), one.name
        elif isinstance(right, dict):
            assert {name: rows.tolist() for name, rows in left.items()} == {
                name: rows.tolist() for name, rows in right.items()
            }
        else:
            assert left == right, one.name


@pytest.mark.parametrize("most", [snapshot_changes.MOST, 2])
def test_after_any_changes_it_is_as_if_all_had_been_read_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(snapshot_changes, "MOST", most)
    draw = random.Random(7)
    catalog = Catalog(tmp_path / "catalog.sqlite3")
    followed = load(catalog)
    for _ in range(25):
        changed = [article(draw.randrange(30), draw) for _ in range(draw.randrange(1, 6))]
        store(catalog, *{one.id: one for one in changed}.values())
        if draw.random() < 0.5:
            storing.remove(catalog, [f"a{draw.randrange(30)}" for _ in range(3)])
        followed = refreshed(followed, catalog)
        assert_same(followed, load(catalog))
    storing.remove(catalog, [f"a{number}" for number in range(30)])
    followed = refreshed(followed, catalog)
    assert_same(followed, load(catalog))
    assert len(followed.keys) == 0
    catalog.close()
