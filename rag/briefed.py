"""A briefing and its parts: frozen values beside `rag.types`. The same object on the page, in files and in JSON."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from rag.types import Citation, Conflict, Mode, Origins, Scope, Sentence

Section = Literal[
    "about_us",
    "in_brief",
    "developments",
    "timeline",
    "voices",
    "disagreements",
    "updates",
    "unknown",
    "not_found",
    "coverage",
]
SECTIONS: dict[Section, str] = {
    "about_us": "About us",
    "in_brief": "In brief",
    "developments": "Developments",
    "timeline": "Timeline",
    "voices": "Who says what",
    "disagreements": "Sources disagree",
    "updates": "Updates and corrections",
    "unknown": "What the articles say is not known",
    "not_found": "Asked and not found",
    "coverage": "Coverage",
}
ChangeKind = Literal["new", "again", "differently", "not_mentioned"]


@dataclass(frozen=True, slots=True)
class Template:
    """What a briefing consists of, read from a file: its sections in order, and how many words its developments have.
    `instruction` is for a model only."""

    name: str
    sections: tuple[Section, ...]
    words: int
    instruction: str = ""


@dataclass(frozen=True, slots=True)
class Story:
    """Articles that report one event, the most central first, under its headline.

    `texts` are all of them, `folded` those that copy another; `origins` as an answer counts them. `first` and `last` as
    their outlets wrote them, None where all are undated. `told`: whether it is written out.
    """

    headline: str
    articles: tuple[str, ...]
    texts: int
    folded: int
    outlets: tuple[str, ...]
    origins: Origins
    first: str | None
    last: str | None
    told: bool
    sentences: tuple[Sentence, ...] = ()


@dataclass(frozen=True, slots=True)
class Event:
    """What a dated sentence tells of. `day` is the event's own, YYYY-MM-DD, apart from the day of publication; None
    where the words `said` cannot be resolved, in an undated article."""

    day: str | None
    said: str
    sentence: Sentence


@dataclass(frozen=True, slots=True)
class Voice:
    """What one speaker is reported to say."""

    speaker: str
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a story since the briefing before: `was` is what stood there then, where that is told."""

    kind: ChangeKind
    headline: str
    sentences: tuple[Sentence, ...] = ()
    was: str | None = None


@dataclass(frozen=True, slots=True)
class BriefCoverage:
    """What a briefing rests on. `considered` articles were in scope: `told` in the stories written out, `other` in
    those that only their headlines tell, `off_topic`, `unticked`, `over` the most that are read at once, and `failed`.
    They add up.

    `folded` of all are copies, `opinions` are opinion, letters or sponsored and are told as nobody's news. `outlets`:
    considered and cited articles of each; `silent`: outlets of the library with none in scope.
    """

    considered: int
    told: int
    other: int
    off_topic: int
    unticked: int
    over: int
    cited: int
    folded: int
    opinions: int
    undated: int
    undated_left_out: int
    failed: tuple[tuple[str, str], ...]
    outlets: tuple[tuple[str, int, int], ...]
    silent: tuple[str, ...]
    earliest: str | None
    newest: str | None


@dataclass(frozen=True, slots=True)
class Beat:
    """What is briefed on again and again. `watched` are names that are told of first; with `days`, each briefing reads
    the articles of so many days before its own, unless the scope says from when."""

    name: str
    topic: str | None
    scope: Scope
    template: str
    words: int | None
    days: int | None
    watched: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Briefing:
    """A briefing over a scope. Every sentence is cited to spans of `citations` and carries its evidence; `edited` are
    the sentences that a person wrote, as the words before and after.

    With a `model`, mode "llm": it wrote the developments of stories, and what stands in brief; `tokens`, `cost` and
    `prompts` as an answer has them. Of a `beat`: `nothing` says that nothing significant came since the one before.
    `about`: what is said of names that are watched."""

    id: str
    topic: str | None
    template: Template
    scope: Scope
    mode: Mode
    at: str
    in_brief: tuple[Sentence, ...]
    stories: tuple[Story, ...]
    timeline: tuple[Event, ...]
    voices: tuple[Voice, ...]
    conflicts: tuple[Conflict, ...]
    unknown: tuple[Sentence, ...]
    not_found: tuple[str, ...]
    coverage: BriefCoverage
    citations: tuple[Citation, ...]
    sequence: int
    fingerprint: str
    seconds: float
    changes: tuple[Change, ...] | None = None
    since: str | None = None
    watched: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    edited: tuple[tuple[str, str], ...] = ()
    model: str | None = None
    tokens: dict[str, int] | None = None
    cost: float | None = None
    prompts: dict[str, str] = field(default_factory=dict)
    beat: str | None = None
    nothing: str | None = None
    about: tuple[Voice, ...] = ()
    timings: dict[str, float] = field(default_factory=dict)
