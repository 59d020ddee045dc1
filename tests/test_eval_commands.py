"""dateline eval: run, resume, show, compare with its gate, export and import; a model that fails, a set with faults."""

from __future__ import annotations

import json
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from rag import evaluating, newsroom, settings
from rag.errors import LibraryError, ModelError, UsageError
from rag.eval_workers import asking
from rag.models import openai_faults
from tests.fakes.embedder import FakeEmbedder
from tests.fakes.openai_server import fault, said, serving
from tests.test_cli import ROOT, articles, run

__all__ = ["articles", "run"]

QUESTIONS: list[dict[str, Any]] = [
    {
        "id": "cracks",
        "question": "How many cracks did engineers find in the Marden bridge?",
        "answers": ["fourteen"],
        "evidence": [{"article": "bridge", "quote": "fourteen cracks in its girders"}],
        "tags": ["bridge"],
    },
    {
        "id": "ferry",
        "question": "How often does the ferry sail from Little Holm?",
        "answers": ["every hour"],
        "evidence": [{"article": "ferry", "quote": "The ferry sails every hour"}],
    },
    {
        "id": "zeppelin",
        "question": "Who flew the zeppelin over Tarn?",
        "answerable": False,
        "tags": ["near-miss"],
    },
]


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    return written(tmp_path / "set.jsonl", QUESTIONS)


def written(path: Path, records: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


def numbers(told: Any) -> Any:
    """What must be the same to the last digit: all but what it took."""
    return {name: one for name, one in told["numbers"].items() if name != "seconds"}


def test_a_run_is_measured_kept_and_shown_again(
    run: Any, articles: Path, questions: Path, tmp_path: Path
) -> None:
    run("ingest", str(articles))
    page = tmp_path / "report.html"
    words = ("eval", "run", "--set", str(questions), "--name", "base", "--always-answer", "--html", str(page))
    done = run(*words, "--json")
    assert done.code == 0
    assert "3 questions of set.jsonl" in done.err
    assert "can show no change" in done.err
    told = done.json
    assert told["numbers"]["hits@1"] == {"value": 1.0, "low": 0.34238, "high": 1.0, "n": 2}
    assert (told["numbers"]["evidence_cited"]["value"], told["numbers"]["key_facts"]) == (1.0, None)
    assert told["run"]["set_digest"] in page.read_text(encoding="utf-8")
    assert [row["run"]["name"] for row in run("eval", "runs", "--json").json["runs"]] == ["base"]
    assert run("eval", "show", "base", "--json").json == told
    shown = run("eval", "show", "base").out
    assert "evidence_cited" in shown
    assert "of 2" in shown


def test_two_runs_without_a_model_give_the_same_numbers_with_any_number_of_workers(
    run: Any, articles: Path, tmp_path: Path
) -> None:
    run("ingest", str(articles))
    more = [{**one, "id": f"{one['id']}{n}"} for n in range(9) for one in QUESTIONS]
    many = written(tmp_path / "many.jsonl", more)
    first = run("eval", "run", "--set", str(many), "--name", "one", "--workers", "1", "--json").json
    second = run("eval", "run", "--set", str(many), "--name", "two", "--workers", "6", "--json").json
    assert numbers(first) == numbers(second)
    assert (first["auroc"], first["curve"], first["why"]) == (second["auroc"], second["curve"], second["why"])
    itself = run("eval", "compare", "one", "two", "--max-regressions", "0", "--json")
    assert itself.code == 0
    changed = [name for name, one in itself.json["changes"].items() if one["verdict"] != "same"]
    assert changed in ([], ["seconds"])
    assert itself.json["warnings"] == []


def test_an_article_taken_out_is_diagnosed_and_fails_the_gate(
    run: Any, articles: Path, questions: Path, tmp_path: Path
) -> None:
    run("ingest", str(articles))
    words = ("eval", "run", "--set", str(questions), "--always-answer", "--name")
    run(*words, "base")
    run("remove", "ferry")
    told = run(*words, "head", "--json").json
    assert {one["asked"]["question"]["id"]: one["diagnosis"]["why"] for one in told["wrong"]} == {
        "ferry": "not_in_library"
    }
    page = tmp_path / "compared.html"
    failed = run("eval", "compare", "base", "head", "--max-regressions", "0", "--html", str(page), "--json")
    assert failed.code == 4
    assert failed.json["gate"]["faults"] == ["1 regressions, 0 allowed: ferry"]
    assert any("sequence" in one for one in failed.json["warnings"])
    assert [one["id"] for one in failed.json["regressions"]] == ["ferry"]
    assert "not in the library: ferry" in page.read_text(encoding="utf-8")
    assert run("eval", "compare", "base", "head", "--max-regressions", "1").code == 0
    low = run("eval", "compare", "base", "head", "--min", "hits@5=0.9")
    assert (low.code, "hits@5 is 0.5 (of 2)" in low.err) == (4, True)


def test_a_run_goes_only_on_with_its_own_set_and_library(run: Any, articles: Path, questions: Path) -> None:
    run("ingest", str(articles))
    words = ("eval", "run", "--set", str(questions), "--name", "base")
    first = run(*words, "--json").json
    assert first["run"]["meaning"] is None
    assert "Keyword search only: there was no embedder." in first["notes"]
    again = run(*words, "--json")
    assert "3 were asked before; 0 are left" in again.err
    assert again.json["wrong"] == first["wrong"], "nothing was asked again"
    written(questions, QUESTIONS[:2])
    other = run(*words)
    assert (other.code, "the set was set.jsonl" in other.err) == (2, True)
    written(questions, QUESTIONS)
    run("remove", "ferry")
    changed = run(*words)
    assert (changed.code, "sequence was" in changed.err) == (2, True)
    assert run(*words, "--again").code == 0


def test_a_run_is_exported_and_imported_whole(
    run: Any, articles: Path, questions: Path, tmp_path: Path
) -> None:
    run("ingest", str(articles))
    told = run("eval", "run", "--set", str(questions), "--name", "base", "--json").json
    file = tmp_path / "base.json"
    assert run("eval", "export", "base", str(file)).code == 0
    assert run("eval", "import", str(file)).code == 2
    run("eval", "grade", "base", "--grader", "Maja", stdin="w it says none\nr\nq\n")
    graded = run("eval", "grades", "base", "--json").json["grades"]
    assert len(graded) == 2
    assert run("eval", "export", "base", str(file)).code == 0
    assert run("eval", "import", str(file), "--name", "theirs").code == 0
    theirs = run("eval", "grades", "theirs", "--json").json["grades"]
    assert theirs == [{**one, "run": "theirs"} for one in graded]
    bad = json.loads(file.read_text())
    for change in ({"mark": "great"}, {"question": "none"}, {"why": None}):
        wrong = tmp_path / "wrong.json"
        wrong.write_text(json.dumps({**bad, "grades": [{**bad["grades"][0], **change}]}))
        assert "it is not an exported run" in run("eval", "import", str(wrong), "--name", "bad").err
    shown = run("eval", "show", "theirs", "--json").json
    assert shown.pop("run")["imported"] is True
    del told["run"]
    assert shown == told
    assert run("eval", "remove", "base").code == 0
    assert run("eval", "show", "base").code == 2
    for nonsense in (
        "",
        "[]",
        '{"schema": 1}',
        '{"schema": 1, "run": {"name": 3}, "asked": [1]}',
        '{"schema": 9}',
    ):
        file.write_text(nonsense)
        wrong = run("eval", "import", str(file), "--name", "bad")
        assert (wrong.code, wrong.err.count("\n")) == (2, 1), nonsense


def test_wrong_flags_and_sets_get_one_clear_sentence(run: Any, articles: Path, tmp_path: Path) -> None:
    run("ingest", str(articles))
    empty = tmp_path / "empty.jsonl"
    empty.write_text("")
    other = written(
        tmp_path / "other.jsonl", [{**QUESTIONS[0], "evidence": [{"article": "x", "quote": "y"}]}]
    )
    for words, part in (
        (("run", "--set", str(empty), "--name", "x"), "it holds no question"),
        (("run", "--set", str(tmp_path / "none.csv"), "--name", "x"), "it cannot be read"),
        (("run", "--set", str(empty), "--name", " "), "needs a name"),
        (("run", "--set", str(other), "--name", "x"), "it may be for another"),
        (("compare", "a", "b", "--min", "speed=1"), "there is no 'speed'"),
        (("compare", "a", "b", "--min", "right=much"), "names no share"),
        (("compare", "a", "b"), "there is no such run"),
    ):
        wrong = run("eval", *words)
        assert (wrong.code, part in " ".join(wrong.err.split())) == (2, True), words


def test_where_the_model_fails_the_question_failed_and_is_asked_again(
    articles: Path, questions: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openai_faults, "PAUSE", 0.0)
    script = [said("Fourteen cracks were found in the girders [1]."), *[fault(400)] * 40]
    with serving(*script) as server:
        told = settings.load(home=tmp_path / "home", model="scripted", openai_base_url=server.address)
        with newsroom.open(tmp_path / "home", settings=told, embedder=FakeEmbedder()) as room:
            room.ingest([articles])
            planned = evaluating.plan(room, questions, "model")
            assert planned.run.setting.model == "scripted"
            assert len(planned.run.setting.prompts["answer"]) == 12
            evaluating.go(room, planned, workers=1)
            found = evaluating.scored(room, "model")
            failed = [one.asked.question.id for one in found.failed]
            assert "ferry" in failed
            assert "cracks" not in failed
            assert all("extractive" in (one.asked.fault or "") for one in found.failed)
            left = evaluating.plan(room, questions, "model").jobs
            assert [question.id for _, question, _ in left] == failed


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_stopped_by_ctrl_c_the_same_command_goes_on(run: Any, articles: Path, tmp_path: Path) -> None:
    run("ingest", str(articles))
    more = [{**one, "id": f"{one['id']}{n}"} for n in range(70) for one in QUESTIONS]
    many = written(tmp_path / "many.jsonl", more)
    words = ["eval", "run", "--set", str(many), "--name", "base", "--json"]
    environment = {**os.environ, "DATELINE_MINILM_DIR": str(tmp_path / "none"), "COLUMNS": "100"}
    command = [sys.executable, "-m", "rag", *words]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as going:
        for _ in range(600):
            rows = run("eval", "runs", "--json").json["runs"]
            if rows and rows[0]["answers"]:
                break
            time.sleep(0.1)
        going.send_signal(signal.SIGINT)
        out, err = going.communicate(timeout=60)
    assert (going.returncode, b"Stopped. What was asked is kept" in err) == (4, True)
    asked = json.loads(out)["asked"]
    assert 0 < asked < len(more)
    went_on = run(*words)
    assert f"{asked:,} were asked before; {len(more) - asked:,} are left" in went_on.err
    assert (went_on.code, went_on.json["asked"], went_on.json["failed"]) == (0, len(more), [])


def test_from_python_a_set_is_measured_in_one_call_and_evidence_that_moved_is_found_again(
    articles: Path, tmp_path: Path
) -> None:
    quote = QUESTIONS[0]["evidence"][0]["quote"]
    moved = {
        **QUESTIONS[0],
        "evidence": [{"article": "bridge", "quote": quote, "start": 3, "end": 3 + len(quote)}],
    }
    gone = {**QUESTIONS[1], "evidence": [{"article": "ferry", "quote": "The ferry sank"}]}
    path = written(tmp_path / "moved.jsonl", [moved, gone])
    with newsroom.open(tmp_path / "home", embedder=FakeEmbedder()) as room:
        room.ingest([articles])
        found = room.evaluate(path, "python", how=newsroom.How(always_answer=True))
        assert found.numbers["hits@1"] is not None
        assert found.numbers["hits@1"].value == 0.5
        assert [one.diagnosis.why for one in found.wrong] == ["not_in_library"]
        assert found.notes == ("1 questions have evidence that the library does not hold.",)
        planned = evaluating.plan(room, path, "python", how=newsroom.How(always_answer=True))
        assert (planned.looked.lost, planned.looked.moved, planned.jobs) == (1, 1, ())


def test_the_samples_set_is_refused_where_the_sample_is_out_of_scope(
    articles: Path, questions: Path, tmp_path: Path
) -> None:
    own = tmp_path / "own.txt"
    own.write_text("Mayor resigns\n\nThe mayor of Tarn resigned on Friday.")
    with newsroom.open(tmp_path / "home", embedder=FakeEmbedder()) as room:
        room.ingest([articles], collection=newsroom.SAMPLE)
        assert evaluating.plan(room, questions, "alone").looked.lost == 0
        room.ingest([own])
        with pytest.raises(UsageError, match="the sample newsroom's, which is out of scope"):
            evaluating.plan(room, questions, "beside")


def test_a_worker_that_is_killed_ends_the_run_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATELINE_MINILM_DIR", str(tmp_path / "none"))
    with newsroom.open(tmp_path / "home") as room, pytest.raises(LibraryError, match="ended from outside"):
        asked = asking(room, newsroom.How(), threading.Event(), workers=2, questions=500)
        with asked as (pool, _):
            pool.submit(os._exit, 1).result()


def test_an_error_comes_out_of_a_worker_as_it_was() -> None:
    told = LibraryError("the disk", "it is full", "Free some space.")
    back = pickle.loads(pickle.dumps(told))
    assert (type(back), str(back), back.as_dict()) == (LibraryError, str(told), told.as_dict())


def test_a_question_that_could_not_be_embedded_failed_and_is_not_scored_by_its_words(
    articles: Path, questions: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    embedder = FakeEmbedder()
    with newsroom.open(tmp_path / "home", embedder=embedder) as room:
        room.ingest([articles])

        def gone(text: str) -> Any:
            raise ModelError("the embedding model", "it did not answer")

        monkeypatch.setattr(embedder, "embed_query", gone)
        found = room.evaluate(questions, "gone")
        assert [one.asked.question.id for one in found.failed] == ["cracks", "ferry", "zeppelin"]
        assert "Searched by words only" in found.failed[0].diagnosis.said
        assert found.numbers["hits@5"] is None
