"""Imports at the front door: every ingest listed, taken back with all it did, and made again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from rag.imports import Import
from rag.library import imported, undoing
from rag.mending import Mending
from rag.state import Item


class Undoing(Mending):
    """The part of the newsroom that takes imports back."""

    def imports(self, limit: int | None = None) -> tuple[Import, ...]:
        """The imports, the last first."""
        return imported.made(self.catalog, limit=limit)

    def import_items(self, number: int, limit: int | None = None) -> tuple[Import, tuple[Item, ...]]:
        """An import and its items but those unchanged, or the first of them.

        Raises:
            UsageError: there is none of this number.
        """
        return imported.one(self.catalog, number), imported.items(self.catalog, number, limit)

    def undo_import(self, number: int, *, progress: Callable[[int, int], None] | None = None) -> Import:
        """Take an import back: the library is as if it had never been made. `warnings` say what became of its articles.

        What it added is taken out, what it changed is at the version before again, what it replaced or withdrew is
        usable again. What a later import brought or found the same stays.

        Raises:
            UsageError: there is none of this number, or it was undone.
            ReadOnly: the home cannot be written.
        """
        self._refuse_read_only()
        said = undoing.undo(self.catalog, number, report=progress)
        self._words_follow()
        return replace(imported.one(self.catalog, number), warnings=said)

    def redo_import(self, number: int, *, progress: Callable[[int, int], None] | None = None) -> Import:
        """Make an import again that was undone, as if it never had been.

        Raises:
            UsageError: there is none of this number, or it was not undone.
            ReadOnly: the home cannot be written.
        """
        self._refuse_read_only()
        said = undoing.redo(self.catalog, number, report=progress)
        self._words_follow()
        return replace(imported.one(self.catalog, number), warnings=said)

    def settle(self) -> None:
        """Do what a repair, an undo or a redo that was killed has left over."""
        super().settle()
        if not self.catalog.read_only:
            undoing.settle(self.catalog)
