"""A question that asks several things, through the front door: every part searched and judged, told together."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rag import newsroom
from rag.answering.chain import LOCAL
from rag.marks import leads, parts_said
from rag.newsroom import How, Newsroom
from rag.types import Scope
from tests.fakes.embedder import FakeEmbedder
from tests.fakes.openai_server import said
from tests.test_model_answers import ARTICLES, BRIDGE, asked

WHY = "Why did engineers close the Marden bridge?"
VOTE = "What did engineers at the Marden works vote to close?"
BOTH = "Why did engineers close the Marden bridge, and what did engineers at the Marden works vote to close?"
HALF = "Why did engineers close the Marden bridge, and who is the king of the Brattvik penguins?"


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    folder = tmp_path / "articles"
    folder.mkdir()
    for name, text in ARTICLES.items():
        (folder / f"{name}.md").write_text(f"---\nid: {name}\ntitle: {name}\n---\n{text}\n")
    with newsroom.open(tmp_path / "home", embedder=FakeEmbedder()) as opened:
        opened.ingest([folder])
        yield opened


def test_every_part_is_answered_by_its_own_search_in_order(room: Newsroom) -> None:
    answer = room.ask(BOTH)
    assert answer.status == "answered"
    assert [one.question for one in answer.parts] == [WHY, VOTE]
    alone = [room.ask(one.question) for one in answer.parts]
    for part, one in zip(answer.parts, alone, strict=True):
        assert part.status == one.status
        told = [answer.sentences[number - 1].text for number in part.sentences]
        assert told == [sentence.text for sentence in one.sentences]
    assert len({one.text for one in answer.sentences}) == len(answer.sentences)
    for citation in answer.citations:
        article = room.article(citation.article_id, citation.version)
        assert article.text[citation.start : citation.end] == citation.quote
    assert leads(answer)[1] == WHY


def test_a_part_without_an_answer_is_named_beside_one_with(room: Newsroom) -> None:
    answer = room.ask(HALF)
    assert answer.status == "answered"
    assert [one.status == "answered" for one in answer.parts] == [True, False]
    assert BRIDGE in {one.text for one in answer.sentences}
    [note] = [one for one in answer.warnings if one.startswith("No answer was found to this part")]
    assert "penguins" in note
    assert parts_said(answer) is not None


def test_where_no_part_has_an_answer_the_closest_or_nothing_is_shown(room: Newsroom) -> None:
    answer = room.ask("Who is the king of the penguins, and when did the penguins crown him?")
    assert answer.status != "answered"
    assert answer.sentences == ()
    assert len(answer.parts) == 2
    if answer.status == "no_answer_found":
        assert answer.citations == ()


def test_the_scope_and_what_is_read_from_the_question_hold_for_every_part(room: Newsroom) -> None:
    answer = room.ask(BOTH + "", Scope(articles=("strike",)))
    assert {one.article_id for one in answer.citations} <= {"strike"}
    dated = room.ask(
        "Why did engineers close the Marden bridge last week, and what did the works vote to close?"
    )
    assert [chip.field for chip in dated.chips] == ["from"]
    assert dated.scope.from_ is not None


def test_it_can_be_asked_whole(room: Newsroom) -> None:
    assert room.ask(BOTH, how=How(parts=False)).parts == ()
    assert room.ask(WHY).parts == ()


def test_a_model_is_given_the_passages_of_all_parts_and_the_whole_question_once(tmp_path: Path) -> None:
    with asked(tmp_path / "home", said("NO ANSWER")) as (room, server):
        answer = room.ask(BOTH)
        assert len(server.requests) == 1
        assert BOTH in server.prompt()
        assert server.prompt().count("\nbridge\n") == 1
        assert "\nstrike\n" in server.prompt()
        assert answer.status == "closest"
        assert [one.sentences for one in answer.parts] == [(), ()]


def test_where_one_part_rests_on_what_is_kept_here_nothing_is_sent(tmp_path: Path) -> None:
    with asked(tmp_path / "home") as (room, server):
        room.keep_local("bridge desk")
        answer = room.ask(BOTH)
        assert LOCAL in answer.warnings
        assert answer.mode == "extractive"
        assert server.requests == []
