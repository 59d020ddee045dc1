"""Answers kept whole: shown again as they were, one owner's never another's, forgotten for good and brought back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from rag import newsroom
from rag.errors import NotKept, ReadOnly
from rag.jsonable import as_json, from_json
from rag.newsroom import Newsroom
from rag.types import (
    Answer,
    AnswerPart,
    Chip,
    Citation,
    Conflict,
    Coverage,
    Evidence,
    Freshness,
    Nearest,
    Origins,
    Quotation,
    Reason,
    Scope,
    Sentence,
)
from tests.fakes.embedder import FakeEmbedder
from tests.test_newsroom import BRIDGE, FERRY, write

MAJA, JON = "user:maja", "user:jon"
CITED = Citation(
    1, "bridge", 1, "Bridge shut", "The Post", None, "report", "2026-10-12", None, "3", 0, 9, "Engineers"
)
FULL = Answer(
    id="f" * 32,
    question="Who closed the bridge?",
    status="answered",
    mode="llm",
    sentences=(
        Sentence(
            "Engineers did.",
            (1,),
            "the port",
            Evidence("differs", (Reason("number", "14", "9", 1), Reason("name", "A", "B"))),
            (Quotation("cracks", None, "verbatim"),),
        ),
    ),
    citations=(CITED,),
    answerability=0.75,
    freshness=Freshness("2026-10-12", None, "2026-11-01T00:00:00Z", 3, ("feed",), "2026-01-01"),
    texts=1,
    origins=Origins(1, ("NPA",), 0),
    nearest=(Nearest("ferry", None, "The Mail", None),),
    scope=Scope(from_="2026-10-01", outlets=("The Post", "A, B"), kinds=("report",), undated=True),
    chips=(Chip("outlets", "The Post", "the Post", "outlet The Post", "agencies"),),
    searched=2,
    sequence=9,
    fingerprint="abc",
    rewritten="Who?",
    after="a0",
    parts=(AnswerPart("Who?", "answered", (1,)),),
    disagreements=(
        Conflict("update", Sentence("9 cracks.", (1,)), Sentence("14.", (1,)), Reason("number", "14", "9")),
    ),
    model="m",
    timings={"search": 0.25, "total": 1.0},
    tokens={"in": 3, "out": 4},
    cost=0.01,
    warnings=("\u2028 <b>",),
    prompts={"answer": "abcdef"},
    unfinished=(Sentence("It", ()),),
    coverage=Coverage("count", "q", "said", 1, 2, 0, (("The Post", 1), (None, 1)), None),
)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    folder = tmp_path / "articles"
    folder.mkdir()
    write(folder, "bridge", BRIDGE, title="Bridge shut", outlet="The Post", published="2026-10-12")
    write(folder, "ferry", FERRY, title="Ferry times", outlet="The Mail", published="2026-10-14")
    with newsroom.open(tmp_path / "home", embedder=FakeEmbedder()) as opened:
        opened.ingest([folder])
        yield opened


def an_answer(number: int, **about: object) -> Answer:
    return replace(FULL, rewritten=None, id=f"{number:032x}", question=f"Question {number}?", **about)  # type: ignore[arg-type]


def test_an_answer_comes_back_from_json_as_it_was() -> None:
    assert from_json(Answer, json.loads(json.dumps(as_json(FULL)))) == FULL


def test_every_field_of_the_example_says_something_so_that_the_round_trip_means_something() -> None:
    assert all(getattr(FULL, name) for name in Answer.__slots__)  # type: ignore[attr-defined]


def test_a_field_that_came_later_gets_its_default_and_a_missing_one_is_refused() -> None:
    said = as_json(FULL)
    del said["coverage"]
    assert from_json(Answer, said).coverage is None
    del said["question"]
    with pytest.raises(KeyError, match="question"):
        from_json(Answer, said)


def test_a_kept_answer_is_the_same_after_the_home_was_closed_and_opened(room: Newsroom) -> None:
    answer = room.ask("Who closed the bridge?")
    assert answer.citations
    kept = room.keep(answer, MAJA, scope=Scope(outlets=("The Post",)), not_read=frozenset({"from"}))
    room.close()
    with newsroom.open(room.home, embedder=FakeEmbedder()) as again:
        found = again.kept(answer.id, MAJA)
        room.opened += 1  # what the fixture closes
    assert found == kept
    assert found.answer == answer
    assert found.asked.scope == Scope(outlets=("The Post",))
    assert found.asked.not_read == ("from",)


def test_a_kept_answer_keeps_the_version_it_cited(room: Newsroom, tmp_path: Path) -> None:
    answer = room.ask("Who closed the bridge?")
    room.keep(answer, MAJA)
    write(tmp_path / "articles", "bridge", f"{BRIDGE} It opens again in May.", title="Bridge shut")
    room.ingest([tmp_path / "articles"])
    assert room.article("bridge").version == 2
    for one in room.kept(answer.id, MAJA).answer.citations:
        cited = room.article(one.article_id, one.version)
        assert cited.text[one.start : one.end] == one.quote
        assert (cited.version, cited.status) == (1, "superseded" if one.article_id == "bridge" else "usable")
    assert room.cited_by("bridge", MAJA)[1] == 1


def test_ids_cannot_be_guessed(room: Newsroom) -> None:
    ids = {room.ask("Who closed the bridge?").id for _ in range(3)}
    assert len(ids) == 3
    assert all(len(one) == 32 for one in ids)


def test_row_69_another_s_answer_is_not_told_from_one_that_is_not_there(room: Newsroom) -> None:
    room.keep(FULL, MAJA)
    said = set()
    for answer_id in (FULL.id, "0" * 32, "", "%", FULL.id.upper(), "' or 1=1 --"):
        with pytest.raises(NotKept) as refused:
            room.kept(answer_id, JON)
        said.add(str(refused.value))
        with pytest.raises(NotKept) as refused:
            room.share(answer_id, JON)
        said.add(str(refused.value))
        assert room.forget(JON, [answer_id]) == ()
    assert len(said) == 1
    assert room.history(JON).held == 0
    assert room.cited_by("bridge", JON) == ((), 0)
    assert room.kept(FULL.id, MAJA).answer == FULL


def test_a_shared_answer_can_be_read_by_others_until_it_is_not(room: Newsroom) -> None:
    room.keep(FULL, MAJA)
    room.share(FULL.id, MAJA)
    found = room.kept(FULL.id, JON)
    assert (found.answer, found.asked.own, found.asked.shared) == (FULL, False, True)
    assert room.history(JON).asked == ()
    assert room.cited_by("bridge", JON)[1] == 1
    with pytest.raises(NotKept):
        room.share(FULL.id, JON, False)
    assert room.forget(JON, None) == ()
    room.share(FULL.id, MAJA, False)
    with pytest.raises(NotKept):
        room.kept(FULL.id, JON)


def test_the_history_is_newest_first_searched_by_words_and_cut(room: Newsroom) -> None:
    for number in range(5):
        room.keep(an_answer(number), MAJA)
    room.keep(replace(FULL, rewritten=None, question="Où est l'ÉCOLE 100%?"), MAJA)
    room.keep(replace(FULL, rewritten=None, id="e" * 32), JON)
    found = room.history(MAJA, limit=2, offset=1)
    assert [one.question for one in found.asked] == ["Question 4?", "Question 3?"]
    assert (found.total, found.held) == (6, 6)
    assert [one.id for one in room.history(MAJA, words="ecole OU").asked] == [FULL.id]
    assert room.history(MAJA, words="%").total == 1
    assert room.history(MAJA, words="question").total == 5


def test_what_is_forgotten_is_gone_and_can_be_brought_back_in_its_place(room: Newsroom) -> None:
    for number in range(3):
        room.keep(an_answer(number), MAJA)
    room.keep(FULL, JON)
    before = room.history(MAJA)
    gone = room.forget(MAJA, [f"{1:032x}", FULL.id])
    assert [one.asked.id for one in gone] == [f"{1:032x}"]
    assert room.history(MAJA).held == 2
    assert room.cited_by("bridge", MAJA)[1] == 2
    room.remember(gone)
    room.remember(gone)
    assert room.history(MAJA) == before
    everything = room.forget(MAJA, None)
    assert room.history(MAJA).held == 0
    assert room.kept(FULL.id, JON).answer == FULL
    room.keep(an_answer(9), MAJA)
    room.remember(everything)
    assert [one.id for one in room.history(MAJA).asked] == [f"{9:032x}", *(one.id for one in before.asked)]


def test_what_is_forgotten_is_not_left_in_the_file(room: Newsroom) -> None:
    room.keep(replace(FULL, rewritten=None, question="Does the zebrafish swim?"), MAJA)
    room.forget(MAJA, None)
    room.close()
    room.opened += 1
    assert not any(b"zebrafish" in path.read_bytes() for path in room.home.glob("catalog.sqlite3*"))


def test_gaps_are_questions_last_asked_without_an_answer_whoever_asked(room: Newsroom) -> None:
    none = {"status": "no_answer_found", "citations": (), "sentences": ()}
    room.keep(an_answer(1, **none), MAJA, scope=Scope(outlets=("The Post",)))
    room.keep(an_answer(2, **none), MAJA)
    room.keep(replace(an_answer(3, **none), question="  question  2? "), JON)
    room.keep(an_answer(4, **none), MAJA)
    room.keep(replace(an_answer(5), question="Question 4?"), JON)
    room.keep(an_answer(6, status="closest"), JON)
    found = room.gaps()
    assert [(one.question.strip(), one.times, one.scope.outlets) for one in found] == [
        ("Question 6?", 1, ()),
        ("question  2?", 2, ()),
        ("Question 1?", 1, ("The Post",)),
    ]
    assert not any(name in json.dumps(as_json(found)) for name in ("maja", "jon"))


def test_what_cites_an_article_is_found_under_its_other_ids_too(room: Newsroom, tmp_path: Path) -> None:
    record = {"id": "bridge-2", "text": room.article("bridge").text, "title": "Bridge shut"}
    record |= {"outlet": "The Post", "published": "2026-10-12"}
    (tmp_path / "again.json").write_text(json.dumps(record))
    assert room.ingest([tmp_path / "again.json"]).items[0].status == "duplicate"
    room.keep(FULL, MAJA)
    assert [one.id for one in room.cited_by("bridge-2", MAJA)[0]] == [FULL.id]
    assert room.cited_by("ferry", MAJA) == ((), 0)
    assert room.cited_by("nothing", MAJA) == ((), 0)


def test_a_home_that_cannot_be_written_keeps_nothing_and_says_so(room: Newsroom) -> None:
    room.keep(FULL, MAJA)
    room.catalog.read_only = True
    for act in (
        lambda: room.keep(FULL, MAJA),
        lambda: room.forget(MAJA, None),
        lambda: room.share("x", MAJA),
    ):
        with pytest.raises(ReadOnly):
            act()
    assert room.history(MAJA).held == 1


def test_a_home_from_before_that_cannot_be_written_holds_nothing_kept(room: Newsroom) -> None:
    with room.catalog.writing() as connection:
        for table in ("citing", "answers", "clips"):
            connection.exec_driver_sql(f"DROP TABLE {table}")
    room.catalog.read_only = True
    assert (room.history(MAJA).held, room.gaps(), room.cited_by("bridge", MAJA)) == (0, (), ((), 0))
    assert (room.clips(MAJA), room.clipped(MAJA)) == ((), {})
    with pytest.raises(NotKept):
        room.kept(FULL.id, MAJA)
