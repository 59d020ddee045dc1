"""Rows 4 and 5: a disk that is full, and one that cannot be written."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from rag.cli import main
from rag.errors import DiskFull, ReadOnly
from rag.newsroom import Newsroom
from tests.fakes.rights import let_others_in
from tests.faults.given import dateline, filled, found, held, opened, stories, whole

SMALL = 500  # articles of one sentence: they take more room than an ingest plans for so short a file


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """One file of many short articles, each with a word of its own."""
    path = tmp_path / "many.jsonl"
    records = ({"id": f"m{n}", "text": f"Holmby hears of tide{n}."} for n in range(SMALL))
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def mounted(kind: str, where: Path, *options: str) -> bool:
    """Whether a disk could be mounted there."""
    where.mkdir(exist_ok=True)
    command = ["mount", *options, kind, str(where)]
    return shutil.which("mount") is not None and not subprocess.run(command, capture_output=True).returncode


def unmount(where: Path) -> None:
    subprocess.run(["umount", "-l", str(where)], check=True)


@contextmanager
def nearly_full(home: Path) -> Iterator[Callable[[], None]]:
    """A home on a disk that fills up within an ingest; yields what makes room again."""
    ballast = home / "ballast"
    ballast.write_bytes(bytes(shutil.disk_usage(home).free - 1_300_000))
    yield ballast.unlink


@contextmanager
def bounded(home: Path) -> Iterator[Callable[[], None]]:
    """The same where no disk may be mounted: SQLite is told that its file may not grow."""
    pages = [(home / "catalog.sqlite3").stat().st_size // 4096 + 30]

    def bound(connection: Any, _record: Any) -> None:
        connection.execute(f"PRAGMA max_page_count={pages[0]}")

    event.listen(Engine, "connect", bound)
    yield lambda: pages.__setitem__(0, 4_000_000)
    event.remove(Engine, "connect", bound)


@pytest.fixture(params=["disk", "catalog"])
def small(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Path, Any]]:
    """A home with little room, and how it gets so. Without the right to mount, both bound the catalog."""
    disk = tmp_path / "disk"
    on_disk = request.param == "disk" and mounted("none", disk, "-t", "tmpfs", "-o", "size=24m")
    try:
        yield filled(disk / "home", tmp_path / "articles", range(5)), nearly_full if on_disk else bounded
    finally:
        if on_disk:
            unmount(disk)


def test_row_04_a_full_disk_loses_nothing_answers_on_and_goes_on_when_there_is_room(
    small: tuple[Path, Any], many: Path
) -> None:
    home, scarce = small
    old = held(home)
    with scarce(home) as make_room:
        with pytest.raises(DiskFull, match="disk is full"), opened(home) as room:
            room.ingest([many])
        assert held(home).items() >= old.items()
        with opened(home) as room:
            assert found(room, "word3x2") == ["a003"]
            assert room.ask("What did the council of Dunmere vote on?").citations
        make_room()
        with opened(home) as room:
            report = room.ingest([many])
            assert report.count("failed") == 0
            assert len(held(home)) == SMALL + 5
            assert (found(room, "tide7"), found(room, f"tide{SMALL - 1}")) == (["m7"], [f"m{SMALL - 1}"])
            whole(room)


def test_row_04_the_command_says_that_the_disk_is_full_and_exits_1(
    small: tuple[Path, Any], many: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home, scarce = small
    monkeypatch.setenv("DATELINE_MINILM_DIR", "/nowhere")

    def run(*words: object) -> tuple[Any, str]:
        monkeypatch.setattr(sys, "argv", ["dateline", *map(str, words), "--home", str(home)])
        with pytest.raises(SystemExit) as ended:
            main()
        return ended.value.code, "".join(capsys.readouterr())

    with scarce(home) as make_room:
        for words in ((), ("--json",)):
            code, said = run("ingest", many, *words)
            assert (code, "disk is full" in said) == (1, True)
        assert json.loads(said)["error"]["thing"].startswith(str(home))
        code, said = run("search", "word3x2", "--json")
        assert (code, json.loads(said)["passages"][0]["article_id"]) == (0, "a003")
        make_room()
        assert run("ingest", many)[0] == 0
        code, said = run("search", "tide9", "--json")
        assert json.loads(said)["passages"][0]["article_id"] == "m9"


def test_row_04_what_will_not_fit_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    huge = tmp_path / "huge.jsonl"
    with huge.open("wb") as file:
        file.truncate(2**42)
    done = dateline("ingest", huge, "--home", tmp_path / "home", "--json")
    assert (done.returncode, "MB are free" in json.loads(done.stdout)["error"]["fault"]) == (1, True)
    assert held(tmp_path / "home") == {}


@contextmanager
def unwritable(home: Path) -> Iterator[Callable[[Callable[[], None]], None]]:
    """A home that cannot be written: on a disk mounted so, else for a user who may not. Yields who runs a check."""
    if mounted(str(home), home, "--bind") and mounted(str(home), home, "-o", "remount,ro,bind"):
        try:
            yield lambda check: check()
        finally:
            unmount(home)
        return
    let_others_in(home)
    for path in [home, *home.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    yield as_nobody if os.geteuid() == 0 else lambda check: check()


def as_nobody(check: Callable[[], None]) -> None:
    """Run a check in a child without rights; all that it imports must be there already."""
    pid = os.fork()
    if pid == 0:
        os.setuid(65534)
        try:
            check()
        finally:
            os._exit(1)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def refuses_to_write(room: Newsroom, folder: Path) -> None:
    """It answers, says that it is read only, and refuses what writes."""
    assert found(room, "word3x2") == ["a003"]
    assert room.ask("What did the council of Dunmere vote on?").citations
    status = room.status()
    assert (status.read_only, status.articles) == (True, 5)
    assert "cannot be written" in status.warnings[0]
    for write in (lambda: room.ingest([folder]), lambda: room.remove(["a001"]), room.repair):
        with pytest.raises(ReadOnly, match="writ"):
            write()


@pytest.mark.parametrize("serve", [False, True], ids=["command", "app"])
def test_row_05_a_home_that_cannot_be_written_answers_and_refuses_to_ingest(
    serve: bool, tmp_path: Path
) -> None:
    with tempfile.TemporaryDirectory() as where:
        Path(where).chmod(0o755)
        home, folder = Path(where) / "home", Path(where) / "articles"
        filled(home, folder, range(5))
        stories(folder, [5])
        with opened(home) as room:
            room.ask("What is imported before the rights are gone?")
            room.status()

        def check() -> None:
            with opened(home, serve=serve) as room:
                refuses_to_write(room, folder)

        with unwritable(home) as run:
            run(check)
            if run is not as_nobody:
                done = dateline("ingest", folder, "--home", home, "--json")
                assert (done.returncode, "cannot be written" in done.stdout) == (1, True)
        for path in [home, *home.rglob("*")]:
            path.chmod(0o755)
        assert len(held(home)) == 5
