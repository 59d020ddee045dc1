"""Which articles in scope a search with operators asks for, and which of their passages to list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from rag.library.snapshot import InScope, Mask, Snapshot
from rag.library.wholes import Run, Wholes, run_of
from rag.library.words import Field as IndexField
from rag.library.words import WordIndex, analyzed
from rag.retrieval.matching import holds, places, spans
from rag.retrieval.tree import And, Field, Leaf, Near, Not, Or, Part, Phrase, Tree, Word, field_of, leaves

Ids = NDArray[np.int64]
NOTHING = Run((), ())
_FIELDS: dict[Field | None, tuple[IndexField, ...]] = {
    None: ("body", "title"),
    "title": ("title",),
    "byline": ("author",),
}


class Look:
    """One search's way through the tree: masks over the snapshot's rows."""

    def __init__(self, wholes: Wholes, words: WordIndex, snapshot: Snapshot, inside: InScope) -> None:
        self._wholes, self.words, self.snapshot, self._inside = wholes, words, snapshot, inside
        self._names = names_of(snapshot)

    def matching(self, tree: Tree, among: Mask) -> Mask:
        """Of these articles those that match."""
        match tree:
            case And():
                for part in sorted(tree.parts, key=_cost):
                    among = self.matching(part, among)
                return among
            case Or():
                found = np.zeros_like(among)
                for part in sorted(tree.parts, key=_cost):
                    found |= self.matching(part, among & ~found)
                return found
            case Not():
                return among & ~self.matching(tree.part, among)
            case Word():
                return among & self._of(tree)
            case _:
                return self._held(tree, among)

    def _of(self, word: Word) -> Mask:
        return self._rows([word.stem], _FIELDS[word.field])

    def _rows(self, stems: Sequence[str], fields: Sequence[IndexField]) -> Mask:
        found = np.zeros(len(self.snapshot.keys), bool)
        for field in fields:
            rows = self.snapshot.rows(self._passages(stems, field)[:, 1])
            found[rows[rows >= 0]] = True
        return found

    def _passages(self, stems: Sequence[str], field: IndexField) -> Ids:
        return self.words.holding(stems, field, self._inside.words)

    def _held(self, leaf: Leaf, among: Mask) -> Mask:
        """Those that a phrase or a NEAR stands in, word for word."""
        field = field_of(leaf)
        if field == "outlet":
            said: Mask = np.array([bool(places(leaf, name)) for name in self._names])
            return np.logical_and(among, said[self.snapshot.outlet])
        near = among & self._possible(leaf)
        keys = self.snapshot.keys[near]
        kept = [key for key, whole in self._wholes.of(keys.tolist()) if holds(leaf, whole, NOTHING)]
        return near & np.isin(self.snapshot.keys, kept)

    def _possible(self, tree: Tree) -> Mask:
        """Those that hold all the words, somewhere."""
        match tree:
            case Near():
                return self._possible(tree.left) & self._possible(tree.right)
            case Or():
                return ~self._all([~self._possible(part) for part in tree.parts])
            case Word():
                return self._of(tree)
            case Phrase():
                return self._all([self._part(part, _FIELDS[tree.field]) for part in tree.parts])
            case _:
                raise AssertionError(tree)

    def _part(self, part: Part, fields: Sequence[IndexField]) -> Mask:
        if not part.begins:
            return self._rows(analyzed(part.word)[1], fields)
        return self._rows([one for field in fields for one in self.words.beginning(part.word, field)], fields)

    def _all(self, masks: Iterable[Mask]) -> Mask:
        found = np.ones(len(self.snapshot.keys), bool)
        for mask in masks:
            found &= mask
        return found

    def hits(self, tree: Tree, keys: Ids) -> dict[int, set[int]]:
        """The passages to list of each article that matches, by version key; at least one where it has any."""
        found: dict[int, set[int]] = {}
        verbatim: list[Leaf] = [
            leaf for leaf in leaves(tree) if field_of(leaf) is None and not isinstance(leaf, Word)
        ]
        for leaf in leaves(tree):
            if isinstance(leaf, Word) and leaf.field is None:
                both = self._passages([leaf.stem], "body")
                for passage, key in both[np.isin(both[:, 1], keys)].tolist():
                    found.setdefault(key, set()).add(passage)
        begun = self._verbatim(verbatim, keys, found) if verbatim else {}
        rest = [key for key in keys.tolist() if key not in found]
        for key, passage in (self._wholes.openings(rest) | begun).items():
            found.setdefault(key, {passage})
        return found

    def _verbatim(self, wanted: list[Leaf], keys: Ids, found: dict[int, set[int]]) -> dict[int, int]:
        """Add the passages that hold one of these; returns where one begins that no passage holds."""
        ranges = self._wholes.passages(keys.tolist())
        begun: dict[int, int] = {}
        for key, text in self._wholes.texts(keys.tolist()):
            for passage, start, end in ranges.get(key, ()):
                run = run_of(text[start:end])
                if any(places(leaf, run) for leaf in wanted):
                    found.setdefault(key, set()).add(passage)
            if key not in found:
                for start, _ in spans(wanted, text)[:1]:
                    before = [one for one, begin, _ in ranges.get(key, ()) if begin <= start]
                    begun |= {key: before[-1]} if before else {}
        return begun


def names_of(snapshot: Snapshot) -> list[Run]:
    """The outlets' names by code; the last for those that state none."""
    return [*(run_of(name) for name in snapshot.outlets), NOTHING]


def _cost(tree: Tree) -> int:
    """What is looked for first: words, then what has to be read."""
    match tree:
        case Word():
            return 0
        case Phrase() | Near():
            return 0 if field_of(tree) == "outlet" else 2
        case Not():
            return 1 + _cost(tree.part)
        case _:
            return max(_cost(part) for part in tree.parts)
