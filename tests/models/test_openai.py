"""A chat model behind a real server on loopback that speaks the protocol, rightly and wrongly."""

from __future__ import annotations

import time
import traceback
from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from rag.errors import ModelError
from rag.models import openai_faults
from rag.models.chat import End, Piece
from rag.models.openai import OpenAIChat
from rag.models.tokens import counter
from tests.fakes.homes import wait_for
from tests.fakes.openai_server import OpenAIServer, Reply, fault, said, serving

KEY = "sk-verysecret123"
TEXT = "The bridge opened on Monday [1]. It had been shut since May [2]."


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openai_faults, "PAUSE", 0.01)


def chat(server: OpenAIServer, **more: object) -> OpenAIChat:
    settings = {"silence": 5.0, "timeout": 10.0, **more}
    return OpenAIChat("scripted", server.address, SecretStr(KEY), counter("scripted"), **settings)  # type: ignore[arg-type]


def text_of(events: Iterator[Piece | End]) -> tuple[str, End]:
    told = list(events)
    assert isinstance(told[-1], End)
    return "".join(event.text for event in told[:-1] if isinstance(event, Piece)), told[-1]


def refused(script: list[Reply], **more: object) -> ModelError:
    with serving(*script) as server, pytest.raises(ModelError) as caught:
        list(chat(server, **more).stream("s", "u"))
    assert KEY not in "".join(traceback.format_exception(caught.value))
    return caught.value


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_a_reply_comes_in_whatever_pieces_the_server_cuts(size: int) -> None:
    with serving(said(TEXT, size=size, usage=(11, 7))) as server:
        text, end = text_of(chat(server).stream("system words", "user words"))
        assert text == TEXT
        assert end == End(11, 7, "scripted-2026")
        assert [one["content"] for one in server.requests[0]["messages"]] == ["system words", "user words"]
        assert server.requests[0]["stream"] is True


def test_a_server_that_counts_no_tokens_is_not_credited_with_a_count() -> None:
    with serving(said(TEXT, usage=None)) as server:
        assert text_of(chat(server).stream("s", "u"))[1] == End(None, None, "scripted-2026")


@pytest.mark.parametrize("wait", ["0", "1", "soon", ""])
def test_row_24_a_server_that_is_busy_is_asked_again_when_it_says(wait: str) -> None:
    with serving(fault(429, retry_after=wait), said(TEXT)) as server:
        began = time.monotonic()
        assert text_of(chat(server).stream("s", "u"))[0] == TEXT
        assert time.monotonic() - began >= (1 if wait == "1" else 0)


def test_row_24_one_that_asks_for_a_long_wait_is_not_waited_for() -> None:
    began = time.monotonic()
    error = refused([fault(429, retry_after="60")])
    assert time.monotonic() - began < 20
    assert "Ask again in 60 s." in str(error)


@pytest.mark.parametrize("status", [500, 502, 503])
def test_row_25_a_failing_server_is_asked_three_times(status: int) -> None:
    assert f"status {status}" in str(refused([fault(status)] * 3))
    with serving(fault(status), fault(status), said(TEXT)) as server:
        assert text_of(chat(server).stream("s", "u"))[0] == TEXT


def test_row_25_a_server_that_is_not_there_is_named() -> None:
    gone = OpenAIServer(address="http://127.0.0.1:9/v1")
    with pytest.raises(ModelError, match=r"127\.0\.0\.1:9 cannot be reached"):
        list(chat(gone).stream("s", "u"))


def test_row_26_a_reply_cut_after_any_byte_is_never_taken_for_a_whole_one() -> None:
    reply = said("Yes [1].", size=4)
    whole = b"".join(part for part in reply.stream() if isinstance(part, bytes))
    finished = whole.index(b'"finish_reason"')
    for cut in range(1, finished, 29):
        refused([said("Yes [1].", size=4, cut=cut)])


def test_row_26_a_reply_without_a_finish_reason_is_cut_off() -> None:
    assert "cut off" in str(refused([said(TEXT, finish=None)]))
    assert "limit of" in str(refused([said(TEXT, finish="length")]))
    assert "filter" in str(refused([said(TEXT, finish="content_filter")]))


def test_row_27_a_silent_server_is_waited_for_only_so_long() -> None:
    began = time.monotonic()
    assert "sent nothing" in str(refused([said(TEXT, silent=(2, 30.0))], silence=0.3))
    assert time.monotonic() - began < 20


def test_a_whole_reply_has_a_deadline() -> None:
    error = refused([said(TEXT, size=1, pause=0.1)], timeout=0.5)
    assert "DATELINE_TIMEOUT" in str(error)


@pytest.mark.parametrize(
    "body",
    [
        b"<html><body>Sign in</body></html>",
        b"not json",
        b'{"choices": []}',
        b'data: {"choices": []}\n\ndata: [DONE]\n\n',
        b"data: {\n\n",
        b'data: {"choices": [{"index": 0, "delta": {"content": null}, "finish_reason": "stop"}]}\n\n',
        b'data: {"choices": [{"index": 0}]}\n\ndata: [DONE]\n\n',
        b'data: {"error": {"message": "overloaded"}}\n\n',
        b"",
    ],
)
def test_row_28_what_is_no_reply_at_all_is_a_fault_of_the_server(body: bytes) -> None:
    assert "model scripted" in str(refused([Reply(body=body)]))


def test_row_29_what_a_server_does_not_know_is_left_out_from_then_on() -> None:
    without_heat = fault(400, "Unsupported value: 'temperature' does not support 0")
    with serving(without_heat, said(TEXT), said(TEXT)) as server:
        model = chat(server)
        assert text_of(model.stream("s", "u"))[0] == TEXT
        assert text_of(model.stream("s", "u"))[0] == TEXT
        assert ["temperature" in request for request in server.requests] == [True, False, False]
    with serving(fault(400, "Unrecognized argument: max_completion_tokens"), said(TEXT)) as server:
        model = chat(server)
        assert text_of(model.stream("s", "u"))[0] == TEXT
        assert server.requests[1]["max_tokens"] == model.reply


def test_row_30_a_context_that_is_too_small_says_which_setting_to_lower() -> None:
    error = refused([fault(400, "This model's maximum context length is 4096 tokens.")])
    assert "DATELINE_CONTEXT_WINDOW" in str(error)


@pytest.mark.parametrize("status", [401, 403])
def test_row_35_a_refused_key_is_named_and_never_shown(status: int) -> None:
    error = refused([fault(status, f"Incorrect API key provided: {KEY}")])
    assert "OPENAI_API_KEY" in str(error)


def test_row_35_the_key_is_in_no_text_about_the_model() -> None:
    with serving(said(TEXT)) as server:
        model = chat(server)
        list(model.stream("s", "u"))
        assert KEY not in repr(model)
        assert server.headers[0]["authorization"] == f"Bearer {KEY}"


def test_row_20_a_stop_closes_the_connection_and_frees_the_place() -> None:
    with serving(*[said(TEXT, silent=(3, 30.0))] * 9, said(TEXT)) as server:
        model = chat(server, timeout=60.0, silence=60.0)
        for at in range(1, 10):  # more than may be under way at once
            stop = server.stop_when_asked(at)
            began = time.monotonic()
            assert not any(isinstance(event, End) for event in model.stream("s", "u", stop=stop))
            assert time.monotonic() - began < 20
        assert text_of(model.stream("s", "u"))[0] == TEXT
        wait_for(lambda: len(server.left) == 9)


def test_row_20_an_abandoned_reply_closes_the_connection() -> None:
    with serving(said(TEXT, silent=(3, 30.0))) as server:
        events = chat(server).stream("s", "u")
        next(events)
        events.close()  # type: ignore[attr-defined]
        wait_for(lambda: bool(server.left))


def test_row_37_proxies_and_tracing_of_the_shell_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(*[fault(500)] * 0) as listener, serving(said(TEXT)) as server:
        for name in (
            "HTTP_PROXY",
            "HTTPS_PROXY",
            "ALL_PROXY",
            "OPENAI_PROXY",
            "OPENAI_BASE_URL",
            "OPENAI_API_BASE",
        ):
            monkeypatch.setenv(name, listener.address)
        for name in ("LANGSMITH_TRACING", "LANGCHAIN_TRACING_V2"):
            monkeypatch.setenv(name, "true")
        monkeypatch.setenv("LANGSMITH_ENDPOINT", listener.address)
        monkeypatch.setenv("LANGSMITH_API_KEY", "traces")
        assert text_of(chat(server).stream("s", "u"))[0] == TEXT
        time.sleep(0.5)
        assert not listener.requests


def test_prices_are_per_million_tokens_and_unknown_where_one_is_missing() -> None:
    server = OpenAIServer(address="http://127.0.0.1:9/v1")
    assert chat(server, price_in=2.0, price_out=8.0).cost(1_000_000, 500_000) == 6.0
    assert chat(server, price_in=2.0).cost(10, 10) is None
