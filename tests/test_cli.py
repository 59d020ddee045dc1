"""The command line: one JSON object, exit codes, faults in one sentence, nothing harmful on the terminal."""

from __future__ import annotations

import io
import json
import os
import socket
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from rag.cli import main
from rag.models import openai_faults
from tests.fakes.embeddings_server import embedding

ROOT = Path(__file__).resolve().parent.parent
BRIDGE = "Engineers closed the Marden bridge on Monday after they found fourteen cracks in its girders."


@dataclass(frozen=True)
class Ran:
    """What a command printed, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one object on stdout."""
        assert self.out.count("\n") == 1
        return json.loads(self.out)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run `dateline` as a user does, words only (no weights), on a home of its own; in this process, for speed."""
    monkeypatch.setenv("DATELINE_MINILM_DIR", str(tmp_path / "none"))
    monkeypatch.setenv("COLUMNS", "100")

    def runner(*words: str, stdin: str = "") -> Ran:
        monkeypatch.setattr(sys, "argv", ["dateline", *words])
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
            main()
            sys.exit(0)
        return Ran(int(ended.value.code or 0), out.getvalue(), err.getvalue())

    return runner


@pytest.fixture
def run_alone(tmp_path: Path) -> Any:
    """The same in a process of its own, as a shell starts it."""
    environment = {**os.environ, "DATELINE_MINILM_DIR": str(tmp_path / "none"), "COLUMNS": "100"}

    def runner(*words: str, stdin: str = "") -> Ran:
        command = [sys.executable, "-m", "rag", *words]
        done = subprocess.run(
            command, cwd=ROOT, env=environment, input=stdin, capture_output=True, text=True, check=False
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    return runner


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    path = tmp_path / "articles.jsonl"
    records = [
        {
            "id": "bridge",
            "title": "Bridge shut",
            "outlet": "The Post",
            "text": BRIDGE,
            "published": "2026-10-12",
        },
        {"id": "ferry", "title": "Ferry", "text": "The ferry sails every hour from the quay at Little Holm."},
    ]
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def test_ingest_ask_search_show_remove_and_status_speak_json(
    run: Any, run_alone: Any, articles: Path
) -> None:
    report = run_alone("ingest", str(articles), "--json")
    assert (report.code, report.json["added"], report.json["failed"]) == (0, 2, 0)
    assert report.json["items"][0] == {
        "source": f"{articles}:1",
        "status": "added",
        "reason": None,
        "article_id": "bridge",
    }
    answer = run_alone("ask", "Why did engineers close the Marden bridge?", "--always-answer", "--json")
    assert (answer.code, answer.json["schema"], answer.json["status"]) == (0, 1, "answered")
    citation = answer.json["citations"][0]
    assert BRIDGE[citation["start"] : citation["end"]] == citation["quote"]
    assert set(answer.json["scope"]) == set(SCOPE)
    result = run("search", "fourteen cracks", "--json")
    assert (result.code, result.json["passages"][0]["article_id"]) == (0, "bridge")
    assert {"title", "outlet", "published", "start", "end", "text", "score", "dense", "words"} <= set(
        result.json["passages"][0]
    )
    shown = run("show", "bridge", "--json")
    assert (shown.code, shown.json["text"]) == (0, BRIDGE)
    assert run("remove", "bridge", "--json").json["changed"] == 1
    assert run("search", "fourteen cracks", "--json").code == 3
    assert run_alone("status", "--json").json["articles"] == 1
    assert run("ingest", str(articles), "--json").json["unchanged"] == 1


SCOPE = (
    "from to outlets not_outlets agencies collections articles not_articles kinds language undated".split()
)


def test_exit_codes_tell_answered_from_nothing_found_and_from_faults(run: Any, articles: Path) -> None:
    assert run("ask", "Who won the cup?").code == 3
    assert run("show", "nobody", "--json").json["error"]["thing"] == "nobody"
    assert run("show", "nobody").code == 1
    assert run("ask", "").code == 2
    assert run("ask", "Who?", "--from", "yesterday").code == 2
    assert run("ask", "Who?", "--from", "2026-02-01", "--to", "2026-01-01").code == 2
    assert run("ask", "Who?", "--kind", "rumour").code == 2
    assert run("ask", "Who?", "--not-read", "mood").code == 2
    assert run("frobnicate").code == 2
    bad = articles.with_name("bad.jsonl")
    bad.write_text('{"text": "A whole article stands here."}\n{"text": \n')
    done = run("ingest", str(bad), "--json")
    assert (done.code, done.json["added"], done.json["failed"]) == (4, 1, 1)
    assert done.json["items"][1]["source"].endswith(":2")


def test_what_the_question_says_of_time_and_outlet_is_not_read_where_that_is_asked(
    run: Any, articles: Path
) -> None:
    run("ingest", str(articles))
    asked = "What did the Post report since November 2026?"
    read = run("search", asked, "--json").json
    assert [chip["field"] for chip in read["chips"]] == ["from", "outlets"]
    assert read["searched"] == 0
    left = run("search", asked, "--not-read", "from", "--not-read", "outlet", "--json").json
    assert (left["chips"], left["searched"]) == ([], 2)
    answer = run("ask", asked, "--not-read", "from", "--json").json
    assert (answer["scope"]["from"], answer["scope"]["outlets"]) == (None, ["The Post"])


def test_every_command_has_help_with_an_example(run: Any) -> None:
    for name in "ingest ask search show remove status embed repair serve".split():
        _, _, example = run(name, "--help").out.partition("Example")
        assert f"dateline {name}" in example


def test_a_fault_is_one_sentence_and_never_a_traceback(run_alone: Any, tmp_path: Path) -> None:
    home = tmp_path / "broken"
    home.mkdir()
    (home / "catalog.sqlite3").write_bytes(b"not a catalog at all" * 300)
    done = run_alone("status", "--home", str(home))
    assert done.code == 1
    assert "damaged" in done.err
    assert "Traceback" not in done.err + done.out
    assert run_alone("status", "--home", str(home), "--json").json["error"]["way_out"]


def test_row_71_nothing_in_an_article_can_steer_the_terminal(run: Any, tmp_path: Path) -> None:
    evil = "\x1b]52;c;aGVsbG8=\x07\x1b[2J\x1b]8;;http://evil.example\x07link\u202etxet [bold]marked[/bold]"
    record = {
        "id": "evil",
        "title": f"Title {evil}",
        "outlet": f"Outlet {evil}",
        "text": f"The harbour {evil} burned.",
    }
    path = tmp_path / "evil.jsonl"
    path.write_text(json.dumps(record) + "\n")
    run("ingest", str(path))
    for words in (
        ("ask", "What burned in the harbour?", "--always-answer"),
        ("search", "harbour"),
        ("show", "evil"),
    ):
        done = run(*words)
        for unsafe in ("\x1b]", "\x1b[2J", "\x07", "\u202e"):
            assert unsafe not in done.out + done.err
        assert "[bold]marked[/bold]" in done.out


def test_row_66_a_question_of_a_megabyte_is_refused_with_its_length(run_alone: Any) -> None:
    done = run_alone("ask", "-", stdin="why " * 250_000)
    assert done.code == 2
    assert "characters" in done.err


def test_ingest_plan_says_what_it_would_take_and_stores_nothing(run: Any, articles: Path) -> None:
    done = run("ingest", str(articles), "--plan", "--json")
    assert (done.code, done.json["files"], done.json["fits"]) == (0, 1, True)
    assert run("status", "--json").json["articles"] == 0


def test_every_command_has_help(run: Any) -> None:
    for command in ("ingest", "ask", "search", "show", "remove", "status", "embed", "repair", "serve"):
        done = run(command, "--help")
        assert done.code == 0
        assert "Usage" in done.out


def test_ask_on_the_command_line_imports_none_of_the_heavy_libraries(run: Any, tmp_path: Path) -> None:
    code = (
        "import sys; sys.argv = ['dateline', 'ask', 'Who won?', '--home', sys.argv[1]]\n"
        "from rag.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {'chromadb', 'langchain_core', 'openai', 'streamlit', 'onnx', 'trafilatura'} & set(sys.modules)\n"
        "print(heavy or 'none', file=sys.stderr)"
    )
    for _ in range(2):  # the first one may build the model's graph
        done = subprocess.run(
            [sys.executable, "-c", code, str(tmp_path / "home")],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
    assert done.stderr.strip().endswith("none")


def test_the_office_network_is_refused_without_a_password(run: Any) -> None:
    refused = run("serve", "--network", "newsroom.local")
    assert refused.code == 2
    assert "DATELINE_PASSWORD" in refused.err
    assert run("serve", "--behind", "newsroom.local").code == 2


def test_a_page_that_only_a_proxy_can_open_is_not_put_on_the_network(
    run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATELINE_USER_HEADER", "X-User")
    assert "--behind NAME" in run("serve", "--network", "newsroom.local").err
    monkeypatch.setenv("DATELINE_OIDC_CLIENT_ID", "dateline")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    halfway = run("serve", "--port", str(port))
    assert halfway.code == 2
    assert "DATELINE_OIDC_METADATA and DATELINE_OIDC_CLIENT_SECRET are not set" in halfway.err


def test_a_search_with_operators_is_counted_sorted_grouped_and_written_as_csv(
    run: Any, articles: Path, tmp_path: Path
) -> None:
    run("ingest", str(articles))
    result = run("search", 'bridge OR "little holm"', "--json")
    assert (result.code, result.json["exact"], result.json["articles"], result.json["total"]) == (
        0,
        True,
        2,
        2,
    )
    assert result.json["read_as"] == 'bridge OR "little holm"'
    assert [one["article_id"] for one in result.json["passages"]] == ["bridge", "ferry"]
    [place] = result.json["passages"][1]["matches"]
    assert result.json["passages"][1]["text"][place[0] : place[1]] == "Little Holm"
    said = run("search", "bridge AND NOT ferry", "--group", "--sort", "oldest").out
    assert "Read as: bridge AND NOT ferry" in said
    assert "1 of 2 articles matches · 1 of 1 passages · oldest first" in said
    assert run("search", "bridge AND ferry").code == 3
    assert "Read as: the words: unclosed" in run("search", '"unclosed').out
    table = run("search", "bridge OR ferry", "-k", "1", "--csv", "-")
    assert [line.split(",")[0] for line in table.out.splitlines()] == ["headline", "Bridge shut", "Ferry"]
    path = tmp_path / "found.csv"
    assert run("search", "bridge OR ferry", "--csv", str(path)).code == 0
    assert path.read_text().count("\n") == 3
    assert run("search", "bridge", "--sort", "loudest").code == 2
    assert run("search", "bridge", "--csv", str(tmp_path / "none" / "x.csv")).code == 2


def test_a_question_about_the_coverage_is_counted(run: Any, articles: Path) -> None:
    run("ingest", str(articles))
    answer = run("ask", "How many articles mention the bridge?", "--json")
    assert (answer.code, answer.json["status"], answer.json["sentences"]) == (0, "answered", [])
    assert answer.json["coverage"]["said"] == "1 of 2 articles matches bridge."
    assert answer.json["citations"][0]["article_id"] == "bridge"
    said = run("ask", "How many articles mention the bridge?").out
    assert said.startswith("1 of 2 articles matches bridge.\n\nSearched for: bridge\n")
    assert run("ask", "How many articles mention zebras?").code == 3


def test_the_help_of_search_tells_the_query_language(run: Any) -> None:
    said = run("search", "--help").out
    for one in (
        '"exact phrase"',
        "AND, OR, NOT",
        "NEAR/5",
        "flood*",
        "title:",
        "byline:",
        "outlet:",
        "-word",
    ):
        assert one in said


def test_a_collection_can_be_kept_from_the_model(run: Any, articles: Path) -> None:
    run("ingest", str(articles), "--into", "Sources")
    assert run("collection", "keep-here", "Sources", "--json").json["never_sent"] == ["Sources"]
    assert "Sources" in run("status").out
    assert run("collection", "send", "Sources").out.strip() == "Never sent to a model: no collection."
    assert run("collection", "put", "Sources").code == 2


def test_a_name_that_is_not_there_is_told_with_what_may_be_meant(run: Any, articles: Path) -> None:
    run("ingest", str(articles))
    done = run("ask", "Who closed the bridge?", "--outlet", "teh post")
    assert done.code == 3
    assert done.out.startswith("No article is in this scope.")
    assert "Is it “The Post”?" in done.err


def test_a_search_in_days_tells_the_undated_left_out(run: Any, articles: Path) -> None:
    run("ingest", str(articles))
    assert "1 undated left out" in run("search", "ferry", "--from", "2026-10-01").out


def test_pictures_in_a_folder_are_no_fault(run: Any, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "bridge.txt").write_text("Bridge shut\n\n" + BRIDGE)
    (folder / "bridge.jpg").write_bytes(b"\xff\xd8\xff\xe0 no text")
    done = run("ingest", str(folder), "--json")
    assert (done.code, done.json["added"], done.json["skipped"]) == (0, 1, 1)
    assert run("ingest", str(folder / "bridge.jpg")).code == 4


def test_the_version_is_told(run: Any) -> None:
    assert run("--version").out.startswith("dateline ")


def test_the_vectors_that_a_model_is_to_make_are_planned_and_made_by_embed(
    run: Any, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("ingest", str(articles))
    with embedding() as server:
        monkeypatch.setenv(
            "DATELINE_EMBEDDING_BASE_URL", server.address.replace("://", "://maja:sk-secret99@")
        )
        monkeypatch.setenv("DATELINE_EMBEDDING_PRICE", "2")
        monkeypatch.setenv("DATELINE_EMBEDDING_MODEL", "scripted")
        assert "cost about" in run("ingest", "--plan", str(articles)).out
        planned = run("embed", "--plan", "--json").json
        assert (planned["anew"], planned["passages"], planned["kept"]) == (False, 2, None)
        assert not server.requests
        made = run("embed", "--json")
        assert (made.code, made.json["made"], made.json["vectors"]["passages"]) == (0, 2, 0)
        assert run("search", "ferry", "--json").json["meaning"] == 1.0
        monkeypatch.setenv("DATELINE_EMBEDDING_MODEL", "another")
        status = run("status")
        assert "nothing uses them until `dateline embed` makes all anew" in status.out
        assert "the library's vectors are from scripted" in status.err
        assert run("search", "ferry", "--json").json["meaning"] == 0.0
        assert "2 passages to make (about" in run("embed", "--plan").out
        assert run("repair").code == 4
        told = [status, run("embed"), run("embed"), run("search", "ferry", "--json")]
        assert "2 passages embedded" in told[1].out
        assert "Nothing waits for a vector." in told[2].out
        assert not any("sk-secret99" in one.out + one.err for one in told)
    monkeypatch.setattr(openai_faults, "PAUSE", 0.01)
    failed = run("embed", "--anew", "--json")
    assert (failed.code, "cannot be reached" in failed.json["error"]["fault"]) == (1, True)
    assert "sk-secret99" not in failed.out + failed.err
    assert "Searched by words only" in run("search", "ferries").err


def test_what_is_asked_is_kept_and_can_be_shown_and_forgotten(run: Any, articles: Path) -> None:
    run("ingest", str(articles))
    asked = run("ask", "Who closed the Marden bridge?", "--json").json
    run("ask", "Is there a secret?", "--unrecorded")
    [row] = run("history", "--json").json["asked"]
    assert (row["id"], row["question"], row["status"]) == (asked["id"], asked["question"], asked["status"])
    shown = run("history", "show", row["id"], "--json").json
    kept = shown.pop("kept")
    assert (shown | {"later": []}, kept["id"]) == (
        asked,
        row["id"],
    )  # what came later is no part of what is kept
    assert "Who closed the Marden bridge?" in run("history").out
    assert "fourteen" in run("history", "show", row["id"]).out
    missing = run("history", "show", "f" * 32, "--json")
    assert (missing.code, missing.json["error"]["thing"]) == (1, "This answer")
    assert run("history", "forget").code == 2
    part = run("history", "forget", row["id"], "nothing", "--json")
    assert (part.code, part.json["forgotten"], part.json["not_found"]) == (4, 1, ["nothing"])
    assert run("history", "--words", "bridge").code == 3
    run("ask", "Who closed the Marden bridge?")
    assert run("history", "forget", "--all").out == "1 forgotten.\n"


def test_sentences_and_words_are_clipped_listed_exported_and_taken_out(
    run: Any, articles: Path, tmp_path: Path
) -> None:
    run("ingest", str(articles))
    asked = run("ask", "Who closed the Marden bridge?", "--json").json
    first = run("clips", "add", asked["id"], "1", "--note", "for page 3", "--json").json
    assert first["question"] == asked["question"]
    words = run("clips", "add", "ferry", "4-9", "--json").json
    assert words["citations"][0]["quote"] == "ferry"
    assert [one["id"] for one in run("clips", "--json").json["clips"]] == [first["id"], words["id"]]
    assert "Note: for page 3" in run("clips").out
    assert run("clips", "--csv", "-").out.startswith("clip,text,mark,note")
    run("clips", "--md", str(tmp_path / "clips.md"))
    assert "fourteen cracks" in (tmp_path / "clips.md").read_text()
    assert run("clips", "add", "ferry", "9-4").code == 2
    assert run("clips", "add", asked["id"], "99").code == 2
    assert run("clips", "add", "nothing", "1").code == 1
    assert run("clips", "remove", words["id"], "nothing", "--json").json["not_found"] == ["nothing"]
    run("clips", "remove", first["id"])
    assert run("clips").code == 3


def test_a_question_is_asked_on_after_an_answer_of_the_history(run: Any, articles: Path) -> None:
    assert run("ask", "Who is it?", "--after", "last").code == 2
    run("ingest", str(articles))
    first = run("ask", "Why did engineers close the Marden bridge?", "--json").json
    second = run("ask", "And how long is it?", "--after", first["id"], "--json").json
    assert (second["rewritten"], second["after"]) == ("How long is the Marden bridge?", first["id"])
    third = run("ask", "Why?", "--after", "last")
    assert third.out.startswith("Asked as: Why is the Marden bridge?")
    assert run("ask", "Why?", "--after", "nosuch").code == 1
    assert "it is not here" in run("ask", "Why?", "--after", "nosuch").err


def test_an_opinion_is_said_to_be_one_wherever_it_is_cited(run: Any, tmp_path: Path) -> None:
    record = {"id": "column", "title": "Shut it", "outlet": "The Post", "text": BRIDGE, "kind": "opinion"}
    path = tmp_path / "column.jsonl"
    path.write_text(json.dumps(record) + "\n")
    assert run("ingest", str(path)).code == 0
    assert (
        "The Post · undated · opinion · Shut it"
        in run("ask", "Who closed the bridge?", "--always-answer").out
    )
    assert "The Post · undated · opinion · Shut it" in run("search", "bridge").out
