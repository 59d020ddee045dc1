"""What the fault tests stand on: small invented libraries, and what must hold of one whatever happened to it."""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from rag import newsroom
from rag.library.repair import check
from rag.newsroom import Newsroom
from tests.fakes.embedder import FakeEmbedder

ROOT = Path(__file__).resolve().parents[2]
TOWNS = ("Aldmoor", "Brackwater", "Cantlow", "Dunmere", "Elsham", "Fenwick", "Garth", "Holmby")
SYLLABLES = ("bra", "cul", "dem", "fon", "gry", "hil", "jor", "kep", "lum", "mav", "nis", "pog", "rud", "tez")
WORDS = [a + b + c for a in SYLLABLES for b in SYLLABLES for c in SYLLABLES[:4]]


def text_of(number: int, sentences: int = 6) -> str:
    """A text whose every sentence holds a word of its own, and few of another text's words."""
    chance, town = random.Random(number), TOWNS[number % len(TOWNS)]
    return " ".join(
        f"The council of {town} voted on word{number}x{at} after {' '.join(chance.sample(WORDS, 6))}."
        for at in range(sentences)
    )


def write(folder: Path, number: int, text: str | None = None) -> Path:
    """Article `a<number>` as a file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"a{number:03}.md"
    head = f"id: a{number:03}\ntitle: {TOWNS[number % len(TOWNS)]} votes\npublished: 2026-10-{number % 28 + 1:02}"
    path.write_text(f"---\n{head}\n---\n{text or text_of(number)}")
    return path


def stories(folder: Path, numbers: Sequence[int]) -> Path:
    """A folder of such articles."""
    for number in numbers:
        write(folder, number)
    return folder


@contextmanager
def opened(home: Path, *, serve: bool = False) -> Iterator[Newsroom]:
    """The home with the stand-in embedder."""
    with newsroom.open(home, embedder=FakeEmbedder(), serve=serve) as room:
        yield room


def filled(home: Path, folder: Path, numbers: Sequence[int]) -> Path:
    """A home that holds these articles."""
    with opened(home) as room:
        assert room.ingest([stories(folder, numbers)]).count("added") == len(numbers)
    return home


def found(room: Newsroom, word: str) -> list[str]:
    """Ids of the articles that hold a word, best first."""
    return [one.passage.article_id for one in room.search(word).passages if one.words > 0]


def held(home: Path) -> dict[str, str]:
    """What a home's catalog holds: usable articles, id to text. It must be intact."""
    asked = (
        "SELECT a.id, t.text FROM versions v JOIN articles a ON a.key = v.article_key "
        "JOIN texts t ON t.version_key = v.key WHERE v.went IS NULL"
    )
    with closing(sqlite3.connect(home / "catalog.sqlite3")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        rows = connection.execute(asked).fetchall()
    assert len(rows) == len({name for name, _ in rows})
    return dict(rows)


def whole(room: Newsroom) -> None:
    """Every index holds just what the catalog does, every vector is there."""
    assert check(room.catalog, room.home, room.indexes) == []
    assert room.catalog.totals().meaning == 1.0


def child(code: str, *words: object, **environment: str) -> subprocess.Popen[str]:
    """Python code in a process of its own; pipes for stdin and stdout."""
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, words)],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def dateline(*words: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command, as a user runs it; words only, without weights."""
    return subprocess.run(
        [sys.executable, "-m", "rag", *map(str, words)],
        cwd=ROOT,
        env={**os.environ, "DATELINE_MINILM_DIR": "/nowhere", "COLUMNS": "100", **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
