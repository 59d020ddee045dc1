"""The Search page with operators: what was read, counted, ordered, shown more of, and taken away as CSV."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from streamlit.testing.v1 import AppTest

from rag.types import Answer, Citation, Coverage
from tests.fakes.newsroom import FakeNewsroom
from tests.ui.test_page_app import pane, put
from ui import listing

TODAY = date(2026, 11, 22)
QUERY = "Tarn AND more"


def search(app: AppTest, query: str) -> AppTest:
    return put(app.switch_page("search.py").run(), query)


def test_a_search_with_operators_says_how_it_was_read_and_what_it_counts(app: AppTest) -> None:
    search(app.run(), QUERY)
    data = pane(app)
    assert data["outcome"] == "passages"
    assert data["details"] == ["Read as: Tarn AND more", "1 more replaced by a newer article, not listed"]
    assert data["summary"][0].endswith("articles match")
    assert "newest first" in data["summary"]
    assert not app.exception


def test_more_is_shown_on_request_without_forgetting_what_is_open(app: AppTest) -> None:
    search(app.run(), QUERY)
    before = pane(app)
    assert len(before["statements"]) == 20
    [more] = [one for one in app.button if one.label == "Show more"]
    more.click().run()
    after = pane(app)
    assert len(after["statements"]) > 20
    assert after["id"] == before["id"]
    assert not app.exception


def test_the_order_can_be_chosen_and_a_new_search_forgets_it(app: AppTest, fake: FakeNewsroom) -> None:
    search(app.run(), QUERY)
    assert app.button_group[0].value == "newest"
    app.button_group[0].set_value("oldest").run()
    assert "oldest first" in pane(app)["summary"]
    put(app, "Tarn AND other")
    assert "newest first" in pane(app)["summary"]
    assert not app.exception


def test_plain_words_are_shown_as_ever(app: AppTest) -> None:
    search(app.run(), "bridge")
    assert "Read as" not in str(pane(app)["details"])
    assert not [one for one in app.checkbox if one.label == "Fold copies"]
    assert not app.exception


def test_an_article_stands_once_with_its_sentences_and_all_its_words_marked(fake: FakeNewsroom) -> None:
    found = fake.search("Tarn AND bridge", k=3)
    data = listing.of_exact(found, fake.article, TODAY, key="k", whole=frozenset())
    assert len(data["statements"]) == 3
    assert data["statements"][0]["why"][0].startswith("“Tarn”")
    segments = [
        one for source in data["sources"] for part in source["paragraphs"] for one in part["segments"]
    ]
    assert any(one["text"] == "Tarn" and one.get("soft") for one in segments)
    assert all(one["located"] for one in data["citations"])


def test_no_article_that_matches_is_said_with_how_the_search_was_read(fake: FakeNewsroom) -> None:
    data = listing.of_exact(fake.search("zzzz AND yyyy"), fake.article, TODAY, key="k", whole=frozenset())
    assert data["headline"] == "No article matches."
    assert data["details"][0].startswith("Read as: ")


def test_a_counted_answer_shows_its_search_and_the_articles_it_counted(fake: FakeNewsroom) -> None:
    found = fake.search("Tarn AND bridge", k=4)
    coverage = Coverage("count", "Tarn", "4 of 6 articles match Tarn.", 4, 4, 0, ())
    cited = tuple(
        Citation(
            at, one.passage.article_id, 1, one.title, one.outlet, None, None, one.published, None, None,
            one.passage.start, one.passage.end, one.text,
        )
        for at, one in enumerate(found.passages, 1)
    )  # fmt: skip
    [*_, answer] = fake.ask_stream("Why is the Tarn bridge closed?")
    assert isinstance(answer, Answer)
    answer = replace(answer, sentences=(), citations=cited, coverage=coverage)
    data = listing.of_coverage(answer, fake.article, TODAY, key="k")
    assert data["headline"] == "4 of 6 articles match Tarn."
    assert data["summary"][:2] == ["Searched for: Tarn", "4 articles listed, newest first"]
    assert (data["outcome"], len(data["statements"])) == ("passages", 4)
    assert all(one["located"] for one in data["citations"])
