"""What came later on the story that an answer cites: named before it, and nothing else is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rag import newsroom
from rag.newsroom import Newsroom
from rag.types import Answer, Scope
from tests.fakes.embedder import FakeEmbedder
from tests.test_cli import run
from tests.test_newsroom import write

__all__ = ["run"]

CHARGED = (
    "Prosecutors in Hallbeck charged Anton Rask, once finance chief of the Merrin Harbour Pension Fund, with fraud. "
    "Rask is accused of steering 23.6 million crowns of the pension fund into three companies."
)
CLEARED = (
    "Anton Rask walked free on Thursday after the court in Hallbeck found no proof of fraud at the Merrin Harbour "
    "Pension Fund. The judge blamed the trustees: they did not read what the finance chief gave them."
)
QUESTION = "How much money is Anton Rask accused of steering into three companies?"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(
        tmp_path,
        "charged",
        CHARGED,
        title="Rask charged with fraud",
        outlet="The Post",
        published="2026-09-10",
    )
    write(
        tmp_path, "cleared", CLEARED, title="Rask cleared of fraud", outlet="The Mail", published="2026-11-12"
    )
    column = f"{CLEARED} The court is wrong about Rask and about the fund."
    write(
        tmp_path,
        "column",
        column,
        title="Rask: a shame",
        outlet="The Mail",
        published="2026-11-13",
        kind="opinion",
    )
    ferry = "The ferry Otter sank off Brunnhaven. All 41 passengers were saved, the coast guard said."
    write(tmp_path, "ferry", ferry, title="Ferry lost", outlet="The Mail", published="2026-11-14")
    return tmp_path


@pytest.fixture
def room(folder: Path) -> Iterator[Newsroom]:
    with newsroom.open(folder / "home", embedder=FakeEmbedder()) as opened:
        opened.ingest(sorted(folder.glob("*.md")))
        yield opened


def citing(answer: Answer, article_id: str) -> Answer:
    """The answer as if it cited this article alone."""
    return replace(answer, citations=tuple(one for one in answer.citations if one.article_id == article_id))


def test_the_later_article_of_the_story_is_named_and_no_opinion_and_no_other_story(room: Newsroom) -> None:
    answer = room.ask(QUESTION)
    old = citing(answer, "charged")
    assert old.citations
    assert [(one.article_id, one.title) for one in room.later(old)] == [("cleared", "Rask cleared of fraud")]
    assert (
        room.later(room.ask(QUESTION, Scope(articles=("charged",)))) == ()
    )  # what is out of scope stays out
    room.remove(["cleared"])
    assert room.later(old) == ()


def test_what_cites_the_newest_or_nothing_has_nothing_later(room: Newsroom) -> None:
    newest = room.ask("Whom did the judge blame?", Scope(articles=("cleared",)))
    assert newest.citations
    assert room.later(replace(newest, scope=Scope())) == ()
    assert room.later(room.ask("What is the boiling point of tungsten?")) == ()


def test_the_command_line_says_it_before_the_answer_and_in_json(folder: Path, run: Any) -> None:
    run("ingest", *[str(one) for one in sorted(folder.glob("*.md"))])
    asked = ("ask", "Into how many companies is Rask accused of steering 23.6 million crowns?")
    found = run(*asked, "--json").json
    assert {one["article_id"] for one in found["citations"]} == {"charged"}
    assert [one["article_id"] for one in found["later"]] == ["cleared"]
    assert run(*asked).out.startswith("Later: The Mail")
    assert run(*asked, "--today", "2026-10-01", "--json").json["later"] == []
