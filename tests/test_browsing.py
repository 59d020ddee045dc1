"""The front door's shelf: what is removed comes back, collections are followed by every index, stories are pasted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rag import newsroom
from rag.errors import NoSuchArticle, ReadingError, ReadOnly, UsageError
from rag.library.repair import check
from rag.newsroom import SAMPLE, Newsroom
from rag.state import IngestReport, Pasted, Sift
from rag.types import Scope
from tests.fakes.embedder import FakeEmbedder
from tests.test_newsroom import BRIDGE, FERRY, found, write

COPY = (
    "The harbour master of Marden said on Tuesday that all nine cranes will stand still until the wind drops below "
    "sixty kilometres an hour. Forty ships are waiting in the roads, among them the tanker Solveig with a load of "
    "heating oil for the hospital."
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "articles"
    path.mkdir()
    write(path, "bridge", BRIDGE, title="Bridge shut", outlet="The Post", published="2026-10-12")
    write(path, "ferry", FERRY, title="Ferry times", outlet="The Mail", published="2026-10-14")
    return path


@pytest.fixture
def room(tmp_path: Path, folder: Path) -> Iterator[Newsroom]:
    with newsroom.open(tmp_path / "home", embedder=FakeEmbedder(), serve=True) as opened:
        opened.ingest([folder])
        yield opened


def said(report: IngestReport) -> list[tuple[str, str | None]]:
    return [(item.status, item.reason) for item in report.items]


def whole(room: Newsroom) -> None:
    assert room.indexes.follower is not None
    room.indexes.follower.catch_up()
    assert check(room.catalog, room.home, room.indexes) == []


def only_dense(room: Newsroom, query: str) -> list[str]:
    """What is found, with a cosine."""
    return [one.passage.article_id for one in room.search(query).passages if one.dense is not None]


def test_what_was_removed_comes_back_as_the_same_version_found_by_words_and_meaning(room: Newsroom) -> None:
    before = room.article("bridge")
    room.remove(["bridge"])
    assert "bridge" not in found(room, BRIDGE)
    assert said(room.restore(["bridge"])) == [("changed", "brought back")]
    assert room.article("bridge") == before
    assert found(room, BRIDGE)[0] == "bridge"
    assert "bridge" in only_dense(room, BRIDGE)
    whole(room)


def test_removed_and_brought_back_before_the_indexes_look_nothing_is_lost(room: Newsroom) -> None:
    from rag.library import restoring, storing

    assert room.indexes.follower is not None
    with room.indexes.follower.alone():  # both entries of the log are taken in one step
        storing.remove(room.catalog, ["bridge"])
        restoring.restore(room.catalog, ["bridge"])
    whole(room)
    assert "bridge" in only_dense(room, BRIDGE)


def test_the_library_as_it_was_still_lacks_what_was_removed_then(room: Newsroom) -> None:
    room.remove(["bridge"])
    removed = room.catalog.sequence()
    room.restore(["bridge"])
    assert room.catalog.totals(at=removed).articles == 1
    assert room.catalog.totals(at=removed - 1).articles == 2
    assert room.catalog.totals(at=room.catalog.sequence()).articles == 2


def test_only_what_was_removed_by_hand_is_brought_back(room: Newsroom, folder: Path) -> None:
    room.ingest([write(folder, "new", "Corrected words.", title="CORRECTED", supersedes="ferry")])
    assert said(room.restore(["bridge", "ferry", "nothing"])) == [
        ("unchanged", "it is in the library"),
        ("failed", "it was superseded by new, not removed by hand"),
        ("failed", "there is no such article"),
    ]


def test_what_was_withdrawn_by_its_agency_meanwhile_stays_withdrawn(room: Newsroom, folder: Path) -> None:
    room.remove(["ferry"])
    room.ingest(
        [write(folder, "kill", "KILL: the ferry story is withdrawn.", title="KILL", supersedes="ferry")]
    )
    assert said(room.restore(["ferry"])) == [("changed", "brought back; withdrawn by kill")]
    assert "ferry" not in found(room, FERRY)


def test_an_article_in_a_collection_is_found_within_it_at_once(room: Newsroom) -> None:
    assert found(room, FERRY, Scope(collections=("Sea",))) == []
    assert said(room.put(["ferry"], " Sea ")) == [("changed", "put into Sea")]
    assert found(room, FERRY, Scope(collections=("Sea",))) == ["ferry"]
    assert room.search(FERRY, Scope(collections=("Sea",))).searched == 1
    assert room.article("ferry").collections == ("Sea",)
    assert said(room.put(["ferry"], "Sea")) == [("unchanged", "it is in Sea already")]
    assert said(room.take_out(["ferry", "bridge"], "Sea")) == [
        ("changed", "taken out of Sea"),
        ("unchanged", "it is not in Sea"),
    ]
    assert found(room, FERRY, Scope(collections=("Sea",))) == []
    whole(room)


def test_a_collection_gets_another_name_or_joins_one_that_has_it(room: Newsroom) -> None:
    room.put(["ferry", "bridge"], "Sea")
    room.put(["bridge"], "Roads")
    assert room.rename_collection("Sea", "Water") == 2
    assert sorted(found(room, f"{FERRY} {BRIDGE}", Scope(collections=("Water",)))) == ["bridge", "ferry"]
    assert room.rename_collection("Water", "Roads") == 2
    assert room.shelves().collections == (("Roads", 2),)
    with pytest.raises(
        UsageError, match=r"The collection “Sea”: there is none of this name\. There are: Roads"
    ):
        room.rename_collection("Sea", "Lake")


def test_what_was_set_by_hand_outlasts_the_file_read_again_and_a_new_version(
    room: Newsroom, folder: Path
) -> None:
    path = write(folder, "ferry", FERRY, title="Ferry times", outlet="The Mail", collections="Wire, Old")
    room.ingest([path])
    room.put(["ferry"], "Sea")
    room.take_out(["ferry"], "Old")
    assert room.ingest([path]).count("unchanged") == 1
    assert room.article("ferry").collections == ("Wire", "Sea")
    path = write(folder, "ferry", FERRY + " Not on Sundays.", title="Ferry times", collections="Wire, Old")
    assert room.ingest([path]).count("changed") == 1
    assert room.article("ferry").collections == ("Wire", "Sea")
    room.put(["ferry"], "Old")
    room.take_out(["ferry"], "Sea")
    path = write(folder, "ferry", FERRY + " Not at Easter.", title="Ferry times", collections="Wire, Old")
    room.ingest([path])
    assert room.article("ferry").collections == ("Wire", "Old")


@pytest.mark.parametrize("name", ["", "  ", "a, b", "a|b", "x" * 81, "a\x07b", SAMPLE, SAMPLE.upper()])
def test_a_name_that_will_not_do_for_a_collection_is_refused(room: Newsroom, name: str) -> None:
    with pytest.raises(UsageError):
        room.put(["ferry"], name)
    with pytest.raises(UsageError):
        room.add([("a.txt", b"A story.")], collection=name or " ")
    assert room.shelves().collections == ()


def test_in_a_home_that_cannot_be_written_every_change_is_refused(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room.catalog, "read_only", True)
    for change in (
        lambda: room.restore(["ferry"]),
        lambda: room.put(["ferry"], "Sea"),
        lambda: room.take_out(["ferry"], "Sea"),
        lambda: room.rename_collection("Sea", "Lake"),
        lambda: room.add([("a.txt", b"A story.")]),
        lambda: room.add_pasted("A story.", Pasted()),
    ):
        with pytest.raises(ReadOnly):
            change()
    assert room.listing().total == 2


def test_uploads_are_stored_each_with_its_outcome_and_failures_alone_are_tried_again(room: Newsroom) -> None:
    heard: list[int] = []
    uploads = [
        ("one.txt", COPY.encode()),
        ("bad.pdf", b"%PDF-1.7"),
        ("two.txt", b"A whale was seen off Brattvik."),
    ]
    report = room.add(uploads, collection="Sea", at=heard.append)
    assert [(item.source, item.status) for item in report.items] == [
        ("one.txt", "added"),
        ("bad.pdf", "failed"),
        ("two.txt", "added"),
    ]
    assert heard == [0, 1, 2]
    assert room.shelves().collections == (("Sea", 2),)
    again = room.add(uploads, only=frozenset(["bad.pdf"]))
    assert [item.source for item in again.items] == ["bad.pdf"]


def test_a_pasted_story_is_read_for_what_it_says_and_stored_as_it_was_corrected(room: Newsroom) -> None:
    story = f"Cranes stand still\n\nPublished 11 November 2026\n\nMARDEN (Reuters) - {COPY}"
    proposed = room.propose(story)
    assert (proposed.title, proposed.published, proposed.agency) == (
        "Cranes stand still",
        "2026-11-11",
        "Reuters",
    )
    report = room.add_pasted(
        story, Pasted("Cranes stand still", " The Post ", "2026-11-12", None, "report", ("Sea",))
    )
    [item] = report.items
    assert item.status == "added"
    article = room.article(item.article_id or "")
    assert (article.outlet, article.published, article.agency) == ("The Post", "2026-11-12", None)
    assert (article.kind, article.collections, article.text) == ("report", ("Sea",), story)
    assert (
        room.add_pasted(
            story, Pasted("Cranes stand still", "The Post", "2026-11-12", None, "report", ("Sea",))
        ).count("unchanged")
        == 1
    )


def test_an_undated_paste_is_kept_undated(room: Newsroom) -> None:
    report = room.add_pasted(COPY, Pasted(title="Cranes"))
    assert room.article(report.items[0].article_id or "").published is None
    assert room.listing(Sift(undated=True)).total == 1


@pytest.mark.parametrize(
    ("text", "fields", "fault"),
    [
        ("  ", Pasted(), "there is no text in it"),
        ('{"text": "A story."}', Pasted(), "it is records, not one story"),
        (COPY, Pasted(published="soonish"), "no readable date in 'soonish'"),
        (COPY, Pasted(published="2031-01-01"), "later than tomorrow"),
        (COPY, Pasted(kind="poem"), "there is no kind 'poem'"),
    ],
)
def test_a_paste_that_cannot_be_understood_says_why(
    room: Newsroom, text: str, fields: Pasted, fault: str
) -> None:
    with pytest.raises(ReadingError, match=fault):
        room.add_pasted(text, fields)


def test_the_versions_of_a_story_are_listed_and_compared(room: Newsroom, folder: Path) -> None:
    room.ingest([write(folder, "ferry", FERRY.replace("ten at", "eleven at"), title="Ferry hours")])
    room.ingest(
        [write(folder, "ferry2", FERRY + " Not on Sundays.", title="CORRECTED Ferry", supersedes="ferry")]
    )
    told = [(one.article_id, one.version, one.status, one.ended_by) for one in room.editions("ferry")]
    assert told == [
        ("ferry2", 1, "usable", None),
        ("ferry", 2, "superseded", "ferry2"),
        ("ferry", 1, "superseded", "ferry"),
    ]
    assert room.editions("ferry2") == room.editions("ferry")
    words = room.compare(("ferry", 1), ("ferry", 2), by="word")
    assert [change.text.strip() for change in words.changes if change.op != "same"] == ["ten", "eleven"]
    assert {one.field for one in words.fields} == {"title", "outlet", "published"}
    sentences = room.compare(("ferry", 1), ("ferry2", 1))
    assert [(one.op, one.text) for one in sentences.changes][-1] == ("added", "Not on Sundays.\n")
    assert room.compare(("ferry", 1), ("ferry", 1)).same


@pytest.mark.parametrize("by", ["sentence", "word"])
def test_a_comparison_holds_both_texts_whole(room: Newsroom, folder: Path, by: str) -> None:
    room.ingest([write(folder, "a", f"{COPY}\n\n{BRIDGE} {FERRY}")])
    room.ingest([write(folder, "b", f"{COPY.replace('nine', 'eight')}\n\n{FERRY}\n\nAnd one more.")])
    changes = room.compare(("a", 1), ("b", 1), by=by).changes  # type: ignore[arg-type]
    new = "".join(one.text for one in changes if one.op != "removed")
    old = "".join(one.text for one in changes if one.op != "added")
    assert new == room.article("b").text
    assert old.split() == room.article("a").text.split()


def test_the_copies_of_an_article_are_named(room: Newsroom, folder: Path) -> None:
    room.ingest([write(folder, "wire", COPY, title="Cranes", outlet="Reuters", published="2026-11-10")])
    room.ingest([write(folder, "post", COPY, title="Cranes", outlet="The Post", published="2026-11-11")])
    assert [(one.article_id, one.outlet) for one in room.copies("wire")] == [("post", "The Post")]
    assert room.copies("ferry") == ()
    assert {row.article_id: row.copies for row in room.listing().rows} == {
        "wire": 1,
        "post": 1,
        "ferry": 0,
        "bridge": 0,
    }
    assert room.shelved("wire").copies == 1
    with pytest.raises(NoSuchArticle):
        room.shelved("nothing")


def test_passages_of_a_removed_article_are_cut_anew_with_the_others(room: Newsroom) -> None:
    from rag.library import embeddings
    from rag.types import Passage

    room.remove(["bridge"])
    count = embeddings.use_passages(
        room.catalog, "other", lambda a: (Passage(a.id, a.version, 0, 0, 10, ((0, 10),)),)
    )
    assert count == 2
    room.restore(["bridge"])
    assert room.passages(room.article("bridge"))[0].end == 10
