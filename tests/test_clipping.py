"""Clips: exact words kept with their source, each owner's in their order; exported, no text is more than text."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from rag import clip_sheet, credits, newsroom
from rag.errors import NotKept, ReadOnly, UsageError
from rag.jsonable import as_json, from_json
from rag.kept import Clip
from rag.newsroom import Newsroom
from rag.types import Citation
from tests.fakes.embedder import FakeEmbedder
from tests.test_newsroom import BRIDGE, FERRY, write

MAJA, JON = "user:maja", "user:jon"
HOSTILE = "=cmd() <script>alert(1)</script> [x](javascript:alert(1)) `a` *b* | c\n# not a heading"


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    folder = tmp_path / "articles"
    folder.mkdir()
    write(folder, "bridge", BRIDGE, title="Bridge shut", outlet="The Post", published="2026-10-12")
    write(folder, "ferry", FERRY, title="Ferry times", outlet="The Mail", published="2026-10-14")
    with newsroom.open(tmp_path / "home", embedder=FakeEmbedder()) as opened:
        opened.ingest([folder])
        yield opened


def cited(room: Newsroom, article_id: str, start: int = 0, end: int = 20) -> Citation:
    one = room.article(article_id)
    about = (one.title, one.outlet, one.agency, one.kind, one.published, one.url, one.page)
    return Citation(1, article_id, one.version, *about, start, end, one.text[start:end])


def test_a_clip_holds_the_exact_words_of_the_version_it_was_taken_from(
    room: Newsroom, tmp_path: Path
) -> None:
    clip = room.clip(MAJA, [cited(room, "bridge"), cited(room, "ferry")], text="Both.", mark="in the source")
    write(tmp_path / "articles", "bridge", f"Corrected. {BRIDGE}", title="Bridge shut")
    room.ingest([tmp_path / "articles"])
    room.remove(["ferry"])
    [kept] = room.clips(MAJA)
    assert kept == replace(clip, since=("replaced by a newer version since", "withdrawn or removed since"))
    for one in kept.citations:
        assert room.article(one.article_id, one.version).text[one.start : one.end] == one.quote
    assert from_json(Clip, json.loads(json.dumps(as_json(kept)))) == kept


def test_words_that_do_not_stand_where_they_are_cited_are_not_clipped(room: Newsroom) -> None:
    one = cited(room, "bridge")
    for wrong in (
        replace(one, quote="Something else"),
        replace(one, start=one.start + 1),
        replace(one, version=9),
        replace(one, article_id="nothing"),
        replace(one, start=0, end=0, quote=""),
    ):
        with pytest.raises(UsageError, match="do not stand"):
            room.clip(MAJA, [one, wrong], text="A sentence.")
    with pytest.raises(UsageError, match="cites nothing"):
        room.clip(MAJA, [], text="A sentence.")
    assert room.clips(MAJA) == ()


def test_the_same_words_are_clipped_once(room: Newsroom) -> None:
    one = room.clip(MAJA, [cited(room, "bridge")])
    room.note(MAJA, one.id, "mine")
    assert room.clip(MAJA, [cited(room, "bridge")], mark="verbatim").note == "mine"
    room.clip(MAJA, [cited(room, "bridge")], text="Said otherwise.")
    room.clip(JON, [cited(room, "bridge")])
    assert (len(room.clips(MAJA)), len(room.clips(JON))) == (2, 1)


def test_row_69_another_s_clips_are_not_told_from_none(room: Newsroom) -> None:
    one = room.clip(MAJA, [cited(room, "bridge")])
    said = set()
    for clip_id in (one.id, "nothing", ""):
        for act in (lambda: room.note(JON, clip_id, "x"), lambda: room.move_clip(JON, clip_id, 1)):  # noqa: B023
            with pytest.raises(NotKept) as refused:
                act()
            said.add(str(refused.value))
        assert room.unclip(JON, [clip_id]) == ()
    assert len(said) == 1
    assert room.clips(MAJA) == (one,)


def test_clips_are_moved_taken_out_and_brought_back_in_their_place(room: Newsroom) -> None:
    ids = [room.clip(MAJA, [cited(room, "bridge", 0, end)]).id for end in (10, 20, 30, 40)]
    room.note(MAJA, ids[1], "  keep this  ")

    def order() -> list[int]:
        return [ids.index(one.id) for one in room.clips(MAJA)]

    room.move_clip(MAJA, ids[3], -2)
    assert order() == [0, 3, 1, 2]
    room.move_clip(MAJA, ids[0], -1)
    room.move_clip(MAJA, ids[2], 9)
    assert order() == [0, 3, 1, 2]
    gone = room.unclip(MAJA, [ids[1], ids[0], "nothing"])
    assert order() == [3, 2]
    room.reclip(MAJA, gone)
    room.reclip(MAJA, gone)
    assert order() == [0, 3, 1, 2]
    assert [one.place for one in room.clips(MAJA)] == [0, 1, 2, 3]
    assert room.clips(MAJA)[2].note == "keep this"


def test_a_note_has_its_limit_and_a_read_only_home_keeps_nothing(room: Newsroom) -> None:
    one = room.clip(MAJA, [cited(room, "bridge")])
    with pytest.raises(UsageError, match="5,001 characters"):
        room.note(MAJA, one.id, "x" * 5001)
    room.catalog.read_only = True
    for act in (
        lambda: room.clip(MAJA, [cited(room, "ferry")]),
        lambda: room.unclip(MAJA, [one.id]),
        lambda: room.note(MAJA, one.id, "x"),
        lambda: room.move_clip(MAJA, one.id, 1),
    ):
        with pytest.raises(ReadOnly):
            act()
    assert room.clips(MAJA) == (one,)


def hostile() -> Clip:
    place = Citation(
        1, "a", 2, HOSTILE, HOSTILE, None, "opinion", "2026-11-12T09:00:00+01:00",
        "https://post.example/a?b=1&c=<d>", "3", 4, 9, HOSTILE,
    )  # fmt: skip
    other = replace(place, number=2, url="javascript:alert(1)", kind=None, published=None, page=None)
    about = {"question": HOSTILE, "note": f"{HOSTILE}\nsecond line"}
    return Clip(
        "i", "2026-11-20T00:00:00Z", None, "verbatim", (place, other), since=(None, "removed since"), **about
    )


def test_row_50_no_text_of_a_clip_becomes_a_formula() -> None:
    rows = list(csv.DictReader(io.StringIO(clip_sheet.as_csv([hostile()]))))
    assert len(rows) == 2
    assert all(
        not (cell or "").lstrip(" ").startswith(("=", "+", "-", "@")) for row in rows for cell in row.values()
    )
    assert (rows[0]["article id"], rows[0]["version"], rows[0]["start"], rows[0]["end"]) == (
        "a",
        "2",
        "4",
        "9",
    )
    assert [row["since"] for row in rows] == ["", "removed since"]


def test_no_text_of_a_clip_becomes_html() -> None:
    page = clip_sheet.as_html([hostile()])
    assert "<script" not in page
    assert "default-src 'none'" in page
    assert re.findall(r'href="([^"]*)"', page) == ["https://post.example/a?b=1&amp;c=&lt;d&gt;"]


def test_no_text_of_a_clip_becomes_markdown() -> None:
    text = clip_sheet.as_markdown([hostile(), replace(hostile(), text="- 12. is no list")])
    assert "<script" not in text.replace("\\<", "")
    assert "\\[x\\](javascript" in text
    assert [line for line in text.splitlines() if line.startswith("#")] == ["# Clips"]
    assert "> \\- 12. is no list" in text
    assert "<https://post.example/a?b=1&c=%3Cd%3E>" in text
    assert "<javascript" not in text


def test_a_credit_names_outlet_date_with_its_year_headline_kind_and_page() -> None:
    assert credits.of(replace(hostile().citations[0], outlet="The Post", title="Shut")) == (
        "The Post, 12 Nov 2026, “Shut”, opinion, page 3"
    )
    assert credits.credit(None, None, None, "report", None) == "outlet not stated, undated, no headline"
    assert [credits.day(one) for one in ("2026", "2026-02", "soon", "2026-13-01")] == [
        "2026",
        "Feb 2026",
        "soon",
        "2026-13-01",
    ]
