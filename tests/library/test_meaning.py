"""The flat file: what counts is what was flushed and said, and every process sees the same rows."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import numpy as np
import pytest

from rag.errors import DiskFull, IndexRefused, LibraryError
from rag.library.meaning import Meaning, verify
from rag.library.rows import VectorRow
from tests.fakes.library import DIMENSION, vector_of


def rows(first: int, count: int, *, dimension: int = DIMENSION) -> list[VectorRow]:
    """Passages by number, two to a version."""
    return [VectorRow(n, n // 2, vector_of(n, dimension)) for n in range(first, first + count)]


def test_rows_come_back_as_they_were_added(tmp_path: Path) -> None:
    flat = Meaning(tmp_path, writable=True)
    assert len(flat.rows()) == 0
    assert flat.append(rows(1, 5), fingerprint="f", sequence=3, mark="m") == 5
    assert flat.append(rows(6, 2), fingerprint="f", sequence=4, mark="n") == 2
    kept = Meaning(tmp_path).rows()
    assert kept.passage_ids.tolist() == [1, 2, 3, 4, 5, 6, 7]
    assert kept.version_keys.tolist() == [0, 1, 1, 2, 2, 3, 3]
    assert np.array_equal(kept.matrix, np.stack([row.vector for row in rows(1, 7)]))
    assert (kept.applied.sequence, kept.applied.mark, kept.applied.fingerprint) == (4, "n", "f")
    assert verify(tmp_path) is None


def test_a_reader_sees_what_is_added_and_keeps_what_it_has(tmp_path: Path) -> None:
    writer = Meaning(tmp_path, writable=True)
    writer.append(rows(1, 3), fingerprint="f", sequence=1)
    reader = Meaning(tmp_path)
    before = reader.rows()
    assert reader.rows() is before
    writer.append(rows(4, 3), fingerprint="f", sequence=2)
    assert len(reader.rows()) == 6
    assert len(before) == 3
    assert np.array_equal(before.matrix[2], vector_of(3))


def test_a_passage_added_again_with_the_same_vector_is_there_once(tmp_path: Path) -> None:
    flat = Meaning(tmp_path, writable=True)
    flat.append(rows(1, 3), fingerprint="f", sequence=1)
    assert Meaning(tmp_path, writable=True).append(rows(2, 4), fingerprint="f", sequence=2) == 2
    assert flat.rows().passage_ids.tolist() == [1, 2, 3, 4, 5]
    with pytest.raises(IndexRefused, match="another vector"):
        flat.append([VectorRow(2, 1, vector_of(99))], fingerprint="f", sequence=3)
    assert flat.applied.sequence == 2


def test_row_13_another_fingerprint_or_dimension_is_refused_and_never_mixed(tmp_path: Path) -> None:
    flat = Meaning(tmp_path, writable=True)
    flat.append([], fingerprint="old", sequence=1)
    flat.append(rows(1, 3), fingerprint="f", sequence=2)
    for fingerprint, dimension in (("g", DIMENSION), ("f", 8)):
        with pytest.raises(IndexRefused, match="made with f"):
            flat.append(rows(10, 2, dimension=dimension), fingerprint=fingerprint, sequence=3)
    assert flat.rows().passage_ids.tolist() == [1, 2, 3]
    with pytest.raises(IndexRefused, match="16 numbers, not 8"):
        flat.rows().nearest(vector_of(1, 8), 3)


def test_row_01_what_a_killed_writer_left_behind_the_rows_that_count_is_never_read(tmp_path: Path) -> None:
    Meaning(tmp_path, writable=True).append(rows(1, 3), fingerprint="f", sequence=1)
    with (tmp_path / "meaning.f32").open("ab") as file:
        file.write(b"\x7f" * 1000)
    with (tmp_path / "meaning.ids").open("ab") as file:
        file.write(b"\x7f" * 24)
    assert len(Meaning(tmp_path).rows()) == 3
    assert verify(tmp_path) is None
    flat = Meaning(tmp_path, writable=True)
    assert flat.torn_tail() == 1024
    flat.append(rows(4, 1), fingerprint="f", sequence=2)
    assert np.array_equal(flat.rows().matrix[3], vector_of(4))
    flat.cut_torn_tail()
    assert flat.torn_tail() == 0
    assert (tmp_path / "meaning.ids").stat().st_size == 64
    assert verify(tmp_path) is None


@pytest.mark.parametrize("name", ["meaning.f32", "meaning.ids", "meaning.json"])
@pytest.mark.parametrize("how", ["truncated", "zeroed", "one bit", "deleted"])
def test_row_06_damage_is_noticed(tmp_path: Path, name: str, how: str) -> None:
    Meaning(tmp_path, writable=True).append(rows(1, 30), fingerprint="f", sequence=1)
    path = tmp_path / name
    content = bytearray(path.read_bytes())
    if how == "truncated":
        path.write_bytes(content[:-7])
    elif how == "zeroed":
        path.write_bytes(bytes(len(content)))
    elif how == "one bit":
        content[len(content) // 3] ^= 1
        path.write_bytes(content)
    else:
        path.unlink()
    if name == "meaning.json" and how == "deleted":
        assert len(Meaning(tmp_path).rows()) == 0  # as new: it is filled again
    else:
        assert verify(tmp_path) is not None
    if how == "truncated":
        with pytest.raises(IndexRefused):
            Meaning(tmp_path)


def test_row_03_a_write_that_fails_leaves_the_old_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flat = Meaning(tmp_path, writable=True)
    flat.append(rows(1, 3), fingerprint="f", sequence=1)
    for number in (errno.EIO, errno.ENOSPC):
        for nth in range(1, 6):
            calls = iter(range(1, 100))

            def fail(handle: int, *, calls=calls, nth=nth, number=number) -> None:  # type: ignore[no-untyped-def]
                if next(calls) == nth:
                    raise OSError(number, os.strerror(number))

            with monkeypatch.context() as patch:
                patch.setattr(os, "fsync", fail)
                try:
                    flat.append(rows(4, 3), fingerprint="f", sequence=2)
                except LibraryError as error:
                    assert isinstance(error, DiskFull) == (number == errno.ENOSPC)
            there = Meaning(tmp_path, writable=True)
            assert len(there.rows()) in (3, 6)
            assert verify(tmp_path) is None
    flat.append(rows(4, 3), fingerprint="f", sequence=2)
    assert flat.rows().passage_ids.tolist() == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("share", [0.04, 0.5, 1.0])
def test_the_nearest_are_exact_in_every_scope(tmp_path: Path, share: float) -> None:
    flat = Meaning(tmp_path, writable=True)
    flat.append(rows(0, 400), fingerprint="f", sequence=1)
    flat.append([VectorRow(1000 - n, 500, vector_of(7)) for n in range(5)], fingerprint="f", sequence=2)
    kept = flat.rows()
    among = np.arange(len(kept)) % 25 < 25 * share
    places, cosines = kept.nearest(vector_of(7), 10, among=among)
    exact = np.array([row @ vector_of(7) for row in kept.matrix])
    expected = [
        place
        for place in sorted(range(len(kept)), key=lambda p: (-round(float(exact[p]), 5), kept.passage_ids[p]))
        if among[place]
    ][:10]
    assert places.tolist() == expected
    assert np.allclose(cosines, exact[places], atol=1e-6)
    assert kept.nearest(vector_of(7), 0)[0].tolist() == []
    assert len(kept.nearest(vector_of(7), 10_000)[0]) == 405
    assert kept.nearest(vector_of(7), 5, among=np.zeros(405, bool))[0].tolist() == []


def test_an_empty_flat_file_has_no_nearest(tmp_path: Path) -> None:
    assert Meaning(tmp_path).rows().nearest(vector_of(1), 5)[0].tolist() == []


def test_passages_that_were_cut_anew_are_dropped_and_hide_from_every_reader(tmp_path: Path) -> None:
    flat = Meaning(tmp_path, writable=True)
    flat.append(rows(1, 6), fingerprint="f", sequence=1)
    before = flat.rows()
    flat.append(rows(10, 1), fingerprint="f", sequence=2, dropped=[2, 3, 99])
    kept = Meaning(tmp_path).rows()
    assert kept.passage_ids.tolist() == [1, 0, 0, 4, 5, 6, 10]
    assert kept.version_keys.tolist() == [0, 0, 0, 2, 2, 3, 5]
    assert before.passage_ids.tolist() == [1, 2, 3, 4, 5, 6]
    assert flat.ever([1]) == [2, 3]
    flat.append([], fingerprint="f", sequence=3, dropped=[2, 3, 4])
    assert flat.applied.dropped == 3
    assert verify(tmp_path) is None
    (tmp_path / "meaning.dropped").write_bytes(np.array([1, 2, 700], np.int64).tobytes())
    assert verify(tmp_path) is not None
    with pytest.raises(IndexRefused, match="rows that are not there"):
        Meaning(tmp_path)
