"""Means over questions with their 95 % intervals. Questions on one article are drawn together: they are alike."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from rag.evaluation import metrics
from rag.evaluation.metrics import Interval

DRAWS, LEVEL, SEED = 2000, 0.95, 0
AT_ONCE = 4_000_000  # drawn groups in memory at once
DIGITS = 6  # of an interval's ends: sums over groups may differ in the last digits of a float

Column = Sequence[float | None]


def means(
    columns: Mapping[str, Column], groups: Sequence[Hashable], *, differences: bool = False
) -> dict[str, Interval | None]:
    """Each column's mean over the questions it applies to, with its percentile bootstrap interval (Efron & Tibshirani,
    1993), whole groups drawn, the same draws for every column.

    Where every value is 0 or 1 the interval is never narrower than Wilson's (1927): of five right out of five the
    bootstrap alone would say that nothing else is possible. Not so for `differences`, which are no shares. None where
    a column applies to no question.
    """
    number = {group: place for place, group in enumerate(dict.fromkeys(groups))}
    which = np.array([number[group] for group in groups], dtype=np.int64)
    sums, sizes = (np.zeros((len(number), len(columns))) for _ in range(2))
    for place, column in enumerate(columns.values()):
        known = np.array([value is not None for value in column], dtype=bool)
        values = np.array([value or 0.0 for value in column], dtype=np.float64)
        sums[:, place] = np.bincount(which, weights=values, minlength=len(number))
        sizes[:, place] = np.bincount(which, weights=known, minlength=len(number))
    drawn = _drawn(sums, sizes)
    return {
        name: _interval(columns[name], drawn[:, place], share=not differences)
        for place, name in enumerate(columns)
    }


def _drawn(sums: NDArray[np.float64], sizes: NDArray[np.float64]) -> NDArray[np.float64]:
    """One mean a draw and column; NaN where a draw has no question that the column applies to."""
    groups, chance = len(sums), np.random.default_rng(SEED)
    rows = []
    step = max(1, AT_ONCE // max(1, groups))
    for first in range(0, DRAWS if groups else 0, step):
        times = chance.multinomial(groups, np.full(groups, 1 / groups), size=min(step, DRAWS - first)).astype(
            np.float64
        )
        below = times @ sizes
        rows.append(np.divide(times @ sums, below, out=np.full_like(below, np.nan), where=below > 0))
    return np.concatenate(rows) if rows else np.empty((0, sums.shape[1]))


def _interval(column: Column, drawn: NDArray[np.float64], *, share: bool) -> Interval | None:
    known = [value for value in column if value is not None]
    middle = metrics.mean(known)
    if middle is None:
        return None
    low, high = (float(end) for end in np.nanquantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2]))
    if share and all(value in (0, 1) for value in known):
        wilson = metrics.wilson(round(sum(known)), len(known))
        assert wilson is not None
        low, high = min(low, wilson.low), max(high, wilson.high)
    return Interval(middle, round(low, DIGITS), round(high, DIGITS), len(known))


def of_statistic(
    statistic: Callable[[NDArray[np.int64]], float | None],
    groups: Sequence[Hashable],
    *,
    n: int,
    draws: int = DRAWS // 4,
) -> Interval | None:
    """The same for a number that is no mean: `statistic` is handed the indices of the questions drawn."""
    value = statistic(np.arange(len(groups)))
    if value is None:
        return None
    members: dict[Hashable, list[int]] = {}
    for place, group in enumerate(groups):
        members.setdefault(group, []).append(place)
    blocks, chance, drawn = [np.array(some) for some in members.values()], np.random.default_rng(SEED), []
    for _ in range(draws):
        some = chance.integers(len(blocks), size=len(blocks))
        if (one := statistic(np.concatenate([blocks[place] for place in some]))) is not None:
            drawn.append(one)
    low, high = (float(end) for end in np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2]))
    return Interval(value, round(low, DIGITS), round(high, DIGITS), n)
