"""The sentences that carry a story are chosen, each for what it adds; headings and picture credits are not."""

from __future__ import annotations

import json

import numpy as np
import pytest

from rag.briefing import summary
from rag.briefing.summary import Read
from rag.errors import ModelError


def reads(*articles: list[str]) -> list[Read]:
    return [
        Read(at, place, len(texts), text)
        for at, texts in enumerate(articles)
        for place, text in enumerate(texts)
    ]


STORY = reads(
    [
        "The St. Orrin Bridge was closed on Monday after engineers found 14 cracks in its girders.",
        "Drivers will have to go round by Dunmoor, 38 kilometres further.",
        "File photo: the bridge in 2019.",
        "Bridge",
        "The weather was mild.",
    ],
    [
        "Engineers closed the St. Orrin Bridge on Monday when they had found 14 cracks in the girders.",
        "The repair will cost 84 million crowns, the directorate said.",
    ],
)


def test_what_carries_the_story_comes_before_what_does_not() -> None:
    scored = summary.scores(STORY)
    told = summary.chosen(STORY, scored, 40)
    assert told[0] in (0, 5)
    assert not {2, 3} & set(told)
    assert scored[4] < max(scored[0], scored[5])


def test_a_sentence_that_only_repeats_gives_way_to_one_that_adds() -> None:
    told = summary.chosen(STORY, summary.scores(STORY), 30)
    assert len({0, 5} & set(told)) == 1


def test_the_words_asked_for_are_about_what_is_told() -> None:
    for words in (10, 30, 60):
        told = summary.chosen(STORY, summary.scores(STORY), words)
        count = sum(len(STORY[at].text.split()) for at in told)
        assert count >= words or len(told) >= 5
        assert count - len(STORY[told[-1]].text.split()) < words


def test_the_one_to_begin_with_is_told_in_any_case() -> None:
    assert summary.chosen(STORY, summary.scores(STORY), 10, begin=6)[0] == 6


def test_fragments_are_told_where_there_is_nothing_else() -> None:
    some = reads(["Bridge", "Closed"])
    assert summary.chosen(some, summary.scores(some), 10) != []
    assert summary.chosen([], summary.scores([]), 10) == []


def test_weights_that_were_changed_by_hand_are_refused(tmp_path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    kept = json.loads(summary.WEIGHTS.read_text())
    kept["weights"]["place"] = 7.0
    path = tmp_path / "weights.json"
    path.write_text(json.dumps(kept))
    monkeypatch.setattr(summary, "WEIGHTS", path)
    summary.weights.cache_clear()
    with pytest.raises(ModelError, match="it is not as it was made"):
        summary.weights()
    monkeypatch.undo()
    summary.weights.cache_clear()
    assert set(summary.weights()) == set(summary.features(STORY))


def test_what_the_last_days_brought_counts_more_and_a_story_of_one_day_stays_as_it_is() -> None:
    scored = np.array([1.0, 1.0, 1.0, -20.0])
    assert summary.aged(scored, [20261014, 20261014, None, 20261014]) is scored
    first, last, undated, fragment = summary.aged(scored, [20261010, 20261014, None, 20261014])
    assert last == 1.0 > undated > 0.5
    assert first < last
    assert fragment == -20.0
