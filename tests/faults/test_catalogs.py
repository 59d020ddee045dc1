"""Rows 8 to 10, 14 and 15: catalogs that are damaged, newer, copied while written, or written by a clock set back."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from rag import newsroom
from rag.errors import CatalogDamaged, CatalogTooNew
from rag.library import ledger
from rag.library.ledger import ledger as booked
from tests.fakes.embedder import FakeEmbedder
from tests.faults.given import (
    child,
    dateline,
    filled,
    found,
    held,
    opened,
    stories,
    text_of,
    whole,
    write,
)
from tests.scale import FULL


def flip_pages(path: Path, first: int, count: int) -> None:
    """Overwrite whole pages of a catalog."""
    content = bytearray(path.read_bytes())
    content[4096 * first : 4096 * (first + count)] = b"\xff" * 4096 * count
    path.write_bytes(content)


@pytest.mark.parametrize("first", [0, 1, 12, 30])
def test_row_09_the_app_does_not_start_on_a_damaged_catalog_and_changes_nothing(
    first: int, tmp_path: Path
) -> None:
    home = filled(tmp_path / "home", tmp_path / "articles", range(40))
    path = home / "catalog.sqlite3"
    flip_pages(path, first, 3)
    before = path.read_bytes()
    with pytest.raises(CatalogDamaged, match="backup"):
        newsroom.open(home, embedder=FakeEmbedder(), serve=True)
    assert path.read_bytes() == before
    assert (home / "index" / "CURRENT").exists()
    (home / "index" / "CURRENT").unlink()
    with pytest.raises(CatalogDamaged):
        newsroom.open(home, embedder=FakeEmbedder(), serve=True)
    assert path.read_bytes() == before


def test_row_09_a_command_over_a_damaged_catalog_says_so_in_one_sentence(tmp_path: Path) -> None:
    home = filled(tmp_path / "home", tmp_path / "articles", range(40))
    path = home / "catalog.sqlite3"
    flip_pages(path, 2, path.stat().st_size // 4096 - 2)
    before = path.read_bytes()
    for words in (("search", "word3x2"), ("ingest", tmp_path / "articles"), ("repair",)):
        done = dateline(*words, "--home", home, "--json")
        assert done.returncode in (1, 4), done.stdout
        assert "damaged" in done.stdout or "backup" in done.stdout
        assert "Traceback" not in done.stderr
    assert path.read_bytes() == before


def test_row_10_a_home_copied_while_it_is_written_opens_or_is_refused_and_heals(tmp_path: Path) -> None:
    """The catalog with its WAL is copied at one moment or torn; what was in the copy is there, indexes follow."""
    home, folder = tmp_path / "home", tmp_path / "articles"
    filled(home, folder, range(3))
    for number in range(3, 60):
        write(folder, number, text_of(number, sentences=20))
    writer = child("from tests.fakes.ingesting import main; main()", home, folder, "0.01")
    with closing(writer.stdout) as said:  # fails for a child whose pipe is gone
        assert said is not None
        for _ in range(3):
            said.readline()
        for turn in range(8 if FULL else 1):
            copy = tmp_path / f"copy{turn}"
            shutil.copytree(home, copy, copy_function=copied_if_there, ignore_dangling_symlinks=True)
            try:
                with opened(copy) as room:
                    assert found(room, "word2x1")[:1] == ["a002"]
                    assert room.ingest([folder]).count("failed") == 0
                    assert len(held(copy)) == 60
                    whole(room)
            except CatalogDamaged as error:  # a copy torn in the catalog itself is never papered over
                assert "backup" in str(error)
        writer.kill()
    writer.wait()


def copied_if_there(old: str, new: str) -> None:
    try:
        shutil.copy2(old, new)
    except FileNotFoundError:
        return


@pytest.mark.parametrize("serve", [False, True])
def test_row_14_a_home_of_a_newer_version_is_refused_by_name(serve: bool, tmp_path: Path) -> None:
    home = filled(tmp_path / "home", tmp_path / "articles", range(2))
    with opened(home) as room, booked(room.catalog) as book:
        book.note("schema", "99")
    with pytest.raises(CatalogTooNew, match="99"):
        newsroom.open(home, embedder=FakeEmbedder(), serve=serve)
    done = dateline("ingest", tmp_path / "articles", "--home", home, "--json")
    assert (done.returncode, "99" in json.loads(done.stdout)["error"]["fault"]) == (1, True)
    assert len(held(home)) == 2


def test_row_15_a_clock_that_jumps_back_a_day_changes_no_order_and_doubles_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, folder = tmp_path / "home", tmp_path / "articles"
    filled(home, folder, range(3))
    monkeypatch.setattr(ledger, "now", lambda: "2001-01-01T00:00:00Z")
    with opened(home) as room:
        stories(folder, range(3, 8))
        write(folder, 1, "The ferry of Brackwater was moved to another quay, word1late.")
        assert room.ingest([folder]).count("failed") == 0
        assert room.article("a001").version == 2
        changes = [change.sequence for change in room.catalog.changes(0, limit=1000)]
        assert changes == sorted(set(changes))
        assert (found(room, "word1late"), found(room, "word1x0")) == (["a001"], [])
        newest = room.status()
        assert (newest.articles, newest.newest) == (8, "2026-10-08")
        whole(room)
    with closing(sqlite3.connect(home / "catalog.sqlite3")) as connection:
        asked = "SELECT count(*), count(DISTINCT id) FROM articles"
        assert connection.execute(asked).fetchone() == (8, 8)
