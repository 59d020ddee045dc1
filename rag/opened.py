"""The open library that every part of the newsroom stands on."""

from __future__ import annotations

from pathlib import Path

from rag.errors import ReadOnly
from rag.library.catalog import Catalog
from rag.settings import Settings


class Opened:
    """A home with its settings and its catalog."""

    home: Path
    settings: Settings
    catalog: Catalog

    @property
    def sees_all(self) -> bool:
        """Whether nothing of the library is hidden from who has this newsroom."""
        return True

    def _refuse_read_only(self) -> None:
        if self.catalog.read_only:
            raise ReadOnly(
                str(self.home), "it cannot be written", "Make the folder writable, or name another --home."
            )
