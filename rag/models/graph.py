"""MiniLM's weights as an ONNX graph, in fp32 or int8. Imported only to build: onnx is heavy.

The graph is BERT's (6 layers, 12 heads, width 384) in ONNX Runtime's fused operators. Input `ids` (1, tokens) int32;
output `tokens` (1, tokens, 384) float32. There is no mask: a passage is run alone, so nothing is padded. The segment
embedding is always the first, so it is added to the positions' here.

int8 is dynamic (the scale of a matrix's input is found while running), as ONNX Runtime's own `quantize_dynamic` makes
it, in three refinements: a scale per column, columns that cannot saturate, inputs that are smoothed. Measured on 1,058
news questions, mean reciprocal rank below fp32's .462, each within .003: by default .012, with a scale per column
(which still saturates) .004, without saturating .006, smoothed too .002.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from safetensors import SafetensorError
from safetensors.numpy import load_file

from rag.errors import WeightsMissing

Floats = NDArray[np.float32]

WIDTH = 384
HEADS = 12
LAYERS = 6
_FUSED = "com.microsoft"
_EPSILON = 1e-12
_PAIR_LIMIT = 127.0
_ALPHA = 0.7


def read_weights(path: Path) -> dict[str, Floats]:
    """Tensors by their names in the official file. Raises WeightsMissing where they are not MiniLM's."""
    way_out = "DATELINE_MINILM_DIR must name a folder with all-MiniLM-L6-v2's model.safetensors."
    try:
        weights = {name: tensor.astype(np.float32) for name, tensor in load_file(path).items()}
    except (SafetensorError, OSError) as error:
        raise WeightsMissing(str(path), f"it cannot be read as safetensors ({error})", way_out) from error
    last, beyond = (
        f"encoder.layer.{LAYERS - 1}.output.dense.weight",
        f"encoder.layer.{LAYERS}.output.dense.weight",
    )
    words = weights.get("embeddings.word_embeddings.weight")
    if words is None or words.shape[1] != WIDTH or last not in weights or beyond in weights:
        raise WeightsMissing(str(path), f"it does not hold a BERT of {LAYERS} layers, {WIDTH} wide", way_out)
    return weights


def exact(weights: Mapping[str, Floats], *, watched: bool = False) -> bytes:
    """The serialised graph in fp32, 90 MB. `watched`: every matrix's input is an output too, for `reach`."""
    return bytes(_Graph(weights, None, watched=watched).model().SerializeToString())


def small(weights: Mapping[str, Floats], reach: Mapping[str, Floats]) -> bytes:
    """The serialised graph in int8, 35 MB. `reach`: how far each channel of each matrix's input goes from 0."""
    return bytes(_Graph(weights, reach).model().SerializeToString())


def reach(runs: Iterable[Mapping[str, Floats]]) -> dict[str, Floats]:
    """The largest absolute value of each channel over the outputs of a watched graph, each (tokens, channels)."""
    found: dict[str, Floats] = {}
    for outputs in runs:
        for name, values in outputs.items():
            highest = np.abs(values).max(axis=0)
            found[name] = np.maximum(found[name], highest) if name in found else highest
    return found


def smoothing(reach: Floats, matrices: Sequence[Floats]) -> Floats:
    """What each channel of an input is divided by before it is quantised, and each row of its matrices multiplied.

    A few channels reach 50 times as far as the rest and would take all of the 8 bits. SmoothQuant (Xiao et al., 2023),
    equation 4: reach ** alpha / (largest weight of the row) ** (1 - alpha), here with alpha .7.
    """
    rows = np.max([np.abs(matrix).max(axis=1) for matrix in matrices], axis=0)
    factors = np.maximum(reach, 1e-3) ** _ALPHA / np.maximum(rows, 1e-4) ** (1 - _ALPHA)
    level: Floats = np.exp(np.log(factors).mean())
    return np.asarray(factors / level, np.float32)


def quantise(weights: Floats) -> tuple[NDArray[np.int8], Floats]:
    """(rows, columns) as int8 with one scale per column, such that no x86 processor can saturate on them.

    Without VNNI, x86 multiplies unsigned activations by signed weights with `vpmaddubsw`, which adds two neighbours of
    a column in 16 bits and clips at 32767: 255 * (127 + 127) does not fit. Reducing all weights to 7 bits avoids that
    at the cost of a bit; here a column is only scaled until its two largest *neighbours of one sign* add up to 127
    (rounding may make it 128, and 255 * 128 = 32640 fits). So the integers are exact, and the same, on every processor.
    """
    up, down = np.maximum(weights, 0.0), np.maximum(-weights, 0.0)
    pairs = np.maximum(up[0::2] + up[1::2], down[0::2] + down[1::2]).max(axis=0)
    scales = np.maximum(pairs, np.finfo(np.float32).tiny) / _PAIR_LIMIT
    return np.rint(weights / scales).astype(np.int8), scales.astype(np.float32)


class _Graph:
    """Collects nodes and constants while the layers are written down."""

    def __init__(
        self, weights: Mapping[str, Floats], reach: Mapping[str, Floats] | None, *, watched: bool = False
    ) -> None:
        self._weights, self._reach, self._watched = weights, reach, watched
        self._inputs: dict[str, int] = {}
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []

    def model(self) -> onnx.ModelProto:
        hidden = self._embeddings()
        for layer in range(LAYERS):
            hidden = self._layer(f"encoder.layer.{layer}", hidden)
        self._nodes.append(helper.make_node("Identity", [hidden], ["tokens"]))
        outputs = {"tokens": WIDTH} | (self._inputs if self._watched else {})
        graph = helper.make_graph(
            self._nodes,
            "minilm",
            [helper.make_tensor_value_info("ids", TensorProto.INT32, [1, "tokens"])],
            [
                helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, "tokens", width])
                for name, width in outputs.items()
            ],
            self._constants,
        )
        versions = [helper.make_opsetid("", 18), helper.make_opsetid(_FUSED, 1)]
        return helper.make_model(graph, opset_imports=versions, ir_version=9)

    def _embeddings(self) -> str:
        """Words plus positions, normalised. The small graph keeps the words in fp16, to open faster."""
        segment = self._weights["embeddings.token_type_embeddings.weight"][0]
        positions = self._constant(
            "positions", self._weights["embeddings.position_embeddings.weight"] + segment
        )
        table = self._weights["embeddings.word_embeddings.weight"]
        norm = (self._weight("embeddings.LayerNorm.weight"), self._weight("embeddings.LayerNorm.bias"))
        if self._reach is None:
            words = self._constant("words", table)
            # it always has a second output, for a mask
            return self._node(
                "EmbedLayerNormalization",
                "embeddings",
                ["ids", "", words, positions, "", *norm],
                beside=["embeddings.mask"],
                domain=_FUSED,
                epsilon=_EPSILON,
            )
        halves = self._node("Gather", "words", [self._constant("words", table.astype(np.float16)), "ids"])
        words = self._node("Cast", "words.fp32", [halves], to=TensorProto.FLOAT)
        zero = self._constant("zero", np.array([0], np.int64))
        length = self._node("Shape", "length", ["ids"], start=1)
        read = self._node("Slice", "positions.read", [positions, zero, length, zero])
        batch = self._node("Unsqueeze", "positions.batch", [read, zero])
        return self._fused("SkipLayerNormalization", "embeddings", words, batch, *norm, epsilon=_EPSILON)

    def _layer(self, name: str, hidden: str) -> str:
        looking = [f"{name}.attention.self.{part}" for part in ("query", "key", "value")]
        biases = np.concatenate([self._weights[f"{part}.bias"] for part in looking])
        attended = self._fused(
            "MultiHeadAttention",
            f"{name}.attention",
            *self._linear(looking, hidden),
            self._constant(f"{name}.attention.bias", biases),
            num_heads=HEADS,
        )
        hidden = self._add_and_norm(f"{name}.attention.output", attended, hidden)
        (inner,) = self._linear([f"{name}.intermediate.dense"], hidden)
        inner = self._fused(
            "BiasGelu", f"{name}.gelu", inner, self._weight(f"{name}.intermediate.dense.bias")
        )
        return self._add_and_norm(f"{name}.output", inner, hidden)

    def _add_and_norm(self, name: str, inner: str, skipped: str) -> str:
        (projected,) = self._linear([f"{name}.dense"], inner)
        return self._fused(
            "SkipLayerNormalization",
            f"{name}.LayerNorm",
            projected,
            skipped,
            self._weight(f"{name}.LayerNorm.weight"),
            self._weight(f"{name}.LayerNorm.bias"),
            self._weight(f"{name}.dense.bias"),
            epsilon=_EPSILON,
        )

    def _linear(self, names: list[str], x: str) -> list[str]:
        """x times each matrix, without bias. In int8 x is quantised once for all of them."""
        matrices = [np.ascontiguousarray(self._weights[f"{name}.weight"].T) for name in names]
        self._inputs[x] = len(matrices[0])
        if self._reach is None:
            constants = [self._constant(f"{name}.weight", m) for name, m in zip(names, matrices, strict=True)]
            return [self._node("MatMul", name, [x, c]) for name, c in zip(names, constants, strict=True)]
        factors = smoothing(self._reach[x], matrices)
        smoothed = self._node("Mul", f"{x}.smoothed", [x, self._constant(f"{x}.factors", 1 / factors)])
        parts = [f"{x}.{part}" for part in ("integers", "scale", "zero")]
        self._nodes.append(helper.make_node("DynamicQuantizeLinear", [smoothed], parts, name=f"{x}.quantise"))
        return [
            self._int8_product(name, parts, factors[:, None] * matrix)
            for name, matrix in zip(names, matrices, strict=True)
        ]

    def _int8_product(self, name: str, x: list[str], matrix: Floats) -> str:
        integers, scales = quantise(matrix)
        weight, weight_scale = (
            self._constant(f"{name}.weight", integers),
            self._constant(f"{name}.scale", scales),
        )
        return self._fused("MatMulIntegerToFloat", name, x[0], weight, x[1], weight_scale, x[2])

    def _fused(self, operator: str, name: str, *inputs: str, **attributes: Any) -> str:
        return self._node(operator, name, list(inputs), domain=_FUSED, **attributes)

    def _node(
        self, operator: str, name: str, inputs: list[str], *, beside: Sequence[str] = (), **attributes: Any
    ) -> str:
        """Adds an operator, with `beside` as its outputs after the first; the name of the first."""
        output = f"{name}.out"
        node = helper.make_node(operator, inputs, [output, *beside], name=name, **attributes)
        self._nodes.append(node)
        return output

    def _weight(self, name: str) -> str:
        return self._constant(name, self._weights[name])

    def _constant(self, name: str, values: NDArray[np.generic]) -> str:
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name
