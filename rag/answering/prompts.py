"""Prompts are files: `# System` and `# User`, placeholders of string.Template, checked when they are loaded."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from string import Template

from rag.errors import ReadingError

FOLDER = Path(__file__).resolve().parents[2] / "prompts"

_PARTS = re.compile(r"\A\s*# System\n(?P<system>.*?)^# User\n(?P<user>.*)\Z", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt's two parts. `digest`: first 12 hex digits of the file's sha256; a score means nothing without it."""

    name: str
    system: str
    user: str
    digest: str

    def filled(self, **values: str) -> tuple[str, str]:
        """System and user text with the placeholders filled in; what a value says is never read as a placeholder."""
        return Template(self.system).substitute(values), Template(self.user).substitute(values)


def load(name: str, *, placeholders: Iterable[str], folder: Path = FOLDER) -> Prompt:
    """Read `prompts/<name>.md` and check that it uses exactly these placeholders.

    Raises:
        ReadingError: the file is missing, has not both parts, or other placeholders.
    """
    path = folder / f"{name}.md"
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ReadingError(
            f"prompts/{name}.md", "it cannot be read", "Restore it from the repository."
        ) from error
    parts = _PARTS.match(text)
    if parts is None:
        raise ReadingError(
            path.name, "it must have a part '# System' and then a part '# User'", "Add the missing one."
        )
    wanted, used = set(placeholders), set[str]()
    for part in ("system", "user"):
        template = Template(parts[part])
        if not template.is_valid():
            raise ReadingError(
                path.name, f"a $ in '# {part.title()}' begins no placeholder", "Write $$ for a dollar."
            )
        used |= set(template.get_identifiers())
    if used != wanted:
        wrong = ", ".join(f"${name}" for name in sorted(used ^ wanted))
        raise ReadingError(path.name, f"{wrong} is unknown or missing", f"Use {', '.join(sorted(wanted))}.")
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    return Prompt(name, parts["system"].strip(), parts["user"].strip(), digest)
