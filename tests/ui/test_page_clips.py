"""What can be clipped on a page, and the page of clips."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from rag.kept import Clip
from rag.types import Answer, Evidence, SearchResult
from tests.fakes.newsroom import FakeNewsroom
from tests.ui.test_page_app import QUESTION, pane, put, texts, turn
from ui import clipping, reader, room
from ui.clipping import Draft


@pytest.fixture(autouse=True)
def me(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Who reads."""
    who = ["user:maja"]
    monkeypatch.setattr(reader, "owner", lambda: who[0])
    return who


def answered(fake: FakeNewsroom, question: str = QUESTION) -> Answer:
    return next(one for one in fake.ask_stream(question) if isinstance(one, Answer))


def put_aside(fake: FakeNewsroom, draft: Draft, owner: str = "user:maja") -> Clip:
    about: dict[str, Any] = {"mark": draft.mark, "question": draft.question, "answer_id": draft.answer_id}
    return fake.clip(owner, draft.citations, text=draft.text, **about)


def tools(app: AppTest) -> list[list[str]]:
    return [[one["label"] for one in statement["tools"]] for statement in pane(app)["statements"]]


def test_every_sentence_and_every_cited_span_can_be_clipped(fake: FakeNewsroom) -> None:
    answer = answered(fake)
    drafts = clipping.of_answer(answer, recorded=True)
    assert {f"s{at}" for at in range(1, 4)} | {f"c{one.number}" for one in answer.citations} <= set(drafts)
    for draft in drafts.values():
        clip = put_aside(fake, draft)
        assert (clip.question, clip.answer_id) == (answer.question, answer.id)
        for cited in clip.citations:
            assert fake.article(cited.article_id).text[cited.start : cited.end] == cited.quote


def test_a_sentence_that_is_the_cited_words_is_the_same_clip_as_they_are(fake: FakeNewsroom) -> None:
    answer = answered(fake)
    one, cited = answer.sentences[0], answer.citations[0]
    answer = replace(answer, sentences=(replace(one, text=" ".join(cited.quote.split()), citations=(1,)),))
    drafts = clipping.of_answer(answer, recorded=True)
    assert drafts["s1"].digest == drafts["c1"].digest
    other = replace(answer.sentences[0], text="Otherwise.", evidence=Evidence("not_checked"))
    drafts = clipping.of_answer(replace(answer, sentences=(other,)), recorded=True)
    assert (drafts["s1"].text, drafts["s1"].mark) == ("Otherwise.", "not checked")
    assert drafts["s1"].digest != drafts["c1"].digest


def test_of_an_unrecorded_question_a_clip_keeps_no_question(fake: FakeNewsroom) -> None:
    drafts = clipping.of_answer(answered(fake), recorded=False)
    assert {(one.question, one.answer_id) for one in drafts.values()} == {("", None)}


@pytest.mark.parametrize("query", ["bridge ferry", "bridge AND ferry"])
def test_every_passage_found_can_be_clipped_at_the_words_it_opens(fake: FakeNewsroom, query: str) -> None:
    found: SearchResult = fake.search(query, k=20)
    drafts = clipping.of_search(found)
    assert drafts
    for draft in drafts.values():
        [cited] = draft.citations
        assert fake.article(cited.article_id).text[cited.start : cited.end] == cited.quote


def test_what_is_clipped_says_so_on_the_page_to_its_reader_alone(
    app: AppTest, fake: FakeNewsroom, me: list[str]
) -> None:
    put(app.run(), QUESTION)
    assert tools(app) == [["Clip"]] * 3
    put_aside(fake, app.session_state["clippable"]["s2"])
    assert tools(app.run()) == [["Clip"], ["Clipped · undo"], ["Clip"]]
    me[0] = "user:jon"
    assert tools(app.run()) == [["Clip"]] * 3


def test_the_clips_are_listed_with_notes_and_what_became_of_their_sources(
    app: AppTest, fake: FakeNewsroom
) -> None:
    app.run()
    turn(app, "clips.py")
    assert "Nothing yet." in texts(app)
    drafts = clipping.of_answer(answered(fake), recorded=True)
    first, last = (put_aside(fake, drafts[key]) for key in ("s1", "s3"))
    fake.note("user:maja", last.id, "<b>call</b>")
    fake.withdraw(last.citations[0].article_id)
    app.run()
    data = pane(app)
    assert [one["id"] for one in data["statements"]] == [first.id, last.id]
    assert [one["note"] for one in data["statements"]] == ["", "<b>call</b>"]
    assert [one["label"] for one in data["statements"][0]["tools"]] == ["Down", "Take out"]
    assert [one["label"] for one in data["statements"][1]["tools"]] == ["Up", "Take out"]
    assert data["citations"][-1]["since"] == "withdrawn or removed since"
    assert [one["number"] for one in data["citations"]] == list(range(1, len(data["citations"]) + 1))
    assert not app.exception


def test_what_is_copied_is_credited_with_the_year_and_the_headline(app: AppTest) -> None:
    put(app.run(), QUESTION)
    data = pane(app)
    credits = {one["key"]: one["credit"] for one in data["sources"]}
    assert all(" 2026, “" in credits[one["source"]] for one in data["citations"])
    assert all(one["quote"] == " ".join(one["quote"].split()) != "" for one in data["citations"])


def test_words_selected_in_an_article_are_clipped_as_they_stand_there_or_refused(
    fake: FakeNewsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "opened", lambda: fake)
    state: dict[str, Any] = {}
    monkeypatch.setattr(clipping.st, "session_state", State(state))
    cited = answered(fake).citations[0]

    def press(words: str) -> None:
        said = {"source": f"{cited.article_id}@{cited.version}", "words": words, "before": ""}
        clipping.heard()[clipping.CLIP_WORDS](json.dumps(said))

    press(cited.quote[:20])
    [clip] = fake.clips("user:maja")
    [one] = clip.citations
    assert fake.article(one.article_id).text[one.start : one.end] == one.quote == cited.quote[:20].strip()
    assert (clip.mark, "clip_trouble" in state) == ("verbatim", False)
    press("Words that no article has.")
    assert "not in the article" in state.pop("clip_trouble")
    fake.withdraw(cited.article_id)
    press(cited.quote[:20])
    assert "not in the article" in state["clip_trouble"]
    assert len(fake.clips("user:maja")) == 1


class State(dict[str, Any]):
    """Streamlit's session state, as far as clipping uses it."""

    def __init__(self, held: dict[str, Any]) -> None:
        super().__init__()
        self.__dict__ = held
