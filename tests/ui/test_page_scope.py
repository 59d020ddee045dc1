"""The scope bar, the address that says it, and the readings of a question, on the page without a browser."""

import json
from datetime import date
from typing import Any

from streamlit.testing.v1 import AppTest

from rag.state import Count, Counts
from rag.types import Scope
from tests.fakes.newsroom import FakeNewsroom
from tests.ui.test_page_app import QUESTION, component, pane, put, texts, turn
from ui import bar
from ui.address import Address

CLOSEST = "Who runs the harbour since last week?"
LANTERN = Scope(from_="2026-11-01", outlets=("Harbour Lantern",))
LANTERN_SAID: dict[str, Any] = {"from": "2026-11-01", "outlet": "Harbour Lantern"}


def scope_bar(app: AppTest) -> dict[str, Any]:
    return component(app, "quick")


def visit(app: AppTest, **said: Any) -> AppTest:
    """Open a link, go back, or go forward: the address says something else."""
    app.query_params.clear()
    app.query_params.update(said)
    return app.run()


def address(app: AppTest) -> dict[str, Any]:
    """What the address says beside the id of the answer."""
    return {name: said for name, said in app.query_params.items() if name != "answer"}


def said(app: AppTest) -> list[str]:
    return [one["label"] for one in scope_bar(app)["chosen"]]


def test_a_link_fills_the_bar_and_asks(app: AppTest, fake: FakeNewsroom) -> None:
    visit(app, q=QUESTION, **LANTERN_SAID)
    assert fake.asked == [(QUESTION, LANTERN)]
    assert app.text_input[0].value == QUESTION
    assert pane(app)["outcome"] == "answered"
    assert said(app) == ["From 1 Nov", "Harbour Lantern"]


def test_a_link_to_the_search_page_searches(app: AppTest, fake: FakeNewsroom) -> None:
    app.run()
    app.query_params.update({"q": "bridge ferry", **LANTERN_SAID})
    app.switch_page("search.py").run()
    assert fake.sought == [("bridge ferry", LANTERN)]
    assert app.text_input[0].value == "bridge ferry"
    assert (pane(app)["outcome"], fake.asked) == ("passages", [])


def test_a_link_without_a_question_only_sets_the_scope(app: AppTest, fake: FakeNewsroom) -> None:
    visit(app, **LANTERN_SAID)
    assert fake.asked == []
    put(app, QUESTION)
    assert fake.asked == [(QUESTION, LANTERN)]


def test_the_address_says_what_was_asked_and_drawing_again_asks_nothing(
    app: AppTest, fake: FakeNewsroom
) -> None:
    put(visit(app, outlet="Harbour Lantern"), QUESTION)
    assert address(app) == {"q": QUESTION, "outlet": "Harbour Lantern"}
    app.run()
    assert len(fake.asked) == 1


def test_back_shows_what_was_answered_before_and_in_the_end_forgets_the_question(
    app: AppTest, fake: FakeNewsroom
) -> None:
    put(put(app.run(), QUESTION), CLOSEST)
    visit(app, q=QUESTION)
    assert [question for question, _ in fake.asked] == [QUESTION, CLOSEST]
    assert (app.text_input[0].value, pane(app)["outcome"]) == (QUESTION, "answered")
    visit(app)
    assert pane(app)["id"] == "blank"
    assert (app.text_input[0].value, len(fake.asked)) == ("", 2)


def test_back_asks_what_was_asked_unrecorded(app: AppTest, fake: FakeNewsroom) -> None:
    app.run()
    app.toggle(key="unrecorded").set_value(True).run()
    put(visit(app, q=QUESTION), CLOSEST)
    visit(app, q=QUESTION)
    assert [question for question, _ in fake.asked] == [QUESTION, CLOSEST, QUESTION]


def test_the_scope_goes_with_the_reader_to_another_page_and_back(app: AppTest, fake: FakeNewsroom) -> None:
    visit(app, q=QUESTION, **LANTERN_SAID)
    turn(app, "status.py")
    turn(app, "search.py")
    put(app, "bridge ferry")
    assert fake.sought == [("bridge ferry", LANTERN)]
    turn(app, "ask.py")
    assert (pane(app)["outcome"], len(fake.asked)) == ("answered", 1)
    assert address(app) == {"q": QUESTION, **LANTERN_SAID}


def test_the_links_to_the_other_pages_carry_the_scope_and_their_own_question(app: AppTest) -> None:
    visit(app, q=QUESTION, outlet="Harbour Lantern")
    drawn = {element.proto.label: element.proto.query_string for element in app.get("page_link")}
    assert drawn["Search"] == "outlet=Harbour+Lantern"
    assert drawn["Status"] == ""
    assert drawn["Check"] == "outlet=Harbour+Lantern"
    assert "&outlet=Harbour+Lantern" in drawn["Ask"]


def test_nonsense_in_the_address_is_named_and_left_out(app: AppTest, fake: FakeNewsroom) -> None:
    visit(app, q=QUESTION, kind="rumour", to="soon", outlet="Harbour Lantern")
    assert fake.asked == [(QUESTION, Scope(outlets=("Harbour Lantern",)))]
    problems = scope_bar(app)["problems"]
    assert [one.split(" in the address")[0] for one in problems] == ["to=“soon”", "kind=“rumour”"]
    assert not app.exception


def test_a_name_that_no_article_has_stays_and_is_named(app: AppTest, fake: FakeNewsroom) -> None:
    visit(app, outlet="Nobody")
    assert scope_bar(app)["said"] == f"None of {len(fake.articles)} articles"
    assert said(app) == ["Nobody"]


def test_the_bar_follows_a_library_that_changes_underneath(app: AppTest, fake: FakeNewsroom) -> None:
    before = scope_bar(app.run())["said"]
    fake.remove(["lantern-bridge"])
    after = scope_bar(app.run())["said"]
    assert (before.split(" · ")[0], after.split(" · ")[0]) == ("All 6 articles", "All 5 articles")


def test_a_reading_is_shown_with_the_question_s_words_and_can_be_left_out_by_the_address(
    app: AppTest, fake: FakeNewsroom
) -> None:
    put(app.run(), CLOSEST)
    [reading] = pane(app)["read"]
    assert (reading["name"], reading["value"], reading["said"]) == ("from", "2026-11-02", "last week")
    visit(app, q=CLOSEST, not_read="from")
    assert fake.not_read == [frozenset(), frozenset({"from"})]
    assert pane(app)["read"] == []
    assert pane(app)["actions"][-1] == {
        "label": "Read it again",
        "said": "Not read from the question: the first day",
        "event": "reread",
    }


def test_another_question_is_read_whole_again(app: AppTest, fake: FakeNewsroom) -> None:
    put(visit(app, q=CLOSEST, not_read="from"), QUESTION)
    assert fake.not_read[-1] == frozenset()
    assert address(app) == {"q": QUESTION}


def test_without_articles_there_is_no_bar(app: AppTest, fake: FakeNewsroom) -> None:
    fake.articles.clear()
    visit(app, outlet="Harbour Lantern")
    assert "Give Dateline a file" in texts(app)
    assert not [one for one in app.get("bidi_component") if "quick" in json.loads(one.proto.json)]


TODAY = date(2026, 11, 22)
COUNTS = Counts(
    sequence=7,
    articles=12,
    of=87,
    undated=3,
    outlets=(Count("The Mercury", 9), Count("Post", 3), Count(None, 1)),
    agencies=(Count("VPA", 4),),
    collections=(),
    kinds=(Count("press_release", 2),),
    languages=(Count("en", 12),),
    earliest="2026-10-02",
    newest="2026-11-12",
)


def drawn(scope: Scope) -> Any:
    return bar.bar(Address(scope=scope), COUNTS, TODAY)


def test_each_choice_has_its_count_and_a_single_language_is_none() -> None:
    groups = {group["key"]: group["parts"] for group in drawn(Scope(not_outlets=("post",)))["groups"]}
    assert list(groups) == ["outlets", "kinds"]
    outlets, agencies = groups["outlets"]
    rows = [(one["label"], one["articles"], one["on"], one["out"]) for one in outlets["choices"]]
    assert rows == [("The Mercury", "9", False, False), ("Post", "3", False, True)]
    assert (outlets["rest"], agencies["choices"][0]["articles"]) == ("1 not stated", "4")
    assert groups["kinds"][0]["choices"][0]["label"] == "press release"


def test_each_choice_made_can_be_taken_out_alone() -> None:
    scope = Scope(from_="2026-10-01", outlets=("Post", "The Mercury"), kinds=("opinion",), undated=True)
    chosen = {one["label"]: one["without"] for one in drawn(scope)["chosen"]}
    assert list(chosen) == ["From 1 Oct", "with 3 undated", "Post", "The Mercury", "opinion"]
    assert chosen["From 1 Oct"] == {
        "from": [],
        "outlet": ["Post", "The Mercury"],
        "kind": ["opinion"],
        "undated": [],
    }
    assert chosen["with 3 undated"]["undated"] == []
    assert chosen["Post"]["outlet"] == ["The Mercury"]


def test_undated_articles_that_the_dates_leave_out_are_offered() -> None:
    assert drawn(Scope(from_="2026-10-01"))["undated"] == "3 undated left out"
    assert drawn(Scope(from_="2026-10-01", undated=True))["undated"] is None
    assert drawn(Scope())["undated"] is None


def test_the_days_often_wanted_count_from_today() -> None:
    quick = {one["label"]: (one["first"], one["last"], one["on"]) for one in drawn(Scope())["quick"]}
    assert quick == {
        "Today": ("2026-11-22", "2026-11-22", False),
        "Last 7 days": ("2026-11-16", None, False),
        "Last 30 days": ("2026-10-24", None, False),
        "This year": ("2026-01-01", None, False),
        "All": (None, None, True),
    }
