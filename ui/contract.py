"""What the pane (ui/pane) is handed: one JSON object that every page builds and `pane.js` draws.

The script counts text in UTF-16 units and Python in code points, so no offset ever crosses: text arrives already cut
into segments. Every string is drawn as text, never as HTML or Markdown. A page gives what it has; `None` and empty
lists are not drawn.
"""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

Outcome = Literal["working", "answered", "closest", "no_answer_found", "failed", "passages"]
SourceState = Literal["shown", "removed", "withdrawn"]


class Segment(TypedDict):
    """A run of text. `marks` are the citations that cover it; `soft` is a second, lighter mark: whose word it is; in
    a found passage, its best sentence."""

    text: str
    marks: NotRequired[list[int]]
    soft: NotRequired[bool]


class Paragraph(TypedDict):
    """Segments in order. `aside` is what belongs to the page an article was copied from, not to the article."""

    segments: list[Segment]
    aside: NotRequired[bool]


class Source(TypedDict):
    """One version of one article. `stamp` changes whenever it has to be drawn anew."""

    key: str
    stamp: str
    state: SourceState
    title: str
    line: str
    dated: str
    notice: str | None
    href: str | None
    host: str | None
    partial: bool
    paragraphs: list[Paragraph]


class Cited(TypedDict):
    """A citation: its number, its chip, the source it opens, the statements that use it.

    `located` is False where the cited words are not in the article as it stands: nothing is marked then.
    """

    number: int
    label: str
    source: str
    located: bool
    used_by: list[str]


class Statement(TypedDict):
    """A numbered thing on the left: a sentence of an answer, or a passage with its heading and why it was found."""

    id: str
    kind: Literal["sentence", "passage"]
    text: str
    cites: list[int]
    heading: NotRequired[str]
    byline: NotRequired[str]
    marks: NotRequired[list[str]]
    why: NotRequired[list[str]]


class Headline(TypedDict):
    """An article that is only named, and opens whole."""

    title: str
    line: str
    source: str


class Action(TypedDict):
    """A small button in the header. `event` is what the page hears when it is pressed."""

    label: str
    said: str
    event: str


class Pane(TypedDict):
    """Everything on the page below the question. A new `id` forgets what was open before.

    `label` stands on every source (the sample says there that it is invented); `question` is what was understood
    where that is not what was asked. `open` names the citation (or, by key, the source) that stands right at first.
    Events sent back: `whole` (a source key, to send all of a long article) and whatever the actions name.
    """

    id: str
    outcome: Outcome
    label: str | None
    stage: str | None
    question: str | None
    read: list[str]
    headline: str | None
    summary: list[str]
    details: list[str]
    actions: list[Action]
    notes: list[str]
    statements: list[Statement]
    headlines: list[Headline]
    citations: list[Cited]
    sources: list[Source]
    open: int | str | None


def empty(key: str, outcome: Outcome) -> Pane:
    """A pane with nothing in it yet."""
    return {
        "id": key,
        "outcome": outcome,
        "label": None,
        "stage": None,
        "question": None,
        "read": [],
        "headline": None,
        "summary": [],
        "details": [],
        "actions": [],
        "notes": [],
        "statements": [],
        "headlines": [],
        "citations": [],
        "sources": [],
        "open": None,
    }
