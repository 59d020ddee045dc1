"""The stand-in for MiniLM behaves like one, or other tests would prove nothing."""

from __future__ import annotations

import numpy as np
import pytest

from rag.errors import ModelError
from rag.library.embedder import Embedder, ToEmbed
from tests.fakes.embedder import FakeEmbedder


def test_near_words_give_near_vectors() -> None:
    embedder: Embedder = FakeEmbedder()
    asked = embedder.embed_query("Which harbours were flooded?")
    near = embedder.embed_query("Flooding in the harbour of Tolvik")
    far = embedder.embed_query("The council passed its budget")
    assert asked @ near > 0.6 > 0.2 > asked @ far


def test_vectors_do_not_depend_on_neighbours_and_sentences_are_like_texts() -> None:
    embedder = FakeEmbedder()
    passage = ToEmbed("Tolvik Post", "Ice closed the harbour. Nobody was hurt.", ((0, 23), (24, 40)))
    (alone,) = embedder.embed([passage])
    beside = list(embedder.embed([ToEmbed("", "Other words.", ()), passage]))[1]
    assert alone.vector.tobytes() == beside.vector.tobytes()
    sentence = alone.sentences[0] * alone.scales[0]
    assert sentence @ embedder.embed_query("Ice closed the harbour.") == pytest.approx(1, abs=0.02)


def test_unit_length_even_without_words() -> None:
    for text in ("", "  ", "the of and", "Boats"):
        assert np.linalg.norm(FakeEmbedder().embed_query(text)) == pytest.approx(1, abs=1e-5)


def test_a_passage_over_the_limit_is_refused() -> None:
    embedder = FakeEmbedder()
    assert embedder.count_tokens(["Boats sail.", ""]) == [3, 0]
    assert len(list(embedder.embed([ToEmbed("one", "word " * 253, ())]))) == 1
    with pytest.raises(ModelError):
        list(embedder.embed([ToEmbed("one", "word " * 254, ())]))
