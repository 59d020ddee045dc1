"""Beats: what is briefed on again and again, its names first, and only what is new since the last briefing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rag import brief_sheet, credits, newsroom, settings
from rag.briefed import Beat
from rag.errors import UsageError
from rag.newsroom import Newsroom
from rag.types import Scope
from tests.fakes.embedder import FakeEmbedder
from tests.test_cli import run
from tests.test_newsroom import write

__all__ = ["run"]

BRIDGE = "The St. Orrin Bridge was closed to lorries after engineers found 14 cracks in its steel."
FERRY = "The ferry Otter sank off Brunnhaven. All 41 passengers were saved, the coast guard said."


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    told = settings.load(home=tmp_path / "home", today="2026-10-16")
    with newsroom.open(tmp_path / "home", settings=told, embedder=FakeEmbedder()) as opened:
        yield opened


def test_a_beat_tells_of_its_names_first_and_only_what_is_new_since_its_last_briefing(
    room: Newsroom, tmp_path: Path
) -> None:
    folder = tmp_path / "beat"
    folder.mkdir()
    about = {"outlet": "The Post", "published": "2026-10-14"}
    write(folder, "bridge", f"{BRIDGE} Marit Engelund called it a scandal.", title="Bridge shut", **about)
    write(folder, "ferry", FERRY, title="Ferry lost", **about)
    write(folder, "column", "Marit Engelund should go.", title="Go", kind="opinion", **about)
    room.ingest([folder])
    beat = room.keep_beat(
        Beat(" The  bridge ", None, Scope(), "morning-note", None, 7, ("Marit Engelund",)), "me"
    )
    assert [one.name for one in room.beats()] == ["The bridge"] == [beat.name]
    first = room.brief(beat="the bridge")
    room.keep_briefing(first, "me")
    assert (first.nothing, first.changes, first.beat) == (None, None, "The bridge")
    assert [(voice.speaker, voice.sentences[0].text) for voice in first.about] == [
        ("Marit Engelund", "Marit Engelund called it a scandal."),
        ("Marit Engelund, in opinion or letters", "Marit Engelund should go."),
    ]
    assert next(iter(brief_sheet.lines(first))).heading == "About us"
    again = room.brief(beat="The bridge")
    assert again.nothing == f"Nothing significant since {first.at[11:16]} UTC on {credits.day(first.at)}."
    assert (again.about, again.in_brief) == ((), ())
    assert again.nothing in brief_sheet.as_bytes("md", again).decode()
    write(
        folder,
        "copy",
        f"{BRIDGE} Marit Engelund called it a scandal.",
        title="Bridge shut",
        outlet="The Mail",
    )
    write(folder, "fire", "A fire destroyed the town hall of Skell on Wednesday.", title="Fire", **about)
    room.ingest([folder])
    later = room.brief(beat="The bridge")
    assert later.nothing is None
    assert [story.headline for story in later.stories if story.told] == ["Fire"]
    [change, *_] = later.changes or ()
    assert (change.kind, change.headline) == ("new", "Fire")
    room.forget_beat("the bridge")
    with pytest.raises(UsageError, match="there is none"):
        room.brief(beat="the bridge")


@pytest.mark.parametrize(
    ("beat", "fault"),
    [
        (Beat(" ", None, Scope(), "morning-note", None, 7), "its name is empty"),
        (Beat("b", None, Scope(), "evening-note", None, 7), "there is none"),
        (Beat("b", None, Scope(), "morning-note", 20, 7), "not between"),
        (Beat("b", None, Scope(), "morning-note", None, 700), "not 1 to 366"),
        (Beat("b", None, Scope(), "morning-note", None, 7, ("x" * 90,)), "at most 20 of 80 characters"),
    ],
)
def test_a_beat_that_cannot_be_is_refused_with_why(room: Newsroom, beat: Beat, fault: str) -> None:
    with pytest.raises(UsageError, match=fault):
        room.keep_beat(beat, "me")
    assert room.beats() == ()


def test_a_beat_is_kept_briefed_on_listed_and_removed_on_the_command_line(tmp_path: Path, run: Any) -> None:
    text = "The St. Orrin Bridge was closed after engineers found 14 cracks."
    run("ingest", str(write(tmp_path, "bridge", text, title="Bridge shut", published="2026-10-14")))
    assert run("beat", "list").code == 3
    made = run("beat", "add", "Bridge", "--topic", "St. Orrin Bridge", "--watch", "Orrin", "--days", "0")
    assert "Bridge  St. Orrin Bridge; watching Orrin" in made.out
    done = run("brief", "--beat", "bridge", "--json")
    assert (done.code, done.json["about"][0]["speaker"]) == (0, "Orrin")
    again = run("brief", "--beat", "bridge")
    assert again.code == 0
    assert "Nothing significant since" in again.out
    assert run("brief", "--beat", "bridge", "--topic", "x").code == 2
    assert run("beat", "remove", "Bridge").code == 0
