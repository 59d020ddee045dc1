"""The graph in the cache: found or refused, proved, kept, made again where it must be."""

from __future__ import annotations

import errno
import os
from importlib import metadata
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper

from rag.errors import DiskFull, ModelError, WeightsMissing
from rag.library.embedder import ToEmbed, Vector
from rag.models import assets, built, graph
from rag.models.assets import MiniLMFiles, find_minilm
from rag.models.built import VERSION, Built, Run, prepared
from rag.models.minilm import MiniLM, open_minilm


class Runtime:
    """Stands in for ONNX Runtime: graphs are the words "fp32" and "int8", `drift` turns int8's vectors away."""

    def __init__(self, *, drift: float = 0.0, first: float = 0.6660) -> None:
        self.drift, self.first, self.opened = drift, first, 0

    def open_graph(self, graph: bytes) -> Run:
        self.opened += 1

        def run(passage: ToEmbed) -> dict[str, Vector]:
            angle = self.drift if graph == b"int8" else 0.0
            vector = np.array([np.cos(angle), np.sin(angle), 0], np.float32)
            if passage.text in TEXTS:
                vector = self._sentences()[TEXTS.index(passage.text)]
            return {"tokens": np.stack([vector, vector])}

        return run

    def _sentences(self) -> NDArray[np.float32]:
        """Three unit vectors with the official similarities (the first as wanted)."""
        wanted = np.array([[1, self.first, 0.1046], [self.first, 1, 0.1411], [0.1046, 0.1411, 1]])
        found: NDArray[np.float32] = np.linalg.cholesky(wanted).astype(np.float32)
        return found


TEXTS = ["The weather is lovely today.", "It's so sunny outside!", "He drove to the stadium."]


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MiniLMFiles:
    """Weights of a few bytes that pass for the official ones."""
    monkeypatch.setattr(graph, "read_weights", lambda path: {})
    monkeypatch.setattr(graph, "exact", lambda weights, watched=False: b"fp32")
    monkeypatch.setattr(graph, "small", lambda weights, reach: b"int8")
    folder = tmp_path / "weights"
    folder.mkdir()
    for name in ("model.safetensors", "tokenizer.json"):
        (folder / name).write_text(name)
    found = find_minilm(folder)
    monkeypatch.setattr(built, "MINILM_SHA256", assets.check_weights(found))
    return found


def prepare(files: MiniLMFiles, cache: Path, runtime: Runtime, version: str = "1.32.0") -> Built:
    return prepared(files, cache, runtime=version, open_graph=runtime.open_graph)


def test_no_package_and_no_folder_means_keywords_only(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> None:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "distribution", absent)
    with pytest.raises(WeightsMissing, match=r"DATELINE_MINILM_DIR.*keywords only"):
        find_minilm(None)


def test_a_folder_without_weights_is_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing, match=f"no model.safetensors in {tmp_path}"):
        open_minilm(minilm_dir=tmp_path, cache=tmp_path)


def test_a_damaged_package_is_refused(files: MiniLMFiles) -> None:
    with pytest.raises(WeightsMissing, match="not the official file"):
        assets.check_weights(MiniLMFiles(files.weights, files.tokenizer, packaged=True))


def test_weights_that_are_no_minilm_are_refused(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"not weights at all")
    with pytest.raises(WeightsMissing, match="cannot be read as safetensors"):
        graph.read_weights(tmp_path / "model.safetensors")


def test_int8_is_kept_where_it_is_near_fp32(files: MiniLMFiles, tmp_path: Path) -> None:
    made = prepare(files, tmp_path / "cache", Runtime(drift=0.1))
    assert (made.precision, made.path.read_bytes()) == ("int8", b"int8")
    assert made.least_cosine == pytest.approx(np.cos(0.1), abs=1e-4)
    assert made.fingerprint == f"minilm-l6-v2/384/int8/{VERSION}"


def test_fp32_is_used_where_int8_is_wrong(files: MiniLMFiles, tmp_path: Path) -> None:
    made = prepare(files, tmp_path / "cache", Runtime(drift=0.3))
    assert (made.precision, made.path.read_bytes()) == ("fp32", b"fp32")
    assert made.fingerprint == f"minilm-l6-v2/384/fp32/{VERSION}"


def test_wrong_vectors_in_fp32_are_an_error(files: MiniLMFiles, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="self-test gave"):
        prepare(files, tmp_path / "cache", Runtime(first=0.6690))


def test_other_weights_are_told_apart_by_the_fingerprint(
    files: MiniLMFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(built, "MINILM_SHA256", "0" * 64)
    made = prepare(files, tmp_path / "cache", Runtime(first=0.5))
    assert made.fingerprint == f"minilm-l6-v2+{assets.check_weights(files)[:8]}/384/int8/{VERSION}"


def test_the_second_start_builds_and_reads_nothing(
    files: MiniLMFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime = Runtime()
    first = prepare(files, tmp_path / "cache", runtime)
    monkeypatch.setattr(built, "check_weights", lambda files: pytest.fail("the weights were read again"))
    assert prepare(files, tmp_path / "cache", runtime) == first
    assert runtime.opened == 2


def test_a_graph_that_is_gone_is_built_again(files: MiniLMFiles, tmp_path: Path) -> None:
    prepare(files, tmp_path / "cache", Runtime()).path.unlink()
    assert prepare(files, tmp_path / "cache", Runtime()).path.is_file()


def test_changed_weights_are_read_again(files: MiniLMFiles, tmp_path: Path) -> None:
    first = prepare(files, tmp_path / "cache", Runtime())
    files.weights.write_text("other weights")
    second = prepare(files, tmp_path / "cache", Runtime())
    assert second.path != first.path
    assert second.fingerprint != first.fingerprint


@pytest.mark.parametrize("what", ["processor", "runtime"])
def test_another_processor_or_runtime_is_proved_again(
    what: str, files: MiniLMFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, bad = Runtime(), Runtime(drift=0.3)
    prepare(files, tmp_path / "cache", good)
    if what == "processor":
        monkeypatch.setattr(built, "_processor", lambda: "another")
    made = prepare(files, tmp_path / "cache", bad, version="9.9" if what == "runtime" else "1.32.0")
    assert (made.precision, bad.opened) == ("fp32", 2)


@pytest.mark.parametrize("state", ["", "[]", '{"verdicts": 3}', "\x00"])
def test_a_damaged_memory_is_made_again(state: str, files: MiniLMFiles, tmp_path: Path) -> None:
    first = prepare(files, tmp_path / "cache", Runtime())
    (tmp_path / "cache" / "minilm.json").write_text(state)
    assert prepare(files, tmp_path / "cache", Runtime()) == first


def test_a_cache_that_cannot_be_written_is_named(files: MiniLMFiles, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file, not a folder")
    with pytest.raises(ModelError, match="DATELINE_CACHE"):
        prepare(files, tmp_path / "cache", Runtime())


def test_a_full_disk_leaves_no_half_graph(
    files: MiniLMFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DiskFull, match="no room"):
        prepare(files, tmp_path / "cache", Runtime())
    assert list((tmp_path / "cache").iterdir()) == []


@pytest.mark.parametrize("damage", ["cut", "noise"])
def test_a_damaged_graph_is_built_again(damage: str, minilm: MiniLM, minilm_cache: Path) -> None:
    known = minilm.embed_query("Is the harbour open?").tobytes()
    path = minilm.built.path
    size = path.stat().st_size
    cut = path.read_bytes()[: size // 2]
    path.write_bytes(cut if damage == "cut" else b"\xff" * 4096 + cut[4096:])
    again = open_minilm(minilm_dir=None, cache=minilm_cache)
    assert again.embed_query("Is the harbour open?").tobytes() == known
    assert again.built.path.stat().st_size == size


def extreme_weights() -> NDArray[np.float32]:
    """Columns made to overflow: all at the top, all at the bottom, signs in turn, one large pair, noise, nothing."""
    rows = 384
    signs = np.where(np.arange(rows) % 2, 1.0, -1.0)
    pair = np.full(rows, 0.01)
    pair[100:102] = -3.0
    noise = np.random.default_rng(7).standard_normal(rows)
    columns = [np.ones(rows), -np.ones(rows), signs, pair, noise, np.zeros(rows)]
    return np.stack(columns, axis=1).astype(np.float32)


def test_no_two_neighbours_of_a_column_overflow_16_bits() -> None:
    integers, _ = graph.quantise(extreme_weights())
    pairs = integers.astype(np.int32).reshape(-1, 2, integers.shape[1])
    highest = 255 * np.maximum(pairs, 0).sum(axis=1)
    lowest = 255 * np.minimum(pairs, 0).sum(axis=1)
    assert highest.max() <= 32767
    assert lowest.min() >= -32768


def test_quantised_weights_are_within_half_a_step() -> None:
    weights = extreme_weights()
    integers, scales = graph.quantise(weights)
    assert np.all(np.abs(integers * scales - weights) <= 0.5001 * scales)


def test_smoothing_evens_the_channels_out_and_keeps_their_level() -> None:
    reaches = np.ones(384, np.float32)
    reaches[7] = 50
    factors = graph.smoothing(reaches, [np.ones((384, 8), np.float32)])
    assert factors[7] == pytest.approx(50**0.7 * factors[0], rel=1e-4)
    assert np.log(factors).mean() == pytest.approx(0, abs=1e-5)


def test_the_reach_is_the_largest_of_each_channel_over_all_runs() -> None:
    runs = [{"x": np.array([[1, -5], [2, 0]], np.float32)}, {"x": np.array([[-3, 4]], np.float32)}]
    assert graph.reach(runs)["x"].tolist() == [3, 5]


def test_this_processor_multiplies_the_integers_exactly() -> None:
    integers, _ = graph.quantise(extreme_weights())
    columns = integers.shape[1]
    inputs = {"x": TensorProto.UINT8, "w": TensorProto.INT8, "xs": TensorProto.FLOAT, "ws": TensorProto.FLOAT}
    node = helper.make_node("MatMulIntegerToFloat", ["x", "w", "xs", "ws"], ["y"], domain="com.microsoft")
    values = [helper.make_tensor_value_info(name, kind, None) for name, kind in inputs.items()]
    result = helper.make_tensor_value_info("y", TensorProto.FLOAT, None)
    versions = [helper.make_opsetid("", 18), helper.make_opsetid("com.microsoft", 1)]
    model = helper.make_model(
        helper.make_graph([node], "product", values, [result]), opset_imports=versions, ir_version=9
    )
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    x = np.concatenate([np.full((40, 384), 255), np.random.default_rng(3).integers(0, 256, (40, 384))])
    given = {
        "x": x.astype(np.uint8),
        "w": integers,
        "xs": np.array(1, np.float32),
        "ws": np.ones(columns, np.float32),
    }
    (product,) = session.run(None, given)
    assert product.tolist() == (x @ integers.astype(np.int64)).tolist()
