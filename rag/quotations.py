"""Quotations of the library, by who said them: frozen values beside `rag.types`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rag.types import Citation, Scope

Wording = Literal["same", "part", "longer", "altered"]


@dataclass(frozen=True, slots=True)
class Quote:
    """A quotation where it stands: `article.text[start:end] == citation.quote`, over paragraphs too.

    `speaker` is the fullest name that the article has for who said it; None: not named, then `phrase` is whom it names
    instead ("a guard"), if anybody. `clause` are its words of whose it is, white space folded. `wording`: beside the
    oldest of the same utterance. `copies` are articles with a copy of the same story and the same words, left out.
    """

    citation: Citation
    speaker: str | None
    phrase: str | None
    clause: str | None
    wording: Wording = "same"
    copies: tuple[str, ...] = ()

    @property
    def said_by(self) -> str:
        """As "Marit Engelund", "not named: a guard", "not named"."""
        return self.speaker or (f"not named: {self.phrase}" if self.phrase else "not named")


@dataclass(frozen=True, slots=True)
class Utterance:
    """What was said once, wherever it is quoted: the oldest first."""

    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class Quotations:
    """What was found: `utterances` are those asked for of `total`, in order; citations are numbered through.

    `quotations` counts all places without copies; `searched` the articles in scope.
    """

    speaker: str
    about: str
    utterances: tuple[Utterance, ...]
    total: int
    quotations: int
    scope: Scope
    searched: int
    sequence: int
    seconds: float
    warnings: tuple[str, ...] = ()
