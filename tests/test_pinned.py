"""The library as it was at a sequence: later articles, versions and removals change no number of a run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rag import evaluating, newsroom
from rag.errors import NoSuchArticle, UsageError
from rag.newsroom import Newsroom
from tests.fakes.embedder import FakeEmbedder
from tests.test_eval_commands import QUESTIONS, written
from tests.test_newsroom import BRIDGE, FERRY, write

ASKED = [
    QUESTIONS[0],
    QUESTIONS[1] | {"evidence": [{"article": "ferry", "quote": "sails every hour from six"}]},
    QUESTIONS[2],
]


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    """Two articles, embedded."""
    folder = tmp_path / "articles"
    folder.mkdir()
    write(folder, "bridge", BRIDGE, title="Bridge shut", outlet="The Post")
    write(folder, "ferry", FERRY, title="Ferry times", outlet="The Mail")
    with newsroom.open(tmp_path / "home", embedder=FakeEmbedder()) as opened:
        opened.ingest([folder])
        yield opened


def more(room: Newsroom, tmp_path: Path) -> None:
    """Twenty articles that say the questions' words, copies among them; a new version; one removed."""
    folder = tmp_path / "later"
    folder.mkdir()
    for number in range(20):
        text = (
            f"{BRIDGE}\n\n{FERRY}"
            if number % 2
            else f"Engineers saw {number} cracks. The ferry sails from Tarn."
        )
        write(folder, f"later-{number}", text, title=f"Cracks and ferry {number}", outlet="The Post")
    write(folder, "bridge", f"CORRECTED {BRIDGE}", title="Bridge shut", outlet="The Post")
    room.ingest([folder])
    room.remove(["ferry"])


def measured(room: Newsroom, path: Path, name: str) -> evaluating.Result:
    evaluating.go(room, evaluating.plan(room, path, name), workers=1)
    return evaluating.scored(room, name)


def numbers(found: evaluating.Result) -> dict[str, evaluating.Interval | None]:
    return {name: one for name, one in found.numbers.items() if name != "seconds"}


def test_between_two_pinned_runs_articles_come_and_go_and_the_numbers_stay_to_the_last_digit(
    room: Newsroom, tmp_path: Path
) -> None:
    path = written(tmp_path / "set.jsonl", ASKED)
    at = room.sequence
    before = measured(room.at(at), path, "before")
    assert before.numbers["hits@5"] is not None
    assert before.numbers["hits@5"].value == 1
    more(room, tmp_path)
    after = measured(room.at(at), path, "after")
    now = measured(room, path, "now")
    assert numbers(after) == numbers(before) != numbers(now)
    assert (after.outcomes, after.auroc, after.curve, after.run.meaning) == (
        before.outcomes,
        before.auroc,
        before.curve,
        before.run.meaning,
    )
    for was, one in zip(*(evaluating.load(room, name)[1] for name in ("before", "after")), strict=True):
        assert (was.found, was.held, was.rank, was.looked) == (one.found, one.held, one.rank, one.looked)
        assert was.answer is not None
        assert one.answer is not None
        assert [s.text for s in was.answer.sentences] == [s.text for s in one.answer.sentences]
        assert was.answer.answerability == one.answer.answerability
        assert was.answer.freshness == one.answer.freshness
        assert one.answer.sequence == at
    assert not [w for w in evaluating.compared(room, "before", "after").warnings if "equence" in w]


def test_an_article_is_the_version_that_was_usable_then(room: Newsroom, tmp_path: Path) -> None:
    at = room.sequence
    more(room, tmp_path)
    then = room.at(at)
    assert then.article("bridge").text.startswith("Engineers")
    assert (then.article("bridge").status, then.article("ferry").status) == ("usable", "usable")
    assert room.article("bridge").text.startswith("CORRECTED")
    with pytest.raises(NoSuchArticle, match="was not in the library at sequence"):
        then.article("later-1")
    assert then.counts().of == 2


@pytest.mark.parametrize("sequence", [0, -1, 10_000])
def test_a_sequence_that_the_log_does_not_have_is_told(room: Newsroom, sequence: int) -> None:
    with pytest.raises(UsageError, match=r"--at: .*no sequence"):
        room.at(sequence)


def test_a_word_index_whose_making_was_cut_short_is_made_again(room: Newsroom) -> None:
    at = room.sequence
    found = [one.text for one in room.at(at).search("cracks ferry").passages]
    (room.home / "pinned" / str(at) / "words.json").unlink()
    assert [one.text for one in room.at(at).search("cracks ferry").passages] == found != []
