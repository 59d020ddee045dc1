"""The nouns of Dateline, frozen. Read this file first.

Offsets are code points into `Article.text`, half-open: `article.text[start:end]` is the quoted text, always.
`None` means "not stated" or "does not apply"; it is never replaced by 0, "" or NaN.
Dates are as the outlet wrote them: `YYYY`, `YYYY-MM`, `YYYY-MM-DD`, RFC 3339, or `YYYY-MM-DDTHH:MM` with no zone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal[
    "report", "analysis", "opinion", "letter", "press_release", "sponsored", "live", "correction", "obituary"
]  # fmt: skip
ArticleStatus = Literal["usable", "withdrawn", "superseded"]
Sort = Literal["best", "newest", "oldest"]
Counted = Literal["count", "list", "first", "outlets"]
AnswerStatus = Literal["answered", "closest", "no_answer_found", "failed"]
Mode = Literal["extractive", "llm"]
EvidenceState = Literal["verbatim", "in_source", "differs", "not_matched", "not_checked"]
ConflictKind = Literal["disagreement", "update", "correction"]
ReasonKind = Literal[
    "number", "date", "name", "negation", "hedge", "attribution", "quotation", "meaning", "language"
]
Reading = Literal["from", "to", "outlet"]
QuotationState = Literal["verbatim", "differs", "joined", "given_to_another", "not_found"]


@dataclass(frozen=True, slots=True)
class Article:
    """One version of one article, its text code point for code point as it was read.

    `furniture` lists the ranges of `text` that belong to the page it was copied from (sign-up lines, picture
    credits, a standfirst that repeats the body): they stay in the text and are in no passage.
    """

    id: str
    text: str
    title: str | None = None
    outlet: str | None = None
    agency: str | None = None
    author: str | None = None
    url: str | None = None
    published: str | None = None
    updated: str | None = None
    kind: Kind | None = None
    section: str | None = None
    page: str | None = None
    language: str | None = None
    collections: tuple[str, ...] = ()
    supersedes: str | None = None
    furniture: tuple[tuple[int, int], ...] = ()
    version: int = 1
    status: ArticleStatus = "usable"


@dataclass(frozen=True, slots=True)
class Span:
    """A range of one version of an article's text."""

    article_id: str
    version: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Passage:
    """Whole sentences of one article, at most what the embedder reads. `text == article.text[start:end]`.

    `sentences` are absolute (start, end) ranges inside the article, in order, without surrounding white space.
    `position` counts from 0 within the version.
    """

    article_id: str
    version: int
    position: int
    start: int
    end: int
    sentences: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Scope:
    """What a question may use. Days are inclusive, `YYYY-MM-DD`, as the outlet wrote them.

    With `from_` or `to`, undated articles are left out unless `undated` is set. `agencies`: only articles that credit
    one of them, whatever their outlet.
    """

    from_: str | None = None
    to: str | None = None
    outlets: tuple[str, ...] = ()
    not_outlets: tuple[str, ...] = ()
    agencies: tuple[str, ...] = ()
    collections: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    not_articles: tuple[str, ...] = ()
    kinds: tuple[Kind, ...] = ()
    language: str | None = None
    undated: bool = False

    @property
    def everything(self) -> bool:
        """True where nothing is left out."""
        return self == Scope(undated=self.undated)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a sentence does not stand as written: what it says, what the source says."""

    kind: ReasonKind
    said: str
    source: str
    citation: int | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What checking a sentence against its citations found. `calculated`: workings of figures that stand in the source
    only as what they are made of ("48 + 36 = 84")."""

    state: EvidenceState
    reasons: tuple[Reason, ...] = ()
    calculated: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Quotation:
    """Words in quotation marks inside a sentence of an answer."""

    text: str
    speaker: str | None
    state: QuotationState


@dataclass(frozen=True, slots=True)
class Citation:
    """A numbered span with what a reader needs to judge it. `article.text[start:end] == quote`, always.

    `within` is where in the article's text the sentence of a closest passage stands that is nearest to the question.
    """

    number: int
    article_id: str
    version: int
    title: str | None
    outlet: str | None
    agency: str | None
    kind: Kind | None
    published: str | None
    url: str | None
    page: str | None
    start: int
    end: int
    quote: str
    within: tuple[int, int] | None = None

    @property
    def erased(self) -> bool:
        """Whether the article was erased since: its words are not in what was kept either."""
        return not self.quote


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an answer; white space folded. `attribution` is whose word the source says it is."""

    text: str
    citations: tuple[int, ...]
    attribution: str | None = None
    evidence: Evidence | None = None
    quotations: tuple[Quotation, ...] = ()


@dataclass(frozen=True, slots=True)
class Origins:
    """Who the cited texts go back to. Unclear ones are never counted as an origin."""

    texts: int
    named: tuple[str, ...]
    unclear: int


@dataclass(frozen=True, slots=True)
class Freshness:
    """Kinds of "new" told apart. Dates as the outlets wrote them; `last_added` is RFC 3339 in UTC."""

    newest_cited: str | None
    newest_in_scope: str | None
    last_added: str | None
    undated_left_out: int = 0
    feeds_failing: tuple[str, ...] = ()
    oldest_in_scope: str | None = None


@dataclass(frozen=True, slots=True)
class Nearest:
    """A headline near a question that found no answer."""

    article_id: str
    title: str | None
    outlet: str | None
    published: str | None


@dataclass(frozen=True, slots=True)
class Chip:
    """A part of the scope that was read from the question, shown so that it can be changed.

    `said` are the question's words; `field` names a field of `Scope`; `label` is what the page shows. `also`: the other
    field that the same words could mean (an outlet that is an agency too: "outlets" and "agencies").
    """

    field: str
    value: str
    said: str
    label: str
    also: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A passage that a search found, joined with its article, and each part of why.

    `dense` is the raw cosine of question and passage (None: not embedded yet, or keyword search only);
    `sentence` the best cosine of a sentence in it; `words` the raw BM25 score. `score` only ranks.
    `copies` are the ids of articles whose copy of this passage was folded into it. `matches` are the ranges of the
    article's text that an exact search asked for, in this passage.
    """

    passage_id: int
    passage: Passage
    text: str
    title: str | None
    outlet: str | None
    agency: str | None
    kind: Kind | None
    published: str | None
    url: str | None
    page: str | None
    score: float
    dense: float | None
    sentence: float | None
    words: float
    best_sentence: int | None = None
    copies: tuple[str, ...] = ()
    features: tuple[float, ...] = ()
    author: str | None = None
    matches: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What a search found, best first. `total` counts the passages that matched before the cut to k.

    `searched` is how many articles were in scope, `undated_left_out` how many undated ones its days left out; `meaning`
    the share of their passages that have a vector (None: keyword search only). `read_as` is how the query was read,
    where that is worth saying. An `exact` search (one with operators) found everything that matches: `articles` counts
    the articles, `replaced` those beside them that a newer article replaced, `outlets` the articles of each outlet,
    most first.
    """

    query: str
    passages: tuple[Found, ...]
    total: int
    scope: Scope
    chips: tuple[Chip, ...]
    searched: int
    meaning: float | None
    sequence: int
    seconds: float
    warnings: tuple[str, ...] = ()
    read_as: str | None = None
    exact: bool = False
    articles: int | None = None
    replaced: int = 0
    sort: Sort = "best"
    outlets: tuple[tuple[str | None, int], ...] = ()
    undated_left_out: int = 0


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a question about the coverage itself became: an exact search over the whole scope, and what it counted.

    `query` is the search, `said` the answer in words. `as_phrase`: how many articles hold the words one after another,
    where there are several. `replaced` articles match too and are not counted: a newer one replaced each.
    """

    asked: Counted
    query: str
    said: str
    articles: int
    passages: int
    replaced: int
    outlets: tuple[tuple[str | None, int], ...]
    as_phrase: int | None = None


@dataclass(frozen=True, slots=True)
class AnswerPart:
    """One thing of several that a question asks, as it was searched; `sentences` are the numbers, from 1, of those of
    the answer that were found for it (none where a model wrote them together)."""

    question: str
    status: AnswerStatus
    sentences: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two sentences that give the same thing differently, the older first; `reason.said` is in the newer."""

    kind: ConflictKind
    older: Sentence
    newer: Sentence
    reason: Reason


@dataclass(frozen=True, slots=True)
class Answer:
    """The same object on the page, on the command line and in JSON.

    `timings` are seconds by stage; `answerability` is 0 to 1, or None where nothing was found to judge. `tokens` are
    "in" and "out" of the model, with "estimated" where its server did not count them; `prompts` the digests of those
    used. `unfinished` is what a model had written before it failed; its citations follow the answer's own. With
    `coverage` there are no sentences: the citations list the articles counted, as far as they are shown. `rewritten` is
    what was asked in place of a `question` that leaned on those before it, None where it was asked as it is; `after` is
    the id of the answer that it came after. `parts`: what it was taken apart into, where it asks several things.
    `disagreements` are of a figure that it gives and another article gives differently; their citations follow.
    """

    id: str
    question: str
    status: AnswerStatus
    mode: Mode
    sentences: tuple[Sentence, ...]
    citations: tuple[Citation, ...]
    answerability: float | None
    freshness: Freshness
    texts: int
    origins: Origins | None
    nearest: tuple[Nearest, ...]
    scope: Scope
    chips: tuple[Chip, ...]
    searched: int
    sequence: int
    fingerprint: str
    rewritten: str | None = None
    disagreements: tuple[Conflict, ...] = ()
    model: str | None = None
    timings: dict[str, float] = field(default_factory=dict)
    tokens: dict[str, int] | None = None
    cost: float | None = None
    warnings: tuple[str, ...] = ()
    prompts: dict[str, str] = field(default_factory=dict)
    unfinished: tuple[Sentence, ...] = ()
    coverage: Coverage | None = None
    after: str | None = None
    parts: tuple[AnswerPart, ...] = ()

    @property
    def passages(self) -> tuple[Citation, ...]:
        """The citations but for those that stand for a disagreement only."""
        sides = [one for apart in self.disagreements for one in (apart.older, apart.newer)]
        apart = {number for one in sides for number in one.citations}
        apart -= {number for one in (*self.sentences, *self.unfinished) for number in one.citations}
        return tuple(one for one in self.citations if one.number not in apart)

    @property
    def asked_as(self) -> str:
        """The question as it can be read alone."""
        return self.rewritten or self.question


@dataclass(frozen=True, slots=True)
class Stage:
    """A visible step on the way to an answer: "searching", "choosing sentences", ..."""

    name: str


Events = Stage | Sentence | Answer
Conversation = Sequence[Answer]
