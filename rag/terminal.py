"""What the command line prints: text made harmless for a terminal, answers, passages, progress."""

from __future__ import annotations

import math
import re
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from rag.credits import TELLING
from rag.library.ingest import Progress as Step
from rag.library.ingest import Report
from rag.library.repair import Finding
from rag.marks import ANSWER, conflict, leads, marks, parts_said
from rag.state import IngestReport, Item, Plan, Status, Vectors
from rag.told import STAGES
from rag.types import Answer, Article, Citation, Found, Kind, Nearest, SearchResult, Sentence

# C0 and C1 controls apart from tab and newline, and what reorders or hides text.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]"
)

out = Console(highlight=False, soft_wrap=False, emoji=False)
err = Console(stderr=True, highlight=False, emoji=False)


def harmless(text: str | None) -> str:
    """Text without control characters, direction marks and markup: safe to print."""
    return escape(_UNSAFE.sub("\ufffd", text or ""))


def credit(title: str | None, outlet: str | None, published: str | None, kind: Kind | None = None) -> str:
    """`Outlet · date · "Title"`, what is not stated said so; a kind that a reader has to know of before the title."""
    parts = [harmless(outlet or "outlet not stated"), harmless(published or "undated")]
    parts += [TELLING[kind]] if kind in TELLING else []
    return " · ".join(parts) + (f" · {harmless(title)}" if title else "")


def print_answer(answer: Answer, later: Sequence[Nearest] = ()) -> None:
    """An answer with its citations, or what was found instead; what came `later` on its story before it."""
    for one in later:
        said = credit(one.title, one.outlet, one.published)
        out.print(f"Later: {said}  [dim]{harmless(one.article_id)}[/dim]", soft_wrap=True)
    if answer.rewritten is not None:
        out.print(f"[bold]Asked as: {harmless(answer.rewritten)}[/bold]\n", soft_wrap=True)
    for apart in answer.disagreements:
        _print_sentences((apart.older, apart.newer), {1: conflict(apart)})
    if answer.coverage is not None:
        out.print(f"[bold]{harmless(answer.coverage.said)}[/bold]\n")
        out.print(f"Searched for: {harmless(answer.coverage.query)}\n")
    elif answer.status == "answered":
        above = {1: ANSWER} if answer.disagreements else {}
        _print_sentences(answer.sentences, above | leads(answer))
    elif answer.status == "closest":
        out.print("[bold]Closest passages; not judged an answer[/bold]\n")
    else:
        out.print(f"[bold]{no_answer(answer)}[/bold]")
        if answer.nearest:
            out.print("\nNearest headlines:")
        for one in answer.nearest:
            out.print(
                f"  {credit(one.title, one.outlet, one.published)}  [dim]{harmless(one.article_id)}[/dim]"
            )
    if answer.unfinished:
        out.print("[bold]What the model had written before it failed; it is not complete:[/bold]")
        _print_sentences(answer.unfinished, {})
    for citation in answer.citations:
        print_citation(citation, quoted=not answer.sentences)
    out.print(f"\n[dim]{escape(_foot(answer))}[/dim]")
    for warning in answer.warnings:
        err.print(f"[yellow]{harmless(warning)}[/yellow]")


def _print_sentences(sentences: Sequence[Sentence], above: Mapping[int, str]) -> None:
    for number, sentence in enumerate(sentences, 1):
        if number in above:
            out.print(f"[bold]{harmless(above[number])}[/bold]", soft_wrap=True)
        print_marked(sentence, ("; ".join(marks(sentence)),))
    out.print()


def print_marked(sentence: Sentence, told: Sequence[str]) -> None:
    """A sentence with the numbers of its citations, and beneath it what is told of it."""
    cited = "".join(f"[{number}]" for number in sentence.citations)
    out.print(f"{harmless(sentence.text)} [dim]{escape(cited)}[/dim]")
    for line in filter(None, told):
        out.print(f"    [dim]{harmless(line)}[/dim]")


def no_answer(answer: Answer) -> str:
    """The words for "no answer found": what was searched and which days it covers."""
    if not answer.searched:
        return "No article is in this scope."
    fresh, days = answer.freshness, ""
    if fresh.oldest_in_scope and fresh.newest_in_scope:
        days = f", {fresh.oldest_in_scope[:10]} to {fresh.newest_in_scope[:10]}"
    return f"No answer found in {answer.searched:,} articles{days}. It may be there in other words."


def print_citation(citation: Citation, *, quoted: bool) -> None:
    """A citation's number, outlet, date, headline and place; with `quoted` its words."""
    place = f"{citation.article_id} {citation.start}-{citation.end}"
    said = credit(citation.title, citation.outlet, citation.published, citation.kind)
    out.print(f"[dim]{escape(f'[{citation.number}]')}[/dim] {said}  [dim]{harmless(place)}[/dim]")
    if quoted:
        begin, end = (at - citation.start for at in citation.within or (citation.start, citation.start))
        parts = citation.quote[:begin], citation.quote[begin:end], citation.quote[end:]
        before, best, after = (harmless(re.sub(r"\s+", " ", part)) for part in parts)
        out.print(f"    {before}[bold]{best}[/bold]{after}" if best else f"    {after.strip()}")


def _foot(answer: Answer) -> str:
    parts = [said] if (said := parts_said(answer)) else []
    if answer.freshness.newest_cited and answer.coverage is None:
        parts.append(f"Newest used {answer.freshness.newest_cited}")
    if answer.status == "answered" and answer.coverage is None:
        parts.append(f"{answer.texts} text{'' if answer.texts == 1 else 's'}")
    parts += _left_out(answer.freshness.undated_left_out)
    parts += [chip.label for chip in answer.chips]
    alone = "extractive, the model failed" if "answer" in answer.prompts else "extractive, no model"
    parts.append(alone if answer.mode == "extractive" else str(answer.model))
    if answer.tokens is not None:
        about = "about " if answer.tokens.get("estimated") else ""
        parts.append(f"{about}{answer.tokens['in']:,} + {answer.tokens['out']:,} tokens")
    if answer.cost is not None:
        parts.append(f"cost {answer.cost:.2g}")
    parts.append(f"{answer.timings.get('total', 0.0):.2f} s")
    return " · ".join(parts)


def print_found(result: SearchResult, *, brief: bool = False, group: bool = False) -> None:
    """Passages in order and why each was found, with `group` under their article's heading; `brief`: counts only."""
    above, number = None, 0
    for found in () if brief else result.passages:
        article = found.passage.article_id
        if not group or article != above:
            number += 1
            place = "" if group else f" {found.passage.start}-{found.passage.end}"
            out.print(
                f"[bold]{number}.[/bold] {credit(found.title, found.outlet, found.published, found.kind)}  "
                f"[dim]{harmless(article)}{place}[/dim]"
            )
        above = article
        out.print(f"   {harmless(' '.join(found.text.split()))}")
        place = f"{found.passage.start}-{found.passage.end} · " if group else ""
        out.print(f"   [dim]{place}{harmless(_why(found, exact=result.exact))}[/dim]\n")
    if not result.passages:
        out.print("Nothing found. It may be there in other words.")
    if result.read_as:
        out.print(f"Read as: {harmless(result.read_as)}")
    out.print(f"[dim]{' · '.join([_matched(result), *_left_out(result.undated_left_out)])}[/dim]")
    for warning in result.warnings:
        err.print(f"[yellow]{harmless(warning)}[/yellow]")


def _why(found: Found, *, exact: bool) -> str:
    copies = f" · {len(found.copies)} copies folded" if found.copies else ""
    if exact:
        begin = found.passage.start
        said = dict.fromkeys(" ".join(found.text[a - begin : b - begin].split()) for a, b in found.matches)
        return ("holds " + ", ".join(f"“{one}”" for one in said) if said else "the article matches") + copies
    why = f"words {found.words:.2f}"
    if found.dense is not None and found.sentence is not None:
        why += f" · meaning {found.dense:.3f} · best sentence {found.sentence:.3f}"
    return f"{why}{copies} · score {found.score:.3f}"


def _left_out(undated: int) -> list[str]:
    return [f"{undated:,} undated left out (--undated includes them)"] if undated else []


def _matched(result: SearchResult) -> str:
    shown = f"{len(result.passages):,} of {result.total:,} passages"
    if not result.exact:
        meaning = (
            "keyword search only"
            if result.meaning is None
            else f"meaning: {result.meaning:.0%} of the library"
        )
        return f"{shown} in {result.searched:,} articles · {meaning}"
    match = "matches" if result.articles == 1 else "match"
    said = f"{result.articles:,} of {result.searched:,} articles {match} · {shown} · {result.sort} first"
    if result.replaced:
        said += f" · {result.replaced:,} more replaced by a newer one, not listed"
    return said


def print_ingest(report: IngestReport) -> None:
    """Counts, and every item that did not simply go in."""
    for item in report.items:
        if item.status == "failed" or (item.reason and item.status != "unchanged"):
            print_item(item)
    counts = [
        f"{report.count(status):,} {status}"
        for status in ("added", "changed", "unchanged", "duplicate", "skipped", "failed")
        if report.count(status) or status == "added"
    ]
    out.print(f"{', '.join(counts)} in {report.seconds:.1f} s")
    if report.count("added") or report.count("changed"):
        undo = f"; `dateline undo import-{report.import_id}` takes it back" if report.import_id else ""
        out.print(f"[dim]`dateline list` shows what is there, with its ids{undo}.[/dim]", soft_wrap=True)
    for warning in report.warnings:
        err.print(f"[yellow]{harmless(warning)}[/yellow]")


def print_items(report: IngestReport) -> None:
    """Every item's outcome."""
    for item in report.items:
        print_item(item)


def print_item(item: Item) -> None:
    """One item's outcome with its reason."""
    colour = "red" if item.status == "failed" else "dim"
    err.print(
        f"[{colour}]{item.status}[/{colour}] {harmless(item.source)}: {harmless(item.reason)}", soft_wrap=True
    )


def print_status(status: Status) -> None:
    """How the library stands."""
    rows = [
        ("home", status.home + (" (read only)" if status.read_only else "")),
        ("articles", f"{status.articles:,}{_sample(status)}"),
        ("passages", f"{status.passages:,}"),
        ("mode", status.mode),
        ("model", status.model_said),
        ("spending", status.spending),
        *([("vectors", "; ".join(vectors_said(status.vectors)))] if status.vectors else []),
        ("never sent", ", ".join(status.local) or "no collection"),
        ("meaning", "none" if status.meaning is None else f"{status.meaning:.0%} of the library"),
        ("undated", f"{status.undated:,}"),
        ("withdrawn, superseded", f"{status.withdrawn:,}, {status.superseded:,}"),
        ("dates", f"{status.oldest or '–'} to {status.newest or '–'}"),
        ("last added", status.last_added or "never"),
        ("sequence", f"{status.sequence:,}"),
        *([("originals", status.originals.said)] if status.originals else []),
        ("disk", f"{status.bytes / 1e6:,.1f} MB, {status.bytes_free / 1e9:,.1f} GB free"),
    ]
    rows += [(f"index {one.name}", one.said) for one in status.indexes]
    rows += [("versions", ", ".join(f"{name} {version}" for name, version in status.versions))]
    for name, said in rows:
        out.print(Text(f"{name:<22}", style="dim"), Text(said), sep="", soft_wrap=True)
    for warning in status.warnings:
        err.print(f"[yellow]{harmless(warning)}[/yellow]")


def _sample(status: Status) -> str:
    if status.sample_aside:
        return f" (and {status.sample_aside:,} of the sample newsroom, out of scope)"
    return " (sample newsroom, invented)" if status.sample else ""


@contextmanager
def progress_bar(*, quiet: bool) -> Iterator[Report]:
    """A progress bar on stderr with rate and time left; where there is no terminal, a line every few seconds."""
    if quiet:
        yield lambda step: None
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(compact=True),
    )
    with Progress(*columns, console=err, transient=not sys.stderr.isatty()) as bar:
        tasks: dict[str, int] = {}
        lock = threading.Lock()

        def show(step: Step) -> None:
            with lock:
                if step.stage not in tasks:
                    tasks[step.stage] = bar.add_task(STAGES[step.stage], total=step.total, rate="")
                task = bar.tasks[tasks[step.stage]]
                speed = step.done / task.elapsed if task.elapsed else 0.0
                rate = f"{speed:,.0f}/s" if speed else ""
                bar.update(task.id, completed=step.done, total=step.total, rate=rate)

        yield show


def print_plan(plan: Plan) -> None:
    """What an ingest would take."""
    meaning = "no embedder: keyword search only"
    if plan.embedder is not None:
        known = plan.seconds_to_meaning
        meaning = f"a time not known yet, by {harmless(plan.embedder)}" if known is None else _time(known)
    if plan.tokens is not None:
        meaning += f", about {plan.tokens:,} tokens"
        meaning += ", no price set" if plan.cost is None else f", cost about {plan.cost:.2g}"
    out.print(f"{plan.files:,} files, {plan.bytes / 1e6:,.1f} MB: about {plan.passages:,} passages")
    out.print(f"findable by words after   {_time(plan.seconds_to_words)}")
    out.print(f"findable by meaning after {meaning}")
    out.print(
        f"disk {plan.disk / 1e6:,.0f} MB of {plan.disk_free / 1e6:,.0f} MB free · memory {plan.memory / 1e6:,.0f} MB"
    )
    if not plan.fits:
        err.print("[red]It will not fit on the disk. Free some space or name another --home.[/red]")


def vectors_said(held: Vectors) -> list[str]:
    """Whose the vectors are, what is to be made, and what that takes."""
    if held.model is None:
        return [f"of {held.kept}, not used" if held.kept else "none"]
    said = [f"by {held.model}" + (f" at {held.where}" if held.where else ", on this machine")]
    if held.anew:
        said.append(
            f"the library's are by {held.kept}: nothing uses them until `dateline embed` makes all anew"
        )
    if held.passages:
        said.append(f"{held.passages:,} passages to make{_taking(held)}")
    if held.kept_back:
        said.append(f"{held.kept_back:,} passages are never sent: found by words only")
    return said


def _taking(held: Vectors) -> str:
    parts = [f"about {held.tokens:,} tokens"] if held.where else []
    parts.append("time not known yet" if held.seconds is None else f"about {_time(held.seconds)}")
    if held.where:
        parts.append("no price set" if held.cost is None else f"cost about {held.cost:.2g}")
    return f" ({', '.join(parts)})"


def print_article(article: Article, passages: int) -> None:
    """An article's record and text."""
    out.print(f"[bold]{harmless(article.title) or 'no title'}[/bold]")
    out.print(credit(None, article.outlet, article.published))
    for name in (
        "id",
        "agency",
        "author",
        "url",
        "updated",
        "kind",
        "section",
        "page",
        "language",
        "supersedes",
    ):
        value = getattr(article, name)
        if value:
            out.print(f"[dim]{name:<12}[/dim]{harmless(str(value))}")
    out.print(f"[dim]{'version':<12}[/dim]{article.version}, {article.status}, {passages} passages\n")
    out.print(harmless(article.text), soft_wrap=True)


def print_findings(findings: Sequence[Finding]) -> None:
    """What `repair` found and did."""
    for finding in findings:
        out.print(f"{harmless(finding.thing)}: {harmless(finding.fault)} – {harmless(finding.done)}")
    if not findings:
        out.print("Nothing is wrong: catalog and indexes agree.")


def _time(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, math.ceil(seconds))} s"
    if seconds < 5400:
        return f"{math.ceil(seconds / 60)} min"
    return f"{seconds / 3600:.1f} hours"
