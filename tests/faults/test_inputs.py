"""Rows 63 to 66 and 71, and every other bad input, as a user meets them: one clear sentence, and nothing is lost."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import time
from pathlib import Path
from typing import Any

import pytest

from rag.home import LOG, event_log
from rag.newsroom import Newsroom
from rag.reading.files import LIMIT
from tests.faults.given import child, dateline, filled, found, held, opened, stories, whole, write
from tests.scale import FULL

SERVE = """
import sys
from pathlib import Path
from tests.faults.given import opened
with opened(Path(sys.argv[1]), serve=True):
    print("open", flush=True)
    sys.stdin.read()
"""


def object_of(done: Any) -> Any:
    """What a command printed with --json, when it ended without a traceback."""
    assert "Traceback" not in done.stderr, done.stderr
    assert done.stdout.count("\n") == 1
    return json.loads(done.stdout)


def covered(room: Newsroom, article_id: str) -> bool:
    """Whether every non-space character that is no furniture is in some passage, and no passage is empty."""
    article = room.article(article_id)
    missing = bytearray(not character.isspace() for character in article.text)
    for start, end in article.furniture:
        missing[start:end] = bytes(end - start)
    for passage in room.passages(article):
        assert article.text[passage.start : passage.end].strip()
        missing[passage.start : passage.end] = bytes(passage.end - passage.start)
    return not any(missing)


def test_row_63_odd_paths_are_rows_and_the_articles_beside_them_go_in(tmp_path: Path) -> None:
    home, folder = tmp_path / "home", stories(tmp_path / "articles", range(2))
    os.mkfifo(folder / "pipe.txt")
    (folder / "out.txt").symlink_to("/etc/passwd")
    (folder / "nowhere.txt").symlink_to(tmp_path / "none")
    (folder / "empty.txt").write_bytes(b"")
    (folder / "picture.txt").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40)
    odd = os.fsencode(folder) + b"/n\xe4me.txt"
    Path(os.fsdecode(odd)).write_text("A short piece\n\nThe lighthouse keeper of Garth retires.")
    with (folder / "huge.txt").open("wb") as file:
        file.truncate(4 * 2**30)
    began = time.monotonic()
    done = dateline("ingest", folder, folder / "..", "/dev/zero", tmp_path / "none", "--home", home, "--json")
    report = object_of(done)
    if done.returncode == 1:  # there is no room for four gigabytes: that too is said before anything is read
        assert "disk is full" in report["error"]["fault"]
        return
    assert done.returncode == 4
    reasons = {item["source"].rsplit("/", 1)[-1]: item["reason"] or "" for item in report["items"]}
    assert "named pipe" in reasons["pipe.txt"]
    assert "out of the folder" in reasons["out.txt"]
    assert "leads nowhere" in reasons["nowhere.txt"]
    assert "no such file" in reasons["none"]
    assert "device" in reasons["zero"]
    assert all(reasons[name] for name in ("empty.txt", "picture.txt", "huge.txt"))
    assert "root:" not in " ".join(held(home).values())
    assert len(held(home)) == 3
    assert time.monotonic() - began < 60


def test_row_63_a_file_of_four_gigabytes_is_refused_at_once_and_not_read(tmp_path: Path) -> None:
    huge = tmp_path / "huge.txt"
    with huge.open("wb") as file:
        file.truncate(4 * 2**30)
    with opened(tmp_path / "home") as room:
        began = time.monotonic()
        report = room.ingest([huge])
        assert time.monotonic() - began < 5
    assert (report.count("failed"), report.items[0].reason) == (1, "binary data, not text")


@pytest.mark.parametrize(
    "raw",
    [
        "The caf\u00e9 \u201cLe Quai\u201d has closed.".encode("utf-16"),
        "The caf\u00e9 \u201cLe Quai\u201d has closed.".encode("cp1252"),
        b"\xef\xbb\xbf" + "The caf\u00e9 \u201cLe Quai\u201d has closed.".encode(),
        "The caf\u00e9\0 \u201cLe Quai\u201d has \0closed.".encode(),
        "The caf\u00e9 \udc80\u201cLe Quai\u201d has closed.".encode("utf-8", "surrogatepass"),
        b'{"id": "x", "text": "The caf\\u00e9 \\ud83d \\u201cLe Quai\\u201d has \\u0000closed."}',
    ],
    ids=["utf-16", "windows-1252", "bom", "nul", "surrogate", "escaped"],
)
def test_row_64_whatever_the_encoding_a_citation_is_the_stored_text(raw: bytes, tmp_path: Path) -> None:
    with opened(tmp_path / "home") as room:
        report = room.ingest_text("piece.txt", raw)
        article = room.article(report.items[0].article_id or "")
        assert "caf\u00e9" in article.text
        assert not re.search("[\0\ud800-\udfff\ufeff]", article.text)
        hit = room.search("Le Quai closed").passages[0]
        assert hit.text == article.text[hit.passage.start : hit.passage.end]
        answer = room.ask("Which caf\u00e9 has closed?")
        assert all(article.text[one.start : one.end] == one.quote for one in answer.citations)
        assert covered(room, article.id)


def test_row_65_an_article_of_five_megabytes_and_one_of_five_words_are_all_in_passages(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "articles"
    size = 5_000_000 if FULL else 500_000
    sentence = "In the year %d the mill of Garth ground %d sacks of rye \u2013 and no more.\n\n"
    long = (
        "".join(sentence % (at, at * 7) for at in range(size // 70))
        + "x" * 20_000
        + "\n\n"
        + "The miller kept the keys of the granary. " * 40
        + "A needle stands last."
    )
    write(folder, 1, long)
    write(folder, 2, "Rain stopped play at Garth.")
    with opened(tmp_path / "home") as room:
        assert room.ingest([folder]).count("added") == 2
        assert len(room.article("a001").text) >= size
        assert covered(room, "a001")
        assert covered(room, "a002")
        assert len(room.passages(room.article("a002"))) == 1
        assert found(room, "needle") == ["a001"]
        assert found(room, "rain play")[:1] == ["a002"]
        whole(room)


def test_a_document_over_the_limit_is_refused_and_a_file_of_many_records_is_not(tmp_path: Path) -> None:
    big, records = tmp_path / "big.txt", tmp_path / "records.jsonl"
    big.write_bytes(b"The river rose again. " * (LIMIT // 22 + 1))
    filler = {"outlet": "The Gazette", "note": "x" * (LIMIT // 4)}
    lines = [
        json.dumps({"id": f"r{n}", "text": f"The river rose in Garth, gauge{n}."} | filler) for n in range(5)
    ]
    records.write_text("\n".join(lines))
    with opened(tmp_path / "home") as room:
        report = room.ingest([big, records])
        assert [item.status for item in report.items] == ["failed", *["added"] * 5]
        assert "MB" in (report.items[0].reason or "")
        assert found(room, "gauge4") == ["r4"]


def test_three_hundred_copies_of_one_story_leave_room_for_five_other_answers(tmp_path: Path) -> None:
    path = tmp_path / "wire.jsonl"
    story = (
        "The Tarn bridge will stay closed until the spring, the county said on Wednesday. Divers found a second "
        "crack in its eastern pier, and repairs are expected to cost 31 million crowns."
    )
    others = [
        "Drivers asked why the Tarn bridge closed so late in the year.",
        "A letter to the editor: the Tarn bridge closed twice in my grandfather's time.",
        "When the Tarn bridge closed, the ferry at Nordby began to sail at night.",
        "Shops in Sandvik lost a third of their custom after the Tarn bridge closed.",
        "The school bus takes forty minutes longer now that the Tarn bridge is closed.",
    ]
    copies = [{"id": f"copy{n}", "outlet": f"Outlet {n}", "text": story} for n in range(300)]
    for copy in copies[::3]:
        copy["text"] = f"NORDBY, Nov. 11 (NPA) \u2014 {story}"
    rest = [{"id": f"other{n}", "outlet": "The Post", "text": text} for n, text in enumerate(others)]
    path.write_text("".join(json.dumps(record) + "\n" for record in [*copies, *rest]))
    with opened(tmp_path / "home") as room:
        assert room.ingest([path]).count("added") == 305
        ids = [one.passage.article_id for one in room.search("Why is the Tarn bridge closed?", k=10).passages]
        assert {f"other{n}" for n in range(5)} <= set(ids[:10])
        assert any(one.startswith("copy") for one in ids)


def test_no_articles_yet_is_no_fault(tmp_path: Path) -> None:
    home = tmp_path / "home"
    asked = dateline("ask", "Who won?", "--home", home, "--json")
    assert (asked.returncode, object_of(asked)["status"], object_of(asked)["searched"]) == (
        3,
        "no_answer_found",
        0,
    )
    search = dateline("search", "anything", "--home", home)
    assert search.returncode == 3
    assert f"No articles in {home} yet" in search.stderr
    assert object_of(dateline("repair", "--home", home, "--json"))["findings"] == []


def test_a_port_that_is_taken_is_named_with_the_way_out(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        done = dateline("serve", "--no-browser", "--port", port, "--home", tmp_path / "home")
    assert done.returncode == 2
    assert done.stderr == f"port {port}: another server uses it. Name another, as in --port 8600.\n"


def test_weights_that_are_missing_are_said_and_words_are_found(tmp_path: Path) -> None:
    home = tmp_path / "home"
    done = dateline("ingest", stories(tmp_path / "articles", range(2)), "--home", home, "--json")
    assert object_of(done)["added"] == 2
    said = object_of(dateline("search", "word1x2", "--home", home, "--json"))
    assert said["passages"][0]["article_id"] == "a001"
    assert "Keyword search only" in said["warnings"][0]
    assert object_of(dateline("status", "--home", home, "--json"))["mode"] == "keyword search only"


def test_beside_an_app_that_holds_the_indexes_commands_work_and_a_second_app_is_told_the_pid(
    tmp_path: Path,
) -> None:
    home, folder = tmp_path / "home", tmp_path / "articles"
    filled(home, folder, range(2))
    app = child(SERVE, home)
    assert app.stdout is not None
    try:
        assert app.stdout.readline() == "open\n"
        stories(folder, [2])
        assert object_of(dateline("ingest", folder, "--home", home, "--json"))["added"] == 1
        refused = dateline("repair", "--home", home, "--json")
        assert refused.returncode == 1
        assert str(app.pid) in object_of(refused)["error"]["fault"]
        for _ in range(100):
            said = object_of(dateline("search", "word2x3", "--home", home, "--json"))
            if said["total"]:
                break
        assert said["passages"][0]["article_id"] == "a002"
    finally:
        app.communicate(timeout=60)


@pytest.mark.parametrize("gone", ["index", "index/CURRENT", "index/1/words", "index/1/meaning.f32"])
def test_an_index_that_was_deleted_is_built_anew_by_the_next_command(gone: str, tmp_path: Path) -> None:
    home = filled(tmp_path / "home", tmp_path / "articles", range(5))
    path = home / gone
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    with opened(home) as room:
        hit = room.search("word3x2").passages[0]
        assert hit.passage.article_id == "a003"
        assert hit.dense is not None
        whole(room)
    if gone.startswith("index/1/"):
        assert f"built anew: {path.stem}" in (home / "logs" / "dateline.log").read_text()


def test_a_log_that_cannot_be_written_stops_nothing_and_a_long_one_is_begun_anew(tmp_path: Path) -> None:
    write = event_log(tmp_path)
    write("built anew:\n words")
    first = (tmp_path / "logs" / "dateline.log").read_text()
    assert first.endswith(f"Z {os.getpid()} built anew: words\n")
    for _ in range(LOG // len(first) + 2):
        write("built anew: words")
    assert sum(path.stat().st_size for path in (tmp_path / "logs").iterdir()) < 1.2 * LOG
    assert len(list((tmp_path / "logs").iterdir())) == 2
    (tmp_path / "file").write_text("")
    event_log(tmp_path / "file")("built anew: words")
