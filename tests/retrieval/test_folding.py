"""Copies of a passage are folded into the best of them; what only one copy says stays."""

from __future__ import annotations

from rag.library.rows import HitRow
from rag.retrieval.folding import Kept, distinct
from rag.types import Article, Passage

STORY = ("Engineers found fourteen cracks in the old bridge on Monday.", "It will close at noon.")
LOCAL = "The school bus of Little Marden will go by the mill instead."


def hit(number: int, article: str, group: int, *sentences: str) -> HitRow:
    text, ranges = "", []
    for sentence in sentences:
        ranges.append((len(text), len(text) + len(sentence)))
        text += sentence + " "
    passage = Passage(article, 1, 0, 0, len(text), tuple(ranges))
    return HitRow(number, number, group, Article(article, text), passage, text, None, None)


def ids(ranked: list[HitRow], kept: list[Kept]) -> list[str]:
    return [ranked[one.place].article.id for one in kept]


def test_three_hundred_copies_starve_no_other_answer() -> None:
    copies = [hit(n, f"copy{n}", 1, *STORY) for n in range(300)]
    others = [
        hit(300 + n, f"other{n}", 300 + n, f"Quite another answer stands here, number {n}.") for n in range(5)
    ]
    ranked = [*copies, *others]
    kept = distinct(ranked, k=10, cap=3, fold=True)
    assert ids(ranked, kept) == ["copy0", "other0", "other1", "other2", "other3", "other4"]
    assert len(kept[0].copies) == 299


def test_what_only_one_copy_says_stays_findable() -> None:
    ranked = [hit(1, "wire", 1, *STORY), hit(2, "local", 1, *STORY, LOCAL)]
    kept = distinct(ranked, k=10, cap=3, fold=True)
    assert ids(ranked, kept) == ["wire", "local"]


def test_a_copy_with_another_number_is_not_folded() -> None:
    corrected = (STORY[0].replace("fourteen", "four"), STORY[1])
    ranked = [hit(1, "wire", 1, *STORY), hit(2, "fixed", 1, *corrected)]
    kept = distinct(ranked, k=10, cap=3, fold=True)
    assert ids(ranked, kept) == ["wire", "fixed"]


def test_the_same_words_outside_a_group_are_not_folded() -> None:
    ranked = [hit(1, "a", 1, *STORY), hit(2, "b", 2, *STORY)]
    kept = distinct(ranked, k=10, cap=3, fold=True)
    assert ids(ranked, kept) == ["a", "b"]


def test_copies_that_rank_after_the_last_kept_are_listed_too() -> None:
    ranked = [hit(1, "a", 1, *STORY), hit(2, "x", 9, LOCAL), hit(3, "b", 1, *STORY)]
    kept = distinct(ranked, k=1, cap=3, fold=True)
    assert ids(ranked, kept) == ["a"]
    assert kept[0].copies == ("b",)


def test_an_article_fills_no_more_than_its_cap() -> None:
    many = [hit(n, "long", 1, f"Sentence number {n} of a very long report.") for n in range(6)]
    ranked = [*many, hit(9, "short", 9, LOCAL)]
    kept = distinct(ranked, k=4, cap=2, fold=True)
    assert ids(ranked, kept) == ["long", "long", "short"]
    assert len(distinct(many, k=4, cap=None, fold=False)) == 4


def test_copies_that_each_add_a_sentence_leave_room_for_others() -> None:
    own = [hit(n, f"copy{n}", 1, *STORY, f"Nobody in ward {n} believes it.") for n in range(50)]
    others = [hit(50 + n, f"other{n}", 50 + n, f"Another answer, number {n}.") for n in range(8)]
    kept = ids([*own, *others], distinct([*own, *others], k=12, cap=3, fold=True))
    assert [name.startswith("copy") for name in kept] == [True] * 6 + [False] * 6
    whole = distinct([*own, *others], k=58, cap=None, fold=True)
    assert len(whole) == 58
