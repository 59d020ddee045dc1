"""What a model wrote, read: whole sentences with the passages they name, and a count of everything taken out.

Nothing here trusts the text. Marks that name no passage, links, images, tags and hidden characters go.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.answering.visible import visible
from rag.library.sentences import sentence_ranges

LONGEST = 12_000  # characters of a reply that are read
MOST = 12  # sentences
AHEAD = 16  # characters of the next sentence that must be there before the last one counts as whole
DECLINED = "no answer"  # what the prompt asks for where the passages do not answer

_THOUGHT = re.compile(r"\A\s*<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL | re.IGNORECASE)
_FENCE = re.compile(r"^[ \t]*(?:```|~~~).*$", re.MULTILINE)
_ADDRESS = r"\((?:[^()\n]|\([^()\n]*\))*\)"
_IMAGE = re.compile(rf"!\[[^\]]*\](?:{_ADDRESS}|\[[^\]]*\])?")
_LINK = re.compile(rf"\[([^\]\n]*)\]{_ADDRESS}")
_TAG = re.compile(r"</?[a-zA-Z!][^<>]*>")
_HEADING = re.compile(r"^[ \t]*#{1,6}[ \t][^\[【\n]*$", re.MULTILINE)
_LEAD = re.compile(r"^\s*(?:#{1,6}\s+|>\s*|[-*•]\s+|\d{1,2}[.)]\s+)+")
_STRESS = re.compile(r"\*\*|__|`")
_RANGE = re.compile(r"(-?\d+)(?:\s*[–—-]\s*(\d+))?")
_MARK = re.compile(r"[ \t]*[\[【]\^?\s*(-?\d+(?:\s*[,;–—-]\s*\d+)*)\s*(?:†[^\]】]*)?[\]】]")
_BEGUN = re.compile(r"!?[\[【(<][^\]】)>\n]*\Z|\]\([^)\n]*\Z")  # what may yet become a mark, a link or a tag


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence of a reply, white space folded, and the numbers of the passages it names, in order."""

    text: str
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply, or as much of it as has come. `declined`: it says that the passages do not answer.

    `unknown` are marks that name no passage; `removed` counts headings, links, images and tags, `repeated` sentences
    that it had said already; `cut`: it goes on beyond what is read.
    """

    said: tuple[Said, ...]
    unknown: tuple[str, ...] = ()
    removed: int = 0
    repeated: int = 0
    cut: bool = False
    declined: bool = False

    def notes(self) -> tuple[str, ...]:
        """What was taken out, for the reader."""
        told = []
        if self.unknown:
            listed = ", ".join(dict.fromkeys(self.unknown))
            told.append(f"Taken out of what the model wrote: {listed}. It was given no such passage.")
        if self.removed:
            one, many = "heading, link, image or tag", "headings, links, images or tags"
            what = one if self.removed == 1 else many
            told.append(f"Taken out of what the model wrote: {self.removed} {what}.")
        if self.repeated:
            told.append("The model repeated itself; what it had said already is left out.")
        if self.cut:
            told.append(f"The model went on beyond {MOST} sentences; the rest was not read.")
        return tuple(told)


def read(text: str, passages: int, *, ended: bool = True, most: int = MOST, longest: int = LONGEST) -> Reply:
    """Read a reply over passages numbered 1 to `passages`.

    Args:
        most, longest: sentences that are read, and characters.
        ended: False while more of it comes: its last sentence is then left out until the next has begun.
    """
    cut = len(text) > longest
    text = _THOUGHT.sub("", visible(text[:longest]))
    if not ended:
        text = _BEGUN.sub("", text)
    text, removed = _without_markup(text)
    read, unknown = _sentences(text, passages)
    if not ended:
        read = read[:-1] if read and len(read[-1].text) < AHEAD else read
        read = read[:-1]
    kept: dict[str, Said] = {}
    for one in read:
        if one.text.casefold() in kept and one.numbers:
            earlier = kept[one.text.casefold()]
            numbers = tuple(dict.fromkeys((*earlier.numbers, *one.numbers)))
            kept[one.text.casefold()] = Said(earlier.text, numbers)
        kept.setdefault(one.text.casefold(), one)
    said = [one for one in kept.values() if not _declines(one.text)]
    return Reply(
        tuple(said[:most]),
        tuple(unknown),
        removed,
        len(read) - len(kept),
        cut or len(said) > most,
        declined=len(said) < len(kept) and not any(one.numbers for one in said),
    )


def _without_markup(text: str) -> tuple[str, int]:
    text = _FENCE.sub("", text)
    text, headings = _HEADING.subn("", text)
    text, images = _IMAGE.subn("", text)
    text, links = _LINK.subn(lambda link: f"[{link[1]}]" if _RANGE.fullmatch(link[1]) else link[1], text)
    text, tags = _TAG.subn("", text)
    lines = (_STRESS.sub("", _LEAD.sub("", line)) for line in text.split("\n"))
    return "\n".join(lines), headings + images + links + tags


def _sentences(text: str, passages: int) -> tuple[list[Said], list[str]]:
    said: list[Said] = []
    unknown: list[str] = []
    for line in text.split("\n"):
        plain, marks = _marked(line)
        known = [(at, _known(mark, passages, unknown)) for at, mark in marks]
        ranges = [(start, end) for start, end in sentence_ranges(plain) if _says(plain[start:end])]
        if not ranges and said:  # marks on a line of their own belong to what stands above
            numbers = dict.fromkeys((*said[-1].numbers, *(one for _, named in known for one in named)))
            said[-1] = Said(said[-1].text, tuple(numbers))
        for at, (start, end) in enumerate(ranges):
            first = -1 if at == 0 else start
            last = ranges[at + 1][0] if at + 1 < len(ranges) else len(plain)
            here = dict.fromkeys(one for place, named in known if first < place <= last for one in named)
            said.append(Said(" ".join(plain[start:end].split()), tuple(here)))
    return said, unknown


def _marked(line: str) -> tuple[str, list[tuple[int, str]]]:
    """The line without its marks, and each mark with the place in it where it stood."""
    plain, marks, done = "", [], 0
    for mark in _MARK.finditer(line):
        plain += line[done : mark.start()]
        marks.append((len(plain), mark[1]))
        done = mark.end()
    return plain + line[done:], marks


def _known(mark: str, passages: int, unknown: list[str]) -> list[int]:
    """The passages that a mark names: "2", "1, 3", "2-4"."""
    numbers = list(_named(mark))
    wrong = [number for number in numbers if not 1 <= number <= passages]
    unknown += [f"[{number}]" for number in wrong]
    return [number for number in numbers if number not in wrong]


def _named(mark: str) -> Iterator[int]:
    for match in _RANGE.finditer(mark):
        first = int(match[1][:9])
        last = int(match[2][:9]) if match[2] else first
        yield from range(first, last + 1) if 0 <= last - first < 20 else (first, last)


def _says(text: str) -> bool:
    return any(character.isalnum() for character in text)


def _declines(text: str) -> bool:
    return text.casefold().strip(" .!*\"'") == DECLINED
