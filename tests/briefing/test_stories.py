"""Articles on one event are one story, copies always, whatever the order they come in."""

from __future__ import annotations

import random

import numpy as np
import pytest

from rag.briefing.stories import StoryArticle, grouped, linked

BRIDGE = (
    "The St. Orrin Bridge in Hallbeck was closed after engineers of Marlowe & Stagg found {} cracks in it."
)
FERRY = "The ferry Otter sank off Brunnhaven and its captain, Ilse Varga, was the last to leave the ferry. {}"
STRIKE = "Dockers in Merrin voted to strike over an offer by the Merrin Port Authority of {} percent."


def article(key: int, text: str, *, day: int | None = 20261012, group: int | None = None) -> StoryArticle:
    return StoryArticle(key, text[:40], text, day, key if group is None else group)


ARTICLES = [
    *(article(at, BRIDGE.format(at)) for at in (1, 2, 3)),
    *(article(at, FERRY.format(f"Lifeboats took off {at} people.")) for at in (11, 12)),
    *(article(at, STRIKE.format(at)) for at in (21, 22, 23)),
]


def test_articles_on_one_event_are_one_story_and_on_others_are_not() -> None:
    found = grouped(ARTICLES)
    assert {frozenset(keys) for keys in found} == {
        frozenset((1, 2, 3)), frozenset((11, 12)), frozenset((21, 22, 23)),
    }  # fmt: skip
    assert [len(keys) for keys in found] == [3, 3, 2]


def test_the_order_of_the_articles_changes_nothing() -> None:
    shuffled = list(ARTICLES)
    for seed in range(5):
        random.Random(seed).shuffle(shuffled)
        assert grouped(shuffled) == grouped(ARTICLES)


def test_a_copy_stands_with_its_original_whatever_it_says() -> None:
    [story, *_] = grouped([*ARTICLES, article(99, "Nothing alike at all.", group=1)])
    assert 99 in story
    assert story.index(99) > 0


def test_what_is_months_apart_is_less_alike() -> None:
    near = grouped([article(1, BRIDGE.format(1)), article(2, BRIDGE.format(2))])
    far = grouped([article(1, BRIDGE.format(1)), article(2, BRIDGE.format(2), day=20201012)])
    assert (len(near), len(far)) == (1, 2)


@pytest.mark.parametrize("articles", [[], [article(1, "")], [article(1, "One."), article(2, "")]])
def test_little_is_no_fault(articles: list[StoryArticle]) -> None:
    assert sorted(key for keys in grouped(articles) for key in keys) == [one.key for one in articles]


def test_average_linkage_agrees_with_its_definition() -> None:
    """Beside a slow one that joins the nearest two groups again and again."""
    for seed in range(20):
        rows = np.random.default_rng(seed).random((14, 5)).astype(np.float32)
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        alike = rows @ rows.T
        groups = [[at] for at in range(14)]
        while len(groups) > 1:
            pairs = [
                (float(alike[np.ix_(one, other)].mean()), at, below)
                for at, one in enumerate(groups)
                for below, other in enumerate(groups[:at])
            ]
            best, at, below = max(pairs)
            if best < 0.88:
                break
            groups[below] += groups.pop(at)
        assert sorted(map(sorted, groups)) == sorted(linked(alike, 0.88))
