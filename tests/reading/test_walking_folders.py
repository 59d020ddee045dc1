from __future__ import annotations

import os
import socket
import sys
from datetime import date
from pathlib import Path

import pytest

from rag.reading import Read, count_files, count_records, files, read_paths
from rag.reading.files import shown

TODAY = date(2026, 11, 22)


def read(*paths: Path) -> list[Read]:
    return list(read_paths(paths, today=TODAY))


def reasons(found: list[Read]) -> dict[str, str | None]:
    return {Path(one.source).name: one.reason for one in found}


def test_a_folder_is_read_in_order_at_every_depth(tmp_path: Path) -> None:
    for name in ("b.txt", "a/2.txt", "a/1.txt", "c.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f"Five words stand in {name}")
    assert [Path(one.source).relative_to(tmp_path).as_posix() for one in read(tmp_path)] == [
        "a/1.txt",
        "a/2.txt",
        "b.txt",
        "c.txt",
    ]


def test_what_lies_beside_articles_is_passed_over_without_a_fault(tmp_path: Path) -> None:
    for name in ("README.md", "readme", "planted.json", ".hidden.txt", "style.css", "story.txt"):
        (tmp_path / name).write_text("Five words stand in here")
    (tmp_path / "questions.jsonl").write_text('{"id": "1", "question": "Who?", "answers": []}\n')
    (tmp_path / ".git").mkdir()
    (tmp_path / "empty").mkdir()
    found = read(tmp_path)
    assert [Path(one.source).name for one in found if one.article] == ["story.txt"]
    assert all(one.skipped and one.reason for one in found if not one.article)
    assert reasons(found)["questions.jsonl"] == "a question set, not articles"
    assert len(found) == 9


def test_what_is_named_itself_is_read_whatever_its_name(tmp_path: Path) -> None:
    for name in ("README.md", ".hidden.txt", "story.css"):
        (tmp_path / name).write_text("Five words stand in here")
        assert read(tmp_path / name)[0].article
    (tmp_path / "questions.jsonl").write_text('{"id": "1", "question": "Who?"}\n')
    (one,) = read(tmp_path / "questions.jsonl")
    assert (one.reason, one.skipped) == ("a question set, not articles", False)


def test_links_out_of_a_folder_are_not_followed_and_links_inside_are_read_once(tmp_path: Path) -> None:
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    outside.mkdir()
    inside.mkdir()
    (outside / "secret.txt").write_text("Nobody should read this here")
    (inside / "story.txt").write_text("Five words stand in here")
    (inside / "file").symlink_to(outside / "secret.txt")
    (inside / "folder").symlink_to(outside)
    (inside / "up").symlink_to(inside)
    (inside / "again").symlink_to(inside / "story.txt")
    (inside / "nowhere").symlink_to(inside / "gone")
    found = read(inside)
    assert [Path(one.source).name for one in found if one.article] == ["story.txt"]
    assert {Path(one.source).name: one.skipped for one in found if not one.article} == {
        "again": True,
        "file": False,
        "folder": False,
        "nowhere": False,
        "up": True,
    }
    assert "out of the folder" in (reasons(found)["file"] or "")
    assert read(inside / "file")[0].article, "a link that is named itself is followed"


def test_nothing_waits_for_a_pipe_a_socket_or_a_device(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "story.txt").write_text("Five words stand in here")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(os.path.relpath(tmp_path / "sock"))
        found = read(tmp_path, Path("/dev/zero"), tmp_path / "pipe.txt")
    assert reasons(found) == {
        "pipe.txt": "a named pipe, not a file",
        "sock": "a socket, not a file",
        "story.txt": None,
        "zero": "a device, not a file",
    }


def test_a_file_that_becomes_a_pipe_after_it_was_listed_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Five words stand in here")
    (tmp_path / "b.txt").write_text("Five words stand in here")
    reads = read_paths([tmp_path / "a.txt"], today=TODAY)
    (listed,) = files.walk([tmp_path / "b.txt"])
    (tmp_path / "b.txt").unlink()
    os.mkfifo(tmp_path / "b.txt")
    assert isinstance(listed, files.File)
    with pytest.raises(files.ReadingError, match="not a file any more"):
        files.open_file(listed)
    assert next(reads).article


def test_missing_and_impossible_paths_are_rows(tmp_path: Path) -> None:
    found = read(tmp_path / "gone", Path("nul\0path"), tmp_path / ("x" * 300))
    assert [one.article for one in found] == [None] * 3
    assert found[0].reason == "there is no such file or folder"
    assert all(one.reason and not one.skipped for one in found)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_a_row(tmp_path: Path) -> None:
    (tmp_path / "locked.txt").write_text("Five words stand in here")
    (tmp_path / "locked.txt").chmod(0)
    (tmp_path / "shut").mkdir(mode=0)
    assert set(reasons(read(tmp_path)).values()) == {"it may not be read by this user"}


@pytest.mark.skipif(sys.platform != "linux", reason="other systems allow no such names")
def test_names_that_are_no_text_are_read_and_shown_escaped(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9\x1b[2J\n.txt")
    (tmp_path / name).write_text("Five words stand in here")
    (one,) = read(tmp_path)
    assert one.article
    assert Path(one.source).name == r"caf\xe9\x1b[2J\n.txt"
    one.source.encode("utf-8")
    assert shown("Grüße 日本.txt") == "Grüße 日本.txt"


def test_files_are_counted_without_being_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "1.txt").write_bytes(b"x" * 100)
    (tmp_path / "2.bin").write_bytes(b"\x00" * 50)
    (tmp_path / ".hidden").write_bytes(b"x" * 1000)
    os.mkfifo(tmp_path / "pipe")
    monkeypatch.setattr(files, "open_file", None)
    assert count_files([tmp_path, tmp_path / "gone"]) == (2, 150)


def test_rows_are_counted_where_the_files_tell_how_many(tmp_path: Path) -> None:
    (tmp_path / "1.txt").write_text("Five words stand in here")
    (tmp_path / "README.md").write_text("About these")
    lines = [f'{{"id": "{n}", "text": "Five words stand in here"}}\n' for n in range(7)]
    (tmp_path / "all.jsonl").write_text("".join(lines))
    paths = [tmp_path, tmp_path / "gone"]
    assert count_records(paths) == len(list(read_paths(paths, today=TODAY))) == 10
    (tmp_path / "more.csv").write_text("text\nFive words stand in here\n")
    assert count_records(paths) is None


def test_reading_is_lazy(tmp_path: Path) -> None:
    for n in range(3):
        (tmp_path / f"{n}.txt").write_text("Five words stand in here")
    reads = read_paths([tmp_path], today=TODAY)
    assert next(reads).article
    (tmp_path / "1.txt").unlink()
    assert [one.reason for one in reads] == ["there is no such file or folder", None]
