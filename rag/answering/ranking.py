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
from rag.errors import ModelError

WEIGHTS = Path(__file__).with_name("weights.json")

Weighed = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Rule:
    """A weight for each feature, in the feature's own units; one that is not named weighs nothing."""

    ranking: Weighed
    answerability: Weighed


@dataclass(frozen=True, slots=True)
class Weights:
    """One rule where there are vectors, one for keyword search only. `digest` is of the weights themselves."""

    meaning: Rule
    words: Rule
    digest: str


@cache
def weights() -> Weights:
    """The weights that ship, read once.

    Raises:
        ModelError: the file was changed by hand, or is damaged.
    """
    kept = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    if kept["digest"] != digest_of(kept):
        raise ModelError(
            str(WEIGHTS), "it is not as it was made", "Install Dateline again, or train it anew."
        )
    return Weights(Rule(**kept["meaning"]), Rule(**kept["words"]), kept["digest"])


def digest_of(made: Mapping[str, object]) -> str:
    """First 12 hex digits of the sha256 of both rules."""
    text = json.dumps([made["meaning"], made["words"]], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def rule_for(reading: Reading) -> Rule:
    """The rule that fits what is known of the sentences."""
    return weights().words if reading.sentences.vectors is None else weights().meaning


def scores(reading: Reading) -> Floats:
    """(m,) higher is better; only differences within one question mean anything."""
    ranking = rule_for(reading).ranking
    ranked: Floats = reading.table @ np.array([ranking.get(name, 0.0) for name in reading.names])
    return ranked


def best_rows(ranked: Floats, most: int) -> list[int]:
    """The rows of the highest scores, best first; equal ones in order."""
    return [int(row) for row in np.lexsort((np.arange(len(ranked)), -ranked))[:most]]
