"""Collections open to some groups only: what a reader outside them gets of the hidden article, by every way in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, is_dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from rag import evaluating, feedback, newsroom
from rag.errors import NoSuchArticle, NotKept, UsageError
from rag.library.access import SEEN, TELLING_NOTHING
from rag.library.schema import metadata
from rag.mends import Mend
from rag.newsroom import Newsroom
from rag.state import Sift
from rag.types import Answer, Citation, Scope
from tests.fakes.embedder import FakeEmbedder
from tests.test_newsroom import BRIDGE, FERRY, found, write

SECRET = "The auditor told the paper that the harbour master took nine payments from Solveig Shipping."
SECRETS = ("auditor", "Solveig", "Payments at the harbour", "leak-1")
DESK = "Investigations"


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
        told = {"title": "Payments at the harbour", "outlet": "The Desk", "published": "2026-10-13"}
        secret = write(tmp_path, "leak-1", SECRET, **told)
        opened.ingest([secret], collection=DESK)
        opened.open_to(DESK, ["desk", "editors"])
        opened.embed()
        yield opened


@pytest.fixture
def outside(room: Newsroom) -> Newsroom:
    return room.seen_by({"sports"})


def cited(room: Newsroom, article_id: str = "leak-1") -> Citation:
    article = room.article(article_id)
    told = (article.title, article.outlet, None, None, article.published, None, None)
    return Citation(1, article.id, 1, *told, 0, len(article.text), article.text)


def everything(value: Any) -> str:
    if is_dataclass(value) and not isinstance(value, type):
        value = asdict(value)
    return json.dumps(value, default=str, ensure_ascii=False)


def tells_nothing(*values: Any) -> None:
    said = "\n".join(map(everything, values))
    assert [one for one in SECRETS if one in said] == []


def test_every_table_is_either_guarded_or_known_to_tell_of_no_article() -> None:
    assert {table.name for table in SEEN} | TELLING_NOTHING == set(metadata.tables)
    assert not {table.name for table in SEEN} & TELLING_NOTHING


def test_every_table_that_is_read_through_the_guard_holds_nothing_of_the_hidden_article(
    room: Newsroom, outside: Newsroom
) -> None:
    answer = room.ask("What did the auditor tell the paper?")
    room.keep(answer, "user:maja")
    room.clip("user:maja", [cited(room)])
    feedback.give(room, answer, "user:maja", "right")

    def rows(of: Newsroom, *names: str) -> str:
        said = []
        with of.catalog.reading() as connection:
            for name in names:
                said += [str(tuple(row)) for row in connection.exec_driver_sql(f"SELECT * FROM {name}")]
        return "\n".join(said)

    guarded = [table.name for table in SEEN]
    whole = rows(room, *guarded)
    assert [one for one in SECRETS if one not in whole] == []
    tells_nothing(rows(outside, *guarded, *sorted(TELLING_NOTHING - {"vectors"})))


def test_who_is_in_no_group_of_the_collection_finds_counts_and_asks_nothing_of_it(
    room: Newsroom, outside: Newsroom
) -> None:
    question = "What did the auditor say of the harbour master's nine payments?"
    assert "leak-1" in found(room, question)
    asked = outside.ask(question, how=newsroom.How(always_answer=True))
    counted = outside.ask("How many articles mention the auditor?")
    assert counted.coverage is not None
    assert counted.coverage.articles == 0
    for scope in (
        None,
        Scope(collections=(DESK,)),
        Scope(articles=("leak-1",)),
        Scope(outlets=("The Desk",)),
    ):
        result = outside.search("harbour payments auditor", scope)
        tells_nothing(
            [one.text for one in result.passages], [one.passage.article_id for one in result.passages]
        )
        assert outside.search('"nine payments"', scope).total == 0
    tells_nothing(asked.sentences, asked.citations, asked.nearest)
    counts, status = outside.counts(), outside.status()
    assert (counts.articles, counts.of, status.articles, status.passages) == (2, 2, 2, 2)
    assert "The Desk" not in everything(counts) + everything(status)
    checked = outside.check(SECRET + ' "The auditor told the paper", he said.')
    tells_nothing(checked.citations)


def test_an_unscoped_search_looks_as_deep_as_if_the_hidden_were_not_there(
    room: Newsroom, tmp_path: Path
) -> None:
    many = tmp_path / "many"
    many.mkdir()
    for number in range(30):
        write(
            many,
            f"copy-{number}",
            f"The bridge in Marden: fourteen cracks, part {number}.",
            outlet="The Desk",
        )
    room.ingest([many], collection=DESK)
    assert found(room.seen_by(()), "fourteen cracks in the bridge")[0] == "bridge"
    assert room.seen_by(()).search("fourteen cracks").total <= 2


def test_the_library_does_not_list_it_and_its_link_is_as_one_that_never_was(outside: Newsroom) -> None:
    assert [one.article_id for one in outside.listing().rows] == ["ferry", "bridge"]
    assert outside.listing().held == 2
    tells_nothing(outside.listing(), outside.shelves(), outside.timeline(), outside.imports())
    assert "The Desk" not in everything(outside.shelves()) + everything(outside.timeline())
    for reading in (outside.article, outside.shelved, lambda one: outside.compare((one, 1), ("bridge", 1))):
        with pytest.raises(NoSuchArticle) as hidden:
            reading("leak-1")
        with pytest.raises(NoSuchArticle) as never:
            reading("never-1")
        assert str(hidden.value).replace("leak-1", "never-1") == str(never.value)
    assert outside.editions("leak-1") == outside.copies("leak-1") == ()


def test_an_answer_that_cites_it_and_a_clip_of_it_are_gone_for_who_may_no_longer_read_it(
    room: Newsroom,
) -> None:
    answer = room.ask("What did the auditor tell the paper?")
    assert "leak-1" in {one.article_id for one in answer.citations}
    kept = room.keep(answer, "user:maja").asked
    room.share(kept.id, "user:maja")
    room.clip("user:maja", [cited(room)])
    room.clip("user:maja", [cited(room, "ferry")])
    within, without = room.seen_by({"desk"}), room.seen_by(())
    assert within.kept(kept.id, "user:ola").answer == answer
    assert len(within.clips("user:maja")) == 2
    for owner in ("user:maja", "user:ola"):
        with pytest.raises(NotKept):
            without.kept(kept.id, owner)
    assert without.history("user:maja").asked == ()
    assert [one.citations[0].article_id for one in without.clips("user:maja")] == ["ferry"]
    assert without.cited_by("leak-1", "user:maja") == ((), 0)


def test_an_answer_that_only_names_its_headline_as_near_is_not_shown_either(room: Newsroom) -> None:
    answer = room.ask("Who won the chess championship in Reykjavik?")
    near = replace(_unanswered(answer), nearest=(_near(room),))
    kept = room.keep(near, "user:maja").asked
    assert room.seen_by({"desk"}).kept(kept.id, "user:maja").answer.nearest
    with pytest.raises(NotKept):
        room.seen_by(()).kept(kept.id, "user:maja")


def _unanswered(answer: Answer) -> Answer:
    return replace(answer, status="no_answer_found", sentences=(), citations=())


def _near(room: Newsroom) -> Any:
    from rag.types import Nearest

    article = room.article("leak-1")
    return Nearest(article.id, article.title, article.outlet, article.published)


def test_in_several_such_collections_whoever_may_read_one_of_them_may_read_it(room: Newsroom) -> None:
    room.put(["leak-1"], "Court")
    room.open_to("Court", ["court"])
    assert "leak-1" in found(room.seen_by({"court"}), "auditor payments")
    assert "leak-1" in found(room.seen_by({"desk"}), "auditor payments")
    assert "leak-1" not in found(room.seen_by({"sports"}), "auditor payments")
    room.put(["leak-1"], "Harbour")  # a collection that is open to all opens nothing
    assert "leak-1" not in found(room.seen_by({"sports"}), "auditor payments")


def test_what_moves_into_or_out_of_the_collection_is_hidden_or_there_at_once(room: Newsroom) -> None:
    reader = room.seen_by(())
    assert "ferry" in found(reader, "ferry to Little Holm")
    room.put(["ferry"], DESK)
    assert "ferry" not in found(reader, "ferry to Little Holm")
    assert reader.listing().held == 1
    room.take_out(["ferry"], DESK)
    assert "ferry" in found(room.seen_by(()), "ferry to Little Holm")
    room.remove(["ferry"])
    room.put(["ferry"], DESK)
    with pytest.raises(NoSuchArticle):
        reader.article("ferry")
    room.open_to(DESK, ())
    assert room.seen_by(()) is room
    assert "leak-1" in found(room.seen_by(()), "auditor payments")


def test_versions_before_it_came_into_the_collection_are_hidden_with_it_and_older_ones_stay_so(
    room: Newsroom, folder: Path
) -> None:
    later = FERRY.replace("every hour", "every two hours")
    write(folder, "ferry", later, title="Ferry times", outlet="The Mail", published="2026-10-14")
    room.ingest([folder])
    room.put(["ferry"], DESK)
    reader = room.seen_by(())
    with pytest.raises(NoSuchArticle):
        reader.article("ferry", 1)
    assert reader.editions("ferry") == ()


def test_a_reader_changes_nothing_of_what_they_may_not_read(
    room: Newsroom, outside: Newsroom, tmp_path: Path
) -> None:
    for act in (outside.remove, outside.restore, lambda ids: outside.put(ids, "Mine")):
        items = act(["leak-1", "never-1"]).items
        assert [(one.status, one.reason) for one in items] == [("failed", "there is no such article")] * 2
    for name in (DESK, f" {DESK} "):
        with pytest.raises(UsageError, match="open to other groups only"):
            outside.put(["ferry"], name)
    for act in (
        lambda: outside.open_to(DESK, ()),
        lambda: outside.rename_collection(DESK, "Mine"),
        lambda: outside.rename_collection("Mine", DESK),
        lambda: outside.keep_local(DESK),
        lambda: outside.mend(Mend(fields=(("kind", "opinion"),), sift=Sift())),
        lambda: outside.undo_import(2),
        lambda: outside.at(1),
        lambda: outside.clip("user:ola", [cited(room)]),
    ):
        with pytest.raises(UsageError):
            act()
    over = write(tmp_path, "leak-1", "Nothing to see here, said the harbour master of Marden.")
    taking = write(tmp_path, "other", "Nothing to see here, said the harbour master.", supersedes="leak-1")
    report = outside.ingest([over, taking])
    assert report.count("failed") == 2
    assert room.article("leak-1").text.strip() == SECRET
    same = outside.ingest_text("copy.txt", SECRET.encode())
    tells_nothing([one.article_id for one in same.items])
    assert room.article("leak-1").status == "usable"
    outside.remove(["ferry"])
    assert room.article("ferry").status == "withdrawn"


def test_a_collection_takes_its_groups_to_its_new_name(room: Newsroom) -> None:
    room.rename_collection(DESK, "The desk")
    assert room.groups_of() == {"The desk": ("desk", "editors")}
    room.put(["ferry"], "Court")
    room.open_to("Court", ["court"])
    with pytest.raises(UsageError, match="nobody could read"):
        room.rename_collection("Court", "The desk")
    room.open_to("Court", ["court", "editors"])
    room.rename_collection("Court", "The desk")
    assert room.groups_of() == {"The desk": ("editors",)}


def test_a_newsroom_opens_again_with_its_groups(tmp_path: Path, room: Newsroom) -> None:
    assert room.groups_of() == {DESK: ("desk", "editors")}
    assert room.seen_by(None) is room
    assert room.seen_by({"editors", "sports"}) is room
    assert room.seen_by({"sports"}) is room.seen_by({"weather"})
    with pytest.raises(UsageError, match="comma"):
        room.open_to(DESK, ["a,b"])


def test_a_file_of_several_records_is_not_given_to_who_may_not_read_one_of_them(
    room: Newsroom, tmp_path: Path
) -> None:
    records = [
        {"id": "open-1", "text": "The library of Marden opens on Sundays from May."},
        {"id": "shut-1", "text": "A source told of nine payments to the mayor.", "collections": [DESK]},
    ]
    both = tmp_path / "both.jsonl"
    both.write_text("\n".join(map(json.dumps, records)))
    room.ingest([both])
    reader = room.seen_by(())
    article = reader.article("open-1")
    assert room.original(article) is not None
    assert reader.original(article) is None
    assert len(reader.imports()) == len(room.imports()) - 2
    assert "shut-1" not in everything([reader.import_items(one.id) for one in reader.imports()])


def test_runs_of_question_sets_are_there_only_for_who_may_read_all(room: Newsroom, tmp_path: Path) -> None:
    asked = tmp_path / "set.jsonl"
    asked.write_text(
        json.dumps({"id": "1", "question": "Who took payments?", "article": "leak-1", "quote": SECRET})
    )
    room.evaluate(asked, "base")
    assert [one.run.name for one in evaluating.listed(room.seen_by({"desk"}))] == ["base"]
    outside = room.seen_by(())
    assert evaluating.listed(outside) == []
    for act in (lambda: evaluating.scored(outside, "base"), lambda: outside.evaluate(asked, "other")):
        with pytest.raises(UsageError):
            act()
