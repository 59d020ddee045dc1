from streamlit.testing.v1 import AppTest

from rag.errors import ModelError
from rag.state import Vectors
from tests.fakes.newsroom import FakeNewsroom
from tests.ui.test_page_app import texts, turn

OTHER = Vectors(
    kept="MiniLM",
    model="[img](http://evil) *embed*",
    where="10.0.0.7:8080",
    anew=True,
    passages=180,
    tokens=41_000,
    seconds=None,
    cost=0.00082,
    kept_back=60,
)


def rows(app: AppTest) -> str:
    return "".join(element.proto.body for element in app.get("html"))


def test_the_status_page_says_what_another_model_s_vectors_need_before_anything_is_sent(
    app: AppTest, fake: FakeNewsroom
) -> None:
    fake.held = OTHER
    app.run()
    turn(app, "status.py")
    said = texts(app)
    assert "180 passages to read: about 41,000 tokens, the time is not known yet, cost about 0.00082" in said
    assert "sent to 10.0.0.7:8080" in said
    assert "60 passages of collections that are never sent" in said
    assert "answers judged by words alone" in rows(app)
    assert not app.markdown
    assert fake.held.anew


def test_the_button_begins_and_the_page_follows_until_all_is_made(app: AppTest, fake: FakeNewsroom) -> None:
    fake.held = OTHER
    app.run()
    turn(app, "status.py")
    [button] = [one for one in app.button if one.key == "vectors_anew"]
    button.click().run()
    assert not fake.held.anew
    assert "passages to read by" in texts(app)
    while fake.held.passages:
        app.run()
    turn(app, "status.py")
    assert "Search by meaning" not in rows(app)
    assert not app.exception


def test_a_model_that_does_not_answer_is_told_and_nothing_is_dropped(
    app: AppTest, fake: FakeNewsroom
) -> None:
    fake.held, fake.upkeep_error = (
        OTHER,
        ModelError("The embedding model m", "it refused the key", "Check it."),
    )
    app.run()
    turn(app, "status.py")
    next(one for one in app.button if one.key == "vectors_anew").click().run()
    assert "it refused the key. Check it. Nothing was dropped." in texts(app)
    assert fake.held.anew


def test_what_stops_it_on_the_way_is_told_with_a_way_to_try_at_once(app: AppTest, fake: FakeNewsroom) -> None:
    fake.held = Vectors("m", "m", "host", False, 90, 20_000, 400.0, None, 0)
    fake.upkeep_error = ModelError("The embedding model m", "it takes no more requests for now")
    app.run()
    turn(app, "status.py")
    assert "takes no more requests for now" in texts(app)
    assert "Meaning: " in "".join(one.proto.text for one in app.get("progress"))
    assert [one.label for one in app.button if one.key == "vectors_now"] == ["Try now"]


def test_with_minilm_nothing_of_this_is_on_the_page(app: AppTest, fake: FakeNewsroom) -> None:
    fake.held = Vectors("MiniLM", "MiniLM", None, False, 0, 0, 0.0, None, 0)
    app.run()
    turn(app, "status.py")
    assert "Search by meaning" not in rows(app)
    assert "<dt>Embedding</dt><dd>MiniLM, on this machine</dd>" in rows(app)
