"""Which tokens a text has, and which of them each sentence owns."""

from __future__ import annotations

import pytest

from rag.errors import WeightsMissing
from rag.library.embedder import ToEmbed
from rag.models.assets import find_minilm
from rag.models.wordpieces import WordPieces


@pytest.fixture(scope="module")
def pieces() -> WordPieces:
    return WordPieces(find_minilm(None).tokenizer)


def owned(pieces: WordPieces, text: str, *sentences: str, header: str = "Tolvik Post") -> list[list[str]]:
    """The tokens of each sentence, each sentence given as it stands in the text."""
    ranges = tuple((text.index(one), text.index(one) + len(one)) for one in sentences)
    read = pieces.of_passage(ToEmbed(header, text, ranges))
    names = [str(pieces._tokenizer.id_to_token(int(number))) for number in read.ids[0]]
    return [names[start:end] for start, end in read.sentences]


def test_the_files_own_truncation_and_padding_are_off(pieces: WordPieces) -> None:
    assert pieces.count(["boat", "boat " * 1000]) == [1, 1000]


def test_counting_leaves_the_special_tokens_out(pieces: WordPieces) -> None:
    assert pieces.count([]) == []
    assert pieces.count(["", "The boat sailed."]) == [0, 4]


def test_header_and_text_together_have_the_tokens_of_both(pieces: WordPieces) -> None:
    passage = ToEmbed("Sirén's report", "The quay (old) is shut.", ())
    together = pieces._tokenizer.encode(f"{passage.header}\n{passage.text}").ids
    assert pieces.of_passage(passage).ids.tolist() == [together]
    assert len(together) == sum(pieces.count([passage.header, passage.text])) + 2


def test_a_special_token_written_in_an_article_is_only_text(pieces: WordPieces) -> None:
    assert owned(pieces, "It said [SEP] here.", "[SEP]") == [["[", "sep", "]"]]


def test_sentences_are_found_behind_emoji_and_combining_marks(pieces: WordPieces) -> None:
    text = "Cafe\u0301 🎉🏴\U000e0067\U000e0062 was shut. Boats sailed."
    assert owned(pieces, text, "Boats sailed.") == [["boats", "sailed", "."]]
    assert owned(pieces, text, "Cafe\u0301")[0] == ["cafe"]


def test_a_sentence_of_odd_characters_owns_no_token(pieces: WordPieces) -> None:
    assert owned(pieces, "Boats. \u200b\u200d Quay.", "Boats.", "\u200b\u200d", "Quay.") == [
        ["boats", "."],
        [],
        ["quay", "."],
    ]


def test_lone_surrogates_can_be_counted_and_read(pieces: WordPieces) -> None:
    assert pieces.count(["boat \ud800 quay"]) == [2]
    assert owned(pieces, "boat \udfff quay", "quay") == [["quay"]]


def test_a_tokenizer_that_is_not_one_names_the_file(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("broken") / "tokenizer.json"
    path.write_text("{}")
    with pytest.raises(WeightsMissing, match=r"tokenizer\.json"):
        WordPieces(path)
