"""MiniLM's weights as an ONNX graph, in fp32 or int8. Imported only to build: onnx is heavy.

The graph is BERT's (6 layers, 12 heads, width 384) in ONNX Runtime's fused operators. Input `ids` (1, tokens) int32;
output `tokens` (1, tokens, 384) float32. There is no mask: a passage is run alone, so nothing is padded. The segment
embedding is always the first, so it is added to the positions' here.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from safetensors import SafetensorError
from safetensors.numpy import load_file

from rag.errors import WeightsMissing

Precision = Literal["fp32", "int8"]
Floats = NDArray[np.float32]

WIDTH = 384
HEADS = 12
LAYERS = 6
_FUSED = "com.microsoft"
_EPSILON = 1e-12
_PAIR_LIMIT = 127.0


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


def build(weights: Mapping[str, Floats], precision: Precision) -> bytes:
    """The serialised graph: 90 MB in fp32, 58 MB in int8."""
    return bytes(_Graph(weights, precision).model().SerializeToString())


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

    def __init__(self, weights: Mapping[str, Floats], precision: Precision) -> None:
        self._weights, self._precision = weights, precision
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []

    def model(self) -> onnx.ModelProto:
        hidden = self._embeddings()
        for layer in range(LAYERS):
            hidden = self._layer(f"encoder.layer.{layer}", hidden)
        self._nodes.append(helper.make_node("Identity", [hidden], ["tokens"]))
        graph = helper.make_graph(
            self._nodes,
            "minilm",
            [helper.make_tensor_value_info("ids", TensorProto.INT32, [1, "tokens"])],
            [helper.make_tensor_value_info("tokens", TensorProto.FLOAT, [1, "tokens", WIDTH])],
            self._constants,
        )
        versions = [helper.make_opsetid("", 18), helper.make_opsetid(_FUSED, 1)]
        return helper.make_model(graph, opset_imports=versions, ir_version=9)

    def _embeddings(self) -> str:
        segment = self._weights["embeddings.token_type_embeddings.weight"][0]
        positions = self._weights["embeddings.position_embeddings.weight"] + segment
        inputs = [
            "ids",
            "",
            self._weight("embeddings.word_embeddings.weight"),
            self._constant("positions", positions),
            "",
            self._weight("embeddings.LayerNorm.weight"),
            self._weight("embeddings.LayerNorm.bias"),
        ]
        outputs = ["embeddings.out", "embeddings.unused_mask"]
        self._nodes.append(
            helper.make_node(
                "EmbedLayerNormalization", inputs, outputs, name="embeddings", domain=_FUSED, epsilon=_EPSILON
            )
        )
        return outputs[0]

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
        matrices = [(name, np.ascontiguousarray(self._weights[f"{name}.weight"].T)) for name in names]
        if self._precision == "fp32":
            return [
                self._node("MatMul", name, [x, self._constant(f"{name}.weight", m)]) for name, m in matrices
            ]
        parts = [f"{names[0]}.x{part}" for part in ("", ".scale", ".zero")]
        self._nodes.append(helper.make_node("DynamicQuantizeLinear", [x], parts, name=f"{names[0]}.quantise"))
        quantised, scale, zero = parts
        products = []
        for name, matrix in matrices:
            integers, scales = quantise(matrix)
            weight = self._constant(f"{name}.weight", integers)
            weight_scale = self._constant(f"{name}.scale", scales)
            products.append(
                self._fused("MatMulIntegerToFloat", name, quantised, weight, scale, weight_scale, zero)
            )
        return products

    def _fused(self, operator: str, name: str, *inputs: str, **attributes: float) -> str:
        return self._node(operator, name, list(inputs), domain=_FUSED, **attributes)

    def _node(self, operator: str, name: str, inputs: list[str], domain: str = "", **attributes: Any) -> str:
        output = f"{name}.out"
        node = helper.make_node(operator, inputs, [output], name=name, domain=domain, **attributes)
        self._nodes.append(node)
        return output

    def _weight(self, name: str) -> str:
        return self._constant(name, self._weights[name])

    def _constant(self, name: str, values: NDArray[np.generic]) -> str:
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name
