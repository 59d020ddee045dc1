"""Which sentences answer: the learned weights, readable in weights.json, and the score of each sentence.

The ranking is a linear one, trained so that of all sentences found for a question those that hold its answer get the
most of a softmax (listwise, marginal likelihood); `benchmarks/train_answering.py` makes the file from a data folder.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from rag.answering.sentence_features import Floats, Reading

WEIGHTS = Path(__file__).with_name("weights.json")


@dataclass(frozen=True, slots=True)
class Weights:
    """Per feature its weight; features are used as they are. `digest` is of the weights themselves."""

    ranking: Mapping[str, float]
    answerability: Mapping[str, float]
    digest: str


@cache
def weights() -> Weights:
    """The weights that ship, read once."""
    kept = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    return Weights(kept["ranking"], kept["answerability"], kept["digest"])


def digest_of(ranking: Mapping[str, float], answerability: Mapping[str, float]) -> str:
    """First 12 hex digits of the sha256 of both sets of weights."""
    text = json.dumps([ranking, answerability], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def scores(reading: Reading) -> Floats:
    """(m,) higher is better; only differences within one question mean anything."""
    ranking = weights().ranking
    ranked: Floats = reading.table @ np.array([ranking[name] for name in reading.names])
    return ranked


def best_rows(ranked: Floats, most: int) -> list[int]:
    """The rows of the highest scores, best first; equal ones in order."""
    return [int(row) for row in np.lexsort((np.arange(len(ranked)), -ranked))[:most]]
