"""Serves the real page over the stand-in newsroom: `python -m tests.browser.serve PORT [sample] [slow] [tight]`.

"tight" sends long articles in part, as past the budget of ui/sources.py.
"""

from __future__ import annotations

import sys
from pathlib import Path

from rag import newsroom
from tests.fakes.newsroom import FakeNewsroom
from ui import sources

APP = Path(__file__).parents[2] / "app.py"


def main() -> None:
    """Put the stand-in behind the front door, then start the server as `python app.py` would."""
    port, variants = int(sys.argv[1]), set(sys.argv[2:])
    room = FakeNewsroom(sample="sample" in variants, pause=0.6 if "slow" in variants else 0.0)
    newsroom.open = lambda *_args, **_flags: room  # type: ignore[assignment, return-value]
    if "tight" in variants:
        sources.BUDGET = 100_000
    sys.argv = [str(APP)]
    import app

    app.app.run(config={"server.port": port})


main()
