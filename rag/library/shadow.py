"""Links to an index's files in a folder of our own: for a reader that makes a lock file where it may not."""

from __future__ import annotations

import tempfile
from pathlib import Path


class Shadow:
    """A temporary folder that shows the files of another one; gone with the object."""

    def __init__(self, origin: Path) -> None:
        self._origin = origin
        self._kept = tempfile.TemporaryDirectory(prefix="dateline-")
        self.path = Path(self._kept.name)
        self.refresh()

    def refresh(self) -> None:
        """Link what came since. Links to what has gone stay and lead nowhere."""
        there = {file.name for file in self.path.iterdir()}
        for file in self._origin.iterdir():
            if file.name not in there and file.suffix != ".lock":
                (self.path / file.name).symlink_to(file.absolute())
