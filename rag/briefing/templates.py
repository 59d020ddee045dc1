"""Templates of briefings are files: front matter with `name, sections, words`, then the instruction for a model."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from string import Template as Placeholders

from rag.briefed import SECTIONS, Section, Template
from rag.errors import ReadingError, UsageError
from rag.reading.text import front_matter

FOLDER = Path(__file__).resolve().parents[2] / "prompts" / "templates"
PLACEHOLDERS = ("topic", "words")
LEAST, MOST = 60, 5_000  # words of all developments


def names() -> tuple[str, ...]:
    """The templates that ship, the usual one first."""
    found = sorted(path.stem for path in FOLDER.glob("*.md"))
    return tuple(sorted(found, key=lambda name: name != "morning-note"))


def load(name: str, words: int | None = None) -> Template:
    """A template by its name, or an own file by its path; `words` in place of its own.

    Raises:
        UsageError: there is none, or the words are too few or too many.
        ReadingError: it is no template.
    """
    path = FOLDER / f"{name}.md" if name in names() else Path(name).expanduser()
    if path.suffix != ".md" or not path.is_file():
        raise UsageError(
            f"the template {name!r}",
            "there is none",
            f"Choose from {', '.join(names())}, or name a .md file.",
        )
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ReadingError(path.name, "it cannot be read as text", "Save it as UTF-8.") from error
    found = _read(path.name, text)
    if words and not LEAST <= words <= MOST:
        fault = f"{words:,} is not between {LEAST} and {MOST:,}"
        raise UsageError("the number of words", fault, "Name another.")
    return replace(found, words=words) if words else found


def _read(name: str, text: str) -> Template:
    front = front_matter(name, text)
    if front is None:
        raise ReadingError(name, "it has no front matter", "Begin it with ---, name, sections, words, ---.")
    fields, behind = front
    said = fields.get("sections")
    asked = [str(one).strip() for one in (said if isinstance(said, list) else str(said or "").split(","))]
    sections: list[Section] = [known for one in asked for known in SECTIONS if known == one]
    if unknown := [one for one in asked if one not in SECTIONS]:
        way_out = f"Choose from {', '.join(SECTIONS)}."
        raise ReadingError(name, f"there is no section {unknown[0]!r}", way_out)
    counted = str(fields.get("words") or "")
    words = int(counted) if counted.isdecimal() else 0
    if not LEAST <= words <= MOST:
        raise ReadingError(
            name, f"words must be a number from {LEAST} to {MOST:,}", "Write it like words: 600."
        )
    instruction = behind.strip()
    used = Placeholders(instruction)
    if not used.is_valid() or (wrong := sorted(set(used.get_identifiers()) - set(PLACEHOLDERS))):
        fault = "a $ in it begins no placeholder" if not used.is_valid() else f"${wrong[0]} is unknown"
        raise ReadingError(
            name, fault, f"Use {', '.join('$' + one for one in PLACEHOLDERS)}, or $$ for a dollar."
        )
    return Template(
        str(fields.get("name") or Path(name).stem), tuple(dict.fromkeys(sections)), words, instruction
    )
