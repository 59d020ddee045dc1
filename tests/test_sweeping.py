"""Search settings beside each other, and a broken one caught by the gate."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rag import evaluating, newsroom, sweeping
from rag.errors import UsageError
from rag.eval_sets import STARTER
from rag.evaluation.metrics import Interval
from rag.evaluation.sweep_page import chart
from rag.newsroom import How, Newsroom
from tests.fakes.embedder import FakeEmbedder
from tests.test_cli import articles, run
from tests.test_eval_commands import QUESTIONS, written

__all__ = ["articles", "run"]

CORPUS = STARTER.parent / "articles"
FLOOR = "hits@5=0.88"


@pytest.fixture
def room(tmp_path: Path, articles: Path) -> Iterator[Newsroom]:
    with newsroom.open(tmp_path / "home", embedder=FakeEmbedder()) as opened:
        opened.ingest([articles])
        yield opened


def test_a_sweep_shows_as_shipped_what_a_run_shows(room: Newsroom, tmp_path: Path) -> None:
    path = written(tmp_path / "set.jsonl", QUESTIONS)
    found = sweeping.sweep(room, path)
    shipped = next(one for one in found.swept if one.as_shipped)
    evaluating.go(room, evaluating.plan(room, path, "base"), workers=1)
    numbers = evaluating.scored(room, "base").numbers
    assert {name: shipped.numbers[name] for name in sweeping.MEASURED} == {
        name: numbers[name] for name in sweeping.MEASURED
    }
    assert found.questions == 2
    assert [one.setting for one in found.swept] == list(sweeping.settings(meaning=True))


def test_words_alone_find_by_words_and_meaning_alone_by_no_word(room: Newsroom) -> None:
    asked = "How often does the ferry sail from Little Holm?"
    words = room.search(asked, how=How(ranking=evaluating.ranking("words"))).passages
    meaning = room.search(asked, how=How(ranking=evaluating.ranking("meaning"))).passages
    assert all(one.dense is None for one in words)
    assert words[0].words > 0
    assert all(one.words == 0 and one.dense is not None for one in meaning)
    assert meaning[0].score >= meaning[-1].score


def test_without_vectors_only_words_are_swept_and_meaning_alone_is_refused(
    run: Any, articles: Path, tmp_path: Path
) -> None:
    home, path = f"--home={tmp_path / 'home'}", written(tmp_path / "set.jsonl", QUESTIONS)
    run("ingest", str(articles), home)
    page = tmp_path / "sweep.html"
    told = run("eval", "sweep", f"--set={path}", "--html", str(page), home, "--json").json
    assert told["left_out"] == ["meaning only", "convex sums: there are no vectors here"]
    assert told["swept"][0]["setting"] == "as shipped (words only)"
    assert "<svg" in page.read_text()
    assert "http" not in page.read_text()
    assert "hits@5" in run("eval", "sweep", f"--set={path}", home).out
    words = ("eval", "run", f"--set={path}", "--name=x", home)
    refused = run(*words, "--ranking=meaning")
    assert (refused.code, "nothing here can be found by meaning" in refused.err) == (2, True)
    assert "there is no 'luck'" in run(*words, "--ranking=luck").err
    no_evidence = written(tmp_path / "none.jsonl", [{"id": "a", "question": "Why?"}])
    assert "no question of it has evidence" in run("eval", "sweep", f"--set={no_evidence}", home).err


def test_a_sweep_that_is_stopped_says_so(room: Newsroom, tmp_path: Path) -> None:
    stop = threading.Event()
    stop.set()
    found = sweeping.sweep(room, written(tmp_path / "set.jsonl", QUESTIONS), stop=stop)
    assert (found.stopped, found.swept) == (True, ())


def test_the_chart_puts_each_value_on_its_scale_and_escapes_names() -> None:
    rows = [("<b>", {"hits@5": Interval(0.5, 0.25, 0.75, 4)}, 0.01), ("none", {"hits@5": None}, 0.01)]
    drawn = chart(rows, "hits@5")
    assert "&lt;b&gt;" in drawn
    assert drawn.count("<circle") == 1
    assert 'cx="400.0"' in drawn  # the middle of 190 to 610


def test_the_gate_catches_words_off_and_then_meaning_off(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DATELINE_MINILM_DIR")
    home = tmp_path / "home"
    lines = [
        one for one in STARTER.read_text(encoding="utf-8").splitlines() if json.loads(one).get("evidence")
    ]
    path = tmp_path / "some.jsonl"
    path.write_text("\n".join(lines[::3]), encoding="utf-8")
    with newsroom.open(home) as room:
        if room.meaning() is None:
            pytest.skip("no weights on this machine: meaning cannot be turned off")
        room.ingest([CORPUS])
        for name, ranking in (("whole", "fitted"), ("words-off", "meaning"), ("meaning-off", "words")):
            how = How(ranking=evaluating.ranking(ranking))
            evaluating.go(room, evaluating.plan(room, path, name, how=how), workers=2)
    gated = {
        head: run("eval", "compare", "whole", head, "--min", FLOOR, f"--home={home}", "--json")
        for head in ("whole", "words-off", "meaning-off")
    }
    values = {head: one.json["changes"]["hits@5"]["head"] for head, one in gated.items()}
    assert {head: one.code for head, one in gated.items()} == {
        "whole": 0,
        "words-off": 4,
        "meaning-off": 4,
    }, values
    for head in ("words-off", "meaning-off"):
        [fault] = gated[head].json["gate"]["faults"]
        assert fault.startswith("hits@5 is ")
        assert any("How passages are ranked differs" in one for one in gated[head].json["warnings"])


def test_a_ranking_that_is_none_is_told() -> None:
    for wrong in ("best", "convex much", "convex 2", "words 0.5"):
        with pytest.raises(UsageError, match="--ranking"):
            evaluating.ranking(wrong)
    assert evaluating.ranking("convex 0.4").dense == 0.4
