"""Follow-ups through the front door: rewritten by rules or by a model, told with the answer, kept here if need be."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rag import newsroom, settings
from rag.answering import prompts
from rag.answering.model_follow_up import PLACEHOLDERS
from rag.conversing import BY_RULES, KEPT_HERE
from rag.models import openai_faults
from rag.newsroom import How, Newsroom
from rag.types import Answer, Scope
from tests.fakes.embedder import FakeEmbedder
from tests.fakes.openai_server import OpenAIServer, Reply, fault, said, serving
from tests.test_model_answers import ARTICLES, DETOUR, asked

FIRST = "Why did engineers close the Marden bridge?"
AFTER = "How long is it?"
REWRITTEN = "How long is the Marden bridge?"


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openai_faults, "PAUSE", 0.01)


@pytest.fixture
def room(tmp_path: Path) -> Any:
    folder = tmp_path / "articles"
    folder.mkdir()
    for name, text in ARTICLES.items():
        (folder / f"{name}.md").write_text(f"---\nid: {name}\ntitle: {name}\n---\n{text}\n")
    with newsroom.open(tmp_path / "home", embedder=FakeEmbedder()) as opened:
        opened.ingest([folder])
        yield opened


def test_a_follow_up_is_asked_as_rewritten_and_says_so(room: Newsroom) -> None:
    first = room.ask(FIRST)
    answer = room.ask(AFTER, conversation=[first])
    assert (answer.question, answer.rewritten, answer.after) == (AFTER, REWRITTEN, first.id)
    alone = room.ask(REWRITTEN)
    assert [one.text for one in answer.sentences] == [one.text for one in alone.sentences]
    assert answer.citations == alone.citations


def test_a_question_that_stands_alone_is_asked_as_it_is_in_a_conversation(room: Newsroom) -> None:
    first = room.ask(FIRST)
    answer = room.ask("What did engineers at the Marden works vote for?", conversation=[first])
    assert answer.rewritten is None
    assert answer.after == first.id
    assert answer.warnings == room.ask("What did engineers at the Marden works vote for?").warnings


def test_the_scope_of_a_follow_up_is_the_one_it_is_asked_in(room: Newsroom) -> None:
    scope = Scope(articles=("bridge",))
    answer = room.ask(AFTER, scope, [room.ask(FIRST)])
    assert answer.scope == scope
    assert {one.article_id for one in answer.citations} <= {"bridge"}


def test_what_cannot_be_told_is_said_and_the_question_asked_as_it_stands(room: Newsroom) -> None:
    answer = room.ask("What did she say?", conversation=[room.ask(FIRST)])
    assert answer.rewritten is None
    assert answer.warnings[0].startswith("What “she” stands for was not found in the conversation")


def test_a_question_about_the_coverage_is_followed_too(room: Newsroom) -> None:
    answer = room.ask("How many articles mention it?", conversation=[room.ask(FIRST)])
    assert answer.rewritten == "How many articles mention the Marden bridge?"
    assert answer.coverage is not None


def test_the_history_and_what_comes_of_it_hold_the_question_that_can_be_read_alone(room: Newsroom) -> None:
    answer = room.ask(AFTER, conversation=[room.ask(FIRST)])
    room.keep(answer, "maja")
    kept = room.kept(answer.id, "maja")
    assert kept.asked.question == REWRITTEN
    assert (kept.answer.question, kept.answer.rewritten) == (AFTER, REWRITTEN)


def scripted(
    home: Path, follow: Reply | Callable[[dict[str, Any]], Reply], **more: Any
) -> tuple[Answer, OpenAIServer]:
    """A follow-up to an extractive answer, with a model that rewrites by `follow` and finds no answer."""
    with asked(home, follow, said("NO ANSWER"), said("NO ANSWER"), **more) as (room, server):
        first = room.ask(FIRST, how=How(extractive=True))
        return room.ask(AFTER, conversation=[first]), server


def test_a_model_rewrites_where_one_is_set_and_what_it_took_is_counted(tmp_path: Path) -> None:
    answer, server = scripted(tmp_path / "home", said("How long is the Marden bridge that engineers closed?"))
    assert answer.rewritten == "How long is the Marden bridge that engineers closed?"
    assert answer.prompts["follow_up"] == prompts.load("follow_up", placeholders=PLACEHOLDERS).digest
    assert answer.tokens == {"in": 200, "out": 40}
    sent = server.requests[0]["messages"][-1]["content"]
    assert FIRST in sent
    assert AFTER in sent


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (said("How long is the Brattvik tunnel?"), "it put “Brattvik” into the question"),
        (said("How long was the Marden bridge in 1987?"), "it put “1987” into the question"),
        (said("It is 412 metres long.\nI hope that helps!"), "what it wrote is no question"),
        (said(""), ""),
        (fault(500), ""),
    ],
)
def test_what_a_model_makes_up_is_not_asked_and_the_rules_take_its_place(
    tmp_path: Path, reply: Reply, why: str
) -> None:
    answer, _ = scripted(tmp_path / "home", reply)
    assert answer.rewritten == REWRITTEN
    assert why in answer.warnings[0]
    assert answer.warnings[0].endswith(BY_RULES)


def test_a_model_that_cannot_tell_changes_nothing(tmp_path: Path) -> None:
    answer, _ = scripted(tmp_path / "home", said("UNCLEAR"))
    assert answer.rewritten is None
    assert "could not tell what the question refers to" in answer.warnings[0]


def test_a_question_that_stands_alone_is_never_sent_to_be_rewritten(tmp_path: Path) -> None:
    with asked(tmp_path / "home", said("NO ANSWER")) as (room, server):
        first = room.ask(FIRST, how=How(extractive=True))
        answer = room.ask(DETOUR, conversation=[first])
        assert answer.rewritten is None
        assert len(server.requests) == 1
        assert "<conversation>" not in server.prompt()


def test_a_conversation_that_rests_on_a_collection_kept_here_is_not_sent(tmp_path: Path) -> None:
    with asked(tmp_path / "home", said("NO ANSWER"), said("NO ANSWER")) as (room, server):
        room.keep_local("bridge desk")
        first = room.ask(FIRST, how=How(extractive=True))
        assert "bridge" in {one.article_id for one in first.citations}
        answer = room.ask(AFTER, conversation=[first])
        assert answer.rewritten == REWRITTEN
        assert KEPT_HERE in answer.warnings
        assert not any("<conversation>" in str(one) for one in server.requests)


def test_a_limit_that_is_reached_leaves_it_to_the_rules(tmp_path: Path) -> None:
    home = tmp_path / "home"
    told = settings.load(home=home, model="scripted", limit_day=0.0, price_in=1.0, price_out=1.0)
    with serving() as _, newsroom.open(home, settings=told, embedder=FakeEmbedder()) as room:
        answer = room.ask(AFTER, conversation=[room.ask(FIRST, how=How(extractive=True))])
        assert answer.rewritten == REWRITTEN
        assert answer.warnings[0].endswith(BY_RULES)
