"""The file that an article came in is kept beside it: once, as it came, and gone when nothing names it."""

from __future__ import annotations

import errno
import io
import json
import os
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete
from typer.testing import CliRunner

from rag import newsroom
from rag.cli import app
from rag.errors import DiskFull, LibraryError, UsageError
from rag.library import originals
from rag.library.schema import original_of
from rag.newsroom import Newsroom
from rag.state import Pasted
from tests.fakes.embedder import FakeEmbedder
from tests.test_newsroom import BRIDGE, FERRY, write

PAGE = f"<html><head><title>Bridge shut</title></head><body><article><p>{BRIDGE}</p></article></body></html>"


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    with newsroom.open(tmp_path / "home", embedder=FakeEmbedder()) as opened:
        yield opened


def files(room: Newsroom) -> list[Path]:
    return sorted(path for path in (room.home / "originals").rglob("*") if path.is_file())


def original(room: Newsroom, article_id: str, version: int | None = None) -> tuple[str, int | None, bytes]:
    kept = room.original(room.article(article_id, version))
    assert kept is not None
    return kept.name, kept.line, room.original_bytes(kept)


def test_pages_records_entries_of_an_archive_and_pastes_are_kept_as_they_came(
    room: Newsroom, tmp_path: Path
) -> None:
    page, records = tmp_path / "bridge.html", tmp_path / "wire.jsonl"
    page.write_text(PAGE)
    records.write_text("".join(json.dumps({"id": one, "text": f"{FERRY} {one}"}) + "\n" for one in "ab"))
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("in/ferry.txt", f"Ferry\n\n{FERRY}")
    [html, *_] = room.ingest([page, records]).items
    [entry] = room.add([("north.zip", made.getvalue())]).items
    [paste] = room.add_pasted(f"Harbour\n\n{BRIDGE}", Pasted(title="Harbour")).items
    assert original(room, str(html.article_id)) == ("bridge.html", None, page.read_bytes())
    assert original(room, "b") == ("wire.jsonl", 2, records.read_bytes())
    assert original(room, str(entry.article_id))[0::2] == ("ferry.txt", f"Ferry\n\n{FERRY}".encode())
    assert original(room, str(paste.article_id))[2] == f"Harbour\n\n{BRIDGE}".encode()
    assert len(files(room)) == 4  # two records, one file
    kept = room.status().originals
    assert kept is not None
    assert (kept.files, kept.bytes) == (4, sum(path.stat().st_size for path in files(room)))


def test_each_version_has_its_own_and_an_undone_import_gives_the_first_back(
    room: Newsroom, tmp_path: Path
) -> None:
    path = write(tmp_path, "bridge", BRIDGE)
    room.ingest([path])
    first = path.read_bytes()
    write(tmp_path, "bridge", BRIDGE + " Still.")
    second = room.ingest([path]).import_id
    assert original(room, "bridge", 1)[2] == first
    assert original(room, "bridge")[2] == path.read_bytes()
    assert second is not None
    room.undo_import(second)
    assert original(room, "bridge")[2] == first
    assert len(files(room)) == 2


def test_a_full_disk_is_told_and_loses_nothing(
    room: Newsroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.ingest([write(tmp_path, "bridge", BRIDGE)])
    path = write(tmp_path, "ferry", FERRY)
    with monkeypatch.context() as full:

        def no_room(*_: object) -> int:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        full.setattr(Path, "write_bytes", no_room)
        with pytest.raises(DiskFull, match="the disk is full"):
            room.ingest([path])
    assert len(files(room)) == 1
    assert {row.article_id for row in room.listing().rows} == {"bridge"}
    assert room.ingest([path]).count("added") == 1
    assert original(room, "ferry")[2] == path.read_bytes()


def test_what_is_gone_or_damaged_is_told_and_kept_anew(room: Newsroom, tmp_path: Path) -> None:
    path = write(tmp_path, "bridge", BRIDGE)
    room.ingest([path])
    [file] = files(room)
    file.write_bytes(b"torn" + file.read_bytes()[4:])
    with pytest.raises(LibraryError, match="the original is damaged"):
        original(room, "bridge")
    file.unlink()
    with pytest.raises(LibraryError, match="not there any more"):
        original(room, "bridge")
    room.remove(["bridge"])
    room.ingest([path])
    assert original(room, "bridge")[2] == path.read_bytes()


def test_what_no_article_names_is_deleted_by_a_repair_but_not_what_is_on_its_way(
    room: Newsroom, tmp_path: Path
) -> None:
    room.ingest([write(tmp_path, "bridge", BRIDGE), write(tmp_path, "ferry", FERRY)])
    old, young = (room.original(room.article(one)) for one in ("bridge", "ferry"))
    assert old and young
    held = originals.OriginalFiles(room.home)
    long_ago = time.time() - 2 * originals.YOUNG
    os.utime(held.path(old.digest), (long_ago, long_ago))
    assert not [one for one in room.repair() if one.thing == "the original files"]
    with room.catalog.writing() as connection:
        connection.execute(delete(original_of))
    assert [one.fault for one in room.repair() if one.thing == "the original files"]
    assert files(room) == [held.path(young.digest)]


def test_a_large_file_of_records_is_not_kept_and_that_is_said(
    room: Newsroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.reading.articles.LIMIT", 100)
    records = tmp_path / "wire.jsonl"
    records.write_text(json.dumps({"id": "a", "text": BRIDGE * 2}) + "\n")
    assert room.ingest([records]).count("added") == 1
    assert room.original(room.article("a")) is None
    assert "those over 20 MB are not" in room.status().originals.said  # type: ignore[union-attr]


def test_the_command_line_writes_the_file_as_it_came(tmp_path: Path) -> None:
    path, run, home = tmp_path / "bridge.html", CliRunner(), ["--home", str(tmp_path / "home")]
    path.write_text(PAGE)
    run.invoke(app, ["ingest", str(path), *home])
    [row] = json.loads(run.invoke(app, ["list", "--json", *home]).stdout)["rows"]
    shown = run.invoke(app, ["show", row["article_id"], "--original", *home])
    assert shown.stdout_bytes == path.read_bytes()
    as_object = json.loads(run.invoke(app, ["show", row["article_id"], "--json", *home]).stdout)
    assert (as_object["original"]["name"], as_object["original"]["size"]) == ("bridge.html", len(PAGE))
    with newsroom.open(tmp_path / "home") as room, room.catalog.writing() as connection:
        connection.execute(delete(original_of))
    error = run.invoke(app, ["show", row["article_id"], "--original", *home]).exception
    assert isinstance(error, UsageError) and "is not kept" in str(error)
