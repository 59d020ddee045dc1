"""Packing sentences into passages, on invented texts and a tokenizer that behaves like WordPiece."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.library.passages import SPECIAL_TOKENS, header, split
from rag.types import Article, Passage


def count_tokens(texts: Sequence[str]) -> list[int]:
    """A token for each four letters of a word and each mark, one for a word over 100 letters (unknown)."""
    counts = []
    for text in texts:
        words = re.findall(r"\w+|[^\w\s]", text)
        counts.append(sum(1 if len(word) > 100 else -(-len(word) // 4) for word in words))
    return counts


def tokens(text: str) -> int:
    return count_tokens([text])[0]


def texts(article: Article, passages: Sequence[Passage]) -> list[str]:
    return [article.text[passage.start : passage.end] for passage in passages]


def story(*lengths: int) -> Article:
    """One sentence of each length in words; each word one token, the full stop another."""
    sentences = (" ".join([f"S{i}"] + ["word"] * (n - 2)) + "." for i, n in enumerate(lengths))
    return Article(id="a", text=" ".join(sentences), version=3)


def named(passages: Sequence[Passage], article: Article) -> list[list[str]]:
    return [[article.text[start:end].split()[0] for start, end in passage.sentences] for passage in passages]


def test_as_many_whole_sentences_as_fit_and_the_last_one_again() -> None:
    article = story(10, 10, 10, 10, 10, 10)
    passages = split(article, limit=42, count_tokens=count_tokens)
    assert named(passages, article) == [["S0", "S1", "S2", "S3"], ["S3", "S4", "S5"]]
    assert [passage.position for passage in passages] == [0, 1]
    assert {(passage.article_id, passage.version) for passage in passages} == {("a", 3)}


def test_a_short_text_is_one_passage() -> None:
    article = story(10, 10)
    assert texts(article, split(article, limit=64, count_tokens=count_tokens)) == [article.text]


def test_the_last_passage_is_no_scrap() -> None:
    article = story(*[5] * 21)
    lengths = [len(passage.sentences) for passage in split(article, limit=102, count_tokens=count_tokens)]
    assert lengths == [11, 11]


def test_all_passages_but_the_last_two_are_full() -> None:
    article = story(*[5] * 47)
    lengths = [len(passage.sentences) for passage in split(article, limit=102, count_tokens=count_tokens)]
    assert lengths == [20, 15, 14]


def test_a_sentence_that_is_half_a_passage_is_not_repeated() -> None:
    article = story(10, 21, 10, 10)
    passages = split(article, limit=42, count_tokens=count_tokens)
    assert named(passages, article) == [["S0", "S1"], ["S2", "S3"]]


def test_header_and_special_tokens_leave_less_room() -> None:
    plain = story(10, 10, 10, 10)
    titled = Article(
        id="a", text=plain.text, title="Two tall men", outlet="Post", published="2024-05-01T08:00Z"
    )
    assert header(titled, limit=64, count_tokens=count_tokens) == "Two tall men · Post · 2024-05-01"
    assert len(split(plain, limit=42, count_tokens=count_tokens)) == 1
    assert len(split(titled, limit=42, count_tokens=count_tokens)) == 2


def test_the_header_is_cut_after_a_word_and_keeps_outlet_and_date() -> None:
    article = Article(id="a", text="x", title="word " * 200, outlet="Post", published="2024")
    line = header(article, limit=256, count_tokens=count_tokens)
    assert tokens(line) == 64
    assert line.startswith("word word") and line.endswith("word · Post · 2024")


def test_a_header_of_one_endless_word_is_cut_after_a_character() -> None:
    title = "很" * 500
    line = header(
        Article(id="a", text="x", title=title), limit=256, count_tokens=lambda texts: [*map(len, texts)]
    )
    assert line == "很" * 64


def test_an_article_without_title_outlet_and_date_has_no_header() -> None:
    assert header(Article(id="a", text="x"), limit=256, count_tokens=count_tokens) == ""


def test_a_passage_never_spans_furniture() -> None:
    text = "The dam broke on Monday. Sign up now. Water ran. It rained."
    start = text.index("Sign")
    article = Article(id="a", text=text, furniture=((start, start + 12),))
    assert texts(article, split(article, limit=64, count_tokens=count_tokens)) == [
        "The dam broke on Monday.",
        "Water ran. It rained.",
    ]


def test_an_overlong_sentence_is_cut_after_a_clause() -> None:
    text = "word " * 15 + "word, " + "word " * 25 + "end."
    article = Article(id="a", text=text)
    first, second = texts(article, split(article, limit=32, count_tokens=count_tokens))
    assert first.endswith("word,")
    assert second.endswith("end.")


def test_one_word_of_ten_thousand_characters_is_cut_too() -> None:
    article = Article(id="a", text="He said " + "x" * 10_000 + " to them.")
    passages = split(article, limit=256, count_tokens=count_tokens)
    assert len(passages) > 3
    assert "".join(texts(article, passages)).count("x") == 10_000
    assert max(passage.end - passage.start for passage in passages) <= 256 * 12


def test_the_halves_of_a_word_are_not_joined_where_that_would_cost_more() -> None:
    def growing(texts: Sequence[str]) -> list[int]:
        return [sum(1 + len(word) ** 2 // 400 for word in text.split()) for text in texts]

    article = Article(id="a", text="He said " + "x" * 160 + " to them.")
    passages = split(article, limit=64, count_tokens=growing)
    assert max(growing(texts(article, passages))) <= 64 - SPECIAL_TOKENS


def test_an_empty_text_has_no_passages() -> None:
    assert split(Article(id="a", text=""), limit=64, count_tokens=count_tokens) == ()
    assert split(Article(id="a", text=" \n "), limit=64, count_tokens=count_tokens) == ()


def test_no_room_is_an_error() -> None:
    with pytest.raises(ValueError, match="room"):
        split(story(5), limit=8, count_tokens=count_tokens)


def test_an_ordinary_article_is_counted_in_one_call() -> None:
    calls: list[int] = []

    def counting(texts: Sequence[str]) -> list[int]:
        calls.append(len(texts))
        return count_tokens(texts)

    split(story(*[10] * 40), limit=64, count_tokens=counting)
    assert calls == [41]


PROSE = st.lists(
    st.one_of(
        st.sampled_from(
            ["It rained. ", "He said “no.” ", "\n\n", "Old demands\n\n", "- bullet\n", "and ", "x, ", "é"]
        ),
        st.integers(1, 60).map(lambda n: "word " * n + "end. "),
        st.integers(1, 400).map(lambda n: "w" * n),
        st.text(max_size=20),
    ),
    max_size=30,
).map("".join)


@given(
    text=PROSE,
    title=st.one_of(st.none(), st.text(max_size=200)),
    furniture=st.lists(st.tuples(st.integers(0, 500), st.integers(0, 60)), max_size=3),
    limit=st.integers(16, 80),
)
def test_whatever_the_text_is_it_is_all_in_passages_that_fit(
    text: str, title: str | None, furniture: list[tuple[int, int]], limit: int
) -> None:
    ranges = tuple((start, start + length) for start, length in furniture)
    article = Article(id="a", text=text, title=title, outlet="Post", furniture=ranges)
    passages = split(article, limit=limit, count_tokens=count_tokens)
    line = header(article, limit=limit, count_tokens=count_tokens)
    assert tokens(line) <= limit // 4

    covered: set[int] = set()
    for position, passage in enumerate(passages):
        within = text[passage.start : passage.end]
        assert passage.position == position
        assert within and within == within.strip()
        assert tokens(line + "\n" + within) + SPECIAL_TOKENS <= limit
        assert (passage.sentences[0][0], passage.sentences[-1][1]) == (passage.start, passage.end)
        assert all(a[1] <= b[0] for a, b in zip(passage.sentences, passage.sentences[1:], strict=False))
        covered.update(range(passage.start, passage.end))
    outside = {i for i in range(len(text)) if not any(start <= i < end for start, end in ranges)}
    assert {i for i in outside if not text[i].isspace()} <= covered
    assert covered <= outside
    starts = [passage.start for passage in passages]
    assert starts == sorted(set(starts))
    assert passages == split(article, limit=limit, count_tokens=count_tokens)
