"""Token counts: tiktoken's own where its table is on disk, else never too few, and never from the network."""

from __future__ import annotations

from pathlib import Path

import pytest
import tiktoken

from rag.models import assets, tokens
from rag.models.assets import find_minilm
from rag.models.tokens import counter
from rag.models.wordpieces import WordPieces

TEXTS = [
    "",
    "The ferry to Skarholm will not sail, the harbour master said; 1,900 islanders depend on it.",
    "  Two  spaces,\n\n\ttabs\r\nand CamelCaseWords, isn't it? https://example.org/a?b=1&c=[2] \n",
    "Šárka Nováková's naïve café: 漢字かな交じり文 и кириллица 🎉🏴 e\u0301\u200d",
    "<|endoftext|> and <|im_start|>system are words in an article",
    "1234567890 3.14159 -- --- ====== ____ !!!???",
    "lone \ud800 surrogate",
    "\x00\x01\x7f",
]


@pytest.mark.parametrize("name", ["cl100k_base", "o200k_base"])
def test_the_counts_are_tiktokens_own(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    table = assets.read_tiktoken_table(name)
    assert table is not None
    (tmp_path / assets._TABLES[name][0]).write_bytes(table)
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    theirs = tiktoken.get_encoding(name)
    counted = tokens.TokenCounter(name, exact=True)
    for text in TEXTS:
        assert counted.count(text) == len(theirs.encode_ordinary(text))


@pytest.mark.parametrize(
    ("model", "encoding"),
    [
        ("gpt-4o", "o200k_base"),
        ("gpt-4", "cl100k_base"),
        ("gpt-5-mini", "o200k_base"),
        ("gpt-oss-20b", "o200k_base"),
    ],
)
def test_a_known_model_is_counted_exactly(model: str, encoding: str) -> None:
    assert counter(model) == tokens.TokenCounter(encoding, exact=True)


@pytest.mark.parametrize("model", ["llama3.3:70b", "mistral-small", "gpt2", "", None])
def test_another_makers_model_is_estimated_above_every_table_we_have(model: str | None) -> None:
    estimated = counter(model)
    assert not estimated.exact
    pieces = WordPieces(find_minilm(None).tokenizer)
    for text in TEXTS:
        known = [counter("gpt-4o").count(text), counter("gpt-4").count(text), *pieces.count([text])]
        assert estimated.count(text) >= max(known)


def test_without_tables_a_text_counts_its_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    exact = [(counter("gpt-4o").count(text), counter("gpt-4").count(text)) for text in TEXTS]
    monkeypatch.setattr(tokens, "_encoding", lambda name: None)
    estimated = counter("gpt-4o")
    assert estimated == tokens.TokenCounter(None, exact=False)
    for text, counts in zip(TEXTS, exact, strict=True):
        assert max(counts) <= estimated.count(text) == len(text.encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize("content", [None, b"aGVsbG8= 0\n"])
def test_a_missing_or_changed_table_is_not_used(
    content: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if content is not None:
        (tmp_path / assets._TABLES["o200k_base"][0]).write_bytes(content)
    monkeypatch.setattr(assets, "_installed", lambda distribution, folder: tmp_path)
    assert assets.read_tiktoken_table("o200k_base") is None


def test_a_million_equal_characters_are_counted() -> None:
    assert counter("gpt-4o").count("a" * 1_000_000) > 100_000
