"""What is kept on the page: shown again as it was, not asked twice, one reader's never another's."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from rag.errors import DiskFull
from rag.kept import Asked
from rag.types import Answer, Events, Scope, Sentence
from tests.fakes.newsroom import FakeNewsroom
from tests.ui.conftest import MAIN, lines
from tests.ui.test_page_app import QUESTION, pane, put, texts, turn
from ui import reader, room
from ui.asking import Asking
from ui.reader import COOKIE, HEADER, Reader

NOWHERE = "Where is the treasure?"


@pytest.fixture(autouse=True)
def me(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Who reads: the page's owner, to be changed by a test."""
    who = ["user:maja"]
    monkeypatch.setattr(reader, "owner", lambda: who[0])
    return who


def another(**said: str) -> AppTest:
    """Another session: a reload, or another browser."""
    app = AppTest.from_file(MAIN, default_timeout=60)
    app.query_params.update(said)
    return app.run()


def address(app: AppTest) -> dict[str, str]:
    """What the address says; AppTest holds a list where the page set it, a string where the test did."""
    return {
        name: one if isinstance(one, str) else one[-1]
        for name, one in ((name, app.query_params[name]) for name in app.query_params)
    }


def actions(app: AppTest) -> dict[str, str]:
    return {one["label"]: one["said"] for one in pane(app)["actions"]}


def test_an_answer_is_kept_once_however_often_the_page_is_drawn(app: AppTest, fake: FakeNewsroom) -> None:
    put(app.run(), QUESTION)
    for _ in range(3):
        app.run()
    turn(app, "search.py")
    turn(app, "ask.py")
    found = fake.history("user:maja")
    assert [one.question for one in found.asked] == [QUESTION]
    assert len(fake.asked) == 1
    assert found.asked[0].id in app.query_params["answer"]


def test_a_reload_shows_the_same_answer_at_once_and_asks_nothing(app: AppTest, fake: FakeNewsroom) -> None:
    put(app.run(), QUESTION)
    before, [asked] = pane(app), fake.history("user:maja").asked
    again = another(answer=asked.id)
    after = pane(again)
    for name in ("statements", "citations", "sources", "summary", "details", "outcome"):
        assert after[name] == before[name]
    assert actions(again)["Ask again"].startswith("Answered ")
    assert again.text_input[0].value == QUESTION
    assert len(fake.asked) == 1
    assert fake.history("user:maja").held == 1


def test_a_reload_meanwhile_goes_on_with_the_same_asking_and_a_stranger_sees_nothing(
    app: AppTest, fake: FakeNewsroom, me: list[str]
) -> None:
    whole = next(one for one in fake.ask_stream(QUESTION) if isinstance(one, Answer))
    app.run()
    go_on = threading.Event()
    with ThreadPoolExecutor(1) as workers:

        def slow(_stop: threading.Event) -> Iterator[Events]:
            yield whole.sentences[0]
            go_on.wait(20)
            yield whole

        class Watched(Asking):
            def wait(self, seen: int, seconds: float) -> None:
                go_on.set()  # the page that was loaded again waits for it
                super().wait(seen, seconds)

        asking = Watched(QUESTION, slow, workers, owner="user:maja")
        room.under_way()["abc"] = asking
        me[0] = "user:jon"
        assert pane(another(q=QUESTION, answer="abc"))["headline"] == "There is no such answer here"
        me[0] = "user:maja"
        mine = another(q=QUESTION, answer="abc")
    assert asking.answer == whole
    assert pane(mine.run())["outcome"] == "answered"
    assert len(fake.asked) == 1


def test_the_whole_address_shows_it_too_and_leaves_the_address_as_it_is(
    app: AppTest, fake: FakeNewsroom
) -> None:
    put(app.run(), QUESTION)
    said = address(app)
    assert set(said) == {"q", "answer"}
    again = another(**said)
    assert address(again) == said
    assert pane(again)["statements"] == pane(app)["statements"]
    assert len(fake.asked) == 1


def test_row_69_another_s_answer_and_none_at_all_look_the_same(
    app: AppTest, fake: FakeNewsroom, me: list[str]
) -> None:
    put(app.run(), QUESTION)
    [asked] = fake.history("user:maja").asked
    me[0] = "user:jon"
    seen = []
    for answer_id in (asked.id, "0" * 32, "x"):
        data = pane(another(answer=answer_id))
        seen.append({**data, "id": ""})
        assert data["headline"] == "There is no such answer here"
        assert data["statements"] == data["sources"] == data["actions"] == []
    assert seen[0] == seen[1] == seen[2]
    assert len(fake.asked) == 1


def test_an_address_gone_back_to_asks_again_once_its_answer_was_forgotten(
    app: AppTest, fake: FakeNewsroom
) -> None:
    put(put(app.run(), QUESTION), NOWHERE)
    fake.forget("user:maja", None)
    app.query_params.clear()
    app.query_params.update({"q": QUESTION})
    app.run()
    assert [question for question, _ in fake.asked] == [QUESTION, NOWHERE, QUESTION]
    assert pane(app)["outcome"] == "answered"


def test_a_kept_answer_that_cannot_be_read_any_more_says_so(app: AppTest, fake: FakeNewsroom) -> None:
    put(app.run(), QUESTION)
    [asked] = fake.history("user:maja").asked
    with fake.catalog.writing() as connection:
        connection.exec_driver_sql("UPDATE answers SET answer = '{}'")
    seen = another(answer=asked.id)
    assert not seen.exception
    assert "it cannot be read any more. Ask again." in pane(seen)["notes"][0]


def test_what_is_shared_opens_for_another_and_says_so(
    app: AppTest, fake: FakeNewsroom, me: list[str]
) -> None:
    put(app.run(), QUESTION)
    assert actions(app)["Share"] == "Only you can open this answer"
    [asked] = fake.history("user:maja").asked
    fake.share(asked.id, "user:maja")
    assert "Stop sharing" in actions(another(answer=asked.id))
    me[0] = "user:jon"
    seen = another(answer=asked.id)
    assert pane(seen)["outcome"] == "answered"
    assert "Another reader shared this answer" in [one["said"] for one in pane(seen)["actions"]]
    assert not {"Share", "Stop sharing"} & set(actions(seen))
    assert fake.history("user:jon").held == 0


def test_do_not_record_keeps_nothing_and_leaves_the_question_out_of_the_address(
    app: AppTest, fake: FakeNewsroom
) -> None:
    app.run()
    app.toggle(key="unrecorded").set_value(True).run()
    put(app, QUESTION)
    assert pane(app)["outcome"] == "answered"
    assert "Not recorded" in [one["said"] for one in pane(app)["actions"]]
    assert fake.history("user:maja").held == 0
    assert dict(app.query_params) == {}
    turn(app, "search.py")
    turn(app, "ask.py")
    assert app.toggle(key="unrecorded").value is True
    assert len(fake.asked) == 1


def test_what_cannot_be_kept_is_shown_and_says_why(
    app: AppTest, fake: FakeNewsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: object, **_named: object) -> None:
        raise DiskFull("/home", "the disk is full", "Free some space.")

    monkeypatch.setattr(FakeNewsroom, "keep", full)
    put(app.run(), QUESTION)
    assert pane(app)["outcome"] == "answered"
    assert "This answer was not kept: /home: the disk is full. Free some space." in pane(app)["notes"]


def test_a_citation_says_what_became_of_its_version_since(app: AppTest, fake: FakeNewsroom) -> None:
    put(app.run(), QUESTION)
    [asked] = fake.history("user:maja").asked
    cited = list(dict.fromkeys(one["source"].partition("@")[0] for one in pane(app)["citations"]))
    fake.withdraw(cited[0])
    fake.remove([cited[1]])
    fake.articles[cited[2]] = replace(fake.articles[cited[2]], status="superseded")
    data = pane(another(answer=asked.id))
    said = {one["source"].partition("@")[0]: one["since"] for one in data["citations"]}
    assert [said[one] for one in cited[:3]] == [
        "withdrawn or removed since",
        "removed since",
        "replaced by a newer version since",
    ]
    states = {one["key"].partition("@")[0]: one["state"] for one in data["sources"]}
    assert [states[one] for one in cited[:3]] == ["withdrawn", "removed", "shown"]


def test_the_history_lists_opens_forgets_and_brings_back(app: AppTest, fake: FakeNewsroom) -> None:
    put(put(app.run(), QUESTION), NOWHERE)
    turn(app, "history.py")
    assert not app.exception
    captions = lines(app)
    assert ["no answer found" in one for one in captions] == [True, False]
    newest = fake.history("user:maja").asked[0]
    app.button(key=f"forget-{newest.id}").click().run()
    assert [one.question for one in fake.history("user:maja").asked] == [QUESTION]
    assert "1 question forgotten, with the answer." in texts(app)
    app.button(key="history_undo").click().run()
    assert fake.history("user:maja").asked[0] == newest
    app.text_input(key="history_words").input("TARN").run()
    assert "1 of 2 questions" in texts(app)
    app.button(key="forget_all").click().run()
    assert fake.history("user:maja").held == 0
    assert "2 questions forgotten, with the answers." in texts(app)


def test_gaps_list_what_found_no_answer_and_name_nobody(
    app: AppTest, fake: FakeNewsroom, me: list[str]
) -> None:
    put(put(app.run(), QUESTION), NOWHERE)
    me[0] = "user:jon"
    other = put(another(), NOWHERE)
    turn(other, "history.py")
    other.segmented_control(key="history_shows").set_value("Gaps").run()
    [caption] = lines(other)
    assert "asked 2 times" in caption
    assert "maja" not in texts(other) + caption


def test_row_20_nothing_is_kept_of_what_was_stopped_or_broke() -> None:
    kept, go_on = list[Answer](), threading.Event()
    answer = FakeNewsroom().ask_stream(QUESTION)
    whole = next(event for event in answer if isinstance(event, Answer))

    def keep(one: Answer) -> Asked:
        kept.append(one)
        return Asked(one.id, "", "", one.status, one.mode, 1, Scope())

    def slow(_stop: threading.Event) -> Iterator[Events]:
        yield Sentence("One.", (1,))
        go_on.wait(5)
        yield whole

    def breaks(_stop: threading.Event) -> Iterator[Events]:
        yield Sentence("One.", (1,))
        raise DiskFull("x", "full")

    with ThreadPoolExecutor(2) as workers:
        stopped = Asking(QUESTION, slow, workers, keep=keep)
        while not stopped.sentences:
            stopped.wait(stopped.seen(), 0.05)
        stopped.stop()
        go_on.set()
        broken = Asking(QUESTION, breaks, workers, keep=keep)
        broken.settle(5)
    assert kept == []
    assert stopped.answer is None
    with pytest.raises(DiskFull):
        _ = broken.answer
    with ThreadPoolExecutor(1) as workers:
        done = Asking(QUESTION, lambda _stop: iter((whole,)), workers, keep=keep)
    done.stop()
    assert (kept, done.answer, done.stopped) == ([whole], whole, False)


async def _who(request: Request) -> PlainTextResponse:
    return PlainTextResponse(request.headers.get(HEADER, "nobody"))


def visitor(header: str | None = None, client: tuple[str, int] = ("127.0.0.1", 1)) -> TestClient:
    app = Reader(Starlette(routes=[Route("/", _who)]), header=header)
    return TestClient(app, headers={"accept": "text/html"}, client=client)


def test_a_browser_is_known_again_by_its_cookie_and_another_is_another() -> None:
    one, other = visitor(), visitor()
    first = one.get("/")
    assert first.text == "nobody"
    cookie = first.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    known = one.get("/").text
    assert known.startswith("browser:")
    assert one.get("/").text == known
    assert one.cookies[COOKIE] not in known
    other.get("/")
    assert other.get("/").text not in (known, "nobody")


def test_nobody_can_say_who_they_are() -> None:
    liar = visitor()
    assert liar.get("/", headers={HEADER: "user:maja"}).text == "nobody"
    assert liar.get("/", headers={"x-forwarded-user": "maja"}).text.startswith("browser:")
    far = visitor("x-forwarded-user", ("10.0.0.8", 1))
    assert far.get("/", headers={"x-forwarded-user": "maja", HEADER: "user:maja"}).text == "nobody"
    for forged in ("short", "user:maja", "x" * 44, "é" * 43):
        sent = {"cookie": f"{COOKIE}={forged}".encode()}
        assert visitor().get("/", headers=sent).text == "nobody"


def test_a_user_named_by_the_proxy_has_one_history_in_every_browser() -> None:
    named = {"x-forwarded-user": "maja"}
    one, other = visitor("x-forwarded-user"), visitor("x-forwarded-user")
    assert one.get("/", headers=named).text == other.get("/", headers=named).text == "user:maja"
    assert "set-cookie" not in one.get("/", headers=named).headers


def test_a_kept_answer_that_is_opened_begins_a_conversation(app: AppTest, fake: FakeNewsroom) -> None:
    put(app.run(), QUESTION)
    put(app, "When will it open?")
    kept = fake.history("user:maja").asked[0]
    assert kept.question == "When will the Tarn bridge open?"
    opened = another(answer=kept.id)
    assert pane(opened)["question"] == kept.question
    put(opened, "And how long is it?")
    assert fake.after[-1] == (kept.id,)
    assert pane(opened)["question"] == "How long is the Tarn bridge?"
