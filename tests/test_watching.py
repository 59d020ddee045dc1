"""Watched questions: asked again as the library grows, told only when their sentences or sources change."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rag import newsroom
from rag.cli import app
from rag.errors import LibraryError, NotKept, UsageError
from rag.newsroom import Newsroom
from rag.types import Scope
from tests.fakes.embedder import FakeEmbedder
from tests.fakes.homes import wait_for
from tests.test_newsroom import BRIDGE, FERRY, write

ME, JON = "user:maja", "user:jon"
QUESTION = "Why did engineers close the Marden bridge?"
AGAIN = "The engineers closed the Marden bridge for a second time, since salt had eaten into its bearings."
FILLED = (
    "Whisk three eggs with sugar until pale.",
    FERRY,
    "The mayor of Aldby will not stand again, she said.",
)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    with newsroom.open(tmp_path / "home", embedder=FakeEmbedder()) as opened:
        fill(opened, tmp_path)
        yield opened


def fill(room: Newsroom, folder: Path) -> None:
    """The bridge's article, and others beside it."""
    others = [write(folder, f"other{at}", text, title=f"Other {at}") for at, text in enumerate(FILLED)]
    room.ingest([*others, write(folder, "bridge", BRIDGE, title="Bridge shut", outlet="The Post")])


def test_it_is_told_only_when_sentences_or_sources_change(room: Newsroom, tmp_path: Path) -> None:
    watched = room.watch(QUESTION, ME)
    assert BRIDGE in [one.text for one in watched.answer.sentences]
    assert room.run_watches().asked == 0  # the library is as it was
    room.ingest([write(tmp_path, "cake", "Bake the cake for an hour.", title="Cake")])
    same = room.run_watches()
    assert (same.asked, same.changes) == (1, ())
    assert room.run_watches().asked == 0
    room.ingest([write(tmp_path, "again", AGAIN, title="Shut again", outlet="The Mail")])
    [change] = room.run_watches().changes
    assert change.came == (AGAIN,)
    assert change.went == ()
    assert [one.article_id for one in change.sources_came] == ["again"]
    assert (change.before, change.after, change.question) == ("answered", "answered", QUESTION)
    assert room.changes(ME) == (change,)
    assert [one.news for one in room.watched(ME)] == [1]
    assert room.run_watches().changes == ()
    room.remove(["again"])
    [back] = room.run_watches().changes
    assert (back.came, back.went) == ((), (AGAIN,))
    assert [one.article_id for one in back.sources_went] == ["again"]
    room.see_changes(ME, [change.number])
    assert [one.number for one in room.changes(ME)] == [back.number]
    room.see_changes(ME)
    assert room.changes(ME) == ()
    assert len(room.changes(ME, only_unseen=False)) == 2


def test_a_question_that_found_nothing_is_told_once_it_is_answered(room: Newsroom, tmp_path: Path) -> None:
    watched = room.watch("How often does the ferry sail?", ME, Scope(outlets=("The Mail",)))
    assert watched.answer.status == "no_answer_found"
    room.ingest([write(tmp_path, "ferry", FERRY, title="Ferry", outlet="The Mail")])
    [change] = room.run_watches().changes
    assert (change.before, change.after != "no_answer_found") == ("no_answer_found", True)
    assert [one.article_id for one in change.sources_came] == ["ferry"]


def test_every_owner_has_their_own(room: Newsroom) -> None:
    one = room.watch(QUESTION, ME)
    with pytest.raises(UsageError, match="already"):
        room.watch(QUESTION, ME)
    room.watch(QUESTION, ME, Scope(outlets=("The Post",)))
    room.watch(QUESTION, JON)
    assert len(room.watched(ME)) == 2
    with pytest.raises(NotKept):
        room.unwatch(JON, [one.number])
    room.unwatch(ME, [one.number])
    assert [each.scope.outlets for each in room.watched(ME)] == [("The Post",)]
    assert len(room.watched(JON)) == 1


def test_who_watches_is_told_only_what_they_may_read(room: Newsroom, tmp_path: Path) -> None:
    room.open_to("Desk", ["desk"])
    room.watch(QUESTION, ME, groups=["sports"])
    room.watch(QUESTION, JON, groups=["desk"])
    room.ingest([write(tmp_path, "leak", AGAIN, title="Leak", outlet="The Desk")], collection="Desk")
    told = room.run_watches()
    assert (told.asked, len(told.changes)) == (2, 1)
    assert room.changes(ME) == ()
    assert [one.came for one in room.changes(JON)] == [(AGAIN,)]
    assert room.seen_by(["sports"]).changes(JON) == ()
    assert room.seen_by(["sports"]).watched(JON) == ()
    assert room.seen_by(["sports"]).run_watches(ME).asked == 0
    with pytest.raises(UsageError):
        room.seen_by(["sports"]).run_watches()


def test_what_cannot_be_asked_is_told_and_tried_again(
    room: Newsroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.watch(QUESTION, ME)
    room.ingest([write(tmp_path, "again", AGAIN, title="Shut again")])

    def fails(*_args: object, **_flags: object) -> None:
        raise LibraryError("the disk", "it went away")

    with monkeypatch.context() as broken:
        broken.setattr(Newsroom, "ask_stream", fails)
        assert room.run_watches().faults == (f"{QUESTION}: the disk: it went away.",)
    assert "it went away" in str(room.watched(ME)[0].fault)
    assert len(room.run_watches().changes) == 1
    assert room.watched(ME)[0].fault is None


def test_the_app_asks_again_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(newsroom, "WATCH_PAUSE", 0.0)
    with newsroom.open(tmp_path / "home", embedder=FakeEmbedder(), serve=True) as served:
        fill(served, tmp_path)
        served.watch(QUESTION, ME)
        served.ingest([write(tmp_path, "again", AGAIN, title="Shut again")])
        wait_for(lambda: bool(served.changes(ME)))
        assert served.changes(ME)[0].came == (AGAIN,)


def test_what_is_erased_goes_out_of_what_is_watched(room: Newsroom, tmp_path: Path) -> None:
    room.watch(QUESTION, ME)
    room.ingest([write(tmp_path, "again", AGAIN, title="Shut again")])
    room.run_watches()
    receipt = room.erase(["again"])
    assert ("answers of watched questions", 2) in receipt.done
    data = b"".join(path.read_bytes() for path in room.home.rglob("*") if path.is_file())
    assert b"salt had eaten into its bearings" not in data
    assert room.changes(ME)[0].came == ("[erased]",)


def test_the_commands_add_list_run_and_remove(tmp_path: Path) -> None:
    run, home = CliRunner(), ["--home", str(tmp_path / "home")]
    with newsroom.open(tmp_path / "home", embedder=FakeEmbedder()) as filled:
        fill(filled, tmp_path)
    added = json.loads(run.invoke(app, ["watch", "add", QUESTION, "--json", *home]).stdout)
    assert (added["number"], added["answer"]["status"]) == (1, "answered")
    assert run.invoke(app, ["watch", "run", *home]).stdout == ""
    run.invoke(app, ["ingest", str(write(tmp_path, "again", AGAIN, title="Shut again")), *home])
    told = run.invoke(app, ["watch", "run", *home])
    assert told.exit_code == 0
    assert "+ The engineers closed the Marden bridge for a second time" in " ".join(told.stdout.split())
    assert json.loads(run.invoke(app, ["watch", "run", "--json", *home]).stdout)["changes"] == []
    assert QUESTION in run.invoke(app, ["watch", "list", *home]).stdout
    assert run.invoke(app, ["watch", "remove", "1", *home]).exit_code == 0
    assert run.invoke(app, ["watch", "list", *home]).exit_code == 3
    assert isinstance(run.invoke(app, ["watch", "remove", "1", *home]).exception, NotKept)
