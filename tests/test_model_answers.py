"""Answers written by a model behind a stand-in server: cited, bounded, and replaced where it fails."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from rag import newsroom, settings
from rag.answering.chain import LOCAL
from rag.marks import alarms, marks
from rag.models import openai_faults
from rag.newsroom import How, Newsroom
from rag.types import Answer, Evidence, Reason, Scope, Sentence, Stage
from tests.fakes.embedder import FakeEmbedder
from tests.fakes.homes import wait_for
from tests.fakes.openai_server import OpenAIServer, Reply, fault, said, serving

QUESTION = "Why did engineers close the Marden bridge?"
BRIDGE = "Engineers closed the Marden bridge on Monday after they found fourteen cracks in its girders."
DETOUR = "Drivers are sent over the old Marden bridge at Skell, which takes twenty minutes."
ARTICLES = {
    "bridge": f"{BRIDGE} The county will pay.",
    "detour": DETOUR,
    "strike": "Engineers at the Marden works voted to close the plant for a day in March.",
}


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openai_faults, "PAUSE", 0.01)


@contextmanager
def asked(
    home: Path, *script: Reply | Callable[[dict[str, Any]], Reply], **more: Any
) -> Iterator[tuple[Newsroom, OpenAIServer]]:
    """A newsroom of three articles whose model answers by `script`."""
    folder = home.parent / "articles"
    if not folder.exists():
        folder.mkdir()
        for name, text in ARTICLES.items():
            collection = f"collections: [{name} desk]\n"
            (folder / f"{name}.md").write_text(f"---\nid: {name}\ntitle: {name}\n{collection}---\n{text}\n")
    with serving(*script) as server:
        told = settings.load(home=home, **({"model": "scripted", "openai_base_url": server.address} | more))
        with newsroom.open(home, settings=told, embedder=FakeEmbedder()) as room:
            room.ingest([folder])
            yield room, server


def of(server: OpenAIServer, name: str) -> int:
    """The number under which a passage was last given to the model."""
    blocks = server.prompt().split("<passage ")[1:]
    return next(at for at, one in enumerate(blocks, 1) if f"\n{name}\n" in one)


def naming(text: str) -> Callable[[dict[str, Any]], Reply]:
    """A reply in which {bridge} and the others are the numbers that their passages have in the request."""

    def reply(request: dict[str, Any]) -> Reply:
        blocks = request["messages"][-1]["content"].split("<passage ")[1:]
        numbers = {
            name: next((at for at, one in enumerate(blocks, 1) if f"\n{name}\n" in one), 0)
            for name in ARTICLES
        }
        return said(text.format(**numbers))

    return reply


def test_what_a_model_writes_is_cited_to_the_sentences_that_say_it(tmp_path: Path) -> None:
    text = f"Fourteen cracks were found in the girders of the bridge [{{bridge}}]. {DETOUR} [{{detour}}]"
    with asked(tmp_path / "home", naming(text), price_in=1.0, price_out=3.0) as (room, server):
        events = list(room.ask_stream(QUESTION))
        answer = events[-1]
        assert isinstance(answer, Answer)
        assert (answer.status, answer.mode, answer.model) == ("answered", "llm", "scripted")
        assert [one.text for one in answer.sentences] == [
            "Fourteen cracks were found in the girders of the bridge.",
            DETOUR,
        ]
        assert [answer.citations[one.citations[0] - 1].quote for one in answer.sentences] == [BRIDGE, DETOUR]
        assert [one.evidence and one.evidence.state for one in answer.sentences] == [
            "in_source",
            "verbatim",
        ]
        for citation in answer.citations:
            article = room.article(citation.article_id, citation.version)
            assert article.text[citation.start : citation.end] == citation.quote
        assert [one for one in events if isinstance(one, Sentence)] == [answer.sentences[0]]
        assert Stage("scripted is writing") in events
        assert answer.tokens == {"in": 100, "out": 20}
        assert answer.cost == pytest.approx(160 / 1_000_000)
        assert answer.prompts.keys() == {"answer"}
        assert QUESTION in server.prompt()


def test_row_32_a_model_s_figure_that_its_passage_has_otherwise_is_shown_and_marked(tmp_path: Path) -> None:
    text = "Engineers closed the Marden bridge on Monday after they found forty cracks in its girders [{bridge}]."
    with asked(tmp_path / "home", naming(text)) as (room, _):
        [sentence] = room.ask(QUESTION).sentences
        assert sentence.text == text.removesuffix(" [{bridge}].") + "."
        assert sentence.evidence == Evidence("differs", (Reason("number", "forty", "fourteen", 1),))
        assert marks(sentence) == ("differs: forty in the answer, fourteen in the source",)
        assert alarms(sentence) == marks(sentence)


def test_a_quotation_that_its_passage_has_otherwise_loses_its_marks_and_is_flagged(tmp_path: Path) -> None:
    text = "Engineers “closed the Marden bridge on Monday after they found forty cracks” [{bridge}]."
    with asked(tmp_path / "home", naming(text)) as (room, _):
        [sentence] = room.ask(QUESTION).sentences
        assert sentence.text == "Engineers closed the Marden bridge on Monday after they found forty cracks."
        assert [one.state for one in sentence.quotations] == ["differs"]
        assert "quotation: wording differs from the source" in alarms(sentence)


def test_a_model_that_finds_no_answer_claims_nothing(tmp_path: Path) -> None:
    with asked(tmp_path / "home", said("NO ANSWER")) as (room, _):
        answer = room.ask(QUESTION)
        assert (answer.status, answer.mode, answer.sentences) == ("closest", "llm", ())
        assert answer.citations
        assert any("found no answer" in one for one in answer.warnings)


def test_a_sentence_without_a_passage_is_shown_as_not_matched(tmp_path: Path) -> None:
    with asked(tmp_path / "home", said("It was shut for repairs [77]. The county pays [1].")) as (room, _):
        first, second = room.ask(QUESTION).sentences
        assert (first.citations, first.evidence and first.evidence.state) == ((), "not_matched")
        assert second.citations


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ([fault(500)] * 3, "status 500"),
        ([fault(401)], "refused the key"),
        ([fault(429, retry_after="60")], "Ask again in 60 s."),
        ([Reply(body=b"<html>Sign in</html>")], "not an answer"),
        ([said("It was shut [1]. Then", finish=None)], "cut off"),
        ([said("```\n---\n```")], "nothing it wrote"),
    ],
)
def test_row_25_where_the_model_fails_the_answer_is_extractive_and_says_why(
    tmp_path: Path, script: list[Reply], why: str
) -> None:
    with asked(tmp_path / "home", *script) as (room, _):
        answer = room.ask(QUESTION)
        alone = room.ask(QUESTION, how=How(extractive=True))
        assert (answer.status, answer.mode, answer.model) == ("answered", "extractive", None)
        assert answer.sentences == alone.sentences
        assert any(why in one and "extractive" in one for one in answer.warnings)


def test_row_26_what_a_model_had_finished_before_it_was_cut_off_is_kept(tmp_path: Path) -> None:
    text = "Fourteen cracks were found in the girders [{bridge}]. Drivers go over the old bridge and th"
    cut = naming(text)

    def unfinished(request: dict[str, Any]) -> Reply:
        return Reply(cut(request).pieces, finish=None)

    with asked(tmp_path / "home", unfinished) as (room, _):
        answer = room.ask(QUESTION)
        assert answer.mode == "extractive"
        assert [one.text for one in answer.unfinished] == ["Fourteen cracks were found in the girders."]
        number = answer.unfinished[0].citations[0]
        assert answer.citations[number - 1].quote == BRIDGE
        assert answer.texts == len(
            {answer.citations[n - 1].article_id for s in answer.sentences for n in s.citations}
        )


def test_row_20_a_question_that_is_stopped_gives_no_answer(tmp_path: Path) -> None:
    with asked(tmp_path / "home", said("It was shut [1].", silent=(1, 30.0))) as (room, server):
        stop = server.stop_when_asked()
        assert not [one for one in room.ask_stream(QUESTION, stop=stop) if isinstance(one, Answer)]
        wait_for(lambda: bool(server.left))


def test_what_is_nowhere_near_is_not_sent(tmp_path: Path) -> None:
    with asked(tmp_path / "home") as (room, server):
        answer = room.ask(QUESTION, Scope(outlets=("Nobody",)))
        assert (answer.status, answer.mode) == ("no_answer_found", "extractive")
        assert not server.requests


def test_the_model_is_asked_for_nothing_where_the_reader_wants_it_so(tmp_path: Path) -> None:
    with asked(tmp_path / "home") as (room, server):
        assert room.ask(QUESTION, how=How(extractive=True)).mode == "extractive"
        assert not server.requests


def test_a_key_alone_sends_nothing_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-x")
    with asked(tmp_path / "home", model=None) as (room, server):
        assert room.ask(QUESTION).mode == "extractive"
        assert not server.requests


def test_a_collection_that_stays_here_is_never_sent(tmp_path: Path) -> None:
    with asked(tmp_path / "home", said("It takes twenty minutes [1].")) as (room, server):
        assert room.keep_local("bridge desk") == ("bridge desk",)
        answer = room.ask(QUESTION)
        assert answer.mode == "extractive"
        assert any("never sent to a model" in one for one in answer.warnings)
        assert not server.requests
        answer = room.ask("How long does the old bridge at Skell take drivers?")
        assert (answer.mode, len(server.requests)) == ("llm", 1)
        assert BRIDGE not in str(server.requests)
        assert any("stayed here" in one for one in answer.warnings)
        assert room.keep_local("bridge desk", False) == ()


def test_row_38_a_model_that_obeys_an_article_reaches_nothing(tmp_path: Path) -> None:
    text = (
        "![x](http://127.0.0.1:1/?leak) <script>alert(1)</script> [see](javascript:alert(1)) "
        "It is shut [{bridge}][99]."
    )
    with asked(tmp_path / "home", naming(text)) as (room, _):
        answer = room.ask(QUESTION)
        assert answer.sentences[0].text == "alert(1) see It is shut."
        assert len(answer.citations) == 1


def test_a_model_without_key_or_address_is_a_clear_error(tmp_path: Path) -> None:
    told = settings.load(home=tmp_path / "home", model="gpt-4o")
    with newsroom.open(tmp_path / "home", settings=told, embedder=FakeEmbedder()) as room:
        answer = room.ask(QUESTION)
        assert any("OPENAI_API_KEY" in one for one in answer.warnings)


def test_row_67_a_limit_that_is_reached_makes_answers_extractive_and_says_so(tmp_path: Path) -> None:
    costly = {"price_in": 1000.0, "price_out": 1000.0, "limit_session": 0.1}
    with asked(tmp_path / "home", said("It was shut [1]."), said("It was shut [1]."), **costly) as (
        room,
        server,
    ):
        first = list(room.ask_stream(QUESTION, session="maja"))[-1]
        assert isinstance(first, Answer)
        assert first.mode == "llm"
        second = list(room.ask_stream(QUESTION, session="maja"))[-1]
        assert isinstance(second, Answer)
        assert second.mode == "extractive"
        assert any("session's limit" in one for one in second.warnings)
        third = list(room.ask_stream(QUESTION, session="per"))[-1]
        assert isinstance(third, Answer)
        assert third.mode == "llm"
        assert len(server.requests) == 2
        assert "2 calls" in room.status().spending


@pytest.mark.parametrize("heard", [0, 2])
def test_what_a_stopped_question_took_is_counted(tmp_path: Path, heard: int) -> None:
    """Also where it was stopped before the first word: the server has read what was sent."""
    stop = threading.Event()

    def stopped(_request: dict[str, Any]) -> Reply:
        threading.Timer(0.2, stop.set).start()
        return said("It was shut [1]. Then", silent=(heard, 30.0))

    with asked(tmp_path / "home", stopped) as (room, _):
        assert not [one for one in room.ask_stream(QUESTION, stop=stop) if isinstance(one, Answer)]
        took = room.limits.spent("")[0]
        assert took.calls == 1
        assert took.tokens > 100


def test_a_question_that_is_stopped_before_it_is_sent_is_not_sent(tmp_path: Path) -> None:
    stop = threading.Event()
    stop.set()
    with asked(tmp_path / "home") as (room, server):
        assert not [one for one in room.ask_stream(QUESTION, stop=stop) if isinstance(one, Answer)]
        assert room.limits.spent("")[0].calls == 0
        assert not server.requests


def test_what_is_put_into_a_collection_that_stays_here_is_not_sent_from_then_on(tmp_path: Path) -> None:
    with asked(tmp_path / "home", said("It was shut [1].")) as (room, server):
        room.keep_local("Sources")
        assert room.ask(QUESTION).mode == "llm"
        assert BRIDGE in server.prompt()
        room.put(["bridge"], "Sources")
        assert LOCAL in room.ask(QUESTION).warnings
        room.rename_collection("Sources", "Confidential")
        assert room.local_collections() == ("Confidential",)
        assert LOCAL in room.ask(QUESTION).warnings
        assert len(server.requests) == 1
