"""Origins are counted, not copies; what is unclear never counts."""

from __future__ import annotations

from rag.answering.origins import origins
from rag.library.rows import HitRow
from rag.types import Article, Passage


def row(key: int, group: int, text: str = "A bridge was closed.", **record: str) -> HitRow:
    article = Article(f"a{key}", text, **record)  # type: ignore[arg-type]
    passage = Passage(article.id, 1, 0, 0, len(text), ((0, len(text)),))
    return HitRow(key, key, group, article, passage, text, None, None)


OUTLETS = ("The Gazette", "The Post")


def test_copies_of_one_wire_story_are_one_origin() -> None:
    rows = [row(1, 1, outlet="The Gazette", agency="REUTERS"), row(2, 1, outlet="The Post")]
    found = origins(rows, OUTLETS)
    assert (found.texts, found.named, found.unclear) == (2, ("Reuters",), 0)


def test_what_another_outlet_reported_goes_back_to_that_outlet() -> None:
    found = origins([row(1, 1, "He will go, she told The Gazette on Monday.", outlet="The Post")], OUTLETS)
    assert found.named == ("The Gazette",)
    cited = row(1, 1, "It will close, according to a Gazette report.", outlet="The Post")
    assert origins([cited], OUTLETS).named == ("The Gazette",)


def test_a_byline_of_its_own_names_the_outlet_and_nothing_named_is_unclear() -> None:
    rows = [row(1, 1, outlet="The Post", author="Ada Holt"), row(2, 2, outlet="The Gazette"), row(3, 3)]
    found = origins(rows, OUTLETS)
    assert (found.named, found.unclear) == (("The Post",), 2)


def test_two_texts_of_one_origin_count_once() -> None:
    rows = [row(1, 1, agency="VPA", outlet="The Post"), row(2, 2, agency="VPA", outlet="The Gazette")]
    assert origins(rows, OUTLETS).named == ("VPA",)
