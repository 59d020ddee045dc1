"""Chroma: vectors by passage id, nothing sent anywhere, and every fault of its files found by a child."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from rag.errors import IndexRefused
from rag.library import probe
from rag.library.generations import Generation
from rag.library.meaning import Meaning
from rag.library.rows import VectorRow
from rag.library.vectors import VectorIndex
from tests.fakes.library import vector_of

COUNT = 1200  # more than Chroma's 1,000 before it writes its graph to disk


def rows(count: int = COUNT) -> list[VectorRow]:
    return [VectorRow(n, n // 2, vector_of(n)) for n in range(1, count + 1)]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Generation:
    """A generation with a flat file and a Chroma of the same vectors, closed."""
    generation = Generation(tmp_path_factory.mktemp("generation") / "1")
    generation.directory.mkdir()
    Meaning(generation.directory, writable=True).append(rows(), fingerprint="f", sequence=1)
    index = VectorIndex(generation.part("vectors"))
    index.upsert(rows())
    index.close()
    return generation


@pytest.fixture
def generation(made: Generation, tmp_path: Path) -> Generation:
    """A copy of it, to be damaged."""
    shutil.copytree(made.directory, tmp_path / "1")
    return Generation(tmp_path / "1")


@pytest.fixture
def index(generation: Generation) -> Iterator[VectorIndex]:
    opened = VectorIndex(generation.part("vectors"))
    yield opened
    opened.close()


def test_a_passage_is_nearest_to_its_own_vector(index: VectorIndex) -> None:
    ids, cosines = index.query(vector_of(77), 5)
    assert ids[0] == 77
    assert cosines[0] == pytest.approx(1.0, abs=1e-5)
    assert len(ids) == 5
    assert np.all(np.diff(cosines) <= 0)


def test_it_finds_what_exact_search_finds(generation: Generation, index: VectorIndex) -> None:
    flat = Meaning(generation.directory).rows()
    for number in range(5000, 5020):
        ids, cosines = index.query(vector_of(number), 10)
        places, exact = flat.nearest(vector_of(number), 10)
        assert ids.tolist() == flat.passage_ids[places].tolist()
        assert np.allclose(cosines, exact, atol=1e-5)


def test_passages_are_replaced_and_taken_out(index: VectorIndex) -> None:
    index.upsert([VectorRow(77, 38, vector_of(9999))])
    assert index.query(vector_of(9999), 1)[0].tolist() == [77]
    assert index.count() == COUNT
    index.delete([77, 78, 123456])
    assert index.count() == COUNT - 2
    assert index.query(vector_of(9999), 1)[0].tolist() != [77]
    assert index.ids().tolist() == [n for n in range(1, COUNT + 1) if n not in (77, 78)]


def test_it_is_created_for_a_recall_that_may_stand_beside_exact_search(index: VectorIndex) -> None:
    hnsw = index._collection.configuration["hnsw"]
    assert (hnsw["space"], hnsw["ef_search"]) == ("cosine", 800)


def test_whoever_asks_a_closed_one_is_refused(generation: Generation) -> None:
    index = VectorIndex(generation.part("vectors"))
    index.close()
    with pytest.raises(IndexRefused):
        index.query(vector_of(1), 1)


def test_an_index_that_is_not_there_is_not_made_where_it_is_only_looked_at(tmp_path: Path) -> None:
    with pytest.raises(IndexRefused):
        VectorIndex(tmp_path / "vectors", create=False)


def test_importing_the_library_does_not_import_chroma() -> None:
    code = "import sys, rag.library.indexes, rag.library.repair; sys.exit('chromadb' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_row_37_no_setting_of_the_environment_makes_it_send_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text(
        "CHROMA_OTEL_COLLECTION_ENDPOINT=http://127.0.0.1:9\nANONYMIZED_TELEMETRY=True\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CHROMA_API_IMPL", "chromadb.api.fastapi.FastAPI")
    monkeypatch.setenv("CHROMA_OTEL_COLLECTION_ENDPOINT", "http://127.0.0.1:9")
    index = VectorIndex(tmp_path / "vectors")
    settings = index._client.get_settings()
    assert settings.anonymized_telemetry is False
    assert settings.chroma_otel_collection_endpoint == ""
    assert "rust" in settings.chroma_api_impl
    index.close()


def test_a_whole_one_passes_the_probe(generation: Generation) -> None:
    assert probe.run(generation, ["meaning", "vectors"]) == {}


def damage(path: Path, how: str) -> None:
    """One fault of a file or of a folder."""
    if path.is_dir():
        shutil.rmtree(path)
        return
    size = path.stat().st_size
    if how == "deleted":
        path.unlink()
    elif how == "truncated":
        os.truncate(path, size // 2)
    elif how == "emptied":
        os.truncate(path, 0)
    elif how == "zeroed":
        path.write_bytes(bytes(size))
    else:
        with path.open("r+b") as file:
            file.seek(max(0, min(size // 3, size - 4096)))
            file.write(random.Random(3).randbytes(min(4096, size)))


def file_named(generation: Generation, name: str) -> Path:
    return next(generation.part("vectors").rglob(name))


def segment(generation: Generation) -> Path:
    return file_named(generation, "data_level0.bin").parent


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("index_metadata.pickle", "deleted"),  # count() stays right, a query returns one row or none
        ("chroma.sqlite3", "emptied"),
        ("data_level0.bin", "zeroed"),
    ],
)
def test_row_06_and_08_damage_where_the_writer_was_killed_is_found_by_the_child(
    generation: Generation, name: str, how: str
) -> None:
    damage(file_named(generation, name), how)
    assert "vectors" in probe.run(generation, ["vectors"])


def test_row_07_noise_that_kills_whoever_opens_it_kills_only_the_child(generation: Generation) -> None:
    damage(file_named(generation, "data_level0.bin"), "noise")
    assert "ended the process that tried" in probe.run(generation, ["vectors"])["vectors"]


FILES = (
    "data_level0.bin",
    "header.bin",
    "length.bin",
    "link_lists.bin",
    "index_metadata.pickle",
    "chroma.sqlite3",
)


@pytest.mark.parametrize("how", ["truncated", "emptied", "zeroed", "noise", "deleted"])
@pytest.mark.parametrize("name", FILES)
def test_row_06_damage_after_a_clean_close_is_found_without_opening_it(
    generation: Generation, name: str, how: str
) -> None:
    generation.seal()
    assert generation.broken_seal() is None
    damage(file_named(generation, name), how)
    assert name in (generation.broken_seal() or "")
    assert probe.fault_of(generation, "vectors") is not None


def test_row_06_a_segment_that_is_gone_is_found(generation: Generation) -> None:
    damage(segment(generation), "deleted")
    assert "vectors" in probe.run(generation, ["vectors"])


@pytest.mark.faults
@pytest.mark.skipif(
    "DATELINE_FAULTS" not in os.environ, reason="at full size only where DATELINE_FAULTS is set"
)
@pytest.mark.parametrize("how", ["truncated", "emptied", "zeroed", "noise", "deleted"])
def test_row_06_every_fault_of_a_dirty_one_is_found_or_harmless(generation: Generation, how: str) -> None:
    harmless = []
    kept = generation.directory.with_name("kept")
    shutil.copytree(generation.directory, kept)
    for name in FILES:
        shutil.rmtree(generation.directory)
        shutil.copytree(kept, generation.directory)
        damage(file_named(generation, name), how)
        if not probe.run(generation, ["vectors"]):
            harmless.append(name)
            index = VectorIndex(generation.part("vectors"))
            for number in range(1, COUNT, 100):
                assert index.query(vector_of(number), 10)[0][0] == number
            index.close()
    assert set(harmless) <= {"length.bin", "link_lists.bin", "header.bin"}


def test_a_probe_that_takes_too_long_is_ended_and_counts_as_damage(generation: Generation) -> None:
    assert "longer than 0 s" in probe.run(generation, ["vectors"], seconds=0.01)["vectors"]


def test_the_probe_ends_with_its_parent(generation: Generation) -> None:
    """A parent killed with -9 leaves no process behind that has Chroma open."""
    code = (
        "import sys, subprocess; command = [sys.executable, '-c', "
        "'import threading, time, rag.library.probe as p; "
        "threading.Thread(target=p._end_with_parent, daemon=True).start(); time.sleep(60)']\n"
        "child = subprocess.Popen(command, stdin=subprocess.PIPE); print(child.pid, flush=True); child.wait()"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    for _ in range(100):
        if not alive(child):
            return
        subprocess.run(["sleep", "0.1"], check=True)
    pytest.fail("the child lives on")


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except FileNotFoundError:
        return False
