"""The front door, with the stand-in embedder: ingest, ask, search, remove, and what may go wrong."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rag import newsroom
from rag.errors import CatalogDamaged, IndexLocked, UsageError
from rag.library.ingest import Progress
from rag.newsroom import SAMPLE, Newsroom
from rag.standing import size_of
from rag.types import Answer, Scope, Sentence, Stage
from rag.upkeep import embed_lock
from tests.fakes.embedder import FakeEmbedder

ROOT = Path(__file__).resolve().parent.parent
BRIDGE = "Engineers closed the Marden bridge on Monday after they found fourteen cracks in its girders."
FERRY = "The ferry to Little Holm sails every hour from six in the morning until ten at night."


def write(folder: Path, name: str, text: str, **record: str) -> Path:
    head = "".join(f"{key}: {value}\n" for key, value in {"id": name, **record}.items())
    path = folder / f"{name}.md"
    path.write_text(f"---\n{head}---\n{text}\n")
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "articles"
    path.mkdir()
    write(path, "bridge", BRIDGE, title="Bridge shut", outlet="The Post", published="2026-10-12")
    write(path, "ferry", FERRY, title="Ferry times", outlet="The Mail", published="2026-10-14")
    write(path, "mayor", "The mayor of Marden will not stand again, she said.", title="Mayor to go")
    return path


@pytest.fixture
def room(tmp_path: Path, folder: Path) -> Iterator[Newsroom]:
    with newsroom.open(tmp_path / "home", embedder=FakeEmbedder()) as opened:
        opened.ingest([folder])
        yield opened


def found(room: Newsroom, query: str, scope: Scope | None = None) -> list[str]:
    return [one.passage.article_id for one in room.search(query, scope).passages]


def test_an_answer_quotes_its_article_exactly_and_says_what_it_was_asked_over(room: Newsroom) -> None:
    answer = room.ask("Why did engineers close the Marden bridge?")
    assert answer.status == "answered"
    assert answer.mode == "extractive"
    assert answer.sentences[0].text == BRIDGE
    for citation in answer.citations:
        article = room.article(citation.article_id, citation.version)
        assert article.text[citation.start : citation.end] == citation.quote
    assert answer.searched == 3
    assert answer.freshness.newest_cited is not None
    assert answer.freshness.newest_in_scope == "2026-10-14"


def test_a_stream_ends_with_the_answer_and_shows_its_sentences_before(room: Newsroom) -> None:
    events = list(room.ask_stream("Why did engineers close the Marden bridge?"))
    assert isinstance(events[0], Stage)
    assert isinstance(events[-1], Answer)
    shown = tuple(event for event in events if isinstance(event, Sentence))
    assert shown == events[-1].sentences
    assert shown


def test_nothing_in_an_empty_library_is_no_answer(tmp_path: Path) -> None:
    with newsroom.open(tmp_path / "empty", embedder=FakeEmbedder()) as room:
        answer = room.ask("Who won?")
        assert (answer.status, answer.searched, answer.citations) == ("no_answer_found", 0, ())


def test_a_scope_is_never_left(room: Newsroom) -> None:
    assert found(room, "Marden bridge cracks", Scope(not_articles=("bridge",)))[:1] != ["bridge"]
    assert set(found(room, "Marden bridge ferry", Scope(outlets=("the mail",)))) == {"ferry"}
    assert set(found(room, "Marden ferry", Scope(from_="2026-10-13"))) == {"ferry"}
    assert set(found(room, "Marden ferry", Scope(from_="2026-10-13", undated=True))) == {"ferry", "mayor"}
    assert found(room, "Marden", Scope(outlets=("Nobody",))) == []


def test_a_scope_is_counted_choice_by_choice_and_follows_the_library(room: Newsroom) -> None:
    found = room.counts()
    assert (found.articles, found.of, found.undated) == (3, 3, 1)
    assert (found.earliest, found.newest) == ("2026-10-12", "2026-10-14")
    dated = room.counts(Scope(from_="2026-10-13", outlets=("Nobody",)))
    assert (dated.articles, dated.of, dated.unknown) == (0, 3, ("Nobody",))
    assert [(one.name, one.articles) for one in dated.outlets] == [
        ("The Mail", 1),
        ("The Post", 0),
        (None, 0),
    ]
    room.remove(["ferry"])
    after = room.counts()
    assert (after.articles, after.newest) == (2, "2026-10-12")
    assert after.sequence == room.sequence > found.sequence


def test_what_is_counted_is_what_a_question_is_asked_over(room: Newsroom) -> None:
    for scope in (Scope(), Scope(from_="2026-10-13"), Scope(from_="2026-10-13", undated=True)):
        assert room.counts(scope).articles == room.search("Marden", scope).searched


def test_a_search_that_nothing_is_near_finds_nothing_and_counts_what_matches(room: Newsroom) -> None:
    nothing = room.search("zzyzx qwfp")
    assert (nothing.passages, nothing.total) == ((), 0)
    cracks = room.search("fourteen cracks", k=1)
    assert [one.passage.article_id for one in cracks.passages] == ["bridge"]
    assert cracks.total == 1
    assert room.search("Marden").total == 2


def test_row_22_what_another_process_withdraws_is_gone_at_once_even_before_the_index_follows(
    room: Newsroom, tmp_path: Path
) -> None:
    assert room.indexes.follower is not None
    room.indexes.follower.pause()
    code = "import sys; from rag import newsroom\nwith newsroom.open(sys.argv[1]) as room: room.remove(['bridge'])"
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "home")], cwd=ROOT, check=True)
    assert room.indexes.words is not None
    assert room.indexes.words.search("cracks", k=5).total == 1
    assert "bridge" not in found(room, "fourteen cracks in the bridge")
    answer = room.ask("Why did engineers close the Marden bridge?")
    assert "bridge" not in {citation.article_id for citation in answer.citations}
    assert room.article("bridge").status == "withdrawn"


def test_a_half_embedded_library_finds_what_has_no_vector_yet(tmp_path: Path, folder: Path) -> None:
    stop = threading.Event()
    with newsroom.open(tmp_path / "home", embedder=FakeEmbedder()) as room:
        room.ingest([folder / "ferry.md"])
        room.ingest([folder], progress=lambda step: stop.set(), stop=stop)
        result = room.search("Why did engineers close the Marden bridge?")
        assert result.meaning is not None
        assert 0 < result.meaning < 1
        best = result.passages[0]
        assert (best.passage.article_id, best.dense) == ("bridge", None)
        room.ingest([folder])
        assert room.search("bridge").meaning == 1.0


def test_without_weights_everything_works_by_words_and_says_so(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATELINE_MINILM_DIR", str(tmp_path / "nowhere"))
    with newsroom.open(tmp_path / "home") as room:
        assert room.ingest([folder]).count("added") == 3
        result = room.search("fourteen cracks")
        assert result.passages[0].passage.article_id == "bridge"
        assert (result.meaning, result.passages[0].dense) == (None, None)
        assert "Keyword search only" in result.warnings[0]
        assert room.status().mode == "keyword search only"
        assert room.ask("Why did engineers close the Marden bridge?").warnings
    with newsroom.open(tmp_path / "home", embedder=FakeEmbedder()) as room:
        room.ingest([])
        assert room.search("fourteen cracks").meaning == 1.0


def test_vectors_outlast_a_model_that_is_away_and_only_what_came_meanwhile_is_cut_again(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def passages(room: Newsroom) -> dict[int, bool]:
        """Every passage, and whether it has a vector."""
        asked = (
            "SELECT p.id, v.passage_id IS NOT NULL FROM passages p LEFT JOIN vectors v ON v.passage_id = p.id"
        )
        with room.catalog.reading() as connection:
            return {key: bool(there) for key, there in connection.exec_driver_sql(asked)}

    ferry = folder / "ferry.md"
    later = ferry.rename(tmp_path / "ferry.md")
    with newsroom.open(tmp_path / "home", embedder=FakeEmbedder()) as room:
        room.ingest([folder])
        before = passages(room)
    monkeypatch.setenv("DATELINE_MINILM_DIR", str(tmp_path / "nowhere"))
    for _ in range(2):
        with newsroom.open(tmp_path / "home") as room:
            room.ingest([later])
            assert found(room, "ferry")[0] == "ferry"
            meanwhile = passages(room)
            assert meanwhile.items() > before.items()
            assert list(meanwhile.values()).count(False) == len(meanwhile) - len(before)
    with newsroom.open(tmp_path / "home", embedder=FakeEmbedder()) as room:
        room.ingest([])
        now = passages(room)
        assert now.items() > before.items()
        assert all(now.values())
        room.ingest([])
        cut = [one.version_key for one in room.catalog.changes(0) if one.kind == "stored"]
        assert [cut.count(key) for key in sorted(set(cut))] == [1, 1, 2]


def test_row_13_vectors_of_another_model_are_never_mixed_and_made_anew_when_asked(
    tmp_path: Path, folder: Path
) -> None:
    with newsroom.open(tmp_path / "home", embedder=FakeEmbedder(fingerprint="one/384/f32/1")) as room:
        room.ingest([folder])
    with newsroom.open(tmp_path / "home", embedder=FakeEmbedder(fingerprint="two/384/f32/1")) as room:
        result = room.search("fourteen cracks")
        assert result.passages[0].dense is None
        assert result.meaning == 0.0
        assert "from one, and the model that is set is two. `dateline embed`" in result.warnings[0]
        assert [one.mended for one in room.repair()] == [False]
        assert room.search("fourteen cracks").passages[0].dense is None
        assert room.embed() == room.status().passages
        again = room.search("fourteen cracks")
        assert again.passages[0].dense is not None
        assert again.warnings == ()


def test_the_sample_leaves_the_scope_once_there_are_other_articles(tmp_path: Path, folder: Path) -> None:
    with newsroom.open(tmp_path / "home", embedder=FakeEmbedder()) as room:
        room.ingest([folder / "bridge.md"], collection=SAMPLE)
        assert room.status().sample
        assert found(room, "Marden bridge") == ["bridge"]
        room.ingest([folder / "ferry.md"])
        status = room.status()
        assert (status.sample, status.articles, status.sample_aside) == (False, 1, 1)
        assert status.outlets == ("The Mail",)
        assert found(room, "Marden bridge") == []
        assert found(room, "Marden ferry") == ["ferry"]
        nothing = room.ask("Who closed the bridge?", Scope(outlets=("The Post",)))
        assert "sample newsroom is out of scope" in nothing.warnings[0]
        assert found(room, "Marden bridge", Scope(collections=(SAMPLE,))) == ["bridge"]


def test_a_home_opened_twice_is_one_object_and_closes_with_the_last(tmp_path: Path) -> None:
    with newsroom.open(tmp_path / "home", embedder=FakeEmbedder()) as first:
        with newsroom.open(tmp_path / "home") as second:
            assert second is first
        assert first.status().articles == 0


def test_row_16_a_second_app_is_refused_at_once_with_the_pid_and_other_processes_work_beside_it(
    tmp_path: Path, folder: Path
) -> None:
    home = tmp_path / "home"
    code = (
        "import sys; from rag import newsroom\n"
        "from tests.fakes.embedder import FakeEmbedder\n"
        "with newsroom.open(sys.argv[1], embedder=FakeEmbedder(), serve=True):\n"
        "    print('open', flush=True); sys.stdin.read()"
    )
    app = subprocess.Popen(
        [sys.executable, "-c", code, str(home)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert app.stdout is not None
    assert app.stdout.readline() == "open\n"
    try:
        with pytest.raises(IndexLocked, match=str(app.pid)):
            newsroom.open(home, embedder=FakeEmbedder(), serve=True)
        with newsroom.open(home, embedder=FakeEmbedder()) as room:
            assert not room.indexes.holder
            assert room.ingest([folder]).count("added") == 3
            until_followed(room)
            assert found(room, "fourteen cracks")[0] == "bridge"
            assert "chromadb" not in sys.modules or room.indexes.vectors is None
    finally:
        app.communicate(timeout=30)


def until_followed(room: Newsroom) -> None:
    """Wait until the process that holds the indexes has followed the log."""
    for _ in range(200):
        health = room.indexes.health()
        if min(health.applied["words"], health.applied["meaning"]) >= health.catalog:
            return
        threading.Event().wait(0.05)
    raise AssertionError("the app did not follow")


def test_row_09_a_catalog_that_is_gone_is_never_recreated_empty(tmp_path: Path, folder: Path) -> None:
    home = tmp_path / "home"
    with newsroom.open(home, embedder=FakeEmbedder()) as room:
        room.ingest([folder])
    (home / "catalog.sqlite3").unlink()
    with pytest.raises(CatalogDamaged, match="backup"):
        newsroom.open(home, embedder=FakeEmbedder())
    assert not (home / "catalog.sqlite3").exists()


def test_deleted_indexes_are_built_anew_with_the_same_answers(tmp_path: Path, folder: Path) -> None:
    import shutil

    home = tmp_path / "home"
    with newsroom.open(home, embedder=FakeEmbedder()) as room:
        room.ingest([folder])
        before = room.search("Marden bridge").passages
    shutil.rmtree(home / "index")
    with newsroom.open(home, embedder=FakeEmbedder()) as room:
        assert room.search("Marden bridge").passages == before


def test_langchain_gets_documents_and_answers(room: Newsroom) -> None:
    documents = room.retriever(k=2).invoke("fourteen cracks in the Marden bridge")
    about = documents[0].metadata
    assert about["article_id"] == "bridge"
    assert room.article("bridge").text[about["start"] : about["end"]] == documents[0].page_content
    chain = room.chain()
    assert chain.invoke("Why did engineers close the Marden bridge?").status == "answered"
    assert isinstance(list(chain.stream("Why did engineers close the Marden bridge?"))[-1], Answer)


@pytest.mark.parametrize(
    "question", ["\" - * NEAR( col:x '", "🚒" * 3000, "\\ (a OR", "title:x^2 AND *", "\x1b[2J"]
)
def test_row_66_query_syntax_and_odd_characters_are_words(room: Newsroom, question: str) -> None:
    assert room.ask(question).status in ("answered", "closest", "no_answer_found")
    room.search(question)


def test_an_empty_question_is_refused(room: Newsroom) -> None:
    with pytest.raises(UsageError, match="empty"):
        room.ask("  ")


def test_a_file_that_is_as_it_was_is_not_read_again(
    room: Newsroom, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("it was read again")

    monkeypatch.setattr("rag.library.remembered.read_file", refuse)
    report = room.ingest([folder])
    assert (report.count("unchanged"), len(report.items)) == (3, 3)


def test_a_file_whose_article_was_removed_or_changed_is_read_again(room: Newsroom, folder: Path) -> None:
    room.remove(["bridge"])
    assert room.ingest([folder]).count("added") == 1
    write(folder, "ferry", FERRY + " On Sundays it does not sail.", title="Ferry times", outlet="The Mail")
    report = room.ingest([folder])
    assert (report.count("changed"), report.count("unchanged")) == (1, 2)
    assert room.ingest([folder], collection="harbour").count("changed") == 3


def test_nobody_embeds_while_articles_are_being_stored(tmp_path: Path, folder: Path) -> None:
    free: dict[str, bool] = {}

    def look(step: Progress) -> None:
        lock = embed_lock(room.home)
        free[step.stage] = lock.try_acquire()
        lock.release()

    with newsroom.open(tmp_path / "home", embedder=FakeEmbedder()) as room:
        room.ingest([folder], progress=look)
        assert free == {"storing": False, "embedding": False}
        assert embed_lock(room.home).try_acquire()


def test_an_ingest_shows_how_far_another_process_is_with_embedding(tmp_path: Path, folder: Path) -> None:
    steps: list[Progress] = []
    with newsroom.open(tmp_path / "home", embedder=FakeEmbedder()) as room:
        other = embed_lock(room.home)
        assert other.try_acquire()

        def look(step: Progress) -> None:
            steps.append(step)
            if step.stage == "embedding":
                other.release()

        room.ingest([folder], progress=look)
        assert Progress("embedding", 0, 3) in steps
        assert room.catalog.totals().meaning == 1.0


def test_the_size_of_a_home_is_told_while_its_folders_come_and_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("kept", "going"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_bytes(bytes(100))
    scan = os.scandir

    def scanned(path: Any) -> Any:
        if str(path) == str(tmp_path / "going"):
            (tmp_path / "going" / "file").unlink()
            (tmp_path / "going").rmdir()
        return scan(path)

    monkeypatch.setattr(os, "scandir", scanned)
    assert size_of(tmp_path) == 100
