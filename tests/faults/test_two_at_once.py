"""Rows 16, 18, 21 and 22: two processes at once, a disk without locks, an article that goes while it is used."""

from __future__ import annotations

import errno
import fcntl
import json
import os
from pathlib import Path
from typing import Any

import pytest

from rag import newsroom
from rag.errors import LockUnsupported
from tests.fakes.embedder import FakeEmbedder
from tests.faults.given import child, filled, found, held, opened, stories, whole

INGEST = """
import sys, json
from pathlib import Path
from tests.faults.given import opened
sys.stdin.readline()
with opened(Path(sys.argv[1])) as room:
    report = room.ingest([Path(sys.argv[2])])
print(json.dumps([item.status for item in report.items]))
"""


def test_row_21_the_same_files_ingested_by_two_processes_at_once_are_there_once(tmp_path: Path) -> None:
    home, folder = tmp_path / "home", stories(tmp_path / "articles", range(40))
    both = [child(INGEST, home, folder) for _ in range(2)]
    for one in both:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    said = [json.loads(one.communicate(timeout=120)[0]) for one in both]
    assert [one.returncode for one in both] == [0, 0]
    statuses = sorted(said[0] + said[1])
    assert statuses == ["added"] * 40 + ["unchanged"] * 40
    assert len(held(home)) == 40
    with opened(home) as room:
        assert found(room, "word17x3") == ["a017"]
        assert room.ingest([folder]).count("unchanged") == 40
        whole(room)


@pytest.mark.parametrize("serve", [False, True], ids=["command", "app"])
def test_row_18_a_home_on_a_disk_without_locks_is_refused_with_the_way_out(
    serve: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = filled(tmp_path / "home", tmp_path / "articles", range(2))

    def no_locks(*_: Any) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", no_locks)
    with pytest.raises(LockUnsupported, match="local disk"):
        newsroom.open(home, embedder=FakeEmbedder(), serve=serve)
    monkeypatch.undo()
    with opened(home) as room:
        assert found(room, "word1x1") == ["a001"]


def test_row_22_an_article_removed_between_answer_and_click_is_shown_as_it_was_cited(tmp_path: Path) -> None:
    home = filled(tmp_path / "home", tmp_path / "articles", range(6))
    with opened(home) as room:
        passage = room.search("word3x2").passages[0].passage
        room.remove([passage.article_id])
        article = room.article(passage.article_id, passage.version)
        assert (article.status, article.version) == ("withdrawn", passage.version)
        assert "word3x2" in article.text[passage.start : passage.end]
        assert found(room, "word3x2") == []


def test_row_22_an_article_replaced_between_answer_and_click_keeps_its_cited_version(tmp_path: Path) -> None:
    home = filled(tmp_path / "home", tmp_path / "articles", range(6))
    with opened(home) as room:
        passage = room.search("word3x2").passages[0].passage
        path = tmp_path / "articles" / "a003.md"
        path.write_text(path.read_text().replace("word3x2", "word3other"))
        assert room.ingest([path]).count("changed") == 1
        article = room.article(passage.article_id, passage.version)
        assert article.status == "superseded"
        assert "word3x2" in article.text[passage.start : passage.end]
        assert (found(room, "word3x2"), found(room, "word3other")) == ([], ["a003"])
