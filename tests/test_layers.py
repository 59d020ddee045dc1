"""Who may import whom: the table of docs/design.md, held."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ["reading", "library", "models", "retrieval", "evidence", "answering", "briefing", "evaluation"]
EDGE = {
    "newsroom",
    "settings",
    "types",
    "expected",
    "state",
    "kept",
    "checked",
    "briefed",
    "briefs",
    "brief_sheet",
    "ruled",
    "mends",
    "imports",
    "erasures",
    "quotations",
    "watched",
    "errors",
    "jsonable",
    "table",
    "terminal",
    "evaluating",
    "grading",
    "making",
    "judging",
    "sweeping",
    "feedback",
    "question_sets",
    "eval_terminal",
    "clip_sheet",
    "credits",
    "links",
    "marks",
    "answer_sheet",
    "sign_in",
}  # what ui, app and cli may see
ONLY_IN = {
    "chromadb": {"rag/library/vectors.py"},
    "tantivy": {"rag/library/words.py"},
    "openai": {"rag/models/openai.py", "rag/models/embeddings_endpoint.py", "rag/models/openai_faults.py"},
    "langchain_openai": {"rag/models/openai.py"},
    "onnxruntime": {"rag/models/minilm.py"},
    "tiktoken": {"rag/models/tokens.py"},
}


@cache
def imports(path: Path) -> set[str]:
    """Every module that a file imports, wherever the import stands."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{name.name}" for name in node.names}
    return found


def sources(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


@pytest.mark.parametrize("name", ["types", "state", "ruled", "imports", "erasures", "errors"])
def test_the_nouns_and_the_errors_import_nothing_of_ours(name: str) -> None:
    assert not {one for one in imports(ROOT / "rag" / f"{name}.py") if one.split(".")[0] in ("rag", "ui")}


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_itself_and_the_rooms_to_its_left(room: str) -> None:
    allowed = {
        *ROOMS[: ROOMS.index(room) + 1],
        "types",
        "expected",
        "state",
        "kept",
        "checked",
        "briefed",
        "ruled",
        "mends",
        "imports",
        "erasures",
        "quotations",
        "errors",
    }
    for path in sources(f"rag/{room}"):
        ours = {one.split(".")[1] for one in imports(path) if one.startswith("rag.")}
        assert ours <= allowed, f"{path.relative_to(ROOT)} imports {sorted(ours - allowed)}"


def test_the_page_and_the_command_line_see_only_the_front_door() -> None:
    lines = [ROOT / "rag/cli.py", *sources("rag/commands")]
    for path in [*sources("ui"), ROOT / "app.py", *lines]:
        ours = {one.split(".")[1] for one in imports(path) if one.startswith("rag.")}
        ours -= {"commands"} if path in lines else set()
        assert ours <= EDGE, f"{path.relative_to(ROOT)} imports {sorted(ours - EDGE)}"


@pytest.mark.parametrize("library", sorted(ONLY_IN))
def test_each_heavy_library_is_imported_in_one_place(library: str) -> None:
    using = {
        str(path.relative_to(ROOT))
        for path in sources("rag", "ui")
        if any(one.split(".")[0] == library for one in imports(path))
    }
    assert using <= ONLY_IN[library]


def test_nothing_in_rag_imports_streamlit() -> None:
    for path in sources("rag"):
        assert not any(one.split(".")[0] == "streamlit" for one in imports(path)), path


def test_files_are_small_enough_to_read_at_a_sitting() -> None:
    long = {
        str(p.relative_to(ROOT)): n
        for p in sources("rag", "ui")
        if (n := len(p.read_text().splitlines())) > 400
    }
    assert not long
