import json
import os
import shlex
import time
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from rag import newsroom
from rag.errors import CatalogDamaged
from tests.fakes.newsroom import FakeNewsroom
from ui import view

QUESTION = "Why is the Tarn bridge closed?"


def components(app: AppTest) -> list[dict[str, Any]]:
    return [json.loads(element.proto.json) for element in app.get("bidi_component")]


def component(app: AppTest, field: str) -> dict[str, Any]:
    [data] = [one for one in components(app) if field in one]
    return data


def pane(app: AppTest) -> dict[str, Any]:
    return component(app, "outcome")


def turn(app: AppTest, page: str) -> AppTest:
    app.query_params.clear()
    return app.switch_page(page).run()


def texts(app: AppTest) -> str:
    return "\n".join(element.value for element in app.text)


def put(app: AppTest, text: str, *, wait: bool = True) -> AppTest:
    """Ask or search for a text; with `wait` until nothing more comes, as a reader would."""
    app.text_input[0].input(text)
    app.button[0].click().run()
    until = time.monotonic() + 60
    while wait and time.monotonic() < until and any(map(comes, components(app))):
        app.run()
    return app


def comes(drawn: dict[str, Any]) -> bool:
    """Whether an answer is still written, or written and not kept yet."""
    keeping = {"label": "", "said": view.OWN, "event": ""}
    return drawn.get("outcome") == "working" or keeping in drawn.get("actions", ())


def test_a_question_is_answered_with_its_sources(app: AppTest) -> None:
    put(app.run(), QUESTION)
    data = pane(app)
    assert data["outcome"] == "answered"
    assert len(data["statements"]) == 3
    assert len(data["sources"]) == 3
    assert [one.proto.label for one in app.get("download_button")] == ["Markdown", "HTML", "Word", "JSON"]
    assert not app.exception


def test_white_space_asks_nothing(app: AppTest, fake: FakeNewsroom) -> None:
    blank = put(app.run(), "   ", wait=False)
    assert pane(blank)["id"] == "blank"
    assert fake.asked == []


def test_the_same_question_can_be_asked_again(app: AppTest, fake: FakeNewsroom) -> None:
    put(put(app.run(), QUESTION), QUESTION)
    assert len(fake.asked) == 2
    assert pane(app)["id"] == "ask-2"


def test_an_answer_that_takes_long_is_drawn_as_it_comes(app: AppTest, fake: FakeNewsroom) -> None:
    fake.pause = 0.4
    put(app.run(), QUESTION, wait=False)
    began = time.monotonic()
    while pane(app)["outcome"] == "working" and time.monotonic() < began + 15:
        app.run()
    assert pane(app)["outcome"] == "answered"


def test_a_question_that_is_too_long_is_told_its_length(app: AppTest) -> None:
    put(app.run(), "x" * 3000)
    data = pane(app)
    assert data["outcome"] == "failed"
    assert "3,000 characters" in data["notes"][0]
    assert not app.exception


def test_a_fault_of_ours_shows_nothing_of_the_inside(app: AppTest) -> None:
    put(app.run(), "break")
    assert app.exception
    assert "secret detail" not in texts(app)


def test_after_a_fault_the_next_question_is_answered(app: AppTest) -> None:
    put(put(app.run(), "break"), QUESTION)
    assert not app.exception
    assert pane(app)["outcome"] == "answered"


def test_an_answer_is_still_there_when_the_reader_comes_back(app: AppTest, fake: FakeNewsroom) -> None:
    put(app.run(), QUESTION)
    turn(app, "status.py")
    turn(app, "ask.py")
    assert pane(app)["outcome"] == "answered"
    assert app.text_input[0].value == QUESTION
    assert len(fake.asked) == 1


def test_a_source_removed_since_is_shown_as_removed_at_the_next_drawing(
    app: AppTest, fake: FakeNewsroom
) -> None:
    put(app.run(), QUESTION)
    fake.remove(["lantern-bridge"])
    app.run()
    assert pane(app)["sources"][0]["state"] == "removed"


def test_the_sample_says_on_every_page_and_source_that_it_is_invented(
    app: AppTest, fake: FakeNewsroom
) -> None:
    fake.sample = True
    app.run()
    assert "invented" in texts(app)
    put(app, QUESTION)
    assert "invented" in pane(app)["label"]
    for page in ("search.py", "status.py"):
        assert "invented" in texts(turn(app, page))


def test_one_s_own_articles_are_not_called_invented(app: AppTest) -> None:
    put(app.run(), QUESTION)
    assert "invented" not in texts(app)
    assert pane(app)["label"] is None


def test_the_first_visit_to_the_sample_offers_questions_that_can_be_pressed(
    app: AppTest, fake: FakeNewsroom
) -> None:
    fake.sample = True
    app.run()
    examples = [button for button in app.button if button.key and button.key.startswith("example")]
    assert len(examples) == 3
    examples[1].click().run()
    assert fake.asked[0][0] == examples[1].label
    assert app.text_input[0].value == examples[1].label


def test_a_warning_of_the_library_stands_on_every_page(app: AppTest, fake: FakeNewsroom) -> None:
    fake.warnings = ("Keyword search only: no weights.",)
    assert "Keyword search only" in texts(app.run())
    assert "Keyword search only" in texts(turn(app, "status.py"))


def test_without_articles_the_page_says_how_to_bring_some(app: AppTest, fake: FakeNewsroom) -> None:
    fake.articles.clear()
    app.run()
    [told] = [code.value for code in app.code]
    program, verb, path, *home = shlex.split(told)
    assert Path(program).name == "dateline"
    assert (verb, path, home) == ("ingest", "PATH", ["--home", os.environ["DATELINE_HOME"]])
    assert not app.text_input
    turn(app, "search.py")
    assert [code.value for code in app.code] == [told]


def test_a_library_that_cannot_be_opened_is_told_plainly(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def damaged(*_args: object, **_flags: object) -> None:
        raise CatalogDamaged("catalog.sqlite3", "it is damaged", "Restore it from a backup.")

    monkeypatch.setattr(newsroom, "open", damaged)
    app.run()
    assert not app.exception
    assert "it is damaged" in texts(app)
    assert "Restore it from a backup." in texts(app)


def test_a_search_shows_passages(app: AppTest) -> None:
    app.run()
    turn(app, "search.py")
    put(app, "bridge ferry")
    data = pane(app)
    assert data["outcome"] == "passages"
    assert len(data["statements"]) == 4
    assert data["summary"][0] == "4 passages"


def test_status_says_how_the_library_stands(app: AppTest) -> None:
    app.run()
    turn(app, "status.py")
    drawn = "".join(element.proto.body for element in app.get("html"))
    assert "<dt>Passages</dt><dd>240</dd>" in drawn
    assert "<dt>Library sequence</dt><dd>7</dd>" in drawn


def test_what_an_outlet_calls_itself_cannot_become_html_on_the_status_page(app: AppTest) -> None:
    app.run()
    turn(app, "status.py")
    drawn = "".join(element.proto.body for element in app.get("html"))
    assert "<b>bold" not in drawn
    assert "&lt;b&gt;bold" in drawn


def test_the_next_question_comes_after_the_answer_until_a_new_conversation_is_begun(
    app: AppTest, fake: FakeNewsroom
) -> None:
    put(app.run(), QUESTION)
    assert "The next question comes after “Why is the Tarn bridge closed?” (1 question so far)" in texts(app)
    put(app, "When will it open?")
    assert pane(app)["question"] == "When will the Tarn bridge open?"
    assert [len(one) for one in fake.after] == [0, 1]
    put(app, "Who is king of Nordby?")
    assert pane(app)["question"] is None
    assert len(fake.after[2]) == 2
    next(one for one in app.button if one.label == "New conversation").click().run()
    assert pane(app)["id"] == "blank"
    assert "q" not in app.query_params
    put(app, "When will it open?")
    assert fake.after[3] == ()
    assert pane(app)["question"] is None
