"""Marks on sentences: what do `differs` and `in the source` tell of claims that people labelled against a source?

    python -m benchmarks.evidence DATA [--out evidence.json]

DATA/faithfulness/claims.jsonl has a line a claim: `source` (a whole text), `claim` (one or more sentences) and
`supported`. A claim takes the worst state of its sentences. Intervals are over sources (claims of one source are
variants of one another).
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.data import arguments, save, table
from rag.evaluation.intervals import means, of_statistic
from rag.evaluation.metrics import Interval
from rag.evidence.check import Source, check
from rag.library.sentences import sentence_ranges
from rag.types import EvidenceState

WORST: tuple[EvidenceState, ...] = ("differs", "not_matched", "not_checked", "in_source", "verbatim")
TIED = ("in_source", "verbatim")


@dataclass(frozen=True, slots=True)
class Labelled:
    """A claim with the state that was found, the kinds of difference told, and whether people find it supported."""

    source: str
    supported: bool
    state: EvidenceState
    kinds: frozenset[str]


def main() -> None:
    given = arguments(__doc__).parse_args()
    started = time.perf_counter()
    found = read(given.data / "faithfulness" / "claims.jsonl")
    each = (time.perf_counter() - started) / len(found)
    told = measured(found)
    rows = [
        [name, f"{one.value:.3f}", f"{one.low:.3f} to {one.high:.3f}", str(one.n)]
        for name, one in told.items()
    ]
    print(table([["measure", "value", "95 % over sources", "of"], *rows]))
    print(table([["people say", *WORST], *(_counts(found, supported=one) for one in (True, False))]))
    print(table([["difference told", "of supported", "of not supported"], *_kinds(found)]))
    print(
        f"{len(found)} claims of {len({one.source for one in found})} sources, {1000 * each:.1f} ms a claim"
    )
    save({name: asdict(one) for name, one in told.items()}, given.out)


def read(path: Path) -> list[Labelled]:
    """Every claim of the file, checked."""
    with path.open(encoding="utf-8") as lines:
        return [labelled(json.loads(line)) for line in lines]


def labelled(row: dict[str, str | bool]) -> Labelled:
    """One claim against its source."""
    source, claim = str(row["source"]), str(row["claim"])
    sources = [Source(1, source, article=source)]
    found = [check(" ".join(claim[a:b].split()), sources).evidence for a, b in sentence_ranges(claim)]
    state = min((one.state for one in found), key=WORST.index)
    kinds = frozenset(reason.kind for one in found for reason in one.reasons)
    return Labelled(source, bool(row["supported"]), state, kinds)


def measured(found: Sequence[Labelled]) -> dict[str, Interval]:
    """How often `differs` is right, how much of what is wrong it marks, and balanced accuracy of being tied at all."""
    groups = [one.source for one in found]
    columns: dict[str, list[float | None]] = {
        "differs: precision": [float(not one.supported) if one.state == "differs" else None for one in found],
        "differs: of what is not supported": [
            None if one.supported else float(one.state == "differs") for one in found
        ],
    }
    tied = np.array([one.state in TIED for one in found])
    supported = np.array([one.supported for one in found])

    def balanced(drawn: NDArray[np.int64]) -> float | None:
        right = supported[drawn]
        if right.all() or not right.any():
            return None
        return float((tied[drawn][right].mean() + (~tied[drawn][~right]).mean()) / 2)

    numbers = {**means(columns, groups), "balanced accuracy": of_statistic(balanced, groups, n=len(found))}
    return {name: one for name, one in numbers.items() if one is not None}


def _counts(found: Sequence[Labelled], *, supported: bool) -> list[str]:
    states = Counter(one.state for one in found if one.supported is supported)
    return ["supported" if supported else "not supported", *(str(states[state]) for state in WORST)]


def _kinds(found: Sequence[Labelled]) -> list[list[str]]:
    kinds = sorted({kind for one in found for kind in one.kinds})
    return [
        [
            kind,
            *(
                str(sum(kind in one.kinds for one in found if one.supported is which))
                for which in (True, False)
            ),
        ]
        for kind in kinds
    ]


if __name__ == "__main__":
    main()
