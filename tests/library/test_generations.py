"""Generations: CURRENT names a whole one whatever is killed, and the old one goes last."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from rag.errors import IndexRefused
from rag.library import generations
from rag.library.generations import Applied
from rag.library.indexes import open_indexes
from rag.library.meaning import verify
from rag.library.repair import check
from tests.fakes.homes import following, kill, serving
from tests.fakes.library import filled

ROOT = Path(__file__).resolve().parents[2]


def test_current_is_none_where_it_names_nothing_that_is_there(tmp_path: Path) -> None:
    assert generations.current(tmp_path) is None
    first = generations.begin(tmp_path)
    assert (first.number, generations.current(tmp_path)) == (1, None)
    generations.switch(tmp_path, first)
    assert generations.current(tmp_path) == first
    for said in ("7\n", "../1\n", "one", ""):
        (tmp_path / "index" / "CURRENT").write_text(said)
        assert generations.current(tmp_path) is None
        assert generations.leftovers(tmp_path) == []


def test_a_new_generation_is_above_every_other_and_the_rest_are_leftovers(tmp_path: Path) -> None:
    (tmp_path / "index" / "9").mkdir(parents=True)
    new = generations.begin(tmp_path)
    assert new.number == 10
    generations.switch(tmp_path, new)
    assert generations.leftovers(tmp_path) == [tmp_path / "index" / "9"]


def test_dirty_names_the_parts_being_written(tmp_path: Path) -> None:
    generation = generations.begin(tmp_path)
    assert generation.dirty() == frozenset()
    generation.mark_dirty(["words"])
    generation.mark_dirty(["vectors"])
    assert generation.dirty() == {"words", "vectors"}
    generation.clear_dirty(["words"])
    assert generation.dirty() == {"vectors"}
    (generation.directory / "DIRTY").write_bytes(b"\xff\x00")
    assert generation.dirty() == {"words", "meaning", "vectors"}
    generation.clear_dirty()
    assert generation.dirty() == frozenset()


def test_what_is_applied_is_read_back_or_refused(tmp_path: Path) -> None:
    path = tmp_path / "words.json"
    assert Applied.read(path) == Applied()
    Applied(5, "stored 3", "words/1", rows=7).write(path)
    assert Applied.read(path) == Applied(5, "stored 3", "words/1", rows=7)
    for content in (b"", b"{}", b"[]", b"\xff", b'{"sequence": "5"}', path.read_bytes().replace(b"5", b"-5")):
        path.write_bytes(content)
        with pytest.raises(IndexRefused, match="repair"):
            Applied.read(path)


def test_a_part_is_taken_over_as_the_same_files(tmp_path: Path) -> None:
    old, new = generations.begin(tmp_path), generations.begin(tmp_path)
    (old.part("words")).mkdir()
    (old.part("words") / "a.idx").write_text("words")
    (old.part("words") / ".tantivy-writer.lock").write_text("")
    Applied(5).write(old.applied("words"))
    (old.directory / "meaning.f32").write_text("other")
    generations.link(old, new, "words")
    generations.discard(old.directory)
    assert (new.part("words") / "a.idx").read_text() == "words"
    assert Applied.read(new.applied("words")).sequence == 5
    assert sorted(path.name for path in new.directory.rglob("*")) == ["a.idx", "words", "words.json"]


def test_row_02_killed_while_a_generation_is_built_or_switched_a_whole_one_serves(tmp_path: Path) -> None:
    filled(tmp_path, 30).close()
    chance = random.Random(11)
    numbers = []
    for turn in range(3):
        child = following(tmp_path, "renew")
        assert child.stdout is not None
        if turn % 2:
            child.stdout.readline()
        time.sleep(chance.uniform(0.2, 1.0))
        kill(child)
        numbers.append(serving(tmp_path).number)
        assert verify(serving(tmp_path).directory) is None
        catalog = filled(tmp_path, 0)
        reader = open_indexes(tmp_path, catalog, hold=False, chroma=False)
        assert reader.words is not None
        assert reader.words.search("word7x1", k=1).total >= 1
        assert reader.meaning is not None
        reader.close()
        holder = open_indexes(tmp_path, catalog, hold=True, chroma=False)
        assert holder.follower is not None
        holder.follower.catch_up()
        assert check(catalog, tmp_path, holder) == []
        assert generations.leftovers(tmp_path) == []
        holder.close()
        assert serving(tmp_path).dirty() == frozenset()
        catalog.close()
    assert numbers[-1] > numbers[0]


def test_row_02_leftovers_stay_until_the_serving_generation_is_verified(tmp_path: Path) -> None:
    catalog = filled(tmp_path, 6)
    indexes = open_indexes(tmp_path, catalog, hold=True, chroma=False)
    assert indexes.follower is not None
    indexes.follower.catch_up()
    left = generations.begin(tmp_path).directory
    indexes.follower.catch_up()
    assert left.exists()
    indexes.follower.renew(frozenset({"words"}))
    assert not left.exists()
    assert generations.leftovers(tmp_path) == []
    indexes.close()
    catalog.close()
