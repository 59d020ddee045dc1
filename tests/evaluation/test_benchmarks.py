"""The parts of benchmarks/ that decide what is counted: the peers' scores, and what makes an answer right."""

from __future__ import annotations

import json
import math
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from benchmarks import answering, data, finding, peers, speed
from rag.evaluation.metrics import Place
from rag.expected import Evidenced, Question
from rag.types import (
    Answer,
    Article,
    Citation,
    Freshness,
    Scope,
    Sentence,
)

TEXT = "The ferry sank. Ines Holt swam ashore. The ferry was insured."


def folder(tmp_path: Path) -> Path:
    articles = [
        {"id": "a", "text": TEXT, "extra": 1},
        {"id": "b", "text": "The bridge was closed on Monday."},
    ]
    questions = [
        {"id": "1", "question": "Who swam?", "evidence": [{"article": "a", "quote": "Ines", "start": 16}]},
        {"id": "2", "question": "What was closed?", "answers": ["the bridge"], "evidence": []},
        {"id": "3", "question": "Was it insured?", "answers": ["yes"]},
        {"id": "4", "question": "Who closed it?", "answers": ["the mayor"]},
    ]
    for name, records in (("articles", articles), ("questions", questions)):
        lines = "".join(json.dumps(record) + "\n" for record in records)
        (tmp_path / f"{name}.jsonl").write_text(lines, encoding="utf-8")
    return tmp_path


def test_questions_that_cannot_be_judged_are_left_out(tmp_path: Path) -> None:
    loaded = data.load(folder(tmp_path))
    assert [q.id for q in loaded.questions] == ["1", "2", "4"]
    assert [q.id for q in loaded.somewhere().questions] == ["1", "2"]
    assert loaded.groups == ["a", "2", "4"]
    assert loaded.drawn(2, seed=3) == loaded.drawn(2, seed=3)
    assert len(loaded.drawn(2, seed=3).questions) == 2


def test_a_span_is_judged_by_its_place_and_an_answer_by_its_words(tmp_path: Path) -> None:
    loaded = data.load(folder(tmp_path))
    found = {q.id: [Place("b", 0, 32), Place("a", 0, 30)] for q in loaded.questions}
    measured = finding.measure(loaded, found)
    assert measured["hits@1"] == [0, 1, 0]
    assert measured["MRR@20"] == [0.5, 1, 0]
    assert measured["words"] == [1, 1, 0]


def test_ours_is_set_beside_whichever_other_is_best_at_each_measure(tmp_path: Path) -> None:
    loaded = data.load(folder(tmp_path))
    measured = {
        "Dateline": {"hits@1": [1.0, 1.0, 0.0], "words": [1.0, 0.0, 0.0]},
        "one": {"hits@1": [1.0, 0.0, 0.0], "words": [1.0, 1.0, 1.0]},
        "two": {"hits@1": [0.0, 0.0, 0.0], "words": [0.0, 0.0, 0.0]},
    }
    row = finding.less_best_other(loaded, measured, "Dateline")
    assert {name: (other, round(i.value, 3)) for name, (other, i) in row.items()} == {
        "hits@1": ("one", 0.333),
        "words": ("one", -0.667),
    }


def test_passages_are_whole_sentences_up_to_the_limit_and_leave_nothing_out() -> None:
    article = Article("a", TEXT + "\n\n" + " ".join(["word"] * 12) + ". End.")
    made = peers.passages([article], words=7)
    texts = [article.text[p.start : p.end] for p in made]
    assert texts[:2] == ["The ferry sank. Ines Holt swam ashore.", "The ferry was insured."]
    assert sum(len(t.split()) for t in texts) == len(article.text.split())


def test_bm25_is_the_textbook_sum_over_stems_without_stop_words() -> None:
    texts = ["ferries sank", "the ferry and the ferry", "a bridge was closed on a grey morning"]
    scores = peers.BM25(texts, k1=1.2, b=0.75).scores("What about the ferry?")
    lengths = [2, 2, 4]
    mean = sum(lengths) / 3
    rarity = math.log(1 + (3 - 2 + 0.5) / (2 + 0.5))
    weights = [
        rarity * tf * 2.2 / (tf + 1.2 * (0.25 + 0.75 * length / mean))
        for tf, length in zip([1, 2, 0], lengths, strict=True)
    ]
    assert scores == pytest.approx(weights, rel=1e-5)


def test_rank_fusion_adds_reciprocal_ranks_and_ignores_what_shares_no_word() -> None:
    scores = peers.Scores(np.array([0.9, 0.5, 0.1], np.float32), np.array([0.0, 0.0, 3.0], np.float32))
    assert scores.rank_fusion() == pytest.approx([1 / 61, 1 / 62, 1 / 63 + 1 / 61], rel=1e-5)
    assert peers.best(scores.convex(), 3).tolist() == [0, 2, 1]


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("What sank?", 0),
        ("who swam ashore?", 0),
        ("When did Ines Holt swim?", 1),
        ("Ines Holt swam to what?", 1),
        ("Did Ines Holt meet Rask in Tarn?", 3),
        ("", 0),
    ],
)
def test_names_are_runs_of_capitalised_words(question: str, names: int) -> None:
    assert answering.names_in(question) == names


def answer(*spans: tuple[int, int]) -> Answer:
    citations = tuple(
        Citation(n, "a", 1, None, None, None, None, None, None, None, start, end, TEXT[start:end])
        for n, (start, end) in enumerate(spans, 1)
    )
    sentences = tuple(Sentence(c.quote, (c.number,)) for c in citations)
    fresh = Freshness(None, None, None)
    return Answer(
        "1",
        "?",
        "answered",
        "extractive",
        sentences,
        citations,
        0.9,
        fresh,
        1,
        None,
        (),
        Scope(),
        (),
        2,
        1,
        "x",
    )


def test_an_answer_is_right_when_its_cited_sentences_cover_the_gold_span() -> None:
    first, second, third = (0, 15), (16, 38), (39, 61)
    span = Question("1", "?", answers=("Ines Holt",), evidence=(Evidenced("a", "Ines Holt", 16, 25),))
    across = Question("2", "?", evidence=(Evidenced("a", "ashore. The ferry", 31, 48),))
    assert answering.holds_span(answer(first, second), span)
    assert not answering.holds_span(answer(first, second), span, sentences=1)
    assert not answering.holds_span(answer(first, third), span)
    assert answering.holds_span(answer(third, second), across)
    assert not answering.holds_span(answer(second), across)
    assert answering.holds_words(answer(second), span)


def test_made_articles_are_of_real_sentences_and_differ() -> None:
    sources = [
        Article(str(n), " ".join(f"Sentence {n} {m} stands here." for m in range(30))) for n in range(9)
    ]
    first, second = islice(speed.made_articles(sources), 2)
    assert first.id != second.id
    assert first.text != second.text
    assert all("Sentence" in part for part in first.text.split("\n\n")[1].split(". "))
