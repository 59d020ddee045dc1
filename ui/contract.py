"""What the pane and the scope bar (ui/pane) are handed: one JSON object each that every page builds and the script
draws.

The script counts text in UTF-16 units and Python in code points, so no offset ever crosses: text arrives already cut
into segments. Every string is drawn as text, never as HTML or Markdown. A page gives what it has; `None` and empty
lists are not drawn.
"""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

Outcome = Literal[
    "working", "answered", "closest", "no_answer_found", "failed", "passages", "clips", "article"
]
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
    """One version of one article. `stamp` changes when it has to be drawn anew; what is copied gets the `credit` and
    what has become of it `since`."""

    key: str
    stamp: str
    state: SourceState
    title: str
    line: str
    dated: str
    notice: str | None
    href: str | None
    host: str | None
    credit: str
    since: str | None
    partial: bool
    paragraphs: list[Paragraph]


class Cited(TypedDict):
    """A citation: its number, its chip, the source it opens, the statements that use it.

    `located` is False where the cited words are not in the article as it stands: nothing is marked then. `since`: what
    has become of the cited version. `quote` are the cited words, white space folded, as they are copied.
    """

    number: int
    label: str
    source: str
    located: bool
    since: str | None
    quote: str
    used_by: list[str]
    tools: NotRequired[list[Tool]]


class Tool(TypedDict):
    """A small button beside a statement or a citation. `name` says to a screen reader which one it is of."""

    label: str
    name: str
    event: str
    value: str


class Statement(TypedDict):
    """A numbered thing on the left: a sentence of an answer, or a passage with its heading and why it was found.

    `lead` stands above it, where something else begins with it, and the heading of its `section` above that. It is
    copied with its marks and its sources: the sentence as it stands, of a passage the words cited first. `alarms` are
    those of the marks that tell of a difference. A `note` can be written by the reader.
    """

    id: str
    kind: Literal["sentence", "passage"]
    text: str
    cites: list[int]
    heading: NotRequired[str]
    byline: NotRequired[str]
    lead: NotRequired[str]
    section: NotRequired[str]
    marks: NotRequired[list[str]]
    alarms: NotRequired[list[str]]
    why: NotRequired[list[str]]
    tools: NotRequired[list[Tool]]
    note: NotRequired[str]


class Headline(TypedDict):
    """An article that is only named, and opens whole."""

    title: str
    line: str
    source: str


class Action(TypedDict):
    """A small button in the header; without a `label`, a line. `event` is what the page hears when it is pressed."""

    label: str
    said: str
    event: str


class Offer(TypedDict):
    """Something a reading could be instead: what it is called, and what the page hears when it is chosen."""

    label: str
    value: str


class Reading(TypedDict):
    """A part of the scope that was read from the question: the question's words, and what they were read as.

    `name` is what it is called in the address; a day can be moved to another, else there are `offers`. `also` is the
    other thing that the same words can mean.
    """

    name: str
    said: str
    label: str
    value: str
    offers: list[Offer]
    also: Offer | None


class Side(TypedDict):
    """What one article says of a figure that another gives differently; `line` is its outlet and time."""

    figure: str
    text: str
    line: str
    cite: int


class Dispute(TypedDict):
    """Two articles that give a figure of the answer differently, the older first."""

    label: str
    sides: list[Side]


class Pane(TypedDict):
    """Everything on the page below the question. A new `id` forgets what was open before.

    `label` stands on every source (the sample says there that it is invented); `question` is what was asked where that
    is not what was written: it can be changed. `open` names the citation (or, by key, the source) that stands right
    at first.
    The outcome "article" has no left side: one article is read on its own. `picked` is the button for the words that
    the reader had selected and clipped. `later` came on the same story after all that is cited. With `copied` a button
    copies all statements, as text and as rich text. `disputes` stand before the statements.
    Events sent back: `whole` (a source key, to send all of a long article), `note` (JSON: id of a statement, text),
    `clip_words` (JSON: source, the words selected in its text, what stands before them),
    `rewritten` (another question in place of what was understood), `as_written`, `reading` (a reading moved or taken
    out, as parameters of an address: "from=2026-10-01", "agency=VPA", "not_read=outlet") and whatever the actions name.
    """

    id: str
    outcome: Outcome
    label: str | None
    stage: str | None
    question: str | None
    read: list[Reading]
    headline: str | None
    summary: list[str]
    details: list[str]
    actions: list[Action]
    notes: list[str]
    statements: list[Statement]
    headlines: list[Headline]
    later: NotRequired[list[Headline]]
    disputes: NotRequired[list[Dispute]]
    citations: list[Cited]
    sources: list[Source]
    open: int | str | None
    picked: NotRequired[list[Tool]]
    copied: NotRequired[bool]


class Choice(TypedDict):
    """Something a scope can be limited to, and how many articles it has within the other choices."""

    value: str
    label: str
    articles: str
    on: bool
    out: bool


class Part(TypedDict):
    """Choices of one parameter of the address; `barring` names the one that leaves out. `one`: one at a time.

    `rest` says how many articles state nothing of the kind.
    """

    name: str
    barring: str | None
    heading: str
    one: bool
    choices: list[Choice]
    rest: str | None


class Group(TypedDict):
    """What opens under one button of the bar."""

    key: str
    label: str
    parts: list[Part]


class Chosen(TypedDict):
    """A choice that was made, the group that it opens, and the scope without it."""

    label: str
    group: str
    without: dict[str, list[str]]


class Quick(TypedDict):
    """Days that are often wanted."""

    label: str
    first: str | None
    last: str | None
    on: bool


class Bar(TypedDict):
    """The scope bar, drawn by `scope.js`. `scope` is the scope as parameters of an address (ui/address.py).

    Another `question` closes what is open.

    Event sent back: `scope`, the new one as the query of an address.
    """

    said: str
    question: str
    scope: dict[str, list[str]]
    chosen: list[Chosen]
    undated: str | None
    first: str | None
    last: str | None
    quick: list[Quick]
    groups: list[Group]
    problems: list[str]


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
