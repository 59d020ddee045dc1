"""Repairs by hand: every index follows, what comes later keeps them, the file's own record stays, and all is undone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rag import newsroom
from rag.cli import app
from rag.errors import UsageError
from rag.library import mending
from rag.library.ledger import now
from rag.library.repair import check
from rag.mends import Mend
from rag.newsroom import Newsroom
from rag.state import Sift
from rag.types import Scope
from tests.fakes.embedder import FakeEmbedder
from tests.test_newsroom import BRIDGE, FERRY, found, write

MERGE = Mend((("outlet", "The Gazette"),), merge=("Gazette", "gazette.example"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "articles"
    path.mkdir()
    write(path, "bridge", BRIDGE, title="Bridge shut", outlet="gazette.example", published="2026-10-12")
    write(path, "ferry", FERRY, title="Ferry times", outlet="The Gazette", published="2026-10-14")
    return path


@pytest.fixture
def room(tmp_path: Path, folder: Path) -> Iterator[Newsroom]:
    with newsroom.open(tmp_path / "home", embedder=FakeEmbedder(), serve=True) as opened:
        opened.ingest([folder])
        yield opened


def outlets(room: Newsroom) -> dict[str | None, int]:
    return {one.name: one.articles for one in room.counts().outlets}


def test_a_merge_is_seen_first_and_followed_by_every_index(room: Newsroom) -> None:
    with pytest.raises(UsageError, match="no article is of it"):
        room.mend_preview(MERGE)
    merge = Mend(MERGE.fields, merge=("GAZETTE.example",))
    room.search(
        "bridge", Scope(outlets=("gazette.example",))
    )  # kept in memory, and right afterwards all the same
    seen = room.mend_preview(merge)
    assert (seen.articles, seen.same) == (1, 0)
    assert seen.rows[0].changes == (("outlet", "gazette.example", "The Gazette"),)
    assert outlets(room) == {"gazette.example": 1, "The Gazette": 1}
    room.mend(merge, who="ana")
    assert outlets(room) == {"The Gazette": 2}
    result = room.search("bridge", Scope(outlets=("The Gazette",)))
    assert {one.outlet for one in result.passages} == {"The Gazette"}
    assert "bridge" in {one.passage.article_id for one in result.passages}
    exact = room.search("outlet:gazette AND bridge")
    assert exact.articles == 1
    cited = room.ask("Which bridge is shut?").citations
    assert all(one.outlet == "The Gazette" for one in cited)
    room.indexes.follower.catch_up()  # type: ignore[union-attr]
    assert check(room.catalog, room.home, room.indexes) == []
    [set_by_hand] = room.set_by_hand(room.article("bridge"))
    assert (set_by_hand.field, set_by_hand.stated, set_by_hand.now) == (
        "outlet",
        "gazette.example",
        "The Gazette",
    )
    assert not room.set_by_hand(room.article("ferry"))


def test_a_merge_holds_for_the_same_file_for_new_versions_and_for_new_articles(
    room: Newsroom, folder: Path
) -> None:
    made = room.mend(Mend(MERGE.fields, merge=("gazette.example",)))
    assert room.ingest([folder]).count("unchanged") == 2
    write(folder, "bridge", BRIDGE + " It opens at noon.", title="Bridge shut", outlet="gazette.example")
    write(folder, "tram", "The tram stops at nine in Marden.", title="Tram", outlet="Gazette.example")
    report = room.ingest([folder])
    assert (report.count("changed"), report.count("added"), report.count("unchanged")) == (1, 1, 1)
    assert outlets(room) == {"The Gazette": 3}
    assert room.mends()[0].articles == 2
    room.undo_mend(made.id)
    assert outlets(room) == {"gazette.example": 1, "Gazette.example": 1, "The Gazette": 1}
    assert not room.set_by_hand(room.article("tram"))
    assert room.ingest([folder]).count("unchanged") == 3


def test_a_date_set_by_hand_is_the_date_of_every_scope_until_it_is_undone(room: Newsroom) -> None:
    inside = Scope(from_="2024-03-01", to="2024-03-31")
    assert room.counts(inside).articles == 0
    room.mend(Mend((("published", "11 March 2024"), ("kind", "opinion")), ids=("bridge",)))
    assert room.counts(inside).articles == 1
    assert set(found(room, "bridge", inside)) == {"bridge"}
    assert (room.article("bridge").published, room.article("bridge").kind) == ("2024-03-11", "opinion")
    room.undo_mend()
    assert room.counts(inside).articles == 0
    assert (room.article("bridge").published, room.article("bridge").kind) == ("2026-10-12", None)
    with pytest.raises(UsageError, match="no repair is in force"):
        room.undo_mend()


def test_an_earlier_repair_is_undone_under_a_later_one_which_stays(room: Newsroom) -> None:
    first = room.mend(Mend((("outlet", "Post"), ("published", "2024")), sift=Sift(title="bridge")))
    room.mend(Mend((("outlet", "Mail"),), ids=("bridge", "ferry")))
    undone = room.undo_mend(first.id)
    assert undone.warnings == ("1 of its articles were set again by repair 2: that stays.",)
    assert (room.article("bridge").outlet, room.article("bridge").published) == ("Mail", "2026-10-12")
    with pytest.raises(UsageError, match="it was undone"):
        room.undo_mend(first.id)
    room.undo_mend()
    assert (room.article("bridge").outlet, room.article("ferry").outlet) == ("gazette.example", "The Gazette")


def test_a_merge_that_another_repair_kept_away_holds_once_that_is_undone_and_goes_with_its_own_undo(
    room: Newsroom,
) -> None:
    hidden = room.mend(Mend((("outlet", "Post"),), ids=("bridge",)))
    write_name = Mend((("outlet", "Herald"),), merge=("The Gazette", "gazette.example"))
    with pytest.raises(UsageError):
        room.mend(write_name)
    room.mend(Mend((("outlet", "gazette.example"),), ids=("ferry",)))
    merge = room.mend(Mend((("outlet", "Herald"),), merge=("gazette.example",)))
    room.undo_mend(hidden.id)
    assert room.article("bridge").outlet == "Herald"
    room.undo_mend(merge.id)
    assert room.article("bridge").outlet == "gazette.example"


def test_the_same_text_from_elsewhere_is_a_duplicate_before_and_after_a_repair(
    room: Newsroom, folder: Path
) -> None:
    write(folder, "twin", BRIDGE, title="Bridge shut", outlet="gazette.example", published="2026-10-12")
    assert room.ingest([folder]).count("duplicate") == 1
    room.mend(Mend((("published", "2024-03-11"), ("outlet", "Post")), ids=("bridge",)))
    assert room.ingest([folder]).count("added") == 0
    assert room.listing().held == 2


def test_what_cannot_be_set_is_refused_with_a_sentence(room: Newsroom) -> None:
    for mend, fault in (
        (Mend((("published", "2031-01-01"),), ids=("bridge",)), "later than tomorrow"),
        (Mend((("published", "soon"),), ids=("bridge",)), "no readable date"),
        (Mend((("kind", "poem"),), ids=("bridge",)), "there is no 'poem'"),
        (Mend((("title", "x"),), ids=("bridge",)), "there is no field 'title'"),
        (Mend((("outlet", "x"),), ids=("nobody",)), "there is no such article"),
        (Mend((("outlet", "x"),)), "for no article"),
        (Mend((), ids=("bridge",)), "sets nothing"),
    ):
        with pytest.raises(UsageError, match=fault):
            room.mend(mend)
    assert room.mends() == ()


def test_what_a_killed_repair_left_over_is_done_at_the_next_start(tmp_path: Path, room: Newsroom) -> None:
    made = room.mend(Mend((("outlet", "Post"),), ids=("bridge", "ferry")))
    with room.catalog.writing() as connection:  # undone, and killed before any article followed
        values = {"undone": now(), "pending": 1}
        connection.execute(mending.mendings.update().where(mending.m.id == made.id).values(**values))
    assert room.mends()[0].pending
    room.settle()
    assert not room.mends()[0].pending
    assert (room.article("bridge").outlet, room.article("ferry").outlet) == ("gazette.example", "The Gazette")


def test_the_command_line_repairs_lists_and_undoes(tmp_path: Path, folder: Path) -> None:
    home, run = str(tmp_path / "other"), CliRunner()

    def said(*args: str) -> dict[str, object]:
        done = run.invoke(app, [*args, "--home", home, "--json"], catch_exceptions=False)
        return json.loads(done.stdout)  # type: ignore[no-any-return]

    said("ingest", str(folder))
    merge = ("mend", "--merge", "gazette.example", "--set", "outlet=The Gazette")
    assert said(*merge, "--plan")["articles"] == 1
    assert said("mends")["mends"] == []
    assert said(*merge)["articles"] == 1
    hand = said("show", "bridge")["set_by_hand"]
    assert hand == [{"field": "outlet", "stated": "gazette.example", "now": "The Gazette", "mendings": [1]}]
    shown = run.invoke(app, ["show", "bridge", "--home", home])
    assert "the file states gazette.example" in shown.stdout
    assert said("mend", "--title", "ferry", "--set", "date=2024-03")["articles"] == 1
    assert said("show", "ferry")["published"] == "2024-03"
    assert said("undo")["id"] == 2
    assert said("undo", "1")["undone"]
    assert said("show", "bridge")["outlet"] == "gazette.example"
