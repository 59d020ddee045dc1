"""Two outlets that give a figure differently: both sides stand before the answer and in the briefing, cited."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rag import newsroom
from rag.answer_sheet import as_bytes
from rag.jsonable import as_json, from_json
from rag.newsroom import Newsroom
from rag.types import Answer, Conflict, Sentence
from tests.fakes.embedder import FakeEmbedder
from tests.test_cli import run
from tests.test_newsroom import write

__all__ = ["run"]

CORPUS = Path(__file__).resolve().parent.parent / "corpus"
PLANTED = json.loads((CORPUS / "planted.json").read_text(encoding="utf-8"))["disagreements"]
ASKED = {
    "number of dead fish": "How many fish died in the Little Fenn?",
    "posts lost in the hospital merger": "How many posts would be lost in the hospital merger?",
    "cost of repairing the St. Orrin Bridge, in crowns": "What will repairing the St. Orrin Bridge cost?",
    "people evacuated from Lower Ashe": "How many people were evacuated from Lower Ashe?",
}
SUNK = "The ferry Otter sank off Brunnhaven on Monday and 41 people died, the coast guard said."
MORE = "Sixty-three people perished when the Otter went down off Brunnhaven, a union of ferry crews said."
QUESTION = "How many people died when the ferry Otter sank?"


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    """The sample newsroom, read by everybody and changed by nobody."""
    with newsroom.open(tmp_path_factory.mktemp("disputes") / "home", embedder=FakeEmbedder()) as room:
        room.ingest([CORPUS / "articles"])
        yield room


def sides(answer: Answer, one: Conflict) -> list[str]:
    cited = {citation.number: citation for citation in answer.citations}
    return [cited[number].article_id for side in (one.older, one.newer) for number in side.citations]


@pytest.mark.parametrize("planted", PLANTED, ids=[one["what"] for one in PLANTED])
def test_every_planted_disagreement_stands_before_its_answer(
    sample: Newsroom, planted: dict[str, Any]
) -> None:
    answer = sample.ask(ASKED[planted["what"]])
    [found] = answer.disagreements
    assert found.kind == "disagreement"
    assert set(sides(answer, found)) == set(planted["articles"])
    for side in (found.older, found.newer):
        [number] = side.citations
        cited = answer.citations[number - 1]
        article = sample.catalog.article(cited.article_id)
        assert article is not None
        assert article.text[cited.start : cited.end] == cited.quote
        assert side.evidence is not None
        assert side.evidence.state == "verbatim"


def test_a_briefing_on_everything_shows_the_planted_disagreements_apart_from_updates(
    sample: Newsroom,
) -> None:
    made = sample.brief(words=900)
    cited = {one.number: one.article_id for one in made.citations}
    found = [
        {cited[one.older.citations[0]], cited[one.newer.citations[0]]}
        for one in made.conflicts
        if one.kind == "disagreement"
    ]
    assert sorted(map(sorted, found)) == sorted(sorted(one["articles"]) for one in PLANTED)


def test_a_question_on_something_else_of_the_same_articles_shows_none(sample: Newsroom) -> None:
    for question in (
        "Who closed the St. Orrin Bridge?",
        "When was the first ferry trip after the bridge closed?",
        "What did the court say of Anton Rask?",
        "How many cracks were found in the bridge?",
        "How many candidates stand in Skellby North?",
    ):
        assert sample.ask(question).disagreements == ()


def ferry(folder: Path, published: str, text: str = MORE, **head: str) -> None:
    told = {"title": "The Otter", "outlet": "The Mail", "published": published, **head}
    write(folder, "more", text, **told)
    write(folder, "sunk", SUNK, title="Otter lost", outlet="The Post", published="2026-11-14T08:00:00Z")


@pytest.mark.parametrize(
    ("published", "head", "kinds"),
    [
        ("2026-11-14T10:00:00Z", {}, ["disagreement"]),
        ("2026-11-15T09:00:00Z", {}, ["update"]),
        ("2026-11-14T10:00:00Z", {"outlet": "The Post"}, ["update"]),
        ("2026-11-14T10:00:00Z", {"title": "CORRECTED The Otter lost"}, ["correction"]),
        ("2026-08-14T10:00:00Z", {}, []),
        ("2026-11-14T10:00:00Z", {"kind": "opinion"}, []),
    ],
)
def test_same_time_is_a_dispute_later_an_update_and_months_apart_or_opinion_nothing(
    tmp_path: Path, published: str, head: dict[str, str], kinds: list[str]
) -> None:
    (tmp_path / "articles").mkdir()
    ferry(tmp_path / "articles", published, **head)
    with newsroom.open(tmp_path / "home", embedder=FakeEmbedder()) as room:
        room.ingest([tmp_path / "articles"])
        answer = room.ask(QUESTION)
        assert [one.kind for one in answer.disagreements] == kinds


def test_it_is_kept_exported_and_printed_with_both_sides(tmp_path: Path, run: Any) -> None:
    (tmp_path / "articles").mkdir()
    ferry(tmp_path / "articles", "2026-11-14T10:00:00Z")
    with newsroom.open(tmp_path / "home", embedder=FakeEmbedder()) as room:
        room.ingest([tmp_path / "articles"])
        answer = room.ask(QUESTION)
    assert from_json(Answer, json.loads(json.dumps(as_json(answer)))) == answer
    sheet = as_bytes("md", answer, [None] * len(answer.citations), at=None, sample=False).decode()
    assert sheet.index("Sources disagree: “41” → “Sixty-three”") < sheet.index("Answer")
    assert sheet.index("a union of ferry crews said") < sheet.index("Answer")


def test_the_closest_passages_are_not_more_for_what_a_disagreement_cites(sample: Newsroom) -> None:
    answer = sample.ask(ASKED["posts lost in the hospital merger"])
    told: set[int] = {
        n for one in answer.disagreements for side in (one.older, one.newer) for n in side.citations
    }
    shown = {one.number for one in answer.passages}
    if answer.status == "closest":
        assert shown.isdisjoint(told)
    assert shown | told == {one.number for one in answer.citations}
    assert isinstance(answer.disagreements[0].older, Sentence)


def test_people_of_one_name_are_not_merged(sample: Newsroom) -> None:
    [note] = [one for one in sample.ask("Who is Jon Tarrant?").warnings if "two people" in one]
    assert "61 in The Hallbeck Mercury" in note
    assert "34 in Daily Clarion" in note
    assert not [one for one in sample.ask("Who closed the St. Orrin Bridge?").warnings if "two people" in one]
