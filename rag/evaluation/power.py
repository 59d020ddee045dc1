"""Before a run: the smallest change that two runs of a set of this size can show."""

from __future__ import annotations

import math
from dataclasses import dataclass

ALPHA = 0.05
Z_ALPHA, Z_POWER = 1.959963984540054, 0.8416212335729143  # two-sided 5 %; four times in five
CHANGING = 0.10  # the share of questions that come out otherwise, where nothing is known


@dataclass(frozen=True, slots=True)
class Smallest:
    """For `n` questions. `least`: a smaller change is never told from chance, even where all that changes does so in
    one direction; `likely`: a change of this size is told four times in five where one question in ten changes. Both
    are shares of the questions; None: no change can be told."""

    n: int
    least: float | None
    likely: float | None


def smallest_change(n: int) -> Smallest:
    """What a paired comparison of right and wrong can show with n questions, two-sided at 5 %.

    `least` is McNemar's exact test (McNemar, 1947): the fewest changes, all in one direction, with a probability of at
    most .05. `likely` solves Connor's sample size for paired shares (Connor, 1987, Biometrics 43) for the change.
    Questions are taken as apart from each other; several on one article are alike, and show less.
    """
    fewest = next(count for count in range(1, 100) if exact_p(count, 0) <= ALPHA)
    return Smallest(n, fewest / n if n >= fewest else None, _likely(n, fewest))


def exact_p(better: int, worse: int) -> float:
    """McNemar's exact two-sided probability of changes as one-sided as these, were both directions as likely."""
    n, few = better + worse, min(better, worse)
    below = sum(math.comb(n, count) for count in range(few + 1))
    return min(1.0, 2 * below / (1 << n))


def _likely(n: int, fewest: int) -> float | None:
    def needed(change: float) -> float:
        spread = Z_ALPHA * math.sqrt(CHANGING) + Z_POWER * math.sqrt(CHANGING - change**2)
        return float((spread / change) ** 2)

    if n < fewest or needed(CHANGING) > n:
        return None
    low, high = 1e-6, CHANGING
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if needed(middle) <= n else (middle, high)
    return max(high, fewest / n)
