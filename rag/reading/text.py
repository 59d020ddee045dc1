"""Plain text and Markdown: the title is the first line, or stands in YAML front matter."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

from rag.errors import ReadingError
from rag.reading.copied import Range, furniture
from rag.reading.dates import parse_published

_LONGEST_TITLE = 200  # characters
_LONGEST_FRONT = 16_000
_MOST_BRACKETS = 500  # YAML's parser takes time with their square
_FRONT = re.compile(r"\A\ufeff?---[ \t]*\r?\n(.*?)^---[ \t]*(?:\r?\n|\Z)", re.S | re.M)
_HEADING = re.compile(r"(?:\A|(?<=\n))#[ \t]+(.+?)[ \t]*#*[ \t]*(?=\r?\n|\Z)")
_PICTURE = re.compile(r"^[ \t]*!\[[^\]\n]*\]\([^)\n]*\)[ \t]*$|^[ \t]*\[[^\]\n]{1,60}\]:[ \t]+\S+.*$", re.M)
_STATED = re.compile(r"(?:first |last )?(published|updated|posted)(?: on)?\s*:?\s+(?=.*\d{4})(.{6,60})", re.I)
_FAR = date(9000, 1, 1)  # whether a date lies ahead is judged later
_NO_NAMES = frozenset(
    "The Our Order Numbers Land Sea Popular Demand Night Day All Means Staff Law Design".split()
)
_BYLINE = re.compile(
    r"[Bb]y ((?:[A-Z][\w.’'-]+ ){1,3}[A-Z][\w’'-]+(?:(?:,| and) (?:[A-Z][\w.’'-]+ ?){2,4})*)"
)


@dataclass(frozen=True, slots=True)
class Plain:
    """What a text says of itself. `furniture` are ranges of `fields["text"]`."""

    fields: dict[str, object]
    furniture: tuple[Range, ...] = field(default=())


def plain_text(text: str) -> Plain:
    """A .txt file or a paste. Its first line that is no furniture is the title; the text stays whole.

    The title's line is furniture where it is a headline set apart (short, no full stop, a blank line after it),
    since every passage carries the title anyway. A byline and a line "Published 12 Nov 2026" below it are read.
    """
    page = set(furniture(text[:4000]))
    lines = [(m.start(), m.end()) for m in re.finditer(r"[^\s](?:[^\r\n]*[^\s])?", text[:4000])]
    lines = [line for line in lines if line not in page]
    if not lines or lines[0][1] - lines[0][0] > _LONGEST_TITLE:
        return Plain({"text": text})
    start, end = lines[0]
    title = text[start:end]
    found: dict[str, object] = {"text": text, "title": title}
    own: list[Range] = []
    if (
        len(lines) > 1
        and title[-1] not in ".;,"
        and re.match(r"[ \t]*(?:\r?\n|\r)[ \t]*(?:\r|\n)", text[end:])
    ):
        own.append((start, end))
    for first, last in lines[1:6]:
        own += _stated(text[first:last], first, last, found)
    return Plain(found, tuple(own))


def markdown(name: str, text: str) -> Plain:
    """A Markdown file: fields from the front matter, text from behind it; the title else from its first heading.

    Raises:
        ReadingError: the front matter is no YAML.
    """
    front = front_matter(name, text)
    fields, body = front if front else ({}, text)
    own = [match.span() for match in _PICTURE.finditer(body)] if "](" in body or "]:" in body else []
    heading = _HEADING.search(body[:4000])
    if heading and not body[: heading.start()].strip():
        fields.setdefault("title", heading[1])
        if fields["title"] == heading[1]:
            own.insert(0, heading.span())
    return Plain({**fields, "text": body}, tuple(sorted(own)))


def front_matter(name: str, text: str) -> tuple[dict[str, object], str] | None:
    """(fields, the text behind it), or None where a text has no front matter.

    Values stay as they are written: YAML's own dates, numbers and booleans would change them.

    Raises:
        ReadingError: it is no YAML.
    """
    match = _FRONT.match(text[: _LONGEST_FRONT + 8])
    if not match:
        return None
    if match[1].count("[") + match[1].count("{") > _MOST_BRACKETS:
        raise ReadingError(name, "its front matter is not valid YAML that a person would write")
    import yaml  # 20 ms, and only some files need it

    try:
        fields = yaml.load(match[1], Loader=yaml.BaseLoader)  # makes strings, lists and dicts only
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 2 if error.problem_mark else 1
        fault = f"its front matter is not valid YAML at line {line}: {error.problem or 'unreadable'}"
        raise ReadingError(name, fault, "Put a value that holds a colon in quotation marks.") from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise ReadingError(name, "its front matter is not valid YAML") from error
    if not isinstance(fields, dict):
        return None  # a rule of dashes, not front matter
    given = {
        str(key).strip().lower(): value for key, value in fields.items() if value not in ("", "~", "null")
    }
    return given, text[match.end() :]


def _stated(line: str, start: int, end: int, found: dict[str, object]) -> list[Range]:
    """Reads a line that states only the date or the author into `found`; it is then furniture."""
    dated = _STATED.fullmatch(line)
    if dated and parse_published(dated[2], today=_FAR):
        name = "updated" if dated[1].lower() == "updated" else "published"
        if name not in found:
            found[name] = dated[2]
            return [(start, end)]
    byline = _BYLINE.fullmatch(line)
    if byline and "author" not in found and not _NO_NAMES & set(byline[1].split()):
        found["author"] = byline[1]
        return [(start, end)]
    return []
