"""Processes beside each other, and killed ones: one holds and follows, the others read."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.errors import IndexLocked, LibraryError
from rag.library import lock
from rag.library.catalog import Catalog
from rag.library.indexes import open_indexes
from rag.library.repair import check
from tests.fakes.homes import following, found, holding, kill, live, nearest, serving, wait_for
from tests.fakes.library import embed, open_catalog, store
from tests.scale import FULL, some


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    opened = open_catalog(tmp_path)
    yield opened
    opened.close()


@pytest.mark.parametrize("chroma", some([False, True], 1))
def test_row_01_killed_while_following_everything_stored_is_found_once(tmp_path: Path, chroma: bool) -> None:
    chance = random.Random(7)
    for _ in range(3 if FULL else 1):
        child = following(tmp_path, "write", *(["chroma"] if chroma else []))
        assert child.stdout is not None
        first = int(child.stdout.readline())
        time.sleep(chance.uniform(0.0, 1.2))
        said = [int(line) for line in kill(child)]
        catalog = open_catalog(tmp_path)
        embed(catalog)
        with holding(tmp_path, catalog, chroma=chroma) as (indexes, follower):
            follower.catch_up()
            stored = max([first, *said])
            assert catalog.totals().articles >= stored
            assert {found(indexes, f"word{n}x1") for n in range(stored)} == {1}
            assert check(catalog, tmp_path, indexes) == []
        catalog.close()


def test_row_16_a_second_holder_is_refused_and_a_second_process_reads_beside_the_first(
    tmp_path: Path, catalog: Catalog
) -> None:
    store(catalog, range(3))
    embed(catalog)
    child = following(tmp_path, "hold")
    assert child.stdout is not None
    assert child.stdout.readline() == "caught up\n"
    began = time.monotonic()
    with pytest.raises(IndexLocked, match=f"process {child.pid}"):
        open_indexes(tmp_path, catalog, hold=True, chroma=True)
    assert time.monotonic() - began < 2
    reader = open_indexes(tmp_path, catalog, hold=None, chroma=True)
    assert (reader.holder, reader.follower, reader.vectors) == (False, None, None)
    assert (found(reader, "word2x1"), nearest(reader, 5, 1)) == (1, [5])
    assert reader.health().holder == child.pid
    assert not reader.try_hold()
    kill(child)
    assert reader.try_hold()
    assert reader.follower is not None
    store(catalog, [3])
    reader.follower.catch_up()
    assert found(reader, "word3x1") == 1
    reader.close()
    assert lock.holder(tmp_path) is None


def test_row_16_the_holder_follows_what_another_process_stores(tmp_path: Path, catalog: Catalog) -> None:
    with holding(tmp_path, catalog) as (indexes, follower):
        follower.start()
        code = (
            "import sys; from pathlib import Path; from tests.fakes.library import filled; "
            "filled(Path(sys.argv[1]), 5)"
        )
        command = [sys.executable, "-c", code, str(tmp_path)]
        subprocess.run(command, check=True, cwd=Path(__file__).parents[2])
        wait_for(lambda: found(indexes, "word4x1") == 1)
        wait_for(lambda: len(live(indexes, catalog)) == 10)


def test_row_16_a_reader_at_the_very_first_start_waits_for_the_holder(
    tmp_path: Path, catalog: Catalog
) -> None:
    reader = open_indexes(tmp_path, catalog, hold=False, chroma=False)
    assert (reader.words, reader.meaning) == (None, None)
    assert reader.health().states["words"] == "missing"
    store(catalog, range(2))
    embed(catalog)
    with holding(tmp_path, catalog) as (_, follower):
        follower.catch_up()
        assert (found(reader, "word1x0"), nearest(reader, 3, 1)) == (1, [3])
        follower.renew(frozenset({"words", "meaning"}))
        assert (found(reader, "word1x0"), nearest(reader, 3, 1)) == (1, [3])
    reader.close()


def test_row_16_readers_never_fail_while_generations_are_switched(tmp_path: Path, catalog: Catalog) -> None:
    store(catalog, range(20))
    embed(catalog)
    stop, faults = threading.Event(), []

    def read() -> None:
        reader = open_indexes(tmp_path, catalog, hold=False, chroma=False)
        while not stop.is_set():
            try:
                if (found(reader, "word5x0"), nearest(reader, 7, 1)) != (1, [7]):
                    faults.append("not found")
            except (LibraryError, AssertionError) as error:
                faults.append(repr(error))
            time.sleep(0.002)

    with holding(tmp_path, catalog) as (_, follower):
        follower.catch_up()
        readers = [threading.Thread(target=read) for _ in range(3)]
        for reader in readers:
            reader.start()
        for _ in range(3):
            follower.renew(frozenset({"words", "meaning"}))
        stop.set()
        for reader in readers:
            reader.join()
    assert faults == []


def test_row_17_what_a_killed_holder_left_is_probed_and_followed_further(
    tmp_path: Path, catalog: Catalog
) -> None:
    store(catalog, range(3))
    embed(catalog)
    child = following(tmp_path, "hold")
    assert child.stdout is not None
    assert child.stdout.readline() == "caught up\n"
    kill(child)
    assert serving(tmp_path).dirty() == {"words", "meaning"}
    with holding(tmp_path, catalog) as (indexes, follower):
        store(catalog, [3])
        follower.catch_up()
        assert found(indexes, "word3x1") == 1
        assert serving(tmp_path).number == 1
    assert serving(tmp_path).dirty() == frozenset()


def test_a_command_leaves_a_killed_apps_chroma_for_the_app_to_probe(tmp_path: Path, catalog: Catalog) -> None:
    store(catalog, range(3))
    embed(catalog)
    with holding(tmp_path, catalog, chroma=True) as (_, follower):
        follower.catch_up()
    serving(tmp_path).mark_dirty(["vectors"])
    with holding(tmp_path, catalog) as (_, follower):
        store(catalog, [4])
        follower.catch_up()
        follower.renew(frozenset({"words"}))
    assert serving(tmp_path).dirty() == {"vectors"}
    assert serving(tmp_path).part("vectors").is_dir()
    with holding(tmp_path, catalog, chroma=True) as (indexes, follower):
        follower.catch_up()
        assert indexes.vectors is not None
    assert serving(tmp_path).dirty() == frozenset()
