"""Imports taken back: the library is as if they had never been made, in any order, killed or not."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rag import newsroom
from rag.cli import app
from rag.errors import UsageError
from rag.imports import Started
from rag.library import undoing
from rag.library.repair import check
from rag.mends import Mend
from rag.newsroom import Newsroom
from rag.ruled import Rule
from rag.state import Pasted
from tests.fakes.embedder import FakeEmbedder
from tests.test_newsroom import BRIDGE, FERRY, found, write

MAYOR = "The mayor of Marden will not stand again, she said."
HARBOUR = "Dredging of the harbour began at Little Holm, the port authority said on Friday."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "articles"
    path.mkdir()
    return path


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    with newsroom.open(tmp_path / "home", embedder=FakeEmbedder()) as opened:
        yield opened


def usable(room: Newsroom) -> dict[str, tuple[str, str | None, str | None, tuple[str, ...]]]:
    rows = [row for row in room.listing(size=500).rows if row.status == "usable"]
    held = {row.article_id: room.article(row.article_id) for row in rows}
    return {one: (a.text.strip(), a.title, a.outlet, a.collections) for one, a in held.items()}


def faults(room: Newsroom) -> list[str]:
    found = check(room.catalog, room.home, room.indexes)
    return [
        one.fault for one in found if "of texts that have gone" not in one.fault
    ]  # that is only room to save


def ingest(room: Newsroom, *paths: Path, **named: object) -> int:
    number = room.ingest(paths, **named).import_id  # type: ignore[arg-type]
    assert number is not None
    return number


def test_an_import_says_who_made_it_of_what_by_which_rules_and_what_became_of_it(
    room: Newsroom, folder: Path
) -> None:
    write(folder, "bridge", BRIDGE, title="Bridge shut")
    (folder / "broken.json").write_text("{")
    rule = Rule("post", "name: * => outlet=The Post")
    number = ingest(room, folder, by=Started("ana", "articles/"), rules=[rule])
    one, items = room.import_items(number)
    assert (one.who, one.what, one.rules) == ("ana", "articles/", ("post: name: * => outlet=The Post",))
    assert one.counts == (("added", 1), ("failed", 1))
    assert one.ended and not one.undone
    assert {(item.status, item.article_id) for item in items} == {("added", "bridge"), ("failed", None)}
    room.add([("ferry.txt", f"Ferry times\n\n{FERRY}".encode())])
    room.add_pasted(f"Harbour\n\n{HARBOUR}", Pasted(title="Harbour"))
    assert [made.what for made in room.imports()] == ["a pasted story", "ferry.txt", "articles/"]


def test_what_an_import_added_is_taken_out_and_what_it_changed_is_as_before(
    room: Newsroom, folder: Path
) -> None:
    write(folder, "bridge", BRIDGE, title="Bridge shut", outlet="The Post")
    first = ingest(room, folder)
    before = usable(room)
    write(folder, "bridge", BRIDGE + " It stays shut.", title="Bridge stays shut", outlet="Wrong")
    write(folder, "ferry", FERRY, title="Ferry times")
    second = ingest(room, folder, collection="harbour")
    after = usable(room)
    assert after["bridge"][3] == ("harbour",)
    done = room.undo_import(second)
    assert usable(room) == before
    assert done.warnings == ("1 article taken out.", "1 article at the version before again.")
    assert found(room, "ferry")[:1] != ["ferry"]
    assert room.status().meaning == 1.0  # nothing waits to be embedded again
    assert not faults(room)
    with pytest.raises(UsageError, match="it was undone at"):
        room.undo_import(second)
    assert room.redo_import(second).warnings == ("2 articles as the import had left them again.",)
    assert usable(room) == after
    assert not faults(room)
    room.undo_import(first)
    assert usable(room) == after  # the later version stays, and so it was said
    room.undo_import(second)
    assert usable(room) == {}


def test_what_came_after_stays_and_is_told(room: Newsroom, folder: Path) -> None:
    for name, text in (("bridge", BRIDGE), ("ferry", FERRY), ("mayor", MAYOR), ("harbour", HARBOUR)):
        write(folder, name, text, title=name)
    first = ingest(room, folder)
    write(folder, "bridge", BRIDGE + " It reopens in May.", title="bridge")
    (folder / "mayor.md").unlink()
    (folder / "harbour.md").unlink()
    second = ingest(room, folder)
    room.remove(["mayor"])
    done = room.undo_import(first)
    assert set(usable(room)) == {"bridge", "ferry"}
    assert set(done.warnings) == {
        "1 article taken out.",
        "1 article newer by now: these versions stay.",
        "1 article gone before: they stay so.",
        f"1 article found the same by import-{second}: they stay.",
    }
    room.undo_import(second)
    assert usable(room) == {}
    room.redo_import(first)
    assert set(usable(room)) == {"bridge", "ferry", "harbour"}  # the mayor was removed by hand
    assert "reopens" not in usable(room)["bridge"][0]


def test_what_an_import_withdrew_or_replaced_is_usable_again_and_named(room: Newsroom, folder: Path) -> None:
    write(folder, "bridge", BRIDGE, title="Bridge shut", outlet="The Post")
    write(folder, "ferry", FERRY, title="Ferry times", outlet="The Mail")
    ingest(room, folder)
    before = usable(room)
    kill = "KILL: the story headlined Bridge shut is withdrawn. Please do not use it."
    write(folder, "kill", kill, title="'KILL: Bridge shut'", outlet="The Post", supersedes="bridge")
    write(folder, "ferries", FERRY + " Not on Sundays.", title="UPDATE Ferry times", supersedes="ferry")
    second = ingest(room, folder)
    assert set(usable(room)) == {"ferries"}
    done = room.undo_import(second)
    assert usable(room) == before
    assert done.warnings == (
        "2 articles taken out.",
        "Usable again, since it had replaced or withdrawn them: ferry, bridge.",
    )
    room.redo_import(second)
    assert set(usable(room)) == {"ferries"}
    room.undo_import(second)
    assert ingest(room, folder) > second  # read again, it holds again
    assert set(usable(room)) == {"ferries"}
    assert not faults(room)


def test_repairs_and_collections_set_by_hand_outlast_an_undo(room: Newsroom, folder: Path) -> None:
    write(folder, "bridge", BRIDGE, title="Bridge shut", outlet="gazette.example")
    ingest(room, folder, collection="north")
    room.mend(Mend((("outlet", "The Gazette"),), merge=("gazette.example",)))
    write(folder, "bridge", BRIDGE + " Still.", title="Bridge shut", outlet="gazette.example")
    second = ingest(room, folder, collection="south")
    room.put(["bridge"], "picked")
    room.undo_import(second)
    assert usable(room)["bridge"][2:] == ("The Gazette", ("north", "picked"))
    [hand] = room.set_by_hand(room.article("bridge"))
    assert (hand.stated, hand.now) == ("gazette.example", "The Gazette")
    write(folder, "bridge", BRIDGE, title="Bridge shut", outlet="gazette.example")
    assert room.ingest([folder], collection="north").count("unchanged") == 1


def test_an_article_brought_back_by_hand_stays_whatever_becomes_of_its_import(
    room: Newsroom, folder: Path
) -> None:
    write(folder, "bridge", BRIDGE)
    write(folder, "ferry", FERRY)
    first = ingest(room, folder)
    room.undo_import(first)
    room.restore(["ferry"])
    assert set(usable(room)) == {"ferry"}
    room.redo_import(first)
    assert "1 article brought back by hand: they stay." in room.undo_import(first).warnings
    assert set(usable(room)) == {"ferry"}


def test_an_undo_that_is_killed_is_finished_at_the_next_start(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        write(
            folder, f"a{number}", f"Town {number}. {BRIDGE if number % 2 else FERRY}", title=f"Town {number}"
        )
    monkeypatch.setattr(undoing, "AT_ONCE", 1)

    def killed(done: int, of: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with newsroom.open(tmp_path / "home", embedder=FakeEmbedder()) as room:
        number = ingest(room, folder)
        with pytest.raises(KeyboardInterrupt):
            room.undo_import(number, progress=killed)
        assert len(usable(room)) == 2
        assert room.imports()[0].pending
    with newsroom.open(tmp_path / "home", embedder=FakeEmbedder()) as room:
        assert usable(room) == {}
        assert not room.imports()[0].pending
        assert not faults(room)
        with pytest.raises(KeyboardInterrupt):
            room.redo_import(number, progress=killed)
    with newsroom.open(tmp_path / "home", embedder=FakeEmbedder()) as room:
        assert len(usable(room)) == 4
        assert not faults(room)


def test_an_import_that_was_cut_off_is_listed_and_undone(
    room: Newsroom, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.library.ingest.BATCH_ARTICLES", 1)
    write(folder, "bridge", BRIDGE)
    write(folder, "ferry", FERRY)

    def cut_off(step: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        room.ingest([folder], progress=cut_off)
    [one] = room.imports()
    assert (one.counts, one.ended) == ((("added", 1),), None)
    room.undo_import(one.id)
    assert usable(room) == {}


def test_an_import_undone_while_it_runs_stores_no_more(
    room: Newsroom, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.library.ingest.BATCH_ARTICLES", 1)
    write(folder, "bridge", BRIDGE)
    write(folder, "ferry", FERRY)

    def undo(step: object) -> None:
        room.undo_import(room.imports()[0].id)

    with pytest.raises(UsageError, match="undone while it ran"):
        room.ingest([folder], progress=undo)
    assert usable(room) == {}


@pytest.mark.parametrize("seed", range(4))
def test_whatever_imports_are_undone_the_library_is_as_if_they_had_never_been_made(
    tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    texts = {"a": BRIDGE, "b": FERRY, "c": MAYOR, "d": HARBOUR}
    folders = []
    for number in range(5):
        path = tmp_path / f"drop{number}"
        path.mkdir()
        for name in chance.sample(sorted(texts), chance.randint(1, 4)):
            write(
                path,
                name,
                f"{texts[name]} Told {number}.",
                title=f"{name} {number}",
                outlet=f"Outlet {number}",
            )
        folders.append(path)
    with newsroom.open(tmp_path / "home", embedder=FakeEmbedder()) as room:
        numbers = [ingest(room, path) for path in folders]
        whole, undone = usable(room), set[int]()
        for _ in range(8):
            number = chance.choice(numbers)
            (room.redo_import if number in undone else room.undo_import)(number)
            undone ^= {number}
            with newsroom.open(tmp_path / f"fresh{random.random()}", embedder=FakeEmbedder()) as fresh:
                for one, path in zip(numbers, folders, strict=True):
                    if one not in undone:
                        fresh.ingest([path])
                assert usable(room) == usable(fresh), f"undone: {sorted(undone)}"
        for number in undone:
            room.redo_import(number)
        assert usable(room) == whole
        assert not faults(room)


def test_the_command_line_lists_undoes_and_makes_again(tmp_path: Path, folder: Path) -> None:
    write(folder, "bridge", BRIDGE, title="Bridge shut")
    run, home = CliRunner(), ["--home", str(tmp_path / "home")]
    assert "`dateline undo import-1` takes it back" in run.invoke(app, ["ingest", str(folder), *home]).output
    [one] = json.loads(run.invoke(app, ["imports", "--json", *home]).stdout)["imports"]
    assert (one["name"], one["counts"], one["what"]) == ("import-1", {"added": 1}, str(folder))
    assert "1 article taken out." in run.invoke(app, ["undo", "import-1", *home]).output
    assert "undone 20" in run.invoke(app, ["imports", *home]).output
    assert json.loads(run.invoke(app, ["redo", "import-1", "--json", *home]).stdout)["undone"] is None
    assert "bridge" in run.invoke(app, ["imports", "import-1", *home]).output
    for wrong in ("import-7", "import-x", "what"):
        assert isinstance(run.invoke(app, ["undo", wrong, *home]).exception, UsageError)
