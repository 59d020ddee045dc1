"""The words on the page, drawn from statuses: the page promises what was measured and nothing more."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date

from rag.marks import CLOSEST
from rag.state import IndexState, Status
from rag.types import (
    Answer,
    AnswerStatus,
    Article,
    Found,
    Freshness,
    Kind,
    Origins,
    SearchResult,
    Sort,
)
from ui import dates

KINDS: dict[Kind, str] = {
    "report": "report",
    "analysis": "analysis",
    "opinion": "opinion",
    "letter": "letter",
    "press_release": "press release",
    "sponsored": "sponsored",
    "live": "live blog",
    "correction": "correction",
    "obituary": "obituary",
}
GONE = {
    "removed": "Removed from the library since. The answer was written while it was there.",
    "withdrawn": "Withdrawn by its outlet or removed from the library since. Its text is no longer shown.",
}
ERASED = "Erased since: nothing of it is kept, nor what this answer said of it."
OUTCOMES: dict[AnswerStatus, str] = {
    "answered": "answered",
    "closest": "closest passages only",
    "no_answer_found": "no answer found",
    "failed": "failed",
}
NOT_FOUND = "It was never kept, was forgotten, or is not shared with you."
SUPERSEDED = "A newer version of this article is in the library. This is the version that was cited."

# Evidence of these kinds says so on the sentence that rests on it.
TELLING: tuple[Kind, ...] = ("opinion", "letter", "press_release", "sponsored")


def count(number: int, one: str, many: str | None = None) -> str:
    """As "1 article", "1,204 articles"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


# What Streamlit's Markdown makes into links, icons and signs whether it is escaped or not: cut where the group ends.
READ_ANYWAY = re.compile(
    r"(:)(?=[A-Za-z/+_-])|(?i:(www))(?=\.)|(@)(?=\S)|(?<!\S)([<>~-])(?=(?:->|>|-|=)(?!\S))"
)
JOINER = "\u2060"  # has no width, and no line breaks there


def plain(label: str) -> str:
    """A label without what Markdown would read into it."""
    apart = READ_ANYWAY.sub(lambda found: found[0] + JOINER, label)
    return "".join(f"\\{one}" if one in "\\`*_{}[]()#+-.!|<>~$:&" else one for one in apart)


def seconds(spent: float) -> str:
    """As "under 0.01 s", "0.12 s", "3.4 s", "41 s"."""
    if spent < 0.01:
        return "under 0.01 s"
    return f"{spent:.2f} s" if spent < 1 else f"{spent:.1f} s" if spent < 10 else f"{spent:.0f} s"


def spent(answer: Answer) -> float | None:
    """Seconds from question to answer: the total where it was taken, else the sum of the stages."""
    return answer.timings.get("total", sum(answer.timings.values())) if answer.timings else None


def mode(answer: Answer) -> str:
    """How the answer was written; always shown."""
    if answer.mode == "llm":
        return answer.model or "language model"
    return "extractive, the model failed" if "answer" in answer.prompts else "extractive, no model"


def spending(answer: Answer) -> tuple[str, ...]:
    """As "1,240 + 85 tokens", "cost 0.0042": what the model took, also where its answer could not be used."""
    told = answer.tokens
    if told is None:
        return ()
    about = "about " if told.get("estimated") else ""
    parts = [f"{about}{told['in']:,} + {told['out']:,} tokens"]
    return (*parts, f"cost {about}{answer.cost:.2g}") if answer.cost is not None else tuple(parts)


def origins(found: Origins | None, texts: int) -> str:
    """As "4 texts · origins: Reuters, Gazette · 1 unclear"; unclear ones are never counted as an origin."""
    said = [count(texts, "text")]
    if found is not None and found.named:
        said.append(("origin: " if len(found.named) == 1 else "origins: ") + ", ".join(found.named))
    if found is not None and found.unclear:
        said.append(f"{found.unclear} unclear")
    return " · ".join(said)


def covered(freshness: Freshness, scope_from: str | None, scope_to: str | None, today: date) -> str:
    """The days that were searched: the scope's own, else those of the articles in it."""
    first = scope_from or freshness.oldest_in_scope
    return dates.between(first, scope_to or freshness.newest_in_scope, today)


def searched(answer: Answer, today: date) -> str:
    """As "Searched 1,204 articles, 1 Jan to 12 Nov"."""
    days = covered(answer.freshness, answer.scope.from_, answer.scope.to, today)
    return f"Searched {count(answer.searched, 'article')}" + (f", {days}" if days else "")


def headline(answer: Answer, today: date) -> str | None:
    """What the outcome is called above it; an answer that answers needs no name."""
    match answer.status:
        case "answered":
            return None
        case "closest":
            return CLOSEST
        case "no_answer_found" if not answer.searched:
            return "No article is in this scope."
        case "no_answer_found":
            days = covered(answer.freshness, answer.scope.from_, answer.scope.to, today)
            where = count(answer.searched, "article") + (f", {days}" if days else "")
            return f"No answer found in {where}. It may be there in other words."
        case "failed":
            return "The question could not be answered"


def summary(answer: Answer, today: date) -> tuple[str, ...]:
    """The header line, in parts. Only an answer that answers counts what it used."""
    parts = []
    if answer.status == "answered":
        if answer.freshness.newest_cited:
            parts.append("Newest used " + dates.shown(answer.freshness.newest_cited, today, time=True))
        parts.append(origins(answer.origins, answer.texts))
    parts += [mode(answer), *spending(answer)]
    taken = spent(answer)
    return begun((*parts, seconds(taken)) if taken is not None else parts)


def freshness(answer: Answer, today: date) -> tuple[str, ...]:
    """The second line: what was searched, how new it is, which feeds fail."""
    fresh, parts = answer.freshness, []
    if answer.status != "no_answer_found":
        parts.append(searched(answer, today))
    if fresh.newest_in_scope:
        parts.append("newest in scope " + dates.shown(fresh.newest_in_scope, today, time=True))
    if fresh.last_added:
        parts.append("library last added to " + dates.shown(fresh.last_added, today, time=True) + " UTC")
    if fresh.feeds_failing:
        parts.append("feeds failing: " + ", ".join(fresh.feeds_failing))
    return begun(parts)


def begun(parts: Sequence[str]) -> tuple[str, ...]:
    """The parts of a line, the first with a capital letter."""
    return tuple(part[:1].upper() + part[1:] if at == 0 else part for at, part in enumerate(parts))


def left_out(undated: int) -> str | None:
    """As "12 undated left out", or None where none were."""
    return f"{undated:,} undated left out" if undated else None


def source(outlet: str | None, published: str | None, kind: Kind | None, today: date) -> str:
    """A chip's words: "Gazette · 11 Nov", and "· opinion" where the kind matters to a reader."""
    parts = [outlet or "outlet not stated", dates.shown(published, today)]
    return " · ".join((*parts, KINDS[kind]) if kind in TELLING else parts)


def article_line(article: Article, today: date) -> str:
    """The line above a headline: outlet, when, who, credited agency, kind where it matters, page."""
    parts = [article.outlet or "Outlet not stated", dates.shown(article.published, today, time=True)]
    parts += [article.author] if article.author else []
    parts += [article.agency] if article.agency and article.agency != article.outlet else []
    parts += [KINDS[article.kind]] if article.kind in TELLING else []
    parts += [f"page\N{NO-BREAK SPACE}{article.page}"] if article.page else []
    return " · ".join(parts)


def why(found: Found) -> tuple[str, ...]:
    """Why a passage was found: raw scores that only rank, never a percentage."""
    parts = [f"words {found.words:.1f}" if found.words else "no word in common"]
    parts.append("meaning not read yet" if found.dense is None else f"meaning {found.dense:.2f}")
    if found.sentence is not None:
        parts.append(f"best sentence {found.sentence:.2f}")
    if found.copies:
        parts.append(f"also in {count(len(found.copies), 'copy', 'copies')}")
    return tuple(parts)


SORTS: dict[Sort, str] = {"best": "Best first", "newest": "Newest first", "oldest": "Oldest first"}


def held(group: Sequence[Found]) -> tuple[str, ...]:
    """Why an article was found by an exact search: the words in it that were asked for, as they stand there."""
    said: dict[tuple[int, int], str] = {}
    for found in group:
        begin = found.passage.start
        said |= {
            place: " ".join(found.text[place[0] - begin : place[1] - begin].split())
            for place in found.matches
        }
    times = Counter(said[place].casefold() for place in sorted(said))
    shown = {text.casefold(): text for _, text in sorted(said.items(), reverse=True)}
    parts = [
        f"“{shown[one]}”" + (f" × {number}" if number > 1 else "") for one, number in times.most_common(6)
    ]
    copies = {one for found in group for one in found.copies}
    if copies:
        parts.append(f"also in {count(len(copies), 'copy', 'copies')}")
    return (*parts,) if said else ("headline, author, outlet, or what is not there", *parts)


def matching(result: SearchResult, shown: int) -> tuple[str, ...]:
    """As "20 of 36 articles that match", "38 passages", "newest first": the totals of an exact search."""
    articles = result.articles or 0
    match = "articles match" if articles != 1 else "article matches"
    parts = [f"{articles:,} {match}"]
    if shown < articles:
        parts.append(f"first {shown:,} shown")
    parts += [count(result.total, "passage"), f"{count(result.searched, 'article')} searched"]
    return (*parts, SORTS[result.sort].lower(), seconds(result.seconds))


def counting(answer: Answer) -> tuple[str, ...]:
    """The header line of a question about the coverage: the search it became, how it is ordered, how long it took."""
    assert answer.coverage is not None
    parts = [f"Searched for: {answer.coverage.query}"]
    if answer.citations:
        order = SORTS["oldest" if answer.coverage.asked == "first" else "newest"].lower()
        parts.append(f"{count(len(answer.citations), 'article')} listed, {order}")
    taken = spent(answer)
    return (*parts, mode(answer), *([seconds(taken)] if taken is not None else []))


def exactly(result: SearchResult) -> tuple[str, ...]:
    """How the query was read, and what is counted apart."""
    parts = [f"Read as: {result.read_as}"]
    if result.replaced:
        parts.append(f"{result.replaced:,} more replaced by a newer article, not listed")
    return tuple(parts)


def meaning(share: float | None) -> str:
    """How far meaning has followed: the share of the library that search can find by it."""
    return "keyword search only" if share is None else f"meaning: {reach(share)}"


def reach(share: float) -> str:
    """As "34 % of the library"; never rounded up to the whole."""
    return "whole library" if share >= 1 else f"{int(share * 100)} % of the library"


def holdings(library: Status) -> str:
    """As "1,204 articles · meaning: 34 % of the library": what there is to ask."""
    if not library.articles:
        return "no articles yet"
    return f"{count(library.articles, 'article')} · {meaning(library.meaning)}"


def library(held: Status, today: date) -> tuple[str, ...]:
    """What there is to ask, line by line: how many articles of when, whose, how far meaning is."""
    days = dates.between(held.oldest, held.newest, today)
    lines = [count(held.articles, "article") + (f", {days}" if days else "")]
    if held.outlets:
        shown = held.outlets[:12]
        more = len(held.outlets) - len(shown)
        lines.append(", ".join(shown) + (f" and {more:,} more outlets" if more else ""))
    if held.undated:
        lines.append(f"{held.undated:,} undated")
    if held.sample_aside:
        lines.append(f"{held.sample_aside:,} of the sample newsroom, out of scope")
    return (*lines, *begun((meaning(held.meaning),)))


def size(octets: int) -> str:
    """As "12 MB", in powers of ten."""
    for power, unit in ((9, "GB"), (6, "MB"), (3, "kB")):
        if octets >= 10**power:
            return f"{octets / 10**power:,.{1 if octets < 10 ** (power + 1) else 0}f} {unit}"
    return f"{octets} bytes"


def state(held: Status, today: date, embedder: str | None = None) -> list[tuple[str, str]]:
    """The rows of the Status page: what it is called, what there is to say (`embedder`: of what reads meaning)."""
    days = dates.between(held.oldest, held.newest, today)
    aside = [f"{held.undated:,} undated", f"{held.withdrawn:,} withdrawn", f"{held.superseded:,} superseded"]
    if held.sample_aside:
        aside.append(f"{held.sample_aside:,} of the sample newsroom out of scope")
    holder = "Written by this app" if held.holder else "Written by another process"
    rows = [
        ("Articles", f"{held.articles:,}" + (f", {days}" if days else "") + f" ({', '.join(aside)})"),
        ("Passages", f"{held.passages:,}"),
        ("Outlets", ", ".join(held.outlets) or "none stated"),
        (
            "Last added",
            dates.shown(held.last_added, today, time=True) + " UTC" if held.last_added else "never",
        ),
        ("Meaning", _meaning(held)),
        *([("Embedding", embedder)] if embedder else []),
        ("Finding", begun((held.mode,))[0]),
        ("Model", begun((held.model_said,))[0]),
        ("Spending", held.spending),
        ("Never sent to a model", ", ".join(held.local) or "no collection"),
        ("Library sequence", f"{held.sequence:,}"),
        ("Indexes", "Read only" if held.read_only else holder),
    ]
    rows += [(f"Index of {index.name}", _index(index, held.sequence)) for index in held.indexes]
    rows += [("Original files", held.originals.said)] if held.originals else []
    rows += [("Disk", f"{size(held.bytes)} used, {size(held.bytes_free)} free"), ("Home", held.home)]
    rows += [("Attention", warning) for warning in held.warnings]
    return [*rows, ("Versions", " · ".join(f"{name} {version}" for name, version in held.versions))]


def _meaning(held: Status) -> str:
    if held.meaning is None:
        return "Keyword search only"
    made = held.embedder if held.vectors is None or held.vectors.where is None else held.vectors.model
    return begun((reach(held.meaning),))[0] + (f" ({made})" if made else "")


def _index(index: IndexState, sequence: int) -> str:
    if not index.usable or index.sequence is None:
        return index.said
    behind = sequence - index.sequence
    return "Up to date" if behind <= 0 else f"{count(behind, 'change')} behind"
