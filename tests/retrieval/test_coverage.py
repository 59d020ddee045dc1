"""Questions about the coverage are told from questions about the news, and counted over the whole scope."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from rag import newsroom
from rag.newsroom import How, Newsroom
from rag.retrieval.coverage import about_coverage
from rag.retrieval.tree import said
from rag.types import Scope
from tests.fakes.embedder import FakeEmbedder

ROOT = Path(__file__).resolve().parents[2]
OUTLETS = ("The Hallbeck Mercury", "Daily Clarion", "Radio Ostrey")
TODAY = date(2026, 11, 22)


def read(question: str, scope: Scope | None = None) -> tuple[str, str] | None:
    about = about_coverage(question, scope or Scope(), today=TODAY, outlets=OUTLETS)
    return None if about is None else (about.asked, said(about.tree))


@pytest.mark.parametrize(
    ("question", "became"),
    [
        ("How many articles mention the Merrin ferry?", ("count", "Merrin AND ferry")),
        ("how many stories do we have on Northspar", ("count", "Northspar")),
        ("How many mentions of the Kittiwake are there?", ("count", "Kittiwake")),
        ('How many articles mention "rather close a bridge"?', ("count", '"rather close a bridge"')),
        ("List every story on the bridge.", ("list", "bridge")),
        ("Show me all articles about Anton Rask's trial", ("list", "Anton AND Rask AND trial")),
        ("Which articles mention the Kittiwake?", ("list", "Kittiwake")),
        ("When did we first report on the bridge cracks?", ("first", "bridge AND cracks")),
        ("When did we first report that the bridge was unsafe?", ("first", "bridge AND unsafe")),
        ("What was the first article on Northspar?", ("first", "Northspar")),
        ("Which outlets reported the strike?", ("outlets", "strike")),
        ("Which newspapers wrote about the flood?", ("outlets", "flood")),
    ],
)
def test_a_question_about_the_coverage_becomes_a_search(question: str, became: tuple[str, str]) -> None:
    assert read(question) == became


@pytest.mark.parametrize(
    "question",
    [
        "How many people were evacuated?",
        "How many reports did the board write?",
        "How many reports on the bridge did the directorate commission?",
        "How many stories does the tower have?",
        "How many stories about the flood were withdrawn?",
        "How many articles of the treaty mention fish?",
        "Which report on the bridge warned of cracks?",
        "Which papers carried the fish?",
        "Which outlets did the council fine?",
        "When did doctors first report the disease?",
        "When was the virus first reported?",
        "When did we first see the cracks?",
        "Who first reported the crime?",
        "List the dead",
        "How many articles mention the ferry or the bridge?",
        "How many articles mention the ferry on Monday?",
    ],
)
def test_a_question_about_the_news_stays_one(question: str) -> None:
    assert read(question) is None


def test_none_of_the_220_questions_about_the_sample_newsroom_is_taken_for_one_about_the_coverage() -> None:
    lines = (ROOT / "corpus" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    asked = [json.loads(line)["question"] for line in lines]
    assert len(asked) == 220
    assert [one for one in asked if read(one)] == []


@pytest.mark.parametrize(
    ("said_when", "days"),
    [
        ("in October", ("2026-10-01", "2026-10-31")),
        ("in October 2025", ("2025-10-01", "2025-10-31")),
        ("last week", ("2026-11-09", "2026-11-15")),
        ("this month", ("2026-11-01", "2026-11-22")),
        ("since 1 October 2026", ("2026-10-01", None)),
        ("published before 12 October 2026", (None, "2026-10-11")),
        ("on 12 October", ("2026-10-12", "2026-10-12")),
        ("in 2025", ("2025-01-01", "2025-12-31")),
    ],
)
def test_days_in_it_are_days_of_publication_from_the_first_to_the_last(
    said_when: str, days: tuple[str | None, str | None]
) -> None:
    about = about_coverage(
        f"How many articles mention the Kittiwake {said_when}?", Scope(), today=TODAY, outlets=()
    )
    assert about is not None
    assert said(about.tree) == "Kittiwake"
    assert (about.scope.from_, about.scope.to) == days
    assert about.chips


def test_an_outlet_in_it_is_part_of_the_scope() -> None:
    for question in (
        "List all articles about the flood in the Daily Clarion",
        "When did Daily Clarion first report on the flood?",
    ):
        about = about_coverage(question, Scope(), today=TODAY, outlets=OUTLETS)
        assert about is not None
        assert (said(about.tree), about.scope.outlets) == ("flood", ("Daily Clarion",))


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    with newsroom.open(tmp_path_factory.mktemp("counted") / "home", embedder=FakeEmbedder()) as opened:
        opened.ingest([ROOT / "corpus" / "articles"])
        yield opened


def test_the_planted_mentions_are_counted_to_the_last(room: Newsroom) -> None:
    """37 articles name the ferry; a newer article replaced one of them, so 36 are counted and one is told apart."""
    planted = json.loads((ROOT / "corpus" / "planted.json").read_text())["mentions"][0]
    answer = room.ask("How many articles mention the Kittiwake?")
    assert answer.status == "answered"
    assert answer.sentences == ()
    assert answer.coverage is not None
    assert answer.coverage.query == "Kittiwake"
    assert (answer.coverage.articles, answer.coverage.replaced) == (36, 1)
    assert answer.coverage.articles + answer.coverage.replaced == planted["count"] == 37
    assert answer.coverage.said.startswith("36 of 87 articles match Kittiwake. 1 more is not counted")
    assert {one.article_id for one in answer.citations} == set(planted["articles"]) - {
        "mercury-2026-10-30-flood"
    }
    for one in answer.citations:
        text = room.article(one.article_id, one.version).text
        assert text[one.start : one.end] == one.quote
        assert "Kittiwake" in one.quote


def test_the_first_is_the_oldest_and_the_list_begins_with_it(room: Newsroom) -> None:
    answer = room.ask("When did we first report on the Kittiwake?")
    assert answer.coverage is not None
    dated = [one.published for one in answer.citations if one.published]
    assert dated[0] == min(dated)
    assert answer.coverage.said.startswith("The oldest that matches: The Hallbeck Mercury, 2026-09-07.")
    assert answer.warnings == ("1 undated article may be older; listed last.",)


def test_outlets_are_counted_by_their_articles(room: Newsroom) -> None:
    answer = room.ask("Which outlets reported the strike?")
    assert answer.coverage is not None
    assert (
        sum(count for _, count in answer.coverage.outlets)
        == answer.coverage.articles
        == len(answer.citations)
    )
    assert answer.coverage.said.startswith("5 outlets: ")


def test_what_nothing_matches_is_counted_as_none_and_answers_nothing(room: Newsroom) -> None:
    answer = room.ask("How many articles mention zebras?")
    assert answer.status == "no_answer_found"
    assert answer.coverage is not None
    assert answer.coverage.said == "0 of 87 articles match zebras."


def test_as_a_phrase_they_are_counted_beside_the_words(room: Newsroom) -> None:
    answer = room.ask("How many articles mention the St. Orrin Bridge?")
    exact = room.search('"St. Orrin Bridge"', k=None)
    assert answer.coverage is not None
    assert answer.coverage.as_phrase == exact.articles
    assert answer.coverage.articles >= exact.articles  # type: ignore[operator]


def test_an_ordinary_question_is_answered_as_ever(room: Newsroom) -> None:
    assert room.ask("How many people were evacuated in the flood?").coverage is None
    assert room.ask("How many articles mention the Kittiwake?", how=How(syntax=False)).coverage is None
