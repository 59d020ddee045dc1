"""What another user of this machine may do."""

from __future__ import annotations

import tempfile
from pathlib import Path


def let_others_in(path: Path) -> None:
    """Let every user through to `path`, wherever below the folder for temporary files it lies."""
    top = Path(tempfile.gettempdir()).resolve()
    for folder in (path.resolve(), *path.resolve().parents):
        if folder == top:
            return
        folder.chmod(folder.stat().st_mode | 0o755)
