"""Killed anywhere, nothing that was acknowledged is lost or doubled, and the next start ends in the same place."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rag import newsroom
from rag.errors import DatelineError
from rag.library.catalog import Catalog
from rag.library.rows import Totals
from rag.newsroom import Newsroom
from tests.fakes.embedder import FakeEmbedder

ROOT = Path(__file__).resolve().parent.parent
COUNT = 80
SOME = 40  # embedded with the real weights, which takes a second or more on any machine
KILLS = int(os.environ.get("DATELINE_FAULT_KILLS", "2"))


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    """A folder of articles in one file, each with a word of its own."""
    folder = tmp_path / "articles"
    folder.mkdir()
    for number in range(COUNT):
        body = " ".join(
            f"The council of town{number} met on day {day} about harbour dues." for day in range(60)
        )
        (folder / f"a{number:03}.md").write_text(
            f"---\nid: a{number:03}\ntitle: Town {number}\n---\n{body}\n"
        )
    return folder


def start(home: Path, articles: Path, delay: float = 0.0) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.fakes.ingesting", str(home), str(articles), str(delay)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def killed_after(home: Path, articles: Path, seconds: float) -> int:
    """Start an ingest, kill it -9 after some seconds; how many articles it had acknowledged as stored."""
    child = start(home, articles, delay=0.002)
    assert child.stdout is not None
    assert child.stdout.readline() == "begin\n"
    time.sleep(seconds)
    child.send_signal(signal.SIGKILL)
    said, _ = child.communicate()
    stored = [int(line.split()[1]) for line in said.splitlines() if line.startswith("storing")]
    return max(stored, default=0)


def check_whole(room: Newsroom, at_least: int) -> None:
    """Every article up to `at_least` is there once, and found by its own word once."""
    totals = room.catalog.totals()
    assert totals.articles >= at_least
    for number in range(0, at_least, 7):
        article_id = f"a{number:03}"
        assert room.article(article_id).version == 1
        found = {
            hit.passage.article_id for hit in room.search(f"town{number}", k=5).passages if hit.words > 0
        }
        assert article_id in found
    if totals.articles == 0:
        return
    assert room.indexes.words is not None
    assert room.indexes.meaning is not None
    ids = room.indexes.words.ids()
    assert len(ids) == len({int(one) for one in ids[:, 0]}) == totals.passages
    rows = room.indexes.meaning.rows().passage_ids.tolist()
    assert len(rows) == len(set(rows)) == totals.embedded


@pytest.mark.parametrize("half", [0, 1])
def test_row_01_killed_while_ingesting_at_random_moments_every_acknowledged_article_is_there_once(
    tmp_path: Path, articles: Path, half: int
) -> None:
    chance = random.Random(20261122 + half)
    for number in range(half, KILLS, 2):
        home = tmp_path / f"home{number}"
        acknowledged = killed_after(home, articles, chance.uniform(0.2, 3.0))
        with newsroom.open(home, embedder=FakeEmbedder()) as room:
            check_whole(room, acknowledged)
            report = room.ingest([articles])
            assert report.count("unchanged") >= acknowledged
            assert report.count("failed") == 0
            check_whole(room, COUNT)
            assert room.catalog.totals().meaning == 1.0


def test_row_11_a_sigterm_ends_an_ingest_soon_and_the_next_start_goes_on(
    tmp_path: Path, articles: Path
) -> None:
    home = tmp_path / "home"
    for one in sorted(articles.iterdir())[SOME:]:
        one.unlink()
    command = [sys.executable, "-m", "rag", "ingest", str(articles), "--home", str(home), "--json"]
    child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    while (before := stored_there(home)) is None or before.embedded == 0:
        assert child.poll() is None
        time.sleep(0.05)
    began = time.monotonic()
    child.send_signal(signal.SIGTERM)
    said, _ = child.communicate(timeout=30)
    assert time.monotonic() - began < 10
    assert child.returncode == 4
    assert json.loads(said)["added"] == SOME
    assert not list(home.glob("index/*/DIRTY"))
    with newsroom.open(home) as room:
        before = room.catalog.totals()
        assert 0 < before.embedded < before.passages
        assert room.ingest([articles]).count("unchanged") == SOME
        check_whole(room, SOME)
        assert room.catalog.totals().meaning == 1.0


def stored_there(home: Path) -> Totals | None:
    """What another process has stored in a home; None while there is no catalog."""
    path = home / "catalog.sqlite3"
    if not path.exists():
        return None
    try:
        catalog = Catalog(path)
    except DatelineError:  # it is being made
        return None
    try:
        return catalog.totals()
    finally:
        catalog.close()


def test_row_17_after_a_kill_the_lock_is_free_and_the_stale_pid_ignored(
    tmp_path: Path, articles: Path
) -> None:
    home = tmp_path / "home"
    killed_after(home, articles, 1.0)
    with newsroom.open(home, embedder=FakeEmbedder()) as room:
        assert room.indexes.holder
