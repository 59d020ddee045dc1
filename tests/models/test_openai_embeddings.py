"""An embedding model behind a real server on loopback that speaks the protocol, rightly and wrongly."""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pytest
from pydantic import SecretStr

from rag.errors import ModelError
from rag.library.embedder import ToEmbed, Vector
from rag.models import openai_embeddings, openai_faults
from rag.models.embeddings_endpoint import Endpoint
from rag.models.openai_embeddings import PROOF, Meter, OpenAIEmbeddings, open_embeddings
from rag.settings import Settings
from tests.fakes.embeddings_server import EmbeddingsServer, embedding
from tests.fakes.homes import wait_for
from tests.fakes.openai_server import Reply, fault, serving

KEY = "sk-verysecret123"
PASSAGES = [ToEmbed("The Post", f"The council of Marden voted on flood wall {n}.", ()) for n in range(7)]


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openai_faults, "PAUSE", 0.01)


@pytest.fixture
def server() -> Iterator[EmbeddingsServer]:
    with embedding() as told:
        yield told


def embedder(server: EmbeddingsServer | str, **more: Any) -> OpenAIEmbeddings:
    address = server if isinstance(server, str) else server.address
    settings = {"timeout": 5.0, "patience": 5.0, **more}
    endpoint = Endpoint("scripted", address, SecretStr(KEY))
    return OpenAIEmbeddings(endpoint, openai_embeddings.Tokens("none", lambda _: []), **settings)


def right(texts: Sequence[str]) -> list[Vector]:
    return [EmbeddingsServer.embedder._vector(text) for text in texts]


def proven() -> Vector:
    return right([PROOF])[0]


def test_passages_get_their_vectors_in_requests_of_a_batch(server: EmbeddingsServer) -> None:
    found = list(embedder(server, batch=3, proof=proven).embed(PASSAGES))
    wanted = right([f"{one.header}\n{one.text}" for one in PASSAGES])
    assert np.allclose([one.vector for one in found], wanted, atol=1e-6)
    assert [len(request["input"]) for request in server.requests] == [4, 4, 2]
    assert {request["model"] for request in server.requests} == {"scripted"}
    assert all(isinstance(text, str) for text in server.sent)  # never token numbers
    assert [len(one.scales) for one in found] == [0] * len(PASSAGES)


def test_a_question_gets_the_same_vector_and_is_asked_for_once(server: EmbeddingsServer) -> None:
    model = embedder(server, proof=proven)
    assert np.allclose(model.embed_query("Who voted?"), right(["Who voted?"])[0], atol=1e-6)
    assert model.embed_query("Who voted?") is model.embed_query("Who voted?")
    assert server.sent == ["Who voted?", PROOF]


def test_a_probe_tells_the_proof_and_the_mean_of_sentences_about_anything(server: EmbeddingsServer) -> None:
    proof = embedder(server).probe()
    neutral = [text for text in server.sent if text != PROOF]
    assert len(set(neutral)) == len(neutral) >= 40
    assert np.allclose(proof.vector, proven(), atol=1e-6)
    assert np.allclose(proof.centre, np.mean(right(neutral), axis=0), atol=1e-6)


def _swapped(told: dict[str, Any]) -> None:
    told["data"][0]["index"], told["data"][1]["index"] = 1, 0


def _not_a_number(told: dict[str, Any]) -> None:
    told["data"][0]["embedding"][3] = float("nan")


def _infinite(told: dict[str, Any]) -> None:
    told["data"][0]["embedding"][3] = float("inf")


def _no_length(told: dict[str, Any]) -> None:
    told["data"][0]["embedding"] = [0.0] * 48


def _fewer(told: dict[str, Any]) -> None:
    del told["data"][0]


def _more(told: dict[str, Any]) -> None:
    told["data"].append(told["data"][0])


def _shorter(told: dict[str, Any]) -> None:
    for row in told["data"]:
        row["embedding"] = row["embedding"][:-1]


def _one_shorter(told: dict[str, Any]) -> None:
    told["data"][0]["embedding"].pop()


def _words(told: dict[str, Any]) -> None:
    told["data"][0]["embedding"] = "AACAPwAAgD8="


def _empty(told: dict[str, Any]) -> None:
    for row in told["data"]:
        row["embedding"] = []


def _null(told: dict[str, Any]) -> None:
    told["data"][0]["embedding"] = None


def _other_model(told: dict[str, Any]) -> None:
    for row in told["data"]:
        row["embedding"].reverse()


WRONG: list[tuple[Callable[[dict[str, Any]], None], str]] = [
    (_swapped, "not in the order of the texts"),
    (_not_a_number, "not a number"),
    (_infinite, "not a number"),
    (_no_length, "no length"),
    (_fewer, "it gave 3 vectors for 4 texts"),
    (_more, "it gave 5 vectors for 4 texts"),
    (_shorter, "its vectors have 47 numbers, the library's 48"),
    (_one_shorter, "not lists of numbers"),
    (_words, "not lists of numbers"),
    (_empty, "not a number"),
    (_null, "not lists of numbers"),
    (_other_model, "not those of the model that the library was built with"),
]


@pytest.mark.parametrize(("change", "why"), WRONG)
def test_row_34_a_batch_with_anything_wrong_is_rejected_whole(
    server: EmbeddingsServer, change: Callable[[dict[str, Any]], None], why: str
) -> None:
    server.script = [server.right, server.wrong(change)]
    coming = embedder(server, batch=3, proof=proven).embed(PASSAGES)
    first = [next(coming) for _ in range(3)]
    with pytest.raises(ModelError, match=why):
        next(coming)
    assert np.allclose(first[0].vector, right(["The Post\n" + PASSAGES[0].text])[0], atol=1e-6)


@pytest.mark.parametrize(
    "body", [b"<html>Sign in</html>", b"", b"[]", b"{}", b'{"data": null}', b'{"data": 3}']
)
def test_row_28_what_is_no_answer_of_an_embedding_model_is_said_so(
    server: EmbeddingsServer, body: bytes
) -> None:
    server.script = [Reply(body=body)]
    with pytest.raises(ModelError, match=r"not an answer|no list"):
        embedder(server).embed_query("Who voted?")


@pytest.mark.parametrize("wait", ["0", "1", "soon", ""])
def test_row_24_a_server_that_is_busy_is_asked_again_when_it_says(
    server: EmbeddingsServer, wait: str
) -> None:
    server.script = [fault(429, retry_after=wait)]
    began = time.monotonic()
    assert len(list(embedder(server).embed(PASSAGES))) == 7
    assert time.monotonic() - began >= (1 if wait == "1" else 0)


def test_row_24_a_question_does_not_wait_as_long_as_a_server_asks(server: EmbeddingsServer) -> None:
    server.script = [fault(429, retry_after="60")]
    with pytest.raises(ModelError, match=r"Ask again in 60 s\."):
        embedder(server).embed_query("Who voted?")


@pytest.mark.parametrize("status", [500, 502, 503])
def test_row_25_a_failing_server_is_asked_again_and_then_named(server: EmbeddingsServer, status: int) -> None:
    server.script = [fault(status)] * 5
    assert len(list(embedder(server).embed(PASSAGES))) == 7
    server.script = [fault(status)] * 6
    with pytest.raises(ModelError, match=f"status {status}"):
        list(embedder(server).embed(PASSAGES))
    assert not server.script


def test_row_25_a_server_that_is_not_there_is_named() -> None:
    with pytest.raises(ModelError, match=r"127\.0\.0\.1:9 cannot be reached"):
        embedder("http://127.0.0.1:9/v1").embed_query("Who voted?")


def test_row_26_an_answer_cut_after_any_byte_is_asked_for_again(server: EmbeddingsServer) -> None:
    whole = server.right({"input": ["Who voted?", PROOF], "model": "scripted"}).body
    assert whole is not None
    for cut in range(1, len(whole), 211):
        server.script = [server.cut(cut)]
        assert len(embedder(server, proof=proven).embed_query("Who voted?")) == 48


def test_row_27_a_silent_server_costs_a_question_its_patience_once(server: EmbeddingsServer) -> None:
    server.script = [Reply(body=b"{}", silent=(0, 30.0))]
    model = embedder(server, patience=0.3)
    with pytest.raises(ModelError, match=r"did not answer within 0\.3 s"):
        model.embed_query("Who voted?")
    with pytest.raises(ModelError, match="a moment ago"):
        model.embed_query("Who else?")
    assert len(server.requests) == 1


def test_row_27_a_silent_server_is_told_from_a_slow_one_by_passages_too(server: EmbeddingsServer) -> None:
    server.script = [Reply(body=b"{}", silent=(0, 30.0))]
    with pytest.raises(ModelError, match="DATELINE_TIMEOUT"):
        list(embedder(server, timeout=0.3).embed(PASSAGES))


def test_a_stop_drops_the_request_under_way(server: EmbeddingsServer) -> None:
    server.script = [Reply(body=b"{}", silent=(0, 30.0))]
    stop = threading.Event()

    def stopping() -> None:
        wait_for(lambda: bool(server.requests))
        stop.set()

    threading.Thread(target=stopping).start()
    assert list(embedder(server, timeout=60.0).embed(PASSAGES, stop=stop)) == []
    wait_for(lambda: bool(server.left))


def test_row_30_a_passage_that_is_too_long_for_the_model_is_embedded_by_its_beginning(
    server: EmbeddingsServer,
) -> None:
    def refusing(request: dict[str, Any]) -> Reply:
        if any(len(text) > 500 for text in request["input"]):
            return fault(400, "This model's maximum context length is 128 tokens.")
        return server.right(request)

    server.script = [refusing] * 20
    long = ToEmbed("", "flood " * 150, ())
    found = list(embedder(server, proof=proven).embed([PASSAGES[0], long, PASSAGES[1]]))
    server.script = []
    wanted = right(["The Post\n" + PASSAGES[0].text, long.text[:450], "The Post\n" + PASSAGES[1].text])
    assert np.allclose([one.vector for one in found], wanted, atol=1e-6)


@pytest.mark.parametrize("status", [401, 403])
def test_row_35_a_refused_key_is_named_and_never_shown(server: EmbeddingsServer, status: int) -> None:
    server.script = [fault(status, f"Incorrect API key provided: {KEY}")]
    model = embedder(server)
    with pytest.raises(ModelError, match="OPENAI_API_KEY") as caught:
        model.embed_query("Who voted?")
    assert KEY not in "".join(traceback.format_exception(caught.value)) + repr(model)
    assert server.headers[0]["authorization"] == f"Bearer {KEY}"


def test_row_35_without_key_and_address_the_settings_are_named() -> None:
    with pytest.raises(ModelError, match="OPENAI_API_KEY, or DATELINE_EMBEDDING_BASE_URL"):
        open_embeddings(Settings(embedding_model="m"), proof=lambda: None, meter=Meter())


def test_an_address_of_its_own_is_not_sent_the_other_one_s_key(server: EmbeddingsServer) -> None:
    told = {"embedding_model": "m", "openai_api_key": SecretStr(KEY), "embedding_base_url": server.address}
    open_embeddings(Settings(**told), proof=lambda: None, meter=Meter()).probe()
    assert KEY not in str(server.headers)
    own = Settings(**told, embedding_api_key=SecretStr("sk-own"))
    open_embeddings(own, proof=lambda: None, meter=Meter()).probe()
    assert server.headers[-1]["authorization"] == "Bearer sk-own"


def test_row_37_proxies_of_the_shell_are_not_used(
    server: EmbeddingsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving() as listener:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "OPENAI_BASE_URL", "OPENAI_API_BASE"):
            monkeypatch.setenv(name, listener.address)
        embedder(server).embed_query("Who voted?")
        assert not listener.requests


def test_what_is_refused_by_a_limit_is_never_sent_and_what_is_sent_is_counted(
    server: EmbeddingsServer,
) -> None:
    taken: list[int] = []
    model = embedder(server, meter=Meter(lambda: None, taken.append))
    model.embed_query("Who voted?")
    assert taken == [sum(server.embedder.count_tokens(["Who voted?", PROOF]))]
    server.script = [server.wrong(lambda told: told.pop("usage") and None)]
    model.embed_query("Who else voted?")
    assert 20 < taken[1] < 40
    with pytest.raises(ModelError, match="spent"):
        embedder(server, meter=Meter(lambda: "all of it is spent.")).embed_query("Who?")
    assert len(server.requests) == 2
