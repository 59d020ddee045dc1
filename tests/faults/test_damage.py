"""Rows 6 to 10: damaged indexes are built anew while exact search answers; a damaged catalog is refused."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rag import newsroom
from rag.library import generations
from rag.library.repair import check
from tests.fakes.embedder import FakeEmbedder
from tests.faults.given import ROOT, text_of, write
from tests.faults.serving import LIMIT
from tests.scale import FULL


def serving(home: Path) -> subprocess.Popen[str]:
    """The app on this home."""
    command = [sys.executable, "-m", "tests.faults.serving", str(home)]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def served(home: Path, *, kill: bool = False) -> list[dict[str, Any]]:
    """What the app saw from its start until all was ready; then it is closed, or killed."""
    app = serving(home)
    assert app.stdout is not None
    moments = [json.loads(line) for line in iter(app.stdout.readline, "{}\n") if line or app.poll() is None]
    if kill:
        app.kill()
    app.communicate(timeout=60)
    assert kill or app.returncode == 0
    return moments


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Path], Any]:
    """A home whose app was closed, and one whose app was killed, with over a thousand passages; its answers."""
    where = tmp_path_factory.mktemp("homes")
    folder = where / "articles"
    for number in range(60):
        write(folder, number, text_of(number, sentences=45))
    with newsroom.open(where / "closed", embedder=FakeEmbedder(limit=LIMIT)) as room:
        room.ingest([folder])
        assert room.catalog.totals().passages > 1000
    served(where / "closed")
    shutil.copytree(where / "closed", where / "killed")
    answers = served(where / "killed", kill=True)[-1]["answers"]
    return {"closed": where / "closed", "killed": where / "killed"}, answers


def zeroed(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def flipped(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)


def noise(path: Path) -> None:
    """4 KiB of noise."""
    content = bytearray(path.read_bytes())
    middle = len(content) // 3
    content[middle : middle + 4096] = random.Random(1).randbytes(len(content[middle : middle + 4096]))
    path.write_bytes(content)


def deleted(path: Path) -> None:
    path.unlink()


def newer(path: Path) -> None:
    """What a version would write that we do not know."""
    path.write_bytes(b"SQLite format 9\0" + path.read_bytes()[16:])


Damage = Callable[[Path], None]
CHROMA = ("data_level0.bin", "header.bin", "length.bin", "link_lists.bin", "index_metadata.pickle")
FLAT = ("meaning.f32", "meaning.ids", "meaning.json")
WORDS = (".term", ".idx", ".store", "meta.json", "words.json")
SOME: list[tuple[str, Damage, str]] = [
    ("data_level0.bin", noise, "killed"),
    ("chroma.sqlite3", truncated, "closed"),
    (".term", flipped, "closed"),
]
ALL = [
    (name, how, home)
    for name in (*CHROMA, "chroma.sqlite3", *FLAT, *WORDS)
    for how, home in (
        *((how, "closed") for how in (zeroed, truncated, emptied, noise, deleted)),
        (noise, "killed"),
        (truncated, "killed"),
    )
]
ALL += [
    ("meaning.f32", flipped, "closed"),
    ("chroma.sqlite3", newer, "closed"),
    ("chroma.sqlite3", newer, "killed"),
]


def damaged(home: Path, name: str, how: Damage) -> bool:
    """Damage a file of the serving generation, of those that there are."""
    generation = generations.current(home)
    assert generation is not None
    paths = [path for path in sorted(generation.directory.rglob("*")) if path.name.endswith(name)]
    for path in paths[:1]:
        how(path)
    return bool(paths)


@pytest.mark.faults
@pytest.mark.parametrize(("name", "how", "home"), ALL if FULL else SOME[:1])
def test_rows_06_07_08_the_app_starts_on_a_damaged_index_answers_the_same_and_builds_it_anew(
    name: str, how: Damage, home: str, homes: tuple[dict[str, Path], Any], tmp_path: Path
) -> None:
    whole = homes[1]
    copy = tmp_path / "home"
    shutil.copytree(homes[0][home], copy)
    before = generations.current(copy)
    if not damaged(copy, name, how):
        assert name == "index_metadata.pickle"  # Chroma keeps none for so few
        return
    moments = served(copy)
    with_vectors = [moment["answers"] for moment in moments if "damaged" not in moment["states"].values()]
    assert with_vectors[-1] == whole
    part = "vectors" if name in (*CHROMA, "chroma.sqlite3") else "meaning" if name in FLAT else "words"
    if part == "vectors":
        assert all(moment["answers"] == whole for moment in moments)
    after = generations.current(copy)
    if how in (noise, flipped, truncated, emptied, newer) and not (FULL and home == "killed"):
        assert before is not None
        assert after is not None
        assert after.number == before.number + 1
        assert {"damaged", "building"} & {state for one, state in moments[-1]["stood"] if one == part}
    assert moments[-1]["usable"]
    with newsroom.open(copy, embedder=FakeEmbedder(limit=LIMIT)) as room:
        assert check(room.catalog, copy, room.indexes) == []
