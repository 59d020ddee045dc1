"""Repair: what differs from the catalog is found and built anew; the catalog itself is never touched."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from rag.errors import IndexRefused
from rag.library import generations
from rag.library.catalog import Catalog
from rag.library.generations import Applied
from rag.library.indexes import open_indexes
from rag.library.meaning import Meaning
from rag.library.repair import Finding, check, repair
from rag.library.rows import VectorRow
from rag.library.storing import remove
from rag.library.words import WordIndex
from tests.fakes.homes import following, found, holding, kill, live, serving
from tests.fakes.library import embed, filled, open_catalog, store, vector_of


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    """Six articles of two passages, followed by words and meaning, and closed."""
    opened = filled(tmp_path, 6)
    with holding(tmp_path, opened) as (_, follower):
        follower.catch_up()
    yield opened
    opened.close()


def said(findings: list[Finding]) -> list[tuple[str, str]]:
    return [(one.thing, one.fault) for one in findings]


def mended(home: Path, catalog: Catalog) -> list[Finding]:
    """Repair; then nothing is wrong any more."""
    with holding(home, catalog) as (indexes, _):
        done = repair(catalog, home, indexes)
        assert check(catalog, home, indexes) == []
        assert found(indexes, "word5x1") == 1
    return done


def test_where_nothing_is_wrong_nothing_is_found(tmp_path: Path, catalog: Catalog) -> None:
    assert check(catalog, tmp_path) == []
    assert mended(tmp_path, catalog) == []
    assert serving(tmp_path).number == 1


def test_a_word_index_that_misses_passages_is_built_anew(tmp_path: Path, catalog: Catalog) -> None:
    index = WordIndex(serving(tmp_path).part("words"), writable=True)
    index.apply(gone=[3])
    index.close()
    fault = ("the word index", "2 passages are missing, 0 are there that should not be")
    assert said(check(catalog, tmp_path)) == [fault]
    done = mended(tmp_path, catalog)
    assert said(done) == [fault]
    assert [(one.done, one.mended) for one in done] == [("built anew", True)]
    assert serving(tmp_path).number == 2


def test_a_word_index_that_holds_what_has_gone_is_built_anew(tmp_path: Path, catalog: Catalog) -> None:
    remove(catalog, ["a2"])
    with holding(tmp_path, catalog) as (_, follower):
        follower.catch_up()
    index = WordIndex(serving(tmp_path).part("words"), writable=True)
    index.apply(stored=catalog.passages_of([3]))
    index.close()
    assert said(mended(tmp_path, catalog)) == [
        ("the word index", "0 passages are missing, 2 are there that should not be")
    ]


def test_a_vector_that_is_not_the_catalogs_is_found(tmp_path: Path, catalog: Catalog) -> None:
    generation = serving(tmp_path)
    applied = Applied.read(generation.applied("meaning"))
    for name in ("f32", "ids", "json"):
        (generation.directory / f"meaning.{name}").unlink()
    rows = [VectorRow(n, (n + 1) // 2, vector_of(n + (n == 4))) for n in range(1, 13)]
    flat = Meaning(generation.directory, writable=True)
    flat.append(rows, fingerprint=applied.fingerprint, sequence=applied.sequence, mark=applied.mark)
    assert said(mended(tmp_path, catalog)) == [
        ("the flat file of vectors", "1 vectors are not the catalog's")
    ]
    rows_now = Meaning(serving(tmp_path).directory).rows()
    place = rows_now.passage_ids.tolist().index(4)
    assert np.array_equal(rows_now.matrix[place], vector_of(4))


def test_a_flat_file_that_is_mostly_of_texts_that_have_gone_is_written_anew(
    tmp_path: Path, catalog: Catalog
) -> None:
    remove(catalog, ["a0", "a1"])
    assert mended(tmp_path, catalog) == []
    remove(catalog, ["a2"])
    assert said(mended(tmp_path, catalog)) == [
        ("the flat file of vectors", "6 of its 12 rows are of texts that have gone")
    ]
    assert len(Meaning(serving(tmp_path).directory).rows()) == 6


def test_a_torn_tail_is_named_and_cut(tmp_path: Path, catalog: Catalog) -> None:
    with (serving(tmp_path).directory / "meaning.f32").open("ab") as file:
        file.write(b"torn")
    assert said(check(catalog, tmp_path)) == [("meaning.f32", "4 bytes were written and never counted")]
    assert mended(tmp_path, catalog) == []


def test_row_02_a_leftover_generation_is_deleted(tmp_path: Path, catalog: Catalog) -> None:
    generations.begin(tmp_path)
    done = mended(tmp_path, catalog)
    assert [(one.thing, one.done, one.mended) for one in done] in (
        [],  # the follower had verified the serving one, and deleted it itself
        [("index/2", "deleted", True)],
    )
    assert generations.leftovers(tmp_path) == []


def test_passages_that_wait_for_vectors_are_named(tmp_path: Path, catalog: Catalog) -> None:
    store(catalog, [6])
    with holding(tmp_path, catalog) as (indexes, _):
        done = repair(catalog, tmp_path, indexes)
        assert said(done) == [("the vectors", "2 passages wait for theirs")]
        assert not done[0].mended
        embed(catalog)
        assert repair(catalog, tmp_path, indexes) == []
        assert len(live(indexes, catalog)) == 14


def test_row_06_what_was_found_damaged_at_the_start_is_reported_as_mended(
    tmp_path: Path, catalog: Catalog
) -> None:
    (serving(tmp_path).part("words") / "meta.json").write_text("{")
    done = mended(tmp_path, catalog)
    assert [(one.part, one.done, one.mended) for one in done] == [("words", "built anew", True)]


def test_a_chroma_that_differs_is_filled_anew_where_the_app_repairs(tmp_path: Path, catalog: Catalog) -> None:
    with holding(tmp_path, catalog, chroma=True) as (indexes, follower):
        follower.catch_up()
        assert indexes.vectors is not None
        indexes.vectors.delete([5])
        indexes.vectors.upsert([VectorRow(77, 1, vector_of(77))])
        done = repair(catalog, tmp_path, indexes)
        assert said(done) == [("the vector index", "1 passages are missing, 1 are there that should not be")]
        assert done[0].mended
        assert indexes.vectors is not None
        assert indexes.vectors.ids().tolist() == list(range(1, 13))


def test_a_damaged_chroma_is_dropped_where_a_command_repairs(tmp_path: Path, catalog: Catalog) -> None:
    with holding(tmp_path, catalog, chroma=True) as (_, follower):
        follower.catch_up()
    (serving(tmp_path).part("vectors") / "chroma.sqlite3").write_bytes(b"")
    done = mended(tmp_path, catalog)
    assert [(one.part, one.mended) for one in done] == [("vectors", True)]
    assert "app fills a new one" in done[0].done
    assert not serving(tmp_path).part("vectors").exists()
    with holding(tmp_path, catalog, chroma=True) as (indexes, follower):
        follower.catch_up()
        assert indexes.vectors is not None


def test_row_09_a_damaged_catalog_is_named_and_nothing_is_touched(tmp_path: Path) -> None:
    catalog = filled(tmp_path, 400)
    with holding(tmp_path, catalog) as (_, follower):
        follower.catch_up()
    catalog.close()
    path = tmp_path / "catalog.sqlite3"
    content = bytearray(path.read_bytes())
    for place in range(4096 * 80, len(content) - 4096, 4096 * 5):  # behind the pages that hold the schema
        content[place : place + 60] = b"\xa5" * 60
    path.write_bytes(content)
    before = sorted(file.stat().st_mtime_ns for file in (tmp_path / "index").rglob("*"))
    catalog = Catalog(path)
    findings = check(catalog, tmp_path)
    assert [one.thing for one in findings] == ["the catalog"]
    assert "backup" in findings[0].done
    assert path.read_bytes() == content
    assert sorted(file.stat().st_mtime_ns for file in (tmp_path / "index").rglob("*")) == before
    catalog.close()


def test_row_16_beside_another_holder_all_is_looked_at_but_chroma_and_nothing_is_mended(
    tmp_path: Path,
) -> None:
    catalog = filled(tmp_path, 3)
    child = following(tmp_path, "hold", "chroma")
    try:
        assert child.stdout is not None
        assert child.stdout.readline() == "caught up\n"
        assert check(catalog, tmp_path) == []
        reader = open_indexes(tmp_path, catalog, hold=None, chroma=False)
        with pytest.raises(IndexRefused, match="another process"):
            repair(catalog, tmp_path, reader)
        reader.close()
    finally:
        kill(child)
        catalog.close()


def test_a_library_without_indexes_says_so(tmp_path: Path) -> None:
    catalog = open_catalog(tmp_path)
    assert check(catalog, tmp_path) == []
    store(catalog, [1])
    assert said(check(catalog, tmp_path)) == [("the indexes", "there are none")]
    catalog.close()
