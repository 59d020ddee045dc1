"""What was read from a question, as the header of an answer shows it: each can be moved or taken out."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import quote_plus

from rag.state import Counts
from rag.types import Chip, Reading
from ui import contract
from ui.contract import Offer

NAMES = {"from": "from", "to": "to", "outlets": "outlet", "agencies": "agency"}
NOT_READ: dict[Reading, str] = {"from": "the first day", "to": "the last day", "outlet": "the outlet"}


def reading(chip: Chip) -> contract.Reading:
    """A chip; what it could be instead is filled in where that is known."""
    return {
        "name": NAMES[chip.field],
        "said": chip.said,
        "label": chip.label,
        "value": chip.value,
        "offers": [],
        "also": _offer(NAMES[chip.also], chip.value) if chip.also else None,
    }


def offers(counts: Counts) -> list[Offer]:
    """Every outlet, then every agency that articles credit."""
    outlets = [_offer("outlet", one.name) for one in counts.outlets if one.name]
    return outlets + [_offer("agency", one.name) for one in counts.agencies if one.name]


def left_out(not_read: Collection[Reading]) -> str | None:
    """As "Not read from the question: the first day, the outlet"; None where all is read."""
    names = [said for reading, said in NOT_READ.items() if reading in not_read]
    return "Not read from the question: " + ", ".join(names) if names else None


def _offer(name: str, value: str) -> Offer:
    said = "outlet" if name == "outlet" else "credits"
    return {"label": f"{said} {value}", "value": f"{name}={quote_plus(value)}"}
