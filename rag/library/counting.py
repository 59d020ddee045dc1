"""How many articles each choice of a scope would hold, counted within the other choices: outlets, agencies,
collections, kinds and languages, from the arrays of a snapshot."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rag.library.snapshot import UNDATED, Mask, Snapshot, masks
from rag.state import Count, Counts
from rag.types import Scope


def counts(
    snapshot: Snapshot,
    scope: Scope,
    known_ids: dict[str, tuple[int, str]],
    *,
    latest: int | None = None,
    hidden: str | None = None,
) -> Counts:
    """What is in scope and what each choice would bring; `earliest` and `newest` are left open.

    A collection that is `hidden` is counted as if it were chosen, so that it can be.
    """
    parts = masks(snapshot, scope, known_ids, latest=latest, hidden=hidden)

    def within(*left_out: str) -> Mask:
        kept: Mask = np.logical_and.reduce([mask for part, mask in parts.items() if part not in left_out])
        return kept

    unnamed = within("collections", "hidden")
    members = [Count(name, int(unnamed[rows].sum())) for name, rows in snapshot.collections.items()]
    total = {name: len(rows) for name, rows in snapshot.collections.items()}
    return Counts(
        sequence=snapshot.sequence,
        articles=int(within().sum()),
        of=int((parts["hidden"] & parts["as_of"]).sum()),
        undated=int((within("dates") & (snapshot.first == UNDATED)).sum()),
        outlets=_counted(snapshot.outlet, snapshot.outlets, within("outlets")),
        agencies=_counted(snapshot.agency, snapshot.agencies, within("agencies"))[: len(snapshot.agencies)],
        collections=tuple(sorted(members, key=lambda one: (-total[one.name or ""], one.name or ""))),
        kinds=_counted(snapshot.kind, snapshot.kinds, within("kinds")),
        languages=_counted(snapshot.language, snapshot.languages, within("languages")),
    )


def _counted(codes: NDArray[np.int32], names: Sequence[str], mask: Mask) -> tuple[Count, ...]:
    """Those of most articles in the whole library first, so that no choice moves them; "not stated" last."""
    total = np.bincount(codes + 1, minlength=len(names) + 1)
    inside = np.bincount(codes[mask] + 1, minlength=len(names) + 1)
    order = sorted(range(len(names)), key=lambda at: (-total[at + 1], names[at].casefold()))
    named = tuple(Count(names[at], int(inside[at + 1])) for at in order)
    return (*named, Count(None, int(inside[0]))) if total[0] else named
