import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from rag.errors import UsageError
from rag.types import Events, Sentence, Stage
from tests.fakes.newsroom import FakeNewsroom
from ui.asking import LEFT, Asking

QUESTION = "Why is the Tarn bridge closed?"


@pytest.fixture
def workers() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as pool:
        yield pool


def test_sentences_are_there_before_the_answer_is(workers: ThreadPoolExecutor) -> None:
    go_on = threading.Event()

    def events(_stop: threading.Event) -> Iterator[Events]:
        yield Stage("searching")
        yield Sentence("One.", (1,))
        go_on.wait(60)
        yield Sentence("Two.", (2,))

    asking = Asking(QUESTION, events, workers)
    while not asking.sentences:
        asking.wait(asking.seen(), 0.05)
    assert [sentence.text for sentence in asking.sentences] == ["One."]
    assert asking.stage == "Searching"
    assert asking.running
    assert asking.answer is None
    go_on.set()
    asking.settle(60)
    assert [sentence.text for sentence in asking.sentences] == ["One.", "Two."]


def test_settling_returns_as_soon_as_the_answer_is_there(
    workers: ThreadPoolExecutor, fake: FakeNewsroom
) -> None:
    asking = Asking(QUESTION, lambda _stop: fake.ask_stream(QUESTION), workers)
    asking.settle(60)
    assert asking.answer is not None
    assert not asking.running


def test_a_stop_ends_the_wait_at_once_and_nothing_later_is_shown(workers: ThreadPoolExecutor) -> None:
    go_on, closed = threading.Event(), threading.Event()

    def events(_stop: threading.Event) -> Iterator[Events]:
        try:
            yield Stage("searching")
            go_on.wait(60)
            yield Sentence("Late.", (1,))
            yield Sentence("Never.", (1,))
        finally:
            closed.set()

    asking = Asking(QUESTION, events, workers)
    waiting = workers.submit(asking.settle, 60)
    time.sleep(0.05)
    asking.stop()
    waiting.result(30)
    assert not asking.running
    assert asking.answer is None
    go_on.set()
    assert closed.wait(60), "the events were not closed"
    assert "Never." not in [sentence.text for sentence in asking.sentences]


def test_what_the_engine_says_is_wrong_comes_through(workers: ThreadPoolExecutor, fake: FakeNewsroom) -> None:
    asking = Asking("x" * 3000, lambda _stop: fake.ask_stream("x" * 3000), workers)
    asking.settle(60)
    with pytest.raises(UsageError, match="3,000 characters"):
        _ = asking.answer


def test_row_20_a_question_whose_reader_has_gone_is_stopped_unless_a_reload_takes_it_up(
    workers: ThreadPoolExecutor,
) -> None:
    stopped, back = threading.Event(), threading.Event()

    def events(stop: threading.Event) -> Iterator[Events]:
        yield Stage("searching")
        stop.wait(60)
        stopped.set()

    asking = Asking(QUESTION, events, workers)
    looked = threading.Event()

    def gone() -> bool:
        looked.set()
        return False

    asking.attend(gone)
    assert looked.wait(60)
    asking.attend(lambda: not back.is_set())  # the page was loaded again
    time.sleep(LEFT * 1.5)
    assert asking.running
    back.set()
    assert stopped.wait(60)
    assert asking.stopped
