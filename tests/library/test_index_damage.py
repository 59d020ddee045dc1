"""What indexes survive: full, read-only and torn disks, damage, another library, another embedder."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from rag.errors import DiskFull, LibraryError, ReadOnly
from rag.library import embeddings, generations, storing
from rag.library.catalog import Catalog
from rag.library.durable import disk_full
from rag.library.generations import Generation
from rag.library.indexes import open_indexes
from rag.library.repair import check
from rag.library.rows import VectorRow
from rag.library.vectors import VectorIndex
from tests.fakes.homes import following, found, holding, kill, live, nearest, serving, wait_for
from tests.fakes.library import embed, filled, open_catalog, store, vector_of
from tests.fakes.rights import let_others_in
from tests.scale import some


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    opened = open_catalog(tmp_path)
    yield opened
    opened.close()


def test_row_04_a_full_disk_is_named_and_all_goes_on_when_there_is_room(tmp_path: Path) -> None:
    room = tmp_path / "small"
    room.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m", "none", str(room)], check=False)
    if mounted.returncode != 0:
        pytest.skip("needs the right to mount a small disk")
    try:
        catalog = open_catalog(
            tmp_path / "home"
        )  # on a disk with room: the catalog's own fault is its own test
        store(catalog, range(20))
        embed(catalog)
        with holding(room, catalog, chroma=True) as (indexes, follower):
            follower.catch_up()
            ballast = room / "ballast"
            with ballast.open("wb") as file:
                file.write(bytes(max(0, shutil.disk_usage(room).free - 200_000)))
            store(catalog, range(20, 800), passages=4)
            embed(catalog)
            with pytest.raises(DiskFull, match="disk is full"):
                follower.catch_up()
            assert "full" in (indexes.health().last_error or "")
            assert found(indexes, "word7x1") == 1
            assert nearest(indexes, 5, 1) == [5]
            ballast.unlink()
            assert follower.catch_up()
            assert found(indexes, "word799x3") == 1
            assert check(catalog, room, indexes) == []
        catalog.close()
    finally:
        subprocess.run(["umount", "-l", str(room)], check=True)


def test_row_04_a_chroma_that_met_a_full_disk_is_not_trusted_again(
    tmp_path: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(catalog, range(3))
    embed(catalog)
    upsert, full = VectorIndex.upsert, [True]

    def on_a_full_disk(self: VectorIndex, rows: list[VectorRow]) -> None:
        upsert(self, rows[:1])
        if full:
            full.pop()
            raise disk_full(tmp_path)
        upsert(self, rows)

    monkeypatch.setattr(VectorIndex, "upsert", on_a_full_disk)
    with holding(tmp_path, catalog, chroma=True) as (indexes, follower):
        with pytest.raises(DiskFull):
            follower.catch_up()
        assert indexes.health().states["vectors"] == "damaged"
        assert (found(indexes, "word2x1"), nearest(indexes, 5, 1)) == (1, [5])
        follower.catch_up()
        assert serving(tmp_path).number == 2
        assert indexes.vectors is not None
        assert indexes.vectors.count() == 6


def test_row_02_an_old_generation_that_cannot_be_deleted_is_deleted_later(
    tmp_path: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    discard, failing = generations.discard, [True]

    def fails_once(directory: Path) -> None:
        if failing:
            failing.pop()
            raise LibraryError(str(directory), "it cannot be deleted")
        discard(directory)

    store(catalog, range(3))
    with holding(tmp_path, catalog) as (indexes, follower):
        follower.catch_up()
        monkeypatch.setattr(generations, "discard", fails_once)
        follower.renew(frozenset({"words"}))
        assert serving(tmp_path).number == 2
        assert found(indexes, "word2x1") == 1
        assert generations.leftovers(tmp_path) == []


def test_row_05_a_home_that_cannot_be_written_is_read(tmp_path: Path) -> None:
    if os.getuid() != 0:
        pytest.skip("needs to become another user")
    filled(tmp_path / "home", 5).close()
    home = tmp_path / "home"
    catalog = Catalog(home / "catalog.sqlite3")
    with holding(home, catalog) as (_, follower):
        follower.catch_up()
    let_others_in(home)
    for path in [*home.rglob("*"), home]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        os.seteuid(65534)
        with pytest.raises(ReadOnly):
            open_indexes(home, catalog, hold=True, chroma=False)
        reader = open_indexes(home, catalog, hold=None, chroma=True)
        assert not reader.holder
        assert found(reader, "word3x1") == 1
        assert nearest(reader, 4, 1) == [4]
        reader.close()
    finally:
        os.seteuid(0)
        catalog.close()


def damage(generation: Generation, name: str) -> None:
    """Noise where a graph, a term list or a vector was."""
    path = next(path for path in generation.directory.rglob("*") if path.name.endswith(name))
    content = bytearray(path.read_bytes())
    middle = len(content) // 3
    content[middle : middle + 4096] = random.Random(1).randbytes(len(content[middle : middle + 4096]))
    path.write_bytes(content)


@pytest.mark.parametrize("dirty", some([False, True], 0))
def test_row_06_and_07_a_damaged_chroma_is_built_anew_and_exact_search_gives_the_same_meanwhile(
    tmp_path: Path, catalog: Catalog, dirty: bool
) -> None:
    store(catalog, range(300), passages=4)
    embed(catalog)
    with holding(tmp_path, catalog, chroma=True) as (indexes, follower):
        follower.catch_up()
        assert indexes.vectors is not None
        before = [nearest(indexes, n) for n in range(5000, 5010)]
    generation = serving(tmp_path)
    if dirty:
        generation.break_seal()
        generation.mark_dirty(["vectors"])
    damage(generation, "data_level0.bin")
    with holding(tmp_path, catalog, chroma=True) as (indexes, follower):
        assert indexes.vectors is None
        assert found(indexes, "word5x0") == 1
        assert [nearest(indexes, n) for n in range(5000, 5010)] == before
        follower.catch_up()
        assert serving(tmp_path).number == generation.number + 1
        assert not generation.directory.exists()
        assert indexes.vectors is not None
        assert [indexes.vectors.query(vector_of(n), 5)[0].tolist() for n in range(5000, 5010)] == before
        assert check(catalog, tmp_path, indexes) == []


@pytest.mark.parametrize(
    ("name", "dirty"),
    some(
        [
            (".idx", False),
            (".idx", True),
            ("meta.json", True),
            ("meaning.f32", False),
            ("meaning.f32", True),
            ("meaning.ids", True),
            ("words.json", False),
        ],
        *(1, 3),
    ),
)
def test_row_06_damaged_words_or_vectors_are_built_anew_beside_what_still_works(
    tmp_path: Path, catalog: Catalog, name: str, dirty: bool
) -> None:
    store(catalog, range(50))
    embed(catalog)
    with holding(tmp_path, catalog) as (_, follower):
        follower.catch_up()
    generation = serving(tmp_path)
    if dirty:
        generation.mark_dirty(["words", "meaning"])
    damage(generation, name)
    with holding(tmp_path, catalog) as (indexes, follower):
        words, meaning = indexes.words, indexes.meaning
        assert (words is None) != (meaning is None)
        assert "damaged" in indexes.health().states.values()
        assert found(indexes, "word5x0") == 1 if words else nearest(indexes, 7, 1) == [7]
        follower.catch_up()
        assert (found(indexes, "word5x0"), nearest(indexes, 7, 1)) == (1, [7])
        assert serving(tmp_path).number == generation.number + 1
        assert check(catalog, tmp_path, indexes) == []
    assert serving(tmp_path).dirty() == frozenset()


def test_row_06_an_index_that_was_deleted_is_built_anew(tmp_path: Path, catalog: Catalog) -> None:
    store(catalog, range(5))
    embed(catalog)
    for gone in ("words", "meaning.json", "meaning.f32", "CURRENT", "."):
        with holding(tmp_path, catalog) as (_, follower):
            follower.catch_up()
        here = tmp_path / "index" if gone in ("CURRENT", ".") else serving(tmp_path).directory
        path = here / gone
        shutil.rmtree(path) if path.is_dir() else path.unlink()
        with holding(tmp_path, catalog) as (indexes, follower):
            follower.catch_up()
            assert (found(indexes, "word3x1"), nearest(indexes, 7, 1)) == (1, [7])
            assert check(catalog, tmp_path, indexes) == []


@pytest.mark.parametrize("first", some(["catalog", "index"], 0))
def test_row_10_a_copy_made_while_writing_opens_or_is_built_anew(tmp_path: Path, first: str) -> None:
    """Copied first, the catalog is behind the indexes; copied last, ahead of them. The indexes' files are torn."""
    home, copy = tmp_path / "home", tmp_path / "copy"
    copy.mkdir()
    child = following(home, "write")
    assert child.stdout is not None
    for _ in range(3):
        child.stdout.readline()
    if first == "catalog":
        back_up(home, copy)
    shutil.copytree(home / "index", copy / "index", copy_function=copy_if_there)
    if first == "index":
        back_up(home, copy)
    kill(child)
    catalog = Catalog(copy / "catalog.sqlite3")
    embed(catalog)
    with holding(copy, catalog) as (indexes, follower):
        follower.catch_up()
        assert check(catalog, copy, indexes) == []
        assert found(indexes, "word3x1") == 1
    catalog.close()


def back_up(home: Path, copy: Path) -> None:
    paths = (home / "catalog.sqlite3", copy / "catalog.sqlite3")
    with closing(sqlite3.connect(paths[0])) as origin, closing(sqlite3.connect(paths[1])) as target:
        origin.backup(target)


def copy_if_there(old: str, new: str) -> None:
    try:
        shutil.copy2(old, new)
    except FileNotFoundError:
        return


def test_an_index_of_another_library_is_not_followed_further(tmp_path: Path) -> None:
    """A backup of the catalog was put in place: its log goes another way from there."""
    home, other = tmp_path / "home", tmp_path / "other"
    for where, numbers in ((home, range(6)), (other, range(10, 13))):
        catalog = open_catalog(where)
        store(catalog, numbers)
        embed(catalog)
        catalog.close()
    catalog = Catalog(home / "catalog.sqlite3")
    with holding(home, catalog) as (_, follower):
        follower.catch_up()
    catalog.close()
    shutil.copy2(other / "catalog.sqlite3", home / "catalog.sqlite3")
    catalog = Catalog(home / "catalog.sqlite3")
    reader = open_indexes(home, catalog, hold=False, chroma=False)
    assert reader.words is None
    with holding(home, catalog) as (indexes, follower):
        assert (indexes.words, indexes.meaning) == (None, None)
        follower.catch_up()
        assert [found(indexes, f"word{n}x0") for n in (3, 11)] == [0, 1]
        assert check(catalog, home, indexes) == []
        assert found(reader, "word11x0") == 1
    catalog.close()


def test_row_11_closing_in_the_middle_is_quick_and_leaves_nothing_marked(
    tmp_path: Path, catalog: Catalog
) -> None:
    store(catalog, range(600), passages=4)
    embed(catalog)
    indexes = open_indexes(tmp_path, catalog, hold=True, chroma=True)
    assert indexes.follower is not None
    indexes.follower.start()
    wait_for(lambda: indexes.health().states["vectors"] == "building")
    began = time.monotonic()
    indexes.close()
    assert time.monotonic() - began < 10
    assert serving(tmp_path).dirty() == frozenset()
    with holding(tmp_path, catalog, chroma=True) as (again, follower):
        follower.catch_up()
        assert again.vectors is not None
        assert again.vectors.count() == 2400
        assert serving(tmp_path).number == 1


def test_row_13_vectors_of_another_embedder_are_never_mixed_and_built_anew(
    tmp_path: Path, catalog: Catalog
) -> None:
    store(catalog, range(4))
    embed(catalog)
    reader = open_indexes(tmp_path, catalog, hold=False, chroma=False)
    with holding(tmp_path, catalog, chroma=True) as (indexes, follower):
        follower.catch_up()
        assert reader.meaning is not None
        embeddings.use_fingerprint(catalog, "other/8")
        assert (indexes.meaning, reader.meaning, indexes.vectors) == (None, None, None)
        storing.remove(catalog, ["a3"])
        store(catalog, [3])
        follower.catch_up()
        assert indexes.vectors is None or indexes.vectors.count() == 0
        embed(catalog, fingerprint="other/8", dimension=8)
        assert live(indexes, catalog) == live(reader, catalog) == []
        follower.catch_up()
        for one in (indexes, reader):
            assert one.meaning is not None
            assert one.meaning.matrix.shape[1] == 8
            assert one.meaning.applied.fingerprint == "other/8"
        assert indexes.vectors is not None
        assert indexes.vectors.query(vector_of(3, 8), 1)[0].tolist() == [3]
        assert check(catalog, tmp_path, indexes) == []


def test_row_13_an_index_of_another_embedder_is_refused_at_the_start_too(
    tmp_path: Path, catalog: Catalog
) -> None:
    store(catalog, range(4))
    embed(catalog)
    with holding(tmp_path, catalog) as (_, follower):
        follower.catch_up()
    embeddings.use_fingerprint(catalog, "other/16")
    embed(catalog, fingerprint="other/16")
    with holding(tmp_path, catalog) as (indexes, follower):
        assert indexes.meaning is None
        follower.catch_up()
        assert indexes.meaning is not None
        assert indexes.meaning.applied.fingerprint == "other/16"
