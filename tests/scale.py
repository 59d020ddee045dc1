"""How much is tried: a sample with `make test`, everything with `make faults`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")
FULL = os.environ.get("DATELINE_FAULTS") == "full"


def some(all_of_them: Sequence[T], *sample: int) -> list[T]:
    """All of these at full size, else those at the places of the sample."""
    return list(all_of_them) if FULL else [all_of_them[at] for at in sample]
