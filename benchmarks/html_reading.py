"""How much of each web page's article is kept, and how much of its furniture dropped.

    python -m benchmarks.html_reading DATA/html

DATA/html holds `expected.jsonl`, lines of {"file", "with": [phrases of the article], "without": [phrases of the
page around it]}, and the pages. A phrase counts as kept where it stands in the extracted text outside of what was
marked as furniture, white space folded; else as dropped. The first row is what Dateline reads; the others are
trafilatura's settings on the same pages.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from trafilatura import bare_extraction
from trafilatura.settings import Document

from rag.reading import read_paths
from rag.reading.decoding import decode_page

_SETTINGS: dict[str, dict[str, Any]] = {
    "trafilatura, as it comes": {},
    "no comments": {"include_comments": False},
    "precision": {"include_comments": False, "favor_precision": True},
    "recall": {"include_comments": False, "favor_recall": True},
    "precision, no tables": {"include_comments": False, "favor_precision": True, "include_tables": False},
    "precision, no fallback": {"include_comments": False, "favor_precision": True, "fast": True},
    "recall, no fallback": {"include_comments": False, "favor_recall": True, "fast": True},
}


def _folded(text: str) -> str:
    return " ".join(text.split())


def _dateline(path: Path) -> str:
    """The text of a page without its furniture."""
    read = next(read_paths([path], today=date(2100, 1, 1)))
    if read.article is None:
        return ""
    text, own, at = read.article.text, [], 0
    for start, end in read.article.furniture:
        own.append(text[at:start])
        at = end
    return " ".join([*own, text[at:]])


def _trafilatura(settings: dict[str, Any], path: Path) -> str:
    document = bare_extraction(decode_page(path.read_bytes()), **settings)
    return document.text or "" if isinstance(document, Document) else ""


def measure(folder: Path, read: Callable[[Path], str]) -> dict[str, Any]:
    """Counts of kept and dropped phrases, of empty pages, seconds, and the phrases that went wrong."""
    counts = {"with": 0, "kept": 0, "without": 0, "dropped": 0, "empty": 0}
    wrong: list[tuple[str, str, str]] = []
    began = time.perf_counter()
    for line in (folder / "expected.jsonl").read_text("utf-8").splitlines():
        expected = json.loads(line)
        text = _folded(read(folder / expected["file"]))
        counts["empty"] += not text
        for phrase in map(_folded, expected["with"]):
            counts["with"] += 1
            counts["kept"] += phrase in text
            if phrase not in text:
                wrong.append(("lost", expected["file"], phrase))
        for phrase in map(_folded, expected["without"]):
            counts["without"] += 1
            counts["dropped"] += phrase not in text
            if phrase in text:
                wrong.append(("left in", expected["file"], phrase))
    return {**counts, "seconds": time.perf_counter() - began, "wrong": wrong}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="the folder with expected.jsonl and the pages")
    parser.add_argument("--wrong", action="store_true", help="list what Dateline lost or left in")
    arguments = parser.parse_args()
    rows = {"Dateline": measure(arguments.folder, _dateline)}
    for name, settings in _SETTINGS.items():
        rows[name] = measure(arguments.folder, partial(_trafilatura, settings))
    print(f"{'':26}{'kept':>18}{'dropped':>18}{'empty':>7}{'seconds':>9}")
    for name, row in rows.items():
        kept = f"{row['kept'] / row['with']:.3f} ({row['kept']} of {row['with']})"
        dropped = f"{row['dropped'] / row['without']:.3f} ({row['dropped']} of {row['without']})"
        print(f"{name:26}{kept:>18}{dropped:>18}{row['empty']:>7}{row['seconds']:>9.1f}")
    if arguments.wrong:
        for what, file, phrase in rows["Dateline"]["wrong"]:
            print(f"{what:8} {file}: {phrase}")


if __name__ == "__main__":
    main()
