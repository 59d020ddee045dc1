"""A run that the page started: `dateline eval run` in a process of its own, so that no reader waits for it.

It searches exactly, as every command does, keeps its answers in the catalog, and goes on whoever looks.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from rag.errors import LibraryError

ROOT = Path(__file__).parents[1]
POLITE = 10  # readers' questions go before a run's
WORKERS = 2


class Running:
    """A run under way, begun or gone on with at once. All may be read while it runs.

    Args:
        flags: of `dateline eval run`, beside set, name and home.

    Raises:
        LibraryError: no process can be started.
    """

    def __init__(self, home: Path, set_path: Path, name: str, flags: Sequence[str] = ()) -> None:
        self.name = name
        self._out = tempfile.TemporaryFile()  # noqa: SIM115  # read when the process has ended
        words = ["eval", "run", f"--set={set_path}", f"--name={name}", f"--workers={WORKERS}", *flags]
        command = [sys.executable, "-m", "rag", *words, f"--home={home}", "--json"]
        try:
            self._process = subprocess.Popen(
                command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=self._out, stderr=subprocess.DEVNULL
            )
        except OSError as error:
            reason = (error.strerror or "no process").lower()
            raise LibraryError(f"run {name!r}", f"it cannot be started ({reason})", "Try again.") from error
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, self._process.pid, POLITE)
        self.stopped = False

    @property
    def running(self) -> bool:
        """Whether it still asks."""
        return self._process.poll() is None

    @property
    def fault(self) -> str | None:
        """Why it ended before its end, in a sentence; None where it did not, or was stopped."""
        code = self._process.poll()
        if code is None or code in (0, 4):
            return None
        with contextlib.suppress(ValueError, KeyError, TypeError):
            self._out.seek(0)
            told = json.loads(self._out.read())["error"]
            return f"{told['thing']}: {told['fault']}. {told['way_out']}".strip()
        if self.stopped:
            return None
        return "It was ended from outside. What was asked is kept: go on with it."

    def stop(self) -> None:
        """Begin no other question; those under way are finished and kept."""
        self.stopped = True
        if self.running:
            self._process.send_signal(signal.SIGINT)

    def wait(self, seconds: float) -> bool:
        """Return when it is over, or after `seconds`; whether it is over."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
        return not self.running
