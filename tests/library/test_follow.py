"""The follower: every index ends where the catalog's log ends, words first."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from rag.errors import IndexRefused
from rag.library import embeddings, generations, probe, storing
from rag.library.catalog import Catalog
from rag.library.generations import Applied
from rag.library.indexes import open_indexes
from rag.library.meaning import Meaning
from rag.library.repair import check
from rag.library.replay import VectorsFollow, WordsFollow, build_words_at
from rag.library.words import WordIndex
from rag.types import Article, Passage
from tests.fakes.homes import found, holding, live, nearest, serving, wait_for
from tests.fakes.library import article, embed, embedded, open_catalog, store, vector_of


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    opened = open_catalog(tmp_path)
    yield opened
    opened.close()


def test_what_is_stored_is_found_by_words_then_by_meaning(tmp_path: Path, catalog: Catalog) -> None:
    with holding(tmp_path, catalog) as (indexes, follower):
        assert follower.catch_up()
        assert found(indexes, "word1x0") == 0
        store(catalog, range(3))
        assert follower.catch_up()
        assert (found(indexes, "word1x0"), live(indexes, catalog)) == (1, [])
        embed(catalog)
        assert follower.catch_up()
        assert live(indexes, catalog) == [1, 2, 3, 4, 5, 6]
        assert nearest(indexes, 4, 1) == [4]
        health = indexes.health()
        assert health.applied == {"words": 6, "meaning": 6, "vectors": 0}
        assert health.states == {"words": "ready", "meaning": "ready", "vectors": "elsewhere"}
        assert (health.holding, health.holder, health.dirty) == (True, os.getpid(), ("meaning", "words"))
    assert serving(tmp_path).dirty() == frozenset()


def test_chroma_follows_too_where_it_is_kept(tmp_path: Path, catalog: Catalog) -> None:
    store(catalog, range(60))
    embed(catalog)
    with holding(tmp_path, catalog, chroma=True) as (indexes, follower):
        assert indexes.vectors is None
        assert follower.catch_up()
        assert not serving(tmp_path).sealed()
        assert indexes.vectors is not None
        assert indexes.vectors.query(vector_of(77), 1)[0].tolist() == [77]
        storing.remove(catalog, ["a38"])  # passages 77 and 78
        store(catalog, [60])
        embed(catalog)
        assert indexes.vectors is not None
        assert follower.catch_up()
        assert indexes.vectors.count() == 120
        assert indexes.vectors.query(vector_of(77), 1)[0].tolist() != [77]
        assert indexes.vectors.query(vector_of(121), 1)[0].tolist() == [121]
        assert check(catalog, tmp_path, indexes) == []
        assert set(indexes.health().states.values()) == {"ready"}
    assert serving(tmp_path).sealed()
    with holding(tmp_path, catalog, chroma=True) as (indexes, follower):
        assert follower.catch_up()
        assert indexes.vectors is not None
        assert not serving(tmp_path).sealed()


def test_words_do_not_wait_for_vectors(tmp_path: Path, catalog: Catalog) -> None:
    store(catalog, range(400))
    embed(catalog)
    with holding(tmp_path, catalog, chroma=True) as (indexes, follower):
        assert not follower.catch_up(budget_seconds=0.01)
        assert found(indexes, "word399x0") == 1
        store(catalog, [400])
        follower.catch_up(budget_seconds=0.01)
        assert found(indexes, "word400x0") == 1
        assert indexes.vectors is None
        wait_for(lambda: follower.catch_up(budget_seconds=0.01) or follower.filling("vectors"))
        assert indexes.health().states["vectors"] == "building"
        follower.start()
        store(catalog, [401])
        assert follower.catch_up(parts=("words", "meaning"))
        assert found(indexes, "word401x0") == 1
        follower.pause()
        assert indexes.health().states["vectors"] == "building"


def test_words_go_on_while_a_child_probes_chroma(
    tmp_path: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    looking, go_on = threading.Event(), threading.Event()

    def slow(*_: object) -> tuple[bool, None]:
        looking.set()
        assert go_on.wait(30)
        return True, None

    monkeypatch.setattr(probe, "unopened", slow)
    store(catalog, range(3))
    with holding(tmp_path, catalog, chroma=True) as (indexes, follower):
        follower.start()
        assert looking.wait(30)
        store(catalog, [3])
        assert indexes.await_words(catalog.sequence(), 30) == 0
        assert found(indexes, "word3x0") == 1
        assert indexes.vectors is None
        go_on.set()
        wait_for(lambda: indexes.vectors is not None)


def test_waiting_for_words_says_how_far_behind_they_are(tmp_path: Path, catalog: Catalog) -> None:
    store(catalog, range(3))
    with holding(tmp_path, catalog) as (indexes, follower):
        assert indexes.await_words(3, 30) == 0, "where no thread follows, waiting does"
        store(catalog, [3, 4])
        assert indexes.await_words(5, 0) == 2
        assert indexes.await_words(4, 0) == 1
        follower.catch_up()
        embed(catalog)
        assert catalog.sequence() == 10
        assert indexes.await_words(10, 0) == 0, "vectors change nothing that is found by words"
        store(catalog, [5])
        assert indexes.await_words(11, 0) == 1
        follower.start()
        assert indexes.await_words(11, 30) == 0
        assert found(indexes, "word5x0") == 1


def test_a_reader_waits_for_the_holder(tmp_path: Path, catalog: Catalog) -> None:
    store(catalog, range(3))
    with holding(tmp_path, catalog) as (_, follower):
        follower.catch_up()
        reading = open_indexes(tmp_path, catalog, hold=False, chroma=False)
        store(catalog, [3])
        assert reading.await_words(4, 0.05) == 1
        follower.start()
        assert reading.await_words(4, 30) == 0
        assert found(reading, "word3x0") == 1
        reading.close()


def test_an_index_that_fails_a_search_is_built_anew(tmp_path: Path, catalog: Catalog) -> None:
    store(catalog, range(3))
    with holding(tmp_path, catalog) as (indexes, follower):
        follower.start()
        wait_for(lambda: found(indexes, "word2x1") == 1)
        indexes.fail("words", IndexRefused("words", "it is damaged"))
        wait_for(lambda: found(indexes, "word2x1") == 1)
        assert serving(tmp_path).number == 2


def test_what_has_gone_leaves_words_and_chroma_and_is_masked_in_the_flat_file(
    tmp_path: Path, catalog: Catalog
) -> None:
    store(catalog, range(3))
    embed(catalog)
    with holding(tmp_path, catalog) as (indexes, follower):
        follower.catch_up()
        storing.store(catalog, [article(1, text="Entirely otherwise.")])
        storing.remove(catalog, ["a2"])
        follower.catch_up()
        assert [found(indexes, f"word{n}x0") for n in range(3)] == [1, 0, 0]
        assert found(indexes, "otherwise") == 2
        assert live(indexes, catalog) == [1, 2]
        assert len(indexes.meaning.rows()) == 6  # type: ignore[union-attr]


def test_a_version_that_has_gone_before_it_was_embedded_is_in_no_index(
    tmp_path: Path, catalog: Catalog
) -> None:
    store(catalog, [9])
    with holding(tmp_path, catalog, chroma=True) as (indexes, follower):
        follower.catch_up()
        store(catalog, [0, 1])
        late = next(one for one in catalog.pending() if one.article.id == "a1")
        storing.remove(catalog, ["a1"])
        done = [(late, [embedded(passage_id) for passage_id, _ in late.passages])]
        embeddings.store_vectors(catalog, done, fingerprint="fake/16")
        embed(catalog)
        follower.catch_up()
        assert indexes.vectors is not None
        assert indexes.vectors.count() == 4
        assert live(indexes, catalog) == [1, 2, 3, 4]
        assert found(indexes, "word1x0") == 0


def test_passages_that_were_cut_anew_replace_the_old_ones_everywhere(
    tmp_path: Path, catalog: Catalog
) -> None:
    def whole(one: Article) -> tuple[Passage, ...]:
        return (Passage(one.id, one.version, 0, 0, len(one.text), ((0, len(one.text)),)),)

    embeddings.use_passages(catalog, "two passages", whole)
    store(catalog, range(3))
    embed(catalog)
    with holding(tmp_path, catalog, chroma=True) as (indexes, follower):
        follower.catch_up()
        assert embeddings.use_passages(catalog, "one passage", whole) == 3
        follower.catch_up()
        assert live(indexes, catalog) == []
        embed(catalog)
        follower.catch_up()
        assert live(indexes, catalog) == [7, 8, 9]
        assert indexes.vectors is not None
        assert indexes.vectors.ids().tolist() == [7, 8, 9]
        assert len(indexes.words) == 3  # type: ignore[arg-type]
        assert [one.fault for one in check(catalog, tmp_path, indexes)] == [
            "6 of its 9 rows are of texts that have gone"
        ]
        assert serving(tmp_path).number == 1


def test_every_step_can_be_taken_twice(tmp_path: Path, catalog: Catalog) -> None:
    store(catalog, range(5))
    embed(catalog)
    with holding(tmp_path, catalog) as (_, follower):
        follower.catch_up()
    generation = serving(tmp_path)
    for part in ("words", "meaning"):
        applied = Applied.read(generation.applied(part))
        replace(applied, sequence=3, mark="stored 3 " + said_at(catalog, 3)).write(generation.applied(part))
    with holding(tmp_path, catalog) as (indexes, follower):
        follower.catch_up()
        assert check(catalog, tmp_path, indexes) == []
        assert serving(tmp_path) == generation


def said_at(catalog: Catalog, sequence: int) -> str:
    with catalog.reading() as connection:
        asked = f"SELECT at FROM changes WHERE sequence = {sequence}"
        return str(connection.exec_driver_sql(asked).scalar())


def test_it_follows_in_the_background_and_stands_still_when_told(tmp_path: Path, catalog: Catalog) -> None:
    with holding(tmp_path, catalog) as (indexes, follower):
        follower.start()
        store(catalog, [1])
        wait_for(lambda: found(indexes, "word1x0") == 1)
        follower.pause()
        store(catalog, [2])
        time.sleep(0.6)
        assert found(indexes, "word2x0") == 0
        follower.resume()
        wait_for(lambda: found(indexes, "word2x0") == 1)


def test_the_background_says_what_is_wrong_and_goes_on_when_it_is_mended(
    tmp_path: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    with holding(tmp_path, catalog) as (indexes, follower):
        broken = threading.Event()
        broken.set()
        real = Catalog.passages_of

        def failing(self: Catalog, keys: list[int]) -> object:
            if broken.is_set():
                raise MemoryError("no memory for passages")
            return real(self, keys)

        monkeypatch.setattr(Catalog, "passages_of", failing)
        follower.start()
        store(catalog, [1])
        wait_for(lambda: follower.last_error is not None)
        assert "no memory" in (indexes.health().last_error or "")
        broken.clear()
        wait_for(lambda: found(indexes, "word1x0") == 1)
        wait_for(lambda: follower.last_error is None)


def test_words_built_at_a_sequence_know_only_what_was_usable_then(tmp_path: Path, catalog: Catalog) -> None:
    store(catalog, range(3))
    storing.remove(catalog, ["a1"])
    sequence = catalog.sequence()
    storing.remove(catalog, ["a2"])
    store(catalog, range(3, 6))
    path = tmp_path / "pinned"
    index = build_words_at(catalog, sequence, path)
    assert [index.search(f"word{n}x0", k=1).total for n in range(4)] == [1, 0, 1, 0]
    assert len(index) == 4
    before = (path / "meta.json").stat().st_mtime_ns
    assert len(build_words_at(catalog, sequence, path)) == 4
    assert (path / "meta.json").stat().st_mtime_ns == before
    assert len(build_words_at(catalog, 1, path)) == 2


def test_a_fill_that_was_cut_short_holds_nothing_that_has_gone_since(
    tmp_path: Path, catalog: Catalog
) -> None:
    store(catalog, range(300))
    embed(catalog)
    generation = generations.begin(tmp_path)
    generations.switch(tmp_path, generation)
    words = WordIndex(generation.part("words"), writable=True)
    next(WordsFollow(catalog, generation, words).fill())
    words.close()
    assert len(words) > 0
    storing.remove(catalog, ["a0"])
    with holding(tmp_path, catalog) as (indexes, follower):
        follower.catch_up()
        assert len(indexes.words) == 598  # type: ignore[arg-type]
        assert found(indexes, "word0x0") == 0


def test_the_layers_of_following_can_be_looked_at_alone(tmp_path: Path, catalog: Catalog) -> None:
    store(catalog, range(2))
    embed(catalog)
    generation = generations.begin(tmp_path)
    follows = VectorsFollow(catalog, generation, NoIndex(), Meaning(generation.directory))  # type: ignore[arg-type]
    follows.replay(catalog.changes(0))
    assert (follows.applied.sequence, follows.applied.fingerprint, follows.applied.dimension) == (
        4,
        "fake/16",
        16,
    )


class NoIndex:
    """Takes everything, keeps nothing."""

    def upsert(self, rows: object) -> None: ...

    def delete(self, ids: object) -> None: ...
