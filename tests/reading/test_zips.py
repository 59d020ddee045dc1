"""A zip of articles: read entry by entry within limits, every refusal one sentence."""

from __future__ import annotations

import io
import os
import stat
import struct
import subprocess
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from rag import newsroom
from rag.reading import Read, count_files, read_bytes, read_paths, zips
from tests.fakes.embedder import FakeEmbedder

TODAY = date(2026, 11, 22)
STORY = "Ferry sinks\n\nThe ferry Solveig sank at her moorings in Brattvik on Monday."


def packed(*entries: tuple[str | zipfile.ZipInfo, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return made.getvalue()


def of(data: bytes) -> list[Read]:
    return list(read_bytes("stories.zip", data, today=TODAY))


def reasons(data: bytes) -> list[str | None]:
    return [one.reason for one in of(data)]


def test_each_entry_is_an_article_named_by_its_place_in_the_archive() -> None:
    record = '{"id": "b", "title": "Otters", "text": "Otters return to the Lunde river."}'
    read = of(packed(("ferry.txt", STORY), ("deep/er/otters.json", record)))
    assert [(one.source, one.article and one.article.title) for one in read] == [
        ("stories.zip/ferry.txt", "Ferry sinks"),
        ("stories.zip/deep/er/otters.json", "Otters"),
    ]


def test_a_zip_is_known_by_its_content_whatever_it_is_called() -> None:
    assert [
        one.article is not None for one in read_bytes("x.dat", packed(("a.txt", STORY)), today=TODAY)
    ] == [True]


def test_a_bad_entry_is_a_row_and_the_others_are_read() -> None:
    read = of(packed(("a.txt", STORY), ("empty.txt", ""), ("b.txt", STORY + " Twice.")))
    assert [one.article is not None for one in read] == [True, False, True]
    assert read[1].reason == "an empty file"


def test_what_a_system_put_in_and_readmes_are_passed_over() -> None:
    read = of(packed(("__MACOSX/._a.txt", "x"), (".DS_Store", "x"), ("README.md", "x"), ("style.css", "p{}")))
    assert [(one.skipped, one.article) for one in read] == [(True, None)] * 4


@pytest.mark.parametrize(
    "name", ["../evil.txt", "a/../../evil.txt", "/etc/evil.txt", "C:/evil.txt", "..\\evil.txt"]
)
def test_a_name_that_leads_out_of_the_archive_is_refused(name: str) -> None:
    assert reasons(packed((name, STORY))) == [
        "its name leads out of the archive. Make the archive again, from inside one folder."
    ]


def test_a_link_is_refused() -> None:
    link = zipfile.ZipInfo("link.txt")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    assert reasons(packed((link, "/etc/passwd"))) == [
        "a link, and links in an archive are not followed. Put in the file itself."
    ]


def test_an_archive_inside_an_archive_is_refused() -> None:
    assert reasons(packed(("inner.zip", packed(("a.txt", STORY))))) == [
        "an archive inside an archive is not opened. Unpack it, and name its files."
    ]


def test_an_encrypted_entry_is_refused() -> None:
    data = bytearray(packed(("a.txt", STORY)))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        struct.pack_into("<H", data, data.index(mark) + at, 1)
    assert reasons(bytes(data)) == ["it is encrypted. Make the archive without a password."]


def test_an_entry_packed_in_an_unusual_way_is_refused() -> None:
    assert reasons(packed(("a.txt", STORY), method=zipfile.ZIP_LZMA)) == [
        "it is packed in a way that is not read. Make the archive the usual way (deflate)."
    ]


def test_a_bomb_is_refused_by_its_ratio_before_it_is_unpacked() -> None:
    [reason] = reasons(packed(("bomb.txt", b"0" * 30_000_000)))
    assert (
        reason
        == "it unpacks to over 100 times its size, as no archive of articles does. Unpack it, and name the files."
    )


def test_one_entry_with_such_a_ratio_is_refused_among_others(monkeypatch: pytest.MonkeyPatch) -> None:
    noise = zipfile.ZipInfo("noise.bin")  # stored, so that the archive as a whole has an honest ratio
    data = packed(("bomb.txt", b"0" * 3_000_000), (noise, bytes(range(256)) * 400), ("a.txt", STORY))
    assert (
        reasons(data)[0]
        == "it unpacks to over 100 times its size, as no article does. Put in the file itself."
    )
    assert of(data)[2].article is not None


def test_the_limits_of_entries_sizes_and_total_each_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    three = packed(("a.txt", STORY), ("b.txt", STORY), ("c.txt", STORY))
    monkeypatch.setattr(zips, "ENTRIES", 2)
    assert reasons(three) == [
        "an archive may have 2 entries, and this one has more. Split it into several archives."
    ]
    monkeypatch.setattr(zips, "ENTRIES", 3)
    monkeypatch.setattr(zips, "TOTAL", 100)
    assert reasons(three) == [
        "0.0 MB unpacked, and an archive may have 0.0 MB. Split it into several archives."
    ]
    monkeypatch.setattr(zips, "TOTAL", 10_000)
    monkeypatch.setattr(zips, "ENTRY", 20)
    assert [one and one.endswith("and one entry may have 0.0 MB. Split it.") for one in reasons(three)] == [
        True
    ] * 3


def test_a_hundred_thousand_entries_are_refused_without_listing_them() -> None:
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0, 0)
    [reason] = reasons(packed(("a.txt", STORY)) + end)
    assert reason is not None
    assert reason.startswith("an archive may have 10,000 entries")


@pytest.mark.parametrize("cut", [0.3, 0.9])
def test_an_archive_cut_short_is_told(cut: float) -> None:
    data = packed(("a.txt", STORY * 50), ("b.txt", STORY * 20))
    assert reasons(data[: int(len(data) * cut)]) == [
        "a zip archive that is damaged or cut short. Make it again."
    ]


def test_a_flipped_byte_spoils_one_entry_only() -> None:
    data = bytearray(packed(("a.txt", STORY * 50), ("b.txt", STORY)))
    data[60] ^= 0xFF
    read = of(bytes(data))
    assert read[0].reason == "it is damaged inside the archive. Make the archive again."
    assert read[1].article is not None


def test_an_empty_archive_is_told() -> None:
    assert reasons(packed()) == ["an archive with nothing in it"]


def test_a_zip_in_a_folder_keeps_the_ids_of_its_articles_from_run_to_run(tmp_path: Path) -> None:
    (tmp_path / "stories.zip").write_bytes(packed(("a.txt", STORY), ("b.txt", STORY + " Twice.")))
    first, again = (
        [one.article and one.article.id for one in read_paths([tmp_path], today=TODAY)] for _ in range(2)
    )
    assert first == again
    assert len({*first}) == 2


def test_a_plan_counts_what_an_archive_unpacks_to(tmp_path: Path) -> None:
    (tmp_path / "stories.zip").write_bytes(packed(("a.txt", STORY * 40)))
    assert count_files([tmp_path]) == (1, len(STORY) * 40)


def test_an_archive_that_takes_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zips, "SECONDS", 0.001)
    assert reasons(packed(("a.txt", STORY))) == [
        "it takes longer than 0.001 s to unpack. Unpack it, and name the files."
    ]


def test_an_entry_that_takes_too_much_memory_is_refused_and_the_others_are_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(zips, "RATIO", 10_000)
    monkeypatch.setattr(zips, "MEMORY", 80_000_000)
    read = of(packed(("large.txt", b"0" * 48_000_000), ("a.txt", STORY)))
    assert read[0].reason == "it takes too much memory to unpack. Put in the file itself."
    assert read[1].article is not None


def test_an_archive_whose_child_dies_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zips, "_CHILD", "raise SystemExit(1)")
    assert reasons(packed(("a.txt", STORY))) == [
        "it takes more memory or time than it may to unpack. Unpack it, and name the files."
    ]


def test_an_archive_of_which_only_some_is_read_leaves_no_process_behind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    started: list[subprocess.Popen[bytes]] = []

    class Recorded(subprocess.Popen[bytes]):
        def __init__(self, *command: Any, **more: Any) -> None:
            super().__init__(*command, **more)
            started.append(self)

    monkeypatch.setattr(subprocess, "Popen", Recorded)
    data = packed(*((f"{number}.txt", os.urandom(100_000).hex()) for number in range(20)))
    reads = read_bytes("stories.zip", data, today=TODAY)
    assert next(reads).article is not None
    assert [one.poll() for one in started] == [None]
    reads.close()  # type: ignore[attr-defined]
    assert started[0].returncode is not None


def test_row_59_hostile_archives_are_refused_each_with_a_sentence_and_the_rest_of_the_drop_goes_on(
    tmp_path: Path,
) -> None:
    link = zipfile.ZipInfo("link.txt")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    locked = bytearray(packed(("a.txt", STORY)))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        struct.pack_into("<H", locked, locked.index(mark) + at, 1)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0, 0)
    within = packed(("a.txt", STORY))
    for _ in range(5):  # as one that holds itself: never looked into
        within = packed(("r/r.zip", within))
    hostile = {
        "bomb": (packed(("bomb.txt", b"0" * 20_000_000)), "unpacks to over 100 times its size"),
        "entries": (packed(("a.txt", STORY)) + end, "may have 10,000 entries"),
        "itself": (within, "an archive inside an archive is not opened"),
        "slip": (packed(("../../a.txt", STORY)), "leads out of the archive"),
        "absolute": (packed(("/etc/a.txt", STORY)), "leads out of the archive"),
        "link": (packed((link, "/etc/passwd")), "links in an archive are not followed"),
        "locked": (bytes(locked), "it is encrypted"),
    }
    with newsroom.open(tmp_path / "home", embedder=FakeEmbedder()) as room:
        drop = [(f"{name}.zip", data) for name, (data, _) in hostile.items()]
        report = room.add([*drop, ("good.zip", packed(("ferry.txt", STORY)))])
        assert [item.status for item in report.items] == ["failed"] * len(hostile) + ["added"]
        for item, (_, said) in zip(report.items, hostile.values(), strict=False):
            assert said in str(item.reason)
        assert not (tmp_path / "a.txt").exists()
        assert len(room.listing().rows) == 1
