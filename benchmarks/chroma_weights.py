"""The folder in which Chroma's default embedder looks for its model, made of the weights Dateline uses.

Chroma would download the same network as an ONNX file (79 MB). Here it is written from the installed
`model.safetensors` with onnxruntime's fused operators, so that it is no slower than the downloaded one.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file

from rag.models.assets import find_minilm

COPIED = (
    "config.json",
    "special_tokens_map.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "vocab.txt",
)
INPUTS = ("input_ids", "token_type_ids", "attention_mask")
Floats = NDArray[np.float32]


def weights_folder() -> Path:
    """Where `model.safetensors` lies, as for Dateline: DATELINE_MINILM_DIR, else in the locked package."""
    given = os.environ.get("DATELINE_MINILM_DIR")
    return find_minilm(Path(given) if given else None).weights.parent


def chroma_folder() -> Path:
    """The folder to give Chroma as `DOWNLOAD_PATH`; made on first use, by rename."""
    target = Path.home() / ".cache" / "dateline" / "peers" / "all-MiniLM-L6-v2"
    if not (target / "onnx" / "model.onnx").exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(dir=target.parent))
        (made / "onnx").mkdir()
        for name in COPIED:
            shutil.copy(weights_folder() / name, made / "onnx" / name)
        onnx.save(bert(weights_folder()), made / "onnx" / "model.onnx")
        made.rename(target)
    return target


def bert(folder: Path) -> onnx.ModelProto:
    """BERT (Devlin et al., 2019) as an ONNX graph of onnxruntime's fused operators, in fp32.

    input_ids, attention_mask, token_type_ids: (batch, tokens) int64.
    last_hidden_state: (batch, tokens, width) float32.
    """
    weights = load_file(folder / "model.safetensors")
    config = json.loads((folder / "config.json").read_text())
    width, heads = config["hidden_size"], config["num_attention_heads"]
    used: dict[str, onnx.TensorProto] = {}
    nodes: list[onnx.NodeProto] = []

    def tensor(name: str, value: Floats | None = None) -> str:
        used[name] = numpy_helper.from_array(weights[name] if value is None else value, name)
        return name

    def turned(name: str) -> str:
        return tensor(name + ", turned", np.ascontiguousarray(weights[name].T))

    def node(operator: str, *inputs: str, domain: str = "com.microsoft", **attributes: Any) -> str:
        nodes.append(helper.make_node(operator, inputs, [f"n{len(nodes)}"], domain=domain, **attributes))
        return f"n{len(nodes) - 1}"

    def normal(x: str, skipped: str, layer: str) -> str:
        scale = tensor(f"{layer}.LayerNorm.weight"), tensor(f"{layer}.LayerNorm.bias")
        bias = tensor(f"{layer}.dense.bias")
        return node("SkipLayerNormalization", x, skipped, *scale, bias, epsilon=config["layer_norm_eps"])

    ids, kinds, mask = (node("Cast", name, domain="", to=TensorProto.INT32) for name in INPUTS)
    tables = [tensor(f"embeddings.{name}_embeddings.weight") for name in ("word", "position", "token_type")]
    scale = [tensor(f"embeddings.LayerNorm.{name}") for name in ("weight", "bias")]
    nodes.append(
        helper.make_node(
            "EmbedLayerNormalization",
            [ids, kinds, *tables, *scale],
            ["embedded", "no mask"],
            domain="com.microsoft",
            epsilon=config["layer_norm_eps"],
        )
    )
    x = "embedded"
    for number in range(config["num_hidden_layers"]):
        layer = f"encoder.layer.{number}"
        parts = [f"{layer}.attention.self.{name}" for name in ("query", "key", "value")]
        together = np.concatenate([weights[f"{part}.weight"].T for part in parts], axis=1)
        biases = np.concatenate([weights[f"{part}.bias"] for part in parts])
        qkv = tensor(f"{layer} qkv", np.ascontiguousarray(together)), tensor(f"{layer} qkv bias", biases)
        seen = node("Attention", x, *qkv, mask, num_heads=heads)
        seen = node("MatMul", seen, turned(f"{layer}.attention.output.dense.weight"), domain="")
        x = normal(seen, x, f"{layer}.attention.output")
        inner = node("MatMul", x, turned(f"{layer}.intermediate.dense.weight"), domain="")
        inner = node("BiasGelu", inner, tensor(f"{layer}.intermediate.dense.bias"))
        inner = node("MatMul", inner, turned(f"{layer}.output.dense.weight"), domain="")
        x = normal(inner, x, f"{layer}.output")
    nodes.append(helper.make_node("Identity", [x], ["last_hidden_state"]))
    shape = ["batch", "tokens"]
    graph = helper.make_graph(
        nodes,
        "bert",
        [helper.make_tensor_value_info(name, TensorProto.INT64, shape) for name in INPUTS],
        [helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, [*shape, width])],
        list(used.values()),
    )
    operators = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(graph, opset_imports=operators, ir_version=9)
