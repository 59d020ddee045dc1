"""An endpoint's model in MiniLM's place: what must be made anew, making it, and all that can go wrong meanwhile."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from rag import newsroom, settings
from rag.errors import ModelError
from rag.models import openai_faults
from rag.models.openai_embeddings import PROOF
from rag.newsroom import Newsroom
from rag.types import Scope
from tests.fakes.embedder import FakeEmbedder
from tests.fakes.embeddings_server import EmbeddingsServer, embedding
from tests.fakes.homes import wait_for
from tests.fakes.openai_server import Reply, fault

ROOT = Path(__file__).parents[1]
QUESTION = "How high will the flood wall of Marden be?"


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openai_faults, "PAUSE", 0.01)


@pytest.fixture
def server() -> Iterator[EmbeddingsServer]:
    with embedding() as told:
        yield told


def written(folder: Path, count: int = 12, first: int = 0) -> Path:
    """Articles of a sentence or two, every fourth of the collection "Sources"."""
    folder.mkdir(exist_ok=True)
    for n in range(first, first + count):
        collection = "collections: [Sources]\n" if n % 4 == 0 else ""
        text = f"The council of Marden voted for a flood wall {n} metres high. It meets again in week {n}."
        (folder / f"a{n}.md").write_text(
            f"---\nid: a{n}\ntitle: Wall {n}\noutlet: The Post\n{collection}---\n{text}\n"
        )
    return folder


@contextmanager
def with_minilm(home: Path) -> Iterator[Newsroom]:
    """The home with the local model's stand-in, its passages cut as an endpoint's are."""
    local = FakeEmbedder(fingerprint="minilm-l6-v2/384/fake/1", tokenizer="minilm-l6-v2")
    with newsroom.open(home, embedder=local) as room:
        yield room


@contextmanager
def with_endpoint(
    home: Path, server: EmbeddingsServer, *, serve: bool = False, **more: Any
) -> Iterator[Newsroom]:
    told = {"embedding_model": "scripted", "embedding_base_url": server.address, "embedding_batch": 4} | more
    with newsroom.open(home, settings=settings.load(home=home, **told), serve=serve) as room:
        yield room


def texts(server: EmbeddingsServer) -> list[str]:
    """The passages that were sent: those with the header of the articles."""
    return [one for one in server.sent if one.startswith("Wall ")]


def kept(home: Path) -> int:
    """Vectors in a home's catalog of the scripted model's length."""
    with closing(sqlite3.connect(f"file:{home / 'catalog.sqlite3'}?mode=ro", uri=True)) as catalog:
        return int(catalog.execute("SELECT count(*) FROM vectors WHERE length(vector) < 384").fetchone()[0])


def ranked(room: Newsroom, question: str = QUESTION) -> list[tuple[str, float]]:
    return [(one.passage.article_id, round(one.score, 3)) for one in room.search(question).passages]


def test_another_model_s_vectors_are_made_anew_when_asked_and_back_again(
    tmp_path: Path, server: EmbeddingsServer
) -> None:
    folder = written(tmp_path / "articles")
    with with_minilm(tmp_path / "home") as room:
        room.ingest([folder])
        before = ranked(room)
    with with_endpoint(tmp_path / "home", server, embedding_price=2.0) as room:
        status = room.status()
        assert status.vectors is not None
        assert (status.vectors.kept, status.vectors.model, status.vectors.anew) == (
            "MiniLM",
            "scripted",
            True,
        )
        assert (status.vectors.passages, status.meaning, status.mode) == (12, 0.0, "keyword search only")
        assert status.vectors.cost == pytest.approx(status.vectors.tokens * 2 / 1_000_000)
        assert "from MiniLM, and the model that is set is scripted" in status.warnings[0]
        found = room.search(QUESTION)
        assert (found.meaning, found.passages[0].dense) == (0.0, None)
        assert "dateline embed" in found.warnings[0]
        report = room.ingest([written(tmp_path / "more", 1, first=40)])
        assert report.count("added") == 1
        assert "dateline embed" in report.warnings[0]
        assert {one.thing for one in room.repair() if not one.mended} == {"the vectors"}
        assert not server.requests
        assert room.embed() == 13
        status = room.status()
        assert (status.meaning, status.warnings) == (1.0, ())
        assert status.fingerprint is not None and status.fingerprint.startswith("endpoint/scripted+p2#48-")
        found = room.search(QUESTION)
        assert found.warnings == ()
        assert all(one.dense is not None for one in found.passages)
        assert room.indexes.meaning is not None
        assert room.indexes.meaning.matrix.shape == (13, 48)
        assert room.repair() == []
        spent = room.limits.spent("embedding")[1]
        assert spent.calls == len(server.requests)
        assert spent.cost == pytest.approx(spent.tokens * 2 / 1_000_000)
        room.remove(["a40"])
    with with_minilm(tmp_path / "home") as room:
        assert "from scripted, and the model that is set is MiniLM" in room.status().warnings[0]
        assert room.embed() == 12
        assert ranked(room) == before
        assert room.indexes.meaning is not None
        assert room.indexes.meaning.matrix.shape == (12, 384)


def test_new_articles_and_questions_go_to_the_model_that_is_set(
    tmp_path: Path, server: EmbeddingsServer
) -> None:
    with with_endpoint(tmp_path / "home", server) as room:
        room.status()
        assert room.search(QUESTION).passages == ()
        assert not server.requests  # there is nothing to compare a question with
        assert room.ingest([written(tmp_path / "articles")]).warnings == ()
        assert sorted(texts(server)) == sorted(set(texts(server)))
        assert len(texts(server)) == 12
        assert room.search(QUESTION).meaning == 1.0
        room.ask(QUESTION)
        assert server.sent.count(QUESTION) == 1
        assert all(request["input"][-1] == PROOF for request in server.requests)


def test_what_fails_before_the_first_vector_drops_nothing(tmp_path: Path, server: EmbeddingsServer) -> None:
    folder = written(tmp_path / "articles")
    with with_minilm(tmp_path / "home") as room:
        room.ingest([folder])
    with with_endpoint(tmp_path / "home", server) as room:
        server.script = [fault(401)]
        with pytest.raises(ModelError, match="DATELINE_EMBEDDING_API_KEY"):
            room.embed()
    with with_minilm(tmp_path / "home") as room:
        assert room.status().meaning == 1.0
        assert room.search(QUESTION).passages[0].dense is not None


def test_row_34_nothing_of_a_rejected_batch_is_stored_and_the_next_run_goes_on(
    tmp_path: Path, server: EmbeddingsServer
) -> None:
    def fewer(told: dict[str, Any]) -> None:
        del told["data"][0]

    folder = written(tmp_path / "articles")
    with with_endpoint(tmp_path / "home", server, embedding_batch=48) as room:
        room.ingest([])
    with with_endpoint(tmp_path / "home", server) as room:
        probing = [server.right] * 12
        server.script = [*probing, server.right, server.wrong(fewer)]
        report = room.ingest([folder])
        assert report.count("added") == 12
        assert "it gave 4 vectors for 5 texts; nothing of it was kept" in report.warnings[0]
        assert room.status().meaning == pytest.approx(4 / 12)
        assert room.search(QUESTION).meaning == pytest.approx(4 / 12)
        held = room.vectors()
        assert held.passages == 8
        before = len(texts(server))
        assert room.embed() == 8
        assert len(texts(server)) - before == 8
        assert room.status().meaning == 1.0


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (fault(429, retry_after="60"), "Ask again in 60 s."),
        (fault(500), "status 500"),
        (Reply(body=b"<html>Sign in</html>"), "not an answer of an embedding model"),
        (fault(401), "refused the key"),
        (Reply(body=b"{}", silent=(0, 30.0)), "did not answer within 0.5 s"),
    ],
)
def test_row_25_a_question_whose_endpoint_fails_is_searched_by_words_and_says_why(
    tmp_path: Path, server: EmbeddingsServer, reply: Reply, why: str
) -> None:
    folder = written(tmp_path / "articles")
    silent = "did not answer" in why
    with with_endpoint(tmp_path / "home", server, embedding_timeout=0.5 if silent else 20.0) as room:
        room.ingest([folder])
        server.script = [reply] * 2
        found = room.search(QUESTION)
        assert found.passages[0].dense is None
        assert found.warnings[0].startswith("Searched by words only: The embedding model scripted")
        assert why in found.warnings[0]
        server.script = [reply] * 2
        assert room.ask("Which council voted?").warnings[0].startswith("Searched by words only")


def test_row_13_another_model_behind_the_same_name_is_noticed_and_nothing_mixed(
    tmp_path: Path, server: EmbeddingsServer
) -> None:
    folder = written(tmp_path / "articles")
    with with_endpoint(tmp_path / "home", server) as room:
        room.ingest([folder])
        server.space = lambda vector: vector[::-1]
        found = room.search(QUESTION)
        assert found.passages[0].dense is None
        assert "not those of the model that the library was built with" in found.warnings[0]
        report = room.ingest([written(tmp_path / "more", 2, first=40)])
        assert "not those of the model" in report.warnings[0]
        assert room.status().meaning == pytest.approx(12 / 14)
        with pytest.raises(ModelError, match="embed --anew"):
            room.embed()
        assert room.embed(anew=True) == 14
        assert room.status().meaning == 1.0
        assert room.search(QUESTION).warnings == ()
        assert room.repair() == []


def test_row_13_of_two_sizes_of_one_name_too(tmp_path: Path, server: EmbeddingsServer) -> None:
    with with_endpoint(tmp_path / "home", server) as room:
        room.ingest([written(tmp_path / "articles")])
        server.space = lambda vector: vector[:32]
        assert "have 32 numbers, the library's 48" in room.search(QUESTION).warnings[0]
        room.embed(anew=True)
        assert room.indexes.meaning is not None
        assert room.indexes.meaning.matrix.shape == (12, 32)


def test_the_coordinates_of_a_space_and_what_it_gives_every_text_alike_change_nothing(
    tmp_path: Path,
) -> None:
    turned = np.linalg.qr(np.random.default_rng(1).standard_normal((600, 48)))[0].astype(np.float32)

    def high(vector: NDArray[np.float32]) -> NDArray[np.float32]:
        """All cosines lie above .7."""
        return np.append(np.sqrt(0.3) * vector, np.sqrt(0.7)).astype(np.float32)

    found = []
    folder = written(tmp_path / "articles")
    for name, space in {"same": None, "turned": lambda vector: turned @ vector, "high": high}.items():
        with embedding(*([space] if space else [])) as server, with_endpoint(tmp_path / name, server) as room:
            room.ingest([folder])
            found.append([ranked(room, f"Which flood wall is {n} metres high?") for n in range(5)])
            cosines = [one.dense or 0.0 for one in room.search(QUESTION).passages]
            found[-1].append([("cosine", round(cosine, 3)) for cosine in cosines])
    assert found[0] == found[1] == found[2]


def test_what_is_never_sent_to_a_model_is_never_sent_for_a_vector_and_says_so(
    tmp_path: Path, server: EmbeddingsServer
) -> None:
    folder = written(tmp_path / "articles")
    with with_minilm(tmp_path / "home") as room:
        room.ingest([folder])
        room.keep_local("Sources")
        assert room.status().vectors is not None
        assert room.search(QUESTION).warnings == ()  # the local model reads them
    with with_endpoint(tmp_path / "home", server) as room:
        assert (room.vectors().passages, room.vectors().kept_back) == (9, 3)
        assert room.embed() == 9
        assert not [one for one in texts(server) for n in (0, 4, 8) if f" {n} metres" in one]
        status = room.status()
        assert status.vectors is not None
        assert (status.vectors.passages, status.vectors.kept_back) == (0, 3)
        assert status.meaning == pytest.approx(9 / 12)
        found = room.search(QUESTION, k=20)
        assert "3 articles in this scope are of a collection that is never sent" in found.warnings[0]
        assert {"a0", "a4", "a8"} <= {one.passage.article_id for one in found.passages}
        asked = len(server.requests)
        only = room.search("flood wall 8 metres", Scope(collections=("Sources",)))
        assert len(server.requests) == asked  # nor is the question
        assert "everything in this scope" in only.warnings[0]
        assert {one.passage.article_id for one in only.passages} == {"a0", "a4", "a8"}
        assert room.repair() == []
        room.ingest([written(tmp_path / "more", 1, first=80)])
        assert room.vectors().kept_back == 4
        room.keep_local("Sources", False)
        assert room.embed() == 4
        assert room.search(QUESTION).warnings == ()


def test_row_67_the_day_s_limit_ends_embedding_and_the_rest_waits(
    tmp_path: Path, server: EmbeddingsServer
) -> None:
    folder = written(tmp_path / "articles")
    with with_endpoint(tmp_path / "home", server, limit_day=1.0) as room:
        assert "DATELINE_EMBEDDING_PRICE is not" in room.ingest([folder]).warnings[0]
        assert not server.requests
    dear = {"limit_day": 0.8, "embedding_price": 700.0}  # a request of five texts costs about .08
    with with_endpoint(tmp_path / "dear", server, **dear) as room:
        report = room.ingest([folder])
        assert "this day's limit is reached" in report.warnings[0]
        assert room.limits.spent("embedding")[1].cost >= 0.8
        found = room.search(QUESTION)
        assert not any(request["input"][0] == QUESTION for request in server.requests)
        assert found.warnings == () or "limit is reached" in found.warnings[0]


def test_killed_while_everything_is_made_anew_it_goes_on_where_it_was(
    tmp_path: Path, server: EmbeddingsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = written(tmp_path / "articles", 60)
    with with_minilm(tmp_path / "home") as room:
        room.ingest([folder])
    for name, value in {
        "MODEL": "scripted",
        "BASE_URL": server.address,
        "BATCH": "4",
    }.items():
        monkeypatch.setenv(f"DATELINE_EMBEDDING_{name}", value)

    killed = threading.Event()

    def held(request: dict[str, Any]) -> Reply:
        sent = len(texts(server))
        if sent > 40:
            killed.wait(60)
        elif sent:
            time.sleep(0.2)  # what is ready is kept twice a second
        return server.right(request)

    server.script = [held] * 100
    command = [sys.executable, "-m", "rag", "embed", "--home", str(tmp_path / "home"), "--json"]
    child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_for(lambda: kept(tmp_path / "home") > 0 or child.poll() is not None)
    child.kill()
    child.wait()
    server.script = []
    killed.set()
    with with_endpoint(tmp_path / "home", server) as room:
        held = room.vectors()
        assert not held.anew
        assert 0 < held.passages < 60
        found = room.search(QUESTION)
        assert found.meaning == pytest.approx(1 - held.passages / 60)
        assert {len(row.vector) for row in room.catalog.vectors_of(range(1, 61))} == {48}
        before = len(texts(server))
        assert room.embed() == held.passages
        assert len(texts(server)) - before == held.passages
        assert room.status().meaning == 1.0
        assert room.repair() == []


def test_the_app_embeds_behind_the_page_and_asks_a_failing_server_ever_less(
    tmp_path: Path, server: EmbeddingsServer
) -> None:
    folder = written(tmp_path / "articles")
    with with_minilm(tmp_path / "home") as room:
        room.ingest([folder])
    with with_endpoint(tmp_path / "home", server, serve=True) as room:
        time.sleep(1.5)
        assert not server.requests  # nobody has asked for it
        server.script = [server.right] * 12 + [fault(401)]
        assert room.status().meaning == 0.0
        assert room.make_anew()
        assert room.status().meaning == room.search(QUESTION).meaning == 0.0  # not what it was
        wait_for(lambda: room.upkeep_error is not None)
        assert "refused the key" in " ".join(room.status().warnings)
        assert room.status().meaning == 0.0
        assert room.upkeep_error is not None
        wait_for(lambda: room.status().meaning == 1.0)
        wait_for(lambda: room.upkeep_error is None)  # said a moment after the last vector is there
        wait_for(lambda: room.indexes.health().states["vectors"] == "ready")
        assert room.search(QUESTION).passages[0].dense is not None
